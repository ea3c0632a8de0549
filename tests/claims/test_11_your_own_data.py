"""Claims of notebook 11: on files whose truth is known."""

import pytest

from helpers.flights import FEATURES, flights
from helpers.own_data import compare, prepare
from helpers.tables import read_table
from helpers.verdict import verdict
from tests.claims.register import claim

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
