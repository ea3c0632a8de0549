"""Checkers for notebook 12."""

import math

import numpy as np

from helpers.costs import best_period
from helpers.exercises import NotAttempted, NotYet, close, number
from helpers.gates import paired_labels, paired_power, unpaired_labels
from helpers.run_lengths import cusum_run_length, threshold_for

ALLOWANCE = 0.5  # standard deviations


def runbook(answer, rows_a_day, quiet_days, staleness, age, price, wins, defeats):
    """12.1: the threshold by its run length, the period and the labels by their laws."""
    h, period, labels = _three(answer)
    _threshold(h, rows_a_day, quiet_days)
    _period(period, price, staleness, age, rows_a_day)
    _labels(labels, wins, defeats)
    return (
        f"A false alarm in {quiet_days} days at h = {h:.1f}, a retrain every {period:,.0f} rows, "
        f"{labels:,.0f} labels at the gate: three lines of a runbook, each with a reason. Before "
        "h goes live, replay it on losses from hand-over: real ones are seldom normal."
    )


def _three(answer):
    values = list(answer.values()) if isinstance(answer, dict) else answer
    if isinstance(values, str) or not hasattr(values, "__len__") or len(values) != 3:
        raise NotYet("The answer should be a list of three numbers: h, period, labels.")
    if any(value is ... for value in values):
        raise NotAttempted
    return [number(value) for value in values]


def _threshold(h, rows_a_day, quiet_days):
    if h <= 0:
        raise NotYet("The threshold h is a positive number of standard deviations.")
    wanted = rows_a_day * quiet_days
    if close(h, threshold_for(wanted, ALLOWANCE), rel=0.01):
        return
    if close(h, threshold_for(wanted, ALLOWANCE, sides=2), rel=0.002):
        raise NotYet("This h is for two charts, one up and one down. Here only a rise counts.")
    if close(h, threshold_for(max(quiet_days, 10), ALLOWANCE), rel=0.01):
        raise NotYet("The chart counts rows, not days. How many rows are the quiet days?")
    if close(h, threshold_for(rows_a_day, ALLOWANCE), rel=0.01):
        raise NotYet("That is one false alarm a day. How many rows should it be quiet for?")
    if h > 15:
        raise NotYet("No false alarm in far more than a million rows. h is no number of rows: it "
                     "counts standard deviations.")  # fmt: skip
    quiet = cusum_run_length(ALLOWANCE, h)
    raise NotYet(f"With h = {h:.2f} a false alarm comes every {quiet:,.0f} rows; wanted: "
                 f"{wanted:,}.")  # fmt: skip


def _period(period, price, staleness, age, rows_a_day):
    if period <= 0:
        raise NotYet("The period is a positive number of rows.")
    slope = staleness / age
    truth = best_period(price, slope)
    if close(period, truth, rel=0.03):
        return
    slips = [
        (truth / rows_a_day, "Your period is in days. Give it in rows."),
        (best_period(price, staleness), f"Staleness reached {staleness:g} after {age:,} rows. By "
         "how much does it grow in one?"),
        (price / staleness, "That is how long this staleness takes to lose the price. It starts "
         "at zero and grows: use the square-root law."),
        (math.sqrt(price / slope), "On average over a period staleness is half of what it ends "
         "at: hence the 2 in the law."),
        ((1.5 * price / slope) ** (1 / 3), "The cube root is for staleness that grows with the "
         "square of age."),
    ]  # fmt: skip
    for wrong, hint in slips:
        if close(period, wrong, rel=0.03):
            raise NotYet(hint)
    raise NotYet(
        f"At {period:,.0f} rows staleness costs {slope * period / 2:.4f} a row, retrains "
        f"{price / period:.4f}. At the best period the two are equal."
    )


def _labels(labels, wins, defeats):
    if labels <= 0:
        raise NotYet("The labels are a positive number of rows.")
    if close(labels, paired_labels(wins, defeats), rel=0.02):
        return
    if close(labels, paired_labels(wins, defeats, level=0.05), rel=0.02):
        raise NotYet("A two-sided 5% is 2.5% on the side that counts.")
    if close(labels, unpaired_labels(1 - wins, 1 - defeats), rel=0.02):
        raise NotYet("wins and defeats are shares of the same rows, not two accuracies.")
    if close(labels, paired_labels(wins, defeats, power=0.5), rel=0.02):
        raise NotYet("That many labels are enough in half of the cases. Wanted is a power of 80%.")
    if labels > 1_000_000:
        raise NotYet("Far too many labels. The formula is under Labels for a gate.")
    power = paired_power(max(int(np.ceil(labels)), 1), wins, defeats)
    raise NotYet(f"With {labels:,.0f} labels the gate lets the better one pass in {power:.0%}.")


def early_labels(answer, weeks, rows_a_week, damage, share, detection, collection):
    """12.2: delay, detection and collection, the last two thinned by the share of rows labelled."""
    value, needed = number(answer), detection + collection
    late = damage * (weeks * rows_a_week + needed)
    early = damage * (rows_a_week + needed / share)
    saved = late - early
    if close(value, saved, rel=0.005):
        return (
            f"{saved:g} units a change: the delay shrinks by {weeks - 1} weeks, while the alarm "
            f"takes {1 / share:g} times as many rows. Set it against the price of the labels."
        )
    slips = [
        (-saved, "Right in size. By how much is the loss lowered? Give a positive number."),
        (damage * (weeks - 1) * rows_a_week, f"Only a share of {share:g} of the rows has a label "
         f"now. How many served rows do {needed} labels take?"),
        (early, "That is what one change costs with the early sample. And without it?"),
        (late, "That is what one change costs without the sample. And with it?"),
        (saved / damage, "Those are the rows saved. Each of them would cost the damage."),
        (damage * ((weeks - 1) * rows_a_week - needed * share + needed), "With fewer rows "
         "labelled, detection and collection take longer, not shorter."),
        (damage * (weeks * rows_a_week - needed * (1 / share - 1)), "The sample is not there at "
         "once: its labels take a week."),
    ]  # fmt: skip
    for wrong, hint in slips:
        if close(value, wrong, rel=0.005):
            raise NotYet(hint)
    raise NotYet(
        "Use the formula of Late labels twice, with all three parts in served rows: L is the delay "
        "in rows, and a label needs more served rows if only a share is labelled."
    )


CHECKERS = {"12.1": runbook, "12.2": early_labels}
