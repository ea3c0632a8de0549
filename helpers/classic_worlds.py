"""Worlds of the drift literature, each as a `World` whose concept is a number or a schedule.

Rows and luck come from the uniform numbers of `World.sample`, so with one seed these worlds are
paired like all others. Every concept moves by a schedule of `helpers.worlds`: `sudden`,
`recurring`, or your own function of ``t``. For rows that switch at random, mix two of these
worlds with `gradual`.
"""

import numpy as np

from helpers.worlds import World, uniform

# Which feature plays which part in Friedman's function: of the two in the sine, the square, and
# the terms with slopes 10 and 5 (Ikonomovska et al. 2011).
_ROLES = np.array([[0, 1, 2, 3, 4], [3, 4, 1, 0, 2], [1, 4, 3, 2, 0]])


class _Sea(World):
    """Rows for a jump along a diagonal, on which Sobol's points are off by up to .005."""

    def points(self, t=0):
        """Points and weights that stand for P_t(x): a lattice of 16,384 rows.

        Shares of rows on one side of x1 + x2 = threshold are off by at most 2e-4.
        """
        i, m = np.arange(2**14), 2**14
        u = np.column_stack([(i + 0.5) / m, i * (5**0.5 - 1) / 2 % 1, i * 3**0.5 % 1])
        return self._rows(u, t)[0], np.full(m, 1 / m)


def sea(threshold=8.0, noise=0.0):
    """SEA: three features, of which the third says nothing, and a threshold that may move.

    x is uniform on [0, 10]^3. Without noise y = 1 where x1 + x2 <= threshold, and 0 elsewhere;
    some libraries label the other side 1. Up to 10 the share of y = 0 is 1 - threshold^2 / 200,
    and two thresholds a and b disagree on the share abs(a^2 - b^2) / 200.

    Parameters
    ----------
    threshold : float or schedule
        Between 0 and 20. Published: 8, 9, 7 and 9.5, one after the other.
    noise : float
        Share of labels that are flipped, 0 to 1/2; published: .1. Where labels are drawn anew
        by a fair coin instead of flipped, half of those stay right: halve that share.

    Returns
    -------
    World
        With ``noise=None`` and ``d=3``; the floor (Brier score) is noise (1 - noise). Its
        `World.points` are a lattice, made for jumps along a diagonal.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do; for a schedule, when it gets there.

    References
    ----------
    W. N. Street, Y. Kim, "A streaming ensemble algorithm (SEA) for large-scale classification",
    KDD, 2001.
    """

    def label(X, t):
        at = _number("threshold", threshold, t)
        if not ((at > 0) & (at < 20)).all():
            raise ValueError(f"threshold must lie between 0 and 20, as x1 + x2 does; got {at}")
        return X[:, 0] + X[:, 1] <= at

    return _Sea(uniform(0, 10), _noisy(label, noise), noise=None, d=3)


class _Stagger(World):
    """Every combination of three features with three values, equally likely."""

    def points(self, t=0):
        """Points and weights that stand for P_t(x), here exactly: all 27 rows."""
        u = (np.indices((3, 3, 3)).reshape(3, 27).T + 0.5) / 3
        return self._rows(u, t)[0], np.full(27, 1 / 27)


def stagger(concept=1, noise=0.0):
    """STAGGER: three features with three values each, all 27 rows equally likely.

    The columns are size (0 small, 1 medium, 2 large), colour (0 red, 1 blue, 2 green) and shape
    (0 circle, 1 square, 2 triangle). Without noise y = 1 where

    - concept 1: size is small and colour is red, 3 of the 27 rows;
    - concept 2: colour is green or shape is circle, 15 rows;
    - concept 3: size is medium or large, 18 rows.

    Parameters
    ----------
    concept : {1, 2, 3} or schedule
        Published: 1, 2 and 3, one after the other. There is nothing between two concepts.
    noise : float
        Share of labels that are flipped, 0 to 1/2; published: none.

    Returns
    -------
    World
        With ``noise=None`` and ``d=3``; its `World.points` are the 27 rows, so expectations are
        exact.

    Raises
    ------
    TypeError, ValueError
        As for `sea`.

    References
    ----------
    J. C. Schlimmer, R. H. Granger, "Incremental learning from noisy data", Machine Learning 1,
    1986.
    """

    def label(X, t):
        size, colour, shape = X.T
        labels = [(size == 0) & (colour == 0), (colour == 2) | (shape == 0), size > 0]
        return np.choose(_state("concept", concept, t, (1, 2, 3)) - 1, labels)

    return _Stagger(lambda u, t: np.floor(3 * u), _noisy(label, noise), noise=None, d=3)


def sine1(flipped=0, noise=0.0):
    """SINE1: two features, uniform on the unit square, and a sine whose sides are exchanged.

    Without noise y = 1 below the curve, where x2 < sin(x1): the share 1 - cos(1) = .46 of the
    rows. When flipped, y = 1 on and above it.

    Parameters
    ----------
    flipped : {0, 1} or schedule
        0 as described, 1 with the classes exchanged. Published: 0, then 1.
    noise : float
        Share of labels that are flipped, 0 to 1/2; published: none.

    Returns
    -------
    World
        With ``noise=None`` and ``d=2``.

    Raises
    ------
    TypeError, ValueError
        As for `sea`.

    References
    ----------
    J. Gama, P. Medas, G. Castillo, P. Rodrigues, "Learning with drift detection", SBIA, 2004.
    """

    def label(X, t):
        return (X[:, 1] < np.sin(X[:, 0])) != _state("flipped", flipped, t, (0, 1))

    return World(uniform(0, 1), _noisy(label, noise), noise=None, d=2)


