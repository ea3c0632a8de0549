"""Columns typed, outcomes coded, features chosen."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from helpers.columns import coded, missing, typed, usable

DAY = dt.date(2024, 1, 31)


def series(*values, dtype=None, name="x"):
    return pd.Series(values, index=np.arange(len(values)) * 3, dtype=dtype, name=name)


@pytest.mark.parametrize(
    ("values", "dtype", "expected"),
    [
        ([1, 2], None, [1, 2]),
        ([1, 2], "int8", [1, 2]),
        ([1, None], "Int64", [1, np.nan]),
        ([1, 2], "Int64", [1, 2]),
        ([True, None], "boolean", [1, np.nan]),
        ([True, False], None, [1, 0]),
        ([True, False, None], object, [1, 0, np.nan]),
        ([0.5, None], "float32", [0.5, np.nan]),
        (["1", "2.5", " 3 ", "n/a", "", None], None, [1, 2.5, 3, np.nan, np.nan, np.nan]),
        ([1, "2", Decimal("2.5"), None], object, [1, 2, 2.5, np.nan]),
        ([None, None], object, [np.nan, np.nan]),
    ],
)
def test_what_becomes_numbers(values, dtype, expected):
    column = series(*values, dtype=dtype)
    result, odd = typed(column)
    assert result.dtype.kind in "if" and isinstance(result.dtype, np.dtype) and not len(odd)
    np.testing.assert_array_equal(result, expected)
    assert result.index.equals(column.index) and result.name == "x"


@pytest.mark.parametrize("dtype", [None, object, "string", "category"])
def test_text_becomes_categories_in_alphabetical_order(dtype):
    result, odd = typed(series("b", "a", None, "b", dtype=dtype))
    assert result.cat.categories.tolist() == ["a", "b"] and not len(odd)
    assert result.cat.codes.tolist() == [1, 0, -1, 1]
    assert result.index.tolist() == [0, 3, 6, 9] and result.name == "x"


def test_categories_stay_but_for_those_without_rows():
    column = pd.Series(pd.Categorical([3, 1], [5, 3, 1], ordered=True))
    result, _ = typed(column)
    assert result.tolist() == [3, 1] and result.cat.categories.tolist() == [3, 1]
    assert result.cat.ordered and column.cat.categories.tolist() == [5, 3, 1]


def test_nine_in_ten_make_numbers():
    nine = [str(i) for i in range(9)]
    result, odd = typed(series(*nine, "?", None))
    assert result.iloc[:9].tolist() == list(range(9)) and result.iloc[9:].isna().all()
    assert odd.to_dict() == {27: "?"}
    result, odd = typed(series(*nine[:8], "?", "?"))
    assert result.tolist() == [*nine[:8], "?", "?"] and not len(odd)


def test_infinite_numbers_go_missing():
    result, odd = typed(series(1.0, np.inf, -np.inf, np.nan))
    assert result.isna().tolist() == [False, True, True, True] and odd.tolist() == [np.inf, -np.inf]
    ten = [str(i) for i in range(20)]
    assert typed(series(*ten, "inf"))[1].tolist() == ["inf"]


@pytest.mark.parametrize(
    "values",
    [["31.01.2024", "1.2.2024", None], ["31/01/2024", "01/02/2024"], ["1/31/2024", "02/01/2024"]],
)
def test_dates_as_people_write_them_become_datetimes(values):
    result, odd = typed(series(*values))
    assert list(result[:2]) == [pd.Timestamp("2024-01-31"), pd.Timestamp("2024-02-01")]
    assert result[2:].isna().all() and odd.empty


@pytest.mark.parametrize("value", ["05.01.2024", "31.01.24", "1.31.20245", "31.01/2024"])
def test_dates_with_two_readings_and_what_only_looks_like_one_stay_categories(value):
    assert isinstance(typed(series(value))[0].dtype, pd.CategoricalDtype)


@pytest.mark.parametrize(
    "values", [["2024-01-31", None], [DAY, None], [pd.Timestamp(DAY), None], ["2024-01-31", "n/a"]]
)
def test_dates_become_datetimes(values):
    result, odd = typed(series(*values))
    assert result.dtype.kind == "M" and result[0] == pd.Timestamp(DAY) and result.isna()[3]
    assert not len(odd)


def test_text_like_dates_that_cannot_be_read_as_one_column_stays_text():
    result, _ = typed(series("2024-01-31", "2024-01-31T10:00Z"))
    assert isinstance(result.dtype, pd.CategoricalDtype)
    assert isinstance(typed(series("2024-99-99"))[0].dtype, pd.CategoricalDtype)


def test_missing_values_as_text_and_otherwise():
    column = series("a", "", "NA", "n/a", "null", None, np.nan, ["a"], 0, dtype=object)
    assert missing(column).tolist() == [False, *[True] * 6, False, False]
    assert missing(series(1.0, np.nan)).tolist() == [False, True]
    assert missing(series("a", "NA")).tolist() == [False, True]


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (series([1], [2]), "'x' holds lists or the like; make columns of them"),
        (series({"a": 1}), "'x' holds lists or the like"),
        (series(pd.Timedelta(1), pd.Timedelta(2)), "'x' is of type timedelta64.*numbers or text"),
        (series(1j), "'x' is of type complex128"),
        (series(pd.Period("2024-01")), "'x' is of type period"),
    ],
)
def test_other_types_are_refused(column, message):
    with pytest.raises(TypeError, match=message):
        typed(column)


@pytest.mark.parametrize(
    ("values", "positive", "expected", "note"),
    [
        ([0, 1, 1], None, [0, 1, 1], (2, "target 'y' is 1; it is 0 or 1")),
        ([0.0, 1.0], None, [0, 1], (1, "target 'y' is 1; it is 0 or 1")),
        ([0, 1, 1], 0, [1, 0, 0], (1, "target 'y' is 0, coded 1; 1 is coded 0")),
        ([1, 2, 2], None, [1, 2, 2],
         (3, "target 'y' holds numbers, 1 to 2 only; with positive=2 it would be 0 or 1")),
        ([1, 2, 2], 2, [0, 1, 1], (2, "target 'y' is 2, coded 1; 1 is coded 0")),
        ([0.5, 2, 3], None, [0.5, 2, 3], (3, "target 'y' holds numbers, 0.5 to 3")),
        ([0.5, 2, 3], 3, [0, 0, 1], (1, "target 'y' is 3, coded 1; each of 2 others is coded 0")),
        (["no", "yes"], None, [0, 1], (1, "target 'y' is 'yes', coded 1; 'no' is coded 0")),
        (["no", "yes"], "no", [1, 0], (1, "target 'y' is 'no', coded 1; 'yes' is coded 0")),
        (["a", "b", "c"], "b", [0, 1, 0],
         (1, "target 'y' is 'b', coded 1; each of 2 others is coded 0")),
    ],
)  # fmt: skip
def test_outcomes(values, positive, expected, note):
    y, said = coded(typed(series(*values, name="y"))[0], positive)
    assert y.tolist() == expected and y.dtype.kind in "if" and said == note


def test_booleans_are_outcomes_of_0_and_1():
    outcome, _ = typed(series(True, False, name="y"))
    assert coded(outcome)[0].tolist() == [1, 0] and coded(outcome, False)[0].tolist() == [0, 1]


@pytest.mark.parametrize(
    ("values", "positive", "error", "message"),
    [
        ([1, 1], None, ValueError, "target 'y' has one value only, 1: nothing to predict"),
        (["a", "a"], "a", ValueError, "target 'y' has one value only, 'a'"),
        (list("abc"), None, ValueError, r"'y' has 3 classes, such as \['a', 'b', 'c'\]; give pos"),
        (["a", "b"], "c", ValueError, r"positive='c' is no value of target 'y': \['a', 'b'\]"),
        ([1, 2], "2", ValueError, r"positive='2' is no value of target 'y': \[1, 2\]"),
        ([pd.Timestamp(DAY)] * 2, None, TypeError, "target 'y' holds times; it must hold numbers"),
    ],
)
def test_bad_outcomes_are_refused(values, positive, error, message):
    with pytest.raises(error, match=message):
        coded(typed(series(*values, name="y"))[0], positive)


def ugly(rows=300):
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "number": rng.normal(size=rows),
            "count": rng.integers(0, 50, rows),
            "kind": rng.choice(list("ab"), rows),
            "mixed": rng.choice(["a", "1", 2], rows),
            "many": [f"v{i}" for i in np.arange(rows) // 1.1],
            "dirty": [*map(str, range(rows - 1)), "?"],
            "id": np.arange(rows) + 7000,
            "code": [f"c{i}" for i in range(rows)],
            "constant": 1,
            "empty": np.nan,
            "day": "2024-01-31",
            "seen": pd.date_range("2024", periods=rows),
            "lists": [[1]] * rows,
        }
    )


def test_features_left_out_unless_asked_for():
    table = ugly()
    table.loc[:4, "number"] = np.nan
    features, notes = usable(table, asked=False)
    assert list(features) == ["number", "count", "kind", "mixed", "many", "dirty"]
    said = {what: rows for rows, what in notes}
    assert said["left out: 'id' differs in every row, like an identifier"] == 300
    assert said["left out: 'code' differs in every row, like an identifier"] == 300
    assert said["left out: 'constant' has one value only"] == 300
    assert said["left out: 'empty' has one value only"] == 300
    assert said["left out: 'day' has one value only"] == 300
    assert said["left out: 'seen' holds times, which most estimators do not take"] == 300
    assert said["left out: 'lists' holds lists or the like; make columns of them"] == 300
    assert said["'dirty' is no finite number, such as '?'; set to missing"] == 1
    mixed = sum(value != "a" for value in table["mixed"])
    assert said["'mixed' is a number, text elsewhere; all taken as categories"] == mixed
    assert said["with some feature missing, left missing"] == 6
    many = f"'many' is one of {table['many'].nunique()} categories"
    assert any(many in what and "at most 255: group the rare" in what for what in said)
    assert said["'dirty' is a number as text, taken as a number"] == 299
    assert len(said) == 12

    names = ["id", "code", "constant", "seen"]
    features, notes = usable(table[names], asked=True)
    assert list(features) == names and sum("kept as" in what for _, what in notes) == 4
    with pytest.raises(TypeError, match="features: 'lists' holds lists or the like"):
        usable(table[["number", "lists"]], asked=True)
    with pytest.raises(ValueError, match="features: none is left .*'id' differs in every row"):
        usable(table[["id", "constant"]], asked=False)


def test_one_value_or_none_is_two_values():
    table = pd.DataFrame({"some": [1.0, None, 1.0]})
    assert usable(table, asked=False)[0]["some"].isna().tolist() == [False, True, False]


def test_a_few_distinct_numbers_are_no_identifier():
    few = ugly(19)
    assert "id" in usable(few, asked=False)[0] and "code" in usable(few, asked=False)[0]
    assert "number" in usable(ugly(), asked=False)[0]  # all distinct, but no whole numbers
