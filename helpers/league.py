"""Many streams at once: a rule for retraining, replayed over all of them in step.

The setting of the league in notebook 08: ``y = x'b_t + noise`` with inputs x ~ N(0, I_d), least
squares without an intercept, and a retrain that fits the newest ``window`` labelled batches.
There the *excess* of a model, its risk above the floor, is exactly its squared distance
|b_hat - b_t|^2, so that no test rows are needed.

`helpers.backtest` replays any policy on any data, one stream at a time. Here the memory is
fixed and every possible fit is made beforehand. A rule sees the same rows at the same time as a
policy does, and the two give the same retrains (a test holds them together).
"""

from dataclasses import dataclass
from functools import cached_property
from numbers import Integral
from typing import NamedTuple

import numpy as np


@dataclass(frozen=True)
class Streams:
    """Streams of batches from a linear world, and the fit before each batch.

    Parameters
    ----------
    X : array of shape (S, T, rows, d)
        Inputs of S streams of T batches, independent standard normal.
    noise : array of shape (S, T, rows)
        What is added to the mean of y.
    b : array of shape (S, T, d), or one that broadcasts to it
        True coefficients of each batch.
    window : int
        Batches that a fit uses; batches from number ``window`` on are served.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a window holds too few rows for a fit.
    """

    X: np.ndarray
    noise: np.ndarray
    b: np.ndarray
    window: int

    def __post_init__(self):
        if np.ndim(self.X) != 4 or np.shape(self.noise) != np.shape(self.X)[:3]:
            raise ValueError(
                "X must have shape (streams, batches, rows, d) and noise (streams, batches, rows); "
                f"got {np.shape(self.X)} and {np.shape(self.noise)}"
            )
        streams, batches, rows, d = self.X.shape
        if not isinstance(self.window, Integral) or not 1 <= self.window < batches:
            raise ValueError(f"window must be 1 to {batches - 1} batches; got {self.window!r}")
        if self.window * rows < d + 2:
            raise ValueError(
                f"window must hold at least d + 2 = {d + 2} rows; got {self.window} batches of "
                f"{rows}. Fit more batches, or make them larger."
            )
        object.__setattr__(self, "b", np.broadcast_to(self.b, (streams, batches, d)))

    def errors(self, model, batches):
        """What a model of each stream errs by in some batches, y minus its prediction.

        Parameters
        ----------
        model : array of shape (S, d)
            Coefficients; 0 for the outcomes themselves.
        batches : slice or int

        Returns
        -------
        array
            One row a stream, one value a row of the batches.
        """
        X, b = self.X[:, batches], self.b[:, batches]
        gap = b - (model[:, None] if b.ndim == 3 else model)
        return (X @ gap[..., None])[..., 0] + self.noise[:, batches]

    def outcomes(self, batches=slice(None)):
        """Outcomes y of some batches, a slice or a number; one row a stream."""
        return self.errors(np.zeros((len(self.X), self.X.shape[3])), batches)

    @cached_property
    def fits(self):
        """Coefficients fitted before batch t = window .. T, shape (S, T - window + 1, d)."""
        fits = []
        for X, noise, b in zip(self.X, self.noise, self.b, strict=True):  # to save memory
            y = (X @ b[..., None])[..., 0] + noise
            XX, Xy = X.swapaxes(-1, -2) @ X, X.swapaxes(-1, -2) @ y[..., None]
            XX, Xy = (_moving_sum(values, self.window) for values in (XX, Xy))
            fits.append(np.linalg.solve(XX, Xy)[..., 0])
        return np.array(fits)

    def excess(self, fitted, served):
        """Risk above the floor of the fit made before batch ``fitted`` on batches ``served``.

        Parameters
        ----------
        fitted : int
            Batch number from ``window`` on.
        served : slice
            Batches.

        Returns
        -------
        array of shape (S, batches served)
            In squared units of y.
        """
        model = self.fits[:, fitted - self.window]
        # Multiplied out, |m - b|^2 needs no difference for each batch: three times as fast.
        cross = (self.b[:, served] @ model[..., None])[..., 0]
        return self._lengths[:, served] - 2 * cross + (model**2).sum(axis=-1, keepdims=True)

    @cached_property
    def _lengths(self):
        return (self.b**2).sum(axis=-1)

    def excess_by_age(self, ages):
        """Mean excess of a fit that is 0, 1, 2 ... batches old, over streams and fits.

        Parameters
        ----------
        ages : int
            How many ages.

        Returns
        -------
        array of shape (S, ages)
        """
        fits, b = self.fits, self.b[:, self.window :]
        T = b.shape[1]
        means = np.empty((len(fits), ages))
        for age in range(ages):
            means[:, age] = ((fits[:, : T - age] - b[:, age:]) ** 2).sum(axis=-1).mean(axis=1)
        return means


