"""Claims of notebook 10, on ten disjoint tenths of the flights: ten samples of one year."""

import pytest

from tests.claims.register import claim, preset, runs
from tests.notebooks import NOTEBOOKS, code_cells, load, run

NOTEBOOK = "10_a_real_year"
preset(NOTEBOOK, thin=10)
runs(NOTEBOOK, part=range(10))

FROZEN, MONTHLY = "log loss, last week's rate - frozen", "log loss, frozen - monthly"
RANKING, SINGLE = "AUC, monthly - frozen", "log loss, frozen - monthly, block 1"


def mean_loss(ns, name):
    return ns[name]["loss"].mean()


@claim("10.leak-named", NOTEBOOK)
def test_leak_named(ns):
    gaps = ns["table"].query("no_tailnum == 1")
    return len(gaps) > 100 and (gaps["cancelled"] == 1).all()


@claim("10.frozen-beats-last-week", NOTEBOOK)
def test_frozen_beats_last_week(ns):
    return ns["differences"][FROZEN]["low"] > 0


@claim("10.monthly-beats-frozen", NOTEBOOK)
def test_monthly_beats_frozen(ns):
    return ns["differences"][MONTHLY]["low"] > 0 and ns["differences"][RANKING]["low"] > 0


@claim("10.not-every-week", NOTEBOOK)
def test_not_every_week(ns):
    return 20 < ns["weeks_won"] < 40


@claim("10.bumps-are-shared", NOTEBOOK)
def test_bumps_are_shared(ns):
    """The weekly losses go together, and with the share of disrupted flights."""
    together = ns["weeks"].corr()["monthly"]
    return together["frozen"] > 0.9 and together["disrupted"] > 0.9


@claim("10.gain-in-the-heat", NOTEBOOK)
def test_gain_in_the_heat(ns):
    gain, warm = ns["gain"], ns["warm"]
    return gain[warm].mean() > 2 * gain[~warm].mean() > 0


@claim("10.weeks-are-not-independent", NOTEBOOK)
def test_weeks_are_not_independent(ns):
    blocks, single = (ns["differences"][name] for name in (MONTHLY, SINGLE))
    return single["high"] - single["low"] < 0.85 * (blocks["high"] - blocks["low"])


@claim("10.newness-is-most", NOTEBOOK)
def test_newness_is_most(ns):
    frozen, recent, monthly = (mean_loss(ns, name) for name in ("frozen", "recent", "monthly"))
    return 0.5 < (frozen - recent) / (frozen - monthly) < 1


@claim("10.weekly-adds-little", NOTEBOOK)
def test_weekly_adds_little(ns):
    weekly = ns["sweep"][1]["loss"].mean()
    monthly, frozen = mean_loss(ns, "monthly"), mean_loss(ns, "frozen")
    return 0 < monthly - weekly < (frozen - monthly) / 3


@claim("10.leak-flatters", NOTEBOOK)
def test_leak_flatters(ns):
    """Offline the interval excludes zero; what is left in service is below a third of the gain."""
    honest, offline, serving = (mean_loss(ns, name) for name in ("monthly", "offline", "serving"))
    low = ns["paired_difference"](ns["monthly"], ns["offline"])["low"]
    return low > 0 and honest - serving < (honest - offline) / 3


@pytest.mark.slow
def test_on_the_full_year_the_gain_is_less_than_half_and_the_signs_stay():
    """What the notebook says of thin=1, from its own cells up to the intervals."""
    gains = {}
    for thin in (10, 1):
        ns = {"__name__": "__main__", "thin": thin, "part": 0}
        for cell in code_cells(load(NOTEBOOKS / f"{NOTEBOOK}.ipynb")):
            if "simulate" in cell.metadata.get("tags", []):
                run(cell.source, ns)
            if cell.id == "intervals":
                break
        gains[thin] = ns["differences"][MONTHLY]["mean"]
        assert min(d["low"] for d in ns["differences"].values()) > 0
    assert 0 < gains[1] < gains[10] / 2
