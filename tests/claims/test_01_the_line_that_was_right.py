"""Claims of notebook 01."""

import numpy as np
from scipy.stats import ks_2samp
from sklearn.base import clone

from helpers.budget import limit
from helpers.worlds import World, uniform
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


def explained(y, predicted):
    return 1 - np.mean((y - predicted) ** 2) / np.var(y)


@claim("01.line-explains-most", NOTEBOOK)
def test_line_explains_most(ns):
    """Nine tenths of what the truth itself explains of the old rows."""
    return ns["r2_old"] > 0.9 * explained(ns["y_old"], ns["hump"](ns["X_old"], 0))


@claim("01.keeps-climbing", NOTEBOOK)
def test_keeps_climbing(ns):
    """At a full dose the line is above the top of the hump, which is back at the bottom."""
    full = np.array([[1.0]])
    return ns["line"].predict(full)[0] > 1 > 0.1 > ns["hump"](full, 1)[0]


@claim("01.large-errors-swing", NOTEBOOK)
def test_large_errors_swing(ns):
    """Over twenty samples of 300 new rows the R2 of the frozen line differs by more than 1."""
    rng = np.random.default_rng([ns["seed"], 1])
    samples = [ns["grower"].sample(rng, 300, t=1) for _ in range(20)]
    return np.ptp([explained(y, ns["line"].predict(X)) for X, y in samples]) > 1


@claim("01.alike-before", NOTEBOOK)
def test_alike_before(ns):
    """None of the five risks is half as large again as another."""
    before = [risks[0] for risks in ns["risks"].values()]
    return max(before) < 1.5 * min(before)


@claim("01.worlds-apart-after", NOTEBOOK)
def test_worlds_apart_after(ns):
    """Tenfold and more apart; of the polynomials, the middle one is best."""
    after = {name: risks[1] for name, risks in ns["risks"].items()}
    middle = after["quadratic"] < min(after["line"], after["degree 5"])
    return max(after.values()) > 10 * min(after.values()) and middle


@claim("01.degree-5-shoots-off", NOTEBOOK)
def test_degree_5_shoots_off(ns):
    """By more than the outcomes range, 0 to 9."""
    return ns["risks"]["degree 5"][1] > 9**2


@claim("01.flat-is-worse-on-the-square", NOTEBOOK)
def test_flat_is_worse_on_the_square(ns):
    line, tree, neighbours = (ns["risks"][n][1] for n in ("line", "tree", "neighbours"))
    return min(tree, neighbours) > line


@claim("01.right-form-travels", NOTEBOOK)
def test_right_form_travels(ns):
    """On the square the quadratic is the best, by half at least."""
    after = {name: risks[1] for name, risks in ns["risks"].items()}
    quadratic = after.pop("quadratic")
    return quadratic < min(after.values()) / 2


@claim("01.flat-is-better-on-the-hump", NOTEBOOK)
def test_flat_is_better_on_the_hump(ns):
    """The tree and the neighbours err less than a quarter as much as the line."""
    line, tree, neighbours = (ns["hump_risks"][n] for n in ("line", "tree", "neighbours"))
    return max(tree, neighbours) < line / 4


@claim("01.right-form-again", NOTEBOOK)
def test_right_form_again(ns):
    """On the hump the quadratic errs less than half as much as the line."""
    return ns["hump_risks"]["quadratic"] < ns["hump_risks"]["line"] / 2


@claim("01.histograms-alike", NOTEBOOK)
def test_histograms_alike(ns):
    """No gap between the shares of above 0.15, in x or in y, while the slope turns round."""
    before, after = (ns["X_before"][:, 0], ns["y_before"]), (ns["X_after"][:, 0], ns["y_after"])
    gaps = [ks_2samp(a, b).statistic for a, b in zip(before, after, strict=True)]
    return max(gaps) < 0.15 and np.corrcoef(*before)[0, 1] > 0.5 > -0.5 > np.corrcoef(*after)[0, 1]


@claim("01.too-much-for-chance", NOTEBOOK)
def test_too_much_for_chance(ns):
    """Twice as large as any ratio among 50 samples of new rows without a change."""
    rng, ratios = np.random.default_rng([ns["seed"], 2]), []
    for _ in range(50):
        rows = ns["changed"].sample(rng, 300, t=0)
        ratios.append(ns["overlap_ratio"](ns["frozen"], ns["X_before"], ns["y_before"], *rows))
    return ns["ratio_changed"] > 2 * max(ratios)


@claim("01.rows-for-a-bend", NOTEBOOK)
def test_rows_for_a_bend(ns):
    """On 2000 rows a curve is at the floor to within a hundredth, and the line is not."""
    X, y = ns["faint"].sample(np.random.default_rng([ns["seed"], 3]), 2000)
    floor = ns["faint"].floor(0)
    curve, line = (ns["risk"](ns["faint"], clone(ns[m]).fit(X, y), 0) for m in ("curve", "line"))
    return curve < 1.01 * floor < line


@claim("01.bend-in-the-first-rows", NOTEBOOK)
def test_bend_in_the_first_rows(ns):
    return ns["p_bend"](ns["X_old"][:, 0], ns["y_old"]) < 0.05


@claim("01.retrains-fall-short", NOTEBOOK)
def test_retrains_fall_short(ns):
    """In the second half of the widening, batches 15 to 20, two retrains take staleness down, and
    leave more than a floor of it.
    """
    stale = ns["over_time"]["line, every 3"].set_index("batch")["staleness"]
    return all(ns["grower"].floor(0) < stale[b] < stale[b - 1] for b in (17, 20))


@claim("01.staleness-vanishes", NOTEBOOK)
def test_staleness_vanishes(ns):
    """From batch 23 on less than a twentieth of its peak."""
    stale = ns["over_time"]["line, every 3"].set_index("batch")["staleness"]
    return abs(stale[23:]).max() < stale.max() / 20


@claim("01.little-to-repair", NOTEBOOK)
def test_little_to_repair(ns):
    """The retrained curve's risk is below two floors in every batch."""
    curve = ns["over_time"]["curve, every 3"]
    return (curve["risk"] < 2 * curve["floor"]).all()


def reaches(ns):
    """Risk of the deployed line, and of the best one, for doses up to 0.3, 0.45, 0.6 and 1."""
    reach = World(uniform(0, lambda t: t), ns["hump"], noise=0.1)
    pairs = [(ns["line"], limit(reach, ns["line"], t)) for t in (0.3, 0.45, 0.6, 1.0)]
    ends = zip(pairs, (0.3, 0.45, 0.6, 1.0), strict=True)
    return [[ns["risk"](reach, model, t) for model in pair] for pair, t in ends]


@claim(
    "01.doubled-by-045",
    NOTEBOOK,
    rate=0.85,
    wording="in 85 of 100 draws (95% interval 77 to 91)",
)
def test_doubled_by_045(ns):
    (start, _), (then, _), *_ = reaches(ns)
    return then > 2 * start


@claim("01.many-times-at-06", NOTEBOOK)
def test_many_times_at_06(ns):
    """Five times and more."""
    (start, _), _, (then, _), _ = reaches(ns)
    return then > 5 * start


@claim("01.retrained-leaves-the-floor", NOTEBOOK)
def test_retrained_leaves_the_floor(ns):
    """At 0.6 below half of the deployed line's, and above one and a half floors; then growing."""
    (_, first), (_, second), (deployed, third), (_, last) = reaches(ns)
    return first < second < third < last and 1.5 * ns["grower"].floor(0) < third < deployed / 2
