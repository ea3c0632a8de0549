"""Small worlds behind the incidents: how to draw from them, and exact risks.

Two classes with labels that may be wrong, weights from heights in two units, a column that knows
the outcome, loans that give labels only once approved, and cases that get harder.
"""

import numpy as np
from scipy.special import expit, ndtr

INCH = 2.54  # centimetres
CENTRE, _WIDE = 1.2, 10  # two classes, in the first of ten features
HEIGHT, SPREAD, NOISE = 172.0, 8.0, 8.0  # cm, cm, kg
_ECHO = 0.2  # how far the column that leaks is from the outcome, sd
REPAYS, _APPLICANTS, _ENOUGH = (0.85, 0.90), 500, 0.7  # groups A and B, now
_SLOPE = 4.0  # P(y=1|x) = expit(4 x)


def check_share(name, value):
    """Raise a ValueError that names the argument unless ``value`` is a share."""
    if not 0 <= value <= 1:
        raise ValueError(f"{name} must be a share between 0 and 1; got {value}")


def two_sides(rng, n):
    """Rows of two normal classes at -1.2 and 1.2 in the first of ten features, sd 1.

    Returns
    -------
    X : ndarray of shape (n, 10)
    y : ndarray of shape (n,)
        0 or 1, equally likely.
    """
    y = (rng.random(n) < 0.5).astype(float)
    X = rng.normal(size=(n, _WIDE))
    X[:, 0] += CENTRE * (2 * y - 1)
    return X, y


def error_of_sides(intercept, slopes):
    """Exact share of errors of a linear rule on `two_sides`; the best rule's is Phi(-1.2).

    Parameters
    ----------
    intercept : float
    slopes : array of shape (10,)
        The rule answers 1 where intercept + slopes @ x is positive.
    """
    length, shift = np.linalg.norm(slopes), CENTRE * slopes[0]
    return float(ndtr((intercept - shift) / length) + ndtr((-shift - intercept) / length)) / 2


def measured_error(true, flipped):
    """Share of errors counted on labels of which the share ``flipped``, at random, is wrong."""
    return true * (1 - flipped) + (1 - true) * flipped


def people(rng, n, inches=0.0):
    """Heights as recorded, and weights: weight = height in cm - 100 + N(0, 8^2) kg.

    Parameters
    ----------
    rng : numpy.random.Generator
    n : int
    inches : float
        Share of the heights that are recorded in inches.

    Returns
    -------
    X : ndarray of shape (n, 1)
    y : ndarray of shape (n,)
    """
    check_share("inches", inches)
    height = rng.normal(HEIGHT, SPREAD, n)
    recorded = np.where(rng.random(n) < inches, height / INCH, height)
    return recorded[:, None], height - 100 + rng.normal(0, NOISE, n)


def risk_of_weights(intercept, slope, inches):
    """Exact risk of a line for `people` when the share ``inches`` of the heights is in inches."""

    def in_unit(k):
        rest = 1 - slope * k
        return (rest * HEIGHT - 100 - intercept) ** 2 + (rest * SPREAD) ** 2 + NOISE**2

    return float((1 - inches) * in_unit(1.0) + inches * in_unit(1 / INCH))


def best_line_for_weights(inches):
    """Intercept and slope of the best line on unlimited rows of `people`."""
    k = np.array([1.0, 1 / INCH])
    w = np.array([1 - inches, inches])
    middle = w @ k
    var = (w @ (k - middle) ** 2) * HEIGHT**2 + (w @ k**2) * SPREAD**2
    slope = middle * SPREAD**2 / var
    return HEIGHT - 100 - slope * middle * HEIGHT, slope


def leaky(rng, n):
    """Rows (x, z) with y = x + N(0, 1) and z = y + N(0, 0.2^2), and outcomes y."""
    x, noise = rng.normal(size=(2, n))
    y = x + noise
    return np.column_stack([x, y + rng.normal(0, _ECHO, n)]), y


def risk_of_leak(intercept, slopes, empty):
    """Exact risk of ``intercept + slopes @ (x, z)``, with z filled in or empty (0)."""
    b, c = slopes
    if empty:
        return float(intercept**2 + (1 - b) ** 2 + 1)
    return float(intercept**2 + (1 - b - c) ** 2 + (1 - c) ** 2 + (c * _ECHO) ** 2)


def lend(seed, explore, rounds=25):
    """Estimates of who repays, when only approved loans give labels.

    A group is approved when the share repaid among its newest 100 labels is at least .7. Of a
    group that is not, each applicant is approved with probability ``explore``.

    Parameters
    ----------
    seed : int
    explore : float
        Between 0 and 1.
    rounds : int
        Each with 500 applicants in each group.

    Returns
    -------
    ndarray of shape (rounds + 1, 2)
        The estimates of A and B at first and after each round.
    """
    check_share("explore", explore)
    rng = np.random.default_rng(seed)
    newest = [rng.random(100) < 0.85, rng.random(100) < 0.40]
    estimates = [[labels.mean() for labels in newest]]
    for _ in range(rounds):
        for g, repays in enumerate(REPAYS):
            approved = newest[g].mean() >= _ENOUGH
            loans = _APPLICANTS if approved else rng.binomial(_APPLICANTS, explore)
            newest[g] = np.concatenate([newest[g], rng.random(loans) < repays])[-100:]
        estimates.append([labels.mean() for labels in newest])
    return np.array(estimates)


def lending_risk(estimates):
    """Exact Brier score over all applicants of the estimates for groups A and B."""
    p = np.array(REPAYS)
    return float(np.mean(p * (1 - p) + (np.asarray(estimates) - p) ** 2))


def error_of_cut(cut, sd):
    """Exact share of errors of the rule "1 where x > cut", for x ~ N(0, sd^2)."""
    z = np.linspace(-9, 9, 20_001)
    weights = np.exp(-(z**2) / 2)
    p = expit(_SLOPE * sd * z)
    return float(weights @ np.where(sd * z > cut, 1 - p, p) / weights.sum())


def hidden_cause(rng, n, sd):
    """Inputs x, what else decides (no column holds it), and outcomes that follow from both."""
    x, other = rng.normal(0, sd, n), rng.logistic(size=n)
    return x[:, None], other, (_SLOPE * x + other > 0).astype(float)
