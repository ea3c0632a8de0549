"""Files as people have them: each ugly trait alone, all in one file, and what is no such trait."""

import gzip

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from helpers.backtest import Learner, backtest
from helpers.cleaning import Cleaning, numbers_in_text, seen_late, sentinels_in
from helpers.columns import usable
from helpers.policies import Policy, every
from helpers.tables import cut, read_table
from tests.test_tables import assert_adds_up, counts, said


def plain(rows=240, seed=1):
    """A clean table of eight months, as text."""
    rng = np.random.default_rng(seed)
    times = pd.date_range("2024-01-01", "2024-08-31", rows).floor("min")
    x, kind = rng.normal(50, 9, rows).round(2), rng.choice(["cup", "pot"], rows)
    y = (x / 9 + (kind == "cup") + rng.normal(size=rows) > 6).astype(int)
    columns = {"ts": times.strftime("%Y-%m-%d %H:%M"), "x": x, "kind": kind, "y": y}
    return pd.DataFrame(columns).astype(str).astype(object)


def save(folder, table, name="some.csv", encoding="utf-8", **options):
    table.to_csv(folder / name, index=False, encoding=encoding, **options)
    return folder / name


def read(source, time="ts", target="y", **options):
    table, report = read_table(source, time, target, **options)
    assert_adds_up(table, report)
    return table, report


def words(report, rows, *parts):
    """That one line of the report has this count and these words."""
    found = [what for n, what in report[["rows", "what"]].values if all(p in what for p in parts)]
    assert len(found) == 1, (parts, report.to_string())
    assert said(report)[found[0]] == rows, (parts, report.to_string())
    return True


def silent(report, *parts):
    return not any(part in what for part in parts for what in report["what"])


CLEAN = read(plain())[0]


def same_as_clean(table):
    pd.testing.assert_frame_equal(table, CLEAN)
    return True


# --- the file ---


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_byte_order_mark_is_passed_over(tmp_path, encoding):
    path = save(tmp_path, plain(), encoding="utf-8-sig")
    table, report = read(path, encoding=encoding)
    assert same_as_clean(table)
    assert words(report, 240, "from a file that begins with a byte-order mark")
    assert silent(read(save(tmp_path, plain()))[1], "byte-order")


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_line_ends_of_all_systems(tmp_path, end):
    text = plain().to_csv(index=False, lineterminator=end)
    (tmp_path / "some.csv").write_bytes(text.encode())
    table, report = read(tmp_path / "some.csv")
    assert same_as_clean(table) and counts(report, "read") == [240]


def test_packed_files(tmp_path):
    path = save(tmp_path, plain(), "some.csv.gz")
    table, report = read(path)
    assert same_as_clean(table)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="some.csv.gz' is no gzip file, or damaged"):
        read(path)


@pytest.mark.parametrize(
    ("encoding", "error"),
    [("cp1252", "encoding='cp1252'"), ("utf-16", "encoding='utf-16'"),
     ("utf-16-le", "is no text; perhaps encoding='utf-16'")],
)  # fmt: skip
@pytest.mark.parametrize("name", ["some.csv", "some.csv.gz"])
def test_other_encodings_are_named(tmp_path, encoding, error, name):
    table = plain().assign(kind=lambda t: t["kind"].where(t["kind"] == "cup", "Krüge"))
    if encoding == "utf-16-le":
        table = plain()  # all bytes are UTF-8, too
    path = save(tmp_path, table, name, encoding)
    with pytest.raises(ValueError, match=error):
        read(path)
    assert len(read(path, encoding=encoding)[0]) == 240


def test_short_rows_are_filled_up_and_counted(tmp_path):
    lines = plain().to_csv(index=False).splitlines()
    lines[5] = lines[5].rpartition(",")[0]  # no outcome
    (tmp_path / "some.csv").write_text("\n".join(lines))
    table, report = read(tmp_path / "some.csv")
    assert counts(report, "dropped") == [0, 0, -1, 0] and len(table) == 239
    longer = plain().assign(z="1")
    lines = longer.to_csv(index=False).splitlines()
    for at in (5, 9, 200):
        lines[at] = lines[at].removesuffix(",1")
    (tmp_path / "some.csv").write_text("\n".join(lines))
    table, report = read(tmp_path / "some.csv")
    assert words(report, 3, "had fewer cells than the header; those at the end taken as missing")
    assert table["z"].isna().sum() == 3
    lines[7] += ",9"
    (tmp_path / "some.csv").write_text("\n".join(lines))
    with pytest.raises(ValueError, match="broken row: line 8: it has 6 cells, the header 5"):
        read(tmp_path / "some.csv")


def test_spaces_around_names_of_columns(tmp_path):
    path = tmp_path / "some.csv"
    path.write_text(plain().to_csv(index=False).replace(",", ", "))
    table, report = read(path)
    assert same_as_clean(table) and words(report, 240, "has spaces around names of columns")


def test_semicolons_and_decimal_commas(tmp_path):
    path = save(tmp_path, plain().assign(x=plain()["x"].str.replace(".", ",")), sep=";")
    table, report = read(path)
    assert same_as_clean(table) and words(report, 240, "from a file that has decimal commas")
    tabs = save(
        tmp_path, plain().assign(x=plain()["x"].str.replace(".", ",")), "some.tsv", sep="\t"
    )
    assert same_as_clean(read(tabs)[0])


