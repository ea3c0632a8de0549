"""Laws of tests, indices, charts and detectors: notebooks 07, 08 and 12."""

import itertools
import math

import numpy as np
import pytest
from numpy.testing import assert_allclose
from river.drift.binary import DDM
from scipy import stats
from scipy.optimize import minimize_scalar
from scipy.stats import chi2, norm
from sklearn.metrics import f1_score

from helpers.detection import Always, alarms_of, score_detectors
from helpers.monitors import cusum_alarms
from helpers.run_lengths import (
    alarmed_by,
    bernoulli_chain,
    cusum_run_length,
    mean_run_length,
    normal_chain,
    siegmund,
    threshold_for,
)
from helpers.twosample import bonferroni, psi
from tests.theory.simulated import agrees, shown, value


def rng(seed=0):
    return np.random.default_rng(seed)


def share(hits, exact, **mistakes):
    """A share within 4 standard errors, by its own formula, and no mistake as near."""
    error = 4 * (exact * (1 - exact) / len(hits)) ** 0.5
    assert abs(np.mean(hits) - exact) < error, f"{np.mean(hits)} is not {exact} within {error}"
    for name, wrong in mistakes.items():
        assert abs(np.mean(hits) - wrong) > error, f"{name} would pass"


# Two samples.


def test_two_samples_gap_has_the_law_of_nm_over_n_plus_m_rows():
    n, m, draws = 600, 401, 6000  # without a common divisor the gap has very many values
    ks = shown("07", "ks", largest_gaps=shown("07", "largest_gaps"))
    gaps, p = ks(rng().random((n, draws)), rng(1).random((m, draws)))
    for level in (0.3, 0.1, 0.02):
        at = stats.kstwo.isf(level, round(n * m / (n + m)))
        mistakes = {"smaller_sample": stats.kstwo.sf(at, m), "both": stats.kstwo.sf(at, n + m)}
        share(gaps >= at, level, **mistakes)
        share(p <= level, level)


def test_the_law_of_the_gap_is_near_scipys_exact_one():
    for gap in (30, 40, 50):  # of 500 rows a side
        old = np.arange(500.0)
        exact = stats.ks_2samp(old, old + gap - 0.5, method="exact").pvalue
        assert_allclose(stats.kstwo.sf(gap / 500, 250), exact, rtol=0.12)


@pytest.mark.parametrize(("n", "m", "bins"), [(2000, 1500, 15), (5000, 400, 10)])
def test_the_law_of_the_psi_without_drift(n, m, bins):
    """The second case is exercise 07.1's, with its cut."""
    found = np.concatenate([
        psi(rng(k).random((n, 400)), rng(k + 99).random((m, 400)), bins) for k in range(10)
    ])  # fmt: skip
    scale = 1 / n + 1 / m
    mistakes = {"a_bin_more": bins * scale, "all_rows": (bins - 1) / (n + m)}
    agrees(found, (bins - 1) * scale, reference_only=(bins - 1) / n, **mistakes)
    law = chi2(bins - 1, scale=scale)
    for level in (0.5, 0.05, 0.01):
        share(found > law.isf(level), level)
    share(found > law.isf(0.5), 0.5, a_bin_more=chi2.sf(law.isf(0.5) / scale, bins))


def test_the_psi_of_ten_bins_is_twice_the_chi_squared_distance():
    """To second order the index is that of Pearson's test: the law's reason, by scipy."""
    counts = rng(2).multinomial(20_000, np.full(10, 0.1), 2)
    p, q = counts / 20_000
    index = np.sum((q - p) * np.log(q / p))
    pearson = stats.chi2_contingency(counts, correction=False).statistic
    assert_allclose(index / (2 / 20_000), pearson, rtol=0.01)


def test_at_a_shift_of_three_tenths_the_psi_lies_just_below_a_tenth():
    q = np.diff(norm.cdf(norm.ppf(np.arange(11) / 10) - 0.3))
    index = np.sum((q - 0.1) * np.log(q / 0.1))
    assert 0.08 < index < 0.1
    found = psi(rng(6).normal(size=(20_000, 100)), rng(7).normal(0.3, size=(20_000, 100)))
    assert abs(found.mean() - index - 9 / 10_000) < 4 * found.std() / 10 + 1e-4


