"""Least squares from prefix sums beside scikit-learn, and what it must refuse."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

from helpers import linear
from helpers.backtest import Batches, Learner, backtest
from helpers.budget import budget_over_time, risk
from helpers.linear import LinearLearner
from helpers.policies import (
    Gate,
    Policy,
    cara,
    cost_aware,
    every,
    everything,
    last,
    never,
    on_alarm,
    placebo,
    pool,
    since_alarm,
)
from helpers.worlds import World, incremental, normal, stream, uniform

T, START = 60, 5


def make_batches(seed=0, offset=0.0, scale=1.0, d=4):
    """Batches of random, unequal sizes, some of one row, whose relation drifts."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 30, T)
    batch = np.repeat(np.arange(T), sizes)
    X = rng.normal(size=(len(batch), d)) + 0.02 * batch[:, None]
    f = X[:, 0] * np.cos(batch / 9) + X[:, 1] * np.sin(batch / 9)
    y = f + rng.normal(size=len(f))
    edges = np.concatenate([[0], np.cumsum(sizes)])
    return Batches(offset + scale * X, offset + y, edges)


@pytest.fixture
def refits(monkeypatch):
    """The sizes of the windows that were handed to scikit-learn."""
    sizes = []

    class Noted(LinearRegression):
        def fit(self, X, y):
            sizes.append(len(X))
            return super().fit(X, y)

    monkeypatch.setattr(
        LinearLearner, "estimator", property(lambda self: Noted(fit_intercept=self.intercept))
    )
    return sizes


