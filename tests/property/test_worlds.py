"""What holds of every world: schedules, luck, moments, points, floors and the error budget."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures

from helpers.budget import TERMS, error_budget, risk
from helpers.classic_worlds import friedman1, friedman1_local, sea, sine1, stagger
from helpers.linear import LinearModel
from helpers.worlds import (
    World,
    gradual,
    incremental,
    random_walk,
    recurring,
    stream,
    sudden,
    two_classes,
    uniform,
)  # fmt: skip
from tests.property.strategies import (
    Line,
    beyond_chance,
    levels,
    numbers,
    seeds,
    shares,
    worlds,
)  # fmt: skip

TIMES = np.linspace(-3, 20, 185)  # in steps of 1/8
times = numbers(-2, 20)


@given(numbers(-9, 9), numbers(-9, 9), st.integers(0, 8), st.integers(1, 8))
def test_a_schedule_never_leaves_the_way_between_its_two_values(a, b, start, length):
    step, ramp, turns = (
        schedule(TIMES)
        for schedule in (
            sudden(a, b, start),
            incremental(a, b, start, start + length),
            recurring(a, b, length),
        )
    )
    for way in (step, ramp, turns):
        assert ((way >= min(a, b)) & (way <= max(a, b))).all()
    for way in (step, turns):
        assert np.isin(way, (a, b)).all()
    for way in (step, ramp):
        assert (np.diff(way) * (b - a) >= 0).all()
        assert (way[TIMES < start] == a).all()
    assert (ramp[TIMES >= start + length] == b).all() and (step[TIMES >= start] == b).all()
    assert (np.abs(np.diff(ramp)) <= abs(b - a) / length / 8 + 1e-12).all()
    assert (recurring(a, b, length)(TIMES + 2 * length) == turns).all()
    assert (recurring(b, a, length)(TIMES + length) == turns).all()


@given(seeds, numbers(-9, 9), numbers(0, 4), st.integers(1, 9), times)
def test_a_walk_is_a_fixed_path_of_its_steps(seed, start, sd, steps, t):
    walk = random_walk(np.random.default_rng(seed), start, sd, steps)
    path = walk(np.arange(steps + 1))
    assert path[0] == start
    moves = np.random.default_rng(seed).normal(0, sd, steps)
    np.testing.assert_allclose(np.diff(path), moves, rtol=1e-9, atol=1e-12)
    assert walk(t) == path[min(max(int(np.floor(t)), 0), steps)]


def standardised(values):
    """Their mean in standard errors; what is 0 but for rounding counts as 0."""
    se = np.std(values) / len(values) ** 0.5
    return 0.0 if abs(np.mean(values)) < 1e-12 else np.mean(values) / (se + 1e-12)


@given(worlds(), seeds, times)
def test_rows_have_the_mean_and_the_variance_that_the_world_says(world, seed, t):
    def misses(rng):
        X, y = world.sample(rng, 3000, t)
        error = y - world.mean(X, t)
        return standardised(error), standardised(error**2 - world.variance(X, t))

    assert not beyond_chance(misses, seed)
    X, y = world.sample(np.random.default_rng(seed), 50, t)
    assert (world.variance(X, t) >= 0).all()
    assert world.noise is not None or np.isin(y, (0, 1)).all()


@given(worlds(), seeds, times)
def test_points_stand_for_the_rows(world, seed, t):
    points, weights = world.points(t)
    assert (weights >= 0).all() and weights.sum() == pytest.approx(1, abs=1e-12)
    means = weights @ np.column_stack([points, world.mean(points, t)])

    def misses(rng):
        X, _ = world.sample(rng, 3000, t)
        found = np.column_stack([X, world.mean(X, t)])
        spread = found.std(axis=0)
        off = np.maximum(abs(found.mean(axis=0) - means) - 2e-3 * spread, 0)  # Sobol's own error
        return off / (spread / len(X) ** 0.5 + 1e-12)

    assert not beyond_chance(misses, seed)


@given(worlds(), seeds, times)
def test_time_may_be_given_once_or_for_each_row(world, seed, t):
    one = world.sample(np.random.default_rng(seed), 40, t)
    each = world.sample(np.random.default_rng(seed), 40, np.full(40, t))
    for a, b in zip(one, each, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)


@given(worlds(), seeds, st.integers(1, 6), st.integers(1, 6))
def test_a_stream_is_its_world_at_each_time(world, seed, T, rows):
    batches = stream(world, np.random.default_rng(seed), T, rows)
    t = np.repeat(np.arange(T), rows)
    X, y = world.sample(np.random.default_rng(seed), T * rows, t)
    np.testing.assert_array_equal(batches.X, X)
    np.testing.assert_array_equal(batches.y, y)
    assert batches.edges.tolist() == list(range(0, T * rows + 1, rows))


@given(levels(-2, 2), levels(-2, 2), levels(0, 2), levels(0, 2), seeds, times)
def test_worlds_of_one_seed_have_the_same_luck(first, second, calm, wild, seed, t):
    """Common random numbers: the rows are the same, and so is the noise, counted in sd."""
    luck = []
    for level, sd in [(first, calm), (second, wild)]:
        world = World(uniform(-1, 1), Line(level, level, False), sd, 2)
        X, y = world.sample(np.random.default_rng(seed), 50, t)
        scale = np.sqrt(world.variance(X, t))
        luck.append((X, (y - world.mean(X, t)), scale))
    np.testing.assert_array_equal(luck[0][0], luck[1][0])
    np.testing.assert_allclose(luck[0][1] * luck[1][2], luck[1][1] * luck[0][2], atol=1e-12)


@given(worlds(mixed=[False]), seeds, times)
def test_rows_of_a_mixture_are_rows_of_one_of_the_two(world, seed, t):
    other = World(world.inputs, Line(1.0, -1.0, world.noise is None), world.noise and 0.5, world.d)
    mixed = gradual(world, other, 2, 6)
    X, y = mixed.sample(np.random.default_rng(seed), 60, t)
    rows = [w.sample(np.random.default_rng(seed), 60, t) for w in (world, other)]
    np.testing.assert_array_equal(X, rows[0][0])
    assert ((y == rows[0][1]) | (y == rows[1][1])).all()
    if t <= 2:
        np.testing.assert_array_equal(y, rows[0][1])
    if t >= 6:
        np.testing.assert_array_equal(y, rows[1][1])
    means = np.sort([w.mean(X, t) for w in (world, other)], axis=0)
    assert (means[0] - 1e-12 <= mixed.mean(X, t)).all()
    assert (mixed.mean(X, t) <= means[1] + 1e-12).all()
    # The variance of a mixture is no less than the mean of the two.
    share = np.clip((t - 2) / 4, 0, 1)
    within = (1 - share) * world.variance(X, t) + share * other.variance(X, t)
    assert (mixed.variance(X, t) >= within - 1e-12).all()


@given(st.floats(0.001, 0.999), numbers(-3, 3), numbers(0, 4), numbers(0.25, 3), st.floats(0, 1))
def test_two_classes_have_their_share_whatever_their_means(share, low, gap, sd, u):
    """Of classes up to 4 sd apart; beyond, f is nearly a jump, and the points are less exact."""
    world = two_classes(share, (low, low + gap * sd), sd)
    X, weights = world.points()
    assert weights @ world.mean(X, 0) == pytest.approx(share, abs=1e-6)
    quantiles = world.inputs(np.array([[0.01], [0.01 + 0.98 * u]]), 0)[:, 0]
    assert quantiles[0] <= quantiles[1]


CLASSIC = {
    "sea": (sea, numbers(1, 19)),
    "stagger": (stagger, st.sampled_from([1, 2, 3])),
    "sine1": (sine1, st.sampled_from([0, 1])),
}


@given(st.sampled_from(list(CLASSIC)), st.floats(0, 0.5), seeds, st.data())
def test_flipped_labels_are_the_floor_of_the_classic_worlds(name, noise, seed, data):
    make, concepts = CLASSIC[name]
    concept = data.draw(concepts)
    world = make(concept, noise)
    assert world.floor() == pytest.approx(noise * (1 - noise), abs=1e-12)

    def misses(rng):
        state = rng.bit_generator.state
        X, y = world.sample(rng, 400)
        p = world.mean(X, 0)
        assert np.isclose(p[:, None], [noise, 1 - noise], atol=1e-12).any(axis=1).all()
        rng.bit_generator.state = state
        flipped = y != make(concept).sample(rng, 400)[1]
        return (flipped.mean() - noise) / ((noise * (1 - noise) / 400) ** 0.5 + 1e-12)

    assert not beyond_chance(misses, seed)


@settings(max_examples=20)
@given(st.sampled_from([friedman1, friedman1_local]), st.integers(0, 2), numbers(0, 3), seeds)
def test_the_irrelevant_features_of_friedman_change_nothing(make, state, noise, seed):
    world, rng = make(state, noise), np.random.default_rng(seed)
    X, _ = world.sample(rng, 200)
    other = X.copy()
    other[:, 5:] = rng.random((200, 5))
    np.testing.assert_array_equal(world.mean(X, 0), world.mean(other, 0))
    assert world.floor() == pytest.approx(noise**2)


@given(worlds(), times, numbers(-3, 3), numbers(-3, 3))
def test_no_model_beats_the_floor(world, t, intercept, slope):
    model = LinearModel(np.full(world.d, slope), intercept)
    found = risk(world, model, t)
    floor = world.floor(t)
    X, weights = world.points(t)
    assert floor >= 0
    assert found >= floor - 1e-12
    # The risk is the floor plus the mean squared distance to f.
    distance = weights @ (model.predict(X) - world.mean(X, t)) ** 2
    assert found == pytest.approx(floor + distance, rel=1e-9, abs=1e-12)


@settings(max_examples=25)
@given(
    worlds(d=(1, 2), binary=[False]),
    times,
    numbers(-2, 2),
    numbers(-2, 2),
    st.integers(8, 40),
    st.booleans(),
)
def test_the_four_terms_add_up(world, t, intercept, slope, n, bent):
    estimator = LinearRegression()
    if bent:
        estimator = make_pipeline(PolynomialFeatures(2, include_bias=False), estimator)
    deployed = LinearModel(np.full(world.d, slope), intercept)
    budget = error_budget(world, estimator, deployed, n, t, draws=20)
    terms = [budget[term] for term in TERMS]
    assert sum(terms) == pytest.approx(budget["risk"], rel=1e-9, abs=1e-12)
    assert budget["risk"] == pytest.approx(risk(world, deployed, t), rel=1e-12)
    assert budget["floor"] >= 0 and budget["se"] >= 0
    # The limit is the best of its class, so no line lies nearer to f.
    assert budget["approximation"] >= -1e-9
    assert budget["estimation"] >= -1e-9  # nor does any fit on a sample
    if not bent:
        assert budget["risk"] >= budget["floor"] + budget["approximation"] - 1e-9


@given(levels(-1, 1), shares)
def test_a_schedule_looks_the_same_from_every_time(level, u):
    """Inputs at one time do not hang on the other times that are asked for with it."""
    inputs = uniform(level, 2.0)
    many = inputs(np.full((len(TIMES), 1), u), TIMES)[:, 0]
    single = [inputs(np.array([[u]]), t)[0, 0] for t in TIMES[::23]]
    np.testing.assert_allclose(many[::23], single, rtol=1e-12)
