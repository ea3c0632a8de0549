"""Columns of times: every form read against the standard library, and nothing guessed."""

import datetime as dt
import zoneinfo

import numpy as np
import pandas as pd
import pytest

from helpers.times import read_times

NOON = dt.datetime(2024, 1, 31, 13, 45)
UTC = dt.UTC


def read(*values, dtype=None, **options):
    times, notes = read_times(pd.Series(values, name="ts", dtype=dtype), **options)
    return times, [(int(where.sum()), how) for where, how in notes]


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2024-01-31", NOON.replace(hour=0, minute=0)),
        ("2024-01-31 13:45", NOON),
        ("2024-01-31T13:45:07.25", NOON.replace(second=7, microsecond=250_000)),
        ("2024-01-31 13:45:07,250", NOON.replace(second=7, microsecond=250_000)),
        ("20240131T134500", NOON),
        ("2024/1/31 1:45 PM", NOON),
        ("2024-01", dt.datetime(2024, 1, 1)),
        ("31/01/2024 13:45", NOON),
        ("31.1.2024 13:45", NOON),
        ("31-01-2024, 1:45 p.m.", NOON),
        ("1/31/2024 1:45pm", NOON),
        ("31 Jan 2024 13:45", NOON),
        ("31-JAN-2024 13:45", NOON),
        ("January 31st, 2024 1:45 PM", NOON),
        ("Wed, 31 January 2024 13:45:00", NOON),
        ("  31/01/2024 12:00 AM ", NOON.replace(hour=0, minute=0)),
        ("31/01/2024 12:00 PM", NOON.replace(hour=12, minute=0)),
    ],
)
def test_ways_to_write_a_local_time(text, time):
    times, notes = read(text, text)
    assert times.tolist() == [time, time]
    assert times.dtype == "datetime64[us]"
    assert notes[-1] == (2, "times without a zone, taken as they stand")


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-31T13:45Z",
        "2024-01-31 13:45 UTC",
        "2024-01-31T14:45+01:00",
        "2024-01-31 08:45:00-0500",
        "2024-01-31 08:45:00 -05",
        "20240131T134500Z",
        "31/01/2024 14:45 +01:00",
        "31/01/2024 1:45 pm gmt",
        "Wed, 31 Jan 2024 08:45:00 -0500",
    ],
)
def test_ways_to_write_an_instant(text):
    times, notes = read(text)
    assert times[0] == NOON.replace(tzinfo=UTC)
    assert str(times.dt.tz) == "UTC"
    assert notes[-1] == (1, "times in UTC, and so are the periods")


def test_random_instants_in_many_forms_against_the_standard_library():
    rng = np.random.default_rng(1)
    zone = zoneinfo.ZoneInfo("America/New_York")
    seconds = rng.integers(-8e9, 7e9, 400)  # the years 1716 to 2191
    instants = [dt.datetime(1970, 1, 1, tzinfo=UTC) + dt.timedelta(seconds=int(s)) for s in seconds]
    for form in ("%Y-%m-%d %H:%M:%S%z", "%d/%m/%Y %H:%M:%S %z", "%b %d, %Y %I:%M:%S %p %z"):
        texts = [time.astimezone(zone).strftime(form) for time in instants]
        for text, time in zip(texts, instants, strict=True):  # before 1883 there are odd seconds
            assert abs(dt.datetime.strptime(text, form) - time) < dt.timedelta(minutes=5)
        modern = [t for t, time in zip(texts, instants, strict=True) if time.year > 1883]
        times, _ = read(*modern, zone="America/New_York")
        assert times.tolist() == [time for time in instants if time.year > 1883]


def test_one_column_may_hold_several_forms():
    times, notes = read("2024-01-30", "31/01/2024", "1 Feb 2024", "02/02/2024", "soon", None)
    assert times[:4].dt.strftime("%m-%d").tolist() == ["01-30", "01-31", "02-01", "02-02"]
    assert times[4:].isna().all()
    assert notes == [
        (2, "read day first, as '31/01/2024' shows"),
        (4, "times without a zone, taken as they stand"),
    ]


