"""What the property tests draw: seeds and shapes, from which numpy makes the numbers."""

from dataclasses import dataclass

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression

from helpers.backtest import Batches, Learner
from helpers.gates import better_mean
from helpers.linear import LinearLearner
from helpers.monitors import Cusum, PageHinkley
from helpers.policies import (
    Gate,
    Policy,
    at,
    cara,
    cost_aware,
    every,
    everything,
    last,
    never,
    on_alarm,
    since_alarm,
)
from helpers.worlds import World, gradual, incremental, normal, recurring, sudden, uniform

seeds = st.integers(0, 2**32 - 1)
counts = st.integers(1, 12)
shares = st.floats(0, 1)


def numbers(low, high):
    """Floats of a few digits: what breaks is then a fault of the code, not of the last digit."""
    return st.integers(round(8 * low), round(8 * high)).map(lambda n: n / 8)


def beyond_chance(misses, seed):
    """Whether some miss is more than 4 standard errors on one sample, and again on a second.

    ``misses(rng)`` gives them counted in standard errors. Thousands of samples are drawn here, so
    that one alone would go astray by chance (that of seed 248 does, by 5).
    """
    again = [np.abs(misses(np.random.default_rng(s))) > 4 for s in (seed, [seed, 1])]
    return np.logical_and(*again).any()


@st.composite
def batches(draw, least=4, most=14, rows=(1, 9), d=(1, 4)):
    """Batches of unequal sizes whose relation, mean and noise may move."""
    sizes = draw(st.lists(st.integers(*rows), min_size=least, max_size=most))
    width, rng = draw(st.integers(*d)), np.random.default_rng(draw(seeds))
    batch = np.repeat(np.arange(len(sizes)), sizes)
    X = rng.normal(size=(len(batch), width)) + draw(numbers(-1, 1)) * batch[:, None]
    slopes = rng.normal(size=width) + draw(numbers(0, 1)) * np.outer(batch, rng.normal(size=width))
    y = (X * slopes).sum(axis=1) + draw(numbers(0, 3)) * rng.normal(size=len(batch))
    return Batches(X, y, np.concatenate([[0], np.cumsum(sizes)]))


def starts(data):
    """First scored batch."""
    return st.integers(1, len(data) - 1)


class ThreeLarge:
    """A detector that alarms at the third value above 1."""

    def __init__(self):
        self.above, self.drift_detected = 0, False

    def update(self, x):
        self.above += x > 1
        self.drift_detected = self.above >= 3
        return self


DETECTORS = [
    ThreeLarge,
    lambda: PageHinkley(delta=0.1, threshold=2, min_rows=4),
    lambda: Cusum(target=1, k=0.5, h=3, sd=2, side="both"),
]


def schedules(T):
    """Retrains at times that are fixed beforehand."""
    times = st.lists(st.integers(1, T - 1), max_size=5)
    return st.one_of(st.just(never()), counts.map(every), times.map(at))


def watchers(wait):
    """Retrains that hang on the losses; each returns an Alarm."""
    return st.one_of(
        st.sampled_from(DETECTORS).map(lambda make: on_alarm(make, wait=wait)),
        st.builds(
            cara, numbers(0, 20), numbers(-1, 1), cumulative=st.booleans(), wait=st.just(wait)
        ),
        st.tuples(numbers(0, 20), st.integers(2, 4)).map(
            lambda p: cost_aware(p[0], 20, p[1], held_out=1, wait=wait)
        ),
    )


memories = st.one_of(st.just(everything()), counts.map(last))


@st.composite
def policies(draw, T, start):
    """Any policy that has a chance to retrain, with late labels or a gate or both."""
    delay, wait = draw(st.integers(0, 3)), draw(st.integers(0, 3))
    watches = draw(st.booleans())
    when = draw(watchers(wait) if watches else schedules(T))
    remember = draw(st.one_of(memories, st.just(since_alarm())) if watches else memories)
    earliest = getattr(when, "earliest", lambda start, delay: start + 1)(start, delay)
    assume(delay < T - start and earliest < T)
    gate = None
    if watches and draw(st.booleans()):  # with a shorter memory, it may leave nothing to fit
        gate, remember = Gate(1, better_mean), everything()
    return Policy(when, remember, delay, gate)


def learners(data):
    """Both back ends for least squares."""
    return st.sampled_from([LinearLearner, lambda b: Learner(b, LinearRegression())]).map(
        lambda make: make(data)
    )


@st.composite
def levels(draw, low, high):
    """A number, or a schedule of it that stays between ``low`` and ``high``."""
    a, b = draw(numbers(low, high)), draw(numbers(low, high))
    start, length = draw(st.integers(0, 8)), draw(st.integers(1, 8))
    return draw(
        st.sampled_from(
            [
                a,
                sudden(a, b, start),
                incremental(a, b, start, start + length),
                recurring(a, b, length),
            ]
        )
    )


def _at(value, t):
    return value(t) if callable(value) else value


@dataclass
class Line:
    """A mean that is a line, or with ``binary`` a probability along one."""

    intercept: object
    slope: object
    binary: bool

    def __call__(self, X, t):
        """E[y|x] of rows at time t."""
        f = _at(self.intercept, t) + _at(self.slope, t) * X[:, 0] + 0.5 * X[:, -1]
        return 1 / (1 + np.exp(-f)) if self.binary else f


@st.composite
def worlds(draw, d=(1, 3), binary=(False, True), mixed=(False, True)):
    """Worlds whose inputs, relation and noise may move; some are mixtures of two."""
    width, binary = draw(st.integers(*d)), draw(st.sampled_from(binary))
    inputs = draw(
        st.sampled_from(
            [
                normal(draw(levels(-2, 2)), draw(levels(0.5, 2))),
                uniform(draw(levels(-3, -1)), draw(levels(1, 3))),
            ]
        )
    )
    made = [
        World(
            inputs,
            Line(draw(levels(-2, 2)), draw(levels(-2, 2)), binary),
            None if binary else draw(levels(0, 2)),
            width,
        )
        for _ in range(2)
    ]
    if not draw(st.sampled_from(mixed)):
        return made[0]
    start = draw(st.integers(0, 6))
    return gradual(*made, start, start + draw(st.integers(1, 8)))
