"""Paired differences and their block-bootstrap interval, against theory and simulation."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from helpers.backtest import Learner, backtest
from helpers.compare import block_bootstrap, paired_difference
from helpers.policies import Policy, every
from helpers.worlds import World, incremental, stream, uniform


def autoregressive(rng, runs, n, correlation):
    """Series of mean 0, shape (runs, n): x_t = correlation * x_(t-1) + N(0, 1), from its law."""
    x = rng.normal(size=(n, runs))
    x[0] /= np.sqrt(1 - correlation**2)
    for t in range(1, n):
        x[t] += correlation * x[t - 1]
    return x.T


def coverage(series, block):
    """Share of the series whose interval holds their true mean, 0."""
    ends = np.array([block_bootstrap(x, block, 400, seed=i) for i, x in enumerate(series)])
    return ((ends[:, 0] < 0) & (ends[:, 1] > 0)).mean()


def test_single_independent_values_give_the_normal_interval():
    x = np.random.default_rng(0).normal(3, 2, size=500)
    half = 1.96 * x.std() / np.sqrt(len(x))
    ends = block_bootstrap(x, 1, draws=20_000)
    np.testing.assert_allclose(ends, [x.mean() - half, x.mean() + half], atol=0.03 * half)


def test_single_independent_values_are_covered_as_often_as_they_should_be():
    series = np.random.default_rng(1).normal(size=(1000, 200))
    assert coverage(series, 1) == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize("block", [1, 2, 5, 10, 20])
def test_the_width_is_that_of_the_means_of_the_blocks_on_the_ring(block):
    """Where blocks fill the series, the bootstrap's variance has a closed form."""
    [x] = autoregressive(np.random.default_rng(2), 1, 200, 0.5)
    ring = np.concatenate([x, x[: block - 1]])
    blocks = np.convolve(ring, np.full(block, 1 / block), "valid")
    half = 1.96 * blocks.std() / np.sqrt(len(x) / block)
    low, high = block_bootstrap(x, block, draws=20_000)
    assert (high - low) / 2 == pytest.approx(half, rel=0.04)
    assert (high + low) / 2 == pytest.approx(x.mean(), abs=0.06 * half)


def test_blocks_cover_a_long_series_of_alike_neighbours_and_single_values_do_not():
    series = autoregressive(np.random.default_rng(3), 400, 400, 0.5)
    assert coverage(series, 20) > 0.9
    assert coverage(series, 1) < 0.8


def test_a_short_series_is_covered_less_often_as_the_docstring_says():
    series = autoregressive(np.random.default_rng(4), 2000, 44, 0.45)
    assert coverage(series, 4) == pytest.approx(0.85, abs=0.03)
    assert coverage(series, 1) == pytest.approx(0.75, abs=0.03)


def test_a_whole_ring_gives_no_width_and_a_ragged_last_block_is_cut():
    x = np.arange(10.0)
    assert block_bootstrap(x, 10) == pytest.approx((4.5, 4.5))
    low, high = block_bootstrap(x, 4)  # 4 + 4 + 2
    assert x.min() < low < 4.5 < high < x.max()


def test_the_same_seed_gives_the_same_interval_and_units_carry_over():
    x = np.random.default_rng(5).normal(size=60)
    assert block_bootstrap(x, 4) == block_bootstrap(x, 4)
    assert block_bootstrap(x, 4) != block_bootstrap(x, 4, seed=1)
    moved = block_bootstrap(100 * x + 7, 4)
    np.testing.assert_allclose(moved, 100 * np.array(block_bootstrap(x, 4)) + 7)


@pytest.fixture(scope="module")
def histories():
    """A frozen and a retrained line in a world that moves."""
    moving = World(uniform(0, incremental(1, 3, 5, 25)), lambda X, t: X[:, 0] ** 2, noise=0.3)
    batches = stream(moving, np.random.default_rng(0), batches=30, rows=50)
    learner = Learner(batches, LinearRegression())
    return [backtest(learner, policy, start=5) for policy in (Policy(), Policy(every(3)))]


def test_first_minus_second_each_batch_once(histories):
    frozen, retrained = histories
    found = paired_difference(frozen, retrained)
    assert found["mean"] == pytest.approx((frozen["loss"] - retrained["loss"]).mean())
    assert 0 < found["low"] < found["mean"] < found["high"]
    back = paired_difference(retrained, frozen)
    assert back["mean"] == pytest.approx(-found["mean"])
    more_rows = frozen.assign(rows=np.arange(1, 26))
    assert paired_difference(more_rows, retrained) == found


def test_another_column_and_another_index(histories):
    frozen, retrained = (h.assign(mae=np.sqrt(h["loss"])) for h in histories)
    found = paired_difference(frozen, retrained.set_index("when"), column="mae")
    assert found["mean"] == pytest.approx(frozen["mae"].mean() - retrained["mae"].mean())


def test_what_both_share_drops_out(histories):
    frozen, retrained = histories
    weather = np.random.default_rng(1).normal(size=25) * 10
    both = [h.assign(loss=h["loss"] + weather) for h in (frozen, retrained)]
    np.testing.assert_allclose(
        list(paired_difference(*both).values()),
        list(paired_difference(frozen, retrained).values()),
        atol=1e-9,
    )


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda h: h.iloc[1:], ValueError, r"same batches .* 5 to 29 \(25\) and 6 to 29 \(24\)"),
        (lambda h: h[::-1], ValueError, "same batches in the same order"),
        (lambda h: h.iloc[:0], ValueError, r"5 to 29 \(25\) and none"),
        (lambda h: h.drop(columns="loss"), ValueError, r"second has no column \['loss'\]"),
        (lambda h: h.drop(columns="batch"), ValueError, r"second has no column \['batch'\]"),
        (lambda h: h["loss"], TypeError, "second must be a history, a DataFrame; got Series"),
        (lambda h: h.assign(loss=h["loss"].where(h["batch"] > 6)), ValueError, "NaN .* first at 0"),
    ],
)
def test_histories_that_do_not_match_are_refused(histories, change, error, message):
    with pytest.raises(error, match=message):
        paired_difference(histories[0], change(histories[1]))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"block": 0}, ValueError, "block must be 1 to 25.*got 0"),
        ({"block": 26}, ValueError, "block must be 1 to 25, the length of the series; got 26"),
        ({"block": 2.5}, TypeError, "block must be a whole number; got 2.5"),
        ({"block": True}, TypeError, "block must be a whole number"),
        ({"draws": 399}, ValueError, "draws must be at least 400.*got 399"),
        ({"draws": 1e3}, TypeError, "draws must be a whole number"),
        ({"column": "auc"}, ValueError, r"first has no column \['auc'\]"),
    ],
)
def test_bad_options_are_refused(histories, options, error, message):
    with pytest.raises(error, match=message):
        paired_difference(*histories, **options)


@pytest.mark.parametrize("values", [[], 3.0, np.ones((4, 4)), [1.0, np.inf, 2.0]])
def test_values_that_are_no_series_are_refused(values):
    with pytest.raises(ValueError, match="values"):
        block_bootstrap(values, 1)
