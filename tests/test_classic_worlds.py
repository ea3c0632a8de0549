"""SEA, STAGGER, SINE1 and Friedman 1 against closed forms, counting and river's generators."""

import itertools
import math

import numpy as np
import pytest
from river.datasets import synth
from scipy.integrate import nquad, quad

from helpers.classic_worlds import friedman1, friedman1_local, sea, sine1, stagger
from helpers.worlds import gradual, incremental, recurring, stream, sudden

LATTICE = 2e-4  # error of a share of SEA's points, as its docstring says
SOBOL = 1e-3  # of the spread of the integrand, as World.points says


def rng(seed=0):
    return np.random.default_rng(seed)


def share(world, t=0):
    X, weights = world.points(t)
    return weights @ world.mean(X, t)


def disagreement(world, a, b):
    """Share of rows whose noiseless label is another at time b than at time a."""
    X, weights = world.points(a)
    return weights @ (world.mean(X, a) != world.mean(X, b))


def at_each(values):
    """Schedule that takes one value after the other, a batch each."""
    return lambda t: np.asarray(values, float)[np.asarray(t, int)]


def within(share, truth, n):
    assert abs(share - truth) < 4 * math.sqrt(truth * (1 - truth) / n)


SEA = {8: 0.68, 9: 0.595, 7: 0.755, 9.5: 0.54875}


@pytest.mark.parametrize("threshold", SEA)
def test_sea_labels_the_sums_up_to_its_threshold_1(threshold):
    world = sea(threshold)
    assert share(world) == pytest.approx(1 - SEA[threshold], abs=LATTICE)
    X, _ = world.points()
    np.testing.assert_allclose(X.mean(axis=0), 5, atol=1e-3)
    np.testing.assert_allclose(np.cov(X.T), 100 / 12 * np.eye(3), atol=0.01)
    X, y = world.sample(rng(), 20_000)
    np.testing.assert_array_equal(y, X[:, 0] + X[:, 1] <= threshold)
    within(1 - y.mean(), SEA[threshold], len(y))
    assert X.shape == (20_000, 3) and X.min() >= 0 and 9.9 < X.max() <= 10


@pytest.mark.parametrize("threshold", [0.5, 3.3, 8, 10, 10.1, 13, 16.6, 19.5])
def test_sea_share_by_quadrature(threshold):
    exact = quad(lambda x: np.clip(threshold - x, 0, 10) / 100, 0, 10, points=[threshold % 10])[0]
    assert share(sea(threshold)) == pytest.approx(exact, abs=LATTICE)


def test_sea_concepts_disagree_on_the_strip_between_their_thresholds():
    world = sea(at_each(list(SEA)))
    for (i, a), (j, b) in itertools.combinations(enumerate(SEA), 2):
        strip = abs(a**2 - b**2) / 200
        assert disagreement(world, i, j) == pytest.approx(strip, abs=2 * LATTICE)


@pytest.mark.parametrize("make", [sea, stagger, sine1])
def test_noise_flips_its_share_of_the_labels_and_is_the_floor(make):
    clean, noisy = make(), make(noise=0.1)
    X, y = clean.sample(rng(3), 20_000)
    X_noisy, y_noisy = noisy.sample(rng(3), 20_000)
    np.testing.assert_array_equal(X, X_noisy)
    for label in (0, 1):  # flipped alike on both sides
        within((y != y_noisy)[y == label].mean(), 0.1, (y == label).sum())
    assert noisy.floor() == pytest.approx(0.1 * 0.9, abs=1e-12)
    assert clean.floor() == 0


POSITIVE = {1: 3 / 27, 2: 15 / 27, 3: 18 / 27}
DISAGREE = {(1, 2): 16 / 27, (1, 3): 21 / 27, (2, 3): 13 / 27}


def test_stagger_is_exact_on_its_27_rows():
    world = stagger(at_each([1, 2, 3]))
    for concept, positive in POSITIVE.items():
        assert share(world, concept - 1) == pytest.approx(positive, abs=1e-12)
    for (a, b), apart in DISAGREE.items():
        assert disagreement(world, a - 1, b - 1) == pytest.approx(apart, abs=1e-12)
    X, _ = world.points()
    assert set(map(tuple, X)) == set(itertools.product(range(3), repeat=3))


@pytest.mark.parametrize("concept", [1, 2, 3])
def test_stagger_rule_row_by_row(concept):
    X, y = stagger(concept).sample(rng(), 500)
    words = [("small", "medium", "large"), ("red", "blue", "green"), ("circle", "square", "tri")]
    for row, label in zip(X, y, strict=True):
        size, colour, shape = (names[int(i)] for names, i in zip(words, row, strict=True))
        rule = {
            1: size == "small" and colour == "red",
            2: colour == "green" or shape == "circle",
            3: size in ("medium", "large"),
        }
        assert label == rule[concept]


