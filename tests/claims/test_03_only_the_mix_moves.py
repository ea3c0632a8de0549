"""Claims of notebook 03."""

from tests.claims.register import claim, preset

NOTEBOOK = "03_only_the_mix_moves"
# The claims hold for far fewer repetitions than the notebook averages over.
preset(NOTEBOOK, draws=10, repeats=40)


@claim("03.weighting-mends", NOTEBOOK)
def test_weighting_mends(ns):
    """Less than half of the excess is left, in the rows shown and in the mean over many."""
    excess = {name: risk - ns["risks"]["best line"] for name, risk in ns["risks"].items()}
    plain, weighted = ns["both"].mean(axis=0)
    return excess["weighted"] < excess["unweighted"] / 2 and weighted < plain / 5


@claim("03.worth-few-labels", NOTEBOOK)
def test_worth_few_labels(ns):
    return 5 < ns["worth"] <= 40


@claim("03.ess-falls", NOTEBOOK)
def test_ess_falls(ns):
    sizes = [row[0] for row in ns["further"].values()]
    falling = all(later < earlier for earlier, later in zip(sizes, sizes[1:], strict=False))
    return abs(ns["mean_ess"] - ns["long_run"]) < 2 and falling


@claim("03.ess-flatters", NOTEBOOK)
def test_ess_flatters(ns):
    """More rows than the narrow mix at 2 km has in the long run, where the value is zero."""
    return ns["wide_ess"] > ns["long_run"] and ns["wide_long_run"] == 0


@claim("03.estimated-weights", NOTEBOOK)
def test_estimated_weights(ns):
    return ns["excess_estimated"] < (ns["risks"]["unweighted"] - ns["risks"]["best line"]) / 2


@claim("03.weighting-hurts", NOTEBOOK)
def test_weighting_hurts(ns):
    plain, _, weighted = ns["right_line"].mean(axis=0)
    return ns["share_hurt"] > 0.65 and weighted > 2 * plain


@claim("03.precision-falls", NOTEBOOK)
def test_precision_falls(ns):
    before, after = ns["metrics"].values()
    recall, precision, auc = (b - a for b, a in zip(before, after, strict=True))
    return abs(recall) < 0.05 and abs(auc) < 0.03 and precision > 0.35


@claim("03.prior-found", NOTEBOOK)
def test_prior_found(ns):
    em, bbse = (abs(ns["found"][name][1] - 0.1) for name in ("EM", "BBSE"))
    return em < 0.07 and bbse < 0.1 and ns["alarms"] > 0.17


@claim("03.prior-mends", NOTEBOOK)
def test_prior_mends(ns):
    before, after = (budget["staleness"] for budget in ns["clinic_budgets"].values())
    return before > 0.03 and after < before / 8


@claim("03.beats-fifty", NOTEBOOK)
def test_beats_fifty(ns):
    return ns["share_won"] > 0.5


@claim("03.misuse-harms", NOTEBOOK)
def test_misuse_harms(ns):
    """Accuracy falls, and staleness appears, where the readings are the same row by row."""
    before, after = ns["misuse"]
    stale, fresh = (ns["exposure_budgets"][name]["staleness"] for name in ns["clinic_models"])
    return ns["largest_gap"] == 0 and after < before - 0.03 and fresh > stale + 0.03


@claim("03.labels-tell", NOTEBOOK)
def test_labels_tell(ns):
    return ns["picked"]["screening"] > 0.9 and ns["picked"]["exposure"] < 0.1


@claim("03.segments", NOTEBOOK)
def test_segments(ns):
    mix, turned = ns["booked"].values()
    return mix[0] == 1 and mix[-1] < 0.2 and min(turned) > 0.9
