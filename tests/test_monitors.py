"""Detectors against river's and partial sums; what a classifier expects of itself, against
closed forms and a calibrated world.
"""

import math

import numpy as np
import pytest
from river import drift
from scipy.special import expit

from helpers.monitors import (
    Cusum,
    PageHinkley,
    cbpe,
    cusum_alarms,
    expected_brier,
    page_hinkley_alarms,
)


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


# --- detectors ------------------------------------------------------------------------------


def streams_with_a_change(count, rows=1500):
    """Normal streams whose mean steps up, down or not at all, at a random row."""
    rng = np.random.default_rng(5)
    at, size = rng.integers(100, rows, (2, count, 1)), rng.choice([-1.0, 0.0, 1.0], (count, 1))
    return rng.normal(0.5, 1, (count, rows)) + size * (np.arange(rows) >= at[0])


def alarms(detector, values):
    """Rows of all alarms, by the protocol that river's detectors share."""
    rows = []
    for i, x in enumerate(values):
        detector.update(x)
        if detector.drift_detected:
            rows.append(i)
    return rows


def scans(detector, values, block=97):
    """The same by scan, in blocks and on after each alarm."""
    rows, start = [], 0
    while start < len(values):
        found = detector.scan(values[start : start + block])
        if found is not None:
            rows.append(start + found)
        start += block if found is None else found + 1
    return rows


PAGE_HINKLEY = [
    {"delta": 0.1, "threshold": 20.0, "mode": "up"},
    {"delta": 0.1, "threshold": 20.0, "mode": "down"},
    {"delta": 0.1, "threshold": 20.0, "mode": "both"},
    {"delta": 0.005, "threshold": 10.0, "alpha": 0.99, "mode": "both"},
    {"delta": 0.2, "threshold": 8.0, "alpha": 1.0, "mode": "up", "min_rows": 200},
    {"mode": "both"},  # all else as by default
]


@pytest.mark.parametrize("settings", PAGE_HINKLEY)
def test_page_hinkley_alarms_at_the_steps_of_river(settings):
    """All alarms on 50 streams, restarts included; and on 50 of zeros and ones, with ties."""
    theirs = {("min_instances" if k == "min_rows" else k): v for k, v in settings.items()}
    some = 0
    for values in streams_with_a_change(50):
        for stream in (values, (values > 0.5).astype(int)):
            expected = alarms(drift.PageHinkley(**theirs), stream.tolist())
            assert alarms(PageHinkley(**settings), stream) == expected
            some += len(expected)
    assert some > 20


CUSUM = [
    {"target": 0.5, "k": 0.5, "h": 5},
    {"target": 0.5, "k": 0.5, "h": 5, "side": "down"},
    {"target": 0.4, "k": 0.25, "h": 8, "sd": 1.2, "side": "both"},
    {"target": 0.5, "k": 0, "h": 30},
]


def cusum_by_hand(values, target, k, h, sd=1, side="up"):
    """Alarms from Lindley's identity: S = C - min(0, lowest C so far), C the partial sums."""
    rows, start = [], 0
    while start < len(values):
        z = (values[start:] - target) / sd
        over = np.zeros(len(z), bool)
        for sign in {"up": [1], "down": [-1], "both": [1, -1]}[side]:
            partial = np.cumsum(sign * z - k)
            over |= partial - np.minimum(np.minimum.accumulate(partial), 0) > h
        if not over.any():
            break
        rows.append(start + int(over.argmax()))
        start = rows[-1] + 1
    return rows


@pytest.mark.parametrize("settings", CUSUM)
def test_cusum_agrees_with_partial_sums(settings):
    some = 0
    for values in streams_with_a_change(50):
        found = alarms(Cusum(**settings), values)
        assert found == cusum_by_hand(values, **settings)
        some += len(found)
    assert some > 20


CASES = [(PageHinkley, page_hinkley_alarms, s) for s in PAGE_HINKLEY]
CASES += [(Cusum, cusum_alarms, s) for s in CUSUM]


@pytest.mark.parametrize(("detector", "many", "settings"), CASES)
def test_scan_and_many_streams_are_the_same_as_updates(detector, many, settings):
    values = streams_with_a_change(50)
    first = many(values, **settings)
    for stream, alarm in zip(values, first, strict=True):
        one_by_one = alarms(detector(**settings), stream)
        assert scans(detector(**settings), stream) == one_by_one
        assert alarm == (one_by_one + [len(stream)])[0]
    assert (many(values[:, :0], **settings) == 0).all()
    assert (many(values[:, :20], **settings) <= 20).all()


