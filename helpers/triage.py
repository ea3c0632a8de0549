"""Triage of incidents from what a team has in production: signals, and a tree that reads them."""

import numpy as np

from helpers.incidents import Seen
from helpers.memory import break_even_rows

# What each signal says; all of them are known to the team.
SIGNALS = {
    "outside": "share of served rows with a value far outside the range at training time",
    "empty": "share of columns that varied at training time and hold one value now",
    "overturned": "share of recorded labels that their source document overturns",
    "unlabelled": "share of served rows in segments without any label",
    "labels": "labels since the change",
    "needed": "labels at which a retrain breaks even, if the loss has doubled",
    "loss up": "measured loss minus loss at hand-over, in standard errors",
    "gain": "held-out loss of a challenger below the deployed model's, in standard errors",
    "repeats": "share of the measured loss that two looks at one case already differ by",
}
_MARGIN = 0.5  # of the range at training time, allowed beyond either end


def signals(seen):
    """The signals of an incident, from production data only.

    Parameters
    ----------
    seen : helpers.incidents.Seen
        What the team has. At least two labels must have arrived.

    Returns
    -------
    dict of str to float
        One value for each name in `SIGNALS`. The challenger is fitted on the first half of
        the labelled rows and scored on the others, as the warehouse holds them; with fewer
        labels than ``needed`` none is fitted and ``gain`` is 0.

    Raises
    ------
    TypeError, ValueError
        If ``seen`` is not of that kind, or holds fewer than two labels.
    """
    if not isinstance(seen, Seen):
        raise TypeError(f"seen must be what a team sees, incident.seen; got {type(seen).__name__}")
    known = ~np.isnan(seen.labels)
    if known.sum() < 2:
        raise ValueError(f"seen must hold at least 2 labels, for a loss; got {known.sum()}")
    d = seen.served.shape[1]
    losses = (seen.labels - seen.predicted)[known] ** 2
    needed = break_even_rows(d, 1.0, 1.0)
    low, high = seen.reference.min(axis=0), seen.reference.max(axis=0)
    beyond = _MARGIN * (high - low)
    outside = (seen.served < low - beyond) | (seen.served > high + beyond)
    one_value = np.ptp(seen.served, axis=0) == 0
    with_labels = np.isin(seen.segment, seen.segment[known])
    disagree = np.mean(np.diff(seen.repeats, axis=1) ** 2) / 2
    values = {
        "outside": outside.any(axis=1).mean(),
        "empty": (one_value & (high > low)).mean(),
        "overturned": np.mean(seen.sources[:, 0] != seen.sources[:, 1]),
        "unlabelled": 1 - with_labels.mean(),
        "labels": known.sum(),
        "needed": needed,
        "loss up": (losses.mean() - seen.handover.mean()) / _se(losses, seen.handover),
        "gain": _gain(seen, known, losses) if known.sum() >= needed else 0.0,
        "repeats": disagree / losses.mean(),
    }
    return {name: float(value) for name, value in values.items()}


def _se(*samples):
    return np.sqrt(sum(sample.var(ddof=1) / len(sample) for sample in samples))


def _gain(seen, known, losses):
    X, y = seen.stored[known], seen.labels[known]
    half = len(y) // 2
    if len(np.unique(y[:half])) < 2:
        return 0.0  # one class only: no classifier can be fitted
    gains = losses[half:] - (y[half:] - seen.fit(X[:half], y[:half])(X[half:])) ** 2
    se = _se(gains)
    return gains.mean() / se if se > 0 else 0.0


def triage(signals):
    """The action that a tree of seven questions advises.

    Parameters
    ----------
    signals : dict of str to float
        What `signals` returns: a finite value for each name in `SIGNALS`, and nothing else.

    Returns
    -------
    str
        One of `helpers.incidents.ACTIONS`.

    Raises
    ------
    TypeError, ValueError
        If the signals are not those.
    """
    if not isinstance(signals, dict) or set(signals) != set(SIGNALS):
        raise TypeError(f"signals must be a dict with the keys {', '.join(SIGNALS)}")
    if odd := [name for name, value in signals.items() if not np.isfinite(value)]:
        raise ValueError(f"signals must be finite numbers; {odd[0]!r} is {signals[odd[0]]}")
    return inputs_and_labels(signals) or losses_and_gains(signals)


def inputs_and_labels(s):
    """The first four questions: are rows and labels sound, and are there enough? Else None."""
    if s["outside"] > 0.01 or s["empty"] > 0:
        return "fix the pipe"
    if s["overturned"] > 0.1:
        return "fix the pipe"
    if s["unlabelled"] > 0.05:
        return "explore"
    if s["labels"] < s["needed"]:
        return "wait for labels"
    return None


def losses_and_gains(s):
    """The last three questions: does a challenger gain, is the loss up, and can anybody help?"""
    if s["gain"] > 3:
        return "retrain"
    if s["loss up"] < 3:
        return "leave alone"
    if s["repeats"] > 0.5:
        return "leave alone"
    return "get a feature"
