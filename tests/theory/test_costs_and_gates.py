"""Periods, prices, gates and intervals: notebooks 08 to 12, 02 and 05, and the teacher's sheets."""

import math

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import stats
from scipy.integrate import quad
from scipy.optimize import minimize_scalar
from scipy.stats import norm
from sklearn.metrics import log_loss
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar
from statsmodels.stats.power import NormalIndPower, normal_sample_size_one_tail
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

from helpers.costs import best_period, best_period_ramp, cheapest_schedule
from helpers.gates import (
    chance_not_ahead,
    mcnemar,
    mean_labels,
    paired_labels,
    paired_power,
    unpaired_labels,
    unpaired_power,
)
from helpers.memory import estimation
from tests.theory.simulated import agrees, shown, value


def rng(seed=0):
    return np.random.default_rng(seed)


def share(hits, exact, **mistakes):
    """A share within 4 standard errors, by its own formula, and no mistake as near."""
    error = 4 * (exact * (1 - exact) / len(hits)) ** 0.5
    assert abs(np.mean(hits) - exact) < error, f"{np.mean(hits)} is not {exact} within {error}"
    for name, wrong in mistakes.items():
        assert abs(np.mean(hits) - wrong) > error, f"{name} would pass"


def fits(X, y):
    """Least squares without an intercept, many at once."""
    products = X.swapaxes(-1, -2) @ X
    return np.linalg.solve(products, X.swapaxes(-1, -2) @ y[..., None])[..., 0]


# How often: notebook 08.


def test_the_cost_of_a_period_on_a_walk():
    """Excess over a fresh model, mean over a period, with the price of one retrain in it."""
    d, q, c, T = 5, 2e-4, 20.0, 200
    moved = rng().normal(0, q**0.5, (20_000, T, d)).cumsum(axis=1)
    spent = (moved**2).sum(axis=2).mean(axis=1) + c / T
    agrees(spent, c / T + d * q * T / 2, not_halved=c / T + d * q * T, one_slope=c / T + q * T / 2)


def test_the_square_root_law_on_simulated_walks():
    """The period of least cost among all, on the mean of many walks."""
    d, q, c = 5, 2e-4, 20.0
    moved = rng(1).normal(0, q**0.5, (4000, 600, d)).cumsum(axis=1)
    by_age = (moved**2).sum(axis=2).mean(axis=0)
    periods = np.arange(1, 601)
    cost = c / periods + by_age.cumsum() / periods
    law = best_period(c, d * q)
    assert law == pytest.approx(200)
    assert cost.argmin() + 1 == pytest.approx(law, rel=0.05)
    # Half and double the period cost a quarter more: the solution's valley.
    assert_allclose(cost[[99, 399]] / cost[199], 1.25, rtol=0.03)


def test_the_square_root_law_is_the_economic_order_quantity():
    """Harris (1913): orders of size sqrt(2 x demand x fixed cost / holding cost)."""
    found = minimize_scalar(lambda T: 30 / T + 2e-3 * T / 2, bounds=(1, 1e4), method="bounded",
                            options={"xatol": 1e-9})  # fmt: skip
    assert_allclose(best_period(30, 2e-3), found.x, rtol=1e-6)
    # At the best period staleness has cost just the price of the next retrain: rent, then buy.
    T = best_period(30, 2e-3)
    assert_allclose(2e-3 * T**2 / 2, 30, rtol=1e-9)


@pytest.mark.parametrize("window", [0, 60])
def test_the_cost_of_a_period_on_a_ramp(window):
    """Squared way since the middle of the window, averaged over the ages of a period."""
    v, c = 1.5e-3, 20.0
    for T in (100, 223, 500):
        mean = quad(lambda age: (v * (window / 2 + age)) ** 2, 0, T)[0] / T
        formula = v**2 * (window * T / 2 + T**2 / 3)
        assert_allclose(mean - v**2 * window**2 / 4, formula, rtol=1e-9)

    def cost(T):
        return c / T + v**2 * (window * T / 2 + T**2 / 3)

    found = minimize_scalar(cost, bounds=(1, 1e4), method="bounded", options={"xatol": 1e-9})
    assert_allclose(best_period_ramp(c, v, window), found.x, rtol=1e-5)
    if not window:
        assert_allclose((3 * c / (2 * v**2)) ** (1 / 3), found.x, rtol=1e-5)


