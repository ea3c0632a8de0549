"""Without drift no test rejects more often than its level, by more than three standard errors.

Exact tests reject as often as their level, too: the permutation test where level times
(permutations + 1) is a whole number, t-tests of normal features under Bonferroni and Holm, and the
exact KS test at the levels that its few possible values leave.
"""

import math

import numpy as np
import pytest
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from helpers.joint import domain_classifier, mmd
from helpers.twosample import bonferroni, category_counts, holm, ks, psi

DRAWS, LEVEL = 2000, 0.05


def error(rate=LEVEL):
    """Three standard errors of a share in `DRAWS` draws."""
    return 3 * math.sqrt(rate * (1 - rate) / DRAWS)


@pytest.mark.parametrize(("n", "m"), [(50, 60), (500, 100)])
def test_ks(n, m):
    rng = np.random.default_rng(0)
    p = ks(rng.normal(size=(n, DRAWS)), rng.normal(size=(m, DRAWS))).p
    assert np.mean(p <= LEVEL) < LEVEL + error()


def test_exact_ks_rejects_as_often_as_its_largest_possible_p_value_within_the_level():
    """With 10 + 10 rows the statistic has 10 values; the largest p within .05 is .0123."""
    rng = np.random.default_rng(1)
    old, new = rng.normal(size=(2, DRAWS, 10))
    p = np.array([stats.ks_2samp(a, b, method="exact").pvalue for a, b in zip(old, new)])  # noqa: B905
    within = max(value for value in np.unique(p) if value <= LEVEL)
    assert abs(np.mean(p <= LEVEL) - within) < error(within)
    assert within < 0.02  # a discrete test spends only a part of its level


@pytest.mark.parametrize("bins", [5, 10])
@pytest.mark.parametrize(("n", "m"), [(500, 500), (2000, 500)])
def test_psi_by_the_cut_of_its_law(n, m, bins):
    rng = np.random.default_rng(2)
    found = psi(rng.normal(size=(n, DRAWS)), rng.normal(size=(m, DRAWS)), bins)
    cut = (1 / n + 1 / m) * stats.chi2.ppf(1 - LEVEL, bins - 1)
    assert np.mean(found > cut) < LEVEL + error()


def test_chi_squared_of_categories():
    rng = np.random.default_rng(3)
    shares, names = [0.1, 0.2, 0.3, 0.4], np.array(list("abcd"))
    samples = rng.choice(names, size=(DRAWS, 2, 150), p=shares)
    p = [stats.chi2_contingency(category_counts(*pair).table)[1] for pair in samples]
    assert np.mean(np.array(p) <= LEVEL) < LEVEL + error()


def test_mmd_is_exact_and_its_p_value_uniform():
    """On the grid 1/20, 2/20, ... 1, each value equally often."""
    rng = np.random.default_rng(4)
    samples = rng.standard_t(3, size=(DRAWS, 2, 9, 2))
    p = np.array([mmd(*pair, permutations=19, seed=rng).p for pair in samples])
    assert abs(np.mean(p <= LEVEL) - LEVEL) < error()
    counts = np.bincount(np.rint(20 * p).astype(int), minlength=21)[1:]
    assert counts.sum() == DRAWS and stats.chisquare(counts).pvalue > 0.001
    assert stats.kstest(p - rng.uniform(0, 1 / 20, DRAWS), "uniform").pvalue > 0.001


@pytest.mark.slow
@pytest.mark.parametrize("d", [1, 10])
@pytest.mark.parametrize("model", [LogisticRegression(), DecisionTreeClassifier(max_depth=3)])
def test_domain_classifier(model, d):
    rng = np.random.default_rng(5)
    samples = rng.normal(size=(DRAWS, 2, 60, d))
    p = np.array([domain_classifier(*pair, model, seed=i).p for i, pair in enumerate(samples)])
    assert np.mean(p <= LEVEL) < LEVEL + error()


def test_out_of_fold_scores_would_reject_too_often():
    """Why `domain_classifier` does not cross-validate: the variance of the AUC is about doubled.

    Two folds of 50 + 50 rows, ten features, scored along the difference of the other fold's means.
    """
    rng, n, folds = np.random.default_rng(6), 50, 2
    old, new = rng.normal(size=(2, DRAWS, folds, n, 10))
    across = new.mean(axis=2) - old.mean(axis=2)
    scores = [np.einsum("rfnd,rfd->rfn", rows, across[:, ::-1]) for rows in (old, new)]
    pooled = [s.reshape(DRAWS, -1) for s in scores]
    rank = stats.rankdata(np.concatenate(pooled, axis=1), axis=1)[:, folds * n :].sum(axis=1)
    size = folds * n
    auc = (rank - size * (size + 1) / 2) / size**2
    z = (auc - 0.5) / math.sqrt((2 * size + 1) / 12 / size**2)
    assert np.mean(z**2) == pytest.approx(2, rel=0.15)
    assert np.mean(z > stats.norm.isf(LEVEL)) > LEVEL + 2 * error()


def test_fifty_features_under_bonferroni_and_holm():
    """t-tests of independent normal features: p-values exactly uniform."""
    rng = np.random.default_rng(7)
    p = stats.ttest_ind(*rng.normal(size=(2, 10, DRAWS, 50)), axis=0).pvalue
    exact = 1 - (1 - LEVEL / 50) ** 50
    for rule in (bonferroni, holm):
        rate = np.mean([rule(row, LEVEL).any() for row in p])
        assert abs(rate - exact) < error(exact) and rate < LEVEL + error()
    single = 1 - (1 - LEVEL) ** 50
    assert abs(np.mean((p <= LEVEL).any(axis=1)) - single) < error(single)


def test_holm_holds_its_level_where_some_features_moved():
    rng = np.random.default_rng(8)
    shift = np.where(np.arange(50) < 25, 3.0, 0.0)
    p = stats.ttest_ind(rng.normal(size=(10, DRAWS, 50)), rng.normal(shift, size=(10, DRAWS, 50)))
    alarms = {rule: np.array([rule(row) for row in p.pvalue]) for rule in (bonferroni, holm)}
    for found in alarms.values():
        assert np.mean(found[:, 25:].any(axis=1)) < LEVEL + error()
    assert alarms[holm][:, :25].sum() > alarms[bonferroni][:, :25].sum()
