"""What a classifier expects of itself, against closed forms and a calibrated world."""

import math

import numpy as np
import pytest
from scipy.special import expit

from helpers.monitors import cbpe, expected_brier


def test_by_hand():
    p = [0.9, 0.2, 0.5]
    assert cbpe(p) == pytest.approx((0.9 + 0.8 + 0.5) / 3, abs=1e-12)
    assert cbpe(p, 0.95) == pytest.approx((0.1 + 0.8 + 0.5) / 3, abs=1e-12)
    assert cbpe(p, 0.5) == cbpe(p)
    assert expected_brier(p) == pytest.approx((0.09 + 0.16 + 0.25) / 3, abs=1e-12)


def test_uniform_probabilities_have_closed_forms():
    """p uniform on [0, 1]: accuracy 1/2 + t (1 - t), Brier score 1/6."""
    p = (np.arange(1_000_000) + 0.5) / 1_000_000
    for t in (0.0, 0.2, 0.5, 1.0):
        assert cbpe(p, t) == pytest.approx(0.5 + t * (1 - t), abs=1e-6)
    assert expected_brier(p) == pytest.approx(1 / 6, abs=1e-9)


def test_at_one_half_it_is_the_mean_of_the_larger_probability():
    p = np.random.default_rng(0).random(1000)
    assert cbpe(p) == pytest.approx(np.maximum(p, 1 - p).mean(), abs=1e-12)


@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.7])
def test_in_a_calibrated_world_the_estimates_are_right(threshold):
    rng = np.random.default_rng(1)
    p = expit(rng.normal(0, 2, size=200_000))
    y = rng.random(len(p)) < p
    right, squares = (p >= threshold) == y, (p - y) ** 2
    se = 1 / math.sqrt(len(p))
    assert cbpe(p, threshold) == pytest.approx(right.mean(), abs=4 * right.std() * se)
    assert expected_brier(p) == pytest.approx(squares.mean(), abs=4 * squares.std() * se)


def test_in_a_turned_world_they_say_the_same_and_are_wrong():
    rng = np.random.default_rng(2)
    p = expit(rng.normal(0, 2, size=100_000))
    y = rng.random(len(p)) < 1 - p
    assert np.mean((p >= 0.5) == y) == pytest.approx(1 - cbpe(p), abs=4 * 0.5 / 100_000**0.5)
    assert cbpe(p) > 0.75


@pytest.mark.parametrize("function", [cbpe, expected_brier])
@pytest.mark.parametrize(
    ("p", "message"),
    [
        ([0.5, 1.01], "between 0 and 1, without NaN. Pass predict_proba"),
        ([-0.01, 0.5], "expit turns log-odds into probabilities"),
        ([0.5, math.nan], "between 0 and 1, without NaN"),
        ([], "one number a row; got shape"),
        ([[0.3, 0.7]], "take the column of class 1"),
    ],
)
def test_bad_probabilities_are_named(function, p, message):
    with pytest.raises(ValueError, match=message):
        function(p)


@pytest.mark.parametrize("threshold", [-0.1, 1.1, math.nan])
def test_a_bad_threshold_is_named(threshold):
    with pytest.raises(ValueError, match="threshold must be a probability between 0 and 1"):
        cbpe([0.5], threshold)
