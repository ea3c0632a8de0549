"""Gradual drift, a mixture of two worlds row by row, against closed forms."""

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LinearRegression, LogisticRegression

from helpers.budget import error_budget, limit, risk
from helpers.worlds import World, gradual, incremental, normal, stream, sudden, uniform

BEFORE, AFTER = 10, 20
SHARES = {0: 0, 10: 0, 12.5: 0.25, 15: 0.5, 19: 0.9, 20: 1, 50: 1}


def rng(seed=0):
    return np.random.default_rng(seed)


def line(slope, noise=0.5, inputs=None):
    return World(inputs or normal(0, 1), lambda X, t: slope * X[:, 0], noise)


def five(slope):
    slopes = np.array([slope, 1, 1, 1, 1])
    return World(normal(0, 1), lambda X, t: X @ slopes, noise=1, d=5)


def coin(slope):
    return World(normal(0, 1), lambda X, t: expit(slope * X[:, 0]), None)


TURNING = gradual(line(2), line(-2), BEFORE, AFTER)
UNEQUAL = gradual(line(2, 0.5), line(-2, 2), BEFORE, AFTER)
COINS = gradual(coin(3), coin(-1), BEFORE, AFTER)


@pytest.mark.parametrize(("t", "w"), SHARES.items())
def test_mean_variance_and_floor(t, w):
    X = np.array([[-1.0], [0.0], [0.5], [3.0]])
    np.testing.assert_allclose(TURNING.mean(X, t), 2 * (1 - 2 * w) * X[:, 0], atol=1e-12)
    np.testing.assert_allclose(
        TURNING.variance(X, t), 0.25 + 16 * w * (1 - w) * X[:, 0] ** 2, atol=1e-12
    )
    assert TURNING.floor(t) == pytest.approx(0.25 + 16 * w * (1 - w), abs=1e-9)
    within = (1 - w) * 0.25 + w * 4
    assert UNEQUAL.floor(t) == pytest.approx(within + 16 * w * (1 - w), abs=1e-9)
    assert UNEQUAL.noise(t) == pytest.approx(within**0.5, abs=1e-12)


@pytest.mark.parametrize(("t", "w"), SHARES.items())
def test_a_mixture_of_coins_is_a_coin(t, w):
    X = np.array([[-2.0], [0.1], [1.0]])
    p = (1 - w) * expit(3 * X[:, 0]) + w * expit(-X[:, 0])
    np.testing.assert_allclose(COINS.mean(X, t), p, atol=1e-12)
    np.testing.assert_allclose(COINS.variance(X, t), p * (1 - p), atol=1e-12)
    X, y = COINS.sample(rng(1), 20_000, t)
    assert set(y) == {0, 1}
    errors = y - COINS.mean(X, t)
    for weight in (np.ones(len(X)), X[:, 0]):
        product = errors * weight
        assert abs(product.mean()) < 4 * product.std() / len(X) ** 0.5


@pytest.mark.parametrize("world", [TURNING, UNEQUAL], ids=["equal noise", "unequal noise"])
@pytest.mark.parametrize("t", [12.5, 15, 19])
def test_samples_have_the_mean_and_the_variance_of_the_world(world, t):
    n = 20_000
    X, y = world.sample(rng(2), n, t)
    errors = y - world.mean(X, t)
    for product in (errors, errors * X[:, 0], errors**2 - world.variance(X, t)):
        assert abs(product.mean()) < 4 * product.std() / n**0.5


def test_each_row_is_a_row_of_one_of_the_two_worlds():
    n, t, w = 10_000, 13, 0.3
    X, y = TURNING.sample(rng(3), n, t)
    X_old, y_old = TURNING.before.sample(rng(3), n, t)
    _, y_new = TURNING.after.sample(rng(3), n, t)
    np.testing.assert_array_equal(X, X_old)
    assert ((y == y_old) | (y == y_new)).all()
    assert abs((y == y_new).mean() - w) < 4 * (w * (1 - w) / n) ** 0.5
    for time, expected in [(BEFORE, y_old), (AFTER, y_new)]:
        np.testing.assert_array_equal(TURNING.sample(rng(3), n, time)[1], expected)


def test_rows_switch_once_as_time_goes_on():
    y_new = TURNING.after.sample(rng(4), 500)[1]
    switched = np.array([TURNING.sample(rng(4), 500, t)[1] == y_new for t in range(9, 22)])
    assert (np.diff(switched.astype(int), axis=0) >= 0).all()
    assert not switched[0].any() and switched[-1].all()


def test_the_switches_are_independent_of_rows_noise_and_earlier_switches():
    source, n = rng(5), 5000
    first, second = (TURNING.sample(source, n, 15) for _ in range(2))
    flips = [(y * X[:, 0] > 0) - 0.5 for X, y in (first, second)]  # slope +2 or -2, mostly
    assert abs(np.corrcoef(*flips)[0, 1]) < 4 / n**0.5
    assert abs(np.corrcoef(flips[0], first[0][:, 0])[0, 1]) < 4 / n**0.5