def test_many_streams_take_a_target_and_sd_each():
    values = streams_with_a_change(20)
    mean, sd = values[:, :30].mean(axis=1), values[:, :30].std(axis=1, ddof=1)
    found = cusum_alarms(values, mean, 0.5, 6, sd)
    for stream, m, s, alarm in zip(values, mean, sd, found, strict=True):
        assert Cusum(m, 0.5, 6, s).scan(stream) == (alarm if alarm < len(stream) else None)


@pytest.mark.parametrize("make", [PageHinkley, lambda: Cusum(0, 0.5, 4)])
def test_the_protocol(make):
    detector = make()
    assert detector.update(True) is detector
    assert detector.drift_detected is False
    assert detector.scan([]) is None
    quiet = np.zeros(100)
    assert make().scan(quiet) is None
    assert make().scan(np.r_[quiet, 200.0, 0]) == 100
    detector = make()
    detector.scan(np.r_[quiet, 200.0])
    assert detector.drift_detected
    assert not detector.update(0.0).drift_detected


@pytest.mark.parametrize("make", [PageHinkley, lambda: Cusum(0, 0.5, 4)])
@pytest.mark.parametrize("bad", ["0.3", None, [0.3, 0.2], 1j])
def test_a_monitor_fed_a_string(make, bad):
    with pytest.raises(TypeError, match="x must be one number, such as a row's loss"):
        make().update(bad)


@pytest.mark.parametrize("make", [PageHinkley, lambda: Cusum(0, 0.5, 4)])
def test_a_monitor_fed_what_is_missing(make):
    with pytest.raises(ValueError, match="x must be a finite number; got nan"):
        make().update(math.nan)
    with pytest.raises(ValueError, match="values must be finite"):
        make().scan([0.1, math.nan])
    with pytest.raises(TypeError, match="values must be numbers of shape"):
        make().scan(["a", "b"])
    with pytest.raises(ValueError, match="values must have shape"):
        make().scan([[0.1, 0.2]])


BAD = [
    ({"delta": -0.1}, ValueError, "delta must be a number of at least 0"),
    ({"delta": "0.1"}, TypeError, "delta must be a number"),
    ({"threshold": 0}, ValueError, "threshold must be a number above 0"),
    ({"min_rows": 0}, ValueError, "min_rows must be a whole number"),
    ({"min_rows": 2.5}, ValueError, "min_rows must be a whole number"),
    ({"alpha": 1.1}, ValueError, "alpha must be a number above 0 and at most 1"),
    ({"alpha": math.nan}, ValueError, "alpha must be"),
    ({"mode": "upwards"}, ValueError, 'mode must be "up", "down" or "both"'),
]


@pytest.mark.parametrize(("settings", "error", "message"), BAD)
def test_bad_settings_of_page_hinkley_are_named(settings, error, message):
    with pytest.raises(error, match=message):
        PageHinkley(**settings)
    with pytest.raises(error, match=message):
        page_hinkley_alarms(np.zeros((2, 3)), **settings)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"target": math.nan}, ValueError, "target must be"),
        ({"target": "mean"}, TypeError, "target must be"),
        ({"k": -1}, ValueError, "k must be a number of at least 0"),
        ({"h": 0}, ValueError, "h must be a number above 0"),
        ({"sd": 0}, ValueError, "sd must be"),
        ({"side": "left"}, ValueError, 'side must be "up", "down" or "both"'),
    ],
)
def test_bad_settings_of_cusum_are_named(settings, error, message):
    settings = {"target": 0, "k": 0.5, "h": 4} | settings
    with pytest.raises(error, match=message):
        Cusum(**settings)
    with pytest.raises(error, match=message):
        cusum_alarms(np.zeros((2, 3)), **settings)


@pytest.mark.parametrize("many", [page_hinkley_alarms, lambda v: cusum_alarms(v, 0, 0.5, 4)])
def test_bad_streams_are_named(many):
    with pytest.raises(ValueError, match=r"values must have shape \(streams, n\); got \(3,\)"):
        many(np.zeros(3))
    with pytest.raises(ValueError, match="values must be finite"):
        many([[0.0, math.inf]])
    with pytest.raises(TypeError, match="values must be numbers"):
        many([["a", "b"]])
    with pytest.raises(ValueError, match="one for each of 2 streams"):
        cusum_alarms(np.zeros((2, 3)), [0, 0, 0], 0.5, 4)
