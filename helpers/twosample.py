"""Two samples of the inputs compared, old rows with new: is P(x) still what it was?

Feature by feature: the Kolmogorov-Smirnov test, the PSI, counts of categories, and how to judge
many p-values at once. All features at once: `helpers.joint`. None of them sees the outcome.
"""

from numbers import Integral
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import ks_2samp

_EMPTY = 0.5  # rows that an empty bin counts as, since the logarithm of 0 does not exist


class KS(NamedTuple):
    """What `ks` returns, one value a feature: arrays of shape (d,)."""

    statistic: np.ndarray
    p: np.ndarray


def ks(old, new):
    """Two-sample Kolmogorov-Smirnov test of each feature (Kolmogorov 1933; Smirnov 1939).

    The statistic is the largest gap between the two empirical distribution functions. It is
    `scipy.stats.ks_2samp`, two-sided, with the asymptotic p-value, which is good from about 50
    rows a side on. With equally many rows on both sides it is a little too small: at 100 and 100
    a level of 5% becomes 5.4%. With many ties (few distinct values) it is too large.

    Parameters
    ----------
    old, new : array of shape (n, d) and (m, d)
        The reference rows and the rows to be judged; arrays or DataFrames of numbers.

    Returns
    -------
    KS
        ``statistic`` in [0, 1] and ``p``, both of shape (d,).

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.
    """
    old, new = pair_of_rows(old, new)
    tests = [ks_2samp(a, b, method="asymp") for a, b in zip(old.T, new.T, strict=True)]
    return KS(np.array([t.statistic for t in tests]), np.array([t.pvalue for t in tests]))


def bonferroni(p, level=0.05):
    """Which of several p-values raise an alarm, so that a false one has at most chance ``level``.

    Parameters
    ----------
    p : array of shape (d,)
        One p-value a test.
    level : float
        Greatest chance of any false alarm, between 0 and 1.

    Returns
    -------
    ndarray of bool, shape (d,)
        ``p <= level / d``; ``.any()`` of it is the alarm.

    Raises
    ------
    ValueError
        If ``p`` holds no p-values or ``level`` is no probability.
    """
    p = _p_values(p, level)
    return p <= level / len(p)


def holm(p, level=0.05):
    """Which of several p-values raise an alarm, by Holm's step-down rule.

    The smallest p-value is held against ``level / d``, the next against ``level / (d - 1)``, and
    so on until one is too large. A false alarm has at most chance ``level``, as with
    `bonferroni`, and no alarm of `bonferroni` is lost. Whether there is *any* alarm is the same.

    Parameters
    ----------
    p : array of shape (d,)
        One p-value a test.
    level : float
        Greatest chance of any false alarm, between 0 and 1.

    Returns
    -------
    ndarray of bool, shape (d,)

    Raises
    ------
    ValueError
        If ``p`` holds no p-values or ``level`` is no probability.

    References
    ----------
    S. Holm, "A simple sequentially rejective multiple test procedure", *Scandinavian Journal of
    Statistics* 6, 1979.
    """
    p = _p_values(p, level)
    order = np.argsort(p)
    passed = p[order] <= level / np.arange(len(p), 0, -1)
    alarms = np.empty(len(p), bool)
    alarms[order] = np.minimum.accumulate(passed)  # the first that is too large stops it
    return alarms


def _p_values(p, level):
    p = np.asarray(p, float)
    if p.ndim != 1 or len(p) == 0:
        raise ValueError(f"p must be a series of at least one p-value; got shape {p.shape}")
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError("p must lie between 0 and 1; pass p-values, such as ks(old, new).p")
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, such as 0.05; got {level}")
    return p


def psi(old, new, bins=10):
    """Population stability index of each feature.

    With p_b and q_b the shares of old and new rows in bin b, it is the sum over the bins of
    (q_b - p_b) log(q_b / p_b). The bins are the quantiles of the old rows (deciles, if there are
    ten), open at both ends; each holds its lower edge. An empty bin of the new rows counts as
    half a row. A bin that ties leave empty among the old rows joins the one below it: a feature of
    few values then has one bin a value, and fewer than ``bins``.

    The trade's thresholds are .1 (look) and .25 (act), whatever the number of rows (Siddiqi 2006).
    Without any shift the index follows about (1/n + 1/m) chi2 with ``bins - 1`` degrees of
    freedom (Yurdakul 2018), so with few rows it passes .1 by luck alone.

    Parameters
    ----------
    old, new : array of shape (n, d) and (m, d)
        The reference rows and the rows to be judged; arrays or DataFrames of numbers.
    bins : int
        Number of bins, at least 2 and at most the number of rows on either side.

    Returns
    -------
    ndarray of shape (d,)

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do. A feature that is constant in the old
        rows has no bins.

    References
    ----------
    N. Siddiqi, *Credit Risk Scorecards*, Wiley, 2006. B. Yurdakul, *Statistical Properties of
    Population Stability Index*, dissertation, Western Michigan University, 2018.
    """
    old, new = pair_of_rows(old, new)
    return psi_against(old, bins)(new)


