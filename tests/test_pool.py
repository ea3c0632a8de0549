"""The pool of old windows: against brute force, against the future, and what it refuses."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

from helpers.backtest import Batches, Learner, backtest
from helpers.policies import Policy, every, last, pool
from helpers.worlds import World, normal, recurring, stream, sudden

T, ROWS, START = 30, 20, 6


def plain():
    return LinearRegression(fit_intercept=False)


def learner(slope, noise=0.5, seed=0):
    world = World(normal(0, 1), lambda X, t: X[:, 0] * slope(t) + X[:, 1], noise, d=2)
    return Learner(stream(world, np.random.default_rng(seed), T, ROWS), plain())


RETURNING = learner(recurring(1, -1, period=5))
STEP = learner(sudden(1, -1, at=14))


def by_hand(batches, now, k, newest):
    """The window that the pool should choose, from least squares and nothing else."""
    at = batches.edges

    def error(lo, hi):
        coef = np.linalg.lstsq(batches.X[lo:hi], batches.y[lo:hi])[0]
        rows = slice(at[now - 1], at[now])
        return np.mean((batches.y[rows] - batches.X[rows] @ coef) ** 2)

    scores = {(at[now - newest], at[now]): error(at[max(0, now - 1 - newest)], at[now - 1])}
    for first in range(now - k):
        window = (at[first], at[first + k])
        scores[window] = min(error(*window), scores.get(window, np.inf))
    return min(scores, key=scores.get)


@pytest.mark.parametrize("source", [RETURNING, STEP], ids=["returning", "step"])
@pytest.mark.parametrize(("k", "newest"), [(4, 1), (2, 2), (3, 5)])
def test_the_choice_is_the_one_made_by_hand(source, k, newest):
    remember = pool(source, k, newest)
    for now in range(max(k, newest) + 2, T):
        found = tuple(map(int, remember(source.batches.edges, now)))
        assert found == by_hand(source.batches, now, k, newest)


def test_without_noise_an_old_model_is_back_one_batch_after_the_old_world():
    source = learner(recurring(1, -1, period=5), noise=0)
    history = backtest(source, Policy(every(1), pool(source, 4, newest=1)), start=START)
    wrong = history.query("loss > 1e-9")["batch"].tolist()
    # Both worlds have been seen whole by batch 10; from then on each change costs one batch.
    assert [t for t in wrong if t >= 10] == [10, 15, 20, 25]


@pytest.mark.parametrize("t", [START + 1, 12, 17, T - 1])
def test_poisoned_rows_change_nothing_before_them(t):
    def replay(batches):
        source = Learner(batches, plain())
        return backtest(source, Policy(every(1), pool(source, 3, newest=2)), START)

    clean = RETURNING.batches
    X, y, a = clean.X.copy(), clean.y.copy(), clean.edges[t]
    X[a:], y[a:] = X[a:] * 1e6, 1e9
    history, poisoned = replay(clean), replay(Batches(X, y, clean.edges))
    pd.testing.assert_frame_equal(poisoned[: t - START], history[: t - START], check_exact=True)
    decided = ["batch", "retrained", "fit_lo", "fit_hi"]
    assert list(poisoned.loc[t - START, decided]) == list(history.loc[t - START, decided])
    assert poisoned.loc[t - START, "loss"] > 1e6 * history.loc[t - START, "loss"]


def test_no_candidate_is_scored_on_rows_it_was_fitted_to():
    class Watched(Learner):
        def predict(self, model, a, b):
            [window] = [rows for rows, fitted in self._fits.items() if fitted is model]
            assert window[1] <= a, f"rows {a} to {b} were in the fit {window}"
            return super().predict(model, a, b)

    source = Watched(RETURNING.batches, plain())
    remember = pool(source, 3, newest=2)
    for now in range(1, T):
        remember(source.batches.edges, now)


def test_while_there_is_no_old_window_the_newest_rows_are_remembered():
    edges = STEP.batches.edges
    for now in range(1, 5):
        assert pool(STEP, 4, newest=2)(edges, now) == last(2)(edges, now)


def test_fits_are_shared_with_a_policy_that_asks_for_the_same_windows():
    source = Learner(RETURNING.batches, plain())
    for end in range(4, T):
        source.fit(int(RETURNING.batches.edges[end - 4]), int(RETURNING.batches.edges[end]))
    before = len(source._fits)
    pool(source, 4, newest=4)(source.batches.edges, T - 1)
    assert len(source._fits) == before


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        (("line", 4, 2), TypeError, "learner must be a Learner; str has no batches"),
        ((STEP.batches, 4, 2), TypeError, "learner must be a Learner; Batches has no batches"),
        ((STEP, 0, 2), ValueError, "k must be at least 1 batch"),
        ((STEP, 2.5, 2), TypeError, "k must be a whole number"),
        ((STEP, 4, 0), ValueError, "newest must be at least 1 batch"),
        ((STEP, 4, None), TypeError, "newest must be a whole number"),
        ((STEP, T, 2), ValueError, f"k must be less than the {T} batches"),
        ((STEP, 4, T + 3), ValueError, f"newest must be less than the {T} batches"),
    ],
)
def test_bad_input_is_named_with_a_remedy(arguments, kind, message):
    with pytest.raises(kind, match=message):
        pool(*arguments)


def test_a_pool_of_another_learner_is_refused():
    with pytest.raises(ValueError, match="made for another learner; make it for the one replayed"):
        backtest(RETURNING, Policy(every(1), pool(STEP, 4, newest=2)), START)


def test_a_pool_itself_is_not_a_policy_part():
    with pytest.raises(TypeError, match="remember got pool itself; call it"):
        Policy(every(1), pool)