def test_day_or_month_first_is_seen_or_told_but_never_guessed():
    assert read("1/2/2024", "1/31/2024")[0][0] == dt.datetime(2024, 1, 2)
    assert read("1/2/2024", "31/1/2024")[0][0] == dt.datetime(2024, 2, 1)
    for first, month in ((True, 2), (False, 1)):
        times, notes = read("1/2/2024", "1/2/24", "1/2/99", dayfirst=first)
        assert [(t.year, t.month) for t in times] == [(2024, month), (2024, month), (1999, month)]
        assert f"as dayfirst={first} says" in notes[0][1]
    times, _ = read("1/2/2024", "3/4/2024", "31/1/2024", dayfirst=False)
    assert times.isna().tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("values", "expected", "how"),
    [
        ((2023, 2024.0), "2024-01-01", "read as years"),
        (("2023", "2024"), "2024-01-01", "read as years"),
        ((20240229, 20240131), "2024-01-31", "read as dates"),
        ((1706708700, 1706708700.0), "2024-01-31 13:45", "read as s since 1970"),
        (("1706708700123", "1706708700000"), "2024-01-31 13:45", "read as ms since 1970"),
        ((1706708700123456, 1706708700000000), "2024-01-31 13:45", "read as us since 1970"),
        ((1706708700123456789, 1706708700000000000), "2024-01-31 13:45", "read as ns since 1970"),
    ],
)
def test_numbers_that_can_be_one_thing_only(values, expected, how):
    times, notes = read(*values)
    assert times[1].tz_localize(None) == pd.Timestamp(expected)
    assert how in notes[0][1]
    assert (times.dt.tz is not None) == ("since" in how)


def test_other_numbers_need_a_unit():
    times, notes = read(0, 86400, np.inf, 1e30, unit="s")
    assert times[:2].dt.strftime("%F %Z").tolist() == ["1970-01-01 UTC", "1970-01-02 UTC"]
    assert times[2:].isna().all() and notes[0] == (3, "numbers, read as s since 1970")
    assert read("86400", unit="ms")[0][0] == dt.datetime(1970, 1, 1, 0, 1, 26, 400_000, UTC)


def test_what_is_no_time_stays_missing():
    values = ["9999-12-31", "1500-01-01", "2024-02-30", "2024-13-01", "now", "today", "24:00", ""]
    values += ["31/02/2024", "13:00 PM", "1/1/2024 13:00 pm", "1/1/2024 25:00", "31/1/2024 1:60"]
    values += ["00/00/0000", "32/1/2024", "13/13/2024"]
    good = ["2024-01-31"] * len(values)
    times, _ = read(*values, *good)
    assert times[: len(values)].isna().all() and times[len(values) :].notna().all()


def test_types_that_hold_times_already():
    day = dt.datetime(2024, 1, 31)
    assert read(day.date(), day)[0].tolist() == [day, day]
    assert read("2024-01-31", dtype="category")[0][0] == day
    assert read("2024-01-31", pd.NA, dtype="string")[0][0] == day
    assert read("2024-01-31", dtype="datetime64[s]")[0].dtype == "datetime64[us]"
    assert read(1706708700, None, dtype="Int64")[0][0] == NOON.replace(tzinfo=UTC)
    assert read(NOON.replace(tzinfo=UTC), "2024-01-31T13:45Z")[0].nunique() == 1


def test_a_column_with_a_zone_keeps_it_unless_told():
    column = pd.Series(pd.to_datetime(["2024-01-31", "2024-07-31"])).dt.tz_localize("Asia/Tokyo")
    times, notes = read_times(column)
    assert str(times.dt.tz) == "Asia/Tokyo" and (times == column).all()
    assert [how for _, how in notes] == ["times in Asia/Tokyo, and so are the periods"]
    times, _ = read_times(column, zone="UTC")
    assert str(times.dt.tz) == "UTC" and (times == column).all()