def test_a_fit_on_a_ramp_ages_by_the_square():
    """Fits on 60 rows, simulated: how the excess grows with age. Mixed rows add the same to all."""
    d, w, v, draws = 5, 60, 5e-3, 20_000
    X = rng(2).normal(size=(draws, w, d))
    away = np.arange(-w, 0)[:, None] * v * np.eye(d)[0]
    fitted = fits(X, (X * away).sum(axis=2) + rng(3).normal(size=X.shape[:2]))
    excess = {age: ((fitted - v * age * np.eye(d)[0]) ** 2).sum(axis=1) for age in (0, 300)}
    theory = value("08/ages", "theory", d=d, q=0, n=w, speed=v, fresh=0, age=np.array([0, 300]))
    agrees(excess[300] - excess[0], np.diff(theory["ramp"])[0], no_lag=(v * 300) ** 2)
    grown = value("08/ages", "theory", d=d, q=2e-4, n=w, speed=v, fresh=0, age=np.array([0, 300]))
    assert_allclose(np.diff(grown["walk"]), d * 2e-4 * 300, rtol=1e-9)


def test_the_schedule_checked_by_hand():
    """Every k of 200 steps, staleness .2 a step, price 10: summed up step by step."""
    for k in (5, 10, 20):
        stale = sum(0.2 * (t % k) for t in range(200)) + 10 * (200 / k - 1)
        assert 200 / k * (10 + 0.2 * k * (k - 1) / 2) - 10 == pytest.approx(stale, rel=1e-12)
    never, once = 0.2 * sum(range(200)), 0.4 * sum(range(100))
    assert never - once == pytest.approx(2000)  # the price of exercise 08.2
    for price, retrains in [(1990, 1), (2010, 0)]:
        schedule = cheapest_schedule(lambda r: 0.2 * np.arange(200 - r), 200, price)[1]
        assert schedule.sum() == retrains


def test_a_week_after_a_bad_one_is_better_in_all_but_half_of_five_per_cent():
    weeks = rng(4).exponential(size=(200, 3000))
    bad = weeks > np.quantile(weeks, 0.95, axis=1, keepdims=True)
    bad[:, -1] = False
    stream, week = np.nonzero(bad)
    better = weeks[stream, week + 1] < weeks[stream, week]
    share(better, 1 - 0.05 / 2, whole_share=0.95)


def test_late_labels_cost_the_damage_for_each_row_until_the_cure():
    """A jump of length 2 at row 0; the new model is fitted on 60 rows once L more are labelled."""
    d, n, L, draws = 5, 60, 200, 4000
    jump = 2 * np.eye(d)[0]
    old = fits(X := rng(5).normal(size=(draws, n, d)), rng(6).normal(size=X.shape[:2]))
    X = rng(7).normal(size=(draws, n, d))
    new = fits(X, X @ jump + rng(8).normal(size=(draws, n)))
    fresh = estimation(n, d, 1)
    stale, cured = (((model - jump) ** 2).sum(axis=1) - fresh for model in (old, new))
    extra = (L + n) * stale + 300 * cured  # rows served until the new model, and with it
    agrees(extra, 4 * (L + n), no_collection=4 * L, no_delay=4 * n)


def test_extra_loss_with_labels_bought_early():
    """Exercise 12.2: 120 + 60 labelled rows, when only a quarter of the rows is labelled."""
    damage, detection, collection, served = 0.2, 120, 60, 500
    labels = rng(9).random((4000, 1200)) < 0.25
    needed = (labels.cumsum(axis=1) >= detection + collection).argmax(axis=1) + 1
    agrees(damage * (served + needed), damage * (served + (detection + collection) / 0.25))


def test_labels_of_a_policy_that_watches_one_batch_in_m():
    """None is paid for twice: counted batch by batch over simulated alarms, to within 5%."""
    window, rows, n = 6, 10, 60
    for m in (1, 2, 5, 10):
        alarms = rng(m).random((200, 900)) < 0.1 * (np.arange(900) % m == 0)
        bought = np.zeros((200, 900), bool)
        bought[:, ::m] = True
        retrains, ready = 0, np.full(200, -1)
        for t in range(window, 900 - window):
            for s in np.flatnonzero(alarms[:, t] & (ready < t)):
                bought[s, t + 1 : t + 1 + window], ready[s] = True, t + window
                retrains += 1
        run = pd.Series({"retrained": np.array([retrains / bought.size])})
        labels = value("08/frontier", "labels", watched=1 / m, n=n,
                       retrains=value("08/frontier", "retrains", run=run, rows=rows))  # fmt: skip
        assert_allclose(labels, bought.mean(), rtol=0.05)
        if m < 5:
            twice = 1 / m + n * retrains / bought.size / rows
            assert abs(twice - bought.mean()) > 0.05 * bought.mean()


