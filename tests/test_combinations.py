"""Every when x remember x delay x gate: equal to a replay event by event, causal, or refused."""

from itertools import product
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression

from helpers.backtest import Batches, Learner, backtest
from helpers.linear import LinearLearner
from helpers.policies import (
    Gate,
    Policy,
    _expected_loss,
    at,
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
)  # fmt: skip
from tests.test_alarms import Thrice
from tests.test_pool import by_hand

T, START, D, WAIT = 60, 10, 2, 4
TIMES, COUNT, SEED = [19, 33, 40], 4, 22


def make_batches(seed=0):
    """Batches of random sizes; the relation jumps twice, and the first feature with it."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(5, 12, T)
    batch = np.repeat(np.arange(T), sizes)
    turned = (batch >= 22) & (batch < 42)
    X = rng.normal(size=(len(batch), D)) + np.outer(turned, [2, 0])
    y = X @ [1, 1] - 3 * turned * X[:, 1] + rng.normal(0, 0.5, len(batch))
    return Batches(X, y, np.concatenate([[0], np.cumsum(sizes)]))


class LeastSquares:
    """The smallest back end: batches, fit and predict."""

    def __init__(self, batches):
        self.batches = batches

    def fit(self, lo, hi):
        X, y = self.batches.rows(lo, hi)
        return SimpleNamespace(coef_=np.linalg.lstsq(X, y)[0], intercept_=0.0)

    def predict(self, model, a, b):
        return self.batches.X[a:b] @ model.coef_


BATCHES = make_batches()
LEARNER = LeastSquares(BATCHES)
EDGES = BATCHES.edges


def losses(model, a, b):
    return (BATCHES.y[a:b] - BATCHES.X[a:b] @ model) ** 2


def least_squares(lo, hi):
    return np.linalg.lstsq(BATCHES.X[lo:hi], BATCHES.y[lo:hi])[0]


# Each rule once more: the model deployed before batch `since` has served batch t, and labels are
# known up to batch n. It returns the row of an alarm, True for a retrain without one, or None.


def third_above(values, since, newest):
    """The row of the third value above 3 since the model is deployed, if in the newest batch."""
    a, b = EDGES[since], EDGES[newest + 1]
    rows = a + np.flatnonzero(values(a, b) > 3)[:3] if b > a else []
    return rows[2] if len(rows) == 3 and rows[2] >= EDGES[newest] else None


def formula(model, since, n):
    lo, hi = EDGES[n - 3], EDGES[n + 1]
    fresh = losses(least_squares(lo, hi), lo, hi).sum() / (hi - lo - D)
    fresh *= 1 + D / (hi - lo - D - 1)
    return n - since >= 3 and (losses(model, lo, hi).mean() - fresh) * 100 > 60


def held_out(model, since, n):
    lo, cut, hi = EDGES[n - 3], EDGES[n - 1], EDGES[n + 1]
    fresh = losses(least_squares(lo, cut), cut, hi).mean()
    return n - since >= 3 and (losses(model, cut, hi).mean() - fresh) * 100 > 60


def stale(model, first, n, threshold):
    return (losses(model, EDGES[first], EDGES[n + 1]) - 0.25).sum() > threshold


RANDOM_TIMES = np.random.default_rng(SEED).choice(np.arange(START + 1, T), COUNT, replace=False)
WHEN = {
    "never": (never(), 0, lambda model, since, t, n: None),
    "every": (every(9), 0, lambda model, since, t, n: t + 1 == since + 9 or None),
    "at": (at(TIMES), 0, lambda model, since, t, n: t + 1 in TIMES or None),
    "placebo": (
        placebo(COUNT, START, T, np.random.default_rng(SEED)),
        0,
        lambda model, since, t, n: t + 1 in RANDOM_TIMES or None,
    ),
    "losses": (
        on_alarm(Thrice, wait=WAIT),
        WAIT,
        lambda model, since, t, n: third_above(lambda a, b: losses(model, a, b), since, n),
    ),
    "inputs": (
        on_alarm(Thrice, lambda X: X[:, 0] + 1.0, wait=WAIT),
        WAIT,
        lambda model, since, t, n: third_above(lambda a, b: BATCHES.X[a:b, 0] + 1.0, since, t),
    ),
    "cost_aware, formula": (
        cost_aware(60, 100, window=4, wait=WAIT),
        WAIT,
        lambda model, since, t, n: EDGES[n] if formula(model, since, n) else None,
    ),
    "cost_aware, held out": (
        cost_aware(60, 100, window=4, held_out=2, wait=WAIT),
        WAIT,
        lambda model, since, t, n: EDGES[n] if held_out(model, since, n) else None,
    ),
    "cara": (
        cara(12, fresh=0.25, wait=WAIT),
        WAIT,
        lambda model, since, t, n: EDGES[n] if stale(model, n, n, 12) else None,
    ),
    "cara, cumulative": (
        cara(20, fresh=0.25, cumulative=True, wait=WAIT),
        WAIT,
        lambda model, since, t, n: EDGES[n] if stale(model, since, n, 20) else None,
    ),
}
REMEMBER = {
    "everything": (everything(), lambda row, known: (0, EDGES[known])),
    "last": (last(6), lambda row, known: (EDGES[known - 6], EDGES[known])),
    "since_alarm": (since_alarm(), lambda row, known: (row, EDGES[known])),
    "pool": (pool(LEARNER, 5, 3), lambda row, known: by_hand(BATCHES, known, 5, 3)),
}
DELAY = [0, 2, 5]
HELD = 2
GATE = {"no gate": None, "gate": Gate(HELD, lambda old, new: new.mean() < 0.9 * old.mean())}
ALL = list(product(WHEN, REMEMBER, DELAY, GATE))


def reason(when, remember, delay, gate):
    """Why a combination is refused, or None."""
    if gate == "gate" and remember == "pool":
        return "gate cannot judge what a pool remembers"
    if when == "inputs" and gate == "gate" and 1 + WAIT - delay < HELD:
        return "gate may have no fair labels left"
    if remember == "since_alarm" and when in ("every", "at", "placebo"):
        return "since_alarm needs to know of an alarm"
    if remember == "since_alarm" and when == "inputs" and WAIT < delay:
        return "since_alarm has no labelled row yet"
    return None


def event_by_event(when, remember, delay, gate):
    """Serve a batch, let labels come in, ask the rule, wait, fit, pass the gate or not."""
    (_, wait, ask), (_, window) = WHEN[when], REMEMBER[remember]
    fitted = asked = (0, EDGES[START])
    since, due, row, rows = START, None, None, []
    for t in range(START, T):
        retrained, promoted = due == t, False
        if retrained:
            known = max(START, t - delay)
            asked = challenger = window(row, known)
            promoted = True
            if gate == "gate":
                cut, end = EDGES[known - HELD], EDGES[known]
                challenger = (asked[0], min(asked[1], cut))
                assert fitted[1] <= cut and challenger[1] <= cut
                new, old = (
                    losses(least_squares(*w), cut, end).mean() for w in (challenger, fitted)
                )
                promoted = bool(new < 0.9 * old)
            fitted = challenger if promoted else fitted
            since, due = t, None
        model = least_squares(*fitted)
        loss = losses(model, EDGES[t], EDGES[t + 1]).mean()
        rows.append([t, loss, retrained, *fitted, promoted, *asked])
        labelled = when == "inputs" or wait == 0 or t - delay >= since
        if due is None and labelled and (row := ask(model, since, t, t - delay)) is not None:
            due = t + 1 + wait
    columns = "batch loss retrained fit_lo fit_hi promoted asked_lo asked_hi".split()
    return pd.DataFrame(rows, columns=columns)


def policy_of(when, remember, delay, gate):
    return Policy(WHEN[when][0], REMEMBER[remember][0], delay, GATE[gate])


@pytest.mark.parametrize("combination", ALL, ids=lambda c: ", ".join(map(str, c)))
def test_every_combination_is_as_by_hand_or_refused(combination):
    if why := reason(*combination):
        with pytest.raises(ValueError, match=why):
            backtest(LEARNER, policy_of(*combination), START)
        return
    history = backtest(LEARNER, policy_of(*combination), START)
    expected = event_by_event(*combination)
    assert expected["retrained"].any() == (combination[0] != "never")
    if combination[3] == "no gate":
        expected = expected[["batch", "loss", "retrained", "fit_lo", "fit_hi"]]
        assert list(history) == ["batch", "when", "rows", *expected.columns[1:]]
    pd.testing.assert_frame_equal(
        history[expected.columns], expected, check_dtype=False, rtol=1e-9, atol=1e-12
    )


def test_the_gate_both_promotes_and_refuses():
    verdicts = {(when, d): set() for when in WHEN for d in DELAY}
    for when, remember, delay, gate in ALL:
        if gate == "gate" and reason(when, remember, delay, gate) is None:
            history = backtest(LEARNER, policy_of(when, remember, delay, gate), START)
            assert not history["promoted"][~history["retrained"]].any()
            verdicts[when, delay] |= set(history["promoted"][history["retrained"]])
    assert sum(found == {True, False} for found in verdicts.values()) > 12


@pytest.mark.parametrize(
    "combination",
    [c for c in ALL if c[1] != "pool" and reason(*c) is None],
    ids=lambda c: ", ".join(map(str, c)),
)
def test_nothing_is_known_too_early(combination):
    """Before batch t nobody knows its rows or later ones, nor the labels from t - delay on."""
    delay, policy = combination[2], policy_of(*combination)
    history = backtest(LEARNER, policy, START)
    decided = [c for c in history if c not in ("loss", "rows", "when")]
    for t in (START + 1, 24, 28, 33, 46, T - 1):
        X, y = BATCHES.X.copy(), BATCHES.y.copy()
        X[EDGES[t] :] *= 1e6
        y[EDGES[max(START, t - delay)] :] = 1e9
        again = backtest(LeastSquares(Batches(X, y, EDGES)), policy, START)
        known, served = history["batch"] <= t, history["batch"] < t - delay
        pd.testing.assert_frame_equal(again.loc[known, decided], history.loc[known, decided])
        pd.testing.assert_frame_equal(again[served], history[served], check_exact=True)


@pytest.mark.parametrize("delay", DELAY)
def test_a_pool_knows_nothing_too_early_either(delay):
    history = backtest(LEARNER, policy_of("losses", "pool", delay, "no gate"), START)
    for t in (24, 28, 33, 46, T - 1):
        y = BATCHES.y.copy()
        y[EDGES[max(START, t - delay)] :] = 1e9
        learner = LeastSquares(Batches(BATCHES.X, y, EDGES))
        policy = Policy(WHEN["losses"][0], pool(learner, 5, 3), delay)
        columns = ["retrained", "fit_lo", "fit_hi"]
        again = backtest(learner, policy, START)
        known = history["batch"] <= t
        pd.testing.assert_frame_equal(again.loc[known, columns], history.loc[known, columns])


# Gates.


def test_a_gate_that_lets_all_pass_or_none():
    window = lambda edges, now: (edges[now - 6], edges[now - 2])  # noqa: E731
    ungated = backtest(LEARNER, Policy(every(9), window), START)
    seen = []

    def passes(old, new):
        seen.append((len(old), len(new)))
        return True

    history = backtest(LEARNER, Policy(every(9), last(6), gate=Gate(2, passes)), START)
    pd.testing.assert_frame_equal(history[ungated.columns], ungated)
    retrained = history[history["retrained"]]
    held = EDGES[retrained["batch"]] - EDGES[retrained["batch"] - 2]
    assert seen == [(n, n) for n in held]
    np.testing.assert_array_equal(retrained["asked_lo"], EDGES[retrained["batch"] - 6])
    np.testing.assert_array_equal(retrained["asked_hi"], EDGES[retrained["batch"]])

    gate = Gate(2, lambda old, new: np.False_)
    history = backtest(LEARNER, Policy(every(9), last(6), gate=gate), START)
    frozen = backtest(LEARNER, Policy(never()), START)
    assert history["retrained"].sum() == 5 and not history["promoted"].any()
    for column in ("loss", "fit_lo", "fit_hi"):
        pd.testing.assert_series_equal(history[column], frozen[column])


# Rules of cost.


@pytest.mark.parametrize("when", [w for w in WHEN if "cost" in w or w == "losses"])
@pytest.mark.parametrize("gate", GATE)
def test_both_back_ends_do_the_same(when, gate):
    policy = policy_of(when, "last", 2, gate)
    histories = [
        backtest(learner, policy, START)
        for learner in (Learner(BATCHES, LinearRegression()), LinearLearner(BATCHES))
    ]
    assert histories[0]["retrained"].any()
    pd.testing.assert_frame_equal(*histories, rtol=1e-8)


def test_a_price_of_nothing_or_too_much():
    costly = backtest(LEARNER, Policy(cost_aware(1e9, 100, 4), last(6)), START)
    pd.testing.assert_frame_equal(costly, backtest(LEARNER, Policy(remember=last(6)), START))
    counts = [
        backtest(LEARNER, Policy(cost_aware(price, 100, 4), last(6)), START)["retrained"].sum()
        for price in (0, 20, 100, 1000)
    ]
    assert counts == sorted(counts, reverse=True) and counts[0] > counts[2] > counts[3] == 0


@pytest.mark.parametrize("intercept", [False, True])
def test_the_formula_expects_what_new_rows_cost(intercept):
    """Mean over draws of the estimate, against that of the fit's true risk, 1 + |error|^2."""
    rng = np.random.default_rng(0)
    n, d, draws = 30, 4, 4000
    gaps = np.empty(draws)
    for i in range(draws):
        X, y = rng.normal(size=(n, d)), rng.normal(size=n)
        A = np.column_stack([np.ones(n), X]) if intercept else X
        coef = np.linalg.lstsq(A, y)[0]
        model = SimpleNamespace(coef_=coef[-d:], intercept_=coef[0] if intercept else 0.0)
        gaps[i] = _expected_loss(model, (y - A @ coef) ** 2) - (1 + coef @ coef)
    assert abs(gaps.mean()) < 4 * gaps.std() / draws**0.5 + 2 / n**2 * intercept


