"""Scores of detectors by hand, by brute force, and with river's detectors."""

import numpy as np
import pytest
from river import drift
from river.drift.binary import DDM

from helpers.detection import Always, Never, alarms_of, detections, score_detectors
from helpers.monitors import Cusum, PageHinkley


class Script:
    """Alarms at the given rows."""

    def __init__(self, *rows):
        self.rows, self.row, self.drift_detected = rows, -1, False

    def update(self, x):
        self.row += 1
        self.drift_detected = self.row in self.rows
        return self


class Above:
    """Alarms when three values in a row are above 0, then starts afresh; may scan."""

    def __init__(self):
        self.drift_detected, self.run, self.scans = False, 0, 0

    def update(self, x):
        self.run = 0 if self.drift_detected or x <= 0 else self.run + 1
        if self.drift_detected and x > 0:
            self.run = 1
        self.drift_detected = self.run == 3
        return self


class Scanning(Above):
    def scan(self, values):
        for step, value in enumerate(values):
            if self.update(value).drift_detected:
                return step
        return None


def rng(seed=0):
    return np.random.default_rng(seed)


def test_the_rule_by_hand():
    #         false  |c=10, horizon 5: 12 detects, 14 repeats| 15 is false | c=20 missed
    found = detections([3, 12, 14, 15], [10, 20], rows=30, horizon=5)
    np.testing.assert_array_equal(found.delays, [3, np.nan])
    assert found[1:] == (1, 2, 20)


def test_an_alarm_at_the_first_changed_row_has_delay_1_and_the_row_before_is_false():
    assert detections([10], [10], 20, 5).delays[0] == 1
    before = detections([9], [10], 20, 5)
    assert np.isnan(before.delays[0]) and before.false == 1


def test_after_the_next_change_an_alarm_belongs_to_that_one():
    found = detections([12], [5, 10], rows=20, horizon=10)
    np.testing.assert_array_equal(found.delays, [np.nan, 3])
    assert found.quiet == 5 and found.false == 0


def test_scores_by_hand_over_two_streams():
    makers = iter([Script(3, 12, 14), Script(0, 1, 29)])
    table = score_detectors({"it": lambda: next(makers)}, np.zeros((2, 30)), [[10], [20]], 5)
    row = table.loc["it"]
    assert (row["delay"], row["median"], row["missed"]) == (3, 3, 0.5)
    assert row["false"] == pytest.approx(1000 * 4 / 50)
    assert row["precision"] == pytest.approx(2 / 6)  # 12 detects and 14 repeats, of six alarms
    assert row["f1"] == pytest.approx(2 * (1 / 3) * (1 / 2) / (1 / 3 + 1 / 2))


def test_mean_and_median_are_over_detected_changes_only():
    makers = iter([Script(10), Script(11), Script(16), Script()])
    table = score_detectors({"it": lambda: next(makers)}, np.zeros((4, 30)), [10], 10)
    assert tuple(table.loc["it", ["delay", "median", "missed"]]) == (10 / 3, 2, 0.25)


@pytest.mark.parametrize(("rows", "horizon", "changes"), [(200, 50, [100]), (90, 30, [10, 60])])
def test_always_misses_nothing_and_its_f1_is_made_of_the_horizon_alone(rows, horizon, changes):
    detectors = {"always": Always, "never": Never}
    table = score_detectors(detectors, rng().random((3, rows)), changes, horizon)
    always, never = table.loc["always"], table.loc["never"]
    assert (always["delay"], always["missed"], always["false"]) == (1, 0, 1000)
    covered = horizon * len(changes) / rows
    assert always["precision"] == pytest.approx(covered)
    assert always["f1"] == pytest.approx(2 * covered / (1 + covered))
    assert (never["missed"], never["false"], never["f1"]) == (1, 0, 0)
    assert np.isnan(never["delay"])


def test_an_alarm_at_every_row_beats_a_careful_detector_on_f1():
    """The flaw: half of the changes found without one false alarm scores below no skill at all."""
    makers = iter([Script(60), Script(), Script(60), Script()])
    detectors = {"careful": lambda: next(makers), "always": Always}
    f1 = score_detectors(detectors, np.zeros((4, 100)), [50], horizon=50)["f1"]
    assert f1["careful"] == pytest.approx(2 / 3) and f1["always"] == pytest.approx(2 / 3)
    makers = iter([Script(60), Script(), Script(), Script()])
    f1 = score_detectors(detectors, np.zeros((4, 100)), [50], horizon=50)["f1"]
    assert f1["careful"] < f1["always"]


