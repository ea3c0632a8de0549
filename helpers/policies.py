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
        `everything` or `last`, or your own ``remember(edges, now)``.

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
            if part in (never, every, at, everything, last):
                raise TypeError(f"{name} got {part.__name__} itself; call it: {example}")
