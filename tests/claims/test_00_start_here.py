"""Claims of notebook 00."""

import numpy as np

from helpers.budget import TERMS
from tests.claims.register import claim

NOTEBOOK = "00_start_here"


@claim("00.terms-add-up", NOTEBOOK)
def test_terms_add_up(ns):
    """The four terms together are the mean squared error on 20,000 fresh rows of month 20."""
    X, y = ns["world"].sample(np.random.default_rng(ns["seed"] + 1), 20_000, t=20)
    errors = (y - ns["deployed"].predict(X)) ** 2
    total = sum(ns["budgets"]["month 20"][term] for term in TERMS)
    return abs(errors.mean() - total) < 4 * errors.std() / len(errors) ** 0.5


@claim("00.staleness-grows", NOTEBOOK)
def test_staleness_grows(ns):
    """Larger in month 20 than in 0 and 10; the others stay within two Monte Carlo errors."""
    months = [ns["budgets"][f"month {t}"] for t in (0, 10, 20)]
    stale = [budget["staleness"] for budget in months]
    others = [[b[term] for term in TERMS[:3]] for b in months]
    return max(stale[:2]) < stale[2] and np.ptp(others, axis=0).max() < 2 * months[0]["se"]


@claim("00.retraining-gains-staleness", NOTEBOOK)
def test_retraining_gains_staleness(ns):
    """The mean gain of the notebook's 500 retrains is the staleness, within four errors."""
    budget, gains = ns["budgets"]["month 20"], ns["gains"]
    error = np.hypot(np.std(gains) / len(gains) ** 0.5, budget["se"])
    return abs(np.mean(gains) - budget["staleness"]) < 4 * error


@claim("00.lucky-line", NOTEBOOK, rate=0.62, wording="in 62 of 100 draws (95% interval 52 to 71)")
def test_lucky_line(ns):
    return ns["budgets"]["month 0"]["staleness"] < 0


@claim("00.rare-bad-luck", NOTEBOOK)
def test_rare_bad_luck(ns):
    """Of ten retrains nine gain nine tenths of the staleness; the best gains at most a tenth more,
    and the worst falls short by three times what the best gains more.
    """
    best, worst = max(ns["gains"]) - ns["staleness"], ns["staleness"] - min(ns["gains"])
    near = np.mean(np.array(ns["gains"]) > 0.9 * ns["staleness"])
    return near > 0.9 and best < 0.1 * ns["staleness"] and worst > 3 * best


@claim(
    "00.sinks-at-first", NOTEBOOK, rate=0.41, wording="in 41 of 100 draws (95% interval 32 to 51)"
)
def test_sinks_at_first(ns):
    return ns["risk"](ns["world"], ns["deployed"], 1) < ns["risk"](ns["world"], ns["deployed"], 0)


@claim("00.runs-away", NOTEBOOK)
def test_runs_away(ns):
    """From its lowest month on the risk rises faster and faster, to more than twice as much."""
    risks = np.array([ns["risk"](ns["world"], ns["deployed"], t) for t in range(21)])
    steps = np.diff(risks[risks.argmin() :])
    return (np.diff(steps) > 0).all() and risks[-1] > 2 * risks.min()