def test_cara_counts_rows_in_units_of_the_loss():
    """With unit losses a batch costs its rows."""

    def ones(y, prediction):
        return np.ones(len(y))

    rows = np.diff(EDGES)[START:]
    history = backtest(LEARNER, Policy(cara(9)), START, ones)
    first = START + int((rows > 9).argmax()) + 1
    assert history["batch"][history["retrained"]].iloc[0] == first
    history = backtest(LEARNER, Policy(cara(50, fresh=0.5, cumulative=True)), START, ones)
    first = START + int((np.cumsum(rows) / 2 > 50).argmax()) + 1
    assert history["batch"][history["retrained"]].iloc[0] == first


def test_placebo_is_uniform_over_the_batches():
    rng, draws, batches = np.random.default_rng(0), 4000, 8
    hits = np.zeros(batches)
    for _ in range(draws):
        when, now = placebo(3, 2, batches, rng), 2
        times = []
        while (now := when(now, None)) is not None:
            times.append(now)
        assert len(set(times)) == 3
        hits[times] += 1
    assert not hits[:3].any()
    np.testing.assert_allclose(hits[3:] / draws, 3 / 5, atol=4 * (0.24 / draws) ** 0.5)


def test_as_many_placebo_retrains_as_fit():
    when = placebo(T - START - 1, START, T, np.random.default_rng(0))
    assert backtest(LEARNER, Policy(when), START)["retrained"][1:].all()
    none = backtest(LEARNER, Policy(placebo(0, START, T, np.random.default_rng(0))), START)
    pd.testing.assert_frame_equal(none, backtest(LEARNER, Policy(never()), START))


