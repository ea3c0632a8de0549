"""Gates: against statsmodels, against brute force, against simulation; bad input is refused."""

from itertools import product
from math import comb

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar
from statsmodels.stats.power import TTestPower
from statsmodels.stats.proportion import (
    power_proportions_2indep,
    samplesize_proportions_2indep_onetail,
)

from helpers.gates import (
    better_mean,
    chance_not_ahead,
    mcnemar,
    mean_labels,
    paired_labels,
    paired_power,
    significantly_better,
    unpaired_labels,
    unpaired_power,
)

SIMULATED = 40_000


def assert_share_is(hits, expected):
    """Within 4 standard errors."""
    assert abs(np.mean(hits) - expected) < 4 * (expected * (1 - expected) / len(hits)) ** 0.5


def drawn(n, wins, losses, seed=0):
    """Numbers of wins and losses on ``n`` rows, many times."""
    shares = [wins, losses, 1 - wins - losses]
    return np.random.default_rng(seed).multinomial(n, shares, SIMULATED).T[:2]


def zero_one(wins, losses, agreed):
    """Losses with so many rows of each kind; half of those agreed upon are wrong."""
    both = np.arange(agreed) % 2
    champion = np.concatenate([np.ones(wins), np.zeros(losses), both])
    return champion, np.concatenate([np.zeros(wins), np.ones(losses), both])


# Decisions.


def test_the_lower_mean_wins_and_a_tie_keeps_the_champion():
    assert better_mean([1, 2, 3], [1, 2, 2.9])
    assert not better_mean([1, 2, 3], [3, 1, 2])
    assert not better_mean([0, 1], [1, 1])


@pytest.mark.parametrize(("wins", "losses"), [(0, 0), (1, 0), (9, 3), (3, 9), (40, 22), (300, 250)])
def test_mcnemar_by_counting_and_by_statsmodels(wins, losses):
    m = wins + losses
    exact = sum(comb(m, x) for x in range(wins, m + 1)) / 2**m
    assert_allclose(mcnemar(wins, losses, mid=False), exact, rtol=1e-9)
    assert_allclose(mcnemar(wins, losses), exact - comb(m, wins) / 2 ** (m + 1), rtol=1e-9)
    two_sided = statsmodels_mcnemar([[5, wins], [losses, 5]], exact=True).pvalue
    assert_allclose(min(1, 2 * mcnemar(max(wins, losses), min(wins, losses), mid=False)), two_sided)


@pytest.mark.parametrize("level", [0.01, 0.05, 0.2])
@pytest.mark.parametrize("wins", range(0, 13))
def test_zero_one_losses_are_decided_by_mcnemar(level, wins):
    champion, challenger = zero_one(wins, 4, 10)
    decide, exact = (significantly_better(level, test) for test in (None, "exact"))
    assert decide(champion, challenger) == (mcnemar(wins, 4) <= level)
    assert exact(champion, challenger) == (stats.binom.sf(wins - 1, wins + 4, 0.5) <= level)


def test_real_losses_are_decided_by_the_paired_tests_of_scipy():
    rng, verdicts = np.random.default_rng(1), set()
    for shift in np.linspace(-0.5, 1, 30):
        a, b = rng.gamma(2, size=(2, 25))
        b = b - shift
        for test, p in [
            (None, stats.ttest_rel(a, b, alternative="greater").pvalue),
            ("t", stats.ttest_rel(a, b, alternative="greater").pvalue),
            ("wilcoxon", stats.wilcoxon(a, b, alternative="greater").pvalue),
        ]:
            verdict = significantly_better(0.05, test)(a, b)
            assert verdict == (p <= 0.05)
            verdicts.add((test, verdict))
    assert len(verdicts) == 6


def test_differences_without_spread():
    decide = significantly_better(0.05)
    assert not decide([0.5, 1.5], [0.5, 1.5])
    assert decide([1.5, 2.5], [0.5, 1.5])
    assert not decide([0.5, 1.5], [1.5, 2.5])


