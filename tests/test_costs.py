"""Costs, the cheapest schedule and the laws of the best period, against brute force and theory."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LinearRegression

from helpers.backtest import Batches, Learner, backtest
from helpers.costs import Prices, best_period, best_period_ramp, cheapest_schedule, total_cost
from helpers.policies import Gate, Policy, at, every, last, never


def history(policy, T=20, rows=10, start=4):
    rng = np.random.default_rng(0)
    X, noise = rng.normal(size=(T * rows, 2)), rng.normal(size=T * rows)
    batches = Batches(X, X.sum(axis=1) + noise, np.arange(T + 1) * rows)
    return backtest(Learner(batches, LinearRegression()), policy, start)


def test_parts_add_up():
    replayed = history(Policy(every(4), last(2)))
    cost = total_cost(replayed, Prices(training=8, label=0.2, error=3), floor=0.5)
    lost = ((replayed["loss"] - 0.5) * replayed["rows"]).sum()
    assert cost["error"] == pytest.approx(3 * lost)
    assert cost["retrains"] == 3
    assert cost["training"] == 24
    assert cost["labelled"] == 3 * 20
    assert cost["labels"] == pytest.approx(12)
    assert cost["total"] == pytest.approx(cost["error"] + 12 + 24)
    assert cost["per row"] == pytest.approx(cost["total"] / 160)


def test_a_label_is_bought_once():
    """Windows that overlap share their labels, and those of the first model are not counted."""
    prices = Prices(label=1)
    assert total_cost(history(Policy(at([6, 7]), last(2))), prices)["labelled"] == 30
    assert total_cost(history(Policy(at([5]), last(3))), prices)["labelled"] == 10
    assert total_cost(history(Policy(never())), prices)["labelled"] == 0
    assert total_cost(history(Policy(never())), prices, watched=True)["labelled"] == 160
    assert total_cost(history(Policy(every(4), last(2))), prices, watched=True)["labelled"] == 160


@pytest.mark.parametrize("promote", [True, False])
def test_a_gate_pays_for_refused_challengers_and_for_rows_held_out(promote):
    """Two retrains ask for three batches each, the gate's among them; verdicts change no bill."""
    gate = Gate(1, lambda champion, challenger: promote)
    gated = history(Policy(at([8, 14]), last(3), gate=gate))
    cost = total_cost(gated, Prices(training=5, label=2))
    assert gated["promoted"].sum() == (2 if promote else 0)
    assert cost[["labelled", "labels", "retrains", "training"]].tolist() == [60, 120, 2, 10]


def test_without_a_gate_or_with_one_the_same_rows_are_paid_for():
    """A gate holds out some of the rows that the policy remembers, and asks for no others."""
    gate = Gate(2, lambda champion, challenger: False)
    for delay in (0, 2):
        plain, gated = (
            total_cost(history(Policy(every(5), last(4), delay, g)), Prices(label=1))
            for g in (None, gate)
        )
        assert gated["labelled"] == plain["labelled"] > 0


def test_the_price_of_a_retrain():
    assert Prices(training=8, label=0.2).retrain(60) == pytest.approx(20)


@pytest.mark.parametrize("name", ["training", "label", "error"])
@pytest.mark.parametrize("value", [-1, np.nan, np.inf, [1, 2]])
def test_bad_prices_are_refused(name, value):
    with pytest.raises(ValueError, match=f"{name} must be a price"):
        Prices(**{name: value})


def test_bad_histories_are_refused():
    good = history(Policy(never()))
    with pytest.raises(TypeError, match="prices must be Prices"):
        total_cost(good, 20)
    with pytest.raises(TypeError, match="history must be a DataFrame"):
        total_cost([1], Prices())
    with pytest.raises(ValueError, match=r"lacks the columns \['loss'\]"):
        total_cost(good.drop(columns="loss"), Prices())
    with pytest.raises(ValueError, match="history is empty"):
        total_cost(good[:0], Prices())


