"""Classifiers and moving mixes: ceilings, claims, weights, priors; notebooks 02, 03, 06 and 12."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import norm
from sklearn.metrics import brier_score_loss, precision_score, recall_score, roc_auc_score

from helpers.adaptation import bbse_prior, effective_sample_size, em_prior, kitagawa, reprior
from helpers.incident_worlds import measured_error
from helpers.monitors import cbpe, expected_brier
from tests.theory.simulated import agrees, shown, value


def rng(seed=0):
    return np.random.default_rng(seed)


def share(hits, exact, sharp=0.05):
    """A share, within 4 standard errors, and so sharply that an error of `sharp` would show."""
    error = 4 * np.std(hits) / len(hits) ** 0.5
    assert abs(np.mean(hits) - exact) < error < sharp * exact


# How right one can be: notebook 02.


@pytest.mark.parametrize("sd", [4, 1])
def test_the_ceiling_of_accuracy_is_the_mean_of_the_larger_probability(sd):
    def larger(x):
        return max(expit(x), expit(-x)) * norm.pdf(x, 0, sd)

    exact = quad(larger, -10 * sd, 10 * sd, points=[0], limit=200)[0]
    f = expit(rng(sd).normal(0, sd, 200_000))
    y = rng(sd + 1).random(len(f)) < f
    share((f > 0.5) == y, exact)
    X = sd * norm.ppf((np.arange(20_001) + 0.5) / 20_001)[:, None]

    class World:
        def points(self, t):
            return X, np.full(len(X), 1 / len(X))

        def mean(self, X, t):
            return expit(X[:, 0])

    assert_allclose(shown("02", "ceiling")(World(), 0), exact, atol=1e-4)


def test_a_step_along_the_undecided_line_moves_no_probability():
    a, step = np.array([2, -1]), np.array([1, 2]) / 5**0.5
    assert a @ step == 0 and step @ step == pytest.approx(1)


def test_what_a_calibrated_model_claims_is_what_scikit_learn_measures():
    p = expit(rng(2).normal(0.5, 1.5, 200_000))
    y = (rng(3).random(len(p)) < p).astype(int)
    for threshold in (0.5, 0.2):
        share((p >= threshold) == y, cbpe(p, threshold))
        assert_allclose(
            shown("solutions/02", "expected_accuracy")(p, threshold), cbpe(p, threshold)
        )
    squares = (y - p) ** 2
    assert_allclose(squares.mean(), brier_score_loss(y, p), rtol=1e-9)
    agrees(squares, expected_brier(p), as_accuracy=1 - cbpe(p))


def test_wrong_labels_shift_a_measured_error():
    wrong, flipped = rng(4).random((2, 400_000)) < np.array([[0.12], [0.25]])
    exact = measured_error(0.12, 0.25)
    share(wrong != flipped, exact)
    assert_allclose(exact, 0.12 * (1 - 0.25) + (1 - 0.12) * 0.25, rtol=1e-12)


# Weights: notebook 03.

OLD, NEW = norm(1, 0.5), norm(1.3, 0.35)


def test_weighted_rows_stand_for_the_new_mix():
    x = OLD.rvs(200_000, random_state=rng(5))
    loss = (x - 0.4) ** 2 + rng(6).normal(size=len(x)) ** 2
    w = NEW.pdf(x) / OLD.pdf(x)
    exact = 1 + 0.35**2 + 0.9**2
    unweighted, turned = 1 + 0.5**2 + 0.6**2, (1 / w * loss).mean()
    agrees(w * loss, exact, unweighted=unweighted, upside_down=turned)


@pytest.mark.parametrize(("mean", "sd"), [(2, 0.25), (1.3, 0.35), (1, 0.6), (1.25, 0.25)])
def test_the_long_run_share_by_quadrature_and_simulation(mean, sd):
    long_run_share = shown("03", "long_run_share")
    new = norm(mean, sd)
    square, _ = quad(lambda x: new.pdf(x) ** 2 / OLD.pdf(x), -15, 17, points=[mean], limit=500,
                     epsabs=1e-13, epsrel=1e-13)  # fmt: skip
    assert_allclose(long_run_share(OLD, new), 1 / square, rtol=1e-9)
    if (mean, sd) != (2, 0.25):  # there the weights' squares have too long a tail to simulate
        x = OLD.rvs(400_000, random_state=rng(7))
        w2 = (new.pdf(x) / OLD.pdf(x)) ** 2
        agrees(w2, square, one_sided=square**0.5)
        assert_allclose(effective_sample_size(w2**0.5) / len(x), 1 / square, rtol=0.02)


def test_a_new_mix_that_is_too_wide_has_no_long_run_share():
    assert shown("03", "long_run_share")(norm(1, 0.5), norm(1, 0.72)) == 0
    log_square = [2 * norm.logpdf(x, 1, 0.72) - norm.logpdf(x, 1, 0.5) for x in (10, 20, 30)]
    assert log_square[0] < log_square[1] < log_square[2]  # the integrand grows without bound


def test_odds_times_rows_are_the_ratio_of_densities():
    """Of the classifier that knows both densities: Bayes' rule."""
    x, n_old, n_new = np.linspace(0, 2.5, 11), 150, 600
    p_new = n_new * NEW.pdf(x) / (n_new * NEW.pdf(x) + n_old * OLD.pdf(x))
    w = n_old / n_new * p_new / (1 - p_new)
    assert_allclose(w, NEW.pdf(x) / OLD.pdf(x), rtol=1e-9)


