"""Policies that retrain on an alarm, with late labels: against a replay event by event."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from joblib import Parallel, delayed
from river.drift import ADWIN, KSWIN, PageHinkley, binary
from sklearn.linear_model import LinearRegression

from helpers import monitors
from helpers.backtest import Batches, Learner, backtest
from helpers.policies import Alarm, Policy, at, every, everything, last, on_alarm, since_alarm

T, START = 60, 8


def make_batches(seed=0):
    """Batches of random sizes; the relation jumps twice, and the first feature with it."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(2, 12, T)
    batch = np.repeat(np.arange(T), sizes)
    turned = (batch >= 20) & (batch < 42)
    X = rng.normal(size=(len(batch), 2)) + np.outer(turned, [2, 0])
    y = X @ [1, 1] - 3 * turned * X[:, 1] + rng.normal(0, 0.5, len(batch))
    return Batches(X, y, np.concatenate([[0], np.cumsum(sizes)]))


BATCHES = make_batches()
LEARNER = Learner(BATCHES, LinearRegression())


class Thrice:
    """Alarms at the third value above a level since it was new."""

    def __init__(self, level=3.0):
        self.level, self.above, self.drift_detected = level, 0, False

    def update(self, x):
        assert isinstance(x, float)
        self.above += x > self.level
        self.drift_detected = self.above >= 3
        return self


class ScannedThrice(Thrice):
    """The same, fed in blocks."""

    def scan(self, values):
        hits = np.flatnonzero(np.asarray(values) > self.level)
        need = 3 - self.above
        self.above += len(hits)
        return int(hits[need - 1]) if len(hits) >= need else None

    def update(self, x):
        raise AssertionError("scan is there")


MAKE = {
    "thrice": Thrice,
    "scanned": ScannedThrice,
    "Page-Hinkley": lambda: monitors.PageHinkley(min_rows=10, threshold=8),
    "CUSUM": lambda: monitors.Cusum(target=0.3, k=1, h=8, sd=0.5),
    "river's Page-Hinkley": lambda: PageHinkley(min_instances=10, threshold=8, mode="up"),
    "river's ADWIN": ADWIN,
}
INPUTS = {
    "losses": None,
    "rows": lambda X: 2 * X[:, 0],
    "batches": lambda X: 4 * X[:, 0].mean(),
}
REMEMBER = {
    "everything": (everything, lambda edges, row, known: (0, edges[known])),
    "last 3": (lambda: last(3), lambda edges, row, known: (edges[known - 3], edges[known])),
    "since the alarm": (since_alarm, lambda edges, row, known: (row, edges[known])),
}


def event_by_event(batches, make, inputs, wait, delay, window):
    """Serve a batch, let labels come in, ask the detector; alarms and retrains as they happen."""
    X, y, edges = batches.X, batches.y, batches.edges
    lo, hi, deployed, due, alarm, rows = 0, edges[START], START, None, None, []
    detector, model = make(), LinearRegression().fit(X[: edges[START]], y[: edges[START]])
    for t in range(START, T):
        retrained = due == t
        if retrained:
            lo, hi = window(edges, alarm, max(START, t - delay))
            model = LinearRegression().fit(X[lo:hi], y[lo:hi])
            deployed, due, detector = t, None, make()
        a, b = edges[t], edges[t + 1]
        rows.append([t, np.mean((y[a:b] - model.predict(X[a:b])) ** 2), retrained, lo, hi])
        if due is not None:
            continue
        if inputs is not None:
            first, values = a, np.atleast_1d(inputs(X[a:b]))
        elif t - delay >= deployed:
            first, b = edges[t - delay], edges[t - delay + 1]
            values = (y[first:b] - model.predict(X[first:b])) ** 2
        else:
            continue
        for i, value in enumerate(values):
            detector.update(float(value))
            if detector.drift_detected:
                alarm, due = first + i, t + 1 + wait
                break
    return pd.DataFrame(rows, columns=["batch", "loss", "retrained", "fit_lo", "fit_hi"])


@pytest.mark.parametrize("delay", [0, 4])
@pytest.mark.parametrize("wait", [0, 5])
@pytest.mark.parametrize("remember", REMEMBER)
@pytest.mark.parametrize(
    ("detector", "watch"),
    # ADWIN needs more than one number for each of these few batches.
    [(d, w) for d in MAKE for w in INPUTS if (d, w) != ("river's ADWIN", "batches")],
)
def test_equals_an_event_by_event_replay(detector, watch, remember, wait, delay):
    make, inputs, (part, window) = MAKE[detector], INPUTS[watch], REMEMBER[remember]
    policy = Policy(on_alarm(make, inputs, wait=wait), part(), delay=delay)
    if remember == "since the alarm" and inputs is not None and wait < delay:
        with pytest.raises(ValueError, match="no labelled row yet.*wait at least as many batches"):
            backtest(LEARNER, policy, START)
        return
    history = backtest(LEARNER, policy, START)
    by_hand = Thrice if make is ScannedThrice else make
    expected = event_by_event(BATCHES, by_hand, inputs, wait, delay, window)
    assert expected["retrained"].any()
    pd.testing.assert_frame_equal(
        history[expected.columns], expected, check_dtype=False, rtol=1e-9, atol=1e-12
    )