def test_stagger_draws_its_27_rows_equally_often():
    n = 27_000
    X, _ = stagger().sample(rng(), n)
    counts = np.unique(X, axis=0, return_counts=True)[1]
    assert len(counts) == 27
    assert np.abs(counts - n / 27).max() < 4 * math.sqrt(n / 27)


def test_sine1_and_its_flip():
    world = sine1(sudden(0, 1, at=1))
    assert share(world, 0) == pytest.approx(1 - math.cos(1), abs=SOBOL)
    assert share(world, 1) == pytest.approx(math.cos(1), abs=SOBOL)
    assert disagreement(world, 0, 1) == 1
    X, y = world.sample(rng(), 1000, t=0)
    np.testing.assert_array_equal(y, X[:, 1] < np.sin(X[:, 0]))
    np.testing.assert_array_equal(world.sample(rng(), 1000, t=1)[1], 1 - y)


def moments(roles=0, stage=None):
    world = friedman1(roles) if stage is None else friedman1_local(stage)
    X, weights = world.points()
    f = world.mean(X, 0)
    return weights @ f, weights @ f**2 - (weights @ f) ** 2


def test_friedman_moments_by_quadrature():
    """Only the sine needs an integral; the other terms are polynomials of one uniform each."""
    sine, square = (
        nquad(lambda a, b, p=p: (10 * math.sin(math.pi * a * b)) ** p, [[0, 1], [0, 1]])[0]
        for p in (1, 2)
    )
    mean = sine + 20 / 12 + 5 + 2.5
    variance = square - sine**2 + 400 * (1 / 80 - 1 / 144) + 100 / 12 + 25 / 12
    assert (mean, variance) == pytest.approx((14.413, 23.826), abs=5e-4)
    for roles in (0, 1, 2):
        assert moments(roles) == pytest.approx((mean, variance), rel=1e-3)


@pytest.mark.parametrize("roles", [0, 1, 2])
def test_friedman_formula_and_noise(roles):
    world = friedman1(roles)
    X, y = world.sample(rng(roles), 10_000)
    x = dict(enumerate(X.T, start=1))
    a, b, c, d, e = {
        0: (x[1], x[2], x[3], x[4], x[5]),
        1: (x[4], x[5], x[2], x[1], x[3]),
        2: (x[2], x[5], x[4], x[3], x[1]),
    }[roles]
    f = 10 * np.sin(np.pi * a * b) + 20 * (c - 0.5) ** 2 + 10 * d + 5 * e
    np.testing.assert_allclose(world.mean(X, 0), f, atol=1e-12)
    assert abs((y - f).mean()) < 4 / 100 and abs((y - f).std() - 1) < 4 / math.sqrt(2e4)
    assert world.floor() == 1


@pytest.mark.parametrize("stage", [0, 1, 2, 3])
def test_local_drift_changes_its_share_of_rows_by_its_formulas(stage):
    X, _ = friedman1_local(stage).sample(rng(), 20_000)
    f, plain = friedman1_local(stage).mean(X, 0), friedman1(0).mean(X, 0)
    bounds = {1: "bcde", 2: "bcd", 3: "bc"}.get(stage)
    changed = 0
    for x, value, before in zip(X, f, plain, strict=True):
        a, b, c, d, e = x[:5]
        low = {"b": b < 0.3, "c": c < 0.3, "d": d > 0.7, "e": e < 0.3}
        high = {"b": b > 0.7, "c": c > 0.7, "d": d < 0.3, "e": e > 0.7}
        expected = before
        if bounds and all(low[name] for name in bounds):
            expected = 10 * a * b + 20 * (c - 0.5) + 10 * d + 5 * e
        elif bounds and all(high[name] for name in bounds):
            expected = 10 * math.cos(a * b) + 20 * (c - 0.5) + math.exp(d) + 5 * e**2
        changed += expected != before
        assert value == pytest.approx(expected, abs=1e-12)
    if stage:
        within(changed / len(X), 2 * 0.3 ** len(bounds), len(X))
    else:
        assert changed == 0


def classes(dataset, n=20_000):
    return np.mean([bool(y) for _, y in dataset.take(n)])


@pytest.mark.parametrize("variant", range(4))
def test_river_sea_has_the_other_orientation(variant):
    threshold = [8, 9, 7, 9.5][variant]
    within(1 - classes(synth.SEA(variant=variant, seed=1)), threshold**2 / 200, 20_000)
    assert share(sea(threshold)) == pytest.approx(threshold**2 / 200, abs=LATTICE)


@pytest.mark.parametrize("concept", [1, 2, 3])
def test_river_stagger_has_our_share(concept):
    positive = classes(synth.STAGGER(classification_function=concept - 1, seed=1))
    within(positive, share(stagger(concept)), 20_000)
    for x, y in synth.STAGGER(classification_function=concept - 1, seed=2).take(50):
        row = np.array([[x["size"], x["color"], x["shape"]]], float)
        assert stagger(concept).mean(row, 0)[0] == y


