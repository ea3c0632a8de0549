"""Tables with a time column: read, cleaned with a report, and cut into `Batches`."""

from difflib import get_close_matches
from numbers import Integral

import numpy as np
import pandas as pd
from pandas.api import types

from helpers.backtest import Batches
from helpers.columns import coded, missing, such_as, typed, usable
from helpers.sources import open_source
from helpers.times import read_times

PERIODS = {"day": "D", "week": "W", "month": "M", "quarter": "Q", "year": "Y"}


def read_table(
    source,
    time,
    target,
    features=None,
    *,
    positive=None,
    duplicates="drop",
    dayfirst=None,
    unit=None,
    zone=None,
    encoding="utf-8-sig",
):
    """Read a table with a time column, clean it, sort it by time, and count what was done.

    Dropped are rows without a readable time, rows without an outcome, and exact duplicates. What
    can be understood in two ways is refused, with the argument that settles it.

    Parameters
    ----------
    source : str, path or DataFrame
        A CSV or Parquet file, or a DataFrame, which stays as it is; see `helpers.sources`. Blank
        cells and those such as NA, n/a, nan or null count as missing.
    time : str
        Column of dates or times; see `helpers.times.read_times`.
    target : str
        Column of the outcome. Numbers stay numbers; two classes of text become 0 and 1.
    features : list of str, optional
        Columns of the model's inputs. Default: all others, but for identifiers, times, columns of
        one value, and what is neither numbers nor text; the report names those left out.
    positive : optional
        The value of ``target`` that becomes 1; all others become 0. Needed for more than two
        classes of text, and for classes given as numbers other than 0 and 1. Default for text:
        the last of the two in alphabetical order.
    duplicates : {"drop", "keep"}
        What to do with rows that are, in all columns of the source, like an earlier one. Keep
        them where equal rows are different cases.
    dayfirst, unit, zone : optional
        How to read times; see `helpers.times.read_times`.
    encoding : str
        Of a CSV file. The default is UTF-8, with or without a byte-order mark.

    Returns
    -------
    table : DataFrame
        The columns time, target and features, sorted by time; rows of one time keep their order.
        Features are numbers, or categories for text; True is 1.
    report : DataFrame
        Columns step, rows and what. Read and dropped (negative) add up to kept; then, with
        counts of kept rows, how the columns were understood.

    Raises
    ------
    FileNotFoundError, TypeError, ValueError
        Naming the argument, what was wrong and what to do.
    """
    if duplicates not in ("drop", "keep"):
        raise ValueError(f"duplicates must be 'drop' or 'keep'; got {duplicates!r}")
    source = open_source(source, [time], encoding)
    wanted = features
    if features is None:
        wanted = [name for name in source.names if name not in (time, target)]
    _check_names(source.label, source.names, [time, target], wanted)
    _check_roles(time, target, wanted)
    raw = source.load([time, target, *wanted])
    if not len(raw):
        raise ValueError(f"{source.label} has columns, but no rows")
    times, how = read_times(raw[time].mask(missing(raw[time])), dayfirst, unit, zone)
    outcome = _outcome(raw[target])
    counts, left = _dropped(raw, times, outcome, source, duplicates)
    notes = [(int(where[left].sum()), what) for where, what in how]
    times = times[left]
    notes.append(
        (int((times < times.cummax()).sum()), "stood below a row of later time; now sorted")
    )
    times = times.sort_values(kind="stable")
    y, note = coded(outcome[times.index], positive)
    columns, further = usable(raw.loc[times.index, wanted], asked=features is not None)
    table = pd.DataFrame({time: times, target: y}).join(columns).reset_index(drop=True)
    span = f"rows in the table, {times.iloc[0]:%Y-%m-%d} to {times.iloc[-1]:%Y-%m-%d}"
    counts.append(("kept", len(table), span))
    counts += [("of these", *note) for note in [*notes, note, *further] if note[0]]
    return table, pd.DataFrame(counts, columns=["step", "rows", "what"])


def cut(table, time, period, target, features=None):
    """Cut a table in time order into batches, by the calendar or by number of rows.

    Periods without rows make no batch. The first and the last may be shorter than the others.

    Parameters
    ----------
    table : DataFrame
        N rows in time order, such as `read_table` returns.
    time : str
        Column of datetimes. With a zone, periods follow the calendar of that zone.
    period : {"day", "week", "month", "quarter", "year"} or int
        Of the calendar, weeks from Monday; or the number of rows in each batch.
    target : str
        Column of the outcome; classes as 0 and 1.
    features : list of str, optional
        Columns of the model's inputs. Default: all but ``time`` and ``target``.

    Returns
    -------
    Batches
        Labelled with the first day of each period; by number of rows, with the first time.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.
    """
    _check_frame(table)
    if features is None:
        features = [name for name in table.columns if name not in (time, target)]
    _check_names("table", list(table.columns), [time, target], features)
    _check_roles(time, target, features)
    times = table[time]
    if not types.is_datetime64_any_dtype(times.dtype):
        raise TypeError(f"time {time!r} must hold datetimes, not {times.dtype}; see read_table")
    _check_order("time", times)
    clock = times.dt.tz_localize(None)
    if isinstance(period, str) and period in PERIODS:
        days = clock.dt.to_period(PERIODS[period]).dt.start_time.to_numpy("datetime64[D]")
        # Some clocks were put back across midnight; what comes after stays with the new day.
        when, starts = np.unique(days, return_index=True)
    elif isinstance(period, Integral) and not isinstance(period, bool) and period >= 1:
        starts = np.arange(0, len(table), period)
        when = clock.iloc[starts].to_numpy("datetime64[s]")
    else:
        raise ValueError(
            f"period must be one of {list(PERIODS)} or a number of rows; got {period!r}"
        )
    if len(starts) < 2:
        raise ValueError(
            f"period={period!r} makes one batch of all {len(table):,} rows, "
            f"{times.iloc[0]:%Y-%m-%d} to {times.iloc[-1]:%Y-%m-%d}; choose a shorter period"
        )
    return Batches(table[features], table[target], np.append(starts, len(table)), when)