def test_kishs_rows_are_those_of_the_variance():
    w = rng(8).exponential(size=40) ** 2
    means = rng(9).normal(size=(100_000, 40)) @ w / w.sum()
    exact = shown("03", "effective_sample_size")(w)
    agrees(means**2, 1 / exact, all_rows=1 / 40, first_power=1 / (w.sum() / w.max()))


def test_five_labels_leave_a_line_with_an_infinite_variance():
    """The slope's squared error is F(1, n - 1) over (n - 1) rows' spread: 1 / chi2 of n - 1."""
    assert np.isinf(stats.f(1, 4).var()) and np.isfinite(stats.f(1, 5).var())
    x, noise = rng(10).normal(size=(2, 400_000, 5))
    x = x - x.mean(axis=1, keepdims=True)
    slope2 = ((x * noise).sum(axis=1) / (x**2).sum(axis=1)) ** 2
    law = stats.f(1, 4, scale=1 / 4)
    for level in (0.5, 0.01, 1e-3):
        hits = slope2 > law.isf(level)
        assert abs(hits.mean() - level) < 4 * (level / len(hits)) ** 0.5
    # A tail of power 2: four times as far out, a sixteenth as often.
    assert_allclose(law.sf(4e4) / law.sf(1e4), 1 / 16, rtol=1e-3)


# A new prior: notebooks 03 and 12.


def classes(share_ill, n, seed):
    y = (rng(seed).random(n) < share_ill).astype(int)
    return rng(seed + 1).normal(2 * y - 1), y


def test_precision_falls_with_the_share_and_recall_does_not():
    for share_ill in (0.5, 0.1):
        x, y = classes(share_ill, 400_000, 11)
        hit, miss = norm.cdf(1), norm.cdf(-1)
        exact = share_ill * hit / (share_ill * hit + (1 - share_ill) * miss)
        alarm = x > 0
        share(y[alarm], exact, 0.02)
        share(alarm[y == 1], hit)
        assert_allclose(y[alarm].mean(), precision_score(y, alarm), rtol=1e-9)
        assert_allclose(alarm[y == 1].mean(), recall_score(y, alarm), rtol=1e-9)
        # Two persons' scores differ by N(2, 2): the AUC, whatever the share.
        auc = roc_auc_score(y, x)
        assert abs(auc - norm.cdf(2**0.5)) < 4 * 0.5 / (y == 1).sum() ** 0.5
    assert_allclose(exact, 0.371, atol=5e-4)
    assert round(100 * 0.1 * 0.84 / (0.1 * 0.84 + 0.9 * 0.16)) == 37  # the twelve questions


