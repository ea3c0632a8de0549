"""The backtest against a plain loop, and what it must refuse: the future, and bad input."""

import math
from itertools import islice

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_info, threadpool_limits

from helpers.backtest import Batches, Learner, backtest, log_loss, squared_loss
from helpers.policies import Policy, at, every, everything, last, never

T, START = 40, 6


def make_batches(seed=0, binary=False, frame=False):
    """Batches of random, unequal sizes from a relation that drifts."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 30, T)
    batch = np.repeat(np.arange(T), sizes)
    X = rng.normal(size=(len(batch), 3))
    f = X[:, 0] * np.cos(batch / 8) + X[:, 1] * np.sin(batch / 8)
    y = (rng.random(len(f)) < 1 / (1 + np.exp(-3 * f))) if binary else f + rng.normal(size=len(f))
    X = pd.DataFrame(X, columns=["a", "b", "c"]) if frame else X
    return Batches(X, y, np.concatenate([[0], np.cumsum(sizes)]))


REGRESSION = Learner(make_batches(), LinearRegression())
CLASSIFICATION = Learner(make_batches(binary=True), LogisticRegression())


def plain_loop(batches, estimator, retrains, window, loss):
    """Predict, score, retrain, one batch after the other; `window` in batches, None for all."""
    X, y, edges, rows = batches.X, batches.y, batches.edges, []
    take = X.iloc.__getitem__ if isinstance(X, pd.DataFrame) else X.__getitem__
    lo, hi = 0, edges[START]
    for t in range(START, T):
        if t in retrains:
            lo, hi = edges[max(0, t - window)] if window else 0, edges[t]
        model = clone(estimator).fit(take(slice(lo, hi)), y[lo:hi])
        today = slice(edges[t], edges[t + 1])
        inputs = take(today)
        if hasattr(model, "predict_proba"):
            prediction = model.predict_proba(inputs)[:, list(model.classes_).index(1)]
        else:
            prediction = model.predict(inputs)
        losses = [loss(*one) for one in zip(y[today], prediction, strict=True)]
        rows.append([t, edges[t + 1] - edges[t], np.mean(losses), t in retrains, lo, hi])
    columns = ["batch", "rows", "loss", "retrained", "fit_lo", "fit_hi"]
    return pd.DataFrame(rows, columns=columns)


def assert_same_history(history, expected):
    pd.testing.assert_frame_equal(
        history[expected.columns], expected, check_dtype=False, rtol=1e-9, atol=1e-12
    )


WHEN = {
    "never": (never(), set()),
    "every 1": (every(1), set(range(START + 1, T))),
    "every 7": (every(7), set(range(START + 7, T, 7))),
    "at": (at([31, 9, 2, START, 10, T, 99]), {9, 10, 31}),
}
REMEMBER = {"everything": (everything(), None), "last 4": (last(4), 4), "last 99": (last(99), 99)}
DATA = {
    "regression": (LinearRegression(), {}, squared_loss, lambda y, p: (y - p) ** 2),
    "log loss": (
        LogisticRegression(), {"binary": True}, log_loss,
        lambda y, p: -math.log(p if y == 1 else 1 - p),
    ),
    "Brier score of a DataFrame": (
        make_pipeline(StandardScaler(), LogisticRegression()), {"binary": True, "frame": True},
        squared_loss, lambda y, p: (y - p) ** 2,
    ),
}  # fmt: skip


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("remember", REMEMBER)
@pytest.mark.parametrize("when", WHEN)
def test_equals_a_plain_loop(when, remember, data):
    estimator, options, loss, one_loss = DATA[data]
    batches = make_batches(seed=len(when) + len(remember), **options)
    policy = Policy(WHEN[when][0], REMEMBER[remember][0])
    history = backtest(Learner(batches, estimator), policy, START, loss)
    expected = plain_loop(batches, estimator, WHEN[when][1], REMEMBER[remember][1], one_loss)
    assert_same_history(history, expected)


def alarm(level):
    """Retrain after the first batch whose mean loss is above `level`."""

    def when(now, scored):
        return next((t + 1 for t, losses in scored if losses.mean() > level), None)

    return when


def test_a_policy_that_watches_the_losses_equals_a_plain_loop():
    batches, level = REGRESSION.batches, 1.8
    history = backtest(REGRESSION, Policy(alarm(level), last(5)), START)
    retrains = {t + 1 for t in range(START, T - 1) if history["loss"][t - START] > level}
    assert 3 < len(retrains) < 30
    expected = plain_loop(batches, LinearRegression(), retrains, 5, lambda y, p: (y - p) ** 2)
    assert_same_history(history, expected)


def test_what_a_policy_is_shown_is_what_is_scored():
    shown = {}

    def watch(now, scored):
        for t, losses in scored:
            shown[t] = losses.copy()

    history = backtest(REGRESSION, Policy(watch), START)
    assert list(shown) == list(range(START, T))
    assert [len(losses) for losses in shown.values()] == list(history["rows"])
    means = [losses.mean() for losses in shown.values()]
    np.testing.assert_allclose(means, history["loss"], rtol=1e-12)


def test_history_has_labels_and_metrics_per_batch():
    batches = make_batches(binary=True)
    weeks = [f"week {t}" for t in range(T)]
    batches = Batches(batches.X, batches.y, batches.edges, when=weeks)
    measures = {
        "absolute": lambda y, p: np.abs(y - p).mean(),
        "n": lambda y, p: len(y),
        "brier": lambda y, p: metrics.brier_score_loss(y, p, pos_label=1),
    }
    learner = Learner(batches, LogisticRegression())
    history = backtest(learner, Policy(every(5)), START, metrics=measures)
    columns = ["batch", "when", "rows", "loss", "retrained", "fit_lo", "fit_hi"]
    assert list(history) == [*columns, *measures]
    assert list(history["when"]) == weeks[START:]
    np.testing.assert_array_equal(history["n"], history["rows"])
    np.testing.assert_allclose(history["brier"], history["loss"], rtol=1e-9)
    assert not np.allclose(history["absolute"], history["loss"])
    same = [
        np.abs(batches.y[a:b] - learner.predict(learner.fit(lo, hi), a, b)).mean()
        for a, b, lo, hi in zip(
            batches.edges[START:-1], batches.edges[START + 1 :],
            history["fit_lo"], history["fit_hi"], strict=True,
        )
    ]  # fmt: skip
    np.testing.assert_allclose(history["absolute"], same, rtol=1e-9)


def test_a_progress_bar_reaches_the_end_and_changes_nothing(capsys):
    policy = Policy(every(5), last(8))
    plain = backtest(REGRESSION, policy, START)
    assert capsys.readouterr().err == ""
    pd.testing.assert_frame_equal(backtest(REGRESSION, policy, START, progress=True), plain)
    assert f"{T - START}/{T - START}" in capsys.readouterr().err


class Counting(LinearRegression):
    """A linear regression that notes the rows of each fit and of each prediction."""

    fits, predictions, threads = [], [], []

    def fit(self, X, y):
        self.fits.append(len(X))
        self.threads.append([pool["num_threads"] for pool in threadpool_info()])
        return super().fit(X, y)

    def predict(self, X):
        self.predictions.append(len(X))
        return super().predict(X)


@pytest.fixture
def counted():
    for notes in (Counting.fits, Counting.predictions, Counting.threads):
        notes.clear()
    return Learner(make_batches(), Counting())


def test_policies_share_the_fits_of_the_same_window(counted):
    edges = counted.batches.edges
    for when in (never(), every(10), every(5), at([START + 10, START + 15])):
        backtest(counted, Policy(when), START)
    assert sorted(Counting.fits) == [edges[t] for t in range(START, T, 5)]
    backtest(counted, Policy(every(10), last(3)), START)
    assert sorted(Counting.fits[7:]) == sorted(edges[t] - edges[t - 3] for t in (16, 26, 36))
    assert counted.fit(0, 50) is counted.fit(0, 50)
    assert counted.fit(0, 50) is not counted.fit(1, 50)


def test_two_learners_share_nothing(counted):
    other = Learner(counted.batches, Ridge(100))
    assert backtest(counted, Policy(), START)["loss"].mean() != pytest.approx(
        backtest(other, Policy(), START)["loss"].mean(), abs=1e-6
    )


def test_predicts_in_blocks_and_each_row_once(counted):
    backtest(counted, Policy(every(5)), START)
    assert len(Counting.predictions) == math.ceil((T - START) / 5)
    Counting.predictions.clear()
    backtest(counted, Policy(alarm(np.inf)), START)
    assert len(Counting.predictions) == 3  # 8, 16 and the last 10 batches
    assert sum(Counting.predictions) == len(counted.batches.y) - counted.batches.edges[START]


def test_fits_with_one_thread(counted):
    with threadpool_limits(2):
        assert 2 in [pool["num_threads"] for pool in threadpool_info()]
        backtest(counted, Policy(every(10)), START)
    assert Counting.threads and {n for fit in Counting.threads for n in fit} == {1}


def test_the_estimator_stays_as_it_was():
    estimator = LogisticRegression(C=3, warm_start=True)
    learner = Learner(make_batches(binary=True), estimator)
    backtest(learner, Policy(every(5)), START)
    assert estimator.get_params() == LogisticRegression(C=3, warm_start=True).get_params()
    assert not hasattr(estimator, "coef_")
    assert learner.fit(0, 100) is not estimator


# No policy sees the future.


def alarm_on_worst_row(now, scored):
    """Retrain two batches after the first row with a large loss."""
    return next((t + 2 for t, losses in scored if losses.max() > 9), None)


POLICIES = {
    **{f"{w}, {r}": Policy(WHEN[w][0], REMEMBER[r][0]) for w in WHEN for r in REMEMBER},
    "alarm on the mean": Policy(alarm(1.8), last(5)),
    "alarm on a row": Policy(alarm_on_worst_row, everything()),
}


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("binary", [False, True], ids=["regression", "classification"])
def test_poisoned_rows_change_nothing_before_them(name, binary):
    clean = CLASSIFICATION if binary else REGRESSION
    loss = log_loss if binary else squared_loss
    history = backtest(clean, POLICIES[name], START, loss)
    for t in (START, START + 1, START + 8, 23, T - 1):
        X, y = clean.batches.X.copy(), clean.batches.y.copy()
        a = clean.batches.edges[t]
        X[a:] *= 1e3 if binary else 1e6
        y[a:] = 1 - y[a:] if binary else 1e9
        batches = Batches(X, y, clean.batches.edges)
        poisoned = backtest(Learner(batches, clean.estimator), POLICIES[name], START, loss)
        before = history["batch"] < t
        pd.testing.assert_frame_equal(poisoned[before], history[before], check_exact=True)
        # Whether and on what to retrain before batch t is settled by then, too.
        decided = ["batch", "rows", "retrained", "fit_lo", "fit_hi"]
        row = t - START
        assert list(poisoned.loc[row, decided]) == list(history.loc[row, decided])
        assert poisoned.loc[row, "loss"] != pytest.approx(history.loc[row, "loss"], rel=0.1)


def peeked_once(now, scored):
    next(iter(scored))
    return now


def looks_ahead(now, scored):
    worst = max(scored, key=lambda item: item[1].mean())[0]
    return worst


def looks_ahead_in_two_passes(now, scored):
    if max(losses.mean() for _, losses in scored) > 0:
        for t, _ in scored:
            return t + 1


@pytest.mark.parametrize(
    "when",
    [
        lambda now, scored: now,
        lambda now, scored: now - 3,
        peeked_once,
        looks_ahead,
        looks_ahead_in_two_passes,
    ],
    ids=["at once", "in the past", "after a look", "at the worst batch", "in two passes"],
)
def test_a_when_that_cheats_is_found_out(when):
    with pytest.raises(ValueError, match="policy .*must come after what it has seen"):
        backtest(REGRESSION, Policy(not_endless(when)), START)


def not_endless(when):
    """The same `when`, but a backtest that does not advance fails instead of hanging."""
    calls = []

    def counted(now, scored):
        calls.append(now)
        assert len(calls) < T, "endless"
        return when(now, scored)

    return counted


def test_a_when_may_look_twice_if_it_waits():
    def when(now, scored):
        first_look = [t for t, _ in islice(scored, 4)]
        assert [t for t, _ in islice(scored, 2)] == first_look[:2]
        return first_look[-1] + 1

    history = backtest(REGRESSION, Policy(when), START)
    assert list(history["batch"][history["retrained"]]) == list(range(START + 4, T, 4))


@pytest.mark.parametrize("next_batch", [START + 0.5, 52 / 12 + START, np.inf, "9"])
def test_when_must_return_a_whole_batch(next_batch):
    when = not_endless(lambda now, scored: next_batch if now == START else None)
    with pytest.raises(TypeError, match="policy.when must return a whole batch number or None"):
        backtest(REGRESSION, Policy(when), START)


@pytest.mark.parametrize(
    "remember",
    [
        lambda edges, now: (0, edges[now + 1]),
        lambda edges, now: (0, edges[now] + 1),
        lambda edges, now: (edges[now], edges[-1]),
        lambda edges, now: (-5, edges[now]),
        lambda edges, now: (edges[now], edges[now]),
        lambda edges, now: (edges[now], 0),
    ],
    ids=["one batch too many", "one row too many", "the future", "negative", "empty", "reversed"],
)
def test_a_remember_that_cheats_is_found_out(remember):
    with pytest.raises(ValueError, match="policy.remember must return rows 0 <= lo < hi <="):
        backtest(REGRESSION, Policy(every(4), remember), START)


# Losses.


def test_squared_loss():
    np.testing.assert_allclose(
        squared_loss(np.array([1.0, 0, 3]), np.array([0.2, 0, 5])), [0.64, 0, 4]
    )


def test_log_loss_is_the_usual_one():
    rng = np.random.default_rng(1)
    p, y = rng.random(200), rng.integers(0, 2, 200).astype(float)
    assert log_loss(y, p).mean() == pytest.approx(metrics.log_loss(y, p), rel=1e-12)
    sure = log_loss(np.array([1.0, 0, 1, 0]), np.array([0.0, 1, 1, 0]))
    np.testing.assert_allclose(sure, [-math.log(1e-12)] * 2 + [0, 0], rtol=1e-4, atol=1e-11)


# Batches.


def test_batches_are_slices_not_copies():
    X, y = np.arange(12.0).reshape(6, 2), np.arange(6)
    batches = Batches(X, y, [0, 2, 6])
    X_window, y_window = batches.rows(2, 5)
    assert np.shares_memory(X_window, X) and np.shares_memory(y_window, batches.y)
    np.testing.assert_array_equal(X_window, X[2:5])
    np.testing.assert_array_equal(y_window, [2, 3, 4])
    assert len(batches) == 2 and list(batches.when) == [0, 1] and batches.y.dtype == float


def test_batches_of_a_data_frame_keep_its_columns():
    frame = pd.DataFrame({"a": [1.0, 2, 3], "b": ["x", None, "z"]}, index=[7, 7, 9])
    window, _ = Batches(frame, [True, False, True], [0, 1, 3]).rows(1, 3)
    pd.testing.assert_frame_equal(window, frame.iloc[1:])


def test_a_data_frame_may_have_gaps_if_the_estimator_takes_them():
    batches = make_batches(binary=True, frame=True)
    gappy = batches.X.mask(batches.X > 1.5)
    assert gappy.isna().to_numpy().any()
    trees = HistGradientBoostingClassifier(max_iter=3, early_stopping=False)
    learner = Learner(Batches(gappy, batches.y, batches.edges), trees)
    assert np.isfinite(backtest(learner, Policy(), START)["loss"]).all()


# Bad input.

X6, Y6, E6 = np.arange(12.0).reshape(6, 2), np.arange(6.0), [0, 2, 4, 6]


def spoilt(array, position, value):
    array = array.copy()
    array[position] = value
    return array


BAD_BATCHES = {
    "X of one dimension": ((X6[:, 0], Y6, E6), ValueError, "X must", "x[:, None]"),
    "X of three": ((X6[None], Y6, E6), ValueError, "X must", "two dimensions"),
    "X of words": ((X6.astype(str), Y6, E6), TypeError, "X must", "DataFrame"),
    "X with NaN": ((spoilt(X6, (3, 1), np.nan), Y6, E6), ValueError, "X has NaN", "row 3"),
    "X with infinity": ((spoilt(X6, (2, 0), -np.inf), Y6, E6), ValueError, "X has NaN", "Impute"),
    "y too short": ((X6, Y6[:5], E6), ValueError, "y must", "shape (6,)"),
    "y a column": ((X6, Y6[:, None], E6), ValueError, "y must", "shape (6,)"),
    "y of words": ((X6, Y6.astype(str), E6), TypeError, "y must", "0 and 1"),
    "y with NaN": ((X6, spoilt(Y6, 4, np.nan), E6), ValueError, "y has NaN", "row 4"),
    "no rows": ((X6[:0], Y6[:0], [0, 0]), ValueError, "empty", "at least one row"),
    "no rows, a list": (([], [], [0, 0]), ValueError, "X must", "two dimensions"),
    "frame too long": ((pd.DataFrame(X6), Y6[:4], [0, 4]), ValueError, "y must", "shape (6,)"),
    "one edge": ((X6, Y6, [0]), ValueError, "edges must", "at least two"),
    "edges of floats": ((X6, Y6, [0.0, 3.0, 6.0]), ValueError, "edges must", "whole row numbers"),
    "edges of two dimensions": ((X6, Y6, [[0, 6]]), ValueError, "edges must", "one-dimensional"),
    "edges from 1": ((X6, Y6, [1, 4, 6]), ValueError, "edges must", "from 0"),
    "edges to 5": ((X6, Y6, [0, 4, 5]), ValueError, "edges must", "number of rows, 6"),
    "edges unsorted": ((X6, Y6, [0, 4, 2, 6]), ValueError, "edges[1]=4", "Sort the rows"),
    "edges unsorted, unsigned": (
        (X6, Y6, np.array([0, 4, 2, 6], np.uint8)), ValueError, "edges[1]=4", "Sort the rows",
    ),
    "an empty batch": ((X6, Y6, [0, 2, 2, 6]), ValueError, "edges[1]=2", "leave out empty"),
    "labels for other batches": ((X6, Y6, E6, ["a", "b"]), ValueError, "when must", "batch, 3"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "kind", "argument", "remedy"), BAD_BATCHES.values(), ids=list(BAD_BATCHES)
)
def test_batches_refuse(arguments, kind, argument, remedy):
    with pytest.raises(kind) as error:
        Batches(*arguments)
    assert argument in str(error.value) and remedy in str(error.value)


def run(estimator=None, policy=None, start=START, batches=None, **options):
    batches = make_batches() if batches is None else batches
    learner = Learner(batches, LinearRegression() if estimator is None else estimator)
    return backtest(learner, Policy() if policy is None else policy, start, **options)


class Predictor:
    def predict(self, X):
        return X[:, 0]


def with_classes(*classes):
    batches = make_batches()
    y = np.resize(classes, len(batches.y))
    return Batches(batches.X, y, batches.edges)


def one_class_then_two():
    batches = make_batches(binary=True)
    return Batches(
        batches.X, np.where(np.arange(len(batches.y)) < 200, 0, batches.y), batches.edges
    )


BAD_RUN = {
    "a model without fit": (lambda: run(Predictor()), TypeError, "estimator", "LinearRegression()"),
    "a scaler": (lambda: run(StandardScaler()), TypeError, "estimator", "no predict()"),
    "a class": (
        lambda: run(LinearRegression), TypeError, "estimator", "Write LinearRegression()",
    ),
    "an array for batches": (
        lambda: run(batches=X6), TypeError, "batches must be Batches", "Batches(X, y, edges)",
    ),
    "one class in the window": (
        lambda: run(LogisticRegression(), batches=one_class_then_two()),
        ValueError, "one class only, 0", "Remember more rows",
    ),
    "classes 1 and 2": (
        lambda: run(LogisticRegression(), batches=with_classes(1, 2)),
        ValueError, "y must hold 0 and 1", "y == ",
    ),
    "three classes": (
        lambda: run(LogisticRegression(), batches=with_classes(0, 1, 2)),
        ValueError, "y must hold 0 and 1", "y == ",
    ),
    "classes without probabilities": (
        lambda: run(LinearSVC(), batches=with_classes(0, 1)),
        TypeError, "estimator", "predict_proba",
    ),
    "a function for a policy": (
        lambda: run(policy=every(4)), TypeError, "policy must be a Policy", "Policy(every(4)",
    ),
    "start 0": (lambda: run(start=0), ValueError, "start must", f"between 1 and {T - 1}"),
    "start at the end": (lambda: run(start=T), ValueError, "start must", "so that rows remain"),
    "start negative": (lambda: run(start=-1), ValueError, "start must", "so that rows remain"),
    "start a float": (lambda: run(start=6.0), TypeError, "start must", "whole batch"),
    "start True": (lambda: run(start=True), TypeError, "start must", "whole batch"),
    "a mean for a loss": (
        lambda: run(loss=metrics.mean_squared_error),
        ValueError, "loss must return one loss per row", "metrics",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("make", "kind", "argument", "remedy"), BAD_RUN.values(), ids=list(BAD_RUN)
)
def test_backtest_refuses(make, kind, argument, remedy):
    with pytest.raises(kind) as error:
        make()
    assert argument in str(error.value) and remedy in str(error.value)


def test_a_window_of_one_class_is_refused_for_classifiers_only():
    assert len(run(LinearRegression(), batches=one_class_then_two())) == T - START


def test_whole_numbers_of_numpy_are_accepted():
    assert len(run(start=np.int64(START), policy=Policy(every(np.int64(5))))) == T - START