@pytest.mark.parametrize("flipped", [0, 1])
def test_river_sine_has_our_share_and_its_axes_the_other_way_round(flipped):
    dataset = synth.Sine(classification_function=flipped, seed=1)
    within(classes(dataset), [1 - math.cos(1), math.cos(1)][flipped], 20_000)
    for x, y in synth.Sine(classification_function=flipped, seed=2).take(200):
        assert sine1(flipped).mean(np.array([[x[1], x[0]]]), 0)[0] == y


def test_river_friedman_has_our_function():
    rows = list(synth.Friedman(seed=1).take(20_000))
    X = np.array([list(x.values()) for x, _ in rows])
    error = np.array([y for _, y in rows]) - friedman1().mean(X, 0)
    assert abs(error.mean()) < 4 / math.sqrt(len(X))
    assert abs(error.std() - 1) < 4 / math.sqrt(2 * len(X))


MOVING = {
    "sea": (sea(incremental(7, 9, 1, 4), noise=0.1), sea),
    "stagger": (stagger(at_each([1, 1, 2, 2, 3, 3])), stagger),
    "sine1": (sine1(recurring(0, 1, period=2)), sine1),
    "friedman1": (friedman1(recurring(0, 1, period=3)), friedman1),
    "friedman1_local": (friedman1_local(at_each([0, 1, 1, 2, 3, 3])), friedman1_local),
}


@pytest.mark.parametrize("name", MOVING)
def test_a_time_a_row_gives_what_one_time_for_all_rows_gives(name):
    world, _ = MOVING[name]
    t = np.repeat(np.arange(6), 50)
    X, y = world.sample(rng(2), len(t), t)
    for time in range(6):
        rows = t == time
        np.testing.assert_array_equal(world.mean(X, t)[rows], world.mean(X[rows], time))
    assert len(stream(world, rng(), 6, 50)) == 6


@pytest.mark.parametrize("name", MOVING)
def test_worlds_of_one_seed_are_paired(name):
    world, make = MOVING[name]
    X, _ = world.sample(rng(5), 100, t=np.repeat(np.arange(5), 20))
    np.testing.assert_array_equal(X, make().sample(rng(5), 100)[0])


def test_rows_that_switch_at_random_mix_two_of_them():
    world = gradual(friedman1(0), friedman1(1), start=0, end=10)
    X, _ = world.points(5)
    half = (friedman1(0).mean(X, 0) + friedman1(1).mean(X, 0)) / 2
    np.testing.assert_allclose(world.mean(X, 5), half)
    assert share(gradual(stagger(1), stagger(3), 0, 10), 5) == pytest.approx(
        (POSITIVE[1] + POSITIVE[3]) / 2, abs=SOBOL
    )


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: sea("high"), TypeError, "threshold must be a number or a schedule; got 'high'"),
        (lambda: sea(0), ValueError, "threshold must lie between 0 and 20"),
        (lambda: sea(20), ValueError, "threshold must lie between 0 and 20"),
        (lambda: sea(float("nan")), ValueError, "threshold must lie between 0 and 20"),
        (lambda: sea(noise="10%"), TypeError, "noise must be a number"),
        (lambda: sea(noise=True), TypeError, "noise must be a number"),
        (lambda: sine1(noise=-0.1), ValueError, "noise must be a share .* got -0.1"),
        (lambda: stagger(noise=0.6), ValueError, "noise must be a share .* exchanged"),
        (lambda: stagger(noise=float("nan")), ValueError, "noise must be a share"),
        (lambda: stagger(0), ValueError, "concept must be one of 1, 2, 3 at all times; got 0"),
        (lambda: stagger("first"), TypeError, "concept must be a number or a schedule"),
        (lambda: sine1(2), ValueError, "flipped must be one of 0, 1 at all times; got 2"),
        (lambda: friedman1(3), ValueError, "roles must be one of 0, 1, 2 at all times; got 3"),
        (lambda: friedman1(noise=-1), ValueError, "noise must be a standard deviation >= 0"),
        (lambda: friedman1_local(1.5), ValueError, "stage must be one of .* got 1.5"),
        (
            lambda: stagger(incremental(1, 3, 0, 10)).sample(rng(), 10, t=5.5),
            ValueError,
            r"concept must be one of .* mix two worlds with gradual\(\)",
        ),
        (
            lambda: sea(sudden(8, 30, at=2)).sample(rng(), 10, t=3),
            ValueError,
            "threshold must lie between 0 and 20",
        ),
    ],
)
def test_bad_input_is_named(make, error, message):
    with pytest.raises(error, match=message):
        make()