# Gates: notebook 09.

SHARES = [0.04, 0.02, 0.94]


def test_paired_labels_are_statsmodels_sample_size():
    """With the spread of one row's difference under the null and under the alternative."""
    for wins, defeats, level, power in [(0.04, 0.02, 0.025, 0.8), (0.3, 0.2, 0.005, 0.9)]:
        gap, psi = wins - defeats, wins + defeats
        n = normal_sample_size_one_tail(gap, power, level, psi**0.5, (psi - gap**2) ** 0.5)
        assert paired_labels(wins, defeats, level, power) == math.ceil(n)
        assert shown("09", "paired_labels")(wins, defeats, level, power) == math.ceil(n)


def test_connors_formula_is_rough_below_some_twenty_disagreements():
    found = []
    for wins in (0.02, 0.06, 0.2, 0.5):
        for defeats in (0, 0.1 * wins, 0.4 * wins, 0.9 * wins):
            for level, power in ((0.025, 0.8), (0.005, 0.9), (0.05, 0.8)):
                n = paired_labels(wins, defeats, level, power)
                off = abs(paired_power(n, wins, defeats, level) - power)
                found.append((n * (wins + defeats), off))
    disagreements, off = np.array(found).T
    assert off[disagreements > 30].max() < 0.03 and off[disagreements > 100].max() < 0.01
    assert off[disagreements < 20].max() > 0.08


def test_unpaired_and_mean_labels_are_statsmodels_sample_sizes():
    for p, q, level, power in [(0.9, 0.92, 0.025, 0.8), (0.5, 0.6, 0.05, 0.9)]:
        spread = (p * (1 - p) + q * (1 - q)) ** 0.5
        n = normal_sample_size_one_tail(q - p, power, level, spread)
        assert unpaired_labels(p, q, level, power) == math.ceil(n)
        theirs = NormalIndPower().power(
            (q - p) / (spread**2 / 2) ** 0.5, 777, level, alternative="larger"
        )
        assert_allclose(unpaired_power(777, p, q, level), theirs, rtol=1e-9)
    n = normal_sample_size_one_tail(0.05, 0.8, 0.025, 0.5)
    assert mean_labels(0.05, 0.5) == math.ceil(n) == 785


def test_mean_labels_give_the_power_asked_for():
    n = mean_labels(0.3, 1.2, power=0.9)
    z = rng(10).normal(0.3, 1.2, (20_000, n)).mean(axis=1) * n**0.5 / 1.2
    share(z > norm.isf(0.025), 0.9, half_the_rows=norm.cdf(0.3 / 1.2 * (n / 2) ** 0.5 - 1.96))


def test_what_a_shared_row_and_a_row_each_bring_to_the_gap():
    won, lost = (rng(11).choice(3, 400_000, p=SHARES) == k for k in (0, 1))
    paired = value("09/variance", "row_paired", wins=0.04, defeats=0.02, gap=0.02)
    difference = won.astype(float) - lost
    agrees((difference - difference.mean()) ** 2, paired, wins_minus_defeats=0.02)
    one, other = rng(12).random((2, 400_000)) < np.array([[0.9], [0.92]])
    apart = value("09/variance", "row_apart", champion_accuracy=0.9, challenger_accuracy=0.92)
    difference = one.astype(float) - other
    agrees((difference - difference.mean()) ** 2, apart, one_model=0.09)


def test_chances_and_power_by_drawing_tables():
    won, lost, _ = rng(13).multinomial(50, SHARES, 100_000).T
    share(won <= lost, chance_not_ahead(50, 0.04, 0.02), ties_left_out=(won < lost).mean())
    n = paired_labels(0.04, 0.02)
    won, lost, _ = rng(14).multinomial(n, SHARES, 40_000).T
    share(mcnemar(won, lost) <= 0.025, paired_power(n, 0.04, 0.02))
    # Tested as if apart: normal, half a row taken off, with the wrong spread in the limit.
    limit = norm.isf(0.025) * (n * 0.1636) ** 0.5
    exact = norm.sf((math.floor(limit) + 0.5 - 0.02 * n) / (n * 0.0596) ** 0.5)
    share(won - lost > limit, exact)
    assert exact == pytest.approx(0.31, abs=0.01)