def friedman1(roles=0, noise=1.0):
    """Friedman's first function, with global drift: the features exchange their roles.

    x is uniform on [0, 1]^10 and f = 10 sin(pi a b) + 20 (c - 1/2)^2 + 10 d + 5 e. The roles
    (a, b, c, d, e) are played by

    - 0: (x1, x2, x3, x4, x5), Friedman's function;
    - 1: (x4, x5, x2, x1, x3);
    - 2: (x2, x5, x4, x3, x1).

    E[y] = 14.41 and Var(f) = 23.83 are the same in all three, and P(x) does not move either:
    only the relation does. Global recurring abrupt drift is ``roles=recurring(0, 1, period)``;
    global slow gradual drift is ``gradual(friedman1(0), friedman1(1), start, end)``.

    Parameters
    ----------
    roles : {0, 1, 2} or schedule
        Who plays which role.
    noise : float or schedule
        Standard deviation of the normal noise; published: 1.

    Returns
    -------
    World
        With ``d=10``.

    Raises
    ------
    TypeError, ValueError
        As for `sea`.

    References
    ----------
    J. H. Friedman, "Multivariate adaptive regression splines", Annals of Statistics 19, 1991.
    Drifts: E. Ikonomovska, J. Gama, S. Dzeroski, "Learning model trees from evolving data
    streams", Data Mining and Knowledge Discovery 23, 2011.
    """

    def mean(X, t):
        chosen = _ROLES[_state("roles", roles, t, (0, 1, 2))]
        parts = X[np.arange(len(X))[:, None], chosen] if chosen.ndim == 2 else X[:, chosen]
        return _friedman(*parts.T)

    return World(uniform(0, 1), mean, noise, d=10)


def friedman1_local(stage=0, noise=1.0):
    """Friedman's first function, with local drift: another function in two growing corners.

    The corners are x2, x3, x5 < .3 with x4 > .7, and x2, x3, x5 > .7 with x4 < .3. In the first
    f = 10 x1 x2 + 20 (x3 - 1/2) + 10 x4 + 5 x5, in the second
    f = 10 cos(x1 x2) + 20 (x3 - 1/2) + exp(x4) + 5 x5^2. Stage 1 asks for all four bounds, stage 2
    drops that on x5, stage 3 that on x4 as well: 1.6%, 5.4% and 18% of all rows change.

    Parameters
    ----------
    stage : {0, 1, 2, 3} or schedule
        0 is Friedman's function. Local expanding abrupt drift: 0, 1, 2, 3, one after the other.
    noise : float or schedule
        Standard deviation of the normal noise; published: 1.

    Returns
    -------
    World
        With ``d=10``.

    Raises
    ------
    TypeError, ValueError
        As for `sea`.

    References
    ----------
    As for `friedman1`.
    """

    def mean(X, t):
        a, b, c, d, e = X[:, :5].T
        now = _state("stage", stage, t, (0, 1, 2, 3))
        low = (b < 0.3) & (c < 0.3) & ((d > 0.7) | (now > 2)) & ((e < 0.3) | (now > 1)) & (now > 0)
        high = (b > 0.7) & (c > 0.7) & ((d < 0.3) | (now > 2)) & ((e > 0.7) | (now > 1)) & (now > 0)
        changed = [
            10 * a * b + 20 * (c - 0.5) + 10 * d + 5 * e,
            10 * np.cos(a * b) + 20 * (c - 0.5) + np.exp(d) + 5 * e**2,
        ]
        return np.select([low, high], changed, _friedman(a, b, c, d, e))

    return World(uniform(0, 1), mean, noise, d=10)


def _friedman(a, b, c, d, e):
    return 10 * np.sin(np.pi * a * b) + 20 * (c - 0.5) ** 2 + 10 * d + 5 * e


def _noisy(label, noise):
    """P(y=1|x) when a share ``noise`` of the labels is flipped."""
    if isinstance(noise, bool) or not isinstance(noise, int | float | np.number):
        raise TypeError(f"noise must be a number, the share of flipped labels; got {noise!r}")
    if not 0 <= noise <= 0.5:
        raise ValueError(
            f"noise must be a share of flipped labels between 0 and .5; got {noise}. With more "
            "than half the classes are exchanged."
        )
    return lambda X, t: noise + (1 - 2 * noise) * label(X, t)


def _number(name, value, t):
    now = value(t) if callable(value) else value
    try:
        return np.asarray(now, float)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a number or a schedule; got {now!r}") from None


def _state(name, value, t, allowed):
    now = _number(name, value, t)
    if not np.isin(now, allowed).all():
        raise ValueError(
            f"{name} must be one of {', '.join(map(str, allowed))} at all times; got "
            f"{np.setdiff1d(now, allowed)[0]:g}. Give it by sudden() or recurring(); for rows that "
            "switch at random, mix two worlds with gradual()."
        )
    return now.astype(int)
