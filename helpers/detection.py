"""Score drift detectors on streams whose changes are known: delay, missed, false alarms.

A detector follows river's protocol: ``update(x)`` takes one number, ``drift_detected`` says whether
that update raised the alarm, and after an alarm the detector starts afresh by itself. Those of
`helpers.monitors` and of ``river.drift`` do.

The rule: an alarm at row ``a`` belongs to the change at row ``c`` if ``c <= a < c + horizon`` (and
no later change lies between). The first such alarm detects the change, with the *delay* a - c + 1,
the rows of the new state that it took, counted as in a run length. Further ones are *repeats*,
neither a detection nor false: in use, the first one would have been acted upon. A change without
an alarm is *missed*, with no delay. Every other alarm is *false*, and is counted per 1,000 of the
rows on which an alarm would be false.
"""

from numbers import Integral
from typing import NamedTuple

import numpy as np
import pandas as pd


class Always:
    """The detector that raises an alarm at every row: what a score gives for no skill at all."""

    drift_detected = False

    def update(self, x):
        """Take a number, whatever it is, and raise the alarm."""
        self.drift_detected = True
        return self


class Never:
    """The detector that never raises an alarm."""

    drift_detected = False

    def update(self, x):
        """Take a number, whatever it is, and stay quiet."""
        return self


def alarms_of(detector, values):
    """The rows at which a detector raises an alarm, while it restarts by itself.

    Parameters
    ----------
    detector : object with ``update(x)`` and ``drift_detected``
        Fresh: its state is changed. If it has ``scan(values)``, that is used, for speed.
    values : array of shape (n,)
        The stream, such as the losses of a model, one a row; finite.

    Returns
    -------
    ndarray of int
        Rows of the alarms, in time order, counted from 0.

    Raises
    ------
    TypeError, ValueError
        If the detector lacks the protocol or the values are no stream of numbers.
    """
    if isinstance(detector, type):
        raise TypeError(f"detector must be a detector, not its class: {detector.__name__}()")
    for name in ("update", "drift_detected"):
        if not hasattr(detector, name):
            raise TypeError(
                f"detector must have update(x) and drift_detected, as in river.drift; "
                f"{type(detector).__name__} has no {name}"
            )
    values = _stream(values)
    found = []
    if hasattr(detector, "scan"):
        start = 0
        while (step := detector.scan(values[start:])) is not None:
            found.append(start + step)
            start += step + 1
        return np.array(found, int)
    for row, value in enumerate(values.tolist()):
        detector.update(value)
        if detector.drift_detected:
            found.append(row)
    return np.array(found, int)


class Detections(NamedTuple):
    """What `detections` finds out about one stream.

    Parameters
    ----------
    delays : ndarray of shape (changes,)
        Rows from each change to its first alarm, at least 1; NaN where it was missed.
    repeats : int
        Further alarms that belong to a change.
    false : int
        Alarms that belong to no change.
    quiet : int
        Rows on which an alarm would be false.
    """

    delays: np.ndarray
    repeats: int
    false: int
    quiet: int


def detections(alarms, changes, rows, horizon):
    """Tell the alarms in a stream apart by the rule of this module.

    Parameters
    ----------
    alarms : sequence of int
        Rows at which an alarm was raised, as from `alarms_of`; sorted.
    changes : sequence of int
        First row of each new state; sorted, may be empty.
    rows : int
        Length of the stream.
    horizon : int
        Rows after a change within which an alarm counts as its detection, at least 1. An alarm
        after the next change belongs to that one.

    Returns
    -------
    Detections

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.
    """
    for name, value in [("rows", rows), ("horizon", horizon)]:
        if not isinstance(value, Integral) or isinstance(value, bool):
            raise TypeError(f"{name} must be a whole number of rows; got {value!r}")
        if value < 1:
            raise ValueError(f"{name} must be at least 1 row; got {value}")
    alarms, changes = _rows("alarms", alarms, rows), _rows("changes", changes, rows)
    ends = np.minimum(changes + horizon, np.append(changes[1:], rows))
    # For each change, the place of its first alarm among the sorted ones, and how many it has.
    first = np.searchsorted(alarms, changes)
    inside = np.searchsorted(alarms, ends) - first
    found = inside > 0
    delays = np.full(len(changes), np.nan)
    delays[found] = alarms[first[found]] - changes[found] + 1
    return Detections(
        delays=delays,
        repeats=int((inside - found).sum()),
        false=len(alarms) - int(inside.sum()),
        quiet=int(rows - (ends - changes).sum()),
    )


