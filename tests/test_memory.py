"""Closed forms of what to remember: against brute force, statistics and simulation."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import brentq, minimize_scalar
from sklearn.linear_model import LinearRegression

from helpers.memory import (
    best_decay,
    best_window,
    break_even_rows,
    decay_of,
    effective_rows,
    estimation,
    forgetting_excess,
    forgetting_step_excess,
    forgetting_weights,
    fresh_excess,
    mixing,
    step_excess,
    weighted_fits,
    window_excess,
    window_weights,
)

WALK, RAMP = {"q": 3e-4}, {"v": 1e-5**0.5}


def simulated(d, s2, away, weights=None, draws=4000, seed=0):
    """Excesses of fits whose coefficients lie ``away(rng, draws)`` from today's, (draws, n, d)."""
    rng = np.random.default_rng(seed)
    away = away(rng, draws)
    X = rng.normal(size=(draws, *away.shape[-2:]))
    y = (X * away).sum(axis=-1) + rng.normal(0, s2**0.5, X.shape[:-1])
    return (weighted_fits(X, y, weights) ** 2).sum(axis=-1)


def assert_mean_is(values, expected, approximation=0.0):
    """Within 4 standard errors, and the approximation that a docstring admits."""
    error = 4 * values.std(ddof=1) / len(values) ** 0.5
    assert abs(values.mean() - expected) < error + approximation * expected


def walking(n, d, q):
    """The newest row is one step from today."""
    return lambda rng, draws: np.cumsum(rng.normal(0, q**0.5, (draws, n, d)), axis=1)[:, ::-1]


def ramping(n, d, v):
    direction = np.linspace(1, 2, d)
    away = -v * np.arange(n, 0, -1)[:, None] * direction / np.linalg.norm(direction)
    return lambda rng, draws: np.broadcast_to(away, (draws, n, d))


def stepped(old, new, d, jump2):
    away = np.zeros((old + new, d))
    away[:old] = -((jump2 / d) ** 0.5)
    return lambda rng, draws: np.broadcast_to(away, (draws, old + new, d))


# Least squares on rows of today.


@pytest.mark.parametrize(("n", "d", "s2"), [(7, 1, 1), (13, 5, 2.5), (40, 3, 0.1)])
def test_estimation_is_the_mean_of_the_exact_law(n, d, s2):
    law = fresh_excess(n, d, s2)
    assert_allclose(estimation(n, d, s2), law.mean(), rtol=1e-9)
    excess = simulated(d, s2, stepped(0, n, d, 0))
    assert_mean_is(excess, law.mean())
    for share in (0.1, 0.5, 0.9):
        below = (excess < law.ppf(share)).astype(float)
        assert_mean_is(below, share)


def test_the_law_has_no_mean_below_d_plus_2_rows_and_no_variance_below_d_plus_4():
    assert fresh_excess(6, 5, 1).mean() == np.inf and np.isfinite(fresh_excess(7, 5, 1).mean())
    assert np.isinf(fresh_excess(8, 5, 1).var()) and np.isfinite(fresh_excess(9, 5, 1).var())
    assert fresh_excess(5, 5, 1).median() > fresh_excess(8, 5, 1).median() > 0


def test_the_law_of_one_coefficient():
    """d = 1: the error is e'x / x'x, normal given x'x; integrated over its chi-square law."""
    from scipy import integrate, stats

    n, at = 6, 0.3
    share = integrate.quad(
        lambda c: (2 * stats.norm.cdf((at * c) ** 0.5) - 1) * stats.chi2.pdf(c, n), 0, 200
    )[0]
    assert_allclose(fresh_excess(n, 1, 1).cdf(at), share, rtol=1e-7)


@pytest.mark.parametrize(("d", "s2", "jump2"), [(5, 1, 1), (12, 4, 2), (1, 0.3, 9)])
def test_break_even_rows_solve_their_equation(d, s2, jump2):
    found = brentq(lambda m: d * s2 - jump2 * (m - d - 1), d + 1, 1e4, xtol=1e-12)
    assert_allclose(break_even_rows(d, s2, jump2), found, rtol=1e-9)
    assert_allclose(estimation(break_even_rows(1, 1, 1 / 7), 1, 1), 1 / 7, rtol=1e-9)


# A mixture of worlds in one window.


