"""What the measurements share: CPU time, interleaved repetitions, and one row of the table."""

from time import process_time

import numpy as np


def seconds(function, *arguments):
    """Return the result of a call and the CPU seconds it took."""
    before = process_time()
    result = function(*arguments)
    return result, process_time() - before


def paired(first, second, repeats, warm_up=1):
    """Run two functions without arguments in turn.

    Parameters
    ----------
    first, second : callable
        Taken in turn, so that what disturbs the machine disturbs both.
    repeats : int
        Pairs that are timed, after ``warm_up`` pairs that are not.

    Returns
    -------
    results : tuple
        What the two returned last.
    times : ndarray of shape (repeats, 2)
        CPU seconds.
    """
    # A process that has once freed a large array keeps memory; before, it gets it anew each time.
    np.ones(4_000_000)
    times = []
    for _ in range(warm_up + repeats):
        one, a = seconds(first)
        two, b = seconds(second)
        times.append((a, b))
    return (one, two), np.array(times[warm_up:])


def row(what, ratios, goal, note=""):
    """One row of the table.

    Parameters
    ----------
    what : str
        What is compared, in words: the ratio is of the first to the second thing it names.
    ratios : array
        One ratio for each repetition, or a single number.
    goal : str
        ``">= 40"`` or ``"<= 0.2"``.
    note : str
        Medians, settings, the agreement of losses.

    Returns
    -------
    dict
        what, ratio (median), low and high (5% and 95% quantiles), goal, note.
    """
    low, ratio, high = np.percentile(ratios, [5, 50, 95])
    return {"what": what, "ratio": ratio, "low": low, "high": high, "goal": goal, "note": note}


def largest_difference(a, b):
    """How far two lists of losses are apart, in words."""
    return f"losses agree to {np.abs(np.asarray(a) - np.asarray(b)).max():.0e}"