def psi_against(old, bins=10):
    """The PSI of one batch after another against the same old rows, which are binned only once.

    Parameters
    ----------
    old : array of shape (n, d)
        The reference rows, an array or a DataFrame of numbers.
    bins : int
        See `psi`.

    Returns
    -------
    callable
        ``index(new)``, with ``new`` of shape (m, d), returns `psi` of the two, of shape (d,).

    Raises
    ------
    TypeError, ValueError
        As `psi`; ``index`` likewise.
    """
    if not isinstance(bins, Integral) or isinstance(bins, bool):
        raise TypeError(f"bins must be a whole number; got {bins!r}")
    if bins < 2:
        raise ValueError(f"bins must be at least 2, or there is nothing to compare; got {bins}")
    old = _enough("old", _rows("old", old), bins)
    edges = [_edges(column, bins, j) for j, column in enumerate(old.T)]
    shares = [_counts(e, column) / len(old) for e, column in zip(edges, old.T, strict=True)]
    starts = np.concatenate([[0], np.cumsum([len(p) for p in shares])[:-1]])
    p = np.concatenate(shares)

    def index(new):
        new = _enough("new", _rows("new", new), bins)
        _same_features(old, new)
        q = np.concatenate([_counts(e, column) for e, column in zip(edges, new.T, strict=True)])
        q = np.where(q == 0, _EMPTY, q) / len(new)
        return np.add.reduceat((q - p) * np.log(q / p), starts)

    return index


def _edges(column, bins, j):
    """Quantiles as edges, without those that would leave a bin of the old rows empty."""
    edges = np.unique(np.quantile(column, np.arange(1, bins) / bins))
    edges = edges[_counts(edges, column)[1:] > 0]
    edges = edges[edges > column.min()]
    if len(edges) == 0:
        raise ValueError(
            f"old has one value, or nearly so, in feature {j}: its quantiles make one bin. Leave "
            "the feature out, or compare the share of that value with category_counts."
        )
    return edges


class CategoryCounts(NamedTuple):
    """What `category_counts` returns."""

    table: pd.DataFrame
    unseen: pd.Series


def category_counts(old, new):
    """Count each category among the old and the new rows, for a chi-squared test.

    Parameters
    ----------
    old, new : sequence of labels
        One feature: strings, numbers or other labels; a list, an array or a Series.

    Returns
    -------
    CategoryCounts
        ``table``: rows are the categories, those of the old rows first, columns "old" and "new",
        as `scipy.stats.chi2_contingency` takes it. ``unseen``: the counts of the categories that
        only the new rows have. They are in the table too; an encoder fitted to the old rows does
        not know them.

    Raises
    ------
    ValueError
        Naming the argument, what was wrong and what to do.
    """
    counts = [_labels(name, labels).value_counts() for name, labels in [("old", old), ("new", new)]]
    table = pd.concat(counts, axis=1, keys=["old", "new"]).fillna(0).astype(int)
    if len(table) < 2:
        raise ValueError("old and new hold one category only, so no share can move; leave it out")
    unseen = table["old"] == 0
    table = pd.concat([table[~unseen], table[unseen]])
    return CategoryCounts(table, table.loc[table["old"] == 0, "new"])


def _labels(name, labels):
    labels = pd.Series(labels, dtype=object)
    if len(labels) == 0:
        raise ValueError(f"{name} is empty; give at least one label")
    if labels.isna().any():
        raise ValueError(
            f"{name} has {labels.isna().sum()} missing labels. Give them a label of their own, "
            "such as 'missing', or drop those rows and watch their share by itself."
        )
    return labels


def _counts(edges, rows):
    return np.bincount(np.searchsorted(edges, rows, side="right"), minlength=len(edges) + 1)


def _enough(name, rows, bins):
    if len(rows) < bins:
        raise ValueError(
            f"{name} has {len(rows)} rows, fewer than {bins} bins. Wait for more rows, or lower "
            "bins."
        )
    return rows


def pair_of_rows(old, new):
    """Old and new rows as arrays of numbers with the same features, or an error that says why not.

    Parameters
    ----------
    old, new : array of shape (n, d) and (m, d)
        Arrays or DataFrames.

    Returns
    -------
    ndarray, ndarray
        Of float.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.
    """
    old, new = _rows("old", old), _rows("new", new)
    _same_features(old, new)
    return old, new


def _same_features(old, new):
    if old.shape[1] != new.shape[1]:
        raise ValueError(
            f"old and new must have the same features; got {old.shape[1]} and {new.shape[1]}. "
            "Select the columns that both have."
        )


def _rows(name, rows):
    try:
        rows = np.asarray(rows, float)
    except (TypeError, ValueError):
        raise TypeError(
            f"{name} must hold numbers. Leave out or encode columns of text, dates or categories."
        ) from None
    if rows.ndim != 2:
        raise ValueError(
            f"{name} must have two dimensions, rows and features; got shape {rows.shape}. For one "
            "feature pass x[:, None]."
        )
    if 0 in rows.shape:
        raise ValueError(f"{name} is empty, shape {rows.shape}; give at least one row and feature")
    if not np.isfinite(rows).all():
        bad = int((~np.isfinite(rows)).any(axis=0).argmax())
        raise ValueError(
            f"{name} has NaN or infinity, first in feature {bad}. Drop such rows, and watch the "
            "share of gaps by itself."
        )
    return rows