def brute_force(away, d, s2):
    """The general formula, from E[tr W tr W^-1] and sums over pairs of rows, for fixed rows."""
    n = len(away)
    same = (d * (n * d - 2) / (n - d - 1) + 2 * d) / (n * (n + 2))
    different = (d - n * same) / (n * (n - 1))
    pairs = away @ away.T
    total = (same - different) / d * np.trace(pairs) + different / d * pairs.sum()
    return d * s2 / (n - d - 1) + total


def test_mixing_is_near_d_plus_1_over_n():
    assert_allclose(mixing(10_000, 5), 6 / 10_000, rtol=1e-3)
    # One coefficient: the rows' shares x^2 / sum of x^2 are Dirichlet(1/2, ..., 1/2).
    n = np.arange(3, 50)
    assert_allclose(mixing(n, 1), 1 / (n / 2 + 1), rtol=1e-9)


@pytest.mark.parametrize(("old", "new", "d"), [(10, 10, 5), (30, 8, 5), (5, 20, 3), (0, 9, 2)])
def test_one_fit_across_a_step(old, new, d):
    expected = step_excess(old, new, 2.0, d, 0.5)
    away = stepped(old, new, d, 2.0)
    assert_allclose(expected, brute_force(away(None, 1)[0], d, 0.5), rtol=1e-9)
    assert_mean_is(simulated(d, 0.5, away), expected)


def test_ends_of_the_step():
    assert_allclose(step_excess(0, 20, 3, 5, 1), estimation(20, 5, 1), rtol=1e-9)
    assert_allclose(step_excess(20, 0, 3, 5, 1), estimation(20, 5, 1) + 3, rtol=1e-9)
    both = step_excess(np.array([700, 300]), np.array([300, 700]), 0, 5, 1)
    assert_allclose(both, estimation(1000, 5, 1), rtol=1e-9)


@pytest.mark.parametrize(("w", "d", "v"), [(9, 5, 0.1), (60, 3, 0.01), (200, 5, 0.004)])
def test_a_window_on_a_ramp(w, d, v):
    expected = window_excess(w, d, 1.5, v=v)
    away = ramping(w, d, v)
    assert_allclose(expected, brute_force(away(None, 1)[0], d, 1.5), rtol=1e-9)
    assert_mean_is(simulated(d, 1.5, away, draws=2000), expected)


@pytest.mark.parametrize(("w", "d", "q"), [(9, 5, 0.05), (60, 3, 1e-3), (200, 5, 3e-4)])
def test_a_window_on_a_random_walk(w, d, q):
    expected = window_excess(w, d, 1.5, q=q)
    ages = np.arange(1, w + 1)
    covariance = q * np.minimum.outer(ages, ages)  # of one coefficient, between rows
    away = np.linalg.cholesky(covariance)
    # Over the walk, away @ away.T averages to d times this covariance.
    exact = d * brute_force(away, d, 0) + estimation(w, d, 1.5)
    assert_allclose(expected, exact, rtol=1e-9)
    assert_mean_is(simulated(d, 1.5, walking(w, d, q), draws=2000), expected)


def test_walk_and_ramp_add_up():
    w = np.array([20, 100, 400])
    both = window_excess(w, 5, 1, **WALK, **RAMP)
    parts = window_excess(w, 5, 1, **WALK) + window_excess(w, 5, 0, **RAMP)
    assert_allclose(both, parts, rtol=1e-9)
    assert_allclose(window_excess(w, 5, 1), estimation(w, 5, 1), rtol=1e-9)


def test_the_rough_forms_and_their_minima():
    for w, rtol in [(100, 0.03), (1000, 0.01), (10_000, 0.001)]:
        rough = estimation(w, 5, 1)
        assert_allclose(window_excess(w, 5, 1, **WALK), rough + 5 * 3e-4 * w / 3, rtol)
        assert_allclose(window_excess(w, 5, 1, **RAMP), rough + 1e-5 * w**2 / 4, rtol)
    assert abs(best_window(3000, 5, 1, **WALK) - (6 + (3 / 3e-4) ** 0.5)) < 1.5
    assert abs(best_window(3000, 5, 1, **RAMP) - (4 + (2 * 5 / 1e-5) ** (1 / 3))) < 1.5


