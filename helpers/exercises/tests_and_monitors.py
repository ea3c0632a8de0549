"""Checkers for notebook 07, and the report of exercise 07.2."""

import numpy as np
import pandas as pd
from scipy.stats import chi2, norm, wasserstein_distance

from helpers.exercises import NotYet, close, number
from helpers.run_lengths import alarmed_by, cusum_run_length, normal_chain, siegmund, threshold_for
from helpers.twosample import holm, ks

# feature: standard deviation, shift in standard deviations, rows a side, distance that matters
_FEATURES = {
    "age (years)": (10, 0.12, 5000, 3),
    "income (1000 euros)": (12, 0.4, 5000, 2),
    "debt (% of income)": (15, 0.7, 60, 5),
    "at this address (years)": (4, 0.02, 5000, 1),
    "loan (1000 euros)": (8, 0.03, 5000, 2),
    "late payments (a year)": (1.5, 0.25, 5000, 0.3),
    "balance (1000 euros)": (5, 0.01, 5000, 1),
    "calls (a month)": (2, 0.2, 300, 0.3),
}


def monday_report():
    """The report of exercise 07.2: one row a feature.

    Returns
    -------
    DataFrame
        ``rows`` a side, ``p`` of KS, ``distance`` (Wasserstein) and the distance that ``matters``,
        both in the feature's own unit. The rows are normal quantiles, old and shifted.
    """
    report = {}
    for name, (sd, shift, rows, matters) in _FEATURES.items():
        old = sd * norm.ppf((np.arange(rows) + 0.5) / rows)
        new = old + shift * sd
        p, distance = ks(old[:, None], new[:, None]).p[0], wasserstein_distance(old, new)
        report[name] = {"rows": rows, "p": round(p, 4), "distance": round(distance, 2)}
        report[name]["matters"] = matters
    return pd.DataFrame(report).T.astype({"rows": int})


def safe_cut(answer, old_rows, new_rows, bins, false_alarms):
    """07.1: the cut of the PSI's law, within 5%."""
    value = number(answer)

    def law(chance, free=bins - 1, noise=1 / old_rows + 1 / new_rows):
        return noise * chi2.isf(chance, free)

    if close(value, law(false_alarms), rel=0.05):
        return (
            f"{law(false_alarms):.3f}: by the law a false alarm in {false_alarms:.0%} of the "
            "weeks, in truth in a little more. Nearly all of the chance comes from the few new "
            "rows: more reference rows would hardly help."
        )
    shapes = [
        (law(false_alarms, free=bins), f"{bins} shares add up to 1. How many of them are free?"),
        (law(false_alarms, noise=1 / new_rows), "The reference is a sample, too: add its 1/n."),
        (law(false_alarms, noise=1 / old_rows),
         "You used the reference rows only. The new rows make most of the chance."),
        (law(false_alarms, noise=2 / new_rows), "Two different numbers of rows: 1/n + 1/m."),
        (law(false_alarms, noise=2 / old_rows), "Two different numbers of rows: 1/n + 1/m."),
        (law(false_alarms, noise=1 / (old_rows + new_rows)),
         "Add 1/n and 1/m; that is not one over the sum."),
        (law(0.05), f"That cut gives a false alarm in 5% of the weeks, not {false_alarms:.0%}."),
        (law(1 - false_alarms), "That is the lower end of the law: nearly every week is above it."),
        (law(false_alarms / 2), "Only a high PSI is an alarm: all of the chance at the upper end."),
        (chi2.isf(false_alarms, bins - 1), "Now scale it: the law is (1/n + 1/m) times chi2."),
    ]  # fmt: skip
    nearest = min(shapes, key=lambda shape: abs(np.log(max(value, 1e-300) / shape[0])))
    if close(value, nearest[0], rel=0.015):
        raise NotYet(nearest[1])
    if value <= 0:
        raise NotYet("A PSI is never below 0.")
    rate = chi2.sf(value / (1 / old_rows + 1 / new_rows), bins - 1)
    raise NotYet(f"With that cut a quiet week alarms with chance {rate:.2g}, by the law.")


