"""Policies, gates, costs and intervals: monotone, additive, and the same from both sides."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.backtest import backtest
from helpers.compare import block_bootstrap, paired_difference
from helpers.costs import Prices, cheapest_schedule, total_cost
from helpers.gates import better_mean, mcnemar, significantly_better
from helpers.linear import LinearLearner
from helpers.policies import Policy, at, cara, last, placebo
from tests.property.strategies import batches, numbers, policies, seeds, starts

FIRST = {"rows": (2, 9), "d": (1, 2)}


@st.composite
def histories(draw):
    """A backtest of some policy, and the policy."""
    data = draw(batches(**FIRST))
    start = draw(starts(data))
    policy = draw(policies(len(data), start))
    return backtest(LinearLearner(data), policy, start), policy


prices = st.builds(Prices, numbers(0, 50), numbers(0, 3), numbers(0, 3))


@given(histories(), prices, numbers(0, 2), st.booleans(), st.integers(1, 4))
def test_costs_add_up_and_are_in_proportion_to_the_prices(replay, price, floor, watched, factor):
    history, _ = replay
    cost = total_cost(history, price, floor, watched)
    assert cost["total"] == pytest.approx(cost["error"] + cost["labels"] + cost["training"])
    assert cost["per row"] * history["rows"].sum() == pytest.approx(cost["total"])
    assert cost["retrains"] == history["retrained"].sum()
    assert 0 <= cost["labelled"] <= history["rows"].sum()  # each label once
    dearer = Prices(factor * price.training, factor * price.label, factor * price.error)
    parts = ["error", "labels", "training", "total"]
    np.testing.assert_allclose(
        total_cost(history, dearer, floor, watched)[parts], factor * cost[parts], atol=1e-9
    )
    watching, asking = (total_cost(history, price, floor, w) for w in (True, False))
    assert watching["labelled"] == history["rows"].sum() >= asking["labelled"]
    # Errors of one part of the time and of the rest are those of the whole.
    cut = len(history) // 2
    if cut:
        halves = [total_cost(h, price, floor)["error"] for h in (history[:cut], history[cut:])]
        assert sum(halves) == pytest.approx(cost["error"], rel=1e-9, abs=1e-9)


@given(batches(**FIRST), numbers(0, 20), numbers(0, 20), st.booleans(), st.data())
def test_a_higher_threshold_waits_at_least_as_long(data, threshold, more, cumulative, draw):
    start = draw.draw(starts(data))
    if start == len(data) - 1:
        return
    first = []
    for height in (threshold, threshold + more):
        history = backtest(LinearLearner(data), Policy(cara(height, 0.5, cumulative)), start)
        first.append(np.append(np.flatnonzero(history["retrained"]), len(data))[0])
    assert first[0] <= first[1]


@given(st.integers(0, 6), st.integers(8, 20), st.data(), seeds)
def test_a_placebo_retrains_as_often_as_asked_and_never_at_the_start(start, end, draw, seed):
    count = draw.draw(st.integers(0, end - start - 1))
    when = placebo(count, start, end, np.random.default_rng(seed))
    times, now = [], start
    while (now := when(now, None)) is not None:
        times.append(now)
    assert len(times) == count and times == sorted(set(times))
    assert all(start < t < end for t in times)
    again = placebo(count, start, end, np.random.default_rng(seed))
    assert again(start, None) == when(start, None)


@given(st.lists(st.integers(-5, 30), max_size=10), st.integers(-5, 30))
def test_at_is_the_next_of_its_times(times, now):
    later = [t for t in times if t > now]
    assert at(times)(now, None) == (min(later) if later else None)


@given(batches(), st.integers(1, 20), st.data())
def test_memories_end_with_the_labels_and_grow_with_their_length(data, k, draw):
    edges = data.edges
    now = draw.draw(st.integers(1, len(data)))
    lo, hi = last(k)(edges, now)
    assert hi == edges[now] and lo == edges[max(0, now - k)]
    assert last(k + 1)(edges, now)[0] <= lo


losses = st.lists(st.integers(0, 20), min_size=2, max_size=25)


@given(losses, st.data())
def test_a_gate_does_not_promote_both_ways(champion, draw):
    challenger = draw.draw(st.lists(st.integers(0, 20), min_size=len(champion),
                                    max_size=len(champion)))  # fmt: skip
    order = draw.draw(st.permutations(range(len(champion))))
    tests = [None, "t", "wilcoxon"]
    for better in [better_mean, *(significantly_better(0.2, test) for test in tests)]:
        forth, back = better(champion, challenger), better(challenger, champion)
        assert not (forth and back)
        assert not better(champion, champion)
        assert better(np.array(champion)[order], np.array(challenger)[order]) == forth
    strict, loose = (significantly_better(level, "t") for level in (0.05, 0.2))
    assert strict(champion, challenger) <= loose(champion, challenger)
    assert loose(champion, challenger) <= better_mean(champion, challenger)


@given(st.integers(0, 40), st.integers(0, 40), st.booleans())
def test_mcnemar_moves_with_wins_and_defeats(wins, defeats, mid):
    p = mcnemar(wins, defeats, mid)
    assert 0 <= p <= 1
    assert mcnemar(wins + 1, defeats, mid) <= p <= mcnemar(wins, defeats + 1, mid)
    assert mcnemar(wins, defeats) <= mcnemar(wins, defeats, mid=False)
    assert mcnemar(wins, defeats) + mcnemar(defeats, wins) == pytest.approx(1)


@settings(max_examples=40)
@given(st.lists(st.integers(-100, 100), min_size=1, max_size=30), st.data(), seeds)
def test_intervals_hold_the_estimate_and_turn_with_the_difference(values, draw, seed):
    n = len(values)
    block = draw.draw(st.integers(1, n))
    low, high = block_bootstrap(values, block, 400, seed)
    mean = np.mean(values)
    assert low - 1e-9 <= mean <= high + 1e-9
    assert min(values) - 1e-9 <= low and high <= max(values) + 1e-9
    first, second = (pd.DataFrame({"batch": np.arange(n), "loss": v}) for v in (values, [1.0] * n))
    there = paired_difference(first, second, block=block, draws=400, seed=seed)
    back = paired_difference(second, first, block=block, draws=400, seed=seed)
    turned = {"mean": -back["mean"], "low": -back["high"], "high": -back["low"]}
    assert there == pytest.approx(turned, abs=1e-9)
    assert there["mean"] == pytest.approx(mean - 1)
    same = paired_difference(first, first, block=block, draws=400, seed=seed)
    assert same == {"mean": 0, "low": 0, "high": 0}


@settings(max_examples=100)
@given(st.integers(1, 7), seeds, numbers(0, 8), numbers(0, 8))
def test_the_cheapest_schedule_is_the_cheapest_of_all(steps, seed, price, more):
    table = np.random.default_rng(seed).integers(0, 9, (steps, steps)).astype(float)

    def errors(r):
        return table[r, r:]

    def paid(retrained):
        times = [0, *np.flatnonzero(retrained), steps]
        spells = [errors(a)[: b - a].sum() for a, b in pairwise(times)]
        return sum(spells) + price * sum(retrained)

    plans = [[False, *map(bool, np.unravel_index(i, (2,) * (steps - 1)))] if steps > 1 else [False]
             for i in range(2 ** (steps - 1))]  # fmt: skip
    cost, retrained = cheapest_schedule(errors, steps, price)
    assert cost == pytest.approx(min(map(paid, plans)))
    assert paid(retrained) == pytest.approx(cost)
    dearer, fewer = cheapest_schedule(errors, steps, price + more)
    assert cost <= dearer <= cost + more * retrained.sum() + 1e-9
    assert fewer.sum() <= retrained.sum() or more == 0