def to_batches(table, period, target, features):
    """Cut a table into batches, one for each value of a column.

    Parameters
    ----------
    table : DataFrame
        N rows in time order.
    period : str
        Column with each row's batch, such as a week; it never decreases.
    target : str
        Column of the outcome; classes as 0 and 1.
    features : list of str
        Columns of the model's inputs.

    Returns
    -------
    Batches
        Labelled with the values of ``period``.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.
    """
    _check_frame(table)
    _check_names("table", list(table.columns), [period, target], features)
    if target in features:
        raise ValueError(f"features hold the target {target!r}; leave it out")
    _check_order("period", table[period])
    when, starts = np.unique(table[period], return_index=True)
    return Batches(table[features], table[target], np.append(starts, len(table)), when)


def _check_frame(table):
    if not isinstance(table, pd.DataFrame):
        raise TypeError(f"table must be a DataFrame; got {type(table).__name__}")
    if not len(table):
        raise ValueError("table is empty; at least one row is needed")


def _check_names(label, names, needed, features):
    if not isinstance(features, list):
        raise TypeError(f"features must be a list of columns; got {features!r}")
    if not features:
        raise ValueError("features is empty; name at least one column")
    if twice := [name for name in features if features.count(name) > 1]:
        raise ValueError(f"features name {twice[0]!r} twice")
    absent = [name for name in [*needed, *features] if name not in names]
    if absent:
        lower = {str(name).lower(): name for name in names}
        near = [lower[n] for a in absent for n in get_close_matches(str(a).lower(), lower, 2)]
        shown = [*names[:20], "..."] if len(names) > 20 else names
        hint = f"; nearest: {near}" if near else ""
        raise ValueError(f"{label} has no column {absent}{hint}; it has {shown}")


def _check_roles(time, target, features):
    if time == target:
        raise ValueError(f"target and time are both {time!r}; name two columns")
    for role, name in [("target", target), ("time", time)]:
        if name in features:
            raise ValueError(f"features hold the {role} {name!r}; leave it out")


def _check_order(argument, values):
    if values.isna().any() or not values.is_monotonic_increasing:
        raise ValueError(
            f"{argument} {values.name!r} has gaps or goes back in time; fill or sort it first"
        )


def _outcome(column):
    try:
        return typed(column)[0]
    except TypeError as error:
        raise TypeError(f"target: {error}") from error


def _dropped(raw, times, outcome, source, duplicates):
    """Counts of rows read and dropped, and which rows are left."""
    time, target = raw.columns[:2]
    blank, unread, no_outcome = missing(raw[time]), times.isna(), outcome.isna()
    strange = raw[target][no_outcome & ~missing(raw[target])]
    lack = f"missing or no finite number{such_as(strange)}" if len(strange) else "missing"
    left = ~(unread | no_outcome)
    steps = [
        (blank, f"time {time!r} missing"),
        (unread & ~blank, f"time {time!r} unreadable{such_as(raw[time][unread & ~blank])}"),
        (no_outcome & ~unread, f"target {target!r} {lack}"),
    ]
    if duplicates == "drop":
        again = _repeated(raw, left, source)
        steps.append((again, "like an earlier row in all columns (duplicates='keep' keeps them)"))
        left = left & ~again
    if not left.any():
        raise ValueError(
            f"no row of {source.label} is left: "
            + ", ".join(f"{gone.sum():,} dropped for {why}" for gone, why in steps if gone.any())
        )
    counts = [("read", len(raw), f"rows of {source.label}")]
    return counts + [("dropped", -int(gone.sum()), why) for gone, why in steps], left


def _repeated(raw, left, source):
    """Which of the rows left are in every column of the source like an earlier one of them."""
    again = pd.Series(False, raw.index)
    quick = [name for name in raw.columns if not types.is_object_dtype(raw[name].dtype)]
    alike = raw.loc[left, quick].duplicated(keep=False) if quick else left[left]
    rows = alike.index[alike]
    if len(rows):
        whole = raw if len(raw.columns) == len(source.names) else source.load(source.names)
        again[rows] = whole.loc[rows].astype(str).duplicated()
    return again
