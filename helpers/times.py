"""Columns of dates and times, read without guessing.

What can be read in two ways is refused, with the argument that settles it. Reading a column
gives notes besides: how it was understood, and for which rows.
"""

import difflib
import zoneinfo

import numpy as np
import pandas as pd
from pandas.api import types

YEARS = 1700, 2200  # beyond lie placeholders such as 9999-12-31
UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}  # of each in a second
NAMES = "jan feb mar apr may jun jul aug sep oct nov dec".split()
MONTHS = {name: number for number, name in enumerate(NAMES, 1)}
NAME = rf"(?P<name>{'|'.join(MONTHS)})[a-z]*"
FORMS = [
    r"(?P<year>\d{4})[/.-](?P<month>\d{1,2})[/.-](?P<day>\d{1,2})",
    r"(?P<one>\d{1,2})[/.-](?P<two>\d{1,2})[/.-](?P<year>\d{4}|\d\d)",
    rf"(?:[a-z]+,?\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s/.-]+{NAME}[\s,/.-]+(?P<year>\d{{4}})",
    rf"(?:[a-z]+,\s+)?{NAME}\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})",
]
ZONE = r"(?:z|utc|gmt|[+-]\d\d(?::?\d\d)?)"
CLOCK = (
    r"(?:(?:T|,?\s+)(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d(?:[.,]\d+)?))?"
    rf"(?:\s*(?P<half>[ap])\.?m\.?)?(?:\s*(?P<offset>{ZONE}))?)?"
)
HAS_OFFSET = rf"(?i)(?:[T\s]\d\d(?:\d\d){{0,2}}|:\d\d)(?:[.,]\d+)?(?:\s*[ap]\.?m\.?)?\s*{ZONE}$"


def read_times(column, dayfirst=None, unit=None, zone=None, clock=None):
    """Read a column as times.

    Understood are: datetimes and dates; text in ISO 8601; text such as 31/01/2024, 31.01.2024
    13:45, 1/31/2024 1:45 pm, 31 Jan 2024 or January 31, 2024; numbers or text that are years
    (2024), dates (20240131) or counts since 1970-01-01 in UTC with 10 digits (seconds), 13
    (milliseconds), 16 or 19. Several of these may stand in one column.

    Parameters
    ----------
    column : Series
        N values; its name is used in messages.
    dayfirst : bool, optional
        Whether 05/01/2024 is 5 January. Needed where no value of the column shows it.
    unit : {"s", "ms", "us", "ns"}, optional
        Of numbers since 1970-01-01. Needed where the number of digits does not show it.
    zone : str, optional
        Name of the zone, such as "Europe/Berlin", to which times with an offset are converted.
        Default: the column's own, else ``clock``, else UTC.
    clock : str, optional
        Name of the zone whose clock the times without an offset show; where it shows an hour
        twice, the first is meant, and an hour it leaves out is unreadable. Needed where some
        times have an offset. Default: times without an offset stay as they stand.

    Returns
    -------
    times : Series of N datetimes, to the microsecond
        With a zone if the values had an offset or ``clock`` is given. NaT where missing,
        unreadable or outside the years 1700 to 2200.
    notes : list of (ndarray of bool, shape (N,), str)
        Rows and how they were read.

    Raises
    ------
    TypeError, ValueError
        If the column holds no times, may be read in two ways, mixes times with and without an
        offset while ``clock`` is not given, or if more than half of its values are unreadable.
    """
    if not isinstance(column, pd.Series):
        raise TypeError(f"column must be a Series; got {type(column).__name__}")
    _check_options(dayfirst, unit, zone, clock)
    index, column = column.index, column.reset_index(drop=True)
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    if column.isna().all():
        raise ValueError(f"time {column.name!r} holds no values; name another column")
    offset, notes = np.zeros(len(column), bool), []
    if types.is_datetime64_any_dtype(column.dtype):
        times = column
        if own := column.dt.tz:
            zone, times, offset = zone or str(own), column.dt.tz_convert(None), ~offset
    elif types.is_bool_dtype(column.dtype) or types.is_timedelta64_dtype(column.dtype):
        raise TypeError(f"time {column.name!r} must hold times; its type is {column.dtype}")
    else:
        try:
            codes, distinct = pd.factorize(column)  # many rows often share few times
        except TypeError as error:
            raise TypeError(f"time {column.name!r} must hold times; it holds lists") from error
        distinct = pd.Series(distinct, name=column.name)
        times, offset, notes = _read_values(distinct, dayfirst, unit)
        times = times.reindex(codes, fill_value=pd.NaT).reset_index(drop=True)
        offset = offset[codes]
        notes = [(where[codes] & (codes >= 0), how) for where, how in notes]
    times = times.where(times.dt.year.between(*YEARS)).dt.as_unit("us")
    _check_readable(column, times)
    times, placed = _placed(column, times, offset, zone, clock)
    return times.set_axis(index).rename(column.name), [*notes, *placed]


