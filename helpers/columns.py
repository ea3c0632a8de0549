"""Columns as models take them: numbers, categories for text, an outcome of 0 and 1.

Each function returns what it did along with the values, for a report.
"""

import re

import numpy as np
import pandas as pd
from pandas.api import types

from helpers.cleaning import (
    MOSTLY,
    Cleaning,
    is_text,
    key,
    merged,
    missing,
    numbers_in_text,
    stand_for_missing,
    such_as,
)
from helpers.times import read_times

MOST_CATEGORIES = 255  # that scikit-learn's HistGradientBoosting takes
FEW_ROWS = 20  # in which whole numbers may happen to be distinct
NEARLY = 0.95  # share of distinct values from which a column is like an identifier
DATE = r"\d{4}-\d\d-\d\d|\d{1,2}([./])\d{1,2}\1\d{4}(?!\d)"  # at the start of a text
WORDS = 4  # in a category, on average, from which it is free text


def cleaned(column, how):
    """A column as numbers, categories or datetimes, read as people write, and what was done.

    Numbers in text are taken out (`numbers_in_text`), the column is typed (`typed`), signs and
    numbers that stand for missing are removed, categories in several spellings merged.

    Parameters
    ----------
    column : Series
        N values of any type.
    how : Cleaning

    Returns
    -------
    values : Series
        Of the same index; missing as NaN.
    odd : Series
        The values of the column that are missing now, since they were no finite numbers.
    notes : list of (ndarray of bool, shape (N,), str)
        Rows, and what was done with them.

    Raises
    ------
    TypeError, ValueError
        If it holds lists or the like, or may be read in two ways.
    """
    number, notes = numbers_in_text(column, how)
    values, odd = typed(number)
    gone = stand_for_missing(values, how.sentinels)
    if gone.any() and isinstance(values.dtype, pd.CategoricalDtype):
        number, notes = numbers_in_text(column.mask(gone), how)  # may be numbers now
        values, odd = typed(number)
        further = stand_for_missing(values, how.sentinels)
        gone, values = gone | further, values.mask(further)
    else:
        values = values.mask(gone) if gone.any() else values
    if gone.any():
        shown = [_shown(value) for value in pd.unique(column[gone])[:3]]
        words = f"{column.name!r} is one of {shown}" if len(shown) > 1 else ""
        words = words or f"{column.name!r} is {shown[0]!r}"
        notes.append((gone, f"{words}, taken as missing (sentinels='keep' keeps it)"))
    if isinstance(values.dtype, pd.CategoricalDtype) and how.spelling == "merge":
        values, further = merged(values)
        notes += further
    return values, odd, notes


def _shown(value):
    return f"{value:g}" if isinstance(value, float) else str(value)


def typed(column):
    """A column as numbers, categories or datetimes.

    Text becomes numbers where at least nine in ten of the values are numbers, datetimes where all
    are dates in ISO 8601, or such as 31.01.2024 or 1/31/2024 with some value that shows which is
    the day, and categories in alphabetical order otherwise. True is 1.

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
    if is_text(column):
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
    if all(re.match(DATE, name) for name in names):
        try:
            return read_times(column)[0], column[:0]
        except ValueError:  # such as with and without offsets, or day or month: no times, then
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
        The value that becomes 1, for text in any case; all others become 0. Default: numbers
        stay as they are, and of two categories the last becomes 1.

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
    if positive is None:
        named = all(isinstance(value, str) for value in classes)
        positive = max(classes, key=key) if named else classes[-1]  # no before Yes
    if positive not in classes and isinstance(positive, str) and not numbers:
        alike = [value for value in classes if key(str(value)) == key(positive)]
        positive = alike[0] if len(alike) == 1 else positive
    if positive not in classes:
        raise ValueError(f"positive={positive!r} is no value of target {name!r}: {classes[:9]}")
    y = (outcome == positive).astype(int)
    rest = [value for value in classes if value != positive]
    rest = repr(rest[0]) if len(rest) == 1 else f"each of {len(rest):,} others"
    return y, (int(y.sum()), f"target {name!r} is {positive!r}, coded 1; {rest} is coded 0")


def usable(table, asked, how=None):
    """Features as a model takes them, with notes.

    Left out, unless asked for: times, identifiers, free text, columns of one value. What is
    neither numbers nor text nor times is left out or, if asked for, refused.

    Parameters
    ----------
    table : DataFrame
        The columns in question, N rows.
    asked : bool
        Whether they were named by the caller.
    how : Cleaning, optional
        What to do with cells that can be understood in two ways.

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
        If no feature is left, or a column may be read in two ways.
    """
    features, notes, how = {}, [], how or Cleaning()
    for name in table.columns:
        try:
            values, odd, done = cleaned(table[name], how)
        except TypeError as error:
            if asked:
                raise TypeError(f"features: {error}") from error
            notes.append((len(table), f"left out: {error}"))
            continue
        fault = _fault(values)
        if fault:
            fate = "kept as asked" if asked else "left out"
            notes.append((len(table), f"{fate}: {name!r} {fault}"))
        if asked or not fault:
            features[name] = values
            notes += [(int(where.sum()), what) for where, what in done]
            new = np.logical_or.reduce([where for where, _ in done]) if done else False
            notes += _remarks(table[name], values, odd, ~values.isna() & ~np.array(new))
    if not features:
        raise ValueError(f"features: none is left ({'; '.join(what for _, what in notes)})")
    features = pd.DataFrame(features)
    gaps = int(features.isna().any(axis=1).sum())
    return features, [*notes, (gaps, "with some feature missing, left missing")]


def _fault(values):
    """Why a column is of no use to a model, or None."""
    distinct, rows = values.nunique(dropna=False), len(values)
    if distinct <= 1:
        return "has one value only"
    if types.is_datetime64_any_dtype(values.dtype):
        return "holds times, which most estimators do not take"
    if rows < FEW_ROWS:
        return None
    text = isinstance(values.dtype, pd.CategoricalDtype)
    if text and distinct > rows / 2:
        words = [len(str(kind).split()) for kind in values.cat.categories]
        if sum(words) >= WORDS * len(words):
            return "is free text, such as " + repr(str(values.cat.categories[0])[:40])
    if (text or types.is_integer_dtype(values.dtype)) and distinct == rows:
        return "differs in every row, like an identifier"
    # Numbers drawn at random from so few would repeat far more often.
    dense = types.is_integer_dtype(values.dtype) and np.ptp(values.to_numpy(float)) < 3 * rows
    if (text or dense) and distinct >= NEARLY * rows:
        return (
            f"has {distinct:,} values in {rows:,} rows, like an identifier; identifier="
            f"{values.name!r} compares the rows of one"
        )
    return None


def _remarks(column, values, odd, plain):
    """Notes on how a column was understood; ``plain`` are values with no other note."""
    name = column.name
    if types.is_numeric_dtype(values.dtype) and not types.is_numeric_dtype(column.dtype):
        text = sum(isinstance(value, str) for value in column[plain])
        if text:
            yield text, f"{name!r} is a number as text, taken as a number"
    if len(odd):
        yield len(odd), f"{name!r} is no finite number{such_as(odd)}; set to missing"
    if types.is_numeric_dtype(values.dtype) and (values == -1).sum() > 1:
        others = values[values.notna() & (values != -1)]
        if (others >= 0).all() and others.nunique() >= 10:
            yield (
                int((values == -1).sum()),
                f"{name!r} is -1, and else never negative; if that stands for missing, give "
                "sentinels=[-1]",
            )
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
