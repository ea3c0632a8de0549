"""Least squares: what a line misses, what few rows cost, what old and mixed rows cost.

All fits are made here with plain numpy, so that the helpers' formulas meet none of their code.
"""

from types import SimpleNamespace

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose
from scipy import stats
from scipy.optimize import brentq, minimize_scalar
from sklearn.linear_model import LinearRegression

from helpers import incidents
from helpers.budget import error_budget
from helpers.memory import (
    best_decay,
    best_window,
    break_even_rows,
    decay_of,
    effective_rows,
    estimation,
    forgetting_excess,
    forgetting_step_excess,
    fresh_excess,
    mixing,
    step_excess,
    window_excess,
)
from helpers.worlds import World, sudden, uniform
from tests.theory.simulated import agrees, shown, value


def rng(seed=0):
    return np.random.default_rng(seed)


def fits(X, y):
    """Least squares without an intercept, many at once."""
    products = X.swapaxes(-1, -2) @ X
    return np.linalg.solve(products, X.swapaxes(-1, -2) @ y[..., None])[..., 0]


def with_ones(X):
    return np.concatenate([np.ones((*X.shape[:-1], 1)), X], axis=-1)


# What a line misses: notebook 01.


@pytest.mark.parametrize(("c", "a", "b"), [(1, 0, 3), (-2, -1, 1.5)])
def test_lack_of_fit_of_a_line(c, a, b):
    exact, h = c**2 * (b - a) ** 4 / 180, (b - a) / 2
    # In Legendre's polynomials u^2 is 2/3 of the second and 1/3: the second is what a line misses.
    bend = np.polynomial.legendre.poly2leg([0, 0, 1])
    assert_allclose(bend[2] ** 2 / 5 * c**2 * h**4, exact, rtol=1e-9)
    assert_allclose(4 * c**2 * h**4 / 45, exact, rtol=1e-9)
    assert_allclose(c**2 * shown("solutions/01", "lack_of_fit")(a, b), exact, rtol=1e-3)
    x = rng().uniform(a, b, 200_000)
    bent = c * x**2
    missed = (bent - np.polynomial.Polynomial.fit(x, bent, 1)(x)) ** 2
    agrees(missed, exact, half_width=exact * 16, flat=(bent - bent.mean()).var())


def test_what_a_frozen_line_misses_on_a_wider_range():
    """By hand in tests/test_budget.py: 6.318 on the square, R2 of -12.97 on the hump."""
    x, wide = rng(1).random(400_000), 3 * rng(2).random(400_000)
    line = np.polynomial.Polynomial.fit(x, x**2, 1)
    agrees((wide**2 - line(wide)) ** 2 + 0.09, 6.318)
    low, dose = 0.3 * rng(3).random(400_000), rng(4).random(400_000)
    line = np.polynomial.Polynomial.fit(low, 4 * low * (1 - low), 1)
    agrees((4 * dose * (1 - dose) - line(dose)) ** 2 + 0.01, 13.97 * (16 / 180 + 0.01))


def test_the_bend_is_tested_as_statsmodels_does():
    p_bend = shown("01", "p_bend")
    for seed in range(5):
        x = rng(seed).uniform(0, 3, 20)
        y = x + 0.1 * x**2 + rng(seed + 50).normal(0, 0.3, 20)
        theirs = sm.OLS(y, np.vander(x, 3, increasing=True)).fit().pvalues[2]
        assert_allclose(p_bend(x, y), theirs, rtol=1e-9)


def test_the_bend_hides_as_often_as_the_t_law_says():
    """Given the inputs t is non-central; the power of the test is its mean over the inputs."""
    p_bend, n, samples = shown("01", "p_bend"), 20, 6000
    x = rng(5).uniform(0, 3, (samples, n))
    y = x + 0.1 * x**2 + rng(6).normal(0, 0.3, x.shape)
    A = np.stack([np.ones_like(x), x, x**2], axis=-1)
    se = 0.3 * np.linalg.inv(A.swapaxes(1, 2) @ A)[:, 2, 2] ** 0.5
    limit = stats.t.isf(0.025, n - 3)
    exact = stats.nct.sf(limit, n - 3, 0.1 / se) + stats.nct.cdf(-limit, n - 3, 0.1 / se)
    found = np.array([p_bend(*pair) < 0.05 for pair in zip(x, y, strict=True)])
    error = 4 * (found - exact).std() / samples**0.5
    assert abs((found - exact).mean()) < error < 0.2 * exact.mean()  # and half again would fail