def whom_to_call(answer, report):
    """07.2: moved beyond doubt (Holm over all features) and by enough to matter."""
    if isinstance(answer, pd.DataFrame):  # the rows of the report instead of their names
        answer = answer.index
    elif np.shape(answer) == (len(report),) and pd.api.types.is_bool_dtype(np.asarray(answer)):
        answer = report.index[np.asarray(answer)]
    if isinstance(answer, str) or not hasattr(answer, "__iter__"):
        raise NotYet("The answer should be a list of features, by their names in the report.")
    chosen = set(answer)
    if unknown := chosen - set(report.index):
        raise NotYet(f"No feature of the report is called {sorted(map(str, unknown))[0]!r}.")
    sure, enough = holm(report["p"]), report["distance"] >= report["matters"]
    for (name, row), is_sure, matters in zip(report.iterrows(), sure, enough, strict=True):
        if (name in chosen) == (is_sure and matters):
            continue
        if name not in chosen:
            raise NotYet(
                f"{name}: it moved by {row['distance']:g}, and {row['matters']:g} would matter. Is "
                "there any doubt about it?"
            )
        if is_sure:
            raise NotYet(
                f"{name}: beyond doubt, but by how much? Compare its distance with what matters."
            )
        if row["p"] <= 0.05:
            raise NotYet(
                f"{name}: p {row['p']:g} would do if you had tested one feature. There are "
                f"{len(report)} of them."
            )
        raise NotYet(
            f"{name}: p {row['p']:g} leaves room for chance. It must be beyond doubt, too, that it "
            "moved."
        )
    return "Sure and large, both: the p-values alone would have named other features."


def cost_per_change(answer, table, row, look, horizon, quiet):
    """07.5: euros per change of each detector, within 1%."""
    try:
        value = {name: float(cost) for name, cost in dict(answer).items()}
    except (TypeError, ValueError):
        raise NotYet("Answer with a Series or a dict: a number of euros for each name.") from None
    if set(value) != set(table.index):
        raise NotYet(f"One entry for each of {', '.join(table.index)}; yours has {len(value)}.")
    missed, delay = table["missed"], table["delay"].fillna(0)
    false = look * table["false"] * quiet / 1000
    truth = row * ((1 - missed) * delay + missed * horizon) + false
    value = pd.Series(value)[table.index]
    if np.allclose(value, truth, rtol=0.01, atol=1):
        names = [truth.idxmin(), table["f1"].idxmax()]
        return (
            f"Cheapest is {names[0]}, with {truth.min():.0f} euros ({names[1]} has the best F1). "
            f"Silence costs {truth['never']:.0f}, an alarm at every row {truth['always']:.0f}."
        )
    known = table["delay"].notna()
    if value[~known].isna().any():
        raise NotYet("never has no delay, since it finds nothing. But what does that cost?")
    shapes = [
        (row * delay + false, "The delay is that of detected changes. Some are missed."),
        (row * (1 - missed) * delay + false, "Missed changes cost something, too."),
        (row * (delay + missed * horizon) + false,
         "Only the share of changes that is not missed has that delay."),
        (truth - false, "False alarms cost something, too."),
        (truth + 999 * false, "The table counts false alarms per 1000 rows."),
        (truth - false + false * 1000 / quiet,
         f"That is one stretch of 1000 quiet rows. Between two changes lie {quiet}."),
        (truth - false + false / look, "A false alarm costs more than one euro."),
        ((truth - false) / row + false, "That has the rows of delay, not what they cost."),
    ]  # fmt: skip
    for shape, hint in shapes:
        if np.allclose(value[known], shape[known], rtol=0.01, atol=1):
            raise NotYet(hint)
    worst = (value / truth - 1).abs().idxmax()
    raise NotYet(
        f"{worst}: not {value[worst]:.0f} euros. It misses {missed[worst]:.2f} of the changes, "
        f"finds the others after {delay[worst]:.0f} rows, and raises "
        f"{table.loc[worst, 'false']:.2f} false alarms per 1000 rows. What does each cost?"
    )


