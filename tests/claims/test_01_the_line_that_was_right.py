"""Claims of notebook 01."""

import numpy as np

from tests.claims.register import claim, preset

NOTEBOOK = "01_the_line_that_was_right"
# The claims do not hang on the estimation term, whose 200 simulated retrains take the time.
preset(NOTEBOOK, draws=20)


@claim("01.frozen-line-fails", NOTEBOOK)
def test_frozen_line_fails(ns):
    return ns["r2_old"] > 0.75 and ns["r2_new"] < -8


@claim("01.retrained-line-flat", NOTEBOOK)
def test_retrained_line_flat(ns):
    """Staleness within 1% of what it was, and an R2 of about zero."""
    frozen, again = (ns["budgets"][name]["staleness"] for name in ("frozen line", "retrained line"))
    return abs(again) < 0.01 * frozen and abs(ns["r2_test"]["retrained line"]) < 0.05


@claim("01.curve-recovers", NOTEBOOK)
def test_curve_recovers(ns):
    """No approximation left, and a risk within a tenth of the floor."""
    budget = ns["budgets"]["retrained curve"]
    return budget["approximation"] < 1e-9 and budget["risk"] < 1.1 * budget["floor"]


@claim("01.flexibility", NOTEBOOK)
def test_flexibility(ns):
    """The tree is worse than the line on the square, better on the hump."""
    square, hump = ns["risks"], ns["hump_risks"]
    return square["tree"][1] > square["line"][1] and hump["tree"] < hump["line"]


@claim("01.overlap", NOTEBOOK)
def test_overlap(ns):
    return ns["ratio_widened"] < 1.5 and ns["ratio_changed"] > 2.5


@claim("01.concept-cured", NOTEBOOK)
def test_concept_cured(ns):
    before, frozen, retrained = ns["cure"]
    return frozen > 4 * before and retrained < 1.1 * before


@claim("01.too-few-rows", NOTEBOOK)
def test_too_few_rows(ns):
    return ns["found"][20] < 0.5 and ns["found"][2000] == 1


@claim("01.approximation-grows", NOTEBOOK)
def test_approximation_grows(ns):
    """The retrained line ends at many floors, nearly all approximation; the curve does not."""
    line, curve = (ns["over_time"][team] for team in ("line, every 3", "curve, every 3"))
    end = line.iloc[-1]
    growing = np.all(np.diff(line["approximation"]) > -1e-12)
    return growing and end["risk"] > 8 * end["floor"] and curve["risk"].iloc[-1] < 2 * end["floor"]
