"""Tables: no row lost or made up, whatever the cells hold, the order, or the file."""

import csv
import datetime as dt
import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from helpers.cleaning import Cleaning, missing, numbers_in_text
from helpers.columns import typed
from helpers.periods import thinned
from helpers.sampling import places, sampled
from helpers.sources import MISSING
from helpers.tables import PERIODS, cut, read_table, to_batches
from helpers.times import read_times
from tests.property.strategies import numbers, seeds

START = dt.datetime(2019, 12, 28)
moments = st.integers(0, 20_000).map(lambda quarters: START + dt.timedelta(minutes=15 * quarters))
# Text that a CSV file can hold: any character but surrogates and NUL.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@st.composite
def tables(draw, least=2):
    """Rows of a time, an outcome of 0 and 1, numbers and categories; many cells are damaged."""
    n = draw(st.integers(least, 40))
    rng = np.random.default_rng(draw(seeds))
    times = draw(st.lists(moments, min_size=n, max_size=n))
    table = pd.DataFrame(
        {
            "ts": [f"{t:%Y-%m-%d %H:%M}" for t in times],
            "x": rng.integers(-4, 5, n) / 4,
            "kind": rng.choice(["a", "b", "c"], n),
            "y": rng.integers(0, 2, n),
        }
    ).astype(object)
    for column, damage in {"ts": "soon", "x": None, "kind": "", "y": None}.items():
        table.loc[rng.random(n) < draw(st.sampled_from([0, 0.2])), column] = damage
    kept = table[(table["ts"] != "soon") & table["y"].notna()]
    assume(kept["y"].nunique() == 2 and (table["ts"] == "soon").mean() < 0.5)
    assume(kept["x"].nunique() > 1 or kept["kind"].nunique() > 1)
    return table


def rows_of(report, step):
    return report.loc[report["step"] == step, "rows"]


def read(source, **how):
    return read_table(source, "ts", "y", **how)


def cells(table):
    """Rows as tuples in a fixed order of columns, gaps as the same thing."""
    table = table[[c for c in ("ts", "y", "x", "kind") if c in table]]
    table = table.assign(ts=table["ts"].map(pd.Timestamp))
    return sorted(map(str, table.astype(object).fillna("").itertuples(index=False, name=None)))


@settings(max_examples=100)
@given(tables(), st.sampled_from(["drop", "keep"]))
def test_rows_read_are_rows_kept_and_rows_removed_by_reason(source, duplicates):
    before = source.copy()
    table, report = read(source, duplicates=duplicates)
    pd.testing.assert_frame_equal(source, before)
    dropped = rows_of(report, "dropped")
    assert rows_of(report, "read").item() == len(source)
    assert len(source) + dropped.sum() == rows_of(report, "kept").item() == len(table)
    assert (dropped <= 0).all() and (rows_of(report, "of these").between(1, len(table))).all()
    good = source[(source["ts"] != "soon") & source["y"].notna()]
    expected = good.drop_duplicates() if duplicates == "drop" else good
    assert len(table) == len(expected)
    assert -dropped.sum() == len(source) - len(expected)
    assert cells(table) == cells(expected[[c for c in expected if c in table]])
    assert table["ts"].is_monotonic_increasing and table["y"].isin([0, 1]).all()


@given(tables(), st.data())
def test_the_order_of_the_rows_and_their_copies_change_nothing(source, draw):
    table, report = read(source)
    order = draw.draw(st.permutations(range(len(source))))
    mixed, other = read(source.iloc[order])
    assert cells(mixed) == cells(table)
    assert rows_of(other, "dropped").tolist() == rows_of(report, "dropped").tolist()
    twice, report_of_twice = read(pd.concat([source, source]))
    pd.testing.assert_frame_equal(twice, table)
    both, once = (rows_of(r, "dropped").to_numpy() for r in (report_of_twice, report))
    assert (both - once).sum() == -len(source)


@settings(max_examples=40)
@given(tables(), st.sampled_from([",", ";", "\t"]), st.sampled_from(["\n", "\r\n"]))
def test_a_file_is_read_as_its_frame(source, separator, end):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "größer als x.csv"
        source.to_csv(path, index=False, sep=separator, lineterminator=end)
        table, _ = read(path)
    expected, _ = read(source)
    pd.testing.assert_frame_equal(table, expected, check_dtype=False)


@settings(max_examples=100)
@given(st.lists(texts, min_size=6, max_size=20), texts)
@example(["", "", "", "", "", "\r"], "a line end of old")
def test_text_of_any_characters_goes_through_a_file_unchanged(labels, name):
    name = name.strip()
    assume(name and name not in ("ts", "y") and "\ufeff" not in name)
    assume(not any(c in name for c in "\r\n"))
    n = len(labels)
    source = pd.DataFrame(
        {"ts": [f"2024-01-{i + 1:02}" for i in range(n)], name: labels, "y": np.arange(n) % 2}
    )
    how = {"features": [name], "sentinels": "keep", "spelling": "keep"}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.csv"
        source.to_csv(path, index=False, quoting=csv.QUOTE_ALL)  # or pandas leaves a lone \r bare
        table, _ = read(path, **how)
    expected, _ = read(source, **how)
    assert len(table) == n
    pd.testing.assert_frame_equal(table, expected, check_dtype=False)
    if isinstance(table[name].dtype, pd.CategoricalDtype):
        given_back = table[name].astype(object).fillna("")
        assert given_back.tolist() == ["" if label in MISSING else label for label in labels]


