"""Tables of one's own: read, cleaned with counts that add up, and cut into batches."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from helpers.backtest import Learner, backtest
from helpers.policies import Policy, every
from helpers.tables import cut, read_table, to_batches

SMALL = pd.DataFrame(
    {
        "week": [1, 1, 2, 2, 2, 5],
        "x": [0.5, np.nan, 2.0, 3.0, 4.0, 5.0],
        "kind": pd.Categorical(list("abaaba")),
        "y": [0, 1, 1, 0, 0, 1],
    }
)
START = dt.datetime(2023, 11, 6)


def orders(rows=300, seed=1):
    """A clean table of half a year."""
    rng = np.random.default_rng(seed)
    hours = np.sort(rng.choice(4000, rows, replace=False))
    times = [START + dt.timedelta(hours=int(hour)) for hour in hours]
    return pd.DataFrame(
        {
            "ts": [f"{time:%Y-%m-%d %H:%M}" for time in times],
            "price": np.round(rng.normal(50, 9, rows) * 4) / 4,
            "kind": rng.choice(["cup", "pot"], rows),
            "late": rng.choice(["no", "yes"], rows),
        }
    )


def counts(report, step):
    return report.loc[report["step"] == step, "rows"].to_list()


def said(report):
    return dict(zip(report["what"], report["rows"], strict=True))


def assert_adds_up(table, report):
    assert list(report.columns) == ["step", "rows", "what"]
    (read,), (kept,), dropped = (counts(report, step) for step in ("read", "kept", "dropped"))
    aside = counts(report, "set aside")
    assert read + sum(aside) + sum(dropped) == kept == len(table)
    assert max([*dropped, *aside]) <= 0 and len(aside) <= 1
    assert all(0 < rows <= kept for rows in counts(report, "of these"))


def assert_same_batches(first, second):
    pd.testing.assert_frame_equal(first.X, second.X)
    for name in ("y", "edges", "when"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


def test_a_clean_table_comes_back_whole():
    source = orders()
    before = source.copy()
    table, report = read_table(source, "ts", "late")
    pd.testing.assert_frame_equal(source, before)
    assert list(table.columns) == ["ts", "late", "price", "kind"]
    assert table["ts"].dt.strftime("%Y-%m-%d %H:%M").tolist() == source["ts"].tolist()
    assert table["late"].tolist() == (source["late"] == "yes").tolist()
    assert table["price"].tolist() == source["price"].tolist()
    assert table["kind"].astype(object).tolist() == source["kind"].tolist()
    assert_adds_up(table, report)
    assert counts(report, "dropped") == [0, 0, 0, 0]
    assert said(report)["target 'late' is 'yes', coded 1; 'no' is coded 0"] == table["late"].sum()
    first, last = source["ts"].iloc[[0, -1]].str[:10]
    assert f"rows in the table, {first} to {last}" in said(report)
    assert said(report)["times without a zone, taken as they stand"] == 300


def spoilt(seed):
    """A random table with damage, and row by row what should become of it."""
    rng = np.random.default_rng(seed)
    clean = orders(int(rng.integers(60, 200)), seed)
    rows = clean.astype(object).to_dict("records")
    for row in rows:
        row["ts"] = rng.choice([row["ts"]] * 16 + ["n/a", None, "soon", "2024-02-30"])
        row["price"] = rng.choice([row["price"]] * 28 + [None, "?"])
        row["kind"] = rng.choice([row["kind"]] * 9 + [""])
        row["late"] = rng.choice([row["late"]] * 9 + [None])
    rows += [dict(rows[at]) for at in rng.integers(0, len(rows), int(rng.integers(0, 20)))]
    rng.shuffle(rows)
    dropped, seen, kept, late = [0, 0, 0, 0], set(), [], 0
    for row in rows:
        if row["ts"] in (None, "n/a"):
            dropped[0] -= 1
        elif row["ts"] in ("soon", "2024-02-30"):
            dropped[1] -= 1
        elif row["late"] is None:
            dropped[2] -= 1
        elif tuple(row.values()) in seen:
            dropped[3] -= 1
        else:
            seen.add(tuple(row.values()))
            late += any(row["ts"] < earlier["ts"] for earlier in kept)
            kept.append(row)
    return pd.DataFrame(rows), dropped, sorted(kept, key=lambda row: row["ts"]), late


@pytest.mark.parametrize("seed", range(50))
def test_ugly_tables_against_a_reckoning_row_by_row(seed, tmp_path):
    source, dropped, kept, late = spoilt(seed)
    if seed % 2:
        source.to_csv(tmp_path / "ugly.csv", index=False)
    table, report = read_table(tmp_path / "ugly.csv" if seed % 2 else source, "ts", "late")
    assert_adds_up(table, report)
    assert counts(report, "dropped") == dropped
    assert said(report)["stood below a row of later time; now sorted"] == late
    assert table["ts"].dt.strftime("%Y-%m-%d %H:%M").tolist() == [row["ts"] for row in kept]
    assert table["late"].tolist() == [int(row["late"] == "yes") for row in kept]
    prices = [np.nan if row["price"] in (None, "?") else row["price"] for row in kept]
    np.testing.assert_array_equal(table["price"], prices)
    assert table["kind"].astype(object).fillna("").tolist() == [row["kind"] for row in kept]
    marks = sum(row["price"] == "?" for row in kept)
    assert said(report).get("'price' is no finite number, such as '?'; set to missing", 0) == marks
    gaps = sum(row["price"] in (None, "?") or row["kind"] == "" for row in kept)
    assert said(report)["with some feature missing, left missing"] == gaps


@pytest.mark.parametrize("seed", range(5))
def test_csv_parquet_and_frame_give_the_same_batches(seed, tmp_path):
    source = orders(400, seed).assign(flag=lambda t: t["price"] > 50, n=range(400))
    source["ts"] += "+01:00"
    source.loc[::7, ["price", "kind"]] = None
    source = source.sample(frac=1, random_state=seed)
    source.to_csv(tmp_path / "some.csv", index=False)
    source.to_parquet(tmp_path / "text.parquet", index=False)
    stamped = source.assign(ts=pd.to_datetime(source["ts"], utc=True))
    stamped.to_parquet(tmp_path / "stamps.parquet", index=False)
    stamped.set_index("ts").convert_dtypes(dtype_backend="pyarrow").to_parquet(tmp_path / "a.pq")
    options = {"time": "ts", "target": "late", "zone": "Europe/Berlin"}
    first, _ = read_table(source, **options)
    for name in ("some.csv", "text.parquet", "stamps.parquet", "a.pq"):
        table, report = read_table(tmp_path / name, **options)
        assert_adds_up(table, report)
        for period in ("week", "month", 50):
            expected, got = (cut(t, "ts", period, "late") for t in (first, table))
            assert_same_batches(got, expected)
    assert_same_batches(cut(read_table(stamped, **options)[0], "ts", 50, "late"), got)


def test_features_named_come_in_that_order_and_alone(tmp_path):
    source = orders().assign(number=range(300))
    source.to_parquet(tmp_path / "some.parquet")
    table, report = read_table(tmp_path / "some.parquet", "ts", "late", ["number", "price"])
    assert list(table.columns) == ["ts", "late", "number", "price"]
    assert said(report)["kept as asked: 'number' differs in every row, like an identifier"] == 300
    table, report = read_table(tmp_path / "some.parquet", "ts", "late")
    assert list(table.columns) == ["ts", "late", "price", "kind"]
    assert said(report)["left out: 'number' differs in every row, like an identifier"] == 300
    assert cut(table, "ts", "month", "late", ["kind"]).X.columns.tolist() == ["kind"]


@pytest.mark.parametrize("form", ["frame", "csv", "parquet"])
def test_duplicates_are_alike_in_all_columns_of_the_source(form, tmp_path):
    """Rows alike in the columns read may still be different cases."""
    source = orders().assign(number=range(300))
    source.loc[1, ["ts", "price", "kind", "late"]] = source.loc[0, ["ts", "price", "kind", "late"]]
    source = pd.concat([source, source.iloc[[5, 5, 9]]])
    if form != "frame":
        getattr(source, f"to_{form}")(tmp_path / f"some.{form}", index=False)
        source = tmp_path / f"some.{form}"
    for features in (None, ["price"], ["price", "kind"]):
        table, report = read_table(source, "ts", "late", features)
        assert counts(report, "dropped") == [0, 0, 0, -3]
        assert len(table) == 300
    table, report = read_table(source, "ts", "late", duplicates="keep")
    assert len(table) == 303 and len(counts(report, "dropped")) == 3
    assert_adds_up(table, report)


def test_rows_of_one_time_keep_their_order():
    rows = 500
    source = pd.DataFrame({"day": np.arange(rows) % 7 + 20240101, "x": np.arange(rows) / 2})
    source["y"] = source["x"] % 3
    table, report = read_table(source, "day", "y")
    expected = sorted(range(rows), key=lambda row: row % 7)  # Python's sort is stable
    assert table["x"].tolist() == [row / 2 for row in expected]
    assert "numbers, read as dates" in said(report)


def test_what_was_missing_says_why():
    source = orders().astype({"late": object})
    source.loc[:2, "ts"] = ["n/a", "soon", "9999-12-31"]
    source["late"] = source["price"].astype(object)
    source.loc[3:5, "late"] = ["unknown", None, np.inf]
    table, report = read_table(source, "ts", "late", ["kind"])
    assert report[report["step"] == "dropped"].drop(columns="step").values.tolist()[:3] == [
        [-1, "time 'ts' missing"],
        [-2, "time 'ts' unreadable, such as 'soon'"],
        [-3, "target 'late' missing or no finite number, such as 'unknown'"],
    ]
    assert_adds_up(table, report)


@pytest.mark.parametrize(
    ("period", "starts"),
    [
        ("day", ["2023-12-30", "2023-12-31", "2024-01-01", "2024-04-01"]),
        ("week", ["2023-12-25", "2024-01-01", "2024-04-01"]),
        ("month", ["2023-12-01", "2024-01-01", "2024-04-01"]),
        ("quarter", ["2023-10-01", "2024-01-01", "2024-04-01"]),
        ("year", ["2023-01-01", "2024-01-01"]),
    ],
)
def test_periods_by_the_calendar(period, starts):
    times = ["2023-12-30 23:59", "2023-12-31 00:00", "2024-01-01 00:00", "2024-01-01", "2024-04-01"]
    table = pd.DataFrame({"ts": pd.to_datetime(times, format="ISO8601"), "x": 1.0, "y": range(5)})
    batches = cut(table, "ts", period, "y")
    assert batches.when.astype(str).tolist() == starts
    labels = [max(s for s in starts if s <= time[:10]) for time in times]
    assert np.diff(batches.edges).tolist() == [labels.count(start) for start in starts]
    assert pd.DataFrame({"when": batches.when})["when"].dt.strftime("%F").tolist() == starts


@pytest.mark.parametrize("seed", range(5))
def test_calendar_periods_against_the_standard_library(seed):
    rng = np.random.default_rng(seed)
    seconds = np.sort(rng.integers(0, 3e8, 200))
    times = [dt.datetime(1965, 5, 5) + dt.timedelta(seconds=int(s)) for s in seconds]
    table = pd.DataFrame({"ts": times, "x": 1.0, "y": 0.0})
    first_days = {
        "day": lambda day: day,
        "week": lambda day: day - dt.timedelta(days=day.weekday()),
        "month": lambda day: day.replace(day=1),
        "quarter": lambda day: day.replace(day=1, month=(day.month - 1) // 3 * 3 + 1),
        "year": lambda day: day.replace(day=1, month=1),
    }
    for period, first_day in first_days.items():
        batches = cut(table, "ts", period, "y")
        labels = [first_day(time.date()) for time in times]
        assert np.repeat(batches.when, np.diff(batches.edges)).tolist() == labels


def test_periods_by_number_of_rows():
    table, _ = read_table(orders(), "ts", "late")
    batches = cut(table, "ts", 90, "late")
    assert batches.edges.tolist() == [0, 90, 180, 270, 300]
    assert (batches.when == table["ts"][::90].to_numpy()).all()
    assert str(batches.when[0]) == f"{table['ts'][0]:%Y-%m-%dT%H:%M:%S}"
    assert len(cut(table, "ts", np.int64(1), "late")) == 300


def test_periods_follow_the_calendar_of_the_zone():
    """Around midnight, and on the day of 25 hours, the zone decides which day it is."""
    times = ["2024-10-26T23:30Z", "2024-10-27T00:30Z", "2024-10-27T22:30Z", "2024-10-27T23:30Z"]
    source = pd.DataFrame({"ts": times, "x": [1.0, 2, 3, 4], "y": [0, 1, 0, 1]})
    for zone, sizes in {None: [1, 3], "Europe/Berlin": [3, 1], "Asia/Tokyo": [2, 2]}.items():
        table, report = read_table(source, "ts", "y", ["x"], zone=zone)
        assert np.diff(cut(table, "ts", "day", "y").edges).tolist() == sizes
        assert said(report)[f"times in {zone or 'UTC'}, and so are the periods"] == 4


def test_clocks_put_back_across_midnight_make_no_second_day():
    """In St John's it was 00:00:30, then 23:01 of the day before, on 7 November 2010."""
    times = pd.date_range("2010-11-07 01:30", periods=120, freq="min", tz="UTC")
    local = times.tz_convert("America/St_Johns")
    assert not local.tz_localize(None).is_monotonic_increasing
    table = pd.DataFrame({"ts": local, "x": 1.0, "y": 0.0})
    batches = cut(table, "ts", "day", "y")
    assert batches.when.astype(str).tolist() == ["2010-11-06", "2010-11-07"]
    assert batches.edges[1] == (local.strftime("%F") < "2010-11-07").argmin()


