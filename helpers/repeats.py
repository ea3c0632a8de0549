"""Rows that repeat others: exact duplicates, and rows alike but for their outcome."""

import numpy as np
import pandas as pd
from pandas.api import types

from helpers.cleaning import missing

CONFLICTS = ("keep", "first", "last", "drop")


def is_index(column):
    """Whether a column without a name holds whole numbers, as a saved index does."""
    if not types.is_numeric_dtype(column.dtype) or types.is_bool_dtype(column.dtype):
        return False
    numbers = column.dropna().to_numpy(float)
    return bool(len(numbers) and (numbers == np.round(numbers)).all())


def repeated(raw, left, source, most):
    """Which of the rows left are in every column of the source like an earlier one of them.

    Parameters
    ----------
    raw : DataFrame
        N rows of some columns of the source.
    left : Series of N bool
    source : helpers.sources.Source
    most : int or None
        As ``raw`` was read.

    Returns
    -------
    Series of N bool
    """
    again = pd.Series(False, raw.index)
    rows = _alike(raw.loc[left].drop(columns=_indexes(raw, source)))
    if len(rows):
        again[rows] = _whole(rows, raw, source, most).duplicated()
    return again


def conflicting(raw, left, times, outcome, source, identifier, conflicts, most):
    """Rows that contradict others in their outcome.

    Parameters
    ----------
    raw, left, source, most
        As in `repeated`.
    times : Series of N datetimes
    outcome : Series of N numbers or categories
    identifier : str or None
        Column of ``raw`` that is the same for such rows; None: all columns, and the time.
    conflicts : {"keep", "first", "last", "drop"}
        Which of them stay, in order of time.

    Returns
    -------
    clash, gone : Series of N bool
        Rows that contradict others, and those of them to drop.
    """
    time, target = raw.columns[:2]
    clash, gone = pd.Series(False, raw.index), pd.Series(False, raw.index)
    if identifier is not None:
        group = raw.loc[left & ~missing(raw[identifier]), identifier].astype(str)
    else:
        here = raw.loc[left].drop(columns=[target, *_indexes(raw, source)])
        here[time] = times[left]
        rows = _alike(here)
        if not len(rows):
            return clash, gone
        whole = _whole(rows, raw, source, most).drop(columns=target)
        whole[time] = times[rows].astype(str)
        group = whole.groupby(list(whole.columns), sort=False, dropna=False).ngroup()
    codes = pd.Series(pd.factorize(outcome[group.index])[0], group.index).groupby(group)
    clash[group.index] = codes.transform("min") != codes.transform("max")
    if conflicts == "drop":
        gone = clash.copy()
    elif conflicts in ("first", "last"):
        order = times[clash].sort_values(kind="stable").index
        gone[order] = group[order].duplicated(keep=conflicts)
    return clash, gone


def _alike(frame):
    """Rows that may be like another: all that are where objects cannot be compared."""
    try:
        alike = frame.duplicated(keep=False)
    except TypeError:  # lists or the like
        quick = [name for name in frame if not types.is_object_dtype(frame[name].dtype)]
        alike = frame[quick].duplicated(keep=False) if quick else pd.Series(True, frame.index)
    return frame.index[alike]


def _indexes(table, source):
    return [name for name in source.unnamed if name in table and is_index(table[name])]


def _whole(rows, raw, source, most):
    """Rows in all columns of the source as text, but for saved indexes."""
    whole = raw if set(source.names) <= set(raw.columns) else source.read(source.names, most).table
    return whole.drop(columns=_indexes(whole, source)).loc[rows].astype(str)