# The error budget: notebooks 00, 01 and 12.


def test_the_four_terms_from_rows_alone():
    """A hump whose range widens, a frozen line, fresh lines on 40 rows; no world, no points."""
    low, wide, n, fresh_lines = 0.3, 1.0, 40, 20_000

    def hump(x):
        return 4 * x * (1 - x)

    def lines(x, y):
        slope = ((x - x.mean(axis=-1, keepdims=True)) * y).sum(axis=-1)
        slope = slope / ((x - x.mean(axis=-1, keepdims=True)) ** 2).sum(axis=-1)
        return np.stack([slope, y.mean(axis=-1) - slope * x.mean(axis=-1)])

    x, noise = wide * rng(50).random(400_000), 0.1 * rng(51).normal(size=400_000)
    deployed, best = lines(low * x, hump(low * x)), lines(x, hump(x))
    world = World(uniform(0, sudden(low, wide, at=1)), lambda X, t: hump(X[:, 0]), noise=0.1)
    model = SimpleNamespace(predict=lambda X: deployed[0] * X[:, 0] + deployed[1])
    budget = error_budget(world, LinearRegression(), model, n, t=1, draws=6000)
    agrees(noise**2, budget["floor"])
    agrees((best[0] * x + best[1] - hump(x)) ** 2, budget["approximation"])
    seen = wide * rng(52).random((fresh_lines, n))
    fits = lines(seen, hump(seen) + 0.1 * rng(53).normal(size=seen.shape))
    # The best line is the nearest, so what a fresh one loses is its distance to that.
    off = fits - best[:, None]
    lost = off[0] ** 2 / 3 + off[0] * off[1] + off[1] ** 2
    error = 4 * (lost.std() / fresh_lines**0.5 + budget["se"])
    assert abs(lost.mean() - budget["estimation"]) < error < 0.1 * budget["estimation"]
    losses = (hump(x) + noise - deployed[0] * x - deployed[1]) ** 2
    agrees(losses, budget["risk"])
    stale = losses - (0.01 + budget["approximation"] + lost.mean())
    agrees(stale, budget["staleness"], risk=budget["risk"])


# The lever: notebook 02.


def lines_on(rng, old, new, n, lines, turn=0.0, sd=10.0):
    """Mean squared distance of fitted lines to the truth, each on rows that could come."""
    x = old(rng, (lines, n))
    y = rng.normal(0, sd, x.shape)  # the truth drops out
    centred = x - x.mean(axis=1, keepdims=True)
    slope = (centred * y).sum(axis=1) / (centred**2).sum(axis=1)
    height = y.mean(axis=1) - slope * x.mean(axis=1)
    come = new(rng, (lines, 40))
    off = height[:, None] + slope[:, None] * come - turn * (come - 35)
    return (off**2).mean(axis=1)


def test_the_lever_of_the_students():
    lever, n = shown("02", "lever"), 400
    a, b, c, d = 16, 24, 16, 80
    excess = lines_on(
        rng(), lambda r, s: r.uniform(a, b, s), lambda r, s: r.uniform(c, d, s), n, 30_000
    )
    exact = 100 / n * lever((a, b), (c, d))
    agrees(excess, exact, no_distance=100 / n * (1 + 64**2 / 8**2), no_spread=100 / n * (1 + 147))
    assert_allclose(lever((a, b), (a, b)), 2, rtol=1e-12)