def poisoned(t, delay):
    """All that cannot be known before batch t: its rows and later ones, and later labels."""
    X, y, edges = BATCHES.X.copy(), BATCHES.y.copy(), BATCHES.edges
    X[edges[t] :] *= 1e6
    y[edges[max(START, t - delay)] :] = 1e9
    return Learner(Batches(X, y, edges), LinearRegression())


@pytest.mark.parametrize("delay", [0, 3])
@pytest.mark.parametrize("watch", INPUTS)
@pytest.mark.parametrize("remember", REMEMBER)
def test_nothing_is_known_too_early(remember, watch, delay):
    policy = Policy(on_alarm(Thrice, INPUTS[watch], wait=3), REMEMBER[remember][0](), delay)
    history = backtest(LEARNER, policy, START)
    decided = ["batch", "retrained", "fit_lo", "fit_hi"]
    for t in (START + 1, 15, 22, 25, 26, 44, T - 1):
        again = backtest(poisoned(t, delay), policy, START)
        known = history["batch"] <= t
        pd.testing.assert_frame_equal(again[known][decided], history[known][decided])
        served = history["batch"] < t - delay
        pd.testing.assert_frame_equal(again[served], history[served], check_exact=True)


def test_one_policy_replayed_twice_or_elsewhere_does_the_same():
    policy = Policy(on_alarm(ADWIN, wait=2), since_alarm(), delay=1)
    other = Learner(make_batches(1), LinearRegression())
    first, _, again = (backtest(x, policy, START) for x in (LEARNER, other, LEARNER))
    pd.testing.assert_frame_equal(again, first)
    with Parallel(n_jobs=2) as workers:
        for history in workers(delayed(backtest)(LEARNER, policy, START) for _ in range(2)):
            pd.testing.assert_frame_equal(history, first)


RIVER = [ADWIN, PageHinkley, partial(KSWIN, seed=0)]
RIVER += [getattr(binary, name) for name in binary.__all__]


