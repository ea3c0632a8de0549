"""Claims of notebook 11: on files whose truth is known."""

import pytest

from helpers.flights import FEATURES, flights
from helpers.own_data import compare, prepare
from helpers.tables import read_table
from helpers.verdict import verdict
from tests.claims.register import claim
from tests.own_files import Lines, simulated, turned

NOTEBOOK = "11_your_own_data"


@claim("11.rows-add-up", NOTEBOOK)
def test_rows_add_up(ns):
    """And what was spoilt is what was dropped: 23 rows without hours, and 20 copies."""
    for world, read in ns["reads"].items():
        rows = read.groupby("step")["rows"].sum()
        if rows["read"] + rows["dropped"] != rows["kept"] or rows["dropped"] != -43:
            return False
        if rows["kept"] != len(ns["tables"][world]):
            return False
    return True


@claim("11.law-retrain", NOTEBOOK)
def test_law_retrain(ns):
    return ns["verdicts"]["law"].kind == "retrain"


@claim("11.inputs-alarm", NOTEBOOK)
def test_inputs_alarm(ns):
    return ns["alarms"]["inputs"] > 0.5 and ns["verdicts"]["inputs"].kind == "no evidence"


@claim("11.nothing", NOTEBOOK)
def test_nothing(ns):
    return ns["verdicts"]["nothing"].kind == "no evidence"


@claim("11.worse-than-naive", NOTEBOOK)
def test_worse_than_naive(ns):
    """In the last half year, when the law has settled."""
    results = ns["results_of"]["law"]
    last = {name: history["loss"].iloc[-6:].mean() for name, history in results.histories.items()}
    return last["frozen"] > last["median so far"]


@claim("11.rough-copy", NOTEBOOK)
def test_rough_copy(ns):
    return [leak.feature for leak in ns["found"]] == ["minutes"]


@claim("11.short-memory", NOTEBOOK)
def test_short_memory(ns):
    return "on the last" in ns["results_of"]["law"].chosen


@claim("11.gains-nothing", NOTEBOOK)
def test_gains_nothing(ns):
    """Less than what counts, a fiftieth of the frozen model's loss."""
    gain = ns["verdicts"]["inputs"].numbers.loc["frozen - chosen", "mean"]
    return gain < ns["results_of"]["inputs"].table.loc["frozen", "later"] / 50


@claim(
    "11.quiet-alarms",
    NOTEBOOK,
    rate=0.96,
    wording="in 96 of 100 files (95% interval 90 to 98)",
)
def test_quiet_alarms(ns):
    """One of the months that judge, at most."""
    months = ns["verdicts"]["nothing"].numbers.loc["frozen - chosen", "periods"]
    return ns["alarms"]["nothing"] * months < 1.5


@claim("11.starts-far-ahead", NOTEBOOK)
def test_starts_far_ahead(ns):
    """Before the law moves its loss is below two thirds of any naive forecast's."""
    results = ns["results_of"]["law"]
    early = {n: h.loc[h["batch"] <= 8, "loss"].mean() for n, h in results.histories.items()}
    naive = results.table.index[results.table["kind"] == "naive"]
    return early["frozen"] < min(early[name] for name in naive) * 2 / 3


def told(table):
    """The verdict on one of the short files of the tests, 30 months of 50 rows."""
    study = prepare(table, None, "ts", "y", estimator=Lines(), period="month")
    return verdict(study, compare(study))


@claim("11.noise-grows", NOTEBOOK)
def test_noise_grows(ns):
    return told(simulated("floor", ns["seed"])).kind == "no evidence"


@claim("11.pure-noise", NOTEBOOK)
def test_pure_noise(ns):
    """And no short memory is said to beat the constant."""
    words = told(simulated("noise", ns["seed"]))
    return words.kind == "constant" and "beats that constant" not in words.headline


@claim(
    "11.inputs-move-far",
    NOTEBOOK,
    rate=0.95,
    wording="in 95 of 100 files (95% interval 89 to 98)",
)
def test_inputs_move_far(ns):
    words = told(simulated("virtual", ns["seed"]))
    return words.kind == "no evidence"


@claim(
    "11.turned",
    NOTEBOOK,
    rate=0.95,
    wording="95 of 100 files (95% interval 89 to 98)",
)
def test_turned(ns):
    """The policy is chosen before month 14; the law turns in month 16, 17, 18 or 19."""
    words = told(turned(ns["seed"], 16 + ns["seed"] % 4))
    return words.kind == "constant" and "fixed in advance, beats that" in words.headline


@pytest.mark.slow
def test_what_the_notebook_says_of_the_flights():
    """On three of the ten disjoint tenths: a close call, and what holds in each of them."""
    kinds = []
    for part in (0, 1, 8):
        table, read = read_table(
            flights(10, part)[0], "date", "disrupted", FEATURES, duplicates="keep"
        )
        study = prepare(table, read, "date", "disrupted")
        results = compare(study)
        words = verdict(study, results)
        kinds.append(words.kind)
        assert words.numbers.loc["frozen - fixed, all periods", "low"] > 0, (part, words.headline)
        weather = results.drift.query("column in ['temp', 'dewp', 'pressure']")
        assert weather.groupby("batch")["alarm"].any().mean() > 0.95
        expected, true = (
            results.estimates.set_index("when")[name].loc["2013-06-15":"2013-08-15"].mean()
            for name in ("expected Brier score", "Brier score")
        )
        assert true > 1.2 * expected
    assert kinds == ["retrain", "no evidence", "no evidence"]