@pytest.mark.parametrize(("wins", "defeats"), [(21, 9), (16, 14), (30, 18)])
def test_mcnemar_by_scipy_and_statsmodels(wins, defeats):
    exact = stats.binomtest(wins, wins + defeats, 0.5, alternative="greater").pvalue
    assert_allclose(mcnemar(wins, defeats, mid=False), exact, rtol=1e-9)
    assert_allclose(
        mcnemar(wins, defeats), exact - stats.binom.pmf(wins, wins + defeats, 0.5) / 2, rtol=1e-9
    )
    two_sided = statsmodels_mcnemar([[0, wins], [defeats, 0]], exact=True).pvalue
    assert_allclose(2 * exact, two_sided, rtol=1e-9)


def test_the_mid_p_value_is_hardly_ever_above_its_level():
    """The chance of a false promotion, exactly, over many sizes and shares of disagreement."""
    sizes = np.array([
        paired_power(n, psi / 2, psi / 2, level) / level
        for level in (0.025, 0.05)
        for n in (30, 50, 100, 200, 500, 1000)
        for psi in np.linspace(0.02, 0.5, 25)
    ])  # fmt: skip
    assert np.mean(sizes > 1.05) < 0.05 and sizes.max() < 1.2


def test_the_best_of_ten_by_its_order_statistic():
    """The mean of the largest of ten normal values, 1.5388 sd, and what it is for scores."""
    k, n = 10, 500
    exact = value("09/ten-reveal", "largest", k=k, n=n, x=np.linspace(-8, 8, 2001))
    density = quad(lambda x: x * k * norm.pdf(x) * norm.cdf(x) ** (k - 1), -9, 9)[0]
    assert_allclose(density, 1.538753, rtol=1e-6)  # tabulated by Teichroew (1956)
    assert_allclose(exact, density * (0.06 / n) ** 0.5, rtol=1e-6)
    largest = rng(15).normal(0, (0.06 / n) ** 0.5, (60_000, k)).max(axis=1)
    agrees(largest, exact, of_nine=1.485013 * (0.06 / n) ** 0.5)
    won, lost, _ = np.moveaxis(rng(16).multinomial(n, [0.03, 0.03, 0.94], (20_000, k)), -1, 0)
    agrees((won - lost).max(axis=1) / n, exact)
    passed = rng(17).random((40_000, k)) < 0.025
    share(passed.any(axis=1), 1 - (1 - 0.025) ** k, added_up=0.25)


def test_periods_at_which_a_gate_breaks_even():
    """Saved in quiet periods, lost at each change: simulated histories with random changes."""
    break_even = shown("solutions/09", "break_even")
    saving, staleness, waited = 0.08, 3.7, 2
    between = break_even(saving, staleness, waited)
    quiet = rng(18).geometric(1 / between, (4000, 20))  # periods after each of 20 changes
    net = saving * quiet.sum(axis=1) - staleness * waited * 20
    assert abs(net.mean()) < 4 * net.std() / 4000**0.5 < 0.05 * saving * between * 20
    # With one fit in fifty broken, each turned away saves a month at the price of a change.
    price, broken = 3.68, rng(19).random((4000, 2000)) < 1 / 50
    between = price / (0.078 + price / 50)
    changes = rng(20).random(broken.shape) < 1 / between
    net = 0.078 * 2000 + price * (broken.sum(axis=1) - changes.sum(axis=1))
    assert abs(net.mean()) < 4 * net.std() / 4000**0.5 < 0.05 * price * 2000 / 50


@pytest.mark.parametrize("canary", [0.05, 0.25, 0.5])
def test_a_canary_needs_as_many_rows_as_its_small_share_sets(canary):
    """So many rows in all give the power of `each` an arm; the two variances taken as equal."""
    each, draws = unpaired_labels(0.90, 0.92), 40_000
    days = value("09/canary", "days", each=each, share=canary)
    rows = np.rint(2000 * days * np.array([canary, 1 - canary])).astype(int)
    new = rng(21).binomial(rows[0], 0.92, draws) / rows[0]
    old = rng(22).binomial(rows[1], 0.90, draws) / rows[1]
    # With 5% the canary's own variance counts most, and it is the smaller: a little more power.
    spread = (0.0736 / rows[0] + 0.09 / rows[1]) ** 0.5
    exact = norm.cdf(0.02 / spread - norm.isf(0.025))
    share((new - old) / spread > norm.isf(0.025), exact)
    assert exact == pytest.approx(0.8, abs=0.04)
    assert norm.cdf(0.02 / (2**0.5 * spread) - norm.isf(0.025)) < 0.6  # in half the days