@pytest.mark.parametrize("level", [0.025, 0.05])
def test_equal_real_losses_pass_as_often_as_the_level_says(level):
    rng = np.random.default_rng(2)
    losses = rng.normal(size=(2, 4000, 30)) + rng.normal(size=(4000, 30))
    decide = significantly_better(level)
    assert_share_is([decide(a, b) for a, b in zip(*losses, strict=True)], level)


# Numbers of labels.


def test_the_textbook_cases():
    """Connor 1987, formula (4); two proportions with unpooled variances."""
    z = stats.norm.isf(0.025) * 0.06**0.5 + stats.norm.isf(0.2) * (0.06 - 0.02**2) ** 0.5
    assert paired_labels(0.04, 0.02) == np.ceil((z / 0.02) ** 2)
    z = stats.norm.isf(0.025) + stats.norm.isf(0.2)
    assert unpaired_labels(0.9, 0.92) == np.ceil(z**2 * (0.09 + 0.0736) / 0.02**2)


@pytest.mark.parametrize(
    ("p", "q", "level", "power"), [(0.9, 0.92, 0.025, 0.8), (0.5, 0.6, 0.05, 0.9)]
)
def test_unpaired_against_statsmodels(p, q, level, power):
    """It pools the variances under the null hypothesis, which moves n by less than 1%."""
    options = {"alpha": level, "alternative": "larger"}
    n = samplesize_proportions_2indep_onetail(q - p, p, power, **options)
    assert_allclose(unpaired_labels(p, q, level, power), n, rtol=0.01)
    theirs = power_proportions_2indep(q - p, p, 500, **options).power
    assert_allclose(unpaired_power(500, p, q, level), theirs, atol=0.01)


@pytest.mark.parametrize(
    ("gap", "sd", "level", "power"), [(0.1, 1.3, 0.025, 0.8), (2, 9, 0.1, 0.9)]
)
def test_means_against_statsmodels(gap, sd, level, power):
    """Its t-test needs about z^2 / 2 rows more than the normal approximation."""
    n = TTestPower().solve_power(gap / sd, alpha=level, power=power, alternative="larger")
    assert 0 <= n - mean_labels(gap, sd, level, power) + 1 < stats.norm.isf(level) ** 2 / 2 + 2


@pytest.mark.parametrize(("wins", "losses"), [(0.04, 0.02), (0.1, 0.08), (0.03, 0.01), (0.3, 0.2)])
@pytest.mark.parametrize("power", [0.8, 0.95])
def test_exact_power_is_what_the_formula_asked_for(wins, losses, power):
    n = paired_labels(wins, losses, power=power)
    assert_allclose(paired_power(n, wins, losses), power, atol=0.02)
    p, q = 0.6, 0.6 + wins - losses
    assert_allclose(unpaired_power(unpaired_labels(p, q, power=power), p, q), power, atol=1e-3)


@pytest.mark.parametrize(("n", "wins", "losses"), [(7, 0.5, 0.2), (4, 0.3, 0.3), (5, 0.9, 0.1)])
@pytest.mark.parametrize("level", [0.025, 0.2])
def test_power_by_counting_every_table(n, wins, losses, level):
    power = not_ahead = 0.0
    shares = [wins, losses, 1 - wins - losses]
    for rows in product(range(3), repeat=n):
        probability = np.prod([shares[row] for row in rows])
        w, lost = rows.count(0), rows.count(1)
        power += probability * (mcnemar(w, lost) <= level)
        not_ahead += probability * (w <= lost)
    assert_allclose(paired_power(n, wins, losses, level), power, rtol=1e-9)
    assert_allclose(chance_not_ahead(n, wins, losses), not_ahead, rtol=1e-9)


@pytest.mark.parametrize(
    ("n", "wins", "losses"), [(50, 0.04, 0.02), (1175, 0.04, 0.02), (1175, 0.03, 0.03)]
)
def test_power_by_simulation(n, wins, losses):
    w, lost = drawn(n, wins, losses)
    assert_share_is(mcnemar(w, lost) <= 0.025, paired_power(n, wins, losses))
    assert_share_is(w <= lost, chance_not_ahead(n, wins, losses))


