"""Tables with a time column: read, cleaned with a report, and cut into `Batches`."""

from dataclasses import replace
from difflib import get_close_matches
from numbers import Integral

import numpy as np
import pandas as pd
from pandas.api import types

from helpers.backtest import Batches
from helpers.cleaning import Cleaning, missing, seen_late, such_as
from helpers.columns import FEW_ROWS, cleaned, coded, usable
from helpers.repeats import CONFLICTS, conflicting, is_index, repeated
from helpers.sources import open_source
from helpers.times import read_times

PERIODS = {"day": "D", "week": "W", "month": "M", "quarter": "Q", "year": "Y"}
LEAST_ROWS = 100
MOST_ROWS, MOST_CELLS = 500_000, 10_000_000  # by default


def read_table(
    source,
    time,
    target,
    features=None,
    *,
    positive=None,
    duplicates="drop",
    conflicts="keep",
    identifier=None,
    ignore=(),
    sentinels="drop",
    spelling="merge",
    decimal=None,
    mixed_units="refuse",
    dayfirst=None,
    unit=None,
    zone=None,
    clock=None,
    encoding="utf-8-sig",
    max_rows=None,
):
    """Read a table with a time column, clean it, sort it by time, and count what was done.

    Dropped are rows without a readable time, rows without an outcome, and exact duplicates. What
    can be understood in two ways is refused, with the argument that settles it. Numbers are read
    out of text such as 1,234.5 or 12 kg; see `helpers.cleaning`.

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
        Columns of the model's inputs. Default: all others, but for identifiers, times, free text,
        columns of one value, saved indexes, and what is neither numbers nor text; the report
        names those left out.
    positive : optional
        The value of ``target`` that becomes 1; all others become 0. Needed for more than two
        classes of text, and for classes given as numbers other than 0 and 1. Default for text:
        the last of the two in alphabetical order.
    duplicates : {"drop", "keep"}
        What to do with rows that are, in all columns of the source, like an earlier one. Keep
        them where equal rows are different cases.
    conflicts : {"keep", "first", "last", "drop"}
        What to do with rows that are alike in all columns but have another outcome, or have the
        same ``identifier`` but another outcome: keep all, since two outcomes of like cases may
        both be true; the first or the last of them in time; or none.
    identifier : str, optional
        Column that names the cases, such as an order number. It is no feature.
    ignore : list of str
        Columns that are no features, where ``features`` is not given.
    sentinels : {"drop", "keep"} or list
        What stands for missing besides: signs such as ? and -, and numbers such as -999 that lie
        far outside (see `helpers.cleaning.sentinels_in`); nothing; or the values of the list.
    spelling : {"merge", "keep"}
        Whether categories that differ in case or spaces only, such as Yes and YES, are one.
    decimal : {".", ","}, optional
        What stands before decimals. Needed where nothing shows whether 1,234 is 1234.
    mixed_units : {"refuse", "ignore"}
        Whether a column of several units is refused, or its numbers are taken as they stand.
    dayfirst, unit, zone, clock : optional
        How to read times; see `helpers.times.read_times`.
    encoding : str
        Of a CSV file. The default is UTF-8, with or without a byte-order mark.
    max_rows : int, optional
        Of a larger source a sample is read, evenly along it: one row at random of every few in a
        row. All counts are then those of the sample, and the estimation error is that of fewer
        rows. Default: 500,000; fewer of more than 20 columns.

    Returns
    -------
    table : DataFrame
        The columns time, target and features, sorted by time; rows of one time keep their order.
        Features are numbers, or categories for text; True is 1.
    report : DataFrame
        Columns step, rows and what. Read, set aside (negative; only of a sample) and dropped
        (negative) add up to kept; then, with counts of kept rows, what was done and understood.

    Raises
    ------
    FileNotFoundError, TypeError, ValueError
        Naming the argument, what was wrong and what to do.
    """
    _check_choices(duplicates, conflicts, ignore, features, max_rows)
    how = Cleaning(decimal, None, mixed_units, sentinels, spelling)
    source = open_source(source, [time], encoding, decimal)
    how = replace(how, hint=source.decimal)
    roles = {"target": target, "time": time}
    roles |= {} if identifier is None else {"identifier": identifier}
    needed = list(dict.fromkeys([time, target, *roles.values()]))
    wanted = features
    if features is None:
        wanted = [name for name in source.names if name not in [*needed, *ignore]]
    _check_names(source.label, source.names, [*needed, *ignore], wanted)
    _check_roles(wanted, **roles)
    if max_rows is None:
        max_rows = min(MOST_ROWS, max(MOST_CELLS // len(source.names), LEAST_ROWS))
    loaded = source.read([*needed, *wanted], max_rows)
    raw = loaded.table
    if not len(raw):
        raise ValueError(f"{source.label} has columns, but no rows")
    index = [name for name in source.unnamed if name in raw and is_index(raw[name])]
    wanted = wanted if features is not None else [name for name in wanted if name not in index]

    times, read = read_times(raw[time].mask(missing(raw[time])), dayfirst, unit, zone, clock)
    outcome, meant, steps = _outcome(raw[target], how)
    steps = _unusable(raw, times, steps)
    left = times.notna() & outcome.notna()
    if duplicates == "drop":
        again = repeated(raw, left, source, max_rows)
        steps.append((again, "like an earlier row in all columns (duplicates='keep' keeps them)"))
        left &= ~again
    _check_left(source.label, left, steps)
    clash, gone = conflicting(raw, left, times, outcome, source, identifier, conflicts, max_rows)
    alike = "in all else" if identifier is None else f"in {identifier!r}"
    clashing = f"alike {alike} to a row with another outcome"
    if conflicts != "keep":
        steps.append((gone, f"{clashing} (conflicts={conflicts!r})"))
        left &= ~gone
        _check_left(source.label, left, steps)
    counts = [("read", loaded.total, f"rows of {source.label}")]
    if loaded.step > 1:
        sampled = f"one row at random of every {loaded.step} in a row, for max_rows={max_rows:,}"
        words = f"not in the sample of {sampled}; what follows counts in the sample"
        counts.append(("set aside", len(raw) - loaded.total, words))
    counts += [("dropped", -int(gone.sum()), why) for gone, why in steps]

    rows = int(left.sum())
    notes = [(rows, f"from a file that {what}") for what in source.notes]
    notes += [
        (rows, f"left out: {name!r}, a column without a name, like a saved index")
        for name in index
        if name not in wanted
    ]
    late = (times[left] < times[left].cummax()).sum()
    notes += [(int(where[left].sum()), what) for where, what in [*loaded.notes, *read, *meant]]
    notes.append((int(late), "stood below a row of later time; now sorted"))
    times = times[left].sort_values(kind="stable")
    y, note = coded(outcome[times.index], positive)
    columns, further = usable(raw.loc[times.index, wanted], features is not None, how)
    notes += [note, *further]
    if conflicts == "keep":
        words = f"{clashing}; kept (conflicts='first', 'last' or 'drop' does not)"
        notes.append((int(clash[left].sum()), words))
    kinds = columns.select_dtypes("category").items()
    for values in [y.rename(target), *(values for _, values in kinds)]:
        if isinstance(values.dtype, pd.CategoricalDtype) or values.nunique() == 2:
            notes += seen_late(values, times)
    if rows < FEW_ROWS:
        notes.append((rows, "are few: little can be learnt, and no identifier told from numbers"))
    table = pd.DataFrame({time: times, target: y}).join(columns).reset_index(drop=True)
    span = f"rows in the table, {times.iloc[0]:%Y-%m-%d} to {times.iloc[-1]:%Y-%m-%d}"
    counts.append(("kept", rows, span))
    counts += [("of these", *note) for note in notes if note[0]]
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
    _check_roles(features, target=target, time=time)
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


def _check_roles(features, **roles):
    seen = {}
    for role, name in roles.items():
        if name in seen:
            raise ValueError(f"{seen[name]} and {role} are both {name!r}; name two columns")
        seen[name] = role
        if name in features:
            raise ValueError(f"features hold the {role} {name!r}; leave it out")


def _check_choices(duplicates, conflicts, ignore, features, max_rows):
    if duplicates not in ("drop", "keep"):
        raise ValueError(f"duplicates must be 'drop' or 'keep'; got {duplicates!r}")
    if conflicts not in CONFLICTS:
        raise ValueError(f"conflicts must be one of {CONFLICTS}; got {conflicts!r}")
    if not isinstance(ignore, list | tuple):
        raise TypeError(f"ignore must be a list of columns; got {ignore!r}")
    if len(ignore) and features is not None:
        raise ValueError("ignore is for when features are not named; leave one of the two out")
    whole = isinstance(max_rows, Integral) and not isinstance(max_rows, bool)
    if max_rows is not None and (not whole or max_rows < LEAST_ROWS):
        raise ValueError(
            f"max_rows must be a whole number of at least {LEAST_ROWS}; got {max_rows!r}"
        )


def _check_order(argument, values):
    if values.isna().any() or not values.is_monotonic_increasing:
        raise ValueError(
            f"{argument} {values.name!r} has gaps or goes back in time; fill or sort it first"
        )


def _check_left(label, left, steps):
    if not left.any():
        gone = [f"{gone.sum():,} dropped for {why}" for gone, why in steps if gone.any()]
        raise ValueError(f"no row of {label} is left: " + ", ".join(gone))


def _outcome(column, how):
    """The outcome, how it was read, and what is missing of it with the reason."""
    try:
        outcome, odd, notes = cleaned(column, how)
    except (TypeError, ValueError) as error:
        raise type(error)(f"target: {error}") from error
    gone, lack = outcome.isna(), "missing"
    signs = column[gone & ~missing(column)].drop(odd.index)
    if len(odd):
        lack += f" or no finite number{such_as(odd)}"
    if len(signs):
        lack += f" or a sign for it{such_as(signs)} (sentinels='keep' keeps it)"
    return outcome, notes, (gone, f"target {column.name!r} {lack}")


def _unusable(raw, times, no_outcome):
    """Rows without a time or an outcome, each with the reason; no row has two."""
    time = raw.columns[0]
    blank, unread = missing(raw[time]), times.isna()
    gone, why = no_outcome
    return [
        (blank, f"time {time!r} missing"),
        (unread & ~blank, f"time {time!r} unreadable{such_as(raw[time][unread & ~blank])}"),
        (gone & ~unread, why),
    ]