def _check_options(dayfirst, unit, zone, clock):
    if dayfirst not in (None, True, False):
        raise TypeError(f"dayfirst must be True, False or None; got {dayfirst!r}")
    if unit is not None and unit not in UNITS:
        raise ValueError(f"unit must be one of {list(UNITS)}; got {unit!r}")
    for argument, name in (("zone", zone), ("clock", clock)):
        if name is not None and not isinstance(name, str):
            raise TypeError(f"{argument} must be a name, such as 'Europe/Berlin'; got {name!r}")
        if name is not None and name not in (every := zoneinfo.available_timezones()):
            near = difflib.get_close_matches(name, every, 3, 0.5)
            raise ValueError(
                f"{argument} {name!r} is unknown; nearest: {near}; there is 'UTC', too"
            )


def _check_readable(column, times):
    here = column.notna()
    bad = here & times.isna()
    if bad.sum() > here.sum() / 2:
        raise ValueError(
            f"time {column.name!r}: {bad.sum():,} of {here.sum():,} values are unreadable, such as "
            f"{[str(value) for value in column[bad].unique()[:3]]}. Write them as 2024-01-31, "
            "2024-01-31 13:45 or 2024-01-31T13:45+01:00, in the years 1700 to 2200."
        )


def _placed(column, times, offset, zone, clock):
    """Times in their zone, and notes that name it."""
    read = times.notna().to_numpy()
    with_one, without = column[read & offset], column[read & ~offset]
    if len(without) and clock is not None:
        local = times.where(~offset)
        # The hour that the clock shows twice, as the first of both; the hour left out is NaT.
        first, second = (
            local.dt.tz_localize(clock, ambiguous=np.full(len(local), summer), nonexistent="NaT")
            for summer in (True, False)
        )
        twice = (first != second).to_numpy() & first.notna().to_numpy()
        instants = times.where(offset).dt.tz_localize("UTC")
        times = instants.fillna(first.dt.tz_convert("UTC")).dt.tz_convert(zone or clock)
        read = times.notna().to_numpy()
        return times, [
            (read & ~offset, f"times without an offset, read as the clock in {clock}"),
            (twice, f"times that the clock in {clock} shows twice, taken as the first"),
            (read, f"times in {zone or clock}, and so are the periods"),
        ]
    if len(with_one) and not len(without) and clock is not None:
        raise ValueError(
            f"clock={clock!r} has nothing to read: all values of time {column.name!r} have an "
            "offset. Leave clock out; zone names the zone to which they are converted."
        )
    if len(with_one) and len(without):
        raise ValueError(
            f"time {column.name!r} mixes values with an offset, such as {str(with_one.iloc[0])!r}, "
            f"and without, such as {str(without.iloc[0])!r}. Give all of them one, or none; or "
            "name the zone whose clock the latter show, such as clock='Europe/Berlin'."
        )
    if len(without):
        if zone is not None:
            raise ValueError(
                f"zone={zone!r} has nothing to convert: the values of time {column.name!r} have no "
                "offset, such as +01:00. Leave zone out, and they are taken as they stand; or give "
                "clock, the zone whose clock they show."
            )
        return times, [(read, "times without a zone, taken as they stand")]
    times = times.dt.tz_localize("UTC").dt.tz_convert(zone or "UTC")
    return times, [(read, f"times in {zone or 'UTC'}, and so are the periods")]


def _read_values(column, dayfirst, unit):
    """Instants of numbers, text or dates, which of them had an offset, and notes."""
    times = np.full(len(column), np.datetime64("NaT", "us"))
    offset, notes = np.zeros(len(column), bool), []
    values = column.dropna()
    if not types.is_numeric_dtype(values.dtype):
        values = values.astype(object).map(lambda value: str(value).strip())
    numbers = pd.to_numeric(values, errors="coerce").astype(float)
    numbers = numbers[np.isfinite(numbers)]
    if len(numbers) > len(values) / 2:
        times[numbers.index], how = _from_numbers(numbers.to_numpy(), column.name, unit)
        notes = [(~np.isnat(times), how)]
        offset = np.full(len(column), "since 1970" in how)
    elif unit is not None:
        raise ValueError(f"unit={unit!r} is for numbers; time {column.name!r} holds text")
    else:
        iso = values[values.str.match(r"\d{4}")]
        read = pd.to_datetime(iso, format="ISO8601", errors="coerce", utc=True)
        times[iso.index] = read.dt.tz_convert(None).dt.as_unit("us")
        for form in FORMS:
            rest = values[np.isnat(times[values.index])]
            parts = rest.str.extract(f"(?i)^{form}{CLOCK}$").dropna(subset="year")
            if "one" in parts:
                pair = parts[["one", "two"]].astype(int)
                parts = parts[pair.min(axis=1).between(1, 12) & pair.max(axis=1).between(1, 31)]
            if parts.empty:
                continue
            if "one" in parts:
                parts, how = _day_and_month(parts, rest, column.name, dayfirst)
                notes = [(column.index.isin(parts.index), how)]
            times[parts.index] = _from_parts(parts)
        offset[values.index] = values.str.contains(HAS_OFFSET)
    return pd.Series(times), offset, notes