def test_the_best_window_is_a_minimum_or_all_of_the_history():
    for drift in (WALK, RAMP):
        best = best_window(3000, 5, 1, **drift)
        around = window_excess(np.array([best - 1, best, best + 1]), 5, 1, **drift)
        assert around.argmin() == 1
        assert best_window(best // 2, 5, 1, **drift) == best // 2
    assert best_window(777, 5, 1) == 777


# Exponential forgetting.


def test_effective_rows_are_kish_s():
    decay = 0.93
    weights = forgetting_weights(2000, decay)
    assert_allclose(effective_rows(decay), weights.sum() ** 2 / (weights**2).sum(), rtol=1e-9)
    assert_allclose(decay_of(effective_rows(decay)), decay, rtol=1e-12)


def moments(decay, ages_squared, d):
    """Gap and mixing part from sums over 2,000 rows, E[d_j d_k] given as a function."""
    ages = np.arange(1, 2001)
    p = (1 - decay) * decay ** (ages - 1.0)
    cross = ages_squared(ages)
    gap2 = p @ cross @ p
    mixed = p**2 @ np.diag(cross) - 4 * p @ cross @ p**2 + 3 * (p**2).sum() * gap2
    return gap2 + (d + 1) * mixed


def test_forgetting_is_the_sum_over_its_rows():
    decay, d = 0.98, 5
    walk = moments(decay, lambda age: d * np.minimum.outer(age, age), d)
    ramp = moments(decay, lambda age: np.outer(age, age).astype(float), d)
    step = moments(decay, lambda age: np.outer(age > 30, age > 30).astype(float), d)
    assert_allclose(forgetting_excess(decay, d, 0, q=1), walk, rtol=1e-9)
    assert_allclose(forgetting_excess(decay, d, 0, v=1), ramp, rtol=1e-9)
    assert_allclose(forgetting_step_excess(decay, 30, 1, d, 0), step, rtol=1e-9)


@pytest.mark.parametrize(("rows", "admitted"), [(20, 0.05), (50, 0.01), (100, 0.01)])
def test_forgetting_is_as_near_to_simulation_as_it_says(rows, admitted):
    decay, d, history = decay_of(rows), 5, 5 * rows
    weights = forgetting_weights(history, decay)
    for away, drift in [
        (walking(history, d, 0.01), {"q": 0.01}),
        (ramping(history, d, 0.02), {"v": 0.02}),
        (stepped(0, history, d, 0), {}),
    ]:
        excess = simulated(d, 1, away, weights, draws=2000)
        assert_mean_is(excess, forgetting_excess(decay, d, 1, **drift), admitted)


@pytest.mark.parametrize(("rows", "since"), [(50, 20), (100, 60)])
def test_forgetting_a_step(rows, since):
    decay, d, history = decay_of(rows), 5, 5 * rows
    weights = forgetting_weights(history, decay)
    excess = simulated(d, 1, stepped(history - since, since, d, 1), weights, draws=2000)
    assert_mean_is(excess, forgetting_step_excess(decay, since, 1, d, 1), 0.02)
    long_ago = forgetting_step_excess(decay, 10_000, 1, d, 1)
    assert_allclose(long_ago, forgetting_excess(decay, d, 1), rtol=1e-9)


def test_best_decay_against_a_search_over_the_decay_itself():
    for drift in (WALK, RAMP):
        found = minimize_scalar(
            lambda gone, drift=drift: forgetting_excess(1 - gone, 5, 1, **drift),
            bounds=(1e-4, 0.2), method="bounded", options={"xatol": 1e-10},
        )  # fmt: skip
        assert_allclose(best_decay(5, 1, **drift), 1 - found.x, atol=1e-6)
    slow = best_decay(5, 1, q=1e-9)
    assert_allclose(effective_rows(slow), (4 / 1e-9) ** 0.5, rtol=0.01)


def test_forgetting_beats_the_best_window_on_a_walk_and_ties_on_a_ramp():
    """As drift gets slow, windows cost 2 / sqrt(3) times as much on a walk, and 1 on a ramp."""

    def ratio(**drift):
        window = minimize_scalar(
            lambda log_w: window_excess(np.exp(log_w), 5, 1, **drift),
            bounds=(3, 14), method="bounded",
        ).fun  # fmt: skip
        return window / forgetting_excess(best_decay(5, 1, **drift), 5, 1, **drift)

    assert_allclose(ratio(q=1e-9), 2 / 3**0.5, rtol=1e-3)
    assert_allclose(ratio(v=1e-7), 1, rtol=1e-3)


# Weights and fits.


def test_weights_are_in_time_order():
    assert_allclose(window_weights(5, 2), [0, 0, 0, 1, 1])
    assert_allclose(window_weights(3, 3), [1, 1, 1])
    assert_allclose(forgetting_weights(4, 0.5), [0.125, 0.25, 0.5, 1])


def test_weighted_fits_are_scikit_learn_s():
    rng = np.random.default_rng(3)
    X, y = rng.normal(size=(6, 30, 4)), rng.normal(size=(6, 30))
    for weights in (None, window_weights(30, 9), forgetting_weights(30, 0.8), rng.random(30)):
        ours = weighted_fits(X, y, weights)
        for coefficients, rows, outcomes in zip(ours, X, y, strict=True):
            line = LinearRegression(fit_intercept=False).fit(rows, outcomes, weights)
            assert_allclose(coefficients, line.coef_, rtol=1e-9)
    assert_allclose(weighted_fits(X[0], y[0]), weighted_fits(X, y)[0], rtol=1e-9)


ROWS = np.zeros((2, 9, 4))
BAD = {
    "fewer rows than a finite mean": (lambda: estimation(6, 5, 1), "n must", "d + 2 = 7"),
    "one of several too few": (lambda: estimation(np.array([50, 6]), 5, 1), "n must", "got 6"),
    "rows NaN": (lambda: estimation(np.nan, 5, 1), "n must", "Collect more rows"),
    "law below d rows": (lambda: fresh_excess(4, 5, 1), "n must", "keep the old model"),
    "mixing of few rows": (lambda: mixing(6, 5), "n must", "use fewer features"),
    "no change": (lambda: break_even_rows(5, 1, 0), "jump2 must", "no number of new rows"),
    "change NaN": (lambda: break_even_rows(5, 1, np.nan), "jump2 must", "positive"),
    "few rows across a step": (lambda: step_excess(3, 3, 1, 5, 1), "old + new must", "7 rows"),
    "rows negative": (lambda: step_excess(-1, 30, 1, 5, 1), "old and new must", "at least 0"),
    "short window": (lambda: window_excess(6, 5, 1), "w must", "7 rows"),
    "q negative": (lambda: window_excess(9, 5, 1, q=-1), "q must", "0 for none"),
    "v negative": (lambda: forgetting_excess(0.9, 5, 1, v=-1), "v must", "0 for none"),
    "short history": (lambda: best_window(6, 5, 1, q=1), "history must", "7 rows"),
    "decay 1": (lambda: effective_rows(1.0), "decay must", "between 0 and 1"),
    "decay above 1": (lambda: forgetting_weights(9, 1.2), "decay must", "without weights"),
    "decay worth few rows": (lambda: forgetting_excess(0.5, 5, 1), "effective_rows(decay)", "7"),
    "one effective row": (lambda: decay_of(1), "rows must", "more than 1"),
    "nothing moves": (lambda: best_decay(5, 1), "q and v must", "Fit on all rows"),
    "window longer than history": (lambda: window_weights(300, 301), "w must", "300, the rows"),
    "empty window": (lambda: window_weights(300, 0), "w must", "1 to 300"),
    "y of another shape": (lambda: weighted_fits(ROWS, ROWS), "y must", "(2, 9)"),
    "fewer rows than coefficients": (
        lambda: weighted_fits(ROWS[:, :3], ROWS[:, :3, 0]), "3 rows for 4", "fewer features",
    ),
    "window below coefficients": (
        lambda: weighted_fits(ROWS, ROWS[..., 0], window_weights(9, 3)),
        "weights leave 3 rows", "Remember more rows",
    ),
    "weights for other rows": (
        lambda: weighted_fits(ROWS, ROWS[..., 0], np.ones(8)), "weights must", "one a row",
    ),
    "weights negative": (
        lambda: weighted_fits(ROWS, ROWS[..., 0], -np.ones(9)), "weights must", "non-negative",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("make", "argument", "remedy"), BAD.values(), ids=list(BAD))
def test_bad_input_is_named_with_a_remedy(make, argument, remedy):
    with pytest.raises(ValueError) as error:
        make()
    assert argument in str(error.value) and remedy in str(error.value)
