"""Drift by period: against scipy, against simulation, and with gaps."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency, ks_2samp

from helpers.batches import Batches
from helpers.twosample import psi
from helpers.watch import drift_table

EDGES = np.arange(0, 2001, 100)


def batches(seed=0, shift=0.0):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame({"a": rng.normal(size=2000), "b": rng.normal(size=2000)})
    X["k"] = pd.Categorical(rng.choice(["u", "v", "w"], 2000))
    y = rng.normal(size=2000)
    X.loc[1000:, "a"] += shift
    return Batches(X, y, EDGES)


def test_each_row_is_the_test_of_the_trade():
    data = batches()
    table = drift_table(data, 5, "y", "regression")
    assert len(table) == 15 * 4 and table["batch"].tolist() == sorted(table["batch"])
    row = table[(table["batch"] == 7) & (table["column"] == "b")].iloc[0]
    old, new = data.X["b"].to_numpy()[:500], data.X["b"].to_numpy()[700:800]
    expected = ks_2samp(old, new, method="asymp")
    assert (row["test"], row["role"]) == ("KS", "input")
    assert row["statistic"] == pytest.approx(expected.statistic)
    assert row["p"] == pytest.approx(expected.pvalue)
    assert row["psi"] == pytest.approx(psi(old[:, None], new[:, None])[0])
    row = table[(table["batch"] == 7) & (table["column"] == "k")].iloc[0]
    counts = [
        data.X["k"].iloc[rows].value_counts(sort=False) for rows in (range(500), range(700, 800))
    ]
    expected = chi2_contingency(np.array(counts), correction=False)
    assert row["test"] == "chi-squared" and row["p"] == pytest.approx(expected.pvalue)
    p, q = (c / c.sum() for c in counts)
    assert row["psi"] == pytest.approx(((q - p) * np.log(q / p)).sum())


def test_the_target_is_judged_by_itself_and_classes_by_counts():
    data = batches()
    y = (np.arange(2000) % 2).astype(float)
    y[1000:] = np.arange(1000) % 10 == 0
    table = drift_table(Batches(data.X, y, EDGES), 5, "late", "classification")
    target = table[table["role"] == "target"]
    assert set(target["column"]) == {"late"} and set(target["test"]) == {"chi-squared"}
    assert target["alarm"].tolist() == [False] * 5 + [True] * 10


def test_alarms_are_right_about_as_often_as_bonferroni_says():
    """At 5% a period. All periods share the reference rows, so files are counted together."""
    alarms = []
    for seed in range(40):
        table = drift_table(batches(seed), 10, "y", "regression")
        table = table[table["role"] == "input"]
        alarms.append(table.groupby("batch")["alarm"].any().mean())
    assert np.mean(alarms) < 0.05 + 4 * np.std(alarms) / np.sqrt(40)
    shifted = drift_table(batches(shift=1.0), 10, "y", "regression")
    assert shifted.loc[shifted["column"] == "a", "alarm"].all()


def test_gaps_are_counted_and_a_column_that_is_empty_is_left_out():
    data = batches()
    X = data.X.copy()
    X.loc[1000:1499, "a"] = np.nan
    X.loc[1500:1549, "b"] = np.nan
    X.loc[1500:1599, "k"] = np.nan
    X["empty at first"] = np.where(np.arange(2000) < 600, np.nan, 1.5)
    table = drift_table(Batches(X, data.y, EDGES), 5, "y", "regression")
    assert set(table.loc[table["column"] == "a", "batch"]) == {*range(5, 10), *range(15, 20)}
    assert "empty at first" not in set(table["column"])
    at = table[table["batch"] == 15].set_index("column")
    assert at.loc["b", "missing"] == 0.5 and at.loc["k", "missing"] == 1.0
    assert at.loc["k", "alarm"]


def test_nothing_to_test_makes_an_empty_table():
    X = pd.DataFrame({"a": np.ones(2000)})
    table = drift_table(Batches(X, np.ones(2000), EDGES), 5, "y", "regression")
    assert table.empty and "alarm" in table
