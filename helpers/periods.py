"""How a table is divided in time: periods, and what each of them is for."""

import numpy as np
import pandas as pd

from helpers.batches import Batches
from helpers.tables import PERIODS

FEWEST_FIT = 30  # rows for the first fit
FEWEST_SCORED = 12  # periods: four to choose a policy by, eight to judge it by
FEWEST_IN_PERIOD = 5  # rows
CUT_SHORT = 0.1  # of the median period: a first or last one with less counts as cut short
MANY_PERIODS = 24  # that the chosen calendar should make at least


def chosen_period(times):
    """The longest period of the calendar that makes at least 24, half of them of 5 rows or more.

    If there is none: a number of rows, for 24 equal periods, but at least 5.

    Parameters
    ----------
    times : Series of datetimes

    Returns
    -------
    str or int
    """
    clock = times.dt.tz_localize(None)
    for period in ("year", "quarter", "month", "week", "day"):
        sizes = clock.dt.to_period(PERIODS[period]).value_counts()
        if len(sizes) >= MANY_PERIODS and sizes.median() >= FEWEST_IN_PERIOD:
            return period
    return max(FEWEST_IN_PERIOD, -(-len(times) // MANY_PERIODS))


def joined(batches):
    """Join periods of very few rows to the one before, and ends that the file cuts short.

    Parameters
    ----------
    batches : Batches

    Returns
    -------
    batches : Batches
        As they were, if half of them hold very few rows.
    warnings : list of str
    """
    sizes = np.diff(batches.edges)
    short = sizes < FEWEST_IN_PERIOD
    short[[0, -1]] |= sizes[[0, -1]] < CUT_SHORT * np.median(sizes)
    if not short.any() or np.median(sizes) < FEWEST_IN_PERIOD:
        return batches, []
    starts = np.flatnonzero(~short)
    edges = np.concatenate([[0], batches.edges[starts[1:]], batches.edges[-1:]])
    batches = Batches(batches.X, batches.y, edges, batches.when[starts])
    return batches, [
        f"{short.sum()} of {len(sizes)} periods held fewer than {FEWEST_IN_PERIOD} rows, or "
        f"stand at an end with less than {CUT_SHORT:.0%} of the usual: joined to the one before, "
        "or at the beginning to the one after"
    ]


def parts(batches, task, delay):
    """Divide the batches: a fifth for the first fit, then a third to choose by, the rest to judge.

    Parameters
    ----------
    batches : Batches
    task : {"regression", "classification"}
    delay : int

    Returns
    -------
    start, split : int
        First scored batch, and the first that judges.
    too_little : str
        Why there is too little for a verdict, or nothing.
    warnings : list of str
    """
    T, edges, y = len(batches), batches.edges, batches.y
    both = int((y != y[0]).argmax()) + 1 if task == "classification" else 0
    start = max(1, round(T / 5))
    while start < T // 3 and edges[start] < max(FEWEST_FIT, both):
        start += 1
    split = start + round((T - start) / 3)
    reasons, needed = [], FEWEST_SCORED + delay
    if T - start < needed:
        reasons.append(
            f"{T} periods, {start} of them for the first fit, leave {T - start} to score; at least "
            f"{needed} are needed"
        )
    if np.median(np.diff(edges)) < FEWEST_IN_PERIOD:
        reasons.append(f"half of the periods hold fewer than {FEWEST_IN_PERIOD} rows")
    if edges[start] < FEWEST_FIT:
        reasons.append(f"the first fit would have {edges[start]} rows; {FEWEST_FIT} are needed")
    warnings = []
    if edges[start] < both:
        warnings.append(
            f"the first {edges[start]:,} rows hold outcome {y[0]:g} only: the frozen model is a "
            "constant"
        )
    return start, split, "; ".join(reasons), warnings


def thinned(table, report, rows):
    """Take at most so many rows of a table, evenly in time.

    Parameters
    ----------
    table : DataFrame
        In time order.
    report : DataFrame
        Columns step, rows and what.
    rows : int

    Returns
    -------
    table, report : DataFrame
        As they were, if there are no more rows; else the report counts those set aside.
    weight : float
        Rows of the source that one row stands for, if all set aside are counted.
    """
    n, columns = len(table), report.columns
    if n > rows:
        at = int(np.flatnonzero(report["step"] == "kept")[0])
        aside = pd.DataFrame(
            [("set aside", rows - n, "evenly in time, for speed")], columns=columns
        )
        kept = report.iloc[at : at + 1].assign(rows=rows)
        notes = report.iloc[at + 1 :]
        notes = notes.assign(what=notes["what"] + " (counted before rows were set aside)")
        report = pd.concat([report.iloc[:at], aside, kept, notes], ignore_index=True)
        table = table.iloc[np.linspace(0, n - 1, rows).astype(int)].reset_index(drop=True)
    aside = -report.loc[report["step"] == "set aside", "rows"].sum()
    return table, report, float(1 + aside / len(table))
