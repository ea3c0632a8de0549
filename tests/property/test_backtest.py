"""What holds of every replay: causality, rows, and what a shift or a permutation leaves alone."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression, LogisticRegression

from helpers.backtest import Batches, Learner, backtest, log_loss
from helpers.costs import cheapest_schedule
from helpers.league import Streams, four_worlds, run_rule
from helpers.linear import LinearLearner
from helpers.memory import break_even_rows
from helpers.policies import Policy, at, cara, every, everything, last, never
from tests.property.strategies import (
    batches,
    counts,
    learners,
    memories,
    numbers,
    policies,
    schedules,
    seeds,
    starts,
)

ROWS = {"rows": (2, 9), "d": (1, 2)}


@st.composite
def replays(draw, **shape):
    """Batches, where to start, and a policy."""
    data = draw(batches(**shape))
    start = draw(starts(data))
    return data, start, draw(policies(len(data), start))


@st.composite
def plain_replays(draw, **shape):
    """The same, with times that are fixed beforehand."""
    data = draw(batches(**shape))
    start = draw(starts(data))
    when = draw(schedules(len(data)))
    earliest = getattr(when, "earliest", lambda start, delay: start + 1)(start, 0)
    assume(earliest < len(data))
    delay = draw(st.integers(0, min(3, len(data) - start - 1)))
    return data, start, Policy(when, draw(memories), delay)


@settings(max_examples=300)
@given(replays(), st.data())
def test_no_policy_sees_the_future(replay, draw):
    """Before batch t nobody knows its rows or later ones, nor the labels from t - delay on."""
    data, start, policy = replay
    t = draw.draw(st.integers(start + 1, len(data) - 1))
    history = backtest(LinearLearner(data), policy, start)
    X, y, edges = data.X.copy(), data.y.copy(), data.edges
    rng = np.random.default_rng(draw.draw(seeds))
    X[edges[t] :] = 50 * rng.normal(size=X[edges[t] :].shape)
    late = edges[max(start, t - policy.delay)]
    y[late:] = 1000 * rng.normal(size=len(y) - late)
    again = backtest(LinearLearner(Batches(X, y, edges)), policy, start)
    decided = [c for c in history if c not in ("loss", "rows", "when")]
    known, served = history["batch"] <= t, history["batch"] < t - policy.delay
    pd.testing.assert_frame_equal(again.loc[known, decided], history.loc[known, decided])
    pd.testing.assert_frame_equal(again[served], history[served])


@settings(max_examples=150)
@given(replays())
def test_a_history_is_what_its_own_columns_say(replay):
    data, start, policy = replay
    learner = Learner(data, LinearRegression())
    history = backtest(learner, policy, start)
    edges, T = data.edges, len(data)
    assert history["batch"].tolist() == list(range(start, T))
    assert history["rows"].sum() == len(data.y) - edges[start]
    assert (history.loc[0, ["fit_lo", "fit_hi"]] == [0, edges[start]]).all()
    assert not history.loc[0, "retrained"]
    for row in history.itertuples():
        a, b = edges[row.batch], edges[row.batch + 1]
        known = edges[max(start, row.batch - policy.delay)]
        assert 0 <= row.fit_lo < row.fit_hi <= known <= a
        model = LinearRegression().fit(
            data.X[row.fit_lo : row.fit_hi], data.y[row.fit_lo : row.fit_hi]
        )
        loss = ((data.y[a:b] - model.predict(data.X[a:b])) ** 2).mean()
        assert row.loss == pytest.approx(loss, rel=1e-9, abs=1e-12)
    moved = (history[["fit_lo", "fit_hi"]].diff().iloc[1:] != 0).any(axis=1)
    assert history["retrained"].iloc[1:][moved].all()  # a model changes by a retrain only
    if policy.gate is not None:
        assert (history["promoted"] <= history["retrained"]).all()
        refused = history["retrained"] & ~history["promoted"]
        assert not moved[refused.iloc[1:]].any()
    pd.testing.assert_frame_equal(backtest(learner, policy, start), history)


@given(plain_replays(), st.data())
def test_never_is_a_period_longer_than_the_rest(replay, draw):
    data, start, policy = replay
    k = draw.draw(st.one_of(st.integers(len(data) - start, 99), st.just(10**9)))
    learner = draw.draw(learners(data))
    frozen = backtest(learner, Policy(never(), policy.remember, policy.delay), start)
    assert not frozen["retrained"].any()
    for when in (every(k), at([])):
        history = backtest(learner, Policy(when, policy.remember, policy.delay), start)
        pd.testing.assert_frame_equal(history, frozen)


@given(batches(), st.data())
def test_a_period_is_its_list_of_times(data, draw):
    start, k = draw.draw(st.integers(1, len(data) - 2)), draw.draw(st.integers(1, 20))
    k = min(k, len(data) - 1 - start)
    remember, learner = draw.draw(memories), draw.draw(learners(data))
    one = backtest(learner, Policy(every(k), remember), start)
    two = backtest(learner, Policy(at(range(start + k, len(data), k)), remember), start)
    pd.testing.assert_frame_equal(one, two)
    assert one["retrained"].sum() == (len(data) - start - 1) // k


@given(replays(), counts)
def test_a_memory_longer_than_the_past_is_everything(replay, more):
    data, start, policy = replay
    learner = LinearLearner(data)
    one, two = (
        backtest(learner, Policy(policy.when, memory, policy.delay, policy.gate), start)
        for memory in (everything(), last(len(data) + more))
    )
    pd.testing.assert_frame_equal(one, two)


def least_squares(data):
    return Learner(data, LinearRegression())


back_ends = st.sampled_from([LinearLearner, least_squares])


def decisions(history):
    return history.drop(columns="loss")


@given(replays(**ROWS), numbers(-1000, 1000), st.data())
def test_a_constant_added_to_the_outcome_leaves_the_losses(replay, constant, draw):
    data, start, policy = replay
    make = draw.draw(back_ends)
    shifted = Batches(data.X, data.y + constant, data.edges)
    plain, moved = (backtest(make(d), policy, start) for d in (data, shifted))
    pd.testing.assert_frame_equal(decisions(moved), decisions(plain))
    scale = 1 + plain["loss"].max() + abs(constant)
    np.testing.assert_allclose(moved["loss"], plain["loss"], rtol=1e-9, atol=1e-9 * scale)


@given(plain_replays(**ROWS), st.sampled_from([-8, -0.5, 2, 64]), st.data())
def test_losses_are_in_squared_units_of_the_outcome(replay, unit, draw):
    data, start, policy = replay
    make = draw.draw(back_ends)
    plain = backtest(make(data), policy, start)
    scaled = backtest(make(Batches(data.X, unit * data.y, data.edges)), policy, start)
    pd.testing.assert_frame_equal(decisions(scaled), decisions(plain))
    np.testing.assert_allclose(scaled["loss"], unit**2 * plain["loss"], rtol=1e-9, atol=1e-9)


@given(replays(**ROWS), st.data())
def test_the_order_of_the_columns_changes_nothing(replay, draw):
    data, start, policy = replay
    make = draw.draw(back_ends)
    order = draw.draw(st.permutations(range(data.X.shape[1])))
    plain = backtest(make(data), policy, start)
    turned = backtest(make(Batches(data.X[:, order], data.y, data.edges)), policy, start)
    pd.testing.assert_frame_equal(decisions(turned), decisions(plain))
    np.testing.assert_allclose(turned["loss"], plain["loss"], rtol=1e-7, atol=1e-9)


@given(plain_replays(rows=(8, 14), d=(1, 3)), numbers(-9, 9), st.data())
def test_units_and_offsets_of_the_features_change_nothing(replay, offset, draw):
    """Where the rows determine the fit, which has an intercept."""
    data, start, policy = replay
    make = draw.draw(back_ends)
    unit = draw.draw(st.sampled_from([-2, 0.25, 16]))
    plain = backtest(make(data), policy, start)
    moved = backtest(make(Batches(unit * data.X + offset, data.y, data.edges)), policy, start)
    np.testing.assert_allclose(moved["loss"], plain["loss"], rtol=1e-6, atol=1e-9)


@settings(max_examples=25)
@given(plain_replays(least=4, most=8, rows=(6, 12), d=(1, 2)), st.data())
def test_exchanged_classes_leave_the_losses_of_a_classifier(replay, draw):
    data, start, policy = replay
    y = (data.y > np.median(data.y)).astype(float)
    y[::3], y[1::3] = 0, 1  # both classes in every batch
    loss = draw.draw(st.sampled_from([log_loss, lambda y, p: (y - p) ** 2]))
    histories = [
        backtest(
            Learner(Batches(data.X, labels, data.edges), LogisticRegression(tol=1e-9)),
            policy,
            start,
            loss,
        )
        for labels in (y, 1 - y)
    ]
    pd.testing.assert_frame_equal(*histories, rtol=1e-4)


@settings(max_examples=150)
@given(batches(rows=(1, 30), d=(1, 6)), numbers(-1000, 1000), st.booleans(), st.data())
def test_least_squares_from_sums_is_that_of_scikit_learn(data, offset, intercept, draw):
    data = Batches(data.X + offset, data.y + offset, data.edges)
    lo = draw.draw(st.integers(0, len(data.y) - 1))
    hi = draw.draw(st.integers(lo + 1, len(data.y)))
    ours = LinearLearner(data, intercept)
    theirs = Learner(data, LinearRegression(fit_intercept=intercept))
    a, b = ours.fit(lo, hi), theirs.fit(lo, hi)
    X = data.X[lo:hi]
    np.testing.assert_allclose(a.predict(X), b.predict(X), rtol=1e-6, atol=1e-6)
    span = np.ptp(data.y) + 1
    rank = np.linalg.svd(X - X.mean(axis=0), compute_uv=False)
    if hi - lo > X.shape[1] + 1 and rank[-1] > 1e-3 * rank[0]:
        everywhere = ours.predict(a, 0, len(data.y)), theirs.predict(b, 0, len(data.y))
        np.testing.assert_allclose(*everywhere, atol=1e-5 * span)


@st.composite
def streams(draw):
    rng = np.random.default_rng(draw(seeds))
    S, T, rows, d = (draw(st.integers(*bounds)) for bounds in ((1, 3), (6, 14), (3, 6), (1, 3)))
    window = draw(st.integers(-(-(d + 2) // rows), 4))
    b = rng.normal(0, draw(numbers(0, 1)), (S, T, d)).cumsum(axis=1)
    return Streams(rng.normal(size=(S, T, rows, d)), rng.normal(size=(S, T, rows)), b, window)


@settings(max_examples=100)
@given(streams(), st.integers(0, 3), st.integers(0, 3), st.data())
def test_the_league_is_the_backtest_of_each_stream(many, delay, wait, draw):
    S, T, rows, d = many.X.shape
    limit = T - many.window - 2 - max(delay, 0)
    assume(limit >= wait)
    if draw.draw(st.booleans()):
        k, wait = draw.draw(counts), 0
        rule, when = (lambda now: now.since >= k), every(k)
    else:
        threshold, fresh = draw.draw(numbers(0, 20)), draw.draw(numbers(0, 2))
        rule = lambda now: rows * (now.loss - fresh) > threshold  # noqa: E731
        when = cara(threshold, fresh=fresh, wait=wait)
    run = run_rule(many, rule, delay, wait)
    for i in range(S):
        X, y = many.X[i].reshape(-1, d), many.outcomes()[i].ravel()
        learner = LinearLearner(Batches(X, y, np.arange(T + 1) * rows), intercept=False)
        history = backtest(learner, Policy(when, last(many.window), delay), many.window)
        np.testing.assert_array_equal(run.retrained[i], history["retrained"])
        models = [learner.fit(*span).coef_ for span in history[["fit_lo", "fit_hi"]].to_numpy()]
        excess = ((np.array(models) - many.b[i, many.window :]) ** 2).sum(axis=1)
        np.testing.assert_allclose(run.excess[i], excess, rtol=1e-6, atol=1e-9)
    assert (run.excess >= 0).all()


@settings(max_examples=120)
@given(replays(), memories, numbers(0, 50))
def test_hindsight_is_never_dearer_than_a_policy_with_the_same_memory(replay, memory, price):
    data, start, policy = replay
    policy = Policy(policy.when, memory)
    learner, edges = LinearLearner(data), data.edges
    history = backtest(learner, policy, start)

    def errors(r):
        window = (0, edges[start]) if r == 0 else policy.remember(edges, start + r)
        a = int(edges[start + r])
        losses = (data.y[a:] - learner.predict(learner.fit(*window), a, len(data.y))) ** 2
        return np.add.reduceat(losses, edges[start + r : -1] - a)

    cost, retrained = cheapest_schedule(errors, len(data) - start, price)

    def paid(history):
        return (history["loss"] * history["rows"]).sum() + price * history["retrained"].sum()

    assert cost <= paid(history) * (1 + 1e-9) + 1e-9
    times = start + np.flatnonzero(retrained)
    oracle = backtest(learner, Policy(at(times.tolist()), policy.remember), start)
    assert paid(oracle) == pytest.approx(cost, rel=1e-9, abs=1e-9)


@settings(max_examples=25)
@given(seeds, st.integers(1, 4), numbers(1, 3), st.integers(1, 3))
@example(0, 3, 1.0, 2)
def test_knowing_the_changes_is_no_worse_than_never_on_average(seed, d, jump, factor):
    """After a jump, with more rows of the new world than break even, on those rows alone."""
    rows, window = 10, 1
    while rows * window < 2 * factor * break_even_rows(d, 1.0, jump**2):
        window += 1
    T, change = 3 * window + 1, window + 1
    rng = np.random.default_rng(seed)
    worlds, _ = four_worlds(rng, 100, T, rows, d, window, rate=0)
    direction = rng.normal(size=(100, 1, d))
    direction *= jump / np.linalg.norm(direction, axis=-1, keepdims=True)
    after = (np.arange(T) >= change)[:, None]
    moved = Streams(worlds["none"].X, worlds["none"].noise, after * direction, window)
    # The newest window holds rows of the new world only from this batch on.
    known = run_rule(moved, lambda now: now.t == change + window)
    frozen = run_rule(moved, lambda now: False)
    assert (known.retrained.sum(axis=1) == 1).all()
    before = slice(0, change)
    np.testing.assert_array_equal(known.excess[:, before], frozen.excess[:, before])
    gain = (frozen.excess - known.excess).mean(axis=1)
    assert gain.mean() > 0