@pytest.mark.parametrize("tests", [13, 50])
def test_some_alarm_among_independent_tests(tests):
    p = rng(8).random((20_000, tests))
    share((p <= 0.05).any(axis=1), 1 - 0.95**tests, added_up=min(1, 0.05 * tests))
    assert_allclose(1 - 0.95**tests, stats.binom.sf(0, tests, 0.05), rtol=1e-9)
    held = [bonferroni(row).any() for row in p[:8000]]
    share(held, 1 - (1 - 0.05 / tests) ** tests)


def test_looking_often_by_armitages_recursion():
    """Normal sums that have not crossed yet, integrated look by look (Armitage et al. 1969)."""
    sums, step = np.linspace(-12, 12, 1601, retstep=True)
    density, crossed = norm.pdf(sums) * (abs(sums) <= 1.96), {1: 2 * norm.sf(1.96)}
    move = norm.pdf(sums[:, None] - sums) * step
    for looks in range(2, 21):
        density = move @ density
        density = density * (abs(sums) <= 1.96 * looks**0.5)
        crossed[looks] = 1 - density.sum() * step
    published = {5: 0.142, 10: 0.193, 20: 0.248}
    assert {k: round(crossed[k], 3) for k in published} == pytest.approx(published, abs=0.0011)
    days = rng(9).normal(size=(20_000, 20))
    z = value("07/peek", "z", days=days)
    for looks, exact in crossed.items():
        share(z[:, :looks].max(axis=1) > 1.96, exact)
    independent = 1 - 0.95**20
    share(z.max(axis=1) > 1.96, crossed[20], independent=independent)


def test_the_wasserstein_distance_of_a_shift_is_the_shift():
    old = rng(10).normal(35, 10, 1000)
    assert_allclose(stats.wasserstein_distance(old, old + 0.5), 0.5, rtol=1e-9)


# CUSUM charts.


def test_the_bernoulli_chart_stands_still_at_one_error_in_seven():
    assert 6 * (1 / 7) - 1 * (6 / 7) == pytest.approx(0, abs=1e-15)
    # Its steps are near the log likelihood ratio of .2 against .1, in whole numbers.
    assert math.log(0.2 / 0.1) / math.log(0.9 / 0.8) == pytest.approx(6, rel=0.03)


def test_the_bernoulli_chain_by_stepping():
    chain, quick = shown("07", "bernoulli_chain"), shown("07", "mean_run_length")
    p, h = 0.2, 20
    run = rng(11).random((20_000, 600)) < p
    total, length = np.zeros(len(run)), np.zeros(len(run), int)
    for row, wrong in enumerate(run.T, 1):
        total = np.maximum(0, total + np.where(wrong, 6, -1))
        length[(total >= h) & (length == 0)] = row
    assert (length > 0).all()
    agrees(length, quick(chain(p, h)), threshold_passed=quick(chain(p, h + 6)))
    assert_allclose(quick(chain(p, h)), mean_run_length(bernoulli_chain(p, h)), rtol=1e-9)


@pytest.mark.parametrize(("k", "h", "shift"), [(0.5, 4, 0.5), (0.5, 4, 1), (0.25, 3, 0.25)])
def test_siegmunds_formula_by_simulation(k, h, shift):
    """Within 3% of the simulated run length, where leaving out the overshoot would be 30% off."""
    lengths, total, row = [], np.zeros(8000), 0
    stream = rng(12)
    while len(total):
        row += 1
        total = np.maximum(0, total + stream.normal(shift - k, 1, len(total)))
        lengths += [row] * int((total > h).sum())
        total = total[total <= h]
    agrees(lengths, cusum_run_length(k, h, shift))
    delta, b = shift - k, h + 1.166
    formula = (math.exp(-2 * delta * b) + 2 * delta * b - 1) / (2 * delta**2) if delta else b**2
    assert_allclose(siegmund(k, h, shift), formula, rtol=1e-9)
    mean, se = np.mean(lengths), np.std(lengths) / len(lengths) ** 0.5
    assert abs(formula - mean) < 0.03 * mean + 4 * se
    without = (math.exp(-2 * delta * h) + 2 * delta * h - 1) / (2 * delta**2) if delta else h**2
    assert abs(without / mean - 1) > 0.2