def test_offsets_that_change_with_the_season_become_one_zone():
    """The clock shows 1:30 twice in the night of 27 October; the instants stay apart."""
    texts = ["2024-10-27T01:30+02:00", "2024-10-27T02:30+02:00", "2024-10-27T02:30+01:00"]
    utc, _ = read(*texts)
    assert utc.dt.strftime("%F %H:%M").tolist() == [
        "2024-10-26 23:30",
        "2024-10-27 00:30",
        "2024-10-27 01:30",
    ]
    berlin, _ = read(*texts, zone="Europe/Berlin")
    assert berlin.dt.strftime("%H:%M").tolist() == ["01:30", "02:30", "02:30"]
    assert (berlin == utc).all() and berlin.nunique() == 3


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"])
def test_a_clock_against_the_standard_library(name):
    """Every half hour of two years: the hour shown twice is the first, the one left out none."""
    zone = zoneinfo.ZoneInfo(name)
    start = dt.datetime(2023, 1, 1)
    local = [start + dt.timedelta(minutes=30 * step) for step in range(2 * 365 * 48)]
    expected, twice = [], 0
    for time in local:
        first, second = (time.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
        there = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == time
        expected.append(first.astimezone(UTC) if there else None)
        twice += there and first.utcoffset() != second.utcoffset()
    texts = [f"{time:%Y-%m-%d %H:%M}" for time in local] + ["2023-06-01T00:00Z"]
    times, notes = read(*texts, clock=name)
    expected.append(dt.datetime(2023, 6, 1, tzinfo=UTC))
    left = pd.Series(expected, dtype="datetime64[us, UTC]")
    assert str(times.dt.tz) == name
    pd.testing.assert_series_equal(times.dt.tz_convert("UTC"), left, check_names=False)
    said = {how: rows for rows, how in notes}
    assert said[f"times that the clock in {name} shows twice, taken as the first"] == twice > 0
    here = int(left.notna().sum())
    assert said[f"times without an offset, read as the clock in {name}"] == here - 1 < len(local)
    assert said[f"times in {name}, and so are the periods"] == here


def test_the_index_and_the_column_stay_as_they_are():
    column = pd.Series(["31/1/2024", "soon", "30/1/2024", None], index=[7, 7, 3, 3], name="ts")
    before = column.copy()
    times, notes = read_times(column)
    assert times.index.tolist() == [7, 7, 3, 3]
    assert times.isna().tolist() == [False, True, False, True] and times.name == "ts"
    assert [where.tolist() for where, _ in notes] == [[True, False, True, False]] * 2
    pd.testing.assert_series_equal(column, before)


@pytest.mark.parametrize(
    ("values", "options", "error", "message"),
    [
        (["1/2/2024"], {}, ValueError, "ts'.*'1/2/2024' may have the day or .*give dayfirst=True"),
        (["1/2/24", "31/2/24"], {}, ValueError, "'1/2/24' has a year of two digits; give dayfirst"),
        (["31/1/2024", "1/31/2024"], {}, ValueError,
         "day first in '31/1/2024' and the month first in '1/31/2024'. Write them alike"),
        (["2024-01-31T10:00Z", "2024-01-31"], {}, ValueError,
         "mixes values with an offset, such as '2024-01-31T10:00Z', and without.*all of them one"),
        ([1, 2, 3], {}, ValueError, "numbers from 1 to 3.*give unit.*to_batches"),
        ([0, 1706708700], {}, ValueError, "give unit"),
        ([17067087000], {}, ValueError, "give unit"),
        ([45321.5, 45322.0], {}, ValueError, "numbers from 45321.5"),
        (["2024-01-31"], {"unit": "s"}, ValueError, "unit='s' is for numbers.*holds text"),
        (["2024-01-31"], {"zone": "UTC"}, ValueError, "zone='UTC' has nothing to convert.*Leave"),
        (["2024-01-31T10:00Z"], {"clock": "UTC"}, ValueError,
         "clock='UTC' has nothing to read: all values of time 'ts' have an offset. Leave clock"),
        ([1706708700], {"clock": "UTC"}, ValueError, "clock='UTC' has nothing to read"),
        (["2024-01-31T10:00Z", "2024-01-31"], {}, ValueError, "such as clock='Europe/Berlin'"),
        (["2024-01-31"], {"clock": "Europe/Berlni"}, ValueError, "clock .*nearest: .*'Europe/Berl"),
        (["2024-01-31"], {"zone": "Europe/Berlni"}, ValueError, "nearest: .*'Europe/Berlin'"),
        (["2024-01-31"], {"zone": UTC}, TypeError, "zone must be a name, such as"),
        (["2024-01-31"], {"unit": "h"}, ValueError, r"unit must be one of \['s', 'ms'"),
        (["2024-01-31"], {"dayfirst": "yes"}, TypeError, "dayfirst must be True, False or None"),
        (["a", "b", "2024-01-31"], {}, ValueError,
         r"ts': 2 of 3 values are unreadable, such as \['a', 'b'\]. Write them as 2024-01-31"),
        (["9999-12-31"], {}, ValueError, "in the years 1700 to 2200"),
        ([None, None], {}, ValueError, "ts' holds no values; name another"),
        ([True, False], {}, TypeError, "ts' must hold times; its type is bool"),
        ([dt.timedelta(1)], {}, TypeError, "ts' must hold times; its type is timedelta"),
        ([["2024-01-31"]], {}, TypeError, "ts' must hold times.*lists"),
    ],
)  # fmt: skip
def test_bad_times_are_refused(values, options, error, message):
    with pytest.raises(error, match=message):
        read(*values, **options)


def test_a_column_must_be_a_series():
    with pytest.raises(TypeError, match="column must be a Series; got list"):
        read_times(["2024-01-31"])
