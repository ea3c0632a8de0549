"""Checkers for notebook 11."""

import numpy as np
import pandas as pd

from helpers.exercises import NotYet, call, close, number
from helpers.leaks import find_leaks

_TIME, _TARGET = "ordered", "hours"
_SHARE = 0.8  # of the target's variance that the hidden column must explain


def break_even(answer, frozen, chosen):
    """11.1: loss that retraining saves over the later rows, divided by the retrains."""
    value = number(answer)
    rows, times = frozen["rows"].to_numpy(float), int(chosen["retrained"].sum())
    gain = (frozen["loss"] - chosen["loss"]).to_numpy(float)
    saved = float((rows * gain).sum())
    # The verdict spreads the price over mean rows, so that each period counts once.
    truths = [saved / times, rows.mean() * gain.sum() / times]
    if any(close(value, truth, rel=0.01) for truth in truths):
        return (
            f"{times} retrains saved {saved:,.0f} in all, {value:.1f} each. That is hindsight: "
            "beforehand you must guess it from the earlier periods."
        )
    if close(value, saved, rel=0.01):
        raise NotYet(f"That is what all {times} retrains saved together. What did one of them?")
    if any(close(value, g, rel=0.01) for g in (gain.sum() / times, gain.mean(), gain.sum())):
        raise NotYet(
            "That is in units of the loss of one row. The price is in units of the loss times "
            "rows: how many rows does each period hold?"
        )
    if any(close(value, 1 / truth, rel=0.01) for truth in truths):
        raise NotYet("Upside down: divide what was saved by the number of retrains.")
    if any(close(value, -truth, rel=0.01) for truth in truths):
        raise NotYet("The sign: retraining saves the loss of frozen minus the loss of chosen.")
    losses = [float((rows * history["loss"]).sum()) for history in (frozen, chosen)]
    if any(close(value, loss / times, rel=0.01) for loss in losses):
        raise NotYet("That is the loss of one of the two. What counts is the difference of both.")
    raise NotYet(
        "In each period retraining saves (loss of frozen - loss of chosen) times the rows. Sum "
        "that, and share it among the retrains."
    )


def hidden(answer, table):
    """11.2: one more column that explains the target and that `find_leaks` overlooks."""
    result = call(answer, table.copy())
    if not isinstance(result, pd.DataFrame):
        raise NotYet(
            f"Return the table with one more column; this is a {type(result).__name__}. "
            "table.assign(name=...) makes one."
        )
    new = [name for name in result.columns if name not in table.columns]
    if len(new) != 1 or len(result) != len(table):
        raise NotYet(
            f"Return all {len(table):,} rows with one more column; got {len(result):,} rows and "
            f"{len(new)} new columns."
        )
    if not result[list(table.columns)].reset_index(drop=True).equals(table.reset_index(drop=True)):
        raise NotYet("Leave the columns that were there, and the order of the rows, as they are.")
    [name] = new
    values = result[name]
    if not pd.api.types.is_numeric_dtype(values.dtype):
        raise NotYet(f"Column {name!r} holds {values.dtype}; numbers are asked for.")
    values = values.to_numpy(float)
    if not np.isfinite(values).all():
        raise NotYet(f"Column {name!r} has missing or infinite values.")
    target = table[_TARGET].to_numpy(float)
    constant = np.ptp(values) == 0
    share = 0.0 if constant else float(np.corrcoef(values, target)[0, 1] ** 2)
    features = [c for c in result.columns if c not in (_TIME, _TARGET)]
    leaks = find_leaks(result, _TIME, _TARGET, features, "regression")
    found = {leak.feature: leak for leak in leaks}
    if name in found:
        raise NotYet(f"The guard found it: {name!r} {found[name].what}. Blur it a little more.")
    if share < _SHARE:
        raise NotYet(
            f"The guard overlooks {name!r}, but it explains {share:.0%} of the target's variance; "
            f"{_SHARE:.0%} are asked for. Blur it less."
        )
    return (
        f"{name!r} explains {share:.0%} of the target, and no guard saw it. So ask of each column "
        "when it was written."
    )


def late_hurts(answer):
    """11.3: |error| a row, three times that where y is above the prediction; by value."""
    rng = np.random.default_rng(0)
    y, prediction = rng.normal(5, 2, (2, 200))
    prediction[:10] = y[:10]
    result = call(answer, y.copy(), prediction.copy())
    try:
        losses = np.asarray(result, float)
    except (TypeError, ValueError):
        raise NotYet("Return numbers, one loss a row.") from None
    if losses.shape != y.shape:
        raise NotYet(
            f"For {len(y)} rows return {len(y)} losses; yours has shape {losses.shape}. The mean "
            "is taken later."
        )
    error = y - prediction
    truth = np.where(error > 0, 3 * error, -error)
    if np.allclose(losses, truth):
        return (
            "The forecast that it likes best is no longer the median but the 75% quantile: 3 of "
            "the 4 parts of blame are for being late."
        )
    hints = {
        "Three times where the order took *longer* than predicted; yours punishes the early ones.":
            np.where(error < 0, -3 * error, error),
        "An error to one side comes out below zero. A loss is never negative: take the size.":
            np.where(error > 0, 3 * error, error),
        "Early orders cost something too: the size of the error.":
            np.where(error > 0, 3 * error, 0),
        "That is the size of the error alone. Late orders count three times.": np.abs(error),
        "That is three times the error on both sides. Only late orders count three times.":
            3 * np.abs(error),
        "Squared errors are in hours squared; the size of the error is asked for.":
            np.where(error > 0, 3, 1) * error**2,
    }  # fmt: skip
    for hint, wrong in hints.items():
        if np.allclose(losses, wrong):
            raise NotYet(hint)
    worst = int(np.abs(losses - truth).argmax())
    raise NotYet(
        f"With y = {y[worst]:.2f} and prediction = {prediction[worst]:.2f} the loss should be "
        f"{truth[worst]:.2f}; yours is {losses[worst]:.2f}."
    )


CHECKERS = {"11.1": break_even, "11.2": hidden, "11.3": late_hurts}