# Intervals and luck: notebooks 02, 05, 08, 10 and 12, and the teacher's sheets.


def test_wilsons_interval_is_that_of_statsmodels():
    for hits, n in [(1, 50), (50, 50), (14, 50)]:
        ours = stats.binomtest(hits, n).proportion_ci(method="wilson")
        assert_allclose(ours, proportion_confint(hits, n, method="wilson"), rtol=1e-9, atol=1e-12)
    assert_allclose(proportion_confint(14, 50, method="wilson"), [0.17, 0.42], atol=0.005)


def test_half_widths_are_those_of_statsmodels():
    values = rng(23).gamma(2, size=20)
    low, high = DescrStatsW(values).tconfint_mean()
    assert_allclose(shown("05", "half_width")(pd.Series(values)), (high - low) / 2, rtol=1e-9)
    low, high = DescrStatsW(values).zconfint_mean()
    assert_allclose(shown("08", "half")(values), (high - low) / 2, rtol=1e-4)
    gains = rng(24).normal(size=400)
    low, high = DescrStatsW(gains).zconfint_mean()
    assert_allclose(value("12/stale", "half", gains=gains), (high - low) / 2, rtol=1e-4)


def test_intervals_cover_as_often_as_they_say():
    draws = rng(25).normal(size=(20_000, 12))
    error = abs(draws.mean(axis=1)) / (draws.std(axis=1, ddof=1) / 12**0.5)
    share(error < stats.t.ppf(0.975, 11), 0.95, normal=2 * norm.cdf(1.96) - 1 - 0.02)
    assert_allclose(stats.t.ppf(0.975, 11) * 2 / 12**0.5, 1.3, atol=0.05)


def test_the_size_of_a_bias_by_luck_alone():
    """Notebook 10: the mean absolute error of a week's share, at most that of a fair forecast."""
    n, p = 650, 0.25
    luck = value("10/calibration", "luck", rates=pd.Series(p, range(9, 53)),
                 table=pd.DataFrame({"week": np.repeat(np.arange(9, 53), n)}))  # fmt: skip
    assert_allclose(luck, stats.halfnorm(scale=(p * (1 - p) / n) ** 0.5).mean(), rtol=1e-9)
    agrees(abs(rng(26).binomial(n, p, 60_000) / n - p), luck, sd=(p * (1 - p) / n) ** 0.5)
    forecasts = rng(27).beta(1, 3, n)  # probabilities that tell rows apart leave less to luck
    apart = (rng(28).random((8000, n)) < forecasts).mean(axis=1) - forecasts.mean()
    assert abs(apart).mean() < luck


def test_the_naive_log_loss_is_scikit_learns():
    rates, forecast = pd.Series([0.3, 0.24]), pd.Series([0.22, 0.3])
    naive = value("10/naive", "naive", rates=rates, forecast=forecast)
    for rate, said, loss in zip(rates, forecast, naive, strict=True):
        y = np.repeat([1, 0], [round(100 * rate), round(100 * (1 - rate))])
        assert_allclose(loss, log_loss(y, np.full(100, said)), rtol=1e-9)


def test_scores_of_blind_guesses():
    """k known of twelve questions and the rest guessed among four."""
    for known in (0, 4, 8):
        score = known + rng(known).binomial(12 - known, 1 / 4, 60_000)
        if known < 8:
            agrees(score, known + (12 - known) / 4, five_options=known + (12 - known) / 5)
        estimate = (4 * score - 12) / 3
        assert abs(estimate.mean() - known) < 4 * estimate.std() / 60_000**0.5
    assert ((4 * np.array([6, 9]) - 12) / 3).tolist() == [4, 8]


def test_how_rare_a_first_late_appearance_is():
    """None of k rows among the first share p of N: hypergeometric, nearly (1 - p)^k."""
    for N, k, p in [(2000, 10, 0.5), (5000, 3, 0.8), (1000, 10, 0.2), (200, 40, 0.2)]:
        exact = stats.hypergeom(N, k, round(p * N)).pmf(0)
        assert exact <= (1 - p) ** k  # so it is no less rare than said
        if k**2 < N:
            assert_allclose((1 - p) ** k, exact, rtol=0.03)
    first = np.sort(rng(29).random((60_000, 3)), axis=1)[:, 0]
    share(first > 0.8, (1 - 0.8) ** 3, a_single_row=0.2)