@pytest.mark.parametrize("seed", range(10))
def test_scan_and_update_give_the_same_alarms_and_a_detector_restarts(seed):
    values = rng(seed).normal(0.3, 1, 300)
    alarms = alarms_of(Scanning(), values)
    np.testing.assert_array_equal(alarms, alarms_of(Above(), values))
    expected, run = [], 0
    for row, value in enumerate(values):
        run = run + 1 if value > 0 else 0
        if run == 3:
            expected.append(row)
            run = 0
    assert alarms.tolist() == expected and len(expected) > 5


@pytest.mark.parametrize(
    "make", [lambda: Cusum(0, 0.5, 4), lambda: PageHinkley(delta=0.1, threshold=8)]
)
def test_monitors_of_the_workbook_plug_in_and_scan_as_they_update(make):
    values = rng(4).normal(np.repeat([0, 1], 500))
    by_hand, expected = make(), []
    for row, value in enumerate(values):
        if by_hand.update(value).drift_detected:
            expected.append(row)
    assert alarms_of(make(), values).tolist() == expected and len(expected) > 1
    row = score_detectors({"it": make}, values[None], [500], 500).loc["it"]
    assert row["missed"] == 0 and row["delay"] == next(r for r in expected if r >= 500) - 499


@pytest.mark.parametrize("make", [drift.ADWIN, drift.PageHinkley, DDM])
def test_detectors_of_river_plug_in(make):
    errors = (rng(1).random((5, 2000)) < np.repeat([0.1, 0.6], 1000)).astype(float)
    by_hand = make()
    expected = []
    for row, error in enumerate(errors[0]):
        by_hand.update(error)
        if by_hand.drift_detected:
            expected.append(row)
    np.testing.assert_array_equal(alarms_of(make(), errors[0]), expected)
    row = score_detectors({"it": make}, errors, [1000], 1000).loc["it"]
    assert row["missed"] == 0 and 1 <= row["delay"] < 300


def test_every_stream_meets_a_fresh_detector():
    table = score_detectors({"it": lambda: Script(5)}, np.zeros((3, 10)), [4], 5)
    assert table.loc["it", "missed"] == 0 and table.loc["it", "delay"] == 2


def test_streams_without_changes_have_false_alarms_only():
    row = score_detectors({"it": lambda: Script(5, 7)}, np.zeros((2, 500)), [], 5).loc["it"]
    assert row["false"] == 4 and np.isnan(row["missed"]) and np.isnan(row["delay"])


def test_streams_may_have_different_lengths_and_truth_values():
    streams = [np.zeros(10, bool), np.zeros(20, int)]
    row = score_detectors({"it": Always}, streams, [[5], [5, 15]], 5).loc["it"]
    assert row["missed"] == 0 and row["precision"] == 15 / 30


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: alarms_of(Always, [1.0]), TypeError, r"not its class: Always\(\)"),
        (lambda: alarms_of(object(), [1.0]), TypeError, "object has no update"),
        (lambda: alarms_of(Always(), []), ValueError, "values must be one number a row"),
        (lambda: alarms_of(Always(), [[1.0]]), ValueError, r"got shape \(1, 1\)"),
        (lambda: alarms_of(Always(), ["wrong"]), TypeError, "values must be numbers"),
        (lambda: alarms_of(Always(), [0.0, np.nan]), ValueError, "finite; row 1 is nan"),
        (lambda: detections([1], [0], 0, 5), ValueError, "rows must be at least 1"),
        (lambda: detections([1], [0], 9.0, 5), TypeError, "rows must be a whole number"),
        (lambda: detections([1], [0], 9, 0), ValueError, "horizon must be at least 1"),
        (lambda: detections([1], [0], 9, True), TypeError, "horizon must be a whole number"),
        (lambda: detections([9], [0], 9, 5), ValueError, "alarms must be rows .* 0 to 8"),
        (lambda: detections([3, 1], [0], 9, 5), ValueError, "alarms must be sorted"),
        (lambda: detections([1], [-1], 9, 5), ValueError, "changes must be rows"),
        (lambda: detections([1], [4, 4], 9, 5), ValueError, "changes must be sorted"),
        (lambda: detections([1.5], [4], 9, 5), TypeError, "alarms must be a list of whole row"),
        (lambda: score_detectors({}, [[1.0]], [], 5), TypeError, "detectors must be a dict"),
        (lambda: score_detectors([Always], [[1.0]], [], 5), TypeError, "detectors must be a dict"),
        (
            lambda: score_detectors({"a": Always()}, [[1.0]], [], 5),
            TypeError,
            r"detectors\['a'\] must be a function that makes",
        ),
        (lambda: score_detectors({"a": Always}, [], [], 5), ValueError, "at least one stream"),
        (
            lambda: score_detectors({"a": Always}, np.zeros((3, 9)), [[1], [2]], 5),
            ValueError,
            "one for each of the 3 streams; got 2",
        ),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