def test_cells_too_long_and_files_cut_off_within_a_cell_are_explained(tmp_path):
    path = tmp_path / "some.csv"
    path.write_text(plain().to_csv(index=False) + "2024-09-01," + "9" * 200_000 + ",cup,1\n")
    with pytest.raises(ValueError, match="broken row: .*field larger than field limit"):
        read(path)
    path.write_text(plain().to_csv(index=False) + '2024-09-01,"9,cup,1\n')
    with pytest.raises(ValueError, match="broken row: line 242: unexpected end of data"):
        read(path)


def test_half_a_cell_shows_no_decimal_comma(tmp_path, monkeypatch):
    path = save(tmp_path, plain().assign(x="1,234"), sep=";")
    monkeypatch.setattr("helpers.sources.SAMPLE", path.read_text().index("1,234;", 900) + 4)
    with pytest.raises(ValueError, match="'x': '1,234' may be 1234 or 1.234"):
        read(path)


@pytest.mark.parametrize("name", ["some.csv", "some.parquet"])
def test_a_saved_index_is_left_out_and_hides_no_duplicates(tmp_path, name):
    table = pd.concat([plain(), plain().iloc[[3, 3, 7]]], ignore_index=True)
    table = table.sample(frac=1, random_state=1)
    table.to_csv(tmp_path / name) if name.endswith("csv") else table.to_parquet(tmp_path / name)
    result, report = read(tmp_path / name)
    assert counts(report, "dropped")[-1] == -3
    assert same_as_clean(result[list(CLEAN)])
    assert words(report, 240, "left out", "a column without a name, like a saved index")
    index = "Unnamed: 0" if name.endswith("csv") else "__index_level_0__"
    asked, report = read(tmp_path / name, features=["x", index])
    assert index in asked and silent(report, "saved index")


def test_a_column_without_a_name_that_holds_measurements_is_a_feature(tmp_path):
    table = plain()
    table.insert(0, "", CLEAN["x"] / 3)
    result, report = read(save(tmp_path, table))
    assert "Unnamed: 0" in result and silent(report, "saved index")


# --- times and rows ---


def test_mixed_forms_and_zones_of_times():
    table = plain()
    local = pd.to_datetime(table["ts"]).dt.tz_localize("Europe/Berlin")
    forms = ["%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M:%S%z", "%d %b %Y %H:%M", "%Y-%m-%d %H:%M:%S+00:00"]
    texts = []
    for at, time in enumerate(local):
        time = time.tz_convert("UTC") if at % 4 == 3 else time
        texts.append(time.strftime(forms[at % 4]))
    with pytest.raises(ValueError, match="mixes values with an offset.*clock='Europe/Berlin'"):
        read(table.assign(ts=texts))
    result, report = read(table.assign(ts=texts), clock="Europe/Berlin")
    assert (result["ts"] == local).all()
    assert words(report, 120, "without an offset, read as the clock in Europe/Berlin")
    assert words(report, 240, "times in Europe/Berlin, and so are the periods")
    assert words(report, 60, "read day first")
    assert (read(table.assign(ts=texts), clock="Europe/Berlin", zone="UTC")[0]["ts"] == local).all()


def test_the_hour_that_the_clock_shows_twice_and_the_one_it_leaves_out():
    table = plain().head(40)
    table.loc[:2, "ts"] = ["2024-03-31 02:30", "2024-10-27 02:30", "2024-10-27 02:30"]
    result, report = read(table, clock="Europe/Berlin", zone="UTC")
    assert words(report, -1, "time 'ts' unreadable, such as '2024-03-31 02:30'")
    assert words(report, 2, "shows twice, taken as the first")
    assert result["ts"].dt.strftime("%F %H:%M").tolist()[-2:] == ["2024-10-27 00:30"] * 2


def test_unsorted_rows():
    table = plain().sample(frac=1, random_state=2)
    late = (table["ts"] < table["ts"].cummax()).sum()
    result, report = read(table)
    assert same_as_clean(result) and words(report, late, "stood below a row of later time")


def test_exact_duplicates():
    result, report = read(pd.concat([plain(), plain().iloc[[0, 0, 9]]]))
    assert same_as_clean(result) and words(report, -3, "like an earlier row in all columns")
    result, report = read(pd.concat([plain(), plain().iloc[[0, 0, 9]]]), duplicates="keep")
    assert len(result) == 243


def other(values):
    return np.where(values == "1", "0", "1")


@pytest.mark.parametrize("conflicts", ["keep", "first", "last", "drop"])
def test_conflicts_of_rows_alike_in_all_else(conflicts):
    again = plain().iloc[[3, 50, 50, 7]]
    again["y"] = [*other(again["y"].iloc[:2]), *again["y"].iloc[2:]]  # two clash, two are exact
    table = pd.concat([plain(), again])
    result, report = read(table, conflicts=conflicts)
    if conflicts == "keep":
        assert len(result) == 242 and words(report, 4, "alike in all else", "kept (conflicts=")
    else:
        gone = {"first": 2, "last": 2, "drop": 4}[conflicts]
        assert words(report, -gone, "alike in all else", f"conflicts={conflicts!r}")
        assert len(result) == 242 - gone
    at = CLEAN["ts"][3]
    seen = {"keep": [0, 1], "first": [CLEAN["y"][3]], "last": [1 - CLEAN["y"][3]], "drop": []}
    assert sorted(result.loc[result["ts"] == at, "y"]) == seen[conflicts]