def score_detectors(detectors, streams, changes, horizon):
    """Run detectors over many streams with known changes, and score them.

    Parameters
    ----------
    detectors : dict of str to callable
        Name -> ``make()``, which gives a fresh detector for every stream; see `alarms_of`.
    streams : array of shape (S, n), or sequence of S arrays
        The values that the detectors are fed with, a stream each.
    changes : sequence of int, or sequence of S such sequences
        First row of each new state: the same for all streams, or one list for each.
    horizon : int
        As for `detections`.

    Returns
    -------
    DataFrame
        One row a detector, indexed by name, over all streams together:

        - delay, median: mean and median delay of the detected changes, in rows (NaN if none);
        - missed: share of the changes (NaN if there are none);
        - false: false alarms per 1,000 rows on which an alarm would be false (NaN if none);
        - precision: share of all alarms that belong to a change (1 if there are no alarms);
        - f1: harmonic mean of precision and the share of changes detected, the tolerance-window
          F1. It has no eye for how often an alarm comes: one that sounds at every row misses
          nothing, and its precision is the share of rows within the horizon of a change. So read
          it beside `Always`, or rather read delay and false.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.
    """
    if not isinstance(detectors, dict) or not detectors:
        raise TypeError("detectors must be a dict of name -> function that makes a detector")
    for name, make in detectors.items():
        if not callable(make):
            raise TypeError(
                f"detectors[{name!r}] must be a function that makes a fresh detector, such as its "
                f"class or a lambda; got {make!r}"
            )
    streams = [_stream(values) for values in streams]
    if not streams:
        raise ValueError("streams must hold at least one stream; got none")
    changes = list(changes)
    if not changes or np.ndim(changes[0]) == 0:
        changes = [changes] * len(streams)
    if len(changes) != len(streams):
        raise ValueError(
            f"changes must be one list of rows, or one for each of the {len(streams)} streams; "
            f"got {len(changes)}"
        )
    table = {}
    for name, make in detectors.items():
        found = [
            detections(alarms_of(make(), values), at, len(values), horizon)
            for values, at in zip(streams, changes, strict=True)
        ]
        table[name] = _summary(found)
    return pd.DataFrame(table).T


def _summary(found):
    delays = np.concatenate([one.delays for one in found])
    hits = delays[~np.isnan(delays)]
    repeats, false, quiet = (sum(getattr(d, n) for d in found) for n in Detections._fields[1:])
    alarms = len(hits) + repeats + false
    precision = (len(hits) + repeats) / alarms if alarms else 1.0
    recall = len(hits) / len(delays) if len(delays) else np.nan
    return {
        "delay": hits.mean() if len(hits) else np.nan,
        "median": np.median(hits) if len(hits) else np.nan,
        "missed": 1 - recall,
        "false": 1000 * false / quiet if quiet else np.nan,
        "precision": precision,
        "f1": 2 * precision * recall / (precision + recall) if precision + recall else 0.0,
    }


def _stream(values):
    values = np.asarray(values)
    if values.ndim != 1 or len(values) == 0:
        raise ValueError(
            f"values must be one number a row, at least one row; got shape {values.shape}"
        )
    if not (np.issubdtype(values.dtype, np.number) or values.dtype == bool):
        raise TypeError(f"values must be numbers, such as losses; got dtype {values.dtype}")
    values = values.astype(float)
    if not np.isfinite(values).all():
        bad = int((~np.isfinite(values)).argmax())
        raise ValueError(f"values must be finite; row {bad} is {values[bad]}. Drop rows not scored")
    return values


def _rows(name, given, rows):
    where = np.asarray(given)
    if where.size == 0:
        return np.empty(0, int)
    if where.ndim != 1 or not np.issubdtype(where.dtype, np.integer):
        raise TypeError(f"{name} must be a list of whole row numbers; got {given!r}")
    if where.min() < 0 or where.max() >= rows:
        raise ValueError(
            f"{name} must be rows of the stream, 0 to {rows - 1}; got {where.min()} to "
            f"{where.max()}"
        )
    if (np.diff(where) <= 0).any():
        raise ValueError(f"{name} must be sorted, each row once; got {given!r}")
    return where