def test_from_the_file_to_the_history(tmp_path):
    """Text columns are categories that gradient boosting takes as they are."""
    rng = np.random.default_rng(3)
    source = orders(3000)
    source["late"] = np.where((source["kind"] == "cup") ^ (rng.random(3000) < 0.1), "yes", "no")
    source.loc[::9, "price"] = None
    source.to_csv(tmp_path / "orders.csv", index=False)
    table, _ = read_table(tmp_path / "orders.csv", "ts", "late")
    batches = cut(table, "ts", "month", "late")
    model = HistGradientBoostingClassifier(max_iter=10, categorical_features="from_dtype")
    history = backtest(Learner(batches, model), Policy(every(1)), start=2)
    assert history["when"].dt.strftime("%F").tolist()[0] == "2024-01-01"
    assert (history["loss"] < 0.15).all()  # a constant has 0.25


def test_a_batch_for_each_value_of_the_period():
    batches = to_batches(SMALL, "week", "y", ["kind", "x"])
    np.testing.assert_array_equal(batches.edges, [0, 2, 5, 6])
    np.testing.assert_array_equal(batches.when, [1, 2, 5])
    pd.testing.assert_frame_equal(batches.X, SMALL[["kind", "x"]])  # gaps and categories stay
    np.testing.assert_array_equal(batches.y, SMALL["y"])