def test_unpaired_power_by_simulation():
    rng, n = np.random.default_rng(3), 3211
    a, b = (rng.binomial(n, p, SIMULATED) / n for p in (0.9, 0.92))
    z = (b - a) / np.sqrt((a * (1 - a) + b * (1 - b)) / n)
    assert_share_is(z > stats.norm.isf(0.025), unpaired_power(n, 0.9, 0.92))
    assert unpaired_power(np.array([n, 2 * n]), 0.9, 0.92).shape == (2,)


def test_mean_labels_by_simulation():
    n, rng = mean_labels(0.3, 1.0), np.random.default_rng(4)
    differences = rng.normal(0.3, 1, (20_000, n))
    z = differences.mean(axis=1) * n**0.5  # the variance is known, so the formula is exact
    assert_share_is(z > stats.norm.isf(0.025), stats.norm.cdf(0.3 * n**0.5 - stats.norm.isf(0.025)))


# Bad input.


@pytest.mark.parametrize("decide", [better_mean, significantly_better(0.05)])
def test_decisions_refuse_what_is_not_one_loss_a_row(decide):
    for champion, challenger, message in [
        ([], [], "champion must hold one loss a row, at least one"),
        ([[1.0]], [1.0], "champion must hold one loss a row"),
        ([1.0], 1.0, "challenger must hold one loss a row"),
        ([1.0, 2.0], [1.0], "scored on the same rows; got 2 and 1"),
        ([1.0, 2.0], [1.0, np.nan], "challenger has NaN or infinity, first in row 1"),
        ([np.inf], [1.0], "champion has NaN or infinity, first in row 0"),
    ]:
        with pytest.raises(ValueError, match=message):
            decide(champion, challenger)


def test_tests_refuse_losses_that_they_are_not_for():
    with pytest.raises(ValueError, match="test 'mid-p' is for losses of 0 and 1"):
        significantly_better(0.05, "mid-p")([0.5, 1], [0, 1])
    with pytest.raises(ValueError, match="at least 2 rows; got 1"):
        significantly_better(0.05)([0.5], [0.2])
    with pytest.raises(ValueError, match="test must be one of mid-p, exact, t, wilcoxon"):
        significantly_better(0.05, "chi2")


@pytest.mark.parametrize("level", [0, 0.5, 5, -0.1, np.nan, [0.05]])
def test_levels_are_refused(level):
    for attempt in (
        lambda: significantly_better(level),
        lambda: paired_labels(0.04, 0.02, level),
        lambda: unpaired_labels(0.9, 0.92, level),
        lambda: mean_labels(1, 1, level),
        lambda: paired_power(50, 0.04, 0.02, level),
        lambda: unpaired_power(50, 0.9, 0.92, level),
    ):
        with pytest.raises(ValueError, match="level must be above 0 and below 0.5"):
            attempt()


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (lambda: paired_labels(4, 2), "wins must be a share of the rows"),
        (lambda: paired_labels(0.04, -0.01), "defeats must be a share of the rows"),
        (lambda: paired_labels(0.02, 0.04), "wins must be above defeats"),
        (lambda: paired_power(50, 0, 0), "wins . defeats must be above 0"),
        (lambda: paired_power(50, 0.7, 0.6), "wins . defeats must be above 0 and at most 1"),
        (lambda: paired_power(0, 0.04, 0.02), "n must be a whole number of labelled rows"),
        (lambda: chance_not_ahead(5.5, 0.04, 0.02), "n must be a whole number of labelled rows"),
        (lambda: paired_labels(0.04, 0.02, power=80), "power must be from 0.5 to below 1"),
        (lambda: unpaired_labels(90, 92), "champion must be an accuracy between 0 and 1"),
        (lambda: unpaired_labels(0.92, 0.9), "challenger must be above champion"),
        (lambda: mean_labels(0, 1), "gap must be a number above 0"),
        (lambda: mean_labels(1, np.nan), "sd must be a number above 0"),
        (lambda: mcnemar(1.5, 2), "wins must be a number of rows"),
        (lambda: mcnemar(1, -2), "defeats must be a number of rows"),
    ],
)
def test_bad_input_is_refused_with_the_reason(attempt, message):
    with pytest.raises(ValueError, match=message):
        attempt()
