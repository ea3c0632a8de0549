"""Columns as models take them: numbers, categories for text, an outcome of 0 and 1.

Each function returns what it did along with the values, for a report.
"""

import re

import numpy as np
import pandas as pd
from pandas.api import types

from helpers.sources import MISSING
from helpers.times import read_times

MOST_CATEGORIES = 255  # that scikit-learn's HistGradientBoosting takes
FEW_ROWS = 20  # in which whole numbers may happen to be distinct
MOSTLY = 0.9  # share of numbers from which a text column is taken as numbers


def missing(column):
    """Which values are missing, text such as n/a included: a boolean Series."""
    if types.is_object_dtype(column.dtype) or types.is_string_dtype(column.dtype):
        blank = column.astype(object).map(lambda value: isinstance(value, str) and value in MISSING)
        return column.isna() | blank.astype(bool)
    return column.isna()


def such_as(values):
    """An example for a message, or nothing if there is none."""
    return f", such as {str(values.iloc[0])!r}" if len(values) else ""


def typed(column):
    """A column as numbers, categories or datetimes.

    Text becomes numbers where at least nine in ten of the values are numbers, datetimes where all
    are dates in ISO 8601, and categories in alphabetical order otherwise. True is 1.

    Parameters
    ----------
    column : Series
        N values of any type.

    Returns
    -------
    values : Series
        Of the same index; missing as NaN.
    odd : Series
        The values of the column that are missing now, since they were no finite numbers.

    Raises
    ------
    TypeError
        If it holds something else, such as lists or durations.
    """
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return column.cat.remove_unused_categories(), column[:0]
    if types.is_datetime64_any_dtype(dtype):
        return column, column[:0]
    if types.is_object_dtype(dtype) or types.is_string_dtype(dtype):
        return _typed_text(column)
    if not types.is_numeric_dtype(dtype) or types.is_complex_dtype(dtype):
        raise TypeError(f"{column.name!r} is of type {dtype}; make it numbers or text")
    if types.is_integer_dtype(dtype) and not column.isna().any():
        return column if isinstance(dtype, np.dtype) else column.astype(np.int64), column[:0]
    values = column.astype(float)
    infinite = np.isinf(values)
    return values.mask(infinite), column[infinite]


def _typed_text(column):
    try:
        codes, found = pd.factorize(column)  # each distinct value is looked at once
    except TypeError as error:
        raise TypeError(f"{column.name!r} holds lists or the like; make columns of them") from error
    found = pd.Series(found, dtype=object)
    codes = np.where(np.append(missing(found), True)[codes], -1, codes)
    here = codes >= 0
    numbers = pd.to_numeric(found, errors="coerce").astype(float)
    numbers = np.append(numbers.where(np.isfinite(numbers)), np.nan)[codes]
    if np.isfinite(numbers).sum() >= MOSTLY * here.sum():
        return pd.Series(numbers, column.index, name=column.name), column[here & np.isnan(numbers)]
    text = found.map(str)
    names = sorted(set(text[np.unique(codes[here])]))
    if all(re.match(r"\d{4}-\d\d-\d\d", name) for name in names):
        try:
            return read_times(column)[0], column[:0]
        except ValueError:  # such as with and without offsets: no times, then
            pass
    codes = np.append(pd.Index(names).get_indexer(text), -1)[codes]
    values = pd.Categorical.from_codes(codes, names)
    return pd.Series(values, column.index, name=column.name), column[:0]