@pytest.mark.parametrize("conflicts", ["keep", "first", "last", "drop"])
def test_conflicts_of_one_identifier(conflicts):
    """A corrected outcome, entered later with another x; one case twice with the same outcome."""
    table = plain().assign(number=[f"n{at}" for at in range(240)])
    table.loc[200, "number"], table.loc[200, "y"] = "n20", other(table.loc[[20], "y"])[0]
    table.loc[210, "number"], table.loc[210, "y"] = "n21", table.loc[21, "y"]
    table.loc[[5, 6], "number"] = None
    result, report = read(table, identifier="number", conflicts=conflicts)
    assert list(result) == ["ts", "y", "x", "kind"]
    if conflicts == "keep":
        assert len(result) == 240 and words(report, 2, "alike in 'number'", "another outcome; kept")
    else:
        gone = {"first": [200], "last": [20], "drop": [20, 200]}[conflicts]
        assert words(report, -len(gone), "alike in 'number'", f"conflicts={conflicts!r}")
        assert result["ts"].tolist() == CLEAN["ts"].drop(gone).tolist()


@pytest.mark.parametrize("conflicts", ["first", "last"])
def test_conflicts_are_settled_in_the_order_of_time_not_of_the_file(conflicts):
    table = plain().assign(number=[f"n{at}" for at in range(240)])
    table.loc[200, "number"], table.loc[200, "y"] = "n20", other(table.loc[[20], "y"])[0]
    result, _ = read(table[::-1], identifier="number", conflicts=conflicts)
    gone = {"first": 200, "last": 20}[conflicts]
    assert result["ts"].tolist() == CLEAN["ts"].drop(gone).tolist()


def test_one_time_written_in_two_ways_is_one_time():
    again = plain().iloc[[110]]  # the 21st of a month
    day = pd.to_datetime(again["ts"]).dt.strftime("%d.%m.%Y %H:%M")
    table = pd.concat([plain(), again.assign(ts=day, y=other(again["y"]))])
    result, report = read(table, conflicts="drop")
    assert words(report, -2, "alike in all else to a row with another outcome")
    assert len(result) == 239


def test_a_nearly_distinct_identifier_is_left_out():
    """One duplicate that is kept does not make a feature of it."""
    table = plain().assign(number=range(7000, 7240), code=[f"c{at}" for at in range(240)])
    table.loc[9, ["number", "code"]] = table.loc[8, ["number", "code"]]
    result, report = read(table)
    assert list(result) == list(CLEAN)
    for name in ("number", "code"):
        assert words(report, 240, f"left out: '{name}' has 239 values in 240 rows, like an id")


def test_missing_targets():
    table = plain()
    table.loc[:5, "y"] = [None, "", "n/a", "?", "-", "?"]
    result, report = read(table)
    assert words(report, -6, "target 'y' missing or no finite number, such as '?'")
    classes = table.assign(y=table["y"].replace({"0": "no", "1": "yes"}))
    result, report = read(classes)
    assert words(report, -6, "target 'y' missing or a sign for it, such as '?' (sentinels='keep'")
    with pytest.raises(ValueError, match="target 'y' has 4 classes"):
        read(classes, sentinels="keep")


def test_a_sentinel_in_the_target():
    table = plain()
    table.loc[10:12, "y"] = "-999"
    result, report = read(table)
    assert words(
        report, -3, "target 'y' missing or a sign for it, such as '-999' (sentinels='keep'"
    )
    assert sorted(result["y"].unique()) == [0, 1]


def test_one_period_only():
    table = read(plain().head(20))[0]
    with pytest.raises(ValueError, match="period='year' makes one batch of all 20 rows.*shorter"):
        cut(table, "ts", "year", "y")


def test_five_rows():
    table = plain().head(5).assign(y=list("01011"), number=range(5))
    result, report = read(table)
    assert len(result) == 5 and "number" in result
    assert words(report, 5, "are few: little can be learnt")
    with pytest.raises(ValueError, match="has one value only, 1: nothing to predict"):
        read(table.head(5).tail(1))


# --- numbers as text ---


@pytest.mark.parametrize(
    ("form", "decimal"),
    [("{:,.2f}", "."), ("{:,.2f}".replace(",", "_"), "."), ("{: >9,.1f} ", "."), ("{:.3f}", ".")],
)
@pytest.mark.parametrize(
    ("before", "after"), [("", ""), ("$", ""), ("", " kg"), ("€ ", ""), ("", "%"), ("-", " h")]
)
@pytest.mark.parametrize("style", ["english", "german", "french", "swiss"])
def test_numbers_in_the_styles_of_many_countries(form, decimal, before, after, style):
    rng = np.random.default_rng(3)
    numbers = [float(f"{number:.1f}") for number in rng.lognormal(6, 3, 200)]
    marks = {"english": ",.", "german": ".,", "french": "\u202f,", "swiss": "’."}[style]
    swap = str.maketrans({",": marks[0], "_": marks[0], ".": marks[1]})
    texts = [before + form.format(number).strip().translate(swap) + after for number in numbers]
    column = pd.Series(texts, index=np.arange(200) * 2, name="x")
    values, notes = numbers_in_text(column, Cleaning())
    sign = -1 if before == "-" else 1
    if values is column:  # all as Python writes them
        values = values.astype(float)
    np.testing.assert_allclose(values.astype(float), sign * np.array(numbers), rtol=1e-12)
    assert values.index.equals(column.index)
    grouped = sum(number >= 999.95 for number in numbers) if "3f" not in form else 0
    shown = {what.split(", such")[0]: where.sum() for where, what in notes}
    assert shown.get("'x' has thousands separators", 0) == grouped
    unit = bool(before.strip("-") + after)
    assert shown.get("'x' has a unit", 0) == 200 * unit