@pytest.mark.parametrize(("shift", "turn"), [(0, 0), (1, 0), (2, 0), (1, 0.1)])
def test_the_damage_of_shift_and_turn(shift, turn):
    """Normal ages, sd 10: noise and ages have one variance. As shares of the floor."""
    n, damage = 200, shown("02", "damage")
    excess = lines_on(
        rng(shift), lambda r, s: r.normal(35, 10, s),
        lambda r, s: r.normal(35 + 10 * shift, 10, s), n, 40_000, turn,
    )  # fmt: skip
    mistakes = {"one_coefficient": (1 + shift**2) / n + turn**2 * (1 + shift**2)}
    if shift > 1:
        mistakes["not_squared"] = (2 + shift) / n
    if turn:
        mistakes["turn_without_lever"] = (2 + shift**2) / n + turn**2
    agrees(excess / 100, damage(shift, turn, n), **mistakes)


def test_the_lever_of_several_features_is_a_trace():
    """Exact for normal features and a constant, and the trace to within about (d + 2) / n."""
    d, n, draws, s2 = 2, 300, 40_000, 1.5
    spread, moved = np.array([[1, 0.6], [0.6, 2]]), np.array([1.0, -0.5])
    root, wider = np.linalg.cholesky(spread), np.diag([1.5, 0.8])
    X = with_ones(rng(7).normal(size=(draws, n, d)) @ root.T)
    coef = fits(X, rng(8).normal(0, s2**0.5, (draws, n)))
    S_old = np.block([[np.ones((1, 1)), np.zeros((1, d))], [np.zeros((d, 1)), spread]])
    second = wider @ wider + np.outer(moved, moved)
    S_new = np.block([[np.ones((1, 1)), moved[None]], [moved[:, None], second]])
    excess = np.einsum("ri,ij,rj->r", coef, S_new, coef)
    inside = np.trace(np.linalg.solve(spread, second))
    exact = s2 * (1 / n + (inside + d / n) / (n - d - 2))
    trace = s2 / n * np.trace(np.linalg.solve(S_old, S_new))
    agrees(excess, exact, no_constant=s2 / n * inside, other_way=s2 / n
           * np.trace(np.linalg.solve(S_new, S_old)))  # fmt: skip
    assert abs(trace / exact - 1) < (d + 3) / n


def test_the_trace_of_one_feature_is_the_lever():
    lever, products = shown("02", "lever"), shown("solutions/02", "products")
    for new in [(16, 24), (16, 40), (16, 80), (0, 5)]:
        trace = np.trace(np.linalg.solve(products(16, 24), products(*new)))
        assert_allclose(trace, lever((16, 24), new), rtol=1e-9)
    S_old, S_new = (value("12/small", name) for name in ("S_old", "S_new"))
    assert_allclose(np.trace(np.linalg.solve(S_old, S_new)), lever((16, 24), (16, 80)), rtol=1e-3)


# What few rows cost: notebook 04.


def test_excess_is_the_squared_distance_of_the_coefficients():
    off = np.array([0.5, -1.0, 2.0])
    x = rng(9).normal(size=(100_000, 3))
    agrees((x @ off) ** 2, off @ off, not_squared=(off @ off) ** 0.5, sum_squared=off.sum() ** 2)


@pytest.mark.parametrize(("n", "d", "s2"), [(30, 3, 2.0), (60, 5, 1.0), (60, 10, 1.0)])
def test_estimation_is_the_trace_of_scipys_inverse_wishart_mean(n, d, s2):
    exact = s2 * np.trace(np.atleast_2d(stats.invwishart(df=n, scale=np.eye(d)).mean()))
    assert_allclose(estimation(n, d, s2), exact, rtol=1e-9)
    X = rng(n + d).normal(size=(30_000, n, d))
    lost = (fits(X, rng(10).normal(0, s2**0.5, X.shape[:2])) ** 2).sum(axis=1)
    agrees(lost, exact, rows_alone=d * s2 / n)
    assert_allclose(shown("04", "estimation")(n, d, s2), exact, rtol=1e-9)