def test_dates_are_periods_too():
    dated = SMALL.assign(date=pd.Timestamp("2013-01-01") + pd.to_timedelta(SMALL["week"], "D"))
    batches = to_batches(dated, "date", "y", ["x", "kind"])
    assert len(batches) == 3 and batches.when[0] == np.datetime64("2013-01-02")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((SMALL.to_numpy(), "week", "y", ["x"]), TypeError, "table must be a DataFrame; got ndar"),
        ((SMALL, "weak", "y", ["x"]), ValueError, r"no column \['weak'\]; nearest: \['week'\]"),
        ((SMALL, "week", "z", ["x", "w"]), ValueError, r"no column \['z', 'w'\]"),
        ((SMALL, "week", "y", ["x", "y"]), ValueError, "features hold the target 'y'"),
        ((SMALL, "week", "y", "x"), TypeError, "features must be a list"),
        ((SMALL, "week", "y", []), ValueError, "features is empty"),
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


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"time": "TS "}, ValueError, r"DataFrame has no column \['TS '\]; nearest: \['ts'\]"),
        ({"target": "lat"}, ValueError, r"no column \['lat'\]; nearest: \['late'\]; it has \['ts'"),
        ({"features": ["prise"]}, ValueError, r"no column \['prise'\]; nearest: \['price'\]"),
        ({"features": ["q"]}, ValueError, r"no column \['q'\]; it has"),
        ({"features": "price"}, TypeError, "features must be a list of columns; got 'price'"),
        ({"features": ("price",)}, TypeError, "features must be a list of columns"),
        ({"features": []}, ValueError, "features is empty; name at least one"),
        ({"features": ["price", "price"]}, ValueError, "features name 'price' twice"),
        ({"features": ["price", "late"]}, ValueError, "features hold the target 'late'; leave"),
        ({"features": ["price", "ts"]}, ValueError, "features hold the time 'ts'; leave it out"),
        ({"target": "ts"}, ValueError, "target and time are both 'ts'; name two columns"),
        ({"duplicates": "first"}, ValueError, "duplicates must be 'drop' or 'keep'; got 'first'"),
        ({"positive": "maybe"}, ValueError, r"positive='maybe' is no value of.*\['no', 'yes'\]"),
        ({"time": "kind"}, ValueError, "time 'kind': 300 of 300 values are unreadable"),
        ({"time": "price"}, ValueError, "time 'price' holds numbers from .*give unit"),
        ({"zone": "UTC"}, ValueError, "zone='UTC' has nothing to convert"),
        ({"source": "nowhere.csv"}, FileNotFoundError, "no file 'nowhere.csv'"),
        ({"source": orders().iloc[:0]}, ValueError, "the DataFrame has columns, but no rows"),
        ({"source": orders().assign(late="no")}, ValueError, "'late' has one value only, 'no'"),
        ({"source": orders().assign(late=None)}, ValueError,
         "no row of the DataFrame is left: 300 dropped for target 'late' missing"),
        ({"source": orders().assign(late=orders()["price"].map("about {} eur".format))}, ValueError,
         "target 'late' has .* classes.*give positive"),
        ({"source": orders().assign(late=pd.Timedelta(1))}, TypeError, "target: 'late' is of type"),
        ({"source": orders().assign(late="2024-01-31")}, TypeError, "target 'late' holds times"),
        ({"source": orders()[["ts", "late"]]}, ValueError, "features is empty"),
        ({"source": orders().assign(price=1)[["ts", "late", "price"]]}, ValueError,
         "features: none is left .*'price' has one value only"),
    ],
)  # fmt: skip
def test_bad_reading_is_refused(options, error, message):
    with pytest.raises(error, match=message):
        read_table(**{"source": orders(), "time": "ts", "target": "late"} | options)