# Bad input.

RNG = np.random.default_rng(0)


def run(when=None, remember=None, delay=0, gate=None, learner=LEARNER):
    policy = Policy(when or never(), remember or last(6), delay, gate)
    return backtest(learner, policy, START)


def yes(old, new):
    return True


def peek(now, scored):
    next(iter(scored))
    scored.trial((0, EDGES[START]), (EDGES[START], EDGES[START + 2]))


FOREST = Learner(BATCHES, RandomForestRegressor(2))
SHORT = Learner(Batches(np.eye(T), np.arange(T), np.arange(T + 1)), LinearRegression())
BAD = {
    "more retrains than batches": (
        lambda: placebo(T - START, START, T, RNG), ValueError, "count must be at most 49", "11 to",
    ),
    "a negative count": (lambda: placebo(-1, 5, 9, RNG), ValueError, "count must", "at least 0"),
    "start after the end": (lambda: placebo(1, 9, 5, RNG), ValueError, "count must", "at most 0"),
    "a seed for a generator": (
        lambda: placebo(1, 5, 9, 1), TypeError, "rng must be a Generator", "default_rng(seed)",
    ),
    "a negative price": (lambda: cost_aware(-1, 9, 4), ValueError, "price must", "at least 0"),
    "a price of NaN": (lambda: cost_aware(np.nan, 9, 4), ValueError, "price must", "finite"),
    "no horizon": (lambda: cost_aware(1, 0, 4), ValueError, "horizon must", "at least 1"),
    "no window": (lambda: cost_aware(1, 9, 0), ValueError, "window must", "at least 1"),
    "half a window": (lambda: cost_aware(1, 9, 1.5), TypeError, "window must", "whole number"),
    "all held out": (
        lambda: cost_aware(1, 9, 4, held_out=4), ValueError, "held_out must", "nothing is left",
    ),
    "a formula for a forest": (
        lambda: run(cost_aware(1, 9, 4), learner=FOREST),
        ValueError, "held_out must be at least 1 batch for RandomForestRegressor", "formula",
    ),
    "too few rows for the formula": (
        lambda: run(cost_aware(1, 9, 4), learner=SHORT),
        ValueError, "window must hold at least 63 rows for 61 coef", "lengthen it",
    ),
    "a window beyond the stream": (
        lambda: run(cost_aware(1, 9, 50)), ValueError, "policy can never fire", "wait for less",
    ),
    "a negative threshold": (lambda: cara(-1), ValueError, "threshold must", "at least 0"),
    "a threshold of words": (lambda: cara("1"), ValueError, "threshold must", "finite"),
    "fresh of NaN": (lambda: cara(1, np.nan), TypeError, "fresh must", "finite"),
    "wait -1": (lambda: cara(1, wait=-1), ValueError, "wait must", "at least 0 batches"),
    "waits beyond the stream": (
        lambda: run(cara(1, wait=40), delay=9), ValueError, "policy can never fire", "never()",
    ),
    "a trial on later rows": (
        lambda: run(peek), ValueError, "policy.when may try rows", "already seen and labelled",
    ),
    "nothing held out": (lambda: Gate(0, yes), ValueError, "batches must", "at least 1"),
    "a level for better": (lambda: Gate(2, 0.05), TypeError, "better must", "better_mean"),
    "a function for a gate": (lambda: Policy(gate=yes), TypeError, "gate must be a Gate", "Gate(2"),
    "a gate without verdict": (
        lambda: run(every(9), gate=Gate(2, lambda old, new: old - new)),
        TypeError, "gate.better must return", "True or False",
    ),
    "the hold-out eats the window": (
        lambda: run(every(9), gate=Gate(6, yes)),
        ValueError, "gate leaves no labels to fit", "Remember, or wait for, more",
    ),
    "the champion saw the hold-out": (
        lambda: run(every(1), gate=Gate(2, yes)),
        ValueError, "gate has no fair labels left", "wait longer",
    ),
    "the delay leaves nothing to a gate": (
        lambda: run(every(9), delay=8, gate=Gate(2, yes)),
        ValueError, "gate has no fair labels left", "Hold out fewer",
    ),
    "an alarm may come too early for a gate": (
        lambda: run(on_alarm(Thrice), everything(), gate=Gate(2, yes)),
        ValueError, "gate may have no fair labels left", "perhaps only 1",
    ),
    "a time too early for a gate": (
        lambda: run(at([START + 3]), gate=Gate(4, yes)),
        ValueError, "gate may have no fair labels left", "wait longer",
    ),
    "cost_aware itself": (lambda: Policy(cost_aware), TypeError, "cost_aware itself", "call it"),
    "cara itself": (lambda: Policy(cara), TypeError, "cara itself", "call it"),
    "placebo itself": (lambda: Policy(placebo), TypeError, "placebo itself", "call it"),
}  # fmt: skip


@pytest.mark.parametrize(("make", "kind", "argument", "remedy"), BAD.values(), ids=list(BAD))
def test_bad_input_is_named_with_a_remedy(make, kind, argument, remedy):
    with pytest.raises(kind) as error:
        make()
    assert argument in str(error.value) and remedy in str(error.value)
