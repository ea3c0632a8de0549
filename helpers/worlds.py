"""Simulated worlds in which everything is known: P_t(x), f_t(x) = E[y|x] and the noise.

Time ``t`` is counted in batches. Whatever may drift is a number or a *schedule*, a function
of ``t``. Rows are drawn from uniform numbers that do not depend on the world: with one seed,
two worlds receive the same luck (common random numbers).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit, ndtr, ndtri

from helpers.backtest import Batches

_NODES = 1001
_LOG2_ROWS = 14


def sudden(before, after, at):
    """Schedule that steps from one value to another (sudden drift; Gama et al. 2014, fig. 2).

    Parameters
    ----------
    before, after : float or array of shape (d,)
        The value while ``t < at``, and from ``t = at`` on.
    at : float
        Time of the change, in batches.

    Returns
    -------
    callable
        ``schedule(t)``: a value per time; ``t`` is a number or an array of shape (n,).
    """
    return lambda t: _blend(before, after, np.asarray(t) >= at)


def incremental(before, after, start, end):
    """Schedule that moves in a straight line from one value to another (incremental drift).

    Parameters
    ----------
    before, after : float or array of shape (d,)
        The value up to ``start``, and from ``end`` on.
    start, end : float
        Times between which the value moves, in batches; ``start < end``.

    Returns
    -------
    callable
        ``schedule(t)``, as for `sudden`.
    """
    if not start < end:
        raise ValueError(f"start must come before end; got start={start}, end={end}")
    return lambda t: _blend(before, after, np.clip((np.asarray(t) - start) / (end - start), 0, 1))


def recurring(first, second, period):
    """Schedule that alternates between two values (recurring drift).

    Parameters
    ----------
    first, second : float or array of shape (d,)
        ``first`` holds for ``period`` batches, then ``second`` for as many, and so on.
    period : float
        Length of each spell in batches, > 0.

    Returns
    -------
    callable
        ``schedule(t)``, as for `sudden`.
    """
    if not period > 0:
        raise ValueError(f"period must be positive; got {period}")
    return lambda t: _blend(first, second, np.asarray(t) // period % 2)


def random_walk(rng, start, sd, steps):
    """Schedule that takes a random step at each whole time (a random walk).

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws the path, once.
    start : float or array of shape (d,)
        The value at time 0.
    sd : float
        Standard deviation of one step, of each value; steps are normal and independent.
    steps : int
        Number of steps; from time ``steps`` on the value stays.

    Returns
    -------
    callable
        ``schedule(t)``, as for `sudden`.
    """
    if not isinstance(steps, int | np.integer) or steps < 1:
        raise ValueError(f"steps must be a whole number of steps, at least 1; got {steps!r}")
    if not sd >= 0:
        raise ValueError(f"sd must be a standard deviation >= 0; got {sd}")
    start = np.asarray(start, float)
    moves = rng.normal(0, sd, (steps, *start.shape))
    path = start + np.concatenate([np.zeros((1, *start.shape)), moves.cumsum(axis=0)])
    return lambda t: path[np.clip(np.floor(t), 0, steps).astype(int)]


def _blend(before, after, weight):
    before, after = np.broadcast_arrays(np.asarray(before, float), np.asarray(after, float))
    if before.ndim:  # one value per feature: times run down the rows
        weight = np.asarray(weight)[..., None]
    return before + (after - before) * weight


def _now(value, t):
    if not callable(value):
        return np.asarray(value, float)
    value = np.asarray(value(t), float)
    return value[:, None] if np.ndim(t) == 1 and value.ndim == 1 else value


def uniform(low, high):
    """Inputs that are uniform between ``low`` and ``high``.

    Parameters
    ----------
    low, high : float, array of shape (d,), or schedule
        Bounds, in the units of the features.

    Returns
    -------
    callable
        ``inputs(u, t)``: turns uniform numbers ``u`` of shape (n, d) into rows X of that shape.
    """
    return lambda u, t: _now(low, t) + (_now(high, t) - _now(low, t)) * u


def normal(mean, sd):
    """Independent normal inputs.

    Parameters
    ----------
    mean, sd : float, array of shape (d,), or schedule
        Mean and standard deviation, in the units of the features.

    Returns
    -------
    callable
        ``inputs(u, t)``, as for `uniform`.
    """
    return lambda u, t: _now(mean, t) + _now(sd, t) * ndtri(u)


@dataclass(frozen=True)
class World:
    """A joint distribution of features and outcome that may change with time.

    Parameters
    ----------
    inputs : callable
        ``inputs(u, t)`` -> X of shape (n, d): quantile functions, see `uniform` and `normal`.
    mean : callable
        ``mean(X, t)`` -> f_t(x) = E[y|x], shape (n,). With binary outcomes this is P(y=1|x).
    noise : float, schedule or None
        Standard deviation of y around its mean, in the units of y. None: y is 0 or 1.
    d : int
        Number of features.

    Raises
    ------
    TypeError, ValueError
        If a part does not fit the others; the message names it.
    """

    inputs: Callable
    mean: Callable
    noise: float | Callable | None = 0.0
    d: int = 1

    def __post_init__(self):
        for name in ("inputs", "mean"):
            if not callable(getattr(self, name)):
                raise TypeError(
                    f"{name} must be a function; got {getattr(self, name)!r}. "
                    "See helpers.worlds.uniform for inputs, and write mean(X, t) yourself."
                )
        if not isinstance(self.d, int | np.integer) or self.d < 1:
            raise ValueError(f"d must be a whole number of features, at least 1; got {self.d!r}")
        if self.noise is not None and not callable(self.noise):
            if np.ndim(self.noise) or not np.isfinite(self.noise) or self.noise < 0:
                raise ValueError(f"noise must be a standard deviation >= 0; got {self.noise}")
        if self.noise is not None:
            self._sd(0)
        self._rows(np.full((2, self.d), 0.5), 0)

    def _rows(self, u, t):
        try:
            X = np.asarray(self.inputs(u, t), float)
        except ValueError as error:
            raise ValueError(
                f"inputs must give {self.d} features (d={self.d}). Give d, and one bound "
                f"per feature: {error}"
            ) from None
        if X.shape != u.shape:
            raise ValueError(
                f"inputs must return shape {u.shape} for d={self.d}; got {X.shape}. Give d, and "
                "one bound per feature or one for all."
            )
        f = np.asarray(self.mean(X, t), float)
        if f.shape != (len(u),):
            raise ValueError(
                f"mean must return one value per row, shape ({len(u)},); got {f.shape}. "
                "X has two dimensions: its first feature is X[:, 0]."
            )
        if not (np.isfinite(X).all() and np.isfinite(f).all()):
            raise ValueError("inputs and mean must be finite; got NaN or infinity")
        if self.noise is None and (f.min() < 0 or f.max() > 1):
            raise ValueError(
                f"with noise=None, mean is a probability in [0, 1]; got {f.min():.3g} to "
                f"{f.max():.3g}. Give noise=sd for a numeric outcome."
            )
        return X, f

    def sample(self, rng, n, t=0):
        """Draw rows.

        Parameters
        ----------
        rng : numpy.random.Generator
            Source of randomness.
        n : int
            Number of rows, at least 1.
        t : float or array of shape (n,)
            Time, in batches; one for all rows or one per row.

        Returns
        -------
        X : ndarray of shape (n, d)
        y : ndarray of shape (n,)
        """
        if n < 1:
            raise ValueError(f"n must be at least 1 row; got {n}")
        if np.ndim(t) and np.shape(t) != (n,):
            raise ValueError(f"t must be one time or one per row ({n}); got shape {np.shape(t)}")
        u = rng.random((n, self.d + 1))
        X, f = self._rows(u[:, :-1], t)
        luck = u[:, -1]
        if self.noise is None:
            return X, (luck < f).astype(float)
        return X, f + self._sd(t) * ndtri(luck)

    def points(self, t=0):
        """Points and weights that stand for P_t(x): expectations are weighted sums over them.

        One feature: the trapezoid rule in the normal quantile (error below 1e-9 for smooth
        integrands, of order 1e-3 times a jump's height at a jump). More features: 16,384 points
        of a Sobol sequence (error of order 1e-3 times the integrand's spread).

        Parameters
        ----------
        t : float
            Time, in batches.

        Returns
        -------
        X : ndarray of shape (m, d)
        weights : ndarray of shape (m,)
            Non-negative, summing to 1.
        """
        if self.d == 1:
            z = np.linspace(-8.2, 8.2, _NODES)
            weights = np.exp(-(z**2) / 2)
            return self._rows(ndtr(z)[:, None], t)[0], weights / weights.sum()
        from scipy.stats import qmc

        # Half a step off the grid: the sequence starts at 0, where a normal is infinite.
        u = qmc.Sobol(self.d, scramble=False).random_base2(_LOG2_ROWS) + 0.5 ** (_LOG2_ROWS + 1)
        return self._rows(u, t)[0], np.full(len(u), 1 / len(u))

    def variance(self, X, t=0):
        """Var(y|x) at time ``t``, shape (n,), in squared units of y."""
        if self.noise is None:
            f = self.mean(X, t)
            return f * (1 - f)
        return np.full(len(X), self._sd(t) ** 2)

    def _sd(self, t):
        sd = np.asarray(self.noise(t) if callable(self.noise) else self.noise, float)
        if not np.isfinite(sd).all() or (sd < 0).any():
            raise ValueError(f"noise must be a standard deviation >= 0 at all times; got {sd}")
        return sd

    def floor(self, t=0):
        """Risk of the best possible predictor, f_t: E[Var(y|x)], as MSE or Brier score."""
        X, weights = self.points(t)
        return float(weights @ self.variance(X, t))


@dataclass(frozen=True)
class _Mixture(World):
    """Rows from one of two worlds with the same inputs; see `gradual`."""

    before: World = None
    after: World = None
    share: Callable = None

    def _rows(self, u, t):
        X, f = super()._rows(u, t)
        return self._same(X, self.after._rows(u, t)[0]), f

    def _same(self, X, X_after):
        if np.array_equal(X, X_after):
            return X
        raise ValueError(
            "before and after must have the same inputs at all times. Where they differ, a row's "
            "x tells which world it is from, and E[y|x] would need their densities. Give both "
            "worlds the same inputs, which may themselves move."
        )

    def sample(self, rng, n, t=0):
        # A child generator: rows and noise are those of any World drawn with the same rng.
        switched = rng.spawn(1)[0].random(n) < self.share(t)
        state = rng.bit_generator.state
        X, y = self.before.sample(rng, n, t)
        rng.bit_generator.state = state
        X_after, y_after = self.after.sample(rng, n, t)
        return self._same(X, X_after), np.where(switched, y_after, y)

    def variance(self, X, t=0):
        w = self.share(t)
        within = (1 - w) * self.before.variance(X, t) + w * self.after.variance(X, t)
        return within + w * (1 - w) * (self.after.mean(X, t) - self.before.mean(X, t)) ** 2


def gradual(before, after, start, end):
    """World whose rows come from one world or another (gradual drift; Gama et al. 2014, fig. 2).

    Each row is drawn from ``after`` with probability w(t), which moves in a straight line from 0
    at ``start`` to 1 at ``end``, and else from ``before``. So E[y|x] is the average
    f = (1 - w) f_before + w f_after, and Var(y|x) is the average variance plus
    w (1 - w) (f_after - f_before)^2: while rows of both kinds come in, the floor is higher.

    Parameters
    ----------
    before, after : World
        With the same inputs, and both with numeric outcomes or both with 0 and 1.
    start, end : float
        Times between which w moves, in batches; ``start < end``.

    Returns
    -------
    World
        Its ``noise`` is the root of the average variance around the world that a row is from.
        With one seed its rows and their luck are those of every other World.

    Raises
    ------
    TypeError, ValueError
        If the two do not fit together; where their inputs differ, E[y|x] would need densities.
    """
    for name, world in [("before", before), ("after", after)]:
        if not isinstance(world, World):
            raise TypeError(f"{name} must be a World; got {world!r}. For a moving number: sudden")
    if before.d != after.d:
        raise ValueError(f"before and after must have as many features; got {before.d}, {after.d}")
    if (before.noise is None) != (after.noise is None):
        raise ValueError("before and after must both have noise=None (outcomes 0 and 1) or neither")
    share = incremental(0, 1, start, end)

    def mean(X, t):
        return before.mean(X, t) + share(t) * (after.mean(X, t) - before.mean(X, t))

    def noise(t):
        variances = [world._sd(t) ** 2 for world in (before, after)]
        return np.sqrt(variances[0] + share(t) * (variances[1] - variances[0]))

    noise = None if before.noise is None else noise
    world = _Mixture(before.inputs, mean, noise, before.d, before, after, share)
    for t in (start, (start + end) / 2, end):
        world._rows(np.linspace(0.1, 0.9, 9)[:, None] * np.ones(before.d), t)
    return world


def two_classes(share, means=(-1.0, 1.0), sd=1.0):
    """World of one feature in which only P(y) may move (prior shift): P(x|y) stays.

    Given its class y, 0 or 1, a row has x ~ N(means[y], sd^2). So P_t(x) mixes two normals, and
    f_t(x) = P(y=1|x) follows from Bayes' rule: its logit is logit(share) plus
    (means[1] - means[0]) (x - their mean) / sd^2.

    Parameters
    ----------
    share : float or schedule
        P(y=1), above 0 and below 1.
    means : pair of float
        Mean of x in class 0 and in class 1, in the units of the feature.
    sd : float
        Standard deviation of x within each class, > 0.

    Returns
    -------
    World
        With ``noise=None`` and ``d=1``.
    """
    low, high = means = np.asarray(means, float)
    if not (np.isfinite(means).all() and np.isfinite(sd) and sd > 0):
        raise ValueError(f"means must be two numbers and sd above 0; got {means} and {sd}")

    def share_at(t):
        p = _now(share, t)
        if not ((p > 0) & (p < 1)).all():
            raise ValueError(f"share must stay above 0 and below 1, or a class is absent; got {p}")
        return p

    def inputs(u, t):
        p, ends = share_at(t), np.sort([low + sd * ndtri(u), high + sd * ndtri(u)], axis=0)
        for _ in range(60):  # halve: the mixture's quantile lies between those of its parts
            x = ends.mean(axis=0)
            under = (1 - p) * ndtr((x - low) / sd) + p * ndtr((x - high) / sd) < u
            ends = np.where([under, ~under], x, ends)
        return x

    def probability(X, t):
        slope, middle = (high - low) / sd**2, (low + high) / 2
        return expit(logit(np.ravel(share_at(t))) + slope * (X[:, 0] - middle))

    return World(inputs, probability, noise=None)


def stream(world, rng, batches, rows):
    """Draw a stream of batches; batch ``t`` comes from the world at time ``t``.

    Parameters
    ----------
    world : World
    rng : numpy.random.Generator
    batches : int
        Number of batches T.
    rows : int
        Rows in each batch.

    Returns
    -------
    Batches
        With ``when = 0 .. T-1``.
    """
    if batches < 1 or rows < 1:
        raise ValueError(f"batches and rows must be at least 1; got {batches} and {rows}")
    t = np.repeat(np.arange(batches), rows)
    X, y = world.sample(rng, len(t), t)
    return Batches(X, y, edges=np.arange(batches + 1) * rows, when=np.arange(batches))
