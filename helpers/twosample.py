"""Two samples of the inputs compared, feature by feature: the Kolmogorov-Smirnov test and the PSI.

Both look at one feature at a time and at P(x) only: neither sees a changed relation between
features, and neither sees the outcome.
"""

from numbers import Integral
from typing import NamedTuple

import numpy as np
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
    rows a side on. With many ties (few distinct values) the p-value is too large.

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
    old, new = _pair(old, new)
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
        ``p < level / d``; ``.any()`` of it is the alarm.

    Raises
    ------
    ValueError
        If ``p`` holds no p-values or ``level`` is no probability.
    """
    p = np.asarray(p, float)
    if p.ndim != 1 or len(p) == 0:
        raise ValueError(f"p must be a series of at least one p-value; got shape {p.shape}")
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError("p must lie between 0 and 1; pass p-values, such as ks(old, new).p")
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, such as 0.05; got {level}")
    return p < level / len(p)


def psi(old, new, bins=10):
    """Population stability index of each feature.

    With p_b and q_b the shares of old and new rows in bin b, it is the sum over the bins of
    (q_b - p_b) log(q_b / p_b). The bins are the quantiles of the old rows (deciles, if there are
    ten), open at both ends; each holds its lower edge. An empty bin of the new rows counts as
    half a row.

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
        Naming the argument, what was wrong and what to do.

    References
    ----------
    N. Siddiqi, *Credit Risk Scorecards*, Wiley, 2006. B. Yurdakul, *Statistical Properties of
    Population Stability Index*, dissertation, Western Michigan University, 2018.
    """
    if not isinstance(bins, Integral) or isinstance(bins, bool):
        raise TypeError(f"bins must be a whole number; got {bins!r}")
    if bins < 2:
        raise ValueError(f"bins must be at least 2, or there is nothing to compare; got {bins}")
    old, new = _pair(old, new)
    for name, rows in [("old", old), ("new", new)]:
        if len(rows) < bins:
            raise ValueError(
                f"{name} has {len(rows)} rows, fewer than {bins} bins. Wait for more rows, or "
                "lower bins."
            )
    return np.array([_psi(old[:, j], new[:, j], bins, j) for j in range(old.shape[1])])


def _psi(old, new, bins, column):
    edges = np.quantile(old, np.arange(1, bins) / bins)
    p, q = (_counts(edges, rows) for rows in (old, new))
    if (p == 0).any():
        values = len(np.unique(old))
        remedy = "Use fewer bins, or a chi-square test on the counts of the values."
        raise ValueError(
            f"old leaves a bin empty in feature {column}: {values} distinct values, {bins} bins. "
            + ("Leave a constant feature out." if values == 1 else remedy)
        )
    p, q = p / len(old), np.where(q == 0, _EMPTY, q) / len(new)
    return float(np.sum((q - p) * np.log(q / p)))


def _counts(edges, rows):
    return np.bincount(np.searchsorted(edges, rows, side="right"), minlength=len(edges) + 1)


def _pair(old, new):
    old, new = _rows("old", old), _rows("new", new)
    if old.shape[1] != new.shape[1]:
        raise ValueError(
            f"old and new must have the same features; got {old.shape[1]} and {new.shape[1]}. "
            "Select the columns that both have."
        )
    return old, new


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