def four_worlds(rng, streams, batches, rows, d, window, jump=2.0, rate=5e-4, speed=1.5e-3, q=2e-4):
    """Streams in which the coefficients stay, jump, march or walk, with the same luck.

    Parameters
    ----------
    rng : numpy.random.Generator
    streams, batches, rows, d, window : int
        Streams, batches in each, rows in a batch, coefficients, batches in a fit. Noise and inputs
        are standard normal; within a batch the coefficients stay.
    jump, rate : float
        Length of a jump, its direction uniform; expected number of jumps a row.
    speed : float
        Length of the way that the coefficients march in one row, in one direction per stream.
    q : float
        Variance of a coefficient's random step, per row.

    Returns
    -------
    worlds : dict of str to Streams
        none, jumps, ramp and walk, with the same inputs and the same noise.
    jumped : array of bool, shape (streams, batches)
        Where the coefficients of ``jumps`` changed: before this batch.
    """
    size = (streams, batches)
    X, noise = rng.normal(size=(*size, rows, d)), rng.normal(size=(*size, rows))
    jumped = rng.random(size) < rate * rows
    jumped[:, :window] = False
    jumps = jump * jumped[..., None] * _directions(rng, *size, d)
    marched = speed * rows * np.arange(batches)[:, None] * _directions(rng, streams, 1, d)
    walked = rng.normal(0, (q * rows) ** 0.5, (*size, d)).cumsum(axis=1)
    paths = {"none": np.zeros(d), "jumps": jumps.cumsum(axis=1), "ramp": marched, "walk": walked}
    return {kind: Streams(X, noise, b, window) for kind, b in paths.items()}, jumped


def one_jump(rng, streams, at, batches, jump=2.0):
    """The inputs and the noise of other streams, with coefficients that jump once.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws the direction of each stream's jump.
    streams : Streams
    at : array of int, shape (S,)
        For each stream, the batch before which the coefficients jump from 0.
    batches : int
        How many of the batches to take.
    jump : float
        Length of the jump.

    Returns
    -------
    Streams
    """
    X, noise = streams.X[:, :batches], streams.noise[:, :batches]
    after = np.arange(X.shape[1]) >= np.asarray(at)[:, None]
    b = jump * after[..., None] * _directions(rng, len(X), 1, X.shape[3])
    return Streams(X, noise, b, streams.window)


def _directions(rng, *shape):
    v = rng.normal(size=shape)
    return v / np.linalg.norm(v, axis=-1, keepdims=True)


def random_times(rng, counts, batches, window):
    """Batches before which to retrain at random, as a placebo does.

    Parameters
    ----------
    rng : numpy.random.Generator
    counts : array of int, shape (S,)
        Retrains of each stream.
    batches, window : int
        Batches of a stream, and in a fit. The first chance to retrain comes before batch
        ``window + 1``.

    Returns
    -------
    array of bool, shape (S, batches)
        All sets of so many batches are equally likely.

    Raises
    ------
    ValueError
        If there are fewer batches than retrains.
    """
    counts, chances = np.asarray(counts), batches - window - 1
    if counts.min() < 0 or counts.max() > chances:
        raise ValueError(
            f"counts must be 0 to {chances}, the batches before which one can retrain; got "
            f"{counts.min()} to {counts.max()}"
        )
    luck = rng.random((len(counts), batches))
    luck[:, : window + 1] = 2  # never among the first
    return luck.argsort(axis=1).argsort(axis=1) < counts[:, None]


def _moving_sum(values, window):
    """Sums of ``window`` neighbours along the first axis."""
    return sum(values[i : len(values) - window + 1 + i] for i in range(window))


class Run(NamedTuple):
    """What a rule did: arrays of shape (streams, served batches).

    Parameters
    ----------
    retrained : array of bool
        Whether the model was retrained just before this batch.
    excess : array
        Risk above the floor, in squared units of y.
    """

    retrained: np.ndarray
    excess: np.ndarray


