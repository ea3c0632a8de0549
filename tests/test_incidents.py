"""Incidents: exact risks against large samples, and what each is meant to be."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit, ndtr
from scipy.stats import norm

from helpers import incident_worlds as worlds
from helpers import incidents

SEEDS = range(30)
MANY = 200_000


def truths(simulate, **options):
    return [simulate(np.random.default_rng(s), **options).truth for s in SEEDS]


def near(losses, exact):
    """Whether the mean of many losses is within 4 standard errors of an exact risk."""
    return abs(losses.mean() - exact) < 4 * losses.std() / len(losses) ** 0.5


def test_error_of_sides_is_that_of_a_large_sample():
    rng = np.random.default_rng(0)
    slopes = rng.normal(size=10)
    X, y = worlds.two_sides(rng, MANY)
    assert near((X @ slopes + 0.3 > 0) != y, worlds.error_of_sides(0.3, slopes))


def test_best_rule_of_sides_errs_by_the_normal_law():
    best = worlds.error_of_sides(0.0, np.eye(10)[0])
    assert best == pytest.approx(ndtr(-1.2), abs=1e-12)
    assert worlds.error_of_sides(0.1, np.eye(10)[0]) > best


def test_measured_error_is_that_of_flipped_labels():
    rng = np.random.default_rng(1)
    wrong, flipped = rng.random(MANY) < 0.1, rng.random(MANY) < 0.25
    assert near(wrong != flipped, worlds.measured_error(0.1, 0.25))
    assert worlds.measured_error(0.3, 0.5) == pytest.approx(0.5)


@pytest.mark.parametrize("inches", [0.0, 0.3, 1.0])
def test_risk_of_weights_is_that_of_a_large_sample(inches):
    X, y = worlds.people(np.random.default_rng(2), MANY, inches)
    exact = worlds.risk_of_weights(-90, 0.9, inches)
    assert near((y + 90 - 0.9 * X[:, 0]) ** 2, exact)


@pytest.mark.parametrize("inches", [0.0, 0.3, 1.0])
def test_best_line_for_weights_has_the_least_risk(inches):
    a, b = worlds.best_line_for_weights(inches)
    best = worlds.risk_of_weights(a, b, inches)
    for da, db in [(1, 0), (-1, 0), (0, 0.01), (0, -0.01), (1, -0.005)]:
        assert worlds.risk_of_weights(a + da, b + db, inches) > best
    if inches in (0, 1):  # one unit: the line is right
        assert best == pytest.approx(64, abs=1e-9)
        assert b == pytest.approx(worlds.INCH**inches, abs=1e-9)


def test_right_line_on_mixed_units_by_hand():
    """64 + .3 (1 - 1/2.54)^2 E[height^2]."""
    rest = 1 - 1 / 2.54
    by_hand = 64 + 0.3 * rest**2 * (172**2 + 64)
    assert worlds.risk_of_weights(-100, 1, 0.3) == pytest.approx(by_hand, abs=1e-9)
    assert worlds.risk_of_weights(-100, 2.54, 0) == pytest.approx(
        64 + 1.54**2 * (172**2 + 64), abs=1e-9
    )


@pytest.mark.parametrize("empty", [False, True])
def test_risk_of_leak_is_that_of_a_large_sample(empty):
    X, y = worlds.leaky(np.random.default_rng(3), MANY)
    X = X * [1, 0] if empty else X
    exact = worlds.risk_of_leak(0.1, [0.2, 0.7], empty)
    assert near((y - 0.1 - X @ [0.2, 0.7]) ** 2, exact)


def test_leak_by_the_normal_law():
    """The best fit weighs z with 1 / 1.04; R2 is 1 - .04 / 1.04 / 2 at home and .0377 online."""
    c = 1 / 1.04
    at_home = worlds.risk_of_leak(0, [1 - c, c], empty=False)
    assert at_home == pytest.approx(0.04 / 1.04, abs=1e-12)
    assert 1 - worlds.risk_of_leak(0, [1 - c, c], empty=True) / 2 == pytest.approx(0.0377, abs=5e-5)


@pytest.mark.parametrize(("cut", "sd"), [(0.0, 1.0), (0.2, 0.25), (-0.5, 1.0)])
def test_error_of_cut_by_quadrature(cut, sd):
    def error(x):
        p = expit(4 * x)
        return norm.pdf(x, 0, sd) * (1 - p if x > cut else p)

    exact = quad(error, -9 * sd, 9 * sd, points=[cut], limit=200)[0]
    assert worlds.error_of_cut(cut, sd) == pytest.approx(exact, abs=2e-4)


def test_hidden_cause_gives_the_logistic_law():
    x, _, y = worlds.hidden_cause(np.random.default_rng(4), MANY, 1.0)
    assert abs(np.mean(y - expit(4 * x[:, 0]))) < 4 * 0.5 / MANY**0.5
    right = 1 - worlds.error_of_cut(0.0, 1.0)
    assert abs(np.mean((x[:, 0] > 0) == y) - right) < 4 * 0.5 / MANY**0.5


def test_lending_without_exploring_never_reopens():
    for seed in SEEDS:
        estimates = worlds.lend(seed, 0.0)
        assert estimates.shape == (26, 2)
        assert (estimates[:, 1] == estimates[0, 1]).all()


def test_lending_with_exploring_reopens_and_settles():
    opened = [np.flatnonzero(worlds.lend(s, 0.05)[:, 1] >= 0.7)[0] for s in SEEDS]
    assert set(opened) <= {2, 3, 4, 5}
    last = np.mean([worlds.lend(s, 0.05)[-1] for s in SEEDS], axis=0)
    assert np.abs(last - worlds.REPAYS).max() < 4 * 0.04 / len(SEEDS) ** 0.5


def test_lending_risk_is_floor_and_squared_distance():
    assert worlds.lending_risk(worlds.REPAYS) == pytest.approx((0.85 * 0.15 + 0.9 * 0.1) / 2)
    assert worlds.lending_risk([0.85, 0.4]) == pytest.approx((0.85 * 0.15 + 0.9 * 0.1 + 0.25) / 2)


def test_noise_doubled_is_all_floor():
    """1 + 4 d / (n - d - 1) for a fresh fit on 500 rows, and nothing for it to gain."""
    found = truths(incidents.noise_doubled)
    assert {t.floor for t in found} == {4.0}
    again = np.array([t.retrained[1] for t in found])
    assert near(again, 4 + 4 * 5 / 494)
    assert near(np.array([t.kept[1] for t in found]), 4 + 5 / 494)


def test_flipped_labels_harm_only_the_retrained_model():
    found = truths(incidents.labels_flipped)
    for t in found:
        assert t.kept[0] == pytest.approx(worlds.measured_error(t.kept[1], 0.25))
    kept, again = (np.mean([getattr(t, n)[1] for t in found]) for n in ("kept", "retrained"))
    assert kept < 0.12 and again > kept + 0.02
    clean = truths(incidents.labels_flipped, share=0.0)
    assert np.mean([t.retrained[1] for t in clean]) < kept + 0.01


def test_units_mixed_swapped_and_repaired():
    mixed, swapped = truths(incidents.units_mixed), truths(incidents.units_swapped)
    by_hand = 64 + 0.3 * (1 - 1 / 2.54) ** 2 * (172**2 + 64)  # and the frozen line's own error
    assert near(np.array([t.kept[1] for t in mixed]), by_hand + 0.3 * 104.3**2 / 500)
    assert all(1.8 < t.retrained[1] / t.remedied[1] < 2.2 for t in mixed)
    assert all(t.retrained[1] < 1.05 * 64 for t in swapped)
    repaired = [incidents.repaired_under_retrained(np.random.default_rng(s)) for s in SEEDS]
    assert near(np.array(repaired), worlds.risk_of_weights(-100, 2.54, 0))


def test_too_few_labels_give_means_in_closed_form():
    truth = incidents.too_few_labels(np.random.default_rng(0)).truth
    assert truth.retrained[1] == pytest.approx(1 + 5 / 2)
    assert truth.remedied[1] == pytest.approx(1 + 5 / 14)
    assert incidents.budgets(truth)["retrained"]["staleness"] == pytest.approx(0)


def test_change_moves_the_risk_by_its_squared_length():
    found = truths(incidents.relation_changed, length=2.0)
    assert abs(np.mean([t.kept[1] for t in found]) - 5 - 5 / 494) < 0.15
    assert all(t.retrained[1] < 1.06 for t in found)


def test_stuck_sensor_by_hand():
    """Stuck at 2: risk 1 + E(x - 2)^2 = 6 kept, 2 once the column says nothing, 1 repaired."""
    found = truths(incidents.sensor_stuck)
    for name, exact in [("kept", 6), ("retrained", 2), ("remedied", 1)]:
        assert abs(np.mean([getattr(t, name)[1] for t in found]) - exact) < 0.1


def test_leaking_column_by_hand():
    """Half of y's variance 2 is noise; x alone is fitted on 500 rows, so it errs 2 / 497 more."""
    found = truths(incidents.column_leaks)
    assert near(np.array([t.remedied[1] for t in found]), 1 + 2 / 497)
    at_home, online = np.array([t.retrained for t in found]).T
    assert abs(at_home.mean() - 0.04 / 1.04) < 0.01 and abs(online.mean() - 2 * (1 - 0.0377)) < 0.05


