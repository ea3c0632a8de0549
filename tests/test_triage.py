"""The tree: right in at least 95 of 100 seeds, on signals that hold neither truth nor name."""

import inspect

import numpy as np
import pytest

from helpers import incidents, triage
from helpers.exercises.do_not_retrain import scoreboard
from helpers.incidents import INCIDENTS
from helpers.triage import SIGNALS, signals

QUIET = {"outside": 0, "empty": 0, "overturned": 0, "unlabelled": 0, "labels": 500, "needed": 11}
QUIET |= {"loss up": 0.5, "gain": 0.1, "repeats": 0.9}


@pytest.mark.parametrize("name", INCIDENTS)
def test_the_tree_is_right_in_95_of_100_seeds(name, record_property):
    right = 0
    for seed in range(1000, 1100):
        case = INCIDENTS[name](np.random.default_rng(seed))
        right += triage.triage(signals(case.seen)) == case.action
    record_property("summary", ["triage", f"{name}: {right} of 100 seeds"])
    assert right >= 95


@pytest.mark.parametrize("simulate", [incidents.units_swapped, incidents.sensor_stuck])
def test_the_tree_is_right_on_incidents_it_was_not_made_for(simulate):
    for seed in range(20):
        case = simulate(np.random.default_rng(seed))
        assert triage.triage(signals(case.seen)) == case.action


@pytest.mark.parametrize("name", INCIDENTS)
def test_neither_truth_nor_name_reaches_the_tree(name):
    """Signals come from what is seen, and are numbers under fixed names, whatever the truth."""
    case = INCIDENTS[name](np.random.default_rng(3))
    known = signals(case.seen)
    poison = incidents.Truth(*[np.nan] * 3, *[(np.nan, np.nan)] * 3)
    poisoned = case._replace(truth=poison, action="unknown")
    assert signals(poisoned.seen) == known
    assert list(known) == list(SIGNALS)
    assert all(type(value) is float for value in known.values())
    assert not set(case.truth._fields) & set(case.seen._fields)
    assert list(inspect.signature(triage.triage).parameters) == ["signals"]


@pytest.mark.parametrize("name", INCIDENTS)
def test_nothing_on_the_way_to_the_tree_could_know_the_truth(name):
    """The tree's module knows no truth; what is seen is arrays and a training procedure."""
    assert not {"Truth", "Incident", "INCIDENTS", "incident"} & set(vars(triage))
    seen = INCIDENTS[name](np.random.default_rng(4)).seen._asdict()
    assert seen.pop("fit").__closure__ is None
    assert all(isinstance(values, np.ndarray) for values in seen.values())


@pytest.mark.parametrize(
    ("changed", "action"),
    [
        ({}, "leave alone"),
        ({"outside": 0.3, "gain": 10}, "fix the pipe"),
        ({"empty": 0.2, "gain": 10}, "fix the pipe"),
        ({"overturned": 0.25, "loss up": 5}, "fix the pipe"),
        ({"unlabelled": 0.5}, "explore"),
        ({"labels": 8, "gain": 4}, "wait for labels"),
        ({"gain": 6, "loss up": 6}, "retrain"),
        ({"gain": 6}, "retrain"),
        ({"loss up": 6}, "leave alone"),
        ({"loss up": 6, "repeats": 0.1}, "get a feature"),
    ],
)
def test_every_leaf_is_reached(changed, action):
    assert triage.triage(QUIET | changed) == action


def test_signals_of_a_case_by_hand():
    """Ten rows, one column, all arithmetic on paper."""
    column = np.arange(10.0)[:, None]
    labels = np.array([0.0] * 8 + [np.nan] * 2)
    seen = incidents.Seen(
        reference=column, served=column + np.array([0] * 9 + [100])[:, None], stored=column,
        labels=labels, predicted=np.array([1.0, 3.0] * 5), segment=np.array([0] * 8 + [1] * 2),
        fit=lambda X, y: lambda X: np.ones(len(X)), handover=np.array([1.0, 3.0, 1.0, 3.0]),
        sources=np.array([[0, 0], [0, 1]]), repeats=np.array([[0.0, 2.0], [1.0, 1.0]]),
    )  # fmt: skip
    found = signals(seen)
    assert found["outside"] == pytest.approx(0.1)
    assert found["empty"] == 0
    assert found["overturned"] == 0.5
    assert found["unlabelled"] == pytest.approx(0.2)
    assert (found["labels"], found["needed"]) == (8, 3)
    # losses 1 and 9 in turn, mean 5; two looks: half of (4 + 0) / 2
    assert found["repeats"] == pytest.approx(1 / 5)
    se = np.sqrt(np.var([1, 9] * 4, ddof=1) / 8 + np.var([1, 3] * 2, ddof=1) / 4)
    assert found["loss up"] == pytest.approx((5 - 2) / se)
    assert found["gain"] == 0  # one class only, nothing is fitted


def test_gain_is_paired_and_out_of_sample():
    case = incidents.relation_changed(np.random.default_rng(1))
    seen = case.seen
    half = len(seen.labels) // 2
    challenger = seen.fit(seen.stored[:half], seen.labels[:half])
    old = (seen.labels - seen.predicted)[half:] ** 2
    new = (seen.labels[half:] - challenger(seen.stored[half:])) ** 2
    expected = np.mean(old - new) / (np.std(old - new, ddof=1) / np.sqrt(half))
    assert signals(seen)["gain"] == pytest.approx(expected)


def test_no_gain_without_labels_enough():
    case = incidents.too_few_labels(np.random.default_rng(1))
    assert signals(case.seen)["gain"] == 0


def test_bad_input_of_signals():
    case = incidents.quiet(np.random.default_rng(0))
    with pytest.raises(TypeError, match=r"incident.seen; got Incident"):
        signals(case)
    labels = np.full(500, np.nan)
    with pytest.raises(ValueError, match="at least 2 labels.*got 0"):
        signals(case.seen._replace(labels=labels))


def test_bad_input_of_the_tree():
    for odd in ({}, QUIET | {"truth": 1.0}, [1, 2], None):
        with pytest.raises(TypeError, match="signals must be a dict with the keys"):
            triage.triage(odd)
    with pytest.raises(ValueError, match="'gain' is nan"):
        triage.triage(QUIET | {"gain": np.nan})


def test_scoreboard(capsys):
    cases = [incidents.incident(n, 1) for n in (1, 4, 7)]
    board = scoreboard(["retrain", "retrain", ...], cases)
    assert capsys.readouterr().out == "1 right of 2 predicted\n"
    assert list(board["right?"]) == ["no", "yes", ""]
    assert list(board["right action"]) == [case.action for case in cases]
    odd = scoreboard([" Leave alone", "leave it", "panic"], cases)["right?"]
    assert list(odd) == ["yes", "no such action", "no such action"]
    with pytest.raises(ValueError, match="one for each of 3 cases"):
        scoreboard([...], cases)
