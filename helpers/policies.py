"""Retraining policies: when to retrain, and what to remember.

*When* is a function ``when(now, scored) -> batch or None``: the next retrain after batch ``now``,
when a new model starts. ``scored`` yields (batch, losses) in time order, the losses that are known
once ``batch`` has been served; ``scored.inputs()`` yields (batch, X), which need no labels. So a
policy can watch the model, but not the future: it must answer a later batch than it has seen.

*Remember* is a function ``remember(edges, now) -> (lo, hi)``: the rows to train on, if the labels
of all batches before ``now`` are known. Batch ``t`` is rows ``edges[t]`` to ``edges[t+1]``.

Both obey a label *delay* without knowing of it: the replay shows them losses and batches late.
Neither keeps anything from one call to the next, so a policy can be replayed on many streams, in
many processes, and does the same each time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral

import numpy as np


def never():
    """Never retrain: the first model stays (the frozen model)."""
    return lambda now, scored: None


def every(k):
    """Retrain every ``k`` batches, counted from the first scored batch.

    Parameters
    ----------
    k : int
        Batches between retrains, at least 1.
    """
    _check_count("k", k)
    return lambda now, scored: now + k


def at(times):
    """Retrain before each of the given batches.

    Parameters
    ----------
    times : sequence of int
        Batch numbers. Those up to the first scored batch have no effect; none at all is `never`,
        but times that all lie outside the stream are refused by the backtest.
    """
    try:
        times = list(times)
    except TypeError:
        raise TypeError(f"times must be a list of whole batch numbers; got {times!r}") from None
    if not all(isinstance(t, Integral) and not isinstance(t, bool) for t in times):
        raise TypeError(f"times must be a list of whole batch numbers; got {times!r}")
    times = sorted(times)

    def when(now, scored):
        return next((t for t in times if t > now), None)

    if times:
        when.earliest = lambda start, delay: next((t for t in times if t > start), np.inf)
    return when


class Alarm(int):
    """A batch before which to retrain, and the row that raised the alarm.

    A *when* that returns one hands the row on: *remember* gets its ``now`` as an Alarm, too.

    Parameters
    ----------
    batch : int
        As a *when* without an alarm would return it.
    row : int
        Row number in the whole stream.
    """

    def __new__(cls, batch, row):
        """Make an int that has a row."""
        alarm = super().__new__(cls, batch)
        alarm.row = int(row)
        return alarm


def on_alarm(make_detector, inputs=None, wait=0):
    """Retrain after a drift detector's alarm: on the losses, or on the inputs.

    Each new model gets a fresh detector, which is shown the losses of that model row by row (the
    last losses of the one before it, if labels are late, are left out). After an alarm in batch
    ``t`` the retrain comes before batch ``t + 1 + wait``; alarms in between are not looked at.

    Parameters
    ----------
    make_detector : callable
        Called without arguments, returns a fresh detector by river's protocol: ``update(x)``, and
        ``drift_detected`` after it. A class will do: ``on_alarm(ADWIN)``; otherwise
        ``on_alarm(lambda: PageHinkley(threshold=20))``. If it has ``scan(values)``, which returns
        the index of the first alarm or None, that is used: it is faster.
    inputs : callable, optional
        ``inputs(X)`` -> what to watch instead of the losses: one number a row, shape (n,), or one
        number for the whole batch. Needs no labels, so it is not late when labels are.
    wait : int
        Batches to serve after the alarm is known, so as to collect rows, before the retrain.

    Returns
    -------
    callable
        ``when(now, scored)``. It returns an `Alarm` with the row of the alarm; for one number a
        batch, the batch's first row.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.
    """
    if not callable(make_detector):
        raise TypeError(
            "make_detector must make a fresh detector for each model: pass a class, or a function "
            f"such as lambda: ADWIN(delta=0.01); got {make_detector!r}"
        )
    detector = make_detector()
    for name in ("update", "drift_detected"):
        if not hasattr(detector, name):
            raise TypeError(
                f"make_detector must return a detector; {type(detector).__name__} has no {name}"
            )
    if make_detector() is detector:
        raise ValueError(
            "make_detector must make a new detector at each call, or one model's losses would "
            "raise the next one's alarm; it returned the same object twice"
        )
    if inputs is not None and not callable(inputs):
        raise TypeError(
            f"inputs must be a function of X, such as lambda X: X[:, 0]; got {inputs!r}"
        )
    _check_count("wait", wait, least=0)

    def when(now, scored):
        detector, late = make_detector(), 0 if inputs else scored.delay
        for batch, values in _watched(inputs, scored) if inputs else scored:
            row = _first_alarm(detector, values)
            if row is not None:
                return Alarm(batch + 1 + wait, scored.edges[batch - late] + row)
        return None

    when.earliest = lambda start, delay: start + 1 + wait + (0 if inputs else delay)
    return when


def _watched(inputs, scored):
    for batch, X in scored.inputs():
        values = np.asarray(inputs(X), float)
        if values.shape not in [(), (len(X),)]:
            raise ValueError(
                f"inputs must return one number a row, shape ({len(X)},), or one number for the "
                f"batch; got shape {values.shape}"
            )
        if not np.isfinite(values).all():
            raise ValueError(
                f"inputs returned NaN or infinity in batch {batch}: a detector cannot watch it. "
                "Count or fill missing values there."
            )
        yield batch, np.atleast_1d(values)


def _first_alarm(detector, values):
    """Feed values up to the first alarm; return its index, or None."""
    if hasattr(detector, "scan"):
        return detector.scan(values)
    for i, value in enumerate(values.tolist()):
        detector.update(value)
        if detector.drift_detected:
            return i
    return None


def everything():
    """Remember all rows seen so far."""
    return lambda edges, now: (0, edges[now])


def last(k):
    """Remember the last ``k`` batches, or all of them while there are fewer.

    Parameters
    ----------
    k : int
        Length of the window in batches, at least 1.
    """
    _check_count("k", k)
    return lambda edges, now: (edges[max(0, now - k)], edges[now])


def since_alarm():
    """Remember the rows since the alarm that asked for the retrain, its own row included.

    It goes with `on_alarm`, or with your own *when* that returns an `Alarm`. The detector needed
    rows to be sure, so rows of the new world from before the alarm are left out. There are as
    many batches to fit as `on_alarm` waits, and what is left of the alarm's own batch; a watch on
    the inputs is not late when labels are, so there it must wait longer than they are late.
    """

    def remember(edges, now):
        if not isinstance(now, Alarm):
            raise ValueError(
                "since_alarm needs to know of an alarm, but this policy retrains without one; "
                "use on_alarm(...), or remember last(k)"
            )
        if now.row >= edges[now]:
            raise ValueError(
                f"since_alarm has no labelled row yet: the alarm was in row {now.row}, and labels "
                f"are known of rows before {edges[now]}. Let on_alarm wait at least as many "
                "batches as the labels are late."
            )
        return now.row, edges[now]

    return remember


def pool(learner, k, newest):
    """Remember what served best on the latest batch: an old window, or the newest rows.

    The candidates before batch ``now`` are all windows of ``k`` batches that ended before the
    latest batch, ``now - 1``, and the last ``newest`` batches. Their models are compared on the
    latest batch, by squared error. None has seen it: for the newest window the one that ended a
    batch earlier stands in; if it wins, the newest is fitted with the latest batch. On a tie, and
    while there is no old window yet, the newest wins.

    It assumes that the latest batch is like the one to come, and that an old state of the world
    may return. A single batch chooses among many models, so the choice is noisy: where nothing
    returns, a pool loses a little against the best fixed window. Old concepts that are kept and
    picked by their recent performance: Widmer and Kubat 1996 (FLORA3); Gama and Kosina 2014.
    Here they are kept as windows, and no drift detector decides when to look.

    Parameters
    ----------
    learner : Learner
        The one that will be replayed; it fits the candidates, and remembers the fits.
    k : int
        Length of the old windows in batches, at least 1.
    newest : int
        Length of the newest window in batches, at least 1.

    Returns
    -------
    callable
        ``remember(edges, now)``. It looks at no row of batch ``now`` or later.

    Raises
    ------
    TypeError, ValueError
        If a length is not a whole number of batches or leaves no batch to compare on, or if the
        learner cannot fit and predict, or is not the one that is replayed.
    """
    for name in ("batches", "fit", "predict"):
        if not hasattr(learner, name):
            raise TypeError(f"learner must be a Learner; {type(learner).__name__} has no {name}")
    for name, length in [("k", k), ("newest", newest)]:
        _check_count(name, length)
        if length >= len(learner.batches):
            raise ValueError(
                f"{name} must be less than the {len(learner.batches)} batches of the learner, so "
                f"that one is left to compare on; got {length}"
            )

    def remember(edges, now):
        if edges is not learner.batches.edges:
            raise ValueError("pool was made for another learner; make it for the one replayed")
        latest = now - 1
        y = learner.batches.y[edges[latest] : edges[now]]

        def error(window):
            prediction = learner.predict(learner.fit(*window), edges[latest], edges[now])
            return ((y - prediction) ** 2).mean()

        old = [(edges[end - k], edges[end]) for end in range(k, now)]
        errors = [error(window) for window in old]
        if not old or error(last(newest)(edges, latest)) <= min(errors):
            return last(newest)(edges, now)
        return old[errors.index(min(errors))]

    return remember


def _check_count(name, value, least=1):
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{name} must be a whole number of batches; got {value!r}")
    if value < least:
        unit = "batch" if least == 1 else "batches"
        raise ValueError(f"{name} must be at least {least} {unit}; got {value}")


@dataclass(frozen=True)
class Policy:
    """When to retrain, and on what.

    Parameters
    ----------
    when : callable
        `never`, `every`, `at` or `on_alarm`, or your own ``when(now, scored)``.
    remember : callable
        `everything`, `last`, `since_alarm` or `pool`, or your own ``remember(edges, now)``.
    delay : int
        Batches by which labels are late: before batch ``t`` is served, the labels of batches
        before ``t - delay`` are known, and those of the rows that the first model was fitted on.
        Whatever needs labels obeys it: losses that a policy watches, rows that it remembers.

    Raises
    ------
    TypeError, ValueError
        If a part is not a function, or the delay not a whole number of at least 0 batches.
    """

    when: Callable = never()
    remember: Callable = everything()
    delay: int = 0

    def __post_init__(self):
        makers = (never, every, at, on_alarm, everything, last, since_alarm, pool)
        for name, example in [("when", "every(4)"), ("remember", "last(8)")]:
            part = getattr(self, name)
            if not callable(part):
                raise TypeError(f"{name} must be a function such as {example}; got {part!r}")
            if part in makers:
                raise TypeError(f"{name} got {part.__name__} itself; call it: {example}")
        _check_count("delay", self.delay, least=0)
