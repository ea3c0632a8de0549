"""Claims of notebook 12."""

from helpers.run_lengths import cusum_run_length
from tests.claims.register import claim
from tests.test_field_guide import walk

NOTEBOOK = "12_field_guide"


@claim("12.retrain-takes-staleness", NOTEBOOK)
def test_retrain_takes_staleness(ns):
    """Staleness is more than the other three together, then less than a tenth of what it was."""
    before, after = (ns["budgets"][name] for name in ("after the change", "retrained"))
    others = ("floor", "approximation", "estimation")
    towers = before["staleness"] > sum(before[term] for term in others)
    stay = all(abs(before[term] - after[term]) < 1e-12 for term in others)
    return towers and stay and abs(after["staleness"]) < 0.1 * before["staleness"]


@claim("12.tree-agrees", NOTEBOOK)
def test_tree_agrees(ns):
    """On made-up signals of every kind; each answer is reached."""
    answers = [walk(ns["tree"], signals) for signals in ns["drawn"]]
    possible = {answer for column in ns["tree"] for _, answer in column}
    return answers == ns["said"] and set(answers) == possible


@claim("12.psi-law", NOTEBOOK)
def test_psi_law(ns):
    return abs(ns["quiet"].mean() / ns["law"] - 1) < 0.1


@claim("12.skewed-losses", NOTEBOOK)
def test_skewed_losses(ns):
    return all(2 * quiet < cusum_run_length(0.5, h) for h, quiet in ns["replayed"].items())


@claim("12.river-policy", NOTEBOOK)
def test_river_policy(ns):
    """The alarm comes in the batch of the change, and the loss is less than half."""
    never, adwin = (ns["histories"][name] for name in ("never", "ADWIN"))
    times = adwin.loc[adwin["retrained"], "batch"]
    return 23 in set(times) and adwin["loss"].mean() < 0.5 * never["loss"].mean()


@claim("12.gain-pays", NOTEBOOK)
def test_gain_pays(ns):
    return ns["budgets"]["after the change"]["staleness"] * 400 > 100


@claim(
    "12.interval-holds",
    NOTEBOOK,
    rate=0.92,
    wording="in 92 of 100 seeds (95% interval 85 to 96)",
)
def test_interval_holds(ns):
    return abs(ns["gains"].mean() - ns["true"]) <= ns["half"]


@claim("12.parts-further", NOTEBOOK)
def test_parts_further(ns):
    """Of streams long enough to tell: the mean quiet time is a quarter of them at most."""
    long_enough = max(ns["replayed"].values()) < ns["quiet_rows"].shape[1] / 4
    ratios = [cusum_run_length(0.5, h) / quiet for h, quiet in sorted(ns["replayed"].items())]
    return long_enough and ratios == sorted(ratios) and ratios[-1] > 2 * ratios[0]


@claim("12.near-the-share", NOTEBOOK)
def test_near_the_share(ns):
    """At least three quarters of what the plain share of those called sick is wrong by are gone."""
    true, plain = ns["sick"].mean(), ns["shares"][1]
    return all(abs(found - true) < abs(plain - true) / 4 for found in (ns["em"], ns["bbse"]))


@claim("12.back-near-the-floor", NOTEBOOK)
def test_back_near_the_floor(ns):
    """After the retrain, of the way from the floor to the frozen model's loss: a fifth, at most."""
    never, adwin = (h.loc[h["batch"] >= 23, "loss"] for h in ns["histories"].values())
    return adwin.mean() - 0.1 < (never.mean() - 0.1) / 5 and never.min() > 0.3
