"""Claims of notebook 04."""

import numpy as np

from helpers.compare import paired_difference
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
    held = [
        agrees(distance(ns["all_rows"], ns["b_new"]), step_excess(1000, 1000, 1, d, s2)),
        agrees(distance(ns["new_rows"], ns["b_new"]), step_excess(0, 1000, 1, d, s2)),
    ]
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
    """Draw by draw: clearly better on the walk, and on the ramp no difference to be seen."""
    walk, ramp = (window - fading for window, fading in ns["duel"].values())
    return walk.mean() > 2 * walk.std(ddof=1) / len(walk) ** 0.5 and agrees(ramp, 0.0)


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


@claim("04.quarter-left", NOTEBOOK)
def test_quarter_left(ns):
    """In one draw: nearer to a quarter of the damage than to none or to a half."""
    return 1 / 8 < ns["excess"]["all rows"][1] / ns["jump2"] < 3 / 8


@claim("04.serve-neither", NOTEBOOK)
def test_serve_neither(ns):
    """In one draw: all rows lose ten times what the right rows lose, in either world."""
    excess = ns["excess"]
    serving = excess["old rows"][0], excess["new rows"][1]
    return all(10 * own < both for own, both in zip(serving, excess["all rows"], strict=True))


@claim("04.midway", NOTEBOOK)
def test_midway(ns):
    """In one draw: within a tenth of the way between the truths from its middle."""
    old, new = ns["b_old"][0], ns["b_new"][0]
    return abs(ns["fits"]["all rows"][0] - (old + new) / 2) < 0.1 * abs(new - old)


@claim("04.better-than-not", NOTEBOOK)
def test_better_than_not(ns):
    """At the break-even rows: in clearly more than half of the draws, as the exact law has it."""
    rows = ns["break_even_rows"](ns["d"], ns["s2"], ns["jump2"])
    won = (ns["few"][rows] < ns["jump2"]).astype(float)
    return won.mean() > 0.6 and agrees(won, fresh_excess(rows, ns["d"], ns["s2"]).cdf(ns["jump2"]))


@claim("04.disasters", NOTEBOOK)
def test_disasters(ns):
    """Without the worst tenth the mean is near the median; there two in three have the reason."""
    values = ns["few"][11]
    X = np.random.default_rng(ns["seed"]).normal(size=(len(values), 11, ns["d"]))
    weakest = np.linalg.svd(X, compute_uv=False)[:, -1]
    worst = values > np.quantile(values, 0.9)
    pulled, without = (v.mean() - np.median(values) for v in (values, values[~worst]))
    return without < pulled / 2 and np.mean(weakest[worst] < np.median(weakest)) > 2 / 3


@claim(
    "04.medians-settle",
    NOTEBOOK,
    rate=0.90,
    wording="in 90 of 100 seeds, 95% interval 83 to 94",
)
def test_medians_settle(ns):
    """Over the four lots, relative to their middle."""
    lots = np.split(ns["few"][7], 4)
    means, medians = ([f(lot) for lot in lots] for f in (np.mean, np.median))
    return np.ptp(medians) / np.mean(medians) < np.ptp(means) / np.mean(means)


@claim("04.bracket", NOTEBOOK)
def test_bracket(ns):
    """All rows win with a third of the rows, the new ones with three times the rows."""
    return all(
        (new.mean() < of_all.mean()) == (rows > ns["first_row"][shift])
        for (shift, rows), (of_all, new) in ns["bracket"].items()
    )


@claim("04.bracket-theory", NOTEBOOK)
def test_bracket_theory(ns):
    return all(
        agrees(of_all, ns["mean_of_all"][shift][rows - 1]) and agrees(new, 1 / rows)
        for (shift, rows), (of_all, new) in ns["bracket"].items()
    )


@claim("04.hundred-best", NOTEBOOK)
def test_hundred_best(ns):
    """Of the simulated means, in either world."""
    by_window, excess_of = ns["by_window"], ns["excess_of"]
    return all(
        min(by_window, key=lambda w: excess_of(by_window[w], kind).mean()) == 100  # noqa: B023
        for kind in ("walk", "ramp")
    )


@claim("04.luck-drops-out", NOTEBOOK)
def test_luck_drops_out(ns):
    """The paired difference has a standard error a third less than two samples apart, or better."""
    return all(
        (window - fading).std() < 2 / 3 * np.hypot(window.std(), fading.std())
        for window, fading in ns["duel"].values()
    )


@claim("04.losses-together", NOTEBOOK)
def test_losses_together(ns):
    """Batch by batch, any two neighbours in the list; the shortest window least."""
    losses = np.corrcoef([replay["loss"] for replay in ns["replays"].values()])
    shortest, *others = np.diag(losses, 1)
    return min(others) > max(0.5, shortest)


def above_chosen(ns, windows):
    """Intervals of the loss above that of the chosen window, as in the notebook's table."""
    replays = ns["replays"]
    others = [w for w in windows if w != ns["chosen"]]
    return [paired_difference(replays[w], replays[ns["chosen"]]) for w in others]


def told_apart(ns):
    """Which of the windows of 50, 100 and 200 rows can be told from the one chosen of them."""
    return [not gap["low"] < 0 < gap["high"] for gap in above_chosen(ns, (50, 100, 200))]


@claim(
    "04.neither-told",
    NOTEBOOK,
    rate=0.12,
    wording="in 12 of 100 seeds (95% interval 7 to 20)",
)
def test_neither_told(ns):
    return not any(told_apart(ns))


@claim(
    "04.one-not-told",
    NOTEBOOK,
    rate=0.78,
    wording="in 78 of 100 seeds (95% interval 69 to 85)",
)
def test_one_not_told(ns):
    return not all(told_apart(ns))


@claim("04.five-hundred-worse", NOTEBOOK)
def test_five_hundred_worse(ns):
    return [gap["low"] > 0 for gap in above_chosen(ns, (500,))] == [True]


@claim("04.doubt-harmless", NOTEBOOK)
def test_doubt_harmless(ns):
    """The risk that the chosen window has on average is within a tenth of the least."""
    risk = {w: ns["s2"] + window_excess(w, ns["d"], ns["s2"], q=ns["q"]) for w in ns["losses"]}
    return risk[ns["chosen"]] < 1.1 * min(risk.values())


@claim("04.another-shop-ties", f"solutions/{NOTEBOOK}")
def test_another_shop_ties(ns):
    return agrees(ns["lost"], (ns["change"] ** 2).sum())