@pytest.mark.parametrize("source", ["frame", "csv"])
@pytest.mark.parametrize(
    ("form", "said_so"),
    [
        (lambda v: f"{v * 100:,.1f}", "has thousands separators, such as"),
        (lambda v: f"{v * 100:,.1f}".translate(str.maketrans(",.", ".,")), "has a decimal comma"),
        (lambda v: f"{v * 100:,.1f}".replace(",", " "), "has thousands separators, such as"),
        (lambda v: f"{v * 100:.1f} kg", "has a unit, such as"),
        (lambda v: f"${v * 100:.1f}", "has a unit, such as"),
        (lambda v: f"{v * 100:.1f}%", "has a unit, such as"),
    ],
)
def test_numbers_as_text_in_a_table(tmp_path, source, form, said_so):
    table = plain().assign(x=CLEAN["x"].map(form))
    table = save(tmp_path, table) if source == "csv" else table
    result, report = read(table)
    np.testing.assert_allclose(result["x"], CLEAN["x"] * 100, atol=0.051)
    rows = 240 if "separators" not in said_so else int((CLEAN["x"] * 100 >= 999.95).sum())
    assert words(report, rows, f"'x' {said_so}")


def test_a_target_with_units_is_numbers():
    result, report = read(plain(), target="x", features=["kind"])
    again, report = read(plain().assign(x=lambda t: t["x"] + " kg"), target="x", features=["kind"])
    pd.testing.assert_frame_equal(result, again)
    assert words(report, 240, "'x' has a unit, such as", "kg'")


def test_a_comma_that_may_be_either_needs_the_argument(tmp_path):
    table = plain().assign(x=[f"{at % 9 + 1},{at % 7}50" for at in range(240)])
    with pytest.raises(ValueError, match="'x': '1,050' may be 1050 or 1.050.*give decimal='.' or"):
        read(table)
    assert read(table, decimal=".")[0]["x"][0] == 1050
    result, report = read(table, decimal=",")
    assert result["x"][0] == 1.05 and words(report, 240, "'x' has a decimal comma")
    # Another column of the file may show it.
    for mark, expected in ((".", 1050), (",", 1.05)):
        path = save(
            tmp_path, table.assign(z=CLEAN["x"].astype(str).str.replace(".", mark)), sep=";"
        )
        result, report = read(path)
        assert result["x"][0] == expected
        np.testing.assert_array_equal(result["z"], CLEAN["x"])
    with pytest.raises(ValueError, match="'x': '1,050' may be"):
        read(save(tmp_path, table, sep=";"))
    path = save(tmp_path, table.assign(x=table["x"].str.replace(",", ".")), sep=";")
    assert read(path)[0]["x"][0] == 1.05 and read(path, decimal=",")[0]["x"][0] == 1050


def test_points_and_commas_before_decimals_in_one_column_are_refused():
    table = plain()
    table.loc[::2, "x"] = table["x"].str.replace(".", ",")
    with pytest.raises(ValueError, match="'x' has decimal points in '.*' and decimal commas in '"):
        read(table)
    table = plain().assign(x=plain()["x"].where(plain().index != 4, "12,5"))
    result, report = read(table, decimal=".")
    assert words(report, 1, "'x' is no finite number, such as '12,5'; set to missing")
    with pytest.raises(ValueError, match="decimal=',' does not fit 'x', which holds '.*leave"):
        read(plain(), decimal=",")


@pytest.mark.parametrize("pair", [("12 kg", "12 lb"), ("$3.50", "€3.50"), ("15%", "0.15"),
                                  ("12", "12 kg"), ("1.5K", "1.5M")])  # fmt: skip
@pytest.mark.parametrize("share", [2, 100])
def test_mixed_units_are_refused(pair, share):
    texts = [pair[at % share == 0] for at in range(240)]
    table = plain().assign(z=texts)
    with pytest.raises(ValueError, match=r"'z' mixes units, as in \[.*ignore=\['z'\], or give mix"):
        read(table)
    assert same_as_clean(read(table, ignore=["z"])[0])
    result, report = read(table, mixed_units="ignore")
    expected = [float(text.strip("kglb $€%KM")) for text in texts]
    assert result["z"].tolist() == expected if len(set(expected)) > 1 else "z" not in result


def test_a_stray_unit_does_not_hide_the_mixture_and_an_unknown_one_goes_missing():
    texts = ["12 kg", "13 lb"] * 114 + ["7 foo"] * 12
    with pytest.raises(ValueError, match="'z' mixes units, as in .*'12 kg', '13 lb'"):
        read(plain().assign(z=texts))
    for sizes in (range(230), [7] * 200 + [8] * 30):
        texts = [f"{size % 9} kg" for size in sizes] + ["7 foo"] * 10
        result, report = read(plain().assign(z=texts))
        assert words(report, 10, "'z' is no finite number, such as '7 foo'; set to missing")


def test_three_of_many_units_are_shown():
    texts = ["12 kg", "13 lb", "14 g", "15 m"] * 60
    with pytest.raises(ValueError, match=r"as in \['14 g', '12 kg', '13 lb'\]; write"):
        read(plain().assign(z=texts))