class Now:
    """What a rule sees before a batch, for all streams at once.

    Attributes
    ----------
    t : int
        Number of the batch that comes next.
    since : array of int, shape (S,)
        Batches served by the deployed model.
    score : array, shape (S,)
        The rule's own memory: 0 after every retrain, kept from batch to batch.
    """

    def __init__(self, streams, delay):
        self._streams, self._delay = streams, delay
        S = len(streams.X)
        self.t, self.since, self.score = streams.window, np.zeros(S, int), np.zeros(S)
        self._model = streams.fits[:, 0].copy()
        self._fitted = np.full(S, streams.window)

    @property
    def known(self):
        """Whether the newest labelled batch was served by the deployed model, shape (S,)."""
        return self.since > self._delay

    @property
    def inputs(self):
        """Inputs of the newest batch, shape (S, rows, d); they need no labels."""
        return self._streams.X[:, self.t - 1]

    @property
    def loss(self):
        """Mean squared error of the deployed model on the newest labelled batch; NaN if none."""
        newest = max(self.t - 1 - self._delay, 0)
        loss = (self._streams.errors(self._model, newest) ** 2).mean(axis=-1)
        return np.where(self.known, loss, np.nan)

    @property
    def staleness(self):
        """Estimated staleness on the newest ``window`` labelled batches; NaN until it served them.

        Mean squared error of the deployed model, minus what a fresh fit should make of new rows.
        The latter is estimated from the fit on the same n rows: its sum of squares over n - d for
        the noise variance, times 1 + d / (n - d - 1) for its estimation error. The rows are the
        same, so that most of their noise drops out.
        """
        s = self._streams
        n, d = s.window * s.X.shape[2], s.X.shape[3]
        newest = max(self.t - self._delay - s.window, 0)
        batches = slice(newest, newest + s.window)
        deployed, fresh = (
            (s.errors(model, batches) ** 2).sum(axis=(1, 2))
            for model in (self._model, s.fits[:, newest])
        )
        estimate = deployed / n - fresh / (n - d) * (1 + d / (n - d - 1))
        return np.where(self.since >= s.window + self._delay, estimate, np.nan)

    def _retrain(self, which):
        newest = max(self.t - self._delay, self._streams.window)  # the first model's are known
        self._model[which] = self._streams.fits[which, newest - self._streams.window]
        self._fitted[which] = newest
        self.since[which], self.score[which] = 0, 0


def run_rule(streams, rule, delay=0, wait=0):
    """Serve every batch of all streams, and retrain where the rule says so.

    The first model is fitted on the first ``window`` batches, the same for every rule.

    Parameters
    ----------
    streams : Streams
    rule : callable
        ``rule(now)`` -> True or False, for all streams or one each; see `Now`. It is asked
        before every batch but the first.
    delay : int
        Label delay in batches: before batch t only labels of batches below t - delay are known.
        Both the rule and the fits obey it. The rows of the first model are labelled.
    wait : int
        Batches collected between the rule's alarm and the retrain.

    Returns
    -------
    Run

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.
    """
    if not isinstance(streams, Streams):
        raise TypeError(f"streams must be Streams; got {type(streams).__name__}")
    if not callable(rule):
        raise TypeError(f"rule must be a function rule(now); got {rule!r}")
    S, T = streams.X.shape[:2]
    for name, value in [("delay", delay), ("wait", wait)]:
        if not isinstance(value, Integral) or isinstance(value, bool):
            raise TypeError(f"{name} must be a whole number of batches; got {value!r}")
        if not 0 <= value < T - streams.window:
            raise ValueError(
                f"{name} must be 0 to {T - streams.window - 1} batches, or nothing is known or "
                f"done before the streams end; got {value}"
            )
    now, due = Now(streams, delay), np.full(S, -1)
    retrained = np.zeros((S, T), bool)
    fitted = np.full((S, T), streams.window)
    for t in range(streams.window + 1, T):
        now.t, now.since = t, now.since + 1
        before, alarm = now.score, rule(now)
        if now.score is not before:  # a loss that is not known must not count
            now.score = np.where(now.known, now.score, before)
        if np.any(alarm):
            due[alarm & (due < t)] = t + wait
        which = due == t
        if which.any():
            now._retrain(which)
            retrained[:, t] = which
        fitted[:, t] = now._fitted
    deployed = streams.fits[np.arange(S)[:, None], fitted[:, streams.window :] - streams.window]
    excess = ((deployed - streams.b[:, streams.window :]) ** 2).sum(axis=-1)
    return Run(retrained[:, streams.window :], excess)
