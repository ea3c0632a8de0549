"""Batches: every row once, in order, and the same fits however the time is cut."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import sklearn
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version
from sklearn.linear_model import LinearRegression

from helpers.backtest import Batches, Learner, backtest
from helpers.linear import LinearLearner
from helpers.periods import FEWEST_IN_PERIOD, joined
from helpers.policies import Policy, at, everything
from tests.property.strategies import batches, counts, learners, starts


@given(batches(), st.booleans())
def test_every_row_is_in_exactly_one_batch(data, frame):
    X = pd.DataFrame(data.X).add_prefix("x") if frame else data.X
    cut = Batches(X, data.y, data.edges)
    pieces = [cut.rows(a, b) for a, b in pairwise(cut.edges)]
    assert len(pieces) == len(cut) == len(cut.when)
    np.testing.assert_array_equal(np.concatenate([np.asarray(x) for x, _ in pieces]), data.X)
    np.testing.assert_array_equal(np.concatenate([y for _, y in pieces]), data.y)


@given(batches(), st.lists(st.integers(-3, 90), min_size=1, max_size=8))
def test_edges_cut_the_rows_without_gaps_or_are_refused(data, edges):
    n = len(data.y)
    fine = len(edges) > 1 and edges[0] == 0 and edges[-1] == n and (np.diff(edges) > 0).all()
    if fine:
        assert np.diff(Batches(data.X, data.y, edges).edges).sum() == n
    else:
        with pytest.raises(ValueError, match="edges must"):
            Batches(data.X, data.y, edges)


@given(batches(rows=(2, 9)), st.data())
def test_splitting_a_batch_in_two_changes_no_fit_on_all_history(data, draw):
    """The same retrains, at the same rows: the same models, and the same losses."""
    start = draw.draw(starts(data))
    times = draw.draw(st.lists(st.integers(1, len(data) - 1), max_size=4))
    split = draw.draw(st.integers(0, len(data) - 1))
    inside = draw.draw(st.integers(data.edges[split] + 1, data.edges[split + 1] - 1))
    finer = Batches(data.X, data.y, np.sort(np.append(data.edges, inside)))
    make = draw.draw(st.sampled_from([LinearLearner, lambda b: Learner(b, LinearRegression())]))

    def later(t):
        return t + (t > split)

    def replay(cut, times, start):
        times = [t for t in times if t > start]
        return backtest(make(cut), Policy(at(times), everything()), start)

    plain = replay(data, times, start)
    fine = replay(finer, [later(t) for t in times], later(start))
    whole = fine["batch"].map(lambda t: t - (t > split))
    sums = (fine["loss"] * fine["rows"]).groupby(whole).sum()
    np.testing.assert_array_equal(sums.index, plain["batch"])
    np.testing.assert_allclose(sums, plain["loss"] * plain["rows"], rtol=1e-9, atol=1e-12)
    for column in ("fit_lo", "fit_hi"):
        same = fine.groupby(whole)[column]
        np.testing.assert_array_equal(same.min(), plain[column])
        np.testing.assert_array_equal(same.max(), plain[column])
    np.testing.assert_array_equal(fine.groupby(whole)["retrained"].any(), plain["retrained"])


@given(batches(rows=(1, 12)), st.data())
def test_fits_of_whole_batches_do_not_see_the_order_within_them(data, draw):
    rng = np.random.default_rng(draw.draw(st.integers(0, 99)))
    order = np.concatenate([rng.permutation(np.arange(a, b)) for a, b in pairwise(data.edges)])
    learner = draw.draw(learners(data))
    mixed = Batches(data.X[order], data.y[order], data.edges)
    other = draw.draw(learners(mixed))
    start, policy = draw.draw(starts(data)), Policy(at([3, 5, 9]), everything())
    if start >= len(data) - 1 or start >= 9:
        return
    if not any(start < t < len(data) for t in (3, 5, 9)):
        return
    # Before 1.9 a fit of scikit-learn to fewer rows than coefficients hangs on rounding.
    few = data.edges[start] <= np.shape(data.X)[1] + 1
    if few and Version(sklearn.__version__) < Version("1.9"):
        return
    pd.testing.assert_frame_equal(
        backtest(learner, policy, start), backtest(other, policy, start), rtol=1e-7, atol=1e-9
    )


@given(batches(least=2, rows=(1, 12)))
def test_joining_short_periods_loses_no_row(data):
    found, warnings = joined(data)
    assert found.X is data.X and found.edges[0] == 0 and found.edges[-1] == len(data.y)
    assert set(found.edges) <= set(data.edges)
    assert (len(found) < len(data)) == bool(warnings)
    sizes = np.diff(data.edges)
    if np.median(sizes) >= FEWEST_IN_PERIOD:
        assert (np.diff(found.edges) >= FEWEST_IN_PERIOD).all()
    # A period keeps the label of its first long part.
    long = data.when[sizes >= FEWEST_IN_PERIOD]
    assert set(found.when) <= set(data.when)
    if warnings:
        np.testing.assert_array_equal(found.when, long)


@given(batches(), counts)
def test_learners_give_one_model_per_window(data, rows):
    learner = Learner(data, LinearRegression())
    hi = min(rows, len(data.y))
    assert learner.fit(0, hi) is learner.fit(0, hi)