def coded(outcome, positive=None):
    """An outcome as numbers, or as 0 and 1.

    Parameters
    ----------
    outcome : Series of numbers or categories
        Without missing values, such as `typed` returns; its name is used in messages.
    positive : optional
        The value that becomes 1; all others become 0. Default: numbers stay as they are, and of
        two categories the last becomes 1.

    Returns
    -------
    y : Series of numbers
    note : (int, str)
        Number of rows, and what the outcome is there.

    Raises
    ------
    TypeError, ValueError
        If it holds one value only, or more than two categories while ``positive`` is not given,
        or datetimes; or if ``positive`` is none of its values.
    """
    name = outcome.name
    if isinstance(outcome.dtype, pd.CategoricalDtype):
        classes, numbers = outcome.cat.remove_unused_categories().cat.categories.tolist(), False
    elif types.is_datetime64_any_dtype(outcome.dtype):
        raise TypeError(f"target {name!r} holds times; it must hold numbers or classes")
    else:
        classes = [int(v) if v % 1 == 0 else v for v in np.unique(outcome).tolist()]
        numbers = True
    if len(classes) == 1:
        raise ValueError(f"target {name!r} has one value only, {classes[0]!r}: nothing to predict")
    if positive is None and numbers:
        if classes == [0, 1]:
            return outcome.astype(int), (int(outcome.sum()), f"target {name!r} is 1; it is 0 or 1")
        note = f"target {name!r} holds numbers, {classes[0]:g} to {classes[-1]:g}"
        if len(classes) == 2:
            note += f" only; with positive={classes[1]:g} it would be 0 or 1"
        return outcome, (len(outcome), note)
    if positive is None and len(classes) > 2:
        raise ValueError(
            f"target {name!r} has {len(classes):,} classes, such as {classes[:5]}; give positive, "
            "the one that becomes 1 (the others become 0)"
        )
    positive = classes[-1] if positive is None else positive
    if positive not in classes:
        raise ValueError(f"positive={positive!r} is no value of target {name!r}: {classes[:9]}")
    y = (outcome == positive).astype(int)
    rest = [value for value in classes if value != positive]
    rest = repr(rest[0]) if len(rest) == 1 else f"each of {len(rest):,} others"
    return y, (int(y.sum()), f"target {name!r} is {positive!r}, coded 1; {rest} is coded 0")


def usable(table, asked):
    """Features as a model takes them, with notes.

    Left out, unless asked for: times, identifiers, columns of one value. What is neither numbers
    nor text nor times is left out or, if asked for, refused.

    Parameters
    ----------
    table : DataFrame
        The columns in question, N rows.
    asked : bool
        Whether they were named by the caller.

    Returns
    -------
    features : DataFrame
    notes : list of (int, str)
        Numbers of rows, and what was done with them.

    Raises
    ------
    TypeError
        If a column that was asked for is neither numbers nor text nor times.
    ValueError
        If no feature is left.
    """
    features, notes = {}, []
    for name in table.columns:
        try:
            values, odd = typed(table[name])
        except TypeError as error:
            if asked:
                raise TypeError(f"features: {error}") from error
            notes.append((len(table), f"left out: {error}"))
            continue
        fault = _fault(values)
        if fault:
            how = "kept as asked" if asked else "left out"
            notes.append((len(table), f"{how}: {name!r} {fault}"))
        if asked or not fault:
            features[name] = values
            notes += _remarks(table[name], values, odd)
    if not features:
        raise ValueError(f"features: none is left ({'; '.join(what for _, what in notes)})")
    features = pd.DataFrame(features)
    gaps = int(features.isna().any(axis=1).sum())
    return features, [*notes, (gaps, "with some feature missing, left missing")]


def _fault(values):
    """Why a column is of no use to a model, or None."""
    distinct = values.nunique(dropna=False)
    if distinct <= 1:
        return "has one value only"
    if types.is_datetime64_any_dtype(values.dtype):
        return "holds times, which most estimators do not take"
    countable = types.is_integer_dtype(values.dtype) or isinstance(
        values.dtype, pd.CategoricalDtype
    )
    if countable and distinct == len(values) >= FEW_ROWS:
        return "differs in every row, like an identifier"
    return None


def _remarks(column, values, odd):
    """Notes on how a column was understood."""
    name = column.name
    if types.is_numeric_dtype(values.dtype) and not types.is_numeric_dtype(column.dtype):
        text = int(column[values.notna()].map(lambda value: isinstance(value, str)).sum())
        if text:
            yield text, f"{name!r} is a number as text, taken as a number"
    if len(odd):
        yield len(odd), f"{name!r} is no finite number{such_as(odd)}; set to missing"
    if isinstance(values.dtype, pd.CategoricalDtype):
        kinds = values.cat.categories
        like_numbers = pd.to_numeric(pd.Series(kinds, dtype=object), errors="coerce").notna()
        if 0 < like_numbers.sum() < len(kinds):
            rows = int(values.isin(kinds[like_numbers]).sum())
            yield rows, f"{name!r} is a number, text elsewhere; all taken as categories"
        if len(kinds) > MOST_CATEGORIES:
            yield (
                int(values.notna().sum()),
                f"{name!r} is one of {len(kinds):,} categories; HistGradientBoosting takes at most "
                f"{MOST_CATEGORIES}: group the rare ones",
            )