def test_the_overshoot_of_siegmunds_formula():
    """Twice the mean overshoot of a normal walk, -zeta(1/2) / sqrt(2 pi) (Chernoff 1965)."""
    n = np.arange(1, 4_000_001)
    zeta = (1 / n**0.5).sum() - 2 * n[-1] ** 0.5 - 1 / (2 * n[-1] ** 0.5)  # Euler and Maclaurin
    assert_allclose(zeta, -1.4603545, rtol=1e-7)
    assert_allclose(-2 * zeta / (2 * math.pi) ** 0.5, 1.166, rtol=1e-3)


def test_the_best_allowance_is_half_the_shift():
    """Moustakides (1986): for one quiet time, the delay to a shift of 1 is least at k = 1/2."""
    found = minimize_scalar(
        lambda k: cusum_run_length(k, threshold_for(1000, k), 1), bounds=(0.2, 1),
        method="bounded", options={"xatol": 1e-3},
    )  # fmt: skip
    assert found.x == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(("shift", "batch"), [(0.5, 10), (1, 1)])
def test_a_batch_chart_waits_geometrically(shift, batch):
    batch_delay, quiet = shown("07", "batch_delay"), 200
    limit = norm.isf(batch / quiet)
    means = rng(13).normal(shift, 1 / batch**0.5, (20_000, 300))
    first = 1 + (means * batch**0.5 > limit).argmax(axis=1)
    assert (means * batch**0.5 > limit).any(axis=1).all()
    exact = batch_delay(shift, batch, quiet)
    agrees(batch * first, exact, counts_batches=exact + batch)
    p = norm.sf(limit - shift * batch**0.5)
    assert_allclose(exact, batch * stats.geom(p).mean(), rtol=1e-9)
    assert_allclose(batch_delay(0, batch, quiet), quiet, rtol=1e-9)


def test_quiet_run_lengths_are_nearly_geometric():
    """A month of n rows stays quiet with about exp(-n / A), A the quiet time."""
    for h, rows in [(5, 1000), (7, 2000), (8, 2000)]:
        quiet = cusum_run_length(0.5, h)
        exact = 1 - alarmed_by(normal_chain(0.5, h), rows)[-1]
        assert_allclose(math.exp(-rows / quiet), exact, rtol=0.025)
        assert abs(1 - rows / quiet - exact) > 0.025 * exact or rows < 0.3 * quiet


def test_the_cost_of_a_threshold():
    """Exercise 07.4: 5000 quiet rows with a chart that starts afresh, then a change of one sd."""
    cost_per_row, h = shown("solutions/07", "cost_per_row"), 4.0
    streams, stream = 3000, rng(18)
    total, false, late = np.zeros(streams), np.zeros(streams), np.zeros(streams)
    for _ in range(5000):
        total = np.maximum(0, total + stream.normal(size=streams) - 0.5)
        false += total > h
        total[total > h] = 0
    total, waiting = np.zeros(streams), np.ones(streams, bool)
    while waiting.any():
        late += waiting
        total = np.maximum(0, total + stream.normal(1, 1, streams) - 0.5)
        waiting &= total <= h
    cost = 20 * false + 1.25 * late
    agrees(cost, 5000 * cost_per_row(h), false_alarms_alone=20 * false.mean())


def test_one_unit_of_threshold_costs_two_rows_and_divides_false_alarms_by_e():
    for h in (5, 6, 7):
        late = [cusum_run_length(0.5, x, 1) for x in (h, h + 1)]
        quiet = [cusum_run_length(0.5, x) for x in (h, h + 1)]
        assert_allclose(late[1] - late[0], 2, rtol=0.01)
        assert_allclose(quiet[1] / quiet[0], math.e, rtol=0.02)


def test_two_sides_alarm_as_if_they_were_independent():
    z, rows = rng(14).normal(size=(6000, 300)), 300
    both = np.minimum(cusum_alarms(z, 0, 0.5, 4), cusum_alarms(-z, 0, 0.5, 4)) < rows
    one = alarmed_by(normal_chain(0.5, 4), rows)[-1]
    share(both, 1 - (1 - one) ** 2, one_side=one)


# Detectors.


