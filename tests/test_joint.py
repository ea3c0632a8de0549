"""MMD and the domain classifier against brute force, and what each of them can see."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures
from sklearn.tree import DecisionTreeClassifier

from helpers.joint import domain_classifier, mmd

PRODUCTS = make_pipeline(PolynomialFeatures(2), LogisticRegression())


def mmd_by_loop(old, new):
    """Equation 3 of Gretton et al. (2012), pair by pair."""
    rows = np.vstack([old, new])
    rows = rows / rows.std(axis=0)
    pairs = itertools.combinations(rows, 2)
    width = np.median([np.sum((a - b) ** 2) for a, b in pairs])
    x, y = rows[: len(old)], rows[len(old) :]

    def mean(first, second):
        same = first is second
        pairs = itertools.permutations(first, 2) if same else itertools.product(first, second)
        return np.mean([math.exp(-np.sum((a - b) ** 2) / (2 * width)) for a, b in pairs])

    return mean(x, x) + mean(y, y) - 2 * mean(x, y)


def flipped(n, rng, rho=0.8):
    """Two features whose correlation turns from +rho to -rho; each alone stays N(0, 1)."""
    cov = np.array([[1, rho], [rho, 1]])
    signs = np.array([[1, -1], [-1, 1]])
    return (rng.multivariate_normal([0, 0], c, size=n) for c in (cov, cov * signs))


def test_mmd_is_that_of_a_plain_loop():
    rng = np.random.default_rng(0)
    for n, m, d in [(5, 9, 1), (12, 7, 3), (2, 2, 2)]:
        old, new = rng.normal(size=(n, d)), rng.normal(1, 3, size=(m, d)) * [1000, 1, 0.1][:d]
        assert mmd(old, new).statistic == pytest.approx(mmd_by_loop(old, new), abs=1e-9)


def test_the_p_value_is_that_of_all_splits():
    """With 4 + 4 rows there are 70 splits: random ones count the same share of them."""
    rng = np.random.default_rng(1)
    old, new = rng.normal(size=(4, 2)), rng.normal(1, size=(4, 2))
    rows = np.vstack([old, new])
    values = []
    for chosen in itertools.combinations(range(8), 4):
        rest = [i for i in range(8) if i not in chosen]
        values.append(mmd_by_loop(rows[list(chosen)], rows[rest]))
    truth = np.mean(np.array(values) >= mmd_by_loop(old, new) - 1e-12)
    found = mmd(old, new, permutations=4000).p
    assert found == pytest.approx(truth, abs=4 * math.sqrt(truth * (1 - truth) / 4000) + 1 / 4000)


def test_mmd_does_not_depend_on_units_or_order():
    rng = np.random.default_rng(2)
    old, new = rng.normal(size=(30, 2)), rng.normal(size=(20, 2))
    there, back = mmd(old, new), mmd(new * [1000, 1], old * [1000, 1])
    assert there.statistic == pytest.approx(back.statistic, abs=1e-12)
    assert mmd(old, new, seed=3) == mmd(pd.DataFrame(old), pd.DataFrame(new), seed=3)


def test_mmd_sees_a_correlation_that_turns():
    rng = np.random.default_rng(3)
    assert all(mmd(*flipped(150, rng), seed=i).p == 0.005 for i in range(10))


def test_the_auc_is_that_of_the_halves_not_used_for_the_fit():
    rng = np.random.default_rng(4)
    old, new = rng.normal(size=(60, 2)), rng.normal(0.7, size=(41, 2))
    seen = []

    class Spy(LogisticRegression):
        def fit(self, X, y):
            seen.append((X, y))
            return super().fit(X, y)

    found = domain_classifier(old, new, Spy())
    [(X, y)] = seen
    rest = [[row for row in rows if not (X == row).all(axis=1).any()] for rows in (old, new)]
    assert [len(r) for r in rest] == [30, 21] and np.bincount(y).tolist() == [30, 20]
    scores = LogisticRegression().fit(X, y).predict_proba(np.vstack(rest))[:, 1]
    assert found.auc == pytest.approx(roc_auc_score(np.repeat([0, 1], [30, 21]), scores))
    assert found == domain_classifier(old, new, LogisticRegression())
    sd = math.sqrt(52 / 12 / 30 / 21)
    assert found.p == pytest.approx(0.5 * math.erfc((found.auc - 0.5) / sd / math.sqrt(2)), rel=0.1)


def test_the_classifier_sees_what_it_can_fit():
    """Old from new is sign(x1 x2): right in 1/2 + asin(.8)/pi of rows; a line sees nothing."""
    rng = np.random.default_rng(5)
    old, new = flipped(20_000, rng)
    assert abs(domain_classifier(old, new, LogisticRegression()).auc - 0.5) < 4 * 0.0041
    model = PRODUCTS.fit(np.vstack([old, new]), np.repeat([0, 1], 20_000))
    accuracy = model.score(np.vstack([*flipped(20_000, rng)]), np.repeat([0, 1], 20_000))
    assert accuracy == pytest.approx(0.5 + math.asin(0.8) / math.pi, abs=4 * 0.002)
    assert domain_classifier(old, new, PRODUCTS).auc > accuracy


ROWS = np.random.default_rng(6).normal(size=(20, 2))


@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        (ROWS[:, 0], ROWS, ValueError, "old must have two dimensions"),
        (ROWS, ROWS[:, :1], ValueError, "same features; got 2 and 1"),
        (ROWS, np.full((9, 2), np.nan), ValueError, "new has NaN or infinity"),
        (ROWS[:0], ROWS, ValueError, "old is empty"),
        (ROWS, [["a", "b"]], TypeError, "new must hold numbers"),
        (ROWS, ROWS[:1], ValueError, "need at least . rows each; got 20 and 1"),
    ],
)
def test_bad_rows_are_named(old, new, error, message):
    for test in (mmd, lambda a, b: domain_classifier(a, b, DecisionTreeClassifier())):
        with pytest.raises(error, match=message):
            test(old, new)


@pytest.mark.parametrize(
    ("old", "options", "error", "message"),
    [
        (ROWS, {"permutations": 18}, ValueError, "permutations must be at least 19"),
        (ROWS, {"permutations": 99.0}, TypeError, "permutations must be a whole number"),
        (np.tile(ROWS, (200, 1)), {}, ValueError, "4020 rows together.*at most 4000. Draw some"),
        (ROWS * [1, 0], {}, ValueError, "feature 1 is constant over old and new. Leave it out"),
        (np.ones((90, 2)), {}, ValueError, "mostly copies of one row"),
    ],
)
def test_bad_samples_for_mmd_are_named(old, options, error, message):
    new = ROWS * [1, 0] if "constant" in message else ROWS
    with pytest.raises(error, match=message):
        mmd(old, new, **options)


def test_four_rows_each_are_enough_for_the_classifier():
    old, new = np.arange(8.0).reshape(2, 4, 1)
    assert domain_classifier(old, new, LogisticRegression()).auc == 1.0


def test_a_model_without_probabilities_is_named():
    with pytest.raises(TypeError, match="with predict_proba; RidgeClassifier has none"):
        domain_classifier(ROWS, ROWS, RidgeClassifier())
