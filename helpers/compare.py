"""Compare two policies batch by batch: the mean of their paired differences, with an interval.

Both policies met the same batches, so what made a batch hard is in both and drops out of the
difference. Neighbouring batches are alike, so the interval draws blocks of them.
"""

from numbers import Integral

import numpy as np
import pandas as pd


def paired_difference(first, second, column="loss", block=4, draws=2000, seed=0):
    """Mean of ``first - second`` over the batches, with a 95% block-bootstrap interval.

    Every batch counts once, however many rows it holds: the batch is what is drawn again, and a
    metric such as the AUC has no sum over rows.

    Parameters
    ----------
    first, second : DataFrame
        Two histories over the same batches, with the columns ``batch`` and ``column``; see
        `helpers.backtest.backtest`.
    column : str
        What is compared, in its own units.
    block, draws, seed : int
        See `block_bootstrap`.

    Returns
    -------
    dict
        ``mean``, ``low`` and ``high``, in the units of ``column``.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.
    """
    for name, history in [("first", first), ("second", second)]:
        if not isinstance(history, pd.DataFrame):
            raise TypeError(f"{name} must be a history, a DataFrame; got {type(history).__name__}")
        if absent := [c for c in ("batch", column) if c not in history.columns]:
            raise ValueError(f"{name} has no column {absent}; it has {list(history.columns)}")
    batches = [history["batch"].to_numpy() for history in (first, second)]
    if not np.array_equal(*batches):
        spans = [f"{b.min()} to {b.max()} ({len(b)})" if len(b) else "none" for b in batches]
        raise ValueError(
            f"first and second must hold the same batches in the same order; got {spans[0]} and "
            f"{spans[1]}. Backtest both from the same start, or select the batches they share."
        )
    differences = first[column].to_numpy(float) - second[column].to_numpy(float)
    low, high = block_bootstrap(differences, block, draws, seed)
    return {"mean": float(differences.mean()), "low": low, "high": high}


def block_bootstrap(values, block, draws=2000, seed=0):
    """A 95% interval for the mean of a series whose neighbours are alike.

    The circular block bootstrap of Politis and Romano (1992): the series is bent into a ring,
    blocks of neighbours are drawn from it with replacement and joined, cut to the series' length;
    the interval is the middle 95% of the means. On a ring every value is drawn equally often, so
    the draws centre on the mean. With ``block=1`` this is the ordinary bootstrap.

    The interval is too narrow where the series is short: with 44 values whose correlation from
    one to the next is .45, blocks of 4 cover the truth in about 85 of 100 cases, single values
    in about 75.

    Parameters
    ----------
    values : array of shape (n,)
        The series, in time order.
    block : int
        Length of a block in values, 1 .. n.
    draws : int
        Number of means drawn, at least 400: ten beyond each end of the interval.
    seed : int
        Of the draws.

    Returns
    -------
    low, high : float
        In the units of ``values``.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.

    References
    ----------
    D. N. Politis and J. P. Romano, "A circular block-resampling procedure for stationary data",
    in R. LePage and L. Billard (eds), *Exploring the Limits of Bootstrap*, Wiley, 1992.
    """
    values = np.asarray(values, float)
    if values.ndim != 1 or len(values) == 0:
        raise ValueError(f"values must be a series of at least one number; got {values.shape=}")
    if not np.isfinite(values).all():
        bad = int((~np.isfinite(values)).argmax())
        raise ValueError(f"values have NaN or infinity, first at {bad}; leave such batches out")
    n = len(values)
    for name, value in [("block", block), ("draws", draws)]:
        if not isinstance(value, Integral) or isinstance(value, bool):
            raise TypeError(f"{name} must be a whole number; got {value!r}")
    if not 1 <= block <= n:
        raise ValueError(f"block must be 1 to {n}, the length of the series; got {block}")
    if draws < 400:
        raise ValueError(f"draws must be at least 400, or the ends are left to luck; got {draws}")
    starts = np.random.default_rng(seed).integers(0, n, (draws, -(-n // block), 1))
    ring = (starts + np.arange(block)).reshape(draws, -1)[:, :n] % n
    low, high = np.quantile(values[ring].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)
