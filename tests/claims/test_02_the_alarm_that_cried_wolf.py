"""Claims of notebook 02."""

import numpy as np

from tests.claims.register import claim, preset

NOTEBOOK = "02_the_alarm_that_cried_wolf"
# The claims hang on means and on one small shift, not on many repetitions.
preset(NOTEBOOK, draws=30, mondays=4, compared=15, shifts=(0.1,))


@claim("02.alarm-without-damage", NOTEBOOK)
def test_alarm_without_damage(ns):
    """KS and PSI far beyond their thresholds, the exact risk within a hundredth of what it was."""
    return ns["p"][0] < 1e-10 and ns["index"] > 0.25 and abs(ns["ratio"] - 1) < 0.01


@claim("02.harmless-needs-rows", NOTEBOOK)
def test_harmless_needs_rows(ns):
    return ns["above"][200].mean() > 0.5 and ns["above"][20000].mean() < 0.03


@claim("02.lever", NOTEBOOK)
def test_lever(ns):
    """Over all numbers of rows the simulated mean is within a third of the formula (4 SE)."""
    ratios = [excess.mean() * n / ns["factor"] for n, excess in ns["above"].items()]
    return abs(np.mean(ratios) - 1) < 0.33


@claim("02.staleness-without-concept-drift", NOTEBOOK)
def test_staleness_without_concept_drift(ns):
    few = ns["opened_budgets"]["200 students"]
    return few["staleness"] > 10 * few["estimation"] and few["approximation"] < 1e-9


@claim("02.silent", NOTEBOOK)
def test_silent(ns):
    """The alarm as without drift, the claim where it was, the accuracy below .35."""
    quiet, turned = ns["records"]["nothing moves"], ns["records"]["relation turns"]
    same_alarm = turned["alarm"].equals(quiet["alarm"]) and turned["alarm"].mean() < 0.5
    claim_stays = abs(turned["claim"].mean() - turned["before"].mean()) < 0.02
    return same_alarm and claim_stays and turned["after"].max() < 0.35


@claim("02.cure", NOTEBOOK)
def test_cure(ns):
    record = ns["records"]["relation turns"]
    others = [r for name, r in ns["records"].items() if name != "relation turns"]
    restored = abs(record["retrained"] - record["before"]).max() < 0.01
    return restored and all(abs(r["retrained"] - r["after"]).max() < 0.01 for r in others)


@claim("02.best-got-worse", NOTEBOOK)
def test_best_got_worse(ns):
    """The ceiling falls by more than .15, and old and new model reach it to within .01."""
    before, after = ns["best"]
    floors = [ns["budgets"][name]["floor"] for name in ("nothing moves", "spread shrinks")]
    reach = min(ns["sorted_left"], ns["sorted_again"]) > after - 0.01
    return before - after > 0.15 and reach and floors[1] > 1.4 * floors[0]


@claim("02.claim-right", NOTEBOOK)
def test_claim_right(ns):
    """Mean claim within .02 of the true accuracy in the three worlds whose relation stays."""
    three = [r for name, r in ns["records"].items() if name != "relation turns"]
    return all(abs(r["claim"].mean() - r["after"].mean()) < 0.02 for r in three)


@claim("02.claim-blind", NOTEBOOK)
def test_claim_blind(ns):
    return ns["claimed_then"][1] > 0.99 and 0.3 < ns["true_then"][1] < 0.37


@claim("02.more-rows", NOTEBOOK)
def test_more_rows(ns):
    """KS at the smallest and the largest number of rows, and the damage in between."""
    rates = ns["rates"]["KS (p < 0.05)"][0.1]
    damage = ns["damage"](0.1, 0, ns["sizes"])
    return rates[0] < 0.35 and rates[-1] > 0.95 and (np.diff(damage) < 0).all()
