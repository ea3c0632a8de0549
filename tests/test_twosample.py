"""KS and PSI against brute force, scipy, plain loops and the law without a shift."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from helpers.twosample import bonferroni, category_counts, holm, ks, psi, psi_against


def pairs(runs=30, decimals=1):
    """Two samples of several sizes and shapes, some with ties, drawn with a Generator."""
    rng = np.random.default_rng(0)
    for _ in range(runs):
        n, m, d = rng.integers(20, 200, 2).tolist() + [rng.integers(1, 4)]
        old, new = rng.normal(size=(n, d)), rng.normal(rng.normal(), 1.3, size=(m, d))
        yield (old, new) if rng.random() < 0.5 else (old.round(decimals), new.round(decimals))


def largest_gap(a, b):
    """The KS statistic, by counting at every value that occurs."""
    return max(abs(np.mean(a <= v) - np.mean(b <= v)) for v in np.concatenate([a, b]))


def test_the_ks_statistic_is_the_largest_gap_at_any_value():
    for old, new in pairs():
        truth = [largest_gap(a, b) for a, b in zip(old.T, new.T, strict=True)]
        np.testing.assert_allclose(ks(old, new).statistic, truth, rtol=1e-9)


def test_the_p_values_are_those_of_scipy():
    for old, new in pairs():
        tests = [stats.ks_2samp(a, b, method="asymp") for a, b in zip(old.T, new.T, strict=True)]
        np.testing.assert_allclose(ks(old, new).p, [t.pvalue for t in tests], rtol=1e-9)
        exact = [stats.ks_2samp(a, b, method="exact").pvalue for a, b in zip(old.T, new.T)]  # noqa: B905
        np.testing.assert_allclose(ks(old, new).p, exact, atol=0.1)


def test_without_a_shift_ks_alarms_at_most_as_often_as_its_level():
    rng = np.random.default_rng(1)
    p = ks(rng.normal(size=(500, 1000)), rng.normal(size=(400, 1000))).p
    assert 0.03 < np.mean(p < 0.05) < 0.05 + 4 * math.sqrt(0.05 * 0.95 / 1000)


def test_with_equally_many_rows_the_asymptotic_level_is_a_little_too_high():
    """The least gap that is an alarm, 19 of 100 rows, has an exact chance of .054."""
    old = np.arange(100.0)
    p = {gap: ks(old[:, None], old[:, None] + gap - 0.5).p[0] for gap in (18, 19)}
    assert p[19] <= 0.05 < p[18]
    exact = stats.ks_2samp(old, old + 18.5, method="exact")
    assert exact.statistic == pytest.approx(0.19) and exact.pvalue == pytest.approx(0.054, abs=5e-4)


def test_a_small_shift_is_found_once_there_are_many_rows():
    """A shift of .05 sd at the 5% level: hardly ever at 100 rows, often at 10,000."""
    rng = np.random.default_rng(2)
    found = {}
    for n in (100, 10_000):
        old, new = rng.normal(size=(n, 200)), rng.normal(0.05, size=(n, 200))
        found[n] = np.mean(ks(old, new).p < 0.05)
    assert found[100] < 0.15 and 0.8 < found[10_000] < 0.97


def test_data_frames_and_arrays_give_the_same():
    old, new = next(pairs())
    frames = [pd.DataFrame(rows) for rows in (old, new)]
    np.testing.assert_array_equal(ks(*frames).p, ks(old, new).p)
    np.testing.assert_array_equal(psi(*frames), psi(old, new))


def test_equal_samples_give_no_gap_and_no_index():
    x = np.random.default_rng(3).normal(size=(200, 2))
    assert ks(x, x).statistic.tolist() == [0, 0] and ks(x, x).p.tolist() == [1, 1]
    np.testing.assert_allclose(psi(x, x), 0, atol=1e-12)


def psi_by_loop(old, new, bins):
    """The index bin by bin, each value placed by comparing it with every edge."""
    edges = [-math.inf, *(np.quantile(old, i / bins) for i in range(1, bins)), math.inf]
    total = 0.0
    for low, high in zip(edges, edges[1:], strict=False):
        p = sum(low <= v < high for v in old) / len(old)
        q = sum(low <= v < high for v in new)
        q = (q or 0.5) / len(new)
        total += (q - p) * math.log(q / p)
    return total


@pytest.mark.parametrize("bins", [2, 5, 10])
def test_psi_against_a_plain_loop(bins):
    for old, new in pairs(10, decimals=2):
        truth = [psi_by_loop(a, b, bins) for a, b in zip(old.T, new.T, strict=True)]
        np.testing.assert_allclose(psi(old, new, bins), truth, rtol=1e-9, atol=1e-12)


def test_psi_of_a_normal_shift_is_near_its_population_value():
    """Old deciles as bins; expectation by the normal distribution function."""
    edges = stats.norm.ppf(np.arange(0, 11) / 10)
    p, q = np.full(10, 0.1), np.diff(stats.norm.cdf(edges - 1))
    truth = np.sum((q - p) * np.log(q / p))
    rng = np.random.default_rng(4)
    found = psi(rng.normal(size=(20_000, 30)), rng.normal(1, size=(20_000, 30)))
    assert found.mean() == pytest.approx(truth, abs=4 * found.std() / 30**0.5 + 0.005)


def test_an_empty_bin_counts_as_half_a_row():
    old, new = np.arange(100.0)[:, None], np.full((50, 1), 99.0)
    empty, full = (0.01 - 0.1) * math.log(0.01 / 0.1), (1 - 0.1) * math.log(1 / 0.1)
    np.testing.assert_allclose(psi(old, new), [9 * empty + full], rtol=1e-9)


def test_a_feature_of_few_values_has_one_bin_a_value():
    rng = np.random.default_rng(7)
    for values in (2, 3, 6):
        old, new = rng.integers(0, values, (500, 1)), rng.integers(0, values, (300, 1))
        p, q = (np.bincount(rows[:, 0]) / len(rows) for rows in (old, new))
        np.testing.assert_allclose(psi(old, new), [np.sum((q - p) * np.log(q / p))], rtol=1e-9)


def test_ties_beside_spread_rows_leave_no_bin_empty():
    """Half the rows are 0, as where a sensor is off: the other half keeps its own bins."""
    rng = np.random.default_rng(8)
    old = np.concatenate([np.zeros(500), rng.uniform(1, 2, 500)])[:, None]
    new = np.concatenate([np.zeros(500), rng.uniform(1.5, 2, 500)])[:, None]
    edges = [-math.inf, *np.unique(np.quantile(old, np.arange(5, 10) / 10)), math.inf]
    p, q = (np.histogram(rows, edges)[0] / 1000 for rows in (old, new))
    assert (p > 0).all() and (q == 0).any()
    q = np.where(q == 0, 0.5 / 1000, q)
    np.testing.assert_allclose(psi(old, new), [np.sum((q - p) * np.log(q / p))], rtol=1e-9)


def test_a_kept_reference_gives_the_index_of_every_batch():
    rng = np.random.default_rng(9)
    old = np.column_stack([rng.normal(size=200), rng.integers(0, 3, 200), rng.random(200)])
    index = psi_against(old, bins=7)
    for m in (7, 50, 300):
        new = np.column_stack([rng.normal(size=m), rng.integers(0, 4, m), rng.random(m)])
        alone = [psi_by_loop_with_ties(old[:, j], new[:, j], 7) for j in range(3)]
        np.testing.assert_allclose(index(new), alone, rtol=1e-9, atol=1e-12)


def psi_by_loop_with_ties(old, new, bins):
    """Bin by bin, where an empty bin of the old rows joins the one below (the first: above)."""
    edges = [-math.inf, *(np.quantile(old, i / bins) for i in range(1, bins)), math.inf]
    merged = []
    for low, high in zip(edges, edges[1:], strict=False):
        p, q = (sum(low <= v < high for v in rows) for rows in (old, new))
        if merged and (p == 0 or merged[-1][0] == 0):
            p, q = merged[-1][0] + p, merged.pop()[1] + q
        merged.append((p, q))
    p, q = np.transpose(merged)
    p, q = p / len(old), np.where(q == 0, 0.5, q) / len(new)
    return np.sum((q - p) * np.log(q / p))


@pytest.mark.parametrize("n", [100, 1000])
def test_without_a_shift_psi_follows_its_law(n):
    """Yurdakul (2018): with 100 rows a side it passes .1 in about five samples of six."""
    rng = np.random.default_rng(5)
    found = psi(rng.normal(size=(n, 2000)), rng.normal(size=(n, 2000)))
    law = stats.chi2(9, scale=2 / n)
    assert found.mean() == pytest.approx(law.mean(), rel=0.07)
    assert np.mean(found > 0.1) == pytest.approx(law.sf(0.1), abs=0.04)


def test_bonferroni_divides_the_level():
    assert bonferroni([0.02, 0.03, 0.9]).tolist() == [False, False, False]
    assert bonferroni([0.016, 0.03, 0.9]).tolist() == [True, False, False]
    assert bonferroni([0.04]).tolist() == [True]
    assert bonferroni([0.04, 0.06], level=0.1).tolist() == [True, False]


def test_holm_by_hand_and_as_statsmodels():
    assert holm([0.03, 0.01, 0.02]).tolist() == [True, True, True]
    assert holm([0.01, 0.04, 0.03]).tolist() == [True, False, False]
    assert bonferroni([0.01, 0.04, 0.02]).tolist() == [True, False, False]
    rng = np.random.default_rng(10)
    for d in (1, 2, 7, 50):
        for p in rng.beta(0.2, 2, size=(4, d)).round(3):  # small ones and ties
            for rule, name in [(holm, "holm"), (bonferroni, "bonferroni")]:
                truth = multipletests(p, 0.05, method=name)[0]
                np.testing.assert_array_equal(rule(p), truth)
            assert not (bonferroni(p) & ~holm(p)).any()


def test_categories_are_counted_and_the_unseen_ones_reported():
    old, new = ["a"] * 30 + ["b"] * 10, ["b"] * 9 + ["c"] * 4 + ["a"] * 20
    table, unseen = category_counts(old, pd.Series(new, dtype="category"))
    assert table.to_dict() == {"old": {"a": 30, "b": 10, "c": 0}, "new": {"a": 20, "b": 9, "c": 4}}
    assert table.index.tolist() == ["a", "b", "c"] and unseen.to_dict() == {"c": 4}
    statistic, _, free, _ = stats.chi2_contingency(table)
    total = np.outer(table.sum(axis=1), table.sum()) / 73
    assert statistic == pytest.approx(((table - total) ** 2 / total).to_numpy().sum()) and free == 2
    assert category_counts([1, 2], np.array([2, 2])).unseen.empty


def test_bonferroni_holds_its_level_over_fifty_features():
    p = np.random.default_rng(6).random((4000, 50))
    single = np.mean([(row < 0.05).any() for row in p])
    held = np.mean([bonferroni(row).any() for row in p])
    assert single == pytest.approx(1 - 0.95**50, abs=0.02)
    assert held == pytest.approx(1 - (1 - 0.001) ** 50, abs=4 * math.sqrt(0.05 / 4000))


ROWS = np.arange(40.0).reshape(20, 2)


@pytest.mark.parametrize("function", [ks, psi])
@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        (ROWS[:, 0], ROWS, ValueError, "old must have two dimensions.*For one feature pass"),
        (ROWS, ROWS[:, 0], ValueError, "new must have two dimensions"),
        (ROWS, ROWS[:, :1], ValueError, "same features; got 2 and 1. Select the columns"),
        (np.where(ROWS == 4, np.nan, ROWS), ROWS, ValueError, "old has NaN.*feature 0. Drop"),
        (ROWS, np.where(ROWS == 5, np.inf, ROWS), ValueError, "new has NaN or infinity.*feature 1"),
        (ROWS[:0], ROWS, ValueError, r"old is empty, shape \(0, 2\)"),
        (ROWS, [["a", "b"]], TypeError, "new must hold numbers. Leave out or encode"),
    ],
)
def test_bad_rows_are_named(function, old, new, error, message):
    with pytest.raises(error, match=message):
        function(old, new)


@pytest.mark.parametrize(
    ("old", "new", "bins", "error", "message"),
    [
        (ROWS, ROWS, 1, ValueError, "bins must be at least 2"),
        (ROWS, ROWS, 2.5, TypeError, "bins must be a whole number"),
        (ROWS, ROWS, True, TypeError, "bins must be a whole number"),
        (ROWS[:9], ROWS, 10, ValueError, "old has 9 rows, fewer than 10 bins. Wait for more"),
        (ROWS, ROWS[:9], 10, ValueError, "new has 9 rows, fewer than 10 bins"),
        (np.ones((20, 1)), ROWS[:, :1], 10, ValueError, "one value.*feature 0.*Leave the"),
        (np.eye(1, 20).T, ROWS[:, :1], 10, ValueError, "one value, or nearly so, in feature 0"),
    ],
)
def test_bad_bins_are_named(old, new, bins, error, message):
    with pytest.raises(error, match=message):
        psi(old, new, bins)


@pytest.mark.parametrize(
    ("new", "error", "message"),
    [
        (ROWS[:9], ValueError, "new has 9 rows, fewer than 10 bins"),
        (ROWS[:, :1], ValueError, "same features; got 2 and 1"),
        (np.where(ROWS == 5, np.nan, ROWS), ValueError, "new has NaN or infinity.*feature 1"),
        (ROWS[:0], ValueError, "new is empty"),
        ("rows", TypeError, "new must hold numbers"),
    ],
)
def test_bad_batches_are_named(new, error, message):
    with pytest.raises(error, match=message):
        psi_against(ROWS)(new)


@pytest.mark.parametrize(
    ("p", "level", "message"),
    [
        ([], 0.05, "p must be a series of at least one p-value"),
        (0.03, 0.05, "p must be a series"),
        ([0.5, 1.2], 0.05, "p must lie between 0 and 1"),
        ([0.5, math.nan], 0.05, "p must lie between 0 and 1"),
        ([0.5], 5, "level must lie between 0 and 1"),
    ],
)
def test_bad_p_values_are_named(p, level, message):
    for rule in (bonferroni, holm):
        with pytest.raises(ValueError, match=message):
            rule(p, level)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ([], ["a"], "old is empty"),
        (["a"], [], "new is empty"),
        (["a", "b"], ["a", None, np.nan], "new has 2 missing labels. Give them a label"),
        (["a", "a"], ["a"], "one category only"),
    ],
)
def test_bad_labels_are_named(old, new, message):
    with pytest.raises(ValueError, match=message):
        category_counts(old, new)
