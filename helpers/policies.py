"""Retraining policies: when to retrain, and what to remember.

*When* is a function ``when(now, scored) -> batch or None``: the next retrain after batch ``now``.
``scored`` yields (batch, losses) in time order, so a policy can watch errors but not the future.
*Remember* is a function ``remember(edges, now) -> (lo, hi)``: the rows to train on before batch
``now``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral


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
        Batch numbers. Those up to the first scored batch have no effect.
    """
    try:
        times = list(times)
    except TypeError:
        raise TypeError(f"times must be a list of whole batch numbers; got {times!r}") from None
    if not all(isinstance(t, Integral) and not isinstance(t, bool) for t in times):
        raise TypeError(f"times must be a list of whole batch numbers; got {times!r}")
    times = sorted(times)
    return lambda now, scored: next((t for t in times if t > now), None)


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


def _check_count(name, value):
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{name} must be a whole number of batches; got {value!r}")
    if value < 1:
        raise ValueError(f"{name} must be at least 1 batch; got {value}")


@dataclass(frozen=True)
class Policy:
    """When to retrain, and on what.

    Parameters
    ----------
    when : callable
        `never`, `every` or `at`, or your own ``when(now, scored)``.
    remember : callable
        `everything`, `last` or `pool`, or your own ``remember(edges, now)``.

    Raises
    ------
    TypeError
        If a part is not a function.
    """

    when: Callable = never()
    remember: Callable = everything()

    def __post_init__(self):
        for name, example in [("when", "every(4)"), ("remember", "last(8)")]:
            part = getattr(self, name)
            if not callable(part):
                raise TypeError(f"{name} must be a function such as {example}; got {part!r}")
            if part in (never, every, at, everything, last, pool):
                raise TypeError(f"{name} got {part.__name__} itself; call it: {example}")