def test_a_file_of_nothing_but_a_header_is_refused(tmp_path):
    (tmp_path / "head.csv").write_text("ts,price,late\n")
    with pytest.raises(ValueError, match="head.csv has columns, but no rows"):
        read_table(tmp_path / "head.csv", "ts", "late")
    orders().iloc[:0].to_parquet(tmp_path / "head.parquet")
    with pytest.raises(ValueError, match="head.parquet has columns, but no rows"):
        read_table(tmp_path / "head.parquet", "ts", "late")


READ = read_table(orders(), "ts", "late")[0]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"table": READ.to_dict()}, TypeError, "table must be a DataFrame; got dict"),
        ({"time": "t"}, ValueError, r"table has no column \['t'\]; nearest: \['ts'\]"),
        ({"features": "price"}, TypeError, "features must be a list"),
        ({"features": ["ts"]}, ValueError, "features hold the time 'ts'"),
        ({"target": "ts"}, ValueError, "target and time are both 'ts'"),
        ({"table": orders()}, TypeError, "time 'ts' must hold datetimes, not .*; see read_table"),
        ({"table": READ[::-1]}, ValueError, "time 'ts' has gaps or goes back in time"),
        ({"period": "fortnight"}, ValueError, r"period must be one of \['day', .* or a number of"),
        ({"period": 0}, ValueError, "or a number of rows; got 0"),
        ({"period": True}, ValueError, "or a number of rows; got True"),
        ({"period": 2.5}, ValueError, "or a number of rows; got 2.5"),
        ({"period": ["day"]}, ValueError, r"or a number of rows; got \['day'\]"),
        ({"period": 300}, ValueError, "period=300 makes one batch of all 300 rows, .*shorter"),
        ({"table": READ.head(9), "period": "quarter"}, ValueError,
         "period='quarter' makes one batch of all 9 rows, 2023-11-06 to 2023-11-12; choose"),
        ({"table": READ.head(0)}, ValueError, "table is empty"),
    ],
)  # fmt: skip
def test_bad_cuts_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        cut(**{"table": READ, "time": "ts", "period": "month", "target": "late"} | options)