def test_a_text_of_40_characters_may_be_a_number_with_a_unit():
    for spaces, found in ((36, float), (37, str)):
        texts = [f"{at % 9} {' ' * spaces}kg" for at in range(240)]
        values, _ = numbers_in_text(pd.Series(texts, name="z"), Cleaning())
        assert type(values[1]) is found


@pytest.mark.parametrize("text", ["1e2", "1E2", "-1e2", "1.5e+3", "2e-3", " 1e2 "])
def test_powers_of_ten_beside_numbers_with_separators(text):
    table = plain().assign(z=["1,000.5", "17", "3.25", text] * 60)
    assert read(table)[0]["z"].tolist() == [1000.5, 17, 3.25, float(text)] * 60


def test_one_unit_in_several_spellings_is_one():
    texts = ["1 day", "2 days", "3 Days", "4 DAYS."] * 60
    result, report = read(plain().assign(z=texts))
    assert result["z"].tolist() == [1, 2, 3, 4] * 60
    assert words(report, 240, "'z' has a unit, such as '1 day', read as 1")


@pytest.mark.parametrize(
    "texts",
    [
        ["12A", "12B", "7C"], ["A1", "A2", "B1"], ["10.0.0.1", "192.168.100.200", "10.0.0.7"],
        ["12:30", "1:15", "9:45"], ["1st", "2nd", "3rd"], ["10-20", "20-30", "30-40"],
        ["3 Main Street", "4 Main Street", "3 High Road"], ["0171 234 567", "089 123", "x"],
        ["Boeing 737", "Airbus 320", "Boeing 747"],
        ["1,23,456", "2,34,567", "a"], ["v1", "v2", "v3"],
    ],
)  # fmt: skip
def test_codes_are_no_numbers_with_units(texts):
    column = pd.Series(texts * 40, name="z")
    values, notes = numbers_in_text(column, Cleaning())
    assert values is column and notes == []
    result, report = read(plain().head(120).assign(z=texts * 40))
    assert result["z"].astype(object).tolist() == texts * 40


@pytest.mark.parametrize(
    "texts",
    [["31.01.2024", "01.02.2024", "30.11.2024"], ["2024-01-31", "2024-02-01", "2024-11-30"]],
)
def test_dates_are_no_numbers_with_units_and_no_categories(texts):
    column = pd.Series(texts * 40, name="z")
    values, notes = numbers_in_text(column, Cleaning())
    assert values is column and notes == []
    result, report = read(plain().head(120).assign(z=texts * 40))
    assert "z" not in result
    assert any("'z' holds times" in what for what in report["what"])


# --- what stands for missing ---


def test_signs_for_missing_in_numbers_and_in_categories():
    table = plain()
    table.loc[:9, "x"] = ["n/a", "?", "-", "NULL", "", None, "n.a.", "NaN", "--", "."]
    table.loc[20:25, "kind"] = ["n/a", "?", "-", "n.a.", "--", ""]
    result, report = read(table)
    assert result["x"].isna().sum() == 10 and result["kind"].isna().sum() == 6
    assert result["kind"].cat.categories.tolist() == ["cup", "pot"]
    assert words(report, 5, "'x' is no finite number, such as '?'; set to missing")
    assert words(report, 4, "'kind' is one of ['?', '-', 'n.a.'], taken as missing (sentinels='ke")
    assert words(report, 16, "with some feature missing")
    kept, report = read(table, sentinels="keep")
    assert kept["kind"].isna().sum() == 2 and "?" in kept["kind"].cat.categories
    kept, report = read(table, sentinels=["?"])
    assert kept["kind"].isna().sum() == 3 and words(report, 1, "'kind' is '?', taken as missing")


def test_a_column_with_many_signs_is_still_numbers():
    table = plain()
    table.loc[::3, "x"] = "-"
    result, report = read(table)
    assert result["x"].isna().sum() == 80 and result["x"].notna().sum() == 160
    assert words(report, 80, "'x' is '-', taken as missing (sentinels='keep' keeps it)")


@pytest.mark.parametrize("code", ["-999", "-9999", "-99", "9999", "99999", "-999.0", "-32768"])
def test_sentinel_numbers(code, tmp_path):
    table = plain()
    table.loc[::40, "x"] = code
    for source in (table, save(tmp_path, table)):
        result, report = read(source)
        assert result["x"].isna().sum() == 6
        assert words(
            report, 6, f"'x' is '{code.removesuffix('.0')}", "taken as missing (sentinels="
        )
        kept, report = read(source, sentinels="keep")
        assert (kept["x"] == float(code)).sum() == 6 and silent(report, "taken as missing")
    listed, report = read(table.assign(z=["-1", "0", "1", "2"] * 60), sentinels=["-1"])
    assert (listed["x"] == float(code)).sum() == 6
    assert words(report, 60, "'z' is '-1', taken as missing")


def test_minus_one_is_asked_about():
    rng = np.random.default_rng(1)
    table = plain().assign(n=rng.poisson(40, 240))
    table.loc[::6, "n"] = -1
    result, report = read(table)
    assert (result["n"] == -1).sum() == 40
    assert words(report, 40, "'n' is -1, and else never negative", "give sentinels=[-1]")
    result, report = read(table, sentinels=[-1])
    assert result["n"].isna().sum() == 40 and silent(report, "never negative")
    assert silent(read(table.assign(n=rng.integers(-2, 60, 240)))[1], "never negative")