def test_the_law_of_few_rows():
    """Of the fits on 8 and 20 rows in notebook 06, how many are worse than the old model."""
    for n in (8, 20):
        X = rng(n).normal(size=(60_000, n, 5))
        worse = (fits(X, rng(11).normal(size=X.shape[:2])) ** 2).sum(axis=1) > 1
        exact, normal = fresh_excess(n, 5, 1).sf(1), stats.chi2(5, scale=1 / n).sf(1)
        error = 4 * worse.std() / len(worse) ** 0.5
        assert abs(worse.mean() - exact) < error < abs(worse.mean() - normal)


def test_break_even_rows_by_simulation():
    d, s2, jump2 = 3, 2.0, 0.3
    m = break_even_rows(d, s2, jump2)
    assert m == 24 and m == shown("04", "break_even_rows")(d, s2, jump2)
    X = rng(12).normal(size=(30_000, 24, d))
    lost = (fits(X, rng(13).normal(0, s2**0.5, X.shape[:2])) ** 2).sum(axis=1)
    agrees(lost, jump2, without_d_plus_1=jump2 * (m - d - 1) / m)


def test_mixed_rows_are_noise_to_one_fit():
    """Without any noise, and a step whose gap is 0: what is left is the mixing, exactly."""
    n, d = 20, 5
    kinds = np.repeat([0.5, -0.5], n // 2)
    X = rng(14).normal(size=(40_000, n, d))
    lost = (fits(X, X[..., 0] * kinds) ** 2).sum(axis=1)
    agrees(lost, 0.25 * mixing(n, d), rough=0.25 * (d + 1) / n)
    whole = step_excess(n // 2, n // 2, 1.0, d, 0.0)
    lost = (fits(X, X[..., 0] * (kinds > 0)) ** 2).sum(axis=1)
    agrees(lost, whole, gap_alone=0.25, half_the_damage=0.5)
    # The roughness that the notebook admits: (d + 1) / n for long windows.
    assert_allclose(mixing(2000, d), 6 / 2000, rtol=0.005)


def test_the_mean_trace_behind_the_mixing():
    """E[tr W tr W^-1] of W = X'X, of which helpers.memory makes its factor."""
    n, d = 30, 4
    X = rng(34).normal(size=(40_000, n, d))
    W = X.swapaxes(-1, -2) @ X
    both = np.trace(W, axis1=1, axis2=2) * np.trace(np.linalg.inv(W), axis1=1, axis2=2)
    agrees(both, d * (n * d - 2) / (n - d - 1), as_if_independent=n * d * d / (n - d - 1))


@pytest.mark.parametrize(("shift", "m"), [(0.1, 300), (0.3, 40)])
def test_the_mean_of_old_and_new_rows(shift, m):
    """Of 1000 old rows and m new ones; the means are drawn from their own laws."""
    old, new = rng(m).normal(size=(2, 100_000)) / np.array([[1000], [m]]) ** 0.5
    gap = (1000 / (1000 + m)) ** 2 * shift**2
    mean_of_all = value("04/mean", "mean_of_all", m=m, shifts=[shift])[shift]
    missed = ((1000 * old + m * (new + shift)) / (1000 + m) - shift) ** 2
    agrees(missed, mean_of_all, share_not_squared=gap * m / 1000 + mean_of_all)
    agrees(new**2, 1 / m)


@pytest.mark.parametrize(("delta", "s2", "n_old"), [(0.1, 1, 1000), (0.3, 1, 1000), (2, 9, 50)])
def test_rows_from_which_new_ones_alone_do_better(delta, s2, n_old):
    def gap(m):
        both = (n_old / (n_old + m)) ** 2 * delta**2 + s2 / (n_old + m)
        return m * (both - s2 / m)

    found = brentq(gap, 1e-6, 1e6, xtol=1e-12, rtol=1e-14)
    crossing = 1 / (delta**2 / s2 - 1 / n_old)
    assert_allclose(crossing, found, rtol=1e-9)
    for m, better in [(round(2 * crossing), 1), (round(crossing / 2), -1)]:
        old, new = rng(m).normal(size=(2, 200_000)) * (s2 / np.array([[n_old], [m]])) ** 0.5
        gain = ((n_old * (old - delta) + m * new) / (n_old + m)) ** 2 - new**2
        error = 4 * gain.std() / len(gain) ** 0.5
        assert abs(gain.mean() - gap(m) / m) < error < better * gain.mean()


def test_a_change_below_the_old_means_error_is_never_forgotten():
    m, delta2 = np.arange(1, 100_000), 0.99 / 1000
    assert ((1000 / (1000 + m)) ** 2 * delta2 + 1 / (1000 + m) < 1 / m).all()


# A world that never stops moving: notebook 04.


def test_how_far_a_walk_and_a_ramp_go():
    d, q, rows = 5, 3e-4, 100
    steps = rng(15).normal(0, q**0.5, (30_000, rows, d)).sum(axis=1)
    agrees((steps**2).sum(axis=1), d * q * rows, one_coefficient=q * rows)


def test_a_window_lags_by_a_third_of_a_walk_and_by_half_of_a_ramp():
    """The squared distance of the window's mean from today, without noise and mixing."""
    d, q, w = 5, 3e-4, 300
    walked = rng(16).normal(0, q**0.5, (20_000, w, d)).cumsum(axis=1)
    agrees((walked.mean(axis=1) ** 2).sum(axis=1), d * q * w / 3, half=d * q * w / 2)
    ages = np.arange(1, w + 1)
    assert_allclose((1e-3 * ages.mean()) ** 2, 1e-6 * w**2 / 4, rtol=0.01)
    assert_allclose(1e-6 * (ages**2).mean(), 1e-6 * w**2 / 3, rtol=0.01)  # the usual slip


def test_a_window_on_walk_and_ramp_at_once():
    """The whole of it: noise, walk and ramp."""
    d, s2, q, v, w = 3, 0.5, 2e-3, 0.01, 60
    draws = 30_000
    X = rng(17).normal(size=(draws, w, d))
    away = rng(18).normal(0, q**0.5, X.shape).cumsum(axis=1)[:, ::-1]
    away = away - v * np.arange(w, 0, -1)[:, None] * np.array([0.6, 0.8, 0])
    y = (X * away).sum(axis=-1) + rng(19).normal(0, s2**0.5, X.shape[:2])
    lost = (fits(X, y) ** 2).sum(axis=1)
    exact = window_excess(w, d, s2, q, v)
    agrees(lost, exact, no_walk=window_excess(w, d, s2, 0, v), no_ramp=window_excess(w, d, s2, q))


def test_the_valleys_of_the_rules():
    """The rules of thumb minimise the rough forms, and the exact ones in the long run."""
    d, s2, q, v = 5, 1.0, 3e-4, 1e-3

    def least(excess):
        bounds = np.log(d + 2), np.log(1e7)
        found = minimize_scalar(
            lambda log_w: excess(np.exp(log_w)), bounds=bounds, method="bounded",
            options={"xatol": 1e-10},
        )  # fmt: skip
        return np.exp(found.x)

    walk = least(lambda w: d * s2 / (w - d - 1) + d * q * w / 3)
    assert_allclose(d + 1 + (3 * s2 / q) ** 0.5, walk, rtol=1e-5)
    assert_allclose(value("04/rule", "rule", times=1, d=d, s2=s2, q=q), walk, rtol=1e-5)
    ramp = least(lambda w: d * s2 / w + v**2 * w**2 / 4)
    assert_allclose((2 * d * s2 / v**2) ** (1 / 3), ramp, rtol=1e-5)
    assert_allclose(best_window(10_000, d, s2, q=1e-6), (3 * s2 / 1e-6) ** 0.5, rtol=0.01)
    assert_allclose(best_window(10_000, d, s2, v=1e-5), (2 * d * s2 / 1e-10) ** (1 / 3), rtol=0.01)


def test_the_valley_of_the_solution():
    ramp_valley = shown("solutions/04", "ramp_valley")
    w = np.array([100.0, 1000, 10_000])
    assert_allclose(ramp_valley(w, 5, 1, 1e-3), window_excess(w, 5, 1, v=1e-3), rtol=0.03)


# Exponential forgetting: notebook 04.


def test_effective_rows_are_those_that_average_noise_as_well():
    decay, history = decay_of(20), 200
    weights = decay ** np.arange(history)
    noise = rng(20).normal(size=(60_000, history))
    means = noise @ (weights / weights.sum())
    agrees(means**2, 1 / effective_rows(decay), sum_of_weights=1 - decay)


def test_forgetting_lags_by_a_quarter_of_a_walk_and_by_half_of_a_ramp():
    d, q, rows, history = 5, 3e-4, 100, 600
    weights = decay_of(rows) ** np.arange(history)
    weights /= weights.sum()
    walked = rng(21).normal(0, q**0.5, (8000, history, d)).cumsum(axis=1)
    gap = np.einsum("rad,a->rd", walked, weights)
    agrees((gap**2).sum(axis=1), d * q * rows / 4, as_a_window=d * q * rows / 3)
    lag = weights @ np.arange(1, history + 1)
    assert_allclose(lag**2, rows**2 / 4, rtol=0.03)


def test_no_weighting_of_the_past_beats_forgetting_on_a_walk():
    """Muth (1960): the best linear forecast of a walking mean, by statsmodels' Kalman filter."""
    s2, q = 1.0, 0.02
    model = sm.tsa.UnobservedComponents(np.zeros(3000), "llevel")
    filtered = model.filter([s2, q])
    settled = filtered.predicted_state_cov[0, 0, -1]

    def excess(decay):
        return s2 / effective_rows(decay) + q / (1 - decay**2)

    best = minimize_scalar(excess, bounds=(0.5, 0.999), method="bounded", options={"xatol": 1e-12})
    assert_allclose(best.fun, settled, rtol=1e-7)
    assert_allclose(1 - best.x, settled / (settled + s2), rtol=1e-4)  # the filter's gain
    # For slow walks the decay of least squares is the same one.
    slow = best_decay(1, 1.0, q=1e-8)
    assert_allclose(effective_rows(slow), 2 / 1e-8**0.5, rtol=0.01)


@pytest.fixture(scope="module", params=[(20, 3000), (50, 5000)], ids=["20 rows", "50 rows"])
def forgetting_parts(request):
    """Excess of weighted fits given the inputs: the mean over noise and walk is then exact.

    Returns the effective rows and, for each draw of inputs, what unit noise, a unit walk, a unit
    ramp and steps add. With S_m the weighted products of the rows of age m and more, a walk's
    steps, one for each age, add |A^-1 S_m|^2 each.
    """
    rows, draws = request.param
    d, ages = 5, np.arange(1, 6 * rows + 1.0)
    w = decay_of(rows) ** (ages - 1)
    found = {}
    for k in range(10):
        X = rng(100 + k).normal(size=(draws // 10, len(ages), d))
        products = X[..., :, None] * X[..., None, :] * w[:, None, None]
        older = products[:, ::-1].cumsum(axis=1)[:, ::-1]
        inverse = np.linalg.inv(older[:, 0])
        aged = inverse[:, None] @ older
        squares = np.einsum("rhij,h->rij", products, w)
        parts = {
            "noise": np.trace(inverse @ squares @ inverse, axis1=1, axis2=2),
            "walk": (aged**2).sum(axis=(1, 2, 3)),
            "ramp": ((inverse @ np.einsum("rhij,h->rij", products, ages)) ** 2).sum(axis=(1, 2))
            / d,
        }
        parts |= {m: (aged[:, m] ** 2).sum(axis=(1, 2)) / d for m in (rows // 2, rows, 2 * rows)}
        for name, values in parts.items():
            found.setdefault(name, []).append(values)
    return rows, {name: np.concatenate(values) for name, values in found.items()}


def near(values, exact, admitted):
    """Within what a docstring admits and 4 standard errors, and those are small."""
    error = 4 * values.std() / len(values) ** 0.5
    assert abs(values.mean() - exact) < admitted * exact + error and error < 0.02 * exact


def test_each_part_of_forgetting_is_as_near_as_it_says(forgetting_parts):
    rows, parts = forgetting_parts
    decay, admitted = decay_of(rows), {20: 0.05, 50: 0.01}[rows]
    near(parts["noise"], forgetting_excess(decay, 5, 1), admitted)
    near(parts["walk"], forgetting_excess(decay, 5, 0, q=1), admitted)
    near(parts["ramp"], forgetting_excess(decay, 5, 0, v=1), admitted)
    gap_alone = 5 / (1 - decay**2)
    assert gap_alone < 0.95 * parts["walk"].mean()  # without the mixing it would show


def test_forgetting_a_step_is_as_near_as_it_says(forgetting_parts):
    rows, parts = forgetting_parts
    admitted, late = {20: (0.05, 0.5), 50: (0.02, 0.09)}[rows]
    for since in (rows // 2, rows, 2 * rows):
        step = forgetting_step_excess(decay_of(rows), since, 1, 5, 0)
        both = forgetting_step_excess(decay_of(rows), since, 1, 5, 1)
        near(parts["noise"] + parts[since], both, admitted)
        assert -0.01 < parts[since].mean() / step - 1 < late


# Rows of two kinds: notebook 05.


@pytest.mark.parametrize("p", [0.9, 0.5, 0.1])
def test_the_floor_and_the_best_slope_without_the_column(p):
    """Cooled buildings have slope 2, heated ones -2, and nobody says which is which."""
    x, noise = rng(22).normal(size=(2, 300_000))
    cooled = rng(23).random(len(x)) < p
    y = np.where(cooled, 2, -2) * x + 0.5 * noise
    best = 2 * (2 * p - 1)
    floor = value("05/missing-closed", "floor", p=p)
    agrees((y - best * x) ** 2, floor, noise_alone=0.25)
    if best:
        agrees(x * y, best, share=2 * p - 1)
    # The model of p = .9 on rows of 1 - p: off by 4 (2p - 1).
    agrees((y + best * x) ** 2, floor + (4 * (2 * p - 1)) ** 2)
    assert_allclose(floor, 0.25 + p * (1 - p) * 4**2, rtol=1e-9)  # w (1 - w) |b_new - b_old|^2


def test_the_closed_form_of_notebook_05():
    """Two batches across a change, with rows of two kinds; its own function."""
    expected = shown("05", "expected")
    slopes = np.ones((4, 5))
    slopes[2:, 0] = -1
    kinds = np.array([0.0, 1.5, 3.0, 0.0])  # w (1 - w) 4 within a batch
    draws, rows = 30_000, 50
    X = rng(24).normal(size=(draws, 2 * rows, 5))
    # Of batch 1 (mean slope 1) and 2 (mean -1) rows are above or below their mean at random.
    centre = np.repeat([1.0, -1.0], rows)
    spread = np.repeat([1.5**0.5, 3**0.5], rows)
    first = centre + spread * rng(25).choice([-1, 1], X.shape[:2])
    y = X[..., 0] * first + X[..., 1:].sum(axis=-1) + rng(26).normal(size=X.shape[:2])
    lost = ((fits(X, y) - slopes[3]) ** 2).sum(axis=1)
    exact = expected(slopes, kinds, 3, 1, 3)
    few, old = estimation(100, 5, 1), 1.0
    agrees(lost, exact, without_mixed_rows=few + old, without_few_rows=exact - few)


def test_a_share_of_old_batches_leaves_its_square():
    new = brentq(lambda n: 4 * (40 / (40 + n)) ** 2 - 0.1, 1, 1e4, xtol=1e-10)
    assert_allclose(40 / (0.1 / 4) ** 0.5 - 40, new, rtol=1e-9)


# The rule, and what one can see: notebooks 00, 06, 08, 11 and 12.


def test_a_retrain_pays_its_price_after_price_over_staleness_rows():
    """Staleness times rows: summed over rows served, deployed minus fresh, many retrains."""
    d, n, rows, draws = 3, 40, 25, 20_000
    off = np.array([0.8, -0.5, 0.3])  # the deployed model is off by this
    X = rng(27).normal(size=(draws, n, d))
    fresh = fits(X, rng(28).normal(size=(draws, n)))
    served, noise = rng(29).normal(size=(draws, rows, d)), rng(30).normal(size=(draws, rows))
    errors = [(served @ model + noise[..., None]) ** 2 for model in
              (np.broadcast_to(off[:, None], (draws, d, 1)), fresh[..., None])]  # fmt: skip
    gained = (errors[0] - errors[1]).sum(axis=(1, 2))
    staleness = off @ off - estimation(n, d, 1)
    agrees(gained, staleness * rows, without_estimation=off @ off * rows)
    worth_it = shown("solutions/00", "worth_it")
    price = staleness * rows
    assert worth_it(staleness, rows + 1, price) and not worth_it(staleness, rows - 1, price)


def test_two_looks_at_a_case_tell_the_noise():
    looks = 3 + 1.7 * rng(31).normal(size=(100_000, 2))
    agrees(np.diff(looks, axis=1) ** 2 / 2, 1.7**2, not_halved=2 * 1.7**2)


def test_a_blur_of_three_tenths_explains_nine_tenths():
    hours = rng(32).normal(5, 2, 100_000)
    blurred = hours + rng(33).normal(0, 0.3 * hours.std(), len(hours))
    explained = np.corrcoef(hours, blurred)[0, 1] ** 2
    assert_allclose(explained, 1 / (1 + 0.3**2), atol=4 * 2 * 0.083 / len(hours) ** 0.5)
    assert explained > 0.9


def test_staleness_is_estimated_right_from_the_rows_of_the_window():
    """Residuals of the fit on the same rows give the noise; the estimation error comes on top."""
    estimated_staleness, d, n = shown("08", "estimated_staleness"), 5, 30
    off = np.full(d, 0.4)
    X, noise = rng(35).normal(size=(20_000, n, d)), rng(36).normal(size=(20_000, n))
    found = [estimated_staleness(off, *rows) for rows in zip(X, noise, strict=True)]
    exact = off @ off - estimation(n, d, 1)
    agrees(found, exact, noise_alone=off @ off, rough_noise=exact + d / n)


def test_estimation_behind_the_incidents_with_a_leak_and_a_stuck_sensor():
    """Two coefficients on 500 rows, d / (n - 3); four inputs and a constant 2, noise 2."""
    n, draws = 500, 12_000
    x, e = rng(37).normal(size=(2, draws, n))
    x_mean, e_mean = x.mean(axis=1), e.mean(axis=1)
    centred = x - x_mean[:, None]
    slope = (centred * e).sum(axis=1) / (centred**2).sum(axis=1)
    height = e_mean - slope * x_mean
    truth = incidents.column_leaks(rng(38)).truth
    agrees(height**2 + slope**2, truth.estimation, slope_alone=1 / (n - 3))
    X = with_ones(rng(39).normal(size=(6000, n, 4)))
    off = fits(X, rng(40).normal(0, 2**0.5, (6000, n)))
    truth = incidents.sensor_stuck(rng(41)).truth
    agrees((off**2).sum(axis=1), truth.estimation, noise_of_1=truth.estimation / 2)


def test_estimation_of_shares_of_repaid_loans():
    """A hundred labels of each group: p (1 - p) / 100, averaged as the floor is."""
    p = np.array([0.85, 0.90])
    off = (rng(42).binomial(100, p, (60_000, 2)) / 100 - p) ** 2
    truth = incidents.labels_selected(rng(43)).truth
    agrees(off.mean(axis=1), truth.estimation, one_group=0.85 * 0.15 / 100)
    assert_allclose(truth.floor, 100 * truth.estimation, rtol=1e-12)
