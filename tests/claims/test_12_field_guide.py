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