def _from_numbers(numbers, name, unit):
    """Instants of numbers, and how they were read."""
    low, high = numbers.min(), numbers.max()
    whole = (numbers == np.round(numbers)).all()
    if unit is None and whole and YEARS[0] <= low and high <= YEARS[1]:
        return (numbers - 1970).astype("datetime64[Y]"), "numbers, read as years"
    if unit is None and whole and YEARS[0] <= low // 10000 and high // 10000 <= YEARS[1]:
        days = pd.Series(numbers.astype(int).astype(str))
        return pd.to_datetime(days, format="%Y%m%d", errors="coerce"), "numbers, read as dates"
    unit = unit or next((u for u, n in UNITS.items() if 1e9 * n <= low and high < 1e10 * n), None)
    if unit is None:
        raise ValueError(
            f"time {name!r} holds numbers from {low:.12g} to {high:.12g}. Years, dates such as "
            "20240131, and counts since 1970 with 10 digits (seconds), 13, 16 or 19 are known; "
            f"for other counts since 1970 give unit, one of {list(UNITS)}. The number of a period "
            "is no time: pass its column to to_batches as the period."
        )
    microseconds = np.clip(numbers * (1e6 / UNITS[unit]), -1e16, 1e16)  # the years 1653 to 2286
    stamps = microseconds.round().astype(np.int64).astype("datetime64[us]")
    return stamps, f"numbers, read as {unit} since 1970"


def _day_and_month(parts, text, name, dayfirst):
    """Name the two numbers of a date by what the column shows, or as told."""
    by_day = text[parts.index[parts["one"].astype(int) > 12]]
    by_month = text[parts.index[parts["two"].astype(int) > 12]]
    short = text[parts.index[parts["year"].str.len() == 2]]
    if dayfirst is None:
        remedy = "give dayfirst=True (31/01/2024) or dayfirst=False (01/31/2024)"
        if len(short):
            raise ValueError(f"time {name!r}: {short.iloc[0]!r} has a year of two digits; {remedy}")
        if len(by_day) and len(by_month):
            raise ValueError(
                f"time {name!r} has the day first in {by_day.iloc[0]!r} and the month first in "
                f"{by_month.iloc[0]!r}. Write them alike; or, if those of one kind are mistakes to "
                f"be dropped, {remedy}."
            )
        if not len(by_day) and not len(by_month):
            raise ValueError(
                f"time {name!r}: {text[parts.index[0]]!r} may have the day or the month first, and "
                f"no value of the column shows which; {remedy}"
            )
        dayfirst, how = bool(len(by_day)), f"as {[*by_day, *by_month][0]!r} shows"
    else:
        how = f"as dayfirst={dayfirst} says"
    names = {"one": "day", "two": "month"} if dayfirst else {"one": "month", "two": "day"}
    return parts.rename(columns=names), f"read {'day' if dayfirst else 'month'} first, {how}"


def _from_parts(parts):
    """Instants of the named parts of dates, UTC where there is an offset; NaT if impossible."""
    if "name" in parts:
        parts = parts.assign(month=parts["name"].str.lower().map(MONTHS))
    year, month, day, hour, minute = (
        parts[name].fillna("0").astype(int) for name in ("year", "month", "day", "hour", "minute")
    )
    year += np.where(parts["year"].str.len() > 2, 0, np.where(year < 70, 2000, 1900))
    second = parts["second"].str.replace(",", ".").fillna("0").astype(float)
    half, given = parts["half"].str.lower(), hour
    hour = hour.where(half.isna(), hour % 12 + 12 * (half == "p"))
    sign = parts["offset"].str.extract(r"([+-])(\d\d):?(\d\d)?").fillna("0")
    east = sign[1].astype(int) * 60 + sign[2].astype(int)  # minutes
    east *= np.where(sign[0] == "-", -1, 1)
    possible = (hour < 24) & (minute < 60) & (second < 60) & (half.isna() | given.between(1, 12))
    days = pd.to_datetime({"year": year, "month": month, "day": day}, errors="coerce")
    seconds = 3600 * hour + 60 * (minute - east) + second
    clock = (seconds * 1e6).round().astype(np.int64).astype("timedelta64[us]")
    return (days.dt.as_unit("us") + clock).where(possible)