periods = st.one_of(st.sampled_from(list(PERIODS)), st.integers(1, 30))


@settings(max_examples=100)
@given(tables(), periods)
def test_every_row_is_in_exactly_one_batch_and_in_its_order(source, period):
    table, _ = read(source)
    features = [c for c in table if c not in ("ts", "y")]
    days = table["ts"].dt.to_period(PERIODS.get(period, "D"))
    groups = days if period in PERIODS else pd.Series(np.arange(len(table)) // period)
    if groups.nunique() < 2:
        with pytest.raises(ValueError, match="makes one batch"):
            cut(table, "ts", period, "y")
        return
    batches = cut(table, "ts", period, "y")
    pd.testing.assert_frame_equal(batches.X, table[features])
    np.testing.assert_array_equal(batches.y, table["y"])
    spans = list(pairwise(batches.edges))
    assert sum(b - a for a, b in spans) == len(table)
    for a, b in spans:
        assert groups[a:b].nunique() == 1
    assert len(batches) == groups.nunique()
    assert (np.diff(batches.when.astype("datetime64[s]")).astype(int) >= 0).all()
    assert (batches.when.astype("datetime64[D]") <= table["ts"].to_numpy("datetime64[D]")[
        batches.edges[:-1]]).all()  # fmt: skip
    by_label = to_batches(table.assign(batch=groups.astype(str).factorize()[0]), "batch", "y",
                          features)  # fmt: skip
    np.testing.assert_array_equal(by_label.edges, batches.edges)


@given(tables(), st.integers(1, 60))
def test_a_thinned_table_counts_what_it_sets_aside(source, rows):
    table, report = read(source)
    thin, other, weight = thinned(table, report, rows)
    assert len(thin) == min(rows, len(table)) and thin["ts"].is_monotonic_increasing
    steps = other["rows"].where(~other["step"].isin(["kept", "of these"]), 0)
    assert steps.sum() == rows_of(other, "kept").item() == len(thin)
    assert weight * len(thin) == pytest.approx(len(table))
    pd.testing.assert_frame_equal(thin.merge(table.drop_duplicates(), how="inner"), thin)


@given(st.integers(0, 400), st.integers(1, 60))
def test_a_sample_has_at_most_one_row_of_each_step(total, most):
    rows, step = places(total, most)
    assert len(rows) <= most and (np.diff(rows) > 0).all()
    assert ((rows // step) == np.arange(len(rows))).all() and (rows < total).all()
    held, count, step = sampled(range(total), most, lambda row: row)
    assert count == total and len(held) <= most and held == sorted(set(held))
    assert step & (step - 1) == 0 and all(0 <= row < total for row in held)
    assert (len({row // step for row in held}) == len(held)) and (step > 1 or len(held) == total)


zones = st.sampled_from(["", "Z", "+01:00", "-09:30"])
instants = st.datetimes(dt.datetime(1700, 1, 2), dt.datetime(2200, 12, 30))


@given(st.lists(instants, min_size=1, max_size=8), zones, st.sampled_from(["T", " "]))
def test_a_time_in_iso_8601_is_read_to_the_microsecond(times, zone, between):
    column = pd.Series([t.isoformat(between) + zone for t in times])
    found = read_times(column)[0]
    for text, time in zip(column, found, strict=True):
        assert time.to_pydatetime() == dt.datetime.fromisoformat(text)


WRITTEN = ["{:.2f}", "{:,.2f}", "{:.2f} kg", "${:,.2f}", "{:.2f}%"]


@given(
    st.lists(st.integers(-(10**9), 10**9), min_size=2, max_size=15),
    st.sampled_from(WRITTEN),
    st.booleans(),
)
def test_numbers_are_read_as_they_were_written(hundredths, form, comma):
    values = [n / 100 for n in hundredths]
    text = [form.format(v).replace("$-", "-$") for v in values]
    if comma:
        text = [t.translate(str.maketrans(",.", ".,")) for t in text]
    found, _ = numbers_in_text(pd.Series(text, name="x"), Cleaning())
    found, odd = typed(found)
    assert not len(odd)
    np.testing.assert_allclose(found.astype(float), values, rtol=1e-12)


@given(st.lists(st.one_of(st.none(), st.floats(), texts, st.integers(), st.booleans()),
                min_size=1, max_size=12))  # fmt: skip
def test_any_column_of_objects_is_typed_row_by_row(values):
    column = pd.Series(values, dtype=object, name="x")
    found, odd = typed(column)
    assert found.index.equals(column.index)
    gone = found.isna()
    assert (missing(column) <= gone).all()
    assert set(odd.index) == set(column.index[gone & ~missing(column)])
    if isinstance(found.dtype, pd.CategoricalDtype):
        assert not len(odd) and list(found.cat.categories) == sorted(found.cat.categories)


@given(numbers(-9, 9), st.integers(2, 12))
def test_a_constant_feature_is_left_out_and_named(value, n):
    source = pd.DataFrame(
        {"ts": [f"2024-02-{i + 1:02}" for i in range(n)], "x": value, "z": np.arange(n) / 2,
         "y": np.arange(n) % 2}
    )  # fmt: skip
    table, report = read(source)
    assert list(table) == ["ts", "y", "z"]
    assert report["what"].str.startswith("left out: 'x' has one value only").any()
