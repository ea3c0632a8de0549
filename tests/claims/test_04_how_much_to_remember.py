"""Claims of notebook 04."""

import numpy as np

from helpers.memory import (
    decay_of,
    forgetting_excess,
    forgetting_step_excess,
    fresh_excess,
    step_excess,
    window_excess,
)
from tests.claims.register import claim, preset

NOTEBOOK = "04_how_much_to_remember"
preset(NOTEBOOK, draws=300)  # as in the notebook


def distance(fits, truth):
    return ((fits - truth) ** 2).sum(axis=-1)


def agrees(values, exact, approximation=0.0):
    """Within 4 standard errors, and what a formula admits to neglect."""
    error = 4 * values.std(ddof=1) / len(values) ** 0.5
    return abs(values.mean() - exact) < error + approximation * exact


@claim("04.right-nowhere", NOTEBOOK)
def test_right_nowhere(ns):
    """Within a tenth of a quarter of the squared change, in the old world and today."""
    both = [distance(ns["all_rows"], ns[b]).mean() for b in ("b_old", "b_new")]
    return np.allclose(both, ns["jump2"] / 4, rtol=0.1)


@claim("04.break-even", NOTEBOOK)
def test_break_even(ns):
    """Too few at 8, enough at 20, and as good as the old model at the rows predicted, 11."""
    few, old = ns["few"], ns["jump2"]
    rows = ns["break_even_rows"](ns["d"], ns["s2"], old)
    return few[8].mean() > old > 2 * few[20].mean() and agrees(few[rows], old)


@claim("04.mean-above-median", NOTEBOOK)
def test_mean_above_median(ns):
    """By half and more; the median itself is where the exact law has it."""
    values, law = ns["few"][8], fresh_excess(8, ns["d"], ns["s2"])
    below = (values < law.median()).astype(float)
    return values.mean() > 1.5 * np.median(values) and agrees(below, 0.5)


@claim("04.small-changes", NOTEBOOK)
def test_small_changes(ns):
    """A third of the rows predicted is too few, three times as many are enough."""
    first_row, bracket = ns["first_row"], ns["bracket"]
    won = all(
        (new.mean() < of_all.mean()) == (rows > first_row[shift])
        for (shift, rows), (of_all, new) in bracket.items()
    )
    return won and first_row[0.1] > first_row[0.3] > first_row[1.0]


@claim("04.valley", NOTEBOOK)
def test_valley(ns):
    """In the mean over the draws, and in the one stream of the backtest."""
    means = [
        {w: ns["excess_of"](ns["by_window"][w], kind).mean() for w in (10, 100, 1000)}
        for kind in ("walk", "ramp")
    ]
    return all(m[100] < min(m[10], m[1000]) for m in [*means, ns["losses"]])


@claim("04.no-drift", NOTEBOOK)
def test_no_drift(ns):
    means = [ns["excess_of"](error, "none").mean() for error in ns["by_window"].values()]
    return np.all(np.diff(means) < 0) and ns["best"]["none"] == ns["history"]


@claim("04.theory", NOTEBOOK)
def test_theory(ns):
    """Within 4 standard errors; without 10 rows, whose fourth moments are infinite."""
    d, s2 = ns["d"], ns["s2"]
    held = [agrees(distance(ns["all_rows"], ns["b_new"]), step_excess(1000, 1000, 1, d, s2))]
    for kind, drift in ns["drifts"].items():
        for w in ns["windows"][1:]:
            exact = window_excess(w, d, s2, **drift)
            held.append(agrees(ns["excess_of"](ns["by_window"][w], kind), exact))
        for n in ns["effective"][1:]:
            formula = forgetting_excess(decay_of(n), d, s2, **drift)
            held.append(agrees(ns["excess_of"](ns["by_decay"][n], kind), formula, 0.01))
    for m, (window, fading) in ns["recovery"].items():
        held.append(agrees(window, step_excess(100 - min(m, 100), min(m, 100), 1, d, s2)))
        held.append(agrees(fading, forgetting_step_excess(decay_of(100), m, 1, d, s2), 0.02))
    return all(held)


@claim("04.forgetting", NOTEBOOK)
def test_forgetting(ns):
    """Draw by draw: better on the walk, and on the ramp no difference to be seen."""
    walk, ramp = (window - fading for window, fading in ns["duel"].values())
    return walk.mean() > 0 and agrees(ramp, 0.0)


@claim("04.recovery", NOTEBOOK)
def test_recovery(ns):
    """25 rows after the change forgetting is ahead, 100 rows after it the window."""
    (window, fading), (window_later, fading_later) = (ns["recovery"][m] for m in (25, 100))
    return fading.mean() < window.mean() and window_later.mean() < fading_later.mean()


@claim("04.backtest", NOTEBOOK)
def test_backtest(ns):
    return 50 <= ns["chosen"] <= 200


@claim("04.backtest-noise", NOTEBOOK)
def test_backtest_noise(ns):
    return len(set(ns["lots"])) > 1
