"""Schedules, worlds and streams against closed forms and quadrature."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import norm

from helpers.worlds import (
    World,
    incremental,
    normal,
    random_walk,
    recurring,
    stream,
    sudden,
    two_classes,
    uniform,
)


def first(X, t):
    return X[:, 0]


def unit(mean=first, noise=0.1, d=1):
    return World(uniform(0, 1), mean, noise, d)


def rng(seed=0):
    return np.random.default_rng(seed)


SCHEDULES = {
    "sudden": (sudden(1, 3, at=5), [(-1, 1), (0, 1), (4.99, 1), (5, 3), (100, 3)]),
    "incremental": (
        incremental(1, 3, start=2, end=6),
        [(-9, 1), (2, 1), (3, 1.5), (4, 2), (5.5, 2.75), (6, 3), (99, 3)],
    ),
    "recurring": (
        recurring(1, 3, period=10),
        [(0, 1), (9, 1), (9.9, 1), (10, 3), (19, 3), (20, 1), (35, 3)],
    ),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedule_at_one_time_and_at_many(name):
    schedule, values = SCHEDULES[name]
    times, expected = map(list, zip(*values, strict=True))
    assert [float(schedule(t)) for t in times] == expected
    np.testing.assert_array_equal(schedule(np.array(times)), expected)


def test_recurring_repeats_after_two_spells():
    t = np.arange(100)
    schedule = recurring(1, 3, period=7)
    np.testing.assert_array_equal(schedule(t), schedule(t + 14))
    assert (schedule(t) != schedule(t + 7)).all()


@pytest.mark.parametrize(
    ("before", "after"),
    [([1, 2, 3], [3, 2, 9]), (0, [3, 2, 9]), ([1, 2, 3], 0)],
    ids=["two vectors", "a number, then a vector", "a vector, then a number"],
)
@pytest.mark.parametrize(
    "make",
    [
        lambda a, b: sudden(a, b, at=2),
        lambda a, b: incremental(a, b, start=0, end=4),
        lambda a, b: recurring(a, b, period=2),
    ],
    ids=["sudden", "incremental", "recurring"],
)
def test_schedule_of_one_value_per_feature(make, before, after):
    schedule = make(before, after)
    t = np.array([0, 2, 4])  # as many times as features: rows and columns must not be mixed up
    assert schedule(t).shape == (3, 3)
    for row, time in zip(schedule(t), t, strict=True):
        np.testing.assert_array_equal(row, np.broadcast_to(schedule(time), 3))
    np.testing.assert_array_equal(schedule(t)[0], np.broadcast_to(before, 3))


@pytest.mark.parametrize("start", [2.0, [1.0, -1.0, 0.5]], ids=["a number", "a vector"])
def test_a_random_walk_stands_still_between_whole_times_and_after_its_last_step(start):
    schedule = random_walk(rng(8), start, sd=0.5, steps=6)
    np.testing.assert_array_equal(schedule(0), start)
    np.testing.assert_array_equal(schedule(2.9), schedule(2))
    np.testing.assert_array_equal(schedule(6), schedule(99))
    assert (schedule(3) != schedule(2)).all()
    times = np.arange(7)
    path = schedule(times)
    assert path.shape == (7, *np.shape(start))
    for time in times:
        np.testing.assert_array_equal(path[time], schedule(time))


def test_steps_of_a_random_walk_are_independent_and_have_their_spread():
    n, sd = 20_000, 0.3
    steps = np.diff(random_walk(rng(9), [0, 0], sd, n)(np.arange(n + 1)), axis=0)
    assert np.abs(steps.std(axis=0) / sd - 1).max() < 4 / (2 * n) ** 0.5
    neighbours = [np.corrcoef(s[1:], s[:-1])[0, 1] for s in steps.T]
    assert np.abs([*neighbours, np.corrcoef(steps.T)[0, 1]]).max() < 4 / n**0.5


def test_a_world_walks():
    schedule = random_walk(rng(8), [0, 0], 1, 5)
    world = World(normal(0, 1), lambda X, t: (X * schedule(t)).sum(axis=1), noise=0, d=2)
    batches = stream(world, rng(), 5, 10)
    for t in range(5):
        X, y = batches.rows(10 * t, 10 * t + 10)
        np.testing.assert_allclose(y, X @ schedule(t), atol=1e-12)


MOVING = {
    "one feature": World(
        uniform(sudden(0, 1, at=2), incremental(1, 4, start=1, end=5)),
        lambda X, t: X[:, 0] + 0.5 * t,
        noise=recurring(0.1, 0.2, period=2),
    ),
    "three features": World(
        normal(incremental([0, 0, 0], [1, 2, 3], start=0, end=5), sudden(1, [1, 2, 3], at=3)),
        lambda X, t: (X * sudden([1, 0, 0], [0, 0, 1], at=2)(t)).sum(axis=1),
        noise=0.3,
        d=3,
    ),
    "0 and 1": World(normal(0, 1), lambda X, t: expit(X[:, 0] + 0.5 * t - 1), None),
}


@pytest.mark.parametrize("name", MOVING)
def test_a_time_per_row_gives_what_a_scalar_time_gives(name):
    world, n = MOVING[name], 90
    t = np.arange(n) % 6
    X, y = world.sample(rng(3), n, t)
    assert X.shape == (n, world.d) and y.shape == (n,)
    for time in range(6):
        X_then, y_then = world.sample(rng(3), n, time)
        np.testing.assert_allclose(X[t == time], X_then[t == time], rtol=1e-12)
        np.testing.assert_allclose(y[t == time], y_then[t == time], rtol=1e-12)


def test_one_seed_is_the_same_luck_at_every_time_and_in_every_world():
    flat = World(uniform(0, 1), lambda X, t: 0 * X[:, 0], noise=1)
    other = World(normal(5, sudden(2, 3, at=1)), lambda X, t: 7 + X[:, 0] ** 2, noise=0.5)
    u, luck = flat.sample(rng(4), 50)
    for t in (0, 1):
        X, y = other.sample(rng(4), 50, t)
        np.testing.assert_allclose(norm.cdf((X - 5) / (2 + t)), u, atol=1e-12)
        np.testing.assert_allclose((y - 7 - X[:, 0] ** 2) / 0.5, luck, atol=1e-10)


def test_common_luck_moves_outcomes_of_0_and_1_one_way():
    world = World(uniform(0, 1), lambda X, t: np.full(len(X), 0.1 * t), None)
    outcomes = np.array([world.sample(rng(5), 400, t)[1] for t in range(11)])
    assert (np.diff(outcomes, axis=0) >= 0).all()
    assert outcomes[0].sum() == 0 and outcomes[10].sum() == 400


def test_a_sample_is_of_time_0_unless_told():
    world = World(normal(sudden(0, 9, at=1), 1), first, noise=0)
    X, _ = world.sample(rng(6), 50)
    np.testing.assert_array_equal(X, world.sample(rng(6), 50, 0)[0])
    assert X.max() < 6 < world.sample(rng(6), 50, 1)[0].mean()


def test_samples_have_the_moments_of_the_world():
    n = 40_000
    X, y = World(normal([1, -2], [0.5, 3]), first, noise=0.7, d=2).sample(rng(6), n)
    assert np.abs((X.mean(axis=0) - [1, -2]) / [0.5, 3]).max() < 4 / n**0.5
    assert np.abs(X.std(axis=0) / [0.5, 3] - 1).max() < 4 / (2 * n) ** 0.5
    assert abs(np.corrcoef(X.T)[0, 1]) < 4 / n**0.5
    residual = y - X[:, 0]
    assert abs(residual.std() / 0.7 - 1) < 4 / (2 * n) ** 0.5
    assert abs(np.corrcoef(residual, X[:, 0])[0, 1]) < 4 / n**0.5
    _, y = World(uniform(0, 1), lambda X, t: 0.2 + 0 * X[:, 0], None).sample(rng(7), n)
    assert set(y) == {0, 1} and abs(y.mean() - 0.2) < 4 * (0.2 * 0.8 / n) ** 0.5


SMOOTH = [np.cos, np.exp, lambda x: x**6, lambda x: expit(3 * x) * x]


@pytest.mark.parametrize("integrand", SMOOTH, ids=["cos", "exp", "x^6", "x expit(3x)"])
@pytest.mark.parametrize(
    ("inputs", "density", "low", "high"),
    [
        (uniform(-1, 2), lambda x: 1 / 3, -1, 2),
        (normal(0.5, 0.8), norm(0.5, 0.8).pdf, 0.5 - 8, 0.5 + 8),
    ],
    ids=["uniform", "normal"],
)
def test_points_of_one_feature_integrate_to_1e_9(inputs, density, low, high, integrand):
    X, weights = World(inputs, first).points()
    assert (weights >= 0).all() and weights.sum() == pytest.approx(1, abs=1e-14)
    exact, error = quad(lambda x: integrand(x) * density(x), low, high, epsabs=1e-12, epsrel=1e-12)
    assert error < 1e-10
    assert weights @ integrand(X[:, 0]) == pytest.approx(exact, abs=1e-9)


def test_points_at_a_jump_are_as_good_as_said():
    X, weights = unit().points()
    shares = [weights @ (X[:, 0] < share) for share in (0.1, 0.25, 0.5, 0.77)]
    np.testing.assert_allclose(shares, [0.1, 0.25, 0.5, 0.77], atol=5e-3)


def test_points_of_more_features():
    X, weights = World(normal([1, 0, -1], [1, 2, 3]), first, d=3).points()
    assert X.shape == (2**14, 3) and weights.sum() == pytest.approx(1, abs=1e-12)
    Z = (X - [1, 0, -1]) / [1, 2, 3]
    np.testing.assert_allclose(weights @ Z, 0, atol=1e-3)
    np.testing.assert_allclose((weights[:, None] * Z).T @ Z, np.eye(3), atol=3e-3)
    X, weights = unit(d=2).points()
    assert weights @ (X[:, 0] * X[:, 1] ** 2) == pytest.approx(1 / 6, abs=1e-4)


def test_points_follow_the_time():
    world = World(uniform(0, sudden(1, 3, at=5)), first)
    means = [weights @ X[:, 0] for X, weights in map(world.points, (4, 5))]
    np.testing.assert_allclose(means, [0.5, 1.5], atol=1e-9)


def test_floor_of_a_numeric_outcome_is_the_noise_variance():
    world = unit(noise=incremental(1, 2, start=0, end=10))
    assert [world.floor(t) for t in (0, 5, 10)] == pytest.approx([1, 2.25, 4], abs=1e-12)
    assert unit(noise=0.3).floor() == pytest.approx(0.09, abs=1e-12)


def test_floor_of_0_and_1_is_the_mean_bernoulli_variance():
    def probability(x, t):
        return expit(2 * x - 1 + t)

    world = World(normal(0.3, 1.5), lambda X, t: probability(X[:, 0], t), None)
    for t in (0, 2):
        exact, _ = quad(
            lambda x, t=t: probability(x, t) * (1 - probability(x, t)) * norm.pdf(x, 0.3, 1.5),
            -14, 14, epsabs=1e-13, epsrel=1e-13,
        )  # fmt: skip
        assert world.floor(t) == pytest.approx(exact, abs=1e-9)
    # p = x on U(0, 1): E[x (1 - x)] = 1/6.
    assert unit(noise=None).floor() == pytest.approx(1 / 6, abs=1e-9)


def test_variance_is_per_row():
    X = np.array([[0.1], [0.5], [1.0]])
    np.testing.assert_allclose(unit(noise=None).variance(X), [0.09, 0.25, 0])
    np.testing.assert_allclose(unit(noise=sudden(1, 2, at=1)).variance(X, 1), [4, 4, 4])


CLASSES = two_classes(sudden(0.5, 0.1, at=1), means=(-1, 2), sd=1.5)


def joint(x, label, share):
    """P(y) p(x|y) of `CLASSES`."""
    return (share if label else 1 - share) * norm.pdf(x, 2 if label else -1, 1.5)


@pytest.mark.parametrize(("t", "share"), [(0, 0.5), (1, 0.1)])
def test_two_classes_follow_bayes_rule(t, share):
    x = np.linspace(-6, 6, 25)
    exact = joint(x, 1, share) / (joint(x, 0, share) + joint(x, 1, share))
    np.testing.assert_allclose(CLASSES.mean(x[:, None], t), exact, atol=1e-9)


@pytest.mark.parametrize(("t", "share"), [(0, 0.5), (1, 0.1)])
def test_floor_of_two_classes_against_integration(t, share):
    def integrand(x):
        return joint(x, 0, share) * joint(x, 1, share) / (joint(x, 0, share) + joint(x, 1, share))

    exact, _ = quad(integrand, -15, 16, epsabs=1e-13, epsrel=1e-13, limit=200)
    assert CLASSES.floor(t) == pytest.approx(exact, abs=1e-9)


def test_points_of_two_classes():
    X, weights = CLASSES.points(1)
    assert weights @ X[:, 0] == pytest.approx(0.9 * -1 + 0.1 * 2, abs=1e-9)
    assert weights @ X[:, 0] ** 2 == pytest.approx(1.5**2 + 0.9 * 1 + 0.1 * 4, abs=1e-9)
    assert weights @ CLASSES.mean(X, 1) == pytest.approx(0.1, abs=1e-9)


def test_inputs_of_two_classes_are_quantiles_of_the_mixture():
    u = np.linspace(0.001, 0.999, 37)
    x = CLASSES.inputs(u[:, None], 1)[:, 0]
    np.testing.assert_allclose(0.9 * norm.cdf(x, -1, 1.5) + 0.1 * norm.cdf(x, 2, 1.5), u, atol=1e-9)


def test_only_the_share_of_two_classes_moves():
    n = 40_000
    for t, share in [(0, 0.5), (1, 0.1)]:
        X, y = CLASSES.sample(rng(t), n, t)
        assert abs(y.mean() - share) < 4 * (share * (1 - share) / n) ** 0.5
        for label, mean in [(0, -1), (1, 2)]:
            x = X[y == label, 0]
            assert abs(x.mean() - mean) < 4 * 1.5 / len(x) ** 0.5
            assert abs(x.var() - 1.5**2) < 4 * 1.5**2 * (2 / len(x)) ** 0.5


def test_each_row_of_two_classes_has_the_share_of_its_own_time():
    batches = stream(CLASSES, rng(), batches=2, rows=5000)
    shares = batches.y.reshape(2, 5000).mean(axis=1)
    assert (abs(shares - [0.5, 0.1]) < 4 * np.array([0.25, 0.09]) ** 0.5 / 5000**0.5).all()
    np.testing.assert_array_equal(
        CLASSES.mean(np.zeros((2, 1)), np.array([0, 1])),
        [CLASSES.mean(np.zeros((1, 1)), t)[0] for t in (0, 1)],
    )


def test_a_stream_is_cut_into_equal_batches():
    batches = stream(unit(), rng(), batches=7, rows=5)
    assert len(batches) == 7
    np.testing.assert_array_equal(batches.edges, [0, 5, 10, 15, 20, 25, 30, 35])
    np.testing.assert_array_equal(batches.when, range(7))


def test_batch_t_of_a_stream_comes_from_time_t():
    inputs = uniform(lambda t: 10 * t, lambda t: 10 * t + 1)
    world = World(inputs, lambda X, t: 100 * t + 0 * X[:, 0], noise=0)
    batches = stream(world, rng(), batches=6, rows=4)
    t = np.repeat(np.arange(6), 4)
    np.testing.assert_array_equal(np.floor(batches.X[:, 0]), 10 * t)
    np.testing.assert_array_equal(batches.y, 100 * t)


def pair(X, t):
    return X


BAD = {
    "inputs a number": (lambda: World(0.5, first), TypeError, "inputs", "uniform"),
    "mean a number": (lambda: World(uniform(0, 1), 0.5), TypeError, "mean", "mean(X, t)"),
    "d zero": (lambda: unit(d=0), ValueError, "d must", "at least 1"),
    "d a float": (lambda: unit(d=2.0), ValueError, "d must", "whole number"),
    "d left out": (
        lambda: World(uniform([0, 0], [1, 1]), first), ValueError, "inputs", "Give d",
    ),
    "bounds for another d": (
        lambda: World(uniform([0, 0], 1), first, d=3), ValueError, "inputs", "Give d",
    ),
    "mean of two columns": (lambda: unit(pair, d=2), ValueError, "mean", "X[:, 0]"),
    "mean NaN": (lambda: unit(lambda X, t: X[:, 0] * np.nan), ValueError, "mean", "finite"),
    "bounds NaN": (lambda: World(uniform(0, np.nan), first), ValueError, "inputs", "finite"),
    "noise negative": (lambda: unit(noise=-1), ValueError, "noise", ">= 0"),
    "noise NaN": (lambda: unit(noise=np.nan), ValueError, "noise", ">= 0"),
    "noise an array": (lambda: unit(noise=np.ones(2)), ValueError, "noise", ">= 0"),
    "noise schedule NaN": (lambda: unit(noise=lambda t: np.nan), ValueError, "noise", ">= 0"),
    "noise negative later": (
        lambda: unit(noise=sudden(1, -1, at=3)).sample(rng(), 9, 3), ValueError, "noise", ">= 0",
    ),
    "probability above 1": (
        lambda: unit(lambda X, t: 3 * X[:, 0], None), ValueError, "probability", "noise=sd",
    ),
    "probability below 0 later": (
        lambda: unit(lambda X, t: X[:, 0] - t, None).sample(rng(), 9, 1),
        ValueError, "probability", "noise=sd",
    ),
    "probability above 1 in the tail": (
        lambda: World(normal(0.5, 1), first, None).floor(), ValueError, "probability", "noise=sd",
    ),
    "mean NaN later": (
        lambda: unit(lambda X, t: X[:, 0] if t < 3 else X[:, 0] * np.nan).sample(rng(), 9, 3),
        ValueError, "mean", "finite",
    ),
    "no rows": (lambda: unit().sample(rng(), 0), ValueError, "n must", "at least 1"),
    "times for other rows": (
        lambda: unit().sample(rng(), 5, np.arange(4)), ValueError, "t must", "one per row (5)",
    ),
    "start at end": (lambda: incremental(0, 1, 5, 5), ValueError, "start", "before end"),
    "start after end": (lambda: incremental(0, 1, 6, 5), ValueError, "start", "before end"),
    "start NaN": (lambda: incremental(0, 1, np.nan, 5), ValueError, "start", "before end"),
    "no steps": (lambda: random_walk(rng(), 0, 1, 0), ValueError, "steps", "at least 1"),
    "half a step": (lambda: random_walk(rng(), 0, 1, 2.5), ValueError, "steps", "whole number"),
    "step negative": (lambda: random_walk(rng(), 0, -1, 9), ValueError, "sd", ">= 0"),
    "step NaN": (lambda: random_walk(rng(), 0, np.nan, 9), ValueError, "sd", ">= 0"),
    "period zero": (lambda: recurring(0, 1, 0), ValueError, "period", "positive"),
    "period negative": (lambda: recurring(0, 1, -2), ValueError, "period", "positive"),
    "period NaN": (lambda: recurring(0, 1, np.nan), ValueError, "period", "positive"),
    "class absent": (lambda: two_classes(0), ValueError, "share", "class is absent"),
    "class absent later": (
        lambda: two_classes(sudden(0.5, 1, at=3)).floor(3), ValueError, "share", "below 1",
    ),
    "class means NaN": (lambda: two_classes(0.5, (0, np.nan)), ValueError, "means", "numbers"),
    "class sd zero": (lambda: two_classes(0.5, sd=0), ValueError, "sd", "above 0"),
    "no batches": (lambda: stream(unit(), rng(), 0, 5), ValueError, "batches", "at least 1"),
    "no rows a batch": (lambda: stream(unit(), rng(), 5, 0), ValueError, "rows", "at least 1"),
}  # fmt: skip


@pytest.mark.parametrize(("make", "kind", "argument", "remedy"), BAD.values(), ids=list(BAD))
def test_bad_input_is_named_with_a_remedy(make, kind, argument, remedy):
    with pytest.raises(kind) as error:
        make()
    assert argument in str(error.value) and remedy in str(error.value)


def test_world_accepts_what_it_should():
    World(uniform(0, 1), first, noise=0)
    World(uniform(0, 1), first, noise=None)
    World(uniform([0, 1], [1, 2]), first, d=np.int64(2))