def test_the_best_accuracy_after_the_shift():
    best = value("03/repriored-run", "best_accuracy")
    x, y = classes(0.1, 400_000, 13)
    share((x > np.log(9) / 2) == y, best, 0.01)  # where both are equally likely
    cuts = np.linspace(-1, 3, 4001)
    accuracies = 0.9 * norm.cdf(1 + cuts) + 0.1 * norm.sf(cuts - 1)
    assert_allclose(best, accuracies.max(), atol=1e-6)


def test_one_persons_new_probability_is_bayes_rule():
    new_probability = shown("solutions/03", "new_probability")
    x = np.linspace(-3, 3, 13)
    for old, new in [(0.5, 0.1), (0.2, 0.7)]:
        before, after = (
            s * norm.pdf(x, 1) / (s * norm.pdf(x, 1) + (1 - s) * norm.pdf(x, -1))
            for s in (old, new)
        )
        assert_allclose([new_probability(p, old, new) for p in before], after, rtol=1e-9)
        both = reprior(np.column_stack([1 - before, before]), [1 - old, old], [1 - new, new])
        assert_allclose(both[:, 1], after, rtol=1e-9)
    odds = new_probability(0.8, 0.5, 0.1) / (1 - new_probability(0.8, 0.5, 0.1))
    assert_allclose(odds, 4 / 9, rtol=1e-9)  # four to one, divided by nine


def test_among_rows_of_one_probability_that_share_is_ill():
    """What the new probability means: counted among people of the new clinic."""
    x, y = classes(0.1, 3_000_000, 15)
    near = abs(x - 0.7) < 0.05
    share(y[near], shown("solutions/03", "new_probability")(expit(1.4), 0.5, 0.1), 0.05)


def test_the_right_share_is_the_mean_probability_under_it():
    """EM's fixed point: at the true share the mean probability is the share."""
    x, _ = classes(0.1, 400_000, 17)
    p = expit(2 * x)
    again = reprior(np.column_stack([1 - p, p]), [0.5, 0.5], [0.9, 0.1])[:, 1]
    agrees(again, 0.1, raw=p.mean())
    assert_allclose(em_prior(np.column_stack([1 - p, p]), [0.5, 0.5])[1], 0.1, atol=0.003)


def test_shares_of_alarms_are_prior_times_confusion():
    x, y = classes(0.1, 400_000, 19)
    hit, miss = norm.cdf(1), norm.cdf(-1)
    share(x > 0, 0.1 * hit + 0.9 * miss)
    confusion = [[hit, miss], [miss, hit]]
    alarms = (x > 0).mean()
    found = bbse_prior(confusion, [1 - alarms, alarms])[1]
    assert abs(found - 0.1) < 4 * 0.42 / len(x) ** 0.5 / (hit - miss)


def test_kitagawas_parts_are_the_mean_of_the_two_orders():
    s0, s1 = rng(21).dirichlet(np.ones(5), 2)
    r0, r1 = rng(22).random((2, 5))
    mix, rate = kitagawa(s0, r0, s1, r1)
    assert_allclose(mix, ((s1 - s0) @ r0 + (s1 - s0) @ r1) / 2, rtol=1e-9)
    assert_allclose(rate, (s0 @ (r1 - r0) + s1 @ (r1 - r0)) / 2, rtol=1e-9)
    assert_allclose(mix + rate, s1 @ r1 - s0 @ r0, rtol=1e-9)
    assert_allclose((mix, rate), shown("03", "kitagawa")(s0, r0, s1, r1), rtol=1e-12)