def ordinary(rng):
    """Columns without sentinels, nines in them included."""
    prices = np.array([49, 99, 149, 199, 249, 299, 499, 999])
    yield rng.poisson(3, 500)
    yield rng.lognormal(5, 2, 500).round()
    yield rng.normal(0, 1000, 500).round()
    yield np.append(rng.normal(0, 1000, 500).round(), [-999, -999])
    yield rng.choice(prices, 500)
    yield rng.choice(prices[[0, 1, 3, 7]], 500)
    yield rng.integers(900, 1100, 500)
    yield np.append(rng.integers(0, 900, 500), [999, 999])
    yield rng.choice([0, 999], 500)
    yield rng.choice([-99, -98, -97, 5], 500)
    yield rng.standard_cauchy(500).round()
    yield np.append(rng.uniform(0, 1, 500), [-999])  # once


def test_sentinels_found_in_all_of_100_seeds_and_imagined_in_none():
    for seed in range(100):
        rng = np.random.default_rng(seed)
        for column in ordinary(rng):
            assert sentinels_in(pd.Series(column)) == []
        gap = np.full(5, -999.0)
        for column in (rng.normal(15, 9, 500), rng.poisson(3, 500), rng.lognormal(3, 1, 500)):
            assert sentinels_in(pd.Series(np.append(column, gap))) == [-999]
            both = sentinels_in(pd.Series(np.append(column, [*gap, 99999, 99999])))
            assert both == ([-999, 99999] if len(np.unique(column)) >= 10 else [-999])


# --- categories and columns ---


def test_case_and_stray_spaces():
    table = plain()
    table.loc[[1, 5, 9], "kind"] = ["Cup", " cup", "C U P"]
    table.loc[[2, 3], "kind"] = ["POT ", "pot\u00a0"]
    result, report = read(table)
    assert result["kind"].cat.categories.tolist() == ["C U P", "cup", "pot"]
    assert words(report, 4, "'kind' differs in case or spaces only, such as", "spelling='keep'")
    kept, report = read(table, spelling="keep")
    assert len(kept["kind"].cat.categories) == 7 and silent(report, "differs in case")


def test_categories_with_an_order_of_their_own_stay():
    order = pd.Categorical(["pot", "Pot", "cup"] * 80, ["pot", "Pot", "cup"], ordered=True)
    result, report = read(plain().assign(kind=order))
    assert result["kind"].tolist() == list(order) and silent(report, "differs in case")


def test_spellings_of_the_target_are_one_class():
    table = plain()
    table["y"] = np.where(table["y"] == "1", "Yes", "no")
    table.loc[table.index[table["y"] == "Yes"][:3], "y"] = ["yes ", "YES", "  Yes"]
    result, report = read(table)
    assert same_as_clean(result)
    assert words(report, 3, "'y' differs in case or spaces only, such as", "for 'Yes'; merged")
    assert same_as_clean(read(table, positive="yes")[0])
    with pytest.raises(ValueError, match="target 'y' has 5 classes"):
        read(table, spelling="keep")


def test_constant_empty_and_free_text_columns():
    rng = np.random.default_rng(4)
    wordlist = "the box came late and it was wet so we sent all of it back again".split()
    texts = [" ".join(rng.choice(wordlist, 8)) for _ in range(240)]
    table = plain().assign(same="a", empty="", none=None, text=texts)
    table.loc[5:60, "text"] = "nothing to say here really"
    result, report = read(table)
    assert same_as_clean(result)
    for name in ("same", "empty", "none"):
        assert words(report, 240, f"left out: '{name}' has one value only")
    assert words(report, 240, "left out: 'text' is free text, such as")
    asked, report = read(table, features=["x", "text", "same"])
    assert list(asked) == ["ts", "y", "x", "text", "same"]
    assert words(report, 240, "kept as asked: 'text' is free text")


def test_a_class_seen_only_late():
    table = plain()
    table.loc[225:, "kind"] = ["jug", "mug", "jug"] * 5
    result, report = read(table)
    day = table["ts"][225][:10]
    assert words(report, 15, f"'kind' is one of ['jug', 'mug'], not seen before {day}")
    table = plain().assign(y=["0"] * 200 + ["1"] * 40)
    result, report = read(table)
    assert words(report, 40, f"'y' is 1, not seen before {table['ts'][200][:10]}: no model fitted")
    assert silent(read(plain())[1], "not seen before")
    early = pd.Series(pd.Categorical(["cup"] * 40 + ["cup", "pot"] * 4000))  # no chance, not late
    assert seen_late(early, pd.Series(pd.date_range("2024", periods=8040))) == []


def test_values_called_late_by_chance_are_rare():
    """At most one column in a thousand by its bound; here none of 2,000 may be two."""
    rng = np.random.default_rng(5)
    times = pd.Series(pd.date_range("2024", periods=200))
    kinds = [np.sort(rng.dirichlet(np.ones(9))) for _ in range(2000)]
    columns = (pd.Series(pd.Categorical(rng.choice(list("abcdefghi"), 200, p=p))) for p in kinds)
    late = sum(bool(seen_late(column.rename("k"), times)) for column in columns)
    assert late <= 2 + 4 * np.sqrt(2)


# --- many rows ---