DATA = {
    "plain": {},
    "offset 1e4": {"offset": 1e4},
    "offset -1e5, scale 0.1": {"offset": -1e5, "scale": 0.1},
    "scale 1e5": {"scale": 1e5},
}
POLICIES = {
    "never": Policy(never()),
    "every batch, everything": Policy(every(1), everything()),
    "every batch, last 20": Policy(every(1), last(20)),
    "every 3, last 1": Policy(every(3), last(1)),
    "within batches": Policy(every(2), lambda edges, now: (edges[now] // 2 + 3, edges[now] - 2)),
}


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("data", DATA)
def test_losses_are_those_of_scikit_learn(data, policy, intercept):
    batches = make_batches(seed=len(policy), **DATA[data])
    ours = backtest(LinearLearner(batches, intercept), POLICIES[policy], START)
    theirs = backtest(
        Learner(batches, LinearRegression(fit_intercept=intercept)), POLICIES[policy], START
    )
    pd.testing.assert_frame_equal(ours, theirs, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("offset", [0, 1e4])
def test_prefix_sums_alone_are_enough_for_usual_windows(offset, refits):
    batches = make_batches(offset=offset)
    learner = LinearLearner(batches)
    for window in (everything(), last(20), last(5)):
        backtest(learner, Policy(every(1), window), START)
    assert refits == []


def test_every_window_of_rows_is_that_of_scikit_learn():
    """Windows from one row to all, at the edges of batches and between them."""
    rng = np.random.default_rng(3)
    batches = make_batches(offset=50.0)
    learner, reference = LinearLearner(batches), Learner(batches, LinearRegression())
    n = len(batches.y)
    for _ in range(300):
        lo = int(rng.integers(0, n))
        hi = int(min(n, lo + 1 + rng.integers(0, 2 ** rng.integers(1, 10))))
        a, b = learner.fit(lo, hi), reference.fit(lo, hi)
        np.testing.assert_allclose(a.coef_, b.coef_, rtol=1e-8, atol=1e-9)
        expected = reference.predict(b, 0, n)
        np.testing.assert_allclose(learner.predict(a, 0, n), expected, atol=1e-7)
        np.testing.assert_array_equal(a.predict(batches.X), learner.predict(a, 0, n))


def test_normal_equations_by_hand():
    batches = make_batches()
    model = LinearLearner(batches).fit(0, 100)
    A = np.column_stack([np.ones(100), batches.X[:100]])
    wanted = np.linalg.solve(A.T @ A, A.T @ batches.y[:100])
    np.testing.assert_allclose([model.intercept_, *model.coef_], wanted, rtol=1e-10)


def collinear():
    batches = make_batches()
    X = np.column_stack([batches.X, batches.X[:, 0] + batches.X[:, 1]])
    return Batches(X, batches.y, batches.edges)


def constant():
    batches = make_batches()
    return Batches(np.column_stack([batches.X, np.full(len(batches.y), 3.0)]), batches.y,
                   batches.edges)  # fmt: skip


DEFICIENT = {
    "collinear": (collinear, 0, 200),
    "nearly collinear": (
        lambda: Batches(
            collinear().X + 1e-7 * np.random.default_rng(0).normal(size=(len(collinear().y), 5)),
            collinear().y, collinear().edges,
        ), 0, 200,
    ),
    "constant": (constant, 0, 200),
    "fewer rows than coefficients": (make_batches, 40, 43),
    "one row": (make_batches, 40, 41),
    "two equal rows": (
        lambda: Batches(np.ones((4, 2)), np.array([1.0, 2, 3, 4]), [0, 2, 4]), 0, 2,
    ),
}  # fmt: skip


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("case", DEFICIENT)
def test_windows_that_do_not_determine_the_fit_get_the_smallest_coefficients(case, intercept):
    make, lo, hi = DEFICIENT[case]
    batches = make()
    model = LinearLearner(batches, intercept).fit(lo, hi)
    reference = LinearRegression(fit_intercept=intercept).fit(batches.X[lo:hi], batches.y[lo:hi])
    np.testing.assert_allclose(model.coef_, reference.coef_, rtol=1e-8, atol=1e-8)
    assert model.intercept_ == pytest.approx(float(reference.intercept_), abs=1e-8)


def test_a_window_drowned_by_earlier_rows_is_fitted_from_its_rows(refits):
    """Features fall from 1e6 to 1: the difference of two sums holds nothing of the window."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(400, 2)), rng.normal(size=400)
    X[:200] *= 1e6
    batches = Batches(X, y, np.arange(0, 401, 20))
    learner = LinearLearner(batches)
    late, early = learner.fit(300, 400), learner.fit(0, 100)
    assert refits == [100]
    for model, rows in [(late, slice(300, 400)), (early, slice(0, 100))]:
        reference = LinearRegression().fit(X[rows], y[rows])
        np.testing.assert_allclose(model.coef_, reference.coef_, rtol=1e-9)


def test_directions_that_scikit_learn_drops_are_dropped(refits):
    """One feature in units ten million times another's: newer versions keep the larger only."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(400, 2)) * [1e7, 1], rng.normal(size=400)
    model = LinearLearner(Batches(X, y, np.arange(0, 401, 20))).fit(0, 400)
    assert refits == [400]
    np.testing.assert_array_equal(model.coef_, LinearRegression().fit(X, y).coef_)


@pytest.mark.parametrize("level", [0.0, 7.0])
def test_a_constant_outcome(level):
    batches = make_batches()
    flat = Batches(batches.X, np.full(len(batches.y), level), batches.edges)
    model = LinearLearner(flat).fit(0, 300)
    np.testing.assert_allclose([*model.coef_, model.intercept_], [0, 0, 0, 0, level], atol=1e-12)


def test_outcomes_of_0_and_1():
    batches = make_batches()
    batches = Batches(batches.X, batches.y > 0, batches.edges)
    ours = backtest(LinearLearner(batches), Policy(every(4)), START)
    theirs = backtest(Learner(batches, LinearRegression()), Policy(every(4)), START)
    pd.testing.assert_frame_equal(ours, theirs, rtol=1e-9)


def test_a_frame_of_numbers_is_taken_as_numbers():
    batches = make_batches(d=3)
    frame = pd.DataFrame(batches.X, columns=["a", "b", "c"])
    frame = frame.assign(whole=np.arange(len(frame)) % 7, yes=frame["a"] > 0)
    frame["nullable"] = pd.array(np.arange(len(frame)) % 5, dtype="Int64")
    ours = LinearLearner(Batches(frame, batches.y, batches.edges))
    theirs = Learner(Batches(frame.astype(float), batches.y, batches.edges), LinearRegression())
    pd.testing.assert_frame_equal(
        backtest(ours, Policy(every(5), last(9)), 20),
        backtest(theirs, Policy(every(5), last(9)), 20), rtol=1e-9,
    )  # fmt: skip
    model = ours.fit(0, 99)
    np.testing.assert_array_equal(model.predict(frame[:9]), ours.predict(model, 0, 9))


def test_error_budgets_and_pools_take_it_in_the_place_of_a_learner():
    rng = np.random.default_rng(0)
    world = World(
        normal(0, 1), lambda X, t: X[:, 0] * incremental(1, -1, 5, 15)(t), noise=1.0
    )  # fmt: skip
    batches = stream(world, rng, 20, 50)
    ours, theirs = LinearLearner(batches), Learner(batches, LinearRegression())
    for policy in (Policy(every(4), last(2)),):
        history = backtest(ours, policy, 5)
        a = budget_over_time(world, ours, history, 100, draws=20)
        b = budget_over_time(world, theirs, history, 100, draws=20)
        pd.testing.assert_frame_equal(a, b, rtol=1e-8, atol=1e-10)
    assert risk(world, ours.fit(0, 100), 3) == pytest.approx(
        risk(world, theirs.fit(0, 100), 3), rel=1e-9
    )
    histories = [backtest(one, Policy(every(1), pool(one, 3, 2)), 5) for one in (ours, theirs)]
    pd.testing.assert_frame_equal(*histories, rtol=1e-9)


def test_the_data_are_not_copied_or_changed():
    batches = make_batches(offset=5.0)
    X, y = batches.X.copy(), batches.y.copy()
    learner = LinearLearner(batches)
    learner.fit(3, 200)
    assert np.shares_memory(learner._X, batches.X)
    np.testing.assert_array_equal(batches.X, X)
    np.testing.assert_array_equal(batches.y, y)


@pytest.mark.parametrize("offset", [0, 1e4])
def test_poisoned_rows_change_nothing_before_them(offset):
    clean = make_batches(offset=offset)
    policy = Policy(every(3), last(8))
    history = backtest(LinearLearner(clean), policy, START)
    for t in (START, START + 7, T - 1):
        X, y = clean.X.copy(), clean.y.copy()
        X[clean.edges[t] :] *= 1e5
        y[clean.edges[t] :] = 1e9
        poisoned = LinearLearner(Batches(X, y, clean.edges))
        before = history["batch"] < t
        after = backtest(poisoned, policy, START)
        pd.testing.assert_frame_equal(after[before], history[before], check_exact=True)


def frame_with(**columns):
    frame = pd.DataFrame(make_batches(d=2).X, columns=["a", "c"])
    return Batches(frame.assign(**columns), make_batches().y, make_batches().edges)


def holed():
    return frame_with(b=np.where(np.arange(len(make_batches().y)) == 4, np.nan, 1.0))


WRONG = {
    "no batches": (
        lambda: LinearLearner(np.ones((3, 2))), TypeError, ["batches must be Batches", "ndarray"],
    ),
    "intercept a word": (
        lambda: LinearLearner(make_batches(), "no"), TypeError, ["intercept", "'no'"],
    ),
    "intercept 1": (lambda: LinearLearner(make_batches(), 1), TypeError, ["intercept", "got 1"]),
    "a column of words": (
        lambda: LinearLearner(frame_with(town="x")), TypeError, ["X must be", "'town'", "Encode"],
    ),
    "a categorical column": (
        lambda: LinearLearner(frame_with(town=pd.Categorical([1] * len(make_batches().y)))),
        TypeError, ["X must be", "'town'", "Encode"],
    ),
    "a column of times": (
        lambda: LinearLearner(frame_with(day=pd.Timestamp("2013-01-01"))),
        TypeError, ["X must be", "'day'"],
    ),
    "a missing value": (
        lambda: LinearLearner(holed()), ValueError, ["X has NaN", "row 4", "'b'", "Impute"],
    ),
    "no features": (
        lambda: LinearLearner(Batches(np.empty((4, 0)), np.arange(4), [0, 2, 4])),
        ValueError, ["X has no features"],
    ),
    "too large": (
        lambda: LinearLearner(make_batches(scale=1e160)), ValueError, ["too large", "units"],
    ),
    "too large at the end": (
        lambda: LinearLearner(Batches(np.array([[1.0], [2], [3], [1e160]]), np.ones(4), [0, 2, 4])),
        ValueError, ["too large", "units"],
    ),
    "an empty window": (
        lambda: LinearLearner(make_batches()).fit(9, 9), ValueError, ["lo and hi", "9 and 9"],
    ),
    "a window reversed": (lambda: LinearLearner(make_batches()).fit(9, 3), ValueError, ["9 and 3"]),
    "a window before the first row": (
        lambda: LinearLearner(make_batches()).fit(-3, 9), ValueError, ["-3 and 9"],
    ),
    "a window past the end": (
        lambda: LinearLearner(make_batches()).fit(0, 10**6), ValueError, ["lo and hi", "1000000"],
    ),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid value")
@pytest.mark.parametrize(("make", "kind", "words"), WRONG.values(), ids=list(WRONG))
def test_refuses(make, kind, words):
    with pytest.raises(kind) as error:
        make()
    for word in words:
        assert word in str(error.value)


def test_missing_values_marked_by_pandas_are_found():
    nullable = pd.array([1] * len(make_batches().y), dtype="Int64")
    nullable[2] = pd.NA
    with pytest.raises(ValueError, match="row 2, column 'b'"):
        LinearLearner(frame_with(b=nullable))


def test_without_the_checks_a_drowned_window_would_be_wrong(monkeypatch):
    """Without the checks the drowned window's fit would be wrong: the test above can fail."""
    monkeypatch.setattr(linear, "_WORST", np.inf)
    monkeypatch.setattr(linear, "_NEGLECTED", 0)
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(400, 2)), rng.normal(size=400)
    X[:200] *= 1e6
    model = LinearLearner(Batches(X, y, np.arange(0, 401, 20))).fit(300, 400)
    exact = LinearRegression().fit(X[300:], y[300:])
    assert not np.allclose(model.coef_, exact.coef_, rtol=1e-6)


def test_uniform_features_of_many_sizes():
    """From d = 1 to 20, on the way to the limits of the normal equations."""
    for d in (1, 2, 7, 20):
        world = World(uniform(0, 1), lambda X, t: X.sum(axis=1), noise=1.0, d=d)
        batches = stream(world, np.random.default_rng(d), 30, 40)
        a = backtest(LinearLearner(batches), Policy(every(1), last(4)), 6)
        b = backtest(Learner(batches, LinearRegression()), Policy(every(1), last(4)), 6)
        pd.testing.assert_frame_equal(a, b, rtol=1e-9)


def rises(rows):
    """A detector that alarms at the first loss above 12 after ``rows`` of them."""

    class Rises:
        def __init__(self):
            self.seen, self.drift_detected = 0, False

        def update(self, x):
            self.seen += 1
            self.drift_detected = self.seen > rows and x > 12
            return self

    return Rises


def lower(champion, challenger):
    return challenger.mean() < champion.mean()


WATCHFUL = {
    "on alarm, since the alarm": Policy(on_alarm(rises(30), wait=2), since_alarm()),
    "late labels": Policy(on_alarm(rises(30), wait=4), since_alarm(), delay=2),
    "a gate": Policy(every(3), last(9), gate=Gate(2, lower)),
    "late labels and a gate": Policy(every(5), last(9), delay=1, gate=Gate(2, lower)),
    "cost aware by the formula": Policy(cost_aware(5.0, 60, 4), last(4)),
    "cost aware by held-out batches": Policy(cost_aware(5.0, 60, 6, held_out=2), last(6)),
    "CARA": Policy(cara(40.0, fresh=1.0, cumulative=True), last(6)),
    "placebo": Policy(placebo(4, START, T, np.random.default_rng(0)), last(6)),
}


@pytest.mark.parametrize("name", WATCHFUL)
def test_watchful_policies_see_the_same_with_both_back_ends(name):
    batches = make_batches(seed=5, offset=1e4)
    learners = LinearLearner(batches), Learner(batches, LinearRegression())
    ours, theirs = [backtest(one, WATCHFUL[name], START + 4) for one in learners]
    assert theirs["retrained"].sum() > 1
    pd.testing.assert_frame_equal(ours, theirs, rtol=1e-8)