def test_deterministic_check():
    """Slope .2, price 10: every 10 steps, and the first model of 20 is free: 20 * 19 - 10."""
    cost, retrained = cheapest_schedule(lambda r: 0.2 * np.arange(200 - r), 200, 10)
    assert cost == pytest.approx(370)
    np.testing.assert_array_equal(np.flatnonzero(retrained), np.arange(10, 200, 10))
    assert best_period(10, 0.2) == pytest.approx(10)


def test_many_streams_are_solved_one_by_one():
    table = np.random.default_rng(1).exponential(size=(5, 30, 30))
    costs, retrained = cheapest_schedule(lambda r: table[:, r, r:], 30, 1.5)
    for i in range(5):
        alone, schedule = cheapest_schedule(lambda r, i=i: table[i, r, r:], 30, 1.5)
        assert costs[i] == pytest.approx(alone)
        np.testing.assert_array_equal(retrained[i], schedule)


def test_extreme_prices():
    rising = lambda r: np.arange(12.0 - r)  # noqa: E731
    assert cheapest_schedule(rising, 12, 0)[0] == 0
    assert cheapest_schedule(rising, 12, 0)[1][1:].all()
    assert not cheapest_schedule(rising, 12, 1e6)[1].any()
    # On a tie the longer wait is taken: nothing is gained, so nothing is done.
    assert not cheapest_schedule(lambda r: np.zeros(12 - r), 12, 0)[1].any()


def test_one_step():
    cost, retrained = cheapest_schedule(lambda r: np.array([3.0]), 1, 5)
    assert cost == 3
    assert not retrained.any()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((np.eye(3), 3, 1), TypeError, "errors must be a function"),
        ((lambda r: np.zeros(3 - r), 0, 1), ValueError, "steps must be a whole number"),
        ((lambda r: np.zeros(3 - r), 2.5, 1), ValueError, "steps must be a whole number"),
        ((lambda r: np.zeros(3 - r), 3, -1), ValueError, "price must be a price"),
        ((lambda r: np.zeros(3), 3, 1), ValueError, r"errors\(2\) must have one value"),
    ],
)
def test_bad_input_to_the_schedule(arguments, error, message):
    with pytest.raises(error, match=message):
        cheapest_schedule(*arguments)


@pytest.mark.parametrize(("price", "slope"), [(10, 0.2), (20, 1e-3), (3, 7)])
def test_square_root_law(price, slope):
    least = minimize_scalar(lambda T: price / T + slope * T / 2, bounds=(0.01, 1e4),
                            method="bounded", options={"xatol": 1e-6})  # fmt: skip
    assert best_period(price, slope) == pytest.approx(least.x, rel=1e-4)


@pytest.mark.parametrize("window", [0, 60, 500])
def test_cube_root_law(window):
    def cost(T):
        return 20 / T + 1.5e-3**2 * (window**2 / 4 + window * T / 2 + T**2 / 3)

    least = minimize_scalar(cost, bounds=(1, 1e4), method="bounded", options={"xatol": 1e-6})
    assert best_period_ramp(20, 1.5e-3, window) == pytest.approx(least.x, rel=1e-4)
    if window == 0:
        assert best_period_ramp(20, 1.5e-3) == pytest.approx((1.5 * 20 / 1.5e-3**2) ** (1 / 3))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: best_period(-1, 0.2), "price must be a price"),
        (lambda: best_period(10, 0), "slope must be a finite number above 0"),
        (lambda: best_period_ramp(0, 1), "price must be a finite number above 0"),
        (lambda: best_period_ramp(1, -1), "speed must be a finite number above 0"),
        (lambda: best_period_ramp(1, 1, -5), "window must be a number of rows"),
    ],
)
def test_bad_input_to_the_laws(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_costs_of_a_frame_with_uneven_batches():
    frame = pd.DataFrame({"rows": [10, 30], "loss": [2.0, 1.0], "retrained": [False, True],
                          "fit_lo": [0, 5], "fit_hi": [20, 30]})  # fmt: skip
    cost = total_cost(frame, Prices(training=1, label=1))
    assert cost["error"] == 50
    assert cost["labelled"] == 10
    assert cost["per row"] == pytest.approx((50 + 10 + 1) / 40)