@pytest.mark.parametrize("form", ["csv", "csv.gz", "parquet", "frame"])
def test_a_file_too_large_is_sampled_evenly_in_time(form, tmp_path, monkeypatch):
    rows = 20_000
    table = plain(rows).assign(x=CLEAN["x"].sample(rows, replace=True, random_state=1).to_numpy())
    source = table
    if form.startswith("csv"):
        source = save(tmp_path, table, f"some.{form}")
    elif form == "parquet":
        table.to_parquet(tmp_path / "some.parquet", row_group_size=700)
        source = tmp_path / "some.parquet"
    result, report = read(source, max_rows=1000)
    step = 32 if form.startswith("csv") else 20
    assert len(result) == rows // step
    what = f"not in the sample of one row at random of every {step} in a row, for max_rows=1,000"
    assert words(report, len(result) - rows, what) and counts(report, "read") == [rows]
    assert counts(report, "set aside") == [len(result) - rows]
    whole = table["ts"].str[:7].value_counts().sort_index()
    share = result["ts"].dt.strftime("%Y-%m").value_counts().sort_index() * step
    assert ((share - whole).abs() < 2 * step).all()
    pd.testing.assert_frame_equal(read(source, max_rows=1000)[0], result)
    again, _ = read(source, features=["kind"], max_rows=1000)  # all columns, read twice
    pd.testing.assert_frame_equal(again, result[["ts", "y", "kind"]])
    assert len(read(source)[0]) == rows
    monkeypatch.setattr("helpers.tables.MOST_CELLS", 4000)  # of 4 columns
    pd.testing.assert_frame_equal(read(source)[0], result)
    # Each row of the sample is one of the file, whole.
    pairs = set(zip(table["ts"], table["kind"], table["y"].astype(int), strict=True))
    ours = zip(result["ts"].dt.strftime("%Y-%m-%d %H:%M"), result["kind"], result["y"], strict=True)
    assert set(ours) <= pairs


@pytest.mark.parametrize("ignore", [[], ["z"]])
def test_repeated_rows_are_found_where_a_column_holds_lists(ignore):
    table = plain().assign(z=[[at % 7] for at in range(240)])
    result, report = read(pd.concat([table, table.head(3)]), ignore=ignore)
    assert len(result) == 240 and words(report, -3, "like an earlier row in all columns")


def test_every_second_row_is_a_sample_too():
    result, report = read(plain(), max_rows=200)
    assert len(result) == 120 and counts(report, "set aside") == [-120]
    assert counts(read(plain(), max_rows=240)[1], "set aside") == []


# --- all of it ---


def ugly(rows=1200, seed=0):
    """One file with every trait, and how often each occurs among the rows that are kept."""
    rng = np.random.default_rng(seed)
    local = pd.Series(pd.date_range("2024-01-01 12:00", "2024-12-20", rows).floor("min"))
    x = rng.lognormal(6, 1, rows).round(2)
    kind = rng.choice(["Krug", "Topf"], rows)
    y = np.where(np.log(x) + (kind == "Krug") + rng.normal(0, 0.5, rows) > 6.5, "ja", "nein")
    comma = str.maketrans(",.", ".,")
    words = rng.choice("box late wet back again sent came and the".split(), (rows, 8))
    table = pd.DataFrame(
        {
            "ts": [
                time.strftime("%d.%m.%Y %H:%M") if at % 2 else
                time.tz_localize("Europe/Berlin").strftime("%Y-%m-%dT%H:%M%z")
                for at, time in enumerate(local)
            ],
            "price": [f"{value:,.2f} €".translate(comma) for value in x],
            "share": [f"{value:.1f}%".translate(comma) for value in rng.uniform(0, 90, rows)],
            "temp": [f"{value:.1f}".translate(comma) for value in rng.normal(10, 5, rows)],
            "kind": kind,
            "number": np.arange(rows) + 5000,
            "same": "a",
            "empty": "",
            "text": [" ".join(row) for row in words],
            "y": y,
        }
    ).astype(object)  # fmt: skip
    at = iter(rng.permutation(np.arange(20, rows - 60)))
    take = lambda n: [next(at) for _ in range(n)]  # noqa: E731
    spots = {name: take(n) for name, n in [
        ("time", 5), ("target", 12), ("sentinel", 15), ("sign", 18), ("case", 20), ("exact", 9),
        ("clash", 7), ("short", 4),
    ]}  # fmt: skip
    table.loc[spots["time"], "ts"] = "bald"
    table.loc[spots["target"], "y"] = ["", "n/a", "?"] * 4
    table.loc[spots["sentinel"], "temp"] = "-999"
    table.loc[spots["sign"], "kind"] = ["?", "-", "n/a"] * 6
    table.loc[spots["case"], "kind"] = table.loc[spots["case"], "kind"].str.upper() + " "
    table.loc[rows - 40 :: 2, "kind"] = "Schüssel"
    again, clash = table.loc[spots["exact"]], table.loc[spots["clash"]].copy()
    clash["y"] = np.where(clash["y"] == "ja", "nein", "ja")
    table["last"] = [f"{value:.2f}".translate(comma) for value in rng.normal(size=len(table))]
    table.loc[spots["short"], "last"] = None
    for copy, name in ((again, "exact"), (clash, "clash")):
        copy["last"] = table.loc[spots[name], "last"]
    table = pd.concat([table, again, clash], ignore_index=True).sample(frac=1, random_state=seed)
    lines = table.to_csv(sep=";", lineterminator="\r\n").splitlines(keepends=True)
    lines = [line.replace(";\r\n", "\r\n") for line in lines]  # short rows
    return "".join(lines), spots, table


