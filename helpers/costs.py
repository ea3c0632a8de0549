"""What a retraining policy costs in all, and what the cheapest schedule would have cost.

Total cost = error + labels + training. Error is a loss summed over the rows served, or its part
above a floor; labels and retrains are counted and priced. All prices are in one currency, that of
`Prices.error`: with the default of 1, a price of 20 is as bad as twenty units of loss in one row.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import brentq


@dataclass(frozen=True)
class Prices:
    """What errors, labels and retrains cost, all in one currency.

    Parameters
    ----------
    training : float
        Of one retrain: computing, review, deployment. At least 0.
    label : float
        Of one label, at least 0. Outcomes that come in by themselves cost nothing.
    error : float
        Of one unit of loss in one row, at least 0.

    Raises
    ------
    ValueError
        If a price is negative or not a finite number.
    """

    training: float = 0.0
    label: float = 0.0
    error: float = 1.0

    def __post_init__(self):
        for name in ("training", "label", "error"):
            _check_price(name, getattr(self, name))

    def retrain(self, rows):
        """Price of one retrain for which ``rows`` labels are bought."""
        return self.training + self.label * rows


def total_cost(history, prices, floor=0.0, watched=False):
    """Split the cost of a backtest into error, labels and training.

    The first model is there for every policy, so neither it nor its labels are counted. A row's
    label is bought once, however often it is used. With a gate, every challenger is counted as a
    retrain, promoted or not, and so are its labels and those of the rows held out.

    Parameters
    ----------
    history : DataFrame
        What `helpers.backtest.backtest` returns: one row a batch, with the columns rows, loss,
        retrained, fit_lo and fit_hi, and with a gate asked_lo and asked_hi.
    prices : Prices
    floor : float
        Loss per row that no model can avoid, taken off; 0 to count all of it.
    watched : bool
        Whether the policy looks at the error of every row, and so needs every label. Otherwise
        only the rows that retrains ask for are labelled: to fit, and to hold out for a gate.

    Returns
    -------
    Series
        error, labels, training and total, for the whole history; per row, the total divided by
        the rows served; and the counts labelled and retrains.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.
    """
    if not isinstance(prices, Prices):
        raise TypeError(f"prices must be Prices(training=..., label=...); got {prices!r}")
    if not isinstance(history, pd.DataFrame):
        raise TypeError(f"history must be a DataFrame, from backtest; got {type(history).__name__}")
    wanted = ["rows", "loss", "retrained", "fit_lo", "fit_hi"]
    if absent := [column for column in wanted if column not in history.columns]:
        raise ValueError(f"history lacks the columns {absent}; pass what backtest returned")
    if len(history) == 0:
        raise ValueError("history is empty; a cost per row needs at least one batch")
    rows = history["rows"].to_numpy()
    lost = (history["loss"].to_numpy(float) - floor) * rows
    labelled, retrains = _labelled(history, watched), int(history["retrained"].sum())
    parts = {
        "error": prices.error * lost.sum(),
        "labels": prices.label * labelled,
        "training": prices.training * retrains,
    }
    total = sum(parts.values())
    counts = {"labelled": labelled, "retrains": retrains}
    return pd.Series(parts | {"total": total, "per row": total / rows.sum()} | counts)


def _labelled(history, watched):
    first, served = history["fit_hi"].iloc[0], int(history["rows"].sum())
    bought = np.zeros(int(first) + served, bool)
    bought[first:] = watched
    # Behind a gate the model that serves may be the old one; what was asked for is paid for.
    windows = ["asked_lo", "asked_hi"] if "asked_lo" in history.columns else ["fit_lo", "fit_hi"]
    for lo, hi in history.loc[history["retrained"], windows].to_numpy():
        bought[lo:hi] = True
    bought[history["fit_lo"].iloc[0] : first] = False  # those of the first model
    return int(bought.sum())


def cheapest_schedule(errors, steps, price):
    """The cheapest retraining schedule in hindsight, by dynamic programming.

    For a fixed memory, the model of a retrain before step r is the same whatever came before. So
    the least cost from r on, with that model fresh, is::

        V(r) = min over n in r+1 .. steps of  errors of model r on steps r .. n-1
                                              + (price + V(n) if n < steps else 0)

    and V(0), with the first model, is the optimum. It knows the future, so no policy that sees
    only the past can be expected to reach it; what a policy costs more is its *regret*.
    Mahadevan and Mathioudakis (2024) call it the oracle.

    Parameters
    ----------
    errors : callable
        ``errors(r)`` -> what the model made before step r costs on each of the steps r ..
        ``steps - 1``, shape (..., steps - r): one row, or a row for each of many streams.
    steps : int
        Number of steps, at least 1.
    price : float
        Of a retrain, at least 0. The model made before step 0 is free.

    Returns
    -------
    cost : float or array
        Of errors and retrains in all, one a stream.
    retrained : array of bool, shape (..., steps)
        Whether to retrain before each step. On a tie the longer wait is taken.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.
    """
    if not callable(errors):
        raise TypeError(f"errors must be a function errors(r); got {type(errors).__name__}")
    if not isinstance(steps, int | np.integer) or isinstance(steps, bool) or steps < 1:
        raise ValueError(f"steps must be a whole number, at least 1; got {steps!r}")
    _check_price("price", price)
    following = value = None
    for r in range(steps - 1, -1, -1):
        spent = np.cumsum(np.asarray(errors(r), float), axis=-1)
        if spent.shape[-1:] != (steps - r,):
            raise ValueError(
                f"errors({r}) must have one value for each step from {r} to {steps - 1}, "
                f"{steps - r} in all; got shape {spent.shape}"
            )
        if value is None:  # V(n) + price for n = 0 .. steps, with V(steps) + price = 0
            value = np.zeros((*spent.shape[:-1], steps + 1))
            following = np.full(value.shape, steps)
        # Reversed, so that the first of equal minima is the latest step.
        options = (spent + value[..., r + 1 :])[..., ::-1]
        best = options.argmin(axis=-1)
        following[..., r] = steps - best
        value[..., r] = price + np.take_along_axis(options, best[..., None], axis=-1)[..., 0]
    return value[..., 0] - price, _schedule(following)


def _schedule(following):
    steps = following.shape[-1] - 1
    retrained = np.zeros(following.shape, bool)
    at = np.zeros(following.shape[:-1] + (1,), int)
    while (at < steps).any():
        at = np.take_along_axis(following, at, axis=-1)
        np.put_along_axis(retrained, at, True, axis=-1)
    return retrained[..., :steps]


def best_period(price, slope):
    """Square-root law: the cheapest period where staleness grows in proportion to age.

    A model of age a costs slope * a a row more than a fresh one. Retraining every T rows then
    costs price / T + slope * T / 2 a row more than a fresh model, least at sqrt(2 price / slope).
    It assumes that staleness grows in a straight line (as the expected one under a random walk,
    with slope d q), that it falls back to 0 at a retrain, and an endless stream. It is the
    economic order quantity of Harris (1913).

    Parameters
    ----------
    price : float
        Of a retrain, at least 0.
    slope : float
        Growth of staleness per row, > 0.

    Returns
    -------
    float
        Rows between retrains.
    """
    _check_price("price", price)
    _check_positive("slope", slope)
    return float(np.sqrt(2 * price / slope))


def best_period_ramp(price, speed, window=0.0):
    """Cube-root law: the cheapest period where the coefficients move in a straight line.

    A fit on ``window`` rows lags by half of them, so a model of age a is speed * (window / 2 + a)
    away, and its excess is the square of that. Every T rows costs, on average over the period,
    price / T + speed^2 (window^2 / 4 + window T / 2 + T^2 / 3) a row. For a short window it is
    least at the cube root of 3 price / (2 speed^2). It assumes standard normal inputs, a linear
    model, an endless stream; the estimation error of a fit adds the same at every age.

    Parameters
    ----------
    price : float
        Of a retrain, > 0.
    speed : float
        Length of the vector by which the coefficients move a row, > 0.
    window : float
        Rows that a retrain fits, at least 0.

    Returns
    -------
    float
        Rows between retrains.
    """
    for name, value in [("price", price), ("speed", speed)]:
        _check_positive(name, value)
    if not (window >= 0 and np.isfinite(window)):
        raise ValueError(f"window must be a number of rows, at least 0; got {window}")
    longest = (1.5 * price / speed**2) ** (1 / 3)

    def rise(T):  # T^2 times the slope of the cost per row
        return speed**2 * T**2 * (window / 2 + 2 * T / 3) - price

    return float(brentq(rise, 0.0, longest * (1 + 1e-9)))


def _check_price(name, value):
    if not (np.ndim(value) == 0 and np.isfinite(value) and value >= 0):
        raise ValueError(
            f"{name} must be a price, a finite number of at least 0; got {value}. "
            "Something that earns money is not a cost: leave it out."
        )


def _check_positive(name, value):
    if not (np.isfinite(value) and value > 0):
        raise ValueError(
            f"{name} must be a finite number above 0; got {value}. Where nothing is to be gained "
            "or paid there is no best period: retrain never, or always."
        )