def test_ddm_alarms_where_the_text_says():
    """p + s > p_min + 3 s_min after 30 rows, in plain steps, at the rows of river's."""
    for seed in range(5):
        errors = rng(seed).random(3000) < np.repeat([0.1, 0.25], [2000, 1000])
        found, n, wrong, lowest = [], 0, 0, (math.inf, math.inf)
        for row, error in enumerate(errors):
            n, wrong = n + 1, wrong + error
            p = wrong / n
            s = math.sqrt(p * (1 - p) / n)
            if n <= 30:
                continue
            if p + s <= sum(lowest):
                lowest = (p, s)
            if p + s > lowest[0] + 3 * lowest[1]:
                found.append(row)
                n, wrong, lowest = 0, 0, (math.inf, math.inf)
        assert found
        np.testing.assert_array_equal(alarms_of(DDM(), errors.astype(float)), found)


def test_page_hinkleys_alpha_eats_the_allowance():
    """On a constant healthy stream the sum is -delta (1 - a^n) / (1 - a), its lift near delta."""
    delta, alpha, total = 0.5, 0.999, 0.0
    for _ in range(1000):  # 1 / (1 - alpha) rows
        before, total = total, alpha * total - delta
    lift = (1 - alpha) * -before
    assert_allclose(total, -delta * (1 - alpha**1000) / (1 - alpha), rtol=1e-9)
    assert_allclose(lift / delta, 1 - 1 / math.e, rtol=0.01)


def test_an_alarm_at_every_row_has_two_thirds_of_f1():
    table = score_detectors({"always": Always}, [np.zeros(1000)] * 3, [500], 500)
    assert table.loc["always", "f1"] == pytest.approx(2 / 3)
    late = np.repeat([0, 1], 500)  # the same as a classifier that calls every row late
    assert_allclose(f1_score(late, np.ones(1000)), 2 / 3, rtol=1e-9)


def test_noise_and_turn_with_the_same_law():
    """Notebook 07: squared losses with mean 1 and sd root 2 before, 2.25 times as large after."""
    x, e = rng(15).normal(size=(2, 200_000))
    noisier, turned = (1.5 * e) ** 2, ((value("07/about", "steeper") - 2) * x + e) ** 2
    for losses in (noisier, turned):
        agrees(losses, 2.25, not_squared=1.5)
        assert_allclose(losses.std(), 2.25 * 2**0.5, rtol=0.03)
    assert stats.ks_2samp(noisier, turned).pvalue > 1e-3
    agrees(e**2, 1)
    agrees((e**2 - 1) ** 2, 2)
    assert_allclose((value("07/about", "steeper") - 2) ** 2, 1.25, rtol=1e-9)  # the staleness


def test_the_batch_charts_limit_is_of_the_binomial_law():
    for target, size in [(0.1, 100), (0.3, 40)]:
        limit = value("07/league-chart", "self.limit", target=target, size=size, sds=3)
        law = stats.binom(size, target)
        assert_allclose(limit, law.mean() + 3 * law.std(), rtol=1e-9)


def test_the_alarm_on_inputs_is_chi_squared():
    """Notebook 08: ten times the squared length of a mean of five inputs over ten rows."""
    d, rows = 5, 10
    means = rng(16).normal(size=(60_000, rows, d)).mean(axis=1)
    squares = rows * (means**2).sum(axis=1)
    agrees(squares, d, rows_forgotten=d / rows)
    limit = value("08/rule-inputs", "limit", d=d)
    share(squares > limit, 0.01, one_less_free=chi2.sf(chi2.ppf(0.99, d + 1), d))
    assert_allclose(limit, chi2.isf(0.01, d), rtol=1e-9)
    assert round(600 * 0.01) == 6


def test_measured_shares_of_sea_and_stagger_by_counting():
    """The strip between two thresholds, and STAGGER's 27 rows; more in test_classic_worlds.py."""
    x = 10 * rng(17).random((400_000, 2))
    total = x.sum(axis=1)
    share(total > 8, 1 - 8**2 / 200)
    share((total <= 9) != (total <= 8), abs(9**2 - 8**2) / 200)
    rows = list(itertools.product(range(3), repeat=3))
    assert sum((c == 2) or (s == 0) for _, c, s in rows) == 15