@pytest.mark.parametrize("detector", RIVER, ids=lambda d: getattr(d, "func", d).__name__)
def test_any_detector_of_river_can_be_handed_over(detector):
    """Errors of 0 and 1: a share of 5% wrong, and 60% from row 3,000 on."""
    rng = np.random.default_rng(3)
    wrong = rng.random(6000) < np.where(np.arange(6000) < 3000, 0.05, 0.6)
    batches = Batches(np.zeros((6000, 1)), wrong, np.arange(0, 6001, 100))
    policy = Policy(on_alarm(detector), since_alarm())

    def replay():
        learner = Learner(batches, LinearRegression())
        return backtest(learner, policy, 1, loss=lambda y, prediction: y)

    alone, row = detector(), 99  # the first batch is the first model's
    while not alone.drift_detected:
        row += 1
        alone.update(int(wrong[row]))
    history = replay()
    first = history[history["retrained"]].iloc[0]
    assert (first["batch"], first["fit_lo"]) == (row // 100 + 1, row)
    pd.testing.assert_frame_equal(replay(), history)


def test_an_alarm_on_the_inputs_is_not_late():
    late = {}
    for delay in (0, 6):
        for watch in ("losses", "rows"):
            policy = Policy(on_alarm(Thrice, INPUTS[watch]), delay=delay)
            history = backtest(LEARNER, policy, START)
            late[watch, delay] = history["batch"][history["retrained"]].iloc[0]
    assert late["losses", 6] == late["losses", 0] + 6
    assert late["rows", 6] == late["rows", 0]


# Late labels and policies that watch nothing.


@pytest.mark.parametrize("delay", [0, 2, 9])
def test_a_schedule_sees_late_labels_only_in_what_it_remembers(delay):
    history = backtest(LEARNER, Policy(every(5), last(4), delay), START)
    retrained = history[history["retrained"]]
    assert list(retrained["batch"]) == list(range(START + 5, T, 5))
    known = np.maximum(START, retrained["batch"] - delay)
    np.testing.assert_array_equal(retrained["fit_hi"], BATCHES.edges[known])
    np.testing.assert_array_equal(retrained["fit_lo"], BATCHES.edges[known - 4])


def test_a_function_of_your_own_is_shown_losses_late():
    shown = {}

    def watch(now, scored):
        for t, losses in scored:
            shown[t] = losses.mean()

    history = backtest(LEARNER, Policy(watch, delay=7), START)
    assert list(shown) == list(range(START + 7, T))
    np.testing.assert_allclose(list(shown.values()), history["loss"][:-7])


def test_a_when_that_forgets_the_delay_is_found_out():
    def impatient(now, scored):
        return next((t - 7 + 1 for t, losses in scored if losses.mean() > 2), None)

    with pytest.raises(ValueError, match="a retrain must come after what it has seen"):
        backtest(LEARNER, Policy(impatient, delay=7), START)


def test_a_when_that_peeks_at_inputs_is_found_out():
    def peek(now, scored):
        return max(scored.inputs(), key=lambda item: item[1].mean())[0]

    with pytest.raises(ValueError, match="a retrain must come after what it has seen"):
        backtest(LEARNER, Policy(peek), START)


def test_a_remember_that_takes_unlabelled_rows_is_found_out():
    def greedy(edges, now):
        return 0, edges[now + 1]

    with pytest.raises(ValueError, match="already seen and labelled"):
        backtest(LEARNER, Policy(every(5), greedy, delay=3), START)


def test_an_alarm_of_your_own():
    def when(now, scored):
        return next((Alarm(t + 4, scored.edges[t]) for t, v in scored if v.mean() > 2), None)

    history = backtest(LEARNER, Policy(when, since_alarm()), START)
    starts = history["fit_lo"][history["retrained"]]
    np.testing.assert_array_equal(starts, BATCHES.edges[history["batch"][history["retrained"]] - 4])


# Bad input.


class Mute:
    def update(self, x):
        return self


SHARED = Thrice()
BAD = {
    "an instance": (lambda: on_alarm(ADWIN()), TypeError, "make_detector", "pass a class"),
    "no detector": (lambda: on_alarm(dict), TypeError, "make_detector", "has no drift_detected"),
    "mute": (lambda: on_alarm(Mute), TypeError, "make_detector", "no drift_detected"),
    "shared": (lambda: on_alarm(lambda: SHARED), ValueError, "make_detector", "same object twice"),
    "inputs a column": (lambda: on_alarm(ADWIN, "x"), TypeError, "inputs", "lambda X: X[:, 0]"),
    "wait -1": (lambda: on_alarm(ADWIN, wait=-1), ValueError, "wait", "at least 0 batches"),
    "wait 1.5": (lambda: on_alarm(ADWIN, wait=1.5), TypeError, "wait", "whole number"),
    "on_alarm itself": (lambda: Policy(on_alarm), TypeError, "when got on_alarm itself", "call it"),
    "since_alarm itself": (
        lambda: Policy(every(3), since_alarm), TypeError, "since_alarm itself", "call it",
    ),
    "delay -1": (lambda: Policy(delay=-1), ValueError, "delay must", "at least 0 batches"),
    "delay 1.0": (lambda: Policy(delay=1.0), TypeError, "delay must", "whole number"),
    "delay too long": (
        lambda: backtest(LEARNER, Policy(delay=T - START), START),
        ValueError, "policy.delay must be less than the 52 scored", "no label arrives",
    ),
    "wait too long": (
        lambda: backtest(LEARNER, Policy(on_alarm(Thrice, wait=T - START - 1)), START),
        ValueError, "policy can never fire", "Say never()",
    ),
    "wait and delay too long": (
        lambda: backtest(LEARNER, Policy(on_alarm(Thrice, wait=20), delay=31), START),
        ValueError, "policy can never fire", "Say never()",
    ),
    "times beyond the end": (
        lambda: backtest(LEARNER, Policy(at([3, START, T, 99])), START),
        ValueError, "policy can never fire", "Say never()",
    ),
    "since_alarm without": (
        lambda: backtest(LEARNER, Policy(every(5), since_alarm()), START),
        ValueError, "since_alarm needs to know of an alarm", "on_alarm",
    ),
    "inputs of another shape": (
        lambda: backtest(LEARNER, Policy(on_alarm(Thrice, lambda X: X)), START),
        ValueError, "inputs must return one number a row", "got shape",
    ),
    "inputs NaN": (
        lambda: backtest(LEARNER, Policy(on_alarm(Thrice, lambda X: X[:, 0] * np.nan)), START),
        ValueError, "inputs returned NaN", "batch 8",
    ),
    "a mean for a loss": (
        lambda: backtest(LEARNER, Policy(on_alarm(Thrice)), START, lambda y, p: np.mean(y - p)),
        ValueError, "loss must return one loss per row", "metrics",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("make", "kind", "argument", "remedy"), BAD.values(), ids=list(BAD))
def test_bad_input_is_named_with_a_remedy(make, kind, argument, remedy):
    with pytest.raises(kind) as error:
        make()
    assert argument in str(error.value) and remedy in str(error.value)


def test_the_longest_wait_and_delay_that_can_fire():
    assert len(backtest(LEARNER, Policy(on_alarm(Thrice, wait=T - START - 2)), START)) == T - START
    assert len(backtest(LEARNER, Policy(delay=T - START - 1), START)) == T - START
