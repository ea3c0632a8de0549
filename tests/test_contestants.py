"""Who competes, and the naive forecasts: which policies, at which lengths, by hand."""

import inspect

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

from helpers.batches import Batches
from helpers.contestants import Careful, corrected, history, naive, rate, retraining
from helpers.run_lengths import siegmund


def squared(y, predicted):
    return (y - predicted) ** 2


def learner(T, rows=5, estimator=None, y=None, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(T * rows, 1))
    y = X[:, 0] + rng.normal(size=T * rows) if y is None else y
    batches = Batches(X, y, np.arange(0, T * rows + 1, rows))
    return Careful(batches, estimator or LinearRegression())


def names(T, start, split, unit="month", delay=0, **options):
    return list(retraining(learner(T, **options), start, split, unit, delay, squared))


def test_the_policies_that_compete():
    assert names(40, 4, 20) == [
        "monthly on all history",
        "monthly on the last 4 months",
        "every 3 months on all history",
        "every 3 months on the last 4 months",
        "every 12 months on all history",
        "every 12 months on the last 4 months",
        "monthly on the last month only",
        "on alarm, on all history",
        "on alarm, on the last 4 months",
    ]
    assert names(40, 1, 20, unit="period", rows=30)[:2] == [
        "every period on all history",
        "every period on the last period",
    ]


def test_a_policy_competes_only_if_it_retrains_before_the_choice():
    regular = [name for name in names(40, 4, 7) if name.endswith("all history")]
    assert regular == ["monthly on all history", "on alarm, on all history"]
    assert "every 3 months on all history" in names(40, 4, 8)


def test_no_policy_retrains_more_than_60_times():
    assert names(64, 4, 30)[0] == "monthly on all history"
    longer = names(65, 4, 28)
    assert longer[0] == "every 2 months on all history"
    assert longer[4] == "every 2 months on the last 2 months only"  # every 24 comes too late
    assert "every 6 months on all history" in longer


def test_the_shortest_memory_is_shorter_than_the_first_fit():
    assert not any("only" in name for name in names(40, 1, 20, rows=30))
    assert "monthly on the last month only" in names(40, 2, 20, rows=30)


def test_an_alarm_competes_where_one_could_be_of_use():
    found = {T: any("alarm" in name for name in names(T, 4, 5, delay=2)) for T in (7, 8)}
    assert found == {7: False, 8: True}
    assert not any("alarm" in name for name in names(40, 4, 20, y=np.ones(200)))  # no loss varies


def test_the_alarm_is_scaled_to_the_losses_and_quiet_ten_times_as_long_as_the_stream():
    one = learner(40, rows=9)
    policy = retraining(one, 4, 20, "month", 0, squared)["on alarm, on all history"]
    detector = inspect.getclosurevars(policy.when).nonlocals["make_detector"]()
    model = LinearRegression().fit(one.batches.X[:24], one.batches.y[:24])
    sd = squared(one.batches.y[24:36], model.predict(one.batches.X[24:36])).std()
    assert detector.delta == pytest.approx(0.1 * sd)
    assert siegmund(0.1, detector.threshold / sd) == pytest.approx(10 * 324)


@pytest.mark.parametrize(("ones", "rows"), [(0, 10), (3, 10), (10, 10), (0, 1)])
def test_a_rate_by_jeffreys_prior(ones, rows):
    assert rate(np.repeat([1, 0], [ones, rows - ones])) == (ones + 0.5) / (rows + 1)


@pytest.mark.parametrize(
    ("task", "median", "expected"),
    [
        ("regression", False, ["last week's mean", "mean so far", "last value"]),
        ("regression", True, ["last week's median", "median so far", "last value"]),
        ("classification", False, ["last week's rate", "rate so far"]),
    ],
)
def test_naive_forecasts_by_name(task, median, expected):
    y = (np.arange(20) % 3 == 0).astype(float)
    batches = learner(4, y=y).batches
    found = naive(batches, 2, 0, squared, task, median, "week")
    assert list(found) == expected
    middle = rate if task == "classification" else np.median if median else np.mean
    for name, known in zip(expected, (y[10:15], y[:15]), strict=False):
        loss = squared(y[15:], middle(known)).mean()
        assert found[name]["loss"].iloc[1] == pytest.approx(loss, abs=1e-12)


@pytest.mark.parametrize("level", [1e-5, 0.03, 0.5, 0.97, 1 - 1e-5])
def test_corrected_probabilities_have_the_rate_that_was_seen(level):
    """Also where the model is far off: here it learned the rate 1 - level from 2,000 rows."""
    rng = np.random.default_rng(0)
    y = (rng.random(6000) < np.repeat([1 - level, level], [2000, 4000])).astype(float)
    seen = {}

    def loss(y, predicted):
        seen["predicted"] = predicted
        return squared(y, predicted)

    one = learner(3, rows=2000, estimator=LogisticRegression(), y=y)
    corrected(one, 1, 0, loss, "classification", False)
    assert seen["predicted"][2000:].mean() == pytest.approx(rate(y[2000:4000]), rel=0.05)


def test_a_history_of_given_predictions():
    batches = Batches(np.zeros((6, 1)), np.arange(6.0), [0, 2, 3, 6], when=["a", "b", "c"])
    found = history(batches, 1, squared, np.zeros(4))
    assert found["batch"].tolist() == [1, 2] and found["when"].tolist() == ["b", "c"]
    assert found["rows"].tolist() == [1, 3] and not found["retrained"].any()
    np.testing.assert_allclose(found["loss"], [4, (9 + 16 + 25) / 3])


def test_a_fit_without_rows_or_classes_is_a_constant():
    one = learner(4, rows=5)
    assert one.fit(0, 9).predict(np.zeros((2, 1))).tolist() == [one.batches.y[:9].mean()] * 2
    assert isinstance(one.fit(0, 10), LinearRegression) and one.constants == {(0, 9)}
    classes = learner(4, rows=5, estimator=LogisticRegression(), y=np.repeat([0.0, 1.0], [12, 8]))
    assert classes.fit(0, 12).value == 0.5 / 13
    assert isinstance(classes.fit(0, 13), LogisticRegression) and classes.constants == {(0, 12)}