def test_a_generator_is_left_as_any_world_leaves_it():
    one, two = rng(6), rng(6)
    TURNING.sample(one, 30, 15)
    line(7).sample(two, 30, 15)
    assert one.random() == two.random()


def test_a_time_per_row_gives_what_a_scalar_time_gives():
    world, n = gradual(five(1), five(-1), BEFORE, AFTER), 60
    t = np.arange(n) % 30
    X, y = world.sample(rng(7), n, t)
    for time in range(30):
        X_then, y_then = world.sample(rng(7), n, time)
        np.testing.assert_allclose(X[t == time], X_then[t == time], rtol=1e-12)
        np.testing.assert_allclose(y[t == time], y_then[t == time], rtol=1e-12)


def test_a_stream_of_it_has_the_closed_form_loss_of_the_old_model():
    batches = stream(TURNING, rng(8), batches=30, rows=500)
    losses = (batches.y - 2 * batches.X[:, 0]) ** 2
    # A switched row is off by 4x: .25 + 16 w on average.
    for t in (5, 12, 15, 18, 25):
        part = losses[batches.edges[t] : batches.edges[t + 1]]
        w = np.clip((t - BEFORE) / (AFTER - BEFORE), 0, 1)
        assert abs(part.mean() - 0.25 - 16 * w) < 4 * part.std() / len(part) ** 0.5


def test_both_worlds_may_move_together():
    inputs = uniform(0, incremental(1, 3, start=0, end=30))
    world = gradual(line(1, 0.1, inputs), line(3, 0.1, inputs), BEFORE, AFTER)
    # x uniform on (0, 2) at t = 15: E[(2x)^2] / 4 = E[x^2] = 4/3.
    assert world.floor(15) == pytest.approx(0.01 + 4 / 3, abs=1e-9)


@pytest.mark.parametrize("t", [5, 12.5, 15, 19, 20])
def test_the_budget_knows_the_mixture(t):
    """The best line is the average, the floor holds the spread, the rest is what f moved by."""
    w, estimator = TURNING.share(t), LinearRegression()
    best = limit(TURNING, estimator, t)
    np.testing.assert_allclose([best.coef_[0], best.intercept_], [2 - 4 * w, 0], atol=1e-9)
    frozen = limit(TURNING, estimator, 0)
    assert risk(TURNING, frozen, t) == pytest.approx(0.25 + 16 * w, abs=1e-9)
    budget = error_budget(TURNING, estimator, frozen, n=50, t=t)
    assert budget["approximation"] == pytest.approx(0, abs=1e-9)
    # Two coefficients; x^2 enters the spread too, so E[x^2 v(x)] + E[v(x)] = 2 s2 + 4 * 16w(1-w).
    first_order = (2 * 0.25 + 4 * 16 * w * (1 - w)) / 50
    assert budget["estimation"] == pytest.approx(first_order, rel=0.25)


def test_the_budget_of_five_features():
    world = gradual(five(1), five(-1), BEFORE, AFTER)
    best = limit(world, LinearRegression(fit_intercept=False), 12.5)
    np.testing.assert_allclose(best.coef_, [0.5, 1, 1, 1, 1], atol=1e-9)
    assert world.floor(12.5) == pytest.approx(1 + 4 * 0.25 * 0.75, abs=3e-3)  # 16,384 points


def test_the_limit_of_a_classifier_is_fitted_to_the_average_probability():
    world = gradual(coin(3), coin(-3), BEFORE, AFTER)
    best = limit(world, LogisticRegression(), 15)
    np.testing.assert_allclose([best.coef_[0, 0], best.intercept_[0]], 0, atol=1e-6)


WIDER = World(normal(0, 2), lambda X, t: -2 * X[:, 0], 0.5)
LATER = line(-2, inputs=normal(sudden(0, 1, at=99), 1))


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: gradual(2, line(1), 0, 1), TypeError, "before must be a World; got 2"),
        (lambda: gradual(line(1), [1], 0, 1), TypeError, r"after must be a World; got \[1\]"),
        (lambda: gradual(line(1), five(1), 0, 1), ValueError, "as many features; got 1, 5"),
        (lambda: gradual(line(1), coin(1), 0, 1), ValueError, "noise=None .* or neither"),
        (lambda: gradual(coin(1), line(1), 0, 1), ValueError, "noise=None .* or neither"),
        (lambda: gradual(line(1), line(2), 5, 5), ValueError, "start must come before end"),
        (lambda: gradual(line(1), WIDER, 0, 9), ValueError, "same inputs .* densities"),
        (lambda: gradual(line(1), LATER, 0, 9).points(99), ValueError, "same inputs .* densities"),
        (
            lambda: gradual(line(1), LATER, 0, 9).sample(rng(), 5, 99),
            ValueError,
            "same inputs .* densities",
        ),
    ],
    ids=[
        "before a number", "after a list", "another d", "numeric and 0/1", "0/1 and numeric",
        "no length", "other inputs", "other inputs later: points", "other inputs later: rows",
    ],
)  # fmt: skip
def test_worlds_that_do_not_fit_together_are_refused(make, kind, message):
    with pytest.raises(kind, match=message):
        make()