def bearable_threshold(answer, k, rows, false_alarms):
    """07.3: the threshold whose share of false alarms in so many rows is the one asked for.

    Accepted from 9/10 to 21/20 of the share: the route over the quiet time takes the run length
    to be geometric, or even the share to be rows over quiet time, and lands in there.
    """
    value = number(answer)
    if not 0 < value < 30:
        raise NotYet("A threshold is above 0, in sd, and far below 30.")

    def share(h):
        return alarmed_by(normal_chain(k, h), rows)[-1]

    alarms = share(value)
    if 0.9 * false_alarms <= alarms <= 1.05 * false_alarms:
        quiet = cusum_run_length(k, value)
        return (
            f"Quiet for {quiet:,.0f} rows on average, about {quiet / rows:.0f} months, so as to be "
            f"quiet in {1 - alarms:.0%} of the months."
        )
    shapes = [
        (threshold_for(rows, k),
         f"With that threshold the quiet time is {rows:,} rows on average, and {alarms:.0%} of the "
         "months have a false alarm. A run length is not a risk."),
        (threshold_for(rows / false_alarms, k, sides=2), "That is for a chart with two sides."),
        (threshold_for(max(10, rows * false_alarms), k),
         "You multiplied the rows by the share; the quiet time must be longer than the month."),
        (threshold_for(rows / (1 - false_alarms), k),
         f"{alarms:.0%} of the months would have a false alarm. The share to bear is that of "
         "months with one, not without."),
    ]  # fmt: skip
    nearest = min(shapes, key=lambda shape: abs(value - shape[0]))
    if abs(value - nearest[0]) < 0.08:
        raise NotYet(nearest[1])
    way = "a higher" if alarms > false_alarms else "a lower"
    raise NotYet(
        f"With that threshold {alarms:.1%} of the months have a false alarm: take {way} one."
    )


def cheapest_threshold(answer, k, shift, between, staleness, retrain):
    """07.4: a threshold whose cost per row is within 2% of the lowest."""
    value = number(answer)
    if not 0 < value < 30:
        raise NotYet("A threshold is above 0, in sd, and far below 30.")

    def cost(h, late=staleness / between, false=retrain):
        return false / siegmund(k, h) + late * siegmund(k, h, shift)

    def cheapest(**prices):
        grid = np.arange(0.5, 20, 0.1)
        return grid[np.argmin([cost(h, **prices) for h in grid])]

    if cost(value) <= 1.02 * cost(cheapest()):
        delay, quiet = cusum_run_length(k, value, shift), cusum_run_length(k, value)
        return (
            f"{delay:.0f} rows late, and quiet for {quiet:,.0f}. To wait a row longer is cheap "
            "here, a needless retrain is not: h lies far above the textbooks' 4 or 5."
        )
    shapes = [
        (cheapest(late=staleness), "You let the relation turn at every row. How often does it?"),
        (cheapest(false=1), "What does one false alarm cost?"),
    ]
    nearest = min(shapes, key=lambda shape: abs(value - shape[0]))
    if abs(value - nearest[0]) < 0.11:
        raise NotYet(nearest[1])
    if value < cheapest():
        share = (retrain / siegmund(k, value)) / cost(value)
        raise NotYet(f"Needless retrains are {share:.0%} of the cost there. Be more patient.")
    raise NotYet(
        "Hardly a false alarm is left there, and every change is found late. Be less patient."
    )


CHECKERS = {
    "07.1": safe_cut,
    "07.2": whom_to_call,
    "07.3": bearable_threshold,
    "07.4": cheapest_threshold,
    "07.5": cost_per_change,
}