def test_selected_labels_measure_the_approved_group_only():
    """Its share of repaid, .85, is estimated from 100 labels: p (1 - p) (1 + 1 / 100)."""
    found = truths(incidents.labels_selected)
    for name in ("kept", "retrained"):
        measured = np.array([getattr(t, name)[0] for t in found])
        assert near(measured, 0.85 * 0.15 * 1.01)


def test_losses_at_hand_over_are_those_of_the_frozen_model():
    found = [incidents.sensor_stuck(np.random.default_rng(s)).seen.handover for s in SEEDS]
    assert near(np.array([losses.mean() for losses in found]), 1 + 5 / 494)
    for simulate in incidents.INCIDENTS.values():
        assert simulate(np.random.default_rng(6)).seen.handover.min() >= 0


@pytest.mark.parametrize("simulate", [*incidents.INCIDENTS.values(), incidents.sensor_stuck])
def test_every_incident_is_whole(simulate):
    case = simulate(np.random.default_rng(5))
    assert case.action in incidents.ACTIONS
    seen, rows = case.seen, len(case.seen.served)
    assert seen.stored.shape == seen.served.shape
    assert len(seen.labels) == len(seen.predicted) == len(seen.segment) == rows
    assert seen.sources.shape[1] == seen.repeats.shape[1] == 2
    for budget in incidents.budgets(case.truth).values():
        terms = ("floor", "approximation", "estimation", "staleness")
        assert sum(budget[term] for term in terms) == pytest.approx(budget["risk"])
    assert min(case.truth.remedied) >= case.truth.floor / 3


def test_one_seed_gives_one_incident():
    one, other = incidents.incident(2, 7), incidents.incident(2, 7)
    assert one.truth == other.truth
    assert np.array_equal(one.seen.labels, other.seen.labels)
    assert incidents.incident(2, 8).truth != one.truth


@pytest.mark.parametrize("number", [0, 10, 1.5, "2"])
def test_bad_numbers_of_incidents(number):
    with pytest.raises(ValueError, match="number must be a whole number from 1 to 9"):
        incidents.incident(number, 1)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda rng: worlds.people(rng, 5, 1.2), "inches"),
        (lambda rng: worlds.lend(1, -0.1), "explore"),
        (lambda rng: incidents.labels_flipped(rng, 2.0), "share"),
        (lambda rng: incidents.units_mixed(rng, float("nan")), "inches"),
    ],
)
def test_shares_outside_0_and_1(call, name):
    with pytest.raises(ValueError, match=f"{name} must be a share between 0 and 1"):
        call(np.random.default_rng(0))
