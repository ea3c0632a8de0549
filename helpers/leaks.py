"""Features that a model must not have: those that know the outcome, identifiers, constants.

A guard can be wrong either way. So each finding is named, says what was seen in how many rows,
and can be overruled.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from pandas.api import types
from scipy.stats import binomtest, mannwhitneyu, spearmanr

PERFECT = 0.99  # R^2, or AUC, from which one feature alone is too good to be true
COPY = 0.9999  # rank correlation from which a feature is the outcome on another scale
SAMPLE = 20_000  # rows to judge a feature by
FEWEST = 20  # rows from which a pattern is more than chance
CHANCE = 1e-6  # of a pattern that is none
FEW_VALUES = 50  # of a feature, to be looked at one by one


class Leak(NamedTuple):
    """A feature that should be left out, and why."""

    feature: str
    kind: str  # "constant", "identifier", "future", "missing", "value" or "target"
    rows: int
    what: str


def find_leaks(table, time, target, features, task):
    """Look for features that a model must not have; at most one finding a feature.

    - *constant*: one value only.
    - *identifier*: whole numbers or text that differ in (nearly) every row.
    - *future*: times later than the row's own time.
    - *missing*: whether the value is missing tells the outcome.
    - *value*: of the rows with one value, at least 99 in 100 have the class that is the rarer one
      elsewhere, such as a status that is set afterwards. For classes only: a shop that is shut
      sells nothing, and one may know so beforehand.
    - *target*: the feature alone tells the outcome: a rank correlation of .9999 or more; or an
      R^2 (classes: an AUC) of .99 or more on rows that the single-feature model has not seen. The
      second counts only if the previous row's outcome does less well: where the outcome hardly
      moves from row to row, such as a price, a feature may know it honestly.

    Parameters
    ----------
    table : DataFrame
        N rows in time order; features are numbers, categories or datetimes.
    time, target : str
        Columns of the time and of the outcome (numbers).
    features : list of str
    task : {"regression", "classification"}

    Returns
    -------
    list of Leak
    """
    rows = np.linspace(0, len(table) - 1, min(len(table), SAMPLE)).astype(int)
    y = table[target].to_numpy(float)
    previous = pd.Series(np.append(y[:1], y[:-1])[rows])
    serial = _score(previous, y[rows], task)
    found = []
    for name in features:
        values = table[name]
        leak = _useless(values) or _future(values, table[time]) or _gaps(values, y, task)
        if leak is None and not types.is_datetime64_any_dtype(values.dtype):
            leak = _value(values, y) if task == "classification" else None
            leak = leak or _knows(values.iloc[rows].reset_index(drop=True), y[rows], task, serial)
        if leak:
            found.append(Leak(name, *leak))
    return found


def _useless(values):
    distinct, n = values.nunique(dropna=False), len(values)
    if distinct <= 1:
        return "constant", n, "has one value only"
    text = isinstance(values.dtype, pd.CategoricalDtype)
    if n >= FEWEST and text and distinct > n / 2:
        return "identifier", n, f"has {distinct:,} texts in {n:,} rows, like a name or free text"
    if n >= FEWEST and types.is_integer_dtype(values.dtype) and distinct >= 0.99 * n:
        return "identifier", n, "differs in (nearly) every row, like an identifier"
    return None


def _future(values, time):
    if not types.is_datetime64_any_dtype(values.dtype):
        return None
    values, time = (v.dt.tz_convert(None) if v.dt.tz else v for v in (values, time))
    if (time == time.dt.normalize()).all():  # days only: the same day is not later
        values = values.dt.normalize()
    later = int((values > time).sum())
    return (
        ("future", later, f"is later than the row's own time in {later:,} rows") if later else None
    )


def _gaps(values, y, task):
    """Does it tell the outcome whether the value is missing?"""
    gone = values.isna().to_numpy()
    for rows, state in [(gone, "missing"), (~gone, "present")]:
        n = int(rows.sum())
        if not FEWEST <= n <= len(y) - FEWEST:
            continue
        inside, outside = y[rows], y[~rows]
        if task == "classification":
            share, usual = inside.mean(), outside.mean()
            pure = max(share, 1 - share) >= PERFECT and abs(share - usual) > 0.05
            if (
                pure
                and binomtest(int(inside.sum()), n, np.clip(usual, 1e-9, 1 - 1e-9)).pvalue < CHANCE
            ):
                return (
                    "missing",
                    n,
                    f"is {state} in {n:,} rows, {share:.0%} of which have outcome 1",
                )
        else:
            auc = mannwhitneyu(inside, outside).statistic / (n * len(outside))
            if max(auc, 1 - auc) >= PERFECT or (np.ptp(inside) == 0 and np.ptp(outside) > 0):
                side = "all one value" if np.ptp(inside) == 0 else "nearly all to one side"
                return "missing", n, f"is {state} in {n:,} rows, whose outcomes lie {side}"
    return None


def _value(values, y):
    """Does one of few values tell the class that is rare elsewhere?"""
    codes, found = pd.factorize(values)  # gaps are -1, and another guard's
    if len(found) > FEW_VALUES:
        return None
    for code, value in enumerate(found):
        inside, outside = y[codes == code], y[codes != code]
        if min(len(inside), len(outside)) < FEWEST:
            continue
        rare = float(outside.mean() < 0.5)
        share, usual = (inside == rare).mean(), (outside == rare).mean()
        if share >= PERFECT and len(inside) * np.log(max(usual, 1e-300)) < np.log(CHANCE):
            n = len(inside)
            return (
                "value",
                n,
                f"is {value!r} in {n:,} rows, {share:.0%} of which have outcome {rare:g}",
            )
    return None


def _knows(values, y, task, serial):
    """Does the feature alone tell the outcome?"""
    n = len(y)
    if n < FEWEST:
        return None
    if types.is_numeric_dtype(values.dtype) and task == "regression":
        here = values.notna().to_numpy()
        if here.sum() >= FEWEST and values[here].nunique() > 2 and np.ptp(y[here]) > 0:
            if abs(spearmanr(values[here], y[here]).statistic) >= COPY:
                return "target", int(here.sum()), "orders the rows as the target does: a copy of it"
    score = _score(values, y, task)
    if score >= PERFECT and score > serial:
        unit = "R²" if task == "regression" else "AUC"
        return "target", n, f"alone tells the target: {unit} {score:.3f} on rows not fitted"
    return None


def _score(values, y, task):
    """R^2 or AUC on every other row, of a model of this feature alone fitted on the rest."""
    fit, score = slice(0, None, 2), slice(1, None, 2)
    if len(y) < FEWEST or y[fit].min() == y[fit].max() or y[score].min() == y[score].max():
        return 0.0
    if isinstance(values.dtype, pd.CategoricalDtype):
        codes = values.cat.codes
        means = pd.Series(y[fit]).groupby(codes[fit].to_numpy()).mean()
        predicted = codes[score].map(means).fillna(y[fit].mean()).to_numpy()
    else:
        from sklearn.tree import DecisionTreeRegressor

        x = values.to_numpy(float)[:, None]
        tree = DecisionTreeRegressor(
            max_leaf_nodes=64, min_samples_leaf=max(1, min(20, len(y) // 40))
        )
        predicted = tree.fit(x[fit], y[fit]).predict(x[score])
    if task == "classification":
        one, zero = predicted[y[score] == 1], predicted[y[score] == 0]
        return float(mannwhitneyu(one, zero).statistic / (len(one) * len(zero)))
    return float(1 - ((y[score] - predicted) ** 2).mean() / y[score].var())


def guarded(table, time, target, features, task, keep):
    """Leave out what `find_leaks` finds, but for the features to keep.

    Parameters
    ----------
    table, time, target, features, task
        As for `find_leaks`.
    keep : list of str
        Features to keep all the same.

    Returns
    -------
    left : list of str
        Features.
    warnings : list of str
        What was found, what was done, and how to overrule it.
    notes : list of (int, str)
        Numbers of rows, and what was done, for a report.

    Raises
    ------
    ValueError
        If ``keep`` names no feature, or if no feature is left.
    """
    if isinstance(keep, str) or not set(keep) <= set(features):
        raise ValueError(f"keep must be a list of features, out of {features}; got {keep!r}")
    warnings, notes, out = [], [], []
    for leak in find_leaks(table, time, target, features, task):
        kept = leak.feature in keep
        did = "kept as asked" if kept else "left out"
        notes.append((leak.rows, f"{did}: {leak.feature!r} {leak.what}"))
        hint = "" if kept else f"; keep=[{leak.feature!r}] keeps it"
        warnings.append(f"{leak.feature!r} {leak.what}: {did}{hint}")
        if not kept:
            out.append(leak.feature)
    left = [name for name in features if name not in out]
    if not left:
        raise ValueError(f"features: none is left ({'; '.join(warnings)})")
    return left, warnings, notes