@pytest.mark.parametrize("seed", range(3))
def test_all_traits_in_one_file(tmp_path, seed):
    text, spots, source = ugly(seed=seed)
    path = tmp_path / "ugly.csv.gz"
    path.write_bytes(gzip.compress(text.encode("utf-8-sig")))
    with pytest.raises(ValueError, match="time 'ts' mixes values with an offset"):
        read(path)
    table, report = read(path, clock="Europe/Berlin", conflicts="last", positive="JA")
    assert counts(report, "read") == [1216]
    assert counts(report, "dropped") == [0, -5, -12, -9, -7]
    kept = 1216 - 33
    assert len(table) == kept and list(table) == [
        "ts",
        "y",
        "price",
        "share",
        "temp",
        "kind",
        "last",
    ]
    for name, what in [
        (kept, "begins with a byte-order mark"), (kept, "has decimal commas"),
        (kept, "a column without a name, like a saved index"), (kept, "'price' has a unit"),
        (kept, "'share' has a unit"), (15, "'temp' is '-999', taken as missing"),
        (12, "'kind' is one of ['"), (20, "'kind' differs in case or spaces only"),
        (kept, "left out: 'same' has one value only"), (kept, "left out: 'empty' has one value"),
        (kept, "left out: 'number'"), (kept, "left out: 'text'"), (4, "had fewer cells"),
        (20, "'kind' is 'Schüssel', not seen before"),
    ]:  # fmt: skip
        assert words(report, name, what)
    thousands = report.loc[report["what"].str.contains("'price' has thousands"), "rows"].item()
    assert thousands == (table["price"] >= 1000).sum()
    assert table.isna().sum().to_dict() == dict.fromkeys(table, 0) | {
        "temp": 15, "kind": 18, "last": 4,
    }  # fmt: skip
    assert str(table["ts"].dt.tz) == "Europe/Berlin"
    # Values against the source, by the time.
    first = source.drop_duplicates("ts").set_index("ts")
    number = lambda text: float(text.strip(" €%").replace(".", "").replace(",", "."))  # noqa: E731
    odd = {
        pd.to_datetime(ts, format="%d.%m.%Y %H:%M").tz_localize("Europe/Berlin"): number(price)
        for ts, price in first["price"].items() if "." in ts
    }  # fmt: skip
    ours = table.drop_duplicates("ts").set_index("ts")["price"]
    assert {time: price for time, price in ours.items() if time in odd} == {
        time: price for time, price in odd.items() if time in ours.index
    }
    model = HistGradientBoostingClassifier(max_iter=20, categorical_features="from_dtype")
    history = backtest(Learner(cut(table, "ts", "month", "y"), model), Policy(every(1)), start=3)
    assert np.average(history["loss"], weights=history["rows"]) < 0.2  # a constant has 0.25


# --- bad input ---


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"conflicts": "newest"}, ValueError, r"conflicts must be one of .*'last'.*got 'newest'"),
        ({"identifier": "id"}, ValueError, r"no column \['id'\]"),
        ({"identifier": "y"}, ValueError, "target and identifier are both 'y'; name two columns"),
        ({"identifier": "ts"}, ValueError, "time and identifier are both 'ts'; name two columns"),
        ({"identifier": "kind", "features": ["kind"]}, ValueError,
         "features hold the identifier 'kind'; leave it out"),
        ({"ignore": "kind"}, TypeError, "ignore must be a list of columns; got 'kind'"),
        ({"ignore": ["kimd"]}, ValueError, r"no column \['kimd'\]; nearest: \['kind'\]"),
        ({"ignore": ["kind", "x"]}, ValueError, "features is empty; name at least one"),
        ({"sentinels": "-999"}, ValueError, "sentinels must be 'drop', 'keep' or a list.*'-999'"),
        ({"sentinels": -999}, ValueError, "sentinels must be 'drop', 'keep' or a list.*got -999"),
        ({"sentinels": [None]}, ValueError, r"list of numbers and texts.*got \[None\]"),
        ({"spelling": "lower"}, ValueError, "spelling must be one of .*'merge'.*got 'lower'"),
        ({"decimal": "comma"}, ValueError, "decimal must be one of .*got 'comma'"),
        ({"mixed_units": True}, ValueError, "mixed_units must be one of .*got True"),
        ({"clock": "Berlin"}, ValueError, "clock 'Berlin' is unknown; nearest: "),
        ({"clock": 1}, TypeError, "clock must be a name, such as 'Europe/Berlin'; got 1"),
        ({"max_rows": 99}, ValueError, "max_rows must be a whole number of at least 100; got 99"),
        ({"max_rows": 1e6}, ValueError, "max_rows must be a whole number of at least 100; got 100"),
        ({"max_rows": True}, ValueError, "max_rows must be a whole number .*got True"),
        ({"max_rows": "all"}, ValueError, "max_rows must be a whole number .*got 'all'"),
        ({"ignore": ["kind"], "features": ["x"]}, ValueError, "ignore is for when features are"),
        ({"sentinels": [True]}, ValueError, r"list of numbers and texts.*got \[True\]"),
    ],
)  # fmt: skip
def test_bad_arguments_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        read_table(**{"source": plain(), "time": "ts", "target": "y"} | options)


def test_a_mixture_of_units_in_the_target_names_it():
    table = plain().assign(y=["1 kg", "2 lb"] * 120)
    with pytest.raises(ValueError, match="target: 'y' mixes units"):
        read(table)
    with pytest.raises(ValueError, match="'z' mixes units"):
        usable(pd.DataFrame({"z": ["1 kg", "2 lb"]}), asked=True)
