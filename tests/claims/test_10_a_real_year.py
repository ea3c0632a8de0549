"""Claims of notebook 10, on ten disjoint tenths of the flights: ten samples of one year."""

import pytest

from tests.claims.register import claim, preset, runs
from tests.notebooks import NOTEBOOKS, code_cells, load, run

NOTEBOOK = "10_a_real_year"
preset(NOTEBOOK, thin=10, gaps=[1, 4], spans=[1, 8, "all"])
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


@claim("10.reasons-are-easy", NOTEBOOK)
def test_reasons_are_easy(ns):
    """Three or more of the five worst weeks, and a quarter or more of the other 39."""
    return ns["in_worst"] >= 3 and ns["elsewhere"] - ns["in_worst"] > 39 / 4


@claim("10.gain-in-the-heat", NOTEBOOK)
def test_gain_in_the_heat(ns):
    gain, warm = ns["gain"], ns["warm"]
    return gain[warm].mean() > 2 * gain[~warm].mean() > 0


@claim("10.weeks-are-not-independent", NOTEBOOK)
def test_weeks_are_not_independent(ns):
    blocks, single = (ns["differences"][name] for name in (MONTHLY, SINGLE))
    return single["high"] - single["low"] < 0.85 * (blocks["high"] - blocks["low"])


@claim("10.plain-ages-faster", NOTEBOOK)
def test_plain_ages_faster(ns):
    """Frozen, it is behind by more than twice of what it is behind when retrained."""
    frozen = mean_loss(ns, "plain_frozen") - mean_loss(ns, "frozen")
    return 0 < mean_loss(ns, "plain_monthly") - mean_loss(ns, "monthly") < frozen / 2


@claim("10.newness-is-most", NOTEBOOK)
def test_newness_is_most(ns):
    frozen, recent, monthly = (mean_loss(ns, name) for name in ("frozen", "recent", "monthly"))
    return 0.5 < (frozen - recent) / (frozen - monthly) < 1


@claim("10.weekly-adds-little", NOTEBOOK)
def test_weekly_adds_little(ns):
    weekly = ns["grid"][1, "all"]["loss"].mean()
    monthly, frozen = mean_loss(ns, "monthly"), mean_loss(ns, "frozen")
    return 0 < monthly - weekly < (frozen - monthly) / 3


@claim("10.chasing-loses", NOTEBOOK, rate=0.9, wording="nine of the ten tenths")
def test_chasing_loses(ns):
    return ns["chased"]["mean"] > 0


@claim("10.leave-out-days", NOTEBOOK)
def test_leave_out_days(ns):
    return ns["placebo"][False] > 0.85 and ns["placebo"][True] < 0.55


@claim("10.alarm-is-not-damage", NOTEBOOK)
def test_alarm_is_not_damage(ns):
    """Weeks 21 to 40; the AUC of the model itself falls by less than a tenth in any of them."""
    seasons = ns["seasons"]
    loud = seasons.loc["21-24":"37-40"]
    falls = seasons.loc["9-12", "frozen"] - loud["frozen"]
    little = loud["gain"].min() < loud["gain"].max() / 4
    return len(loud) == 5 and loud["alarm"].min() > 0.97 and little and falls.max() < 0.1


@claim("10.level-not-week", NOTEBOOK)
def test_level_not_week(ns):
    frozen, monthly = ns["frozen"]["bias"], ns["monthly"]["bias"]
    level = abs(monthly.mean()) < abs(frozen.mean()) / 2
    return level and monthly.abs().mean() > max(0.6 * frozen.abs().mean(), 3 * ns["luck"])


@claim("10.news-beats-retraining", NOTEBOOK)
def test_news_beats_retraining(ns):
    return ns["better"]["mean"] > 0 and ns["news"]["low"] > 0 and ns["fresh"]["low"] > 0


@claim("10.leak-flatters", NOTEBOOK)
def test_leak_flatters(ns):
    """Offline the interval excludes zero; what is left in service is below a third of the gain."""
    honest, offline, serving = (mean_loss(ns, name) for name in ("monthly", "offline", "serving"))
    low = ns["paired_difference"](ns["monthly"], ns["offline"])["low"]
    return low > 0 and honest - serving < (honest - offline) / 3


@pytest.mark.slow
def test_what_the_notebook_says_of_the_full_year():
    """From its own cells, those that the statements need."""
    cells = "flights batches model choice naive replay policies weeks-won warm intervals".split()
    cells += "grid chase earlier earlier-interval".split()
    gains, given = {}, {}
    for thin in (10, 1):
        ns = {"__name__": "__main__", "thin": thin, "part": 0, "gaps": [1], "spans": [1]}
        for cell in code_cells(load(NOTEBOOKS / f"{NOTEBOOK}.ipynb")):
            if cell.id in cells[: None if thin == 1 else -4]:
                run(cell.source, ns)
        gains[thin] = ns["differences"][MONTHLY]["mean"]
        given[thin] = ns["frozen"]["fit_hi"].max()
        assert min(d["low"] for d in ns["differences"].values()) > 0
    assert 0 < gains[1] < gains[10] / 2
    # A week holds more flights than the frozen model of the thin sample was given.
    assert ns["chasing"]["rows"].min() > given[10]
    assert ns["chased"]["low"] > 0 and ns["better"]["low"] > 0
