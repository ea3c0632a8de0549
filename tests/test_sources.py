"""CSV, Parquet and DataFrames: what opens, and what is said of what does not."""

import numpy as np
import pandas as pd
import pytest

from helpers.sources import MISSING, open_source

SMALL = pd.DataFrame({"ts": ["2024-01-31", "2024-02-01"], "x": [0.1, np.nan], "y": ["a", "b"]})


def save(folder, content, name="some.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "content",
    [
        b"ts,x,y\n2024-01-31,0.1,a\n2024-02-01,,b\n",
        b"\xef\xbb\xbfts,x,y\r\n2024-01-31,0.1,a\r\n2024-02-01,n/a,b\r\n",  # a byte-order mark
        b'"ts";"x";"y"\n2024-01-31;0,1;a\n2024-02-01;NULL;b\n',  # decimal commas
        b"ts\tx\ty\n2024-01-31\t0.1\ta\n2024-02-01\t\tb",
        b"\nts|x|y\n\n2024-01-31|1e-1|a\n2024-02-01|nan|b\n",
    ],
)
def test_dialects_of_csv(tmp_path, content):
    source = open_source(save(tmp_path, content), ["ts"])
    assert source.names == ["ts", "x", "y"] and source.label == "some.csv"
    pd.testing.assert_frame_equal(source.load(["ts", "x", "y"]), SMALL)


def test_columns_load_in_the_order_asked_for_and_text_stays_text(tmp_path):
    path = save(tmp_path, "t,x\n007,1\n")
    table = open_source(str(path), ["t"]).load(["x", "t"])
    assert list(table.columns) == ["x", "t"]
    assert table.to_dict("list") == {"x": [1], "t": ["007"]}
    assert open_source(path).load(["t"])["t"].tolist() == [7]


def test_semicolons_with_decimal_points(tmp_path):
    path = save(tmp_path, "t;x\n1;2.5\n3;4.25\n")
    assert open_source(path).load(["x"])["x"].tolist() == [2.5, 4.25]


def test_a_mixed_column_is_text_from_top_to_bottom(tmp_path):
    """However long it is: 1.50 does not become 1.5 in one part of the file."""
    path = save(tmp_path, "t,x\n" + "1,1.50\n" * 300_000 + "1,a\n" * 300_000)
    assert sorted(open_source(path).load(["x"])["x"].unique()) == ["1.50", "a"]


def test_other_encodings_are_named_and_read(tmp_path):
    path = save(tmp_path, "t,x\n1,schön\n".encode("cp1252"))
    with pytest.raises(ValueError, match="some.csv' is not in the encoding.*encoding='cp1252'"):
        open_source(path)
    assert open_source(path, encoding="cp1252").load(["x"])["x"].tolist() == ["schön"]
    path = save(tmp_path, "t,x\n1,schön\n".encode("utf-16"))
    with pytest.raises(ValueError, match="perhaps encoding='utf-16'"):
        open_source(path)
    assert open_source(path, encoding="utf-16").load(["x"])["x"].tolist() == ["schön"]
    with pytest.raises(ValueError, match="encoding 'utf9' is unknown"):
        open_source(path, encoding="utf9")


def test_a_wrong_byte_far_down_is_explained_too(tmp_path):
    path = save(tmp_path, b"t,x\n" + b"1,a\n" * 400_000 + b"1,\xe4\n")
    source = open_source(path)
    with pytest.raises(ValueError, match="is not in the encoding"):
        source.load(["x"])


@pytest.mark.parametrize("rows", ["1,2,3\n4,5,6\n", "1,2\n4,5,6\n", "1,2,3\n4,5\n", '1,"2\n4,5\n'])
def test_broken_rows_are_refused_whatever_columns_are_asked_for(tmp_path, rows):
    source = open_source(save(tmp_path, "t,x\n" + rows))
    with pytest.raises(ValueError, match="some.csv' has a broken row.*Put cells that hold"):
        source.load(["x"])


def test_a_lone_cell_and_a_row_of_blanks_are_rows_and_an_empty_line_is_none(tmp_path):
    table = open_source(save(tmp_path, "t,x\n1,2\n7\n,\n\n3,4\n")).load(["t", "x"])
    assert table["t"].isna().tolist() == [False, False, True, False]
    assert table["x"].isna().tolist() == [False, True, True, False]


def test_an_unnamed_column_gets_a_name(tmp_path):
    SMALL.to_csv(tmp_path / "some.csv")
    assert open_source(tmp_path / "some.csv").names == ["Unnamed: 0", "ts", "x", "y"]


def test_a_named_index_is_a_column_in_all_three(tmp_path):
    indexed = SMALL.set_index("ts")
    indexed.to_csv(tmp_path / "some.csv")
    indexed.to_parquet(tmp_path / "some.parquet")
    for where in (indexed, tmp_path / "some.csv", tmp_path / "some.parquet"):
        source = open_source(where)
        assert set(source.names) == {"ts", "x", "y"}
        pd.testing.assert_frame_equal(source.load(["ts", "x", "y"]), SMALL)
    assert indexed.index.name == "ts"


def test_parquet_reads_only_what_is_asked_for(tmp_path, monkeypatch):
    from pyarrow.parquet import ParquetFile

    SMALL.rename(columns={"x": "x.1"}).to_parquet(tmp_path / "some.pq")
    asked, read = [], ParquetFile.read
    monkeypatch.setattr(
        ParquetFile, "read", lambda self, columns: asked.append(columns) or read(self, columns)
    )
    source = open_source(tmp_path / "some.pq")
    assert source.names == ["ts", "x.1", "y"] and asked == []
    assert list(source.load(["x.1", "ts"]).columns) == ["x.1", "ts"]
    assert asked == [["x.1", "ts"]]


def test_parquet_and_arrow_types_become_those_of_numpy(tmp_path):
    arrow = SMALL.convert_dtypes(dtype_backend="pyarrow")
    arrow["day"] = pd.array(pd.to_datetime(SMALL["ts"]).dt.date, "date32[pyarrow]")
    arrow.to_parquet(tmp_path / "some.parquet")
    for where in (arrow, tmp_path / "some.parquet"):
        table = open_source(where).load(["ts", "x", "y", "day"])
        assert not any(isinstance(dtype, pd.ArrowDtype) for dtype in table.dtypes)
        assert table["day"].dtype.kind == "M" and table["x"].dtype == float
        pd.testing.assert_frame_equal(table[["ts", "x", "y"]], SMALL)


def test_a_frame_is_copied():
    frame = SMALL.copy()
    table = open_source(frame).load(["x", "ts"])
    table.loc[0, "x"] = 9.0
    pd.testing.assert_frame_equal(frame, SMALL)


def test_missing_is_what_pandas_takes_for_missing(tmp_path):
    path = save(tmp_path, "x,y\n" + "".join(f'"{text}",1\n' for text in MISSING if text != "NaT"))
    assert pd.read_csv(path)["x"].isna().all()
    assert open_source(path).load(["x"])["x"].isna().all()


def twice(frame):
    return pd.concat([frame, frame[["x"]]], axis=1)


@pytest.mark.parametrize(
    ("name", "content", "error", "message"),
    [
        ("absent.csv", None, FileNotFoundError, "there is no file '.*absent.csv'; paths start in"),
        ("", None, ValueError, "is a folder; name one file in it"),
        ("some.csv", "", ValueError, "source 'some.csv' is empty"),
        ("some.csv", " \n\n", ValueError, "source 'some.csv' is empty"),
        ("some.parquet", "", ValueError, "source 'some.parquet' is empty"),
        ("some.parquet", "t,x\n1,2\n", ValueError, "'some.parquet' is no Parquet file, or damaged"),
        ("some.xlsx", "PK", ValueError, "source must end in .csv, .*got 'some.xlsx'. Save it as"),
        ("some.csv.zip", "PK", ValueError, "source must end in .csv.*unpacked"),
        ("some.csv.gz", "PK", ValueError, "source 'some.csv.gz' is no gzip file, or damaged"),
        ("some", "PK", ValueError, "source must end in .csv"),
        ("some.csv", "t,x,x\n1,2,3\n", ValueError, r"several columns named \['x'\]; rename"),
    ],
)
def test_bad_files_are_refused(tmp_path, name, content, error, message):
    if content is not None:
        save(tmp_path, content, name)
    with pytest.raises(error, match=message):
        open_source(tmp_path / name)


def test_near_names_are_offered(tmp_path):
    path = save(tmp_path, "t,x\n1,2\n", "orders.csv")
    with pytest.raises(FileNotFoundError, match=r"nearest there: \['orders.csv'\]"):
        open_source(tmp_path / "order.csv")
    with pytest.raises(ValueError, match="is a folder.*such as 'orders.csv'"):
        open_source(tmp_path)
    assert open_source(path).names == ["t", "x"]


@pytest.mark.parametrize(
    ("source", "error", "message"),
    [
        (twice(SMALL), ValueError, r"the DataFrame has several columns named \['x'\]"),
        (SMALL.iloc[:, :0], ValueError, "source 'the DataFrame' is empty"),
        (pd.concat({"a": SMALL}, axis=1), ValueError, "columns of several levels.*flatten"),
        ([1, 2], TypeError, "source must be a path or a DataFrame; got list"),
        (None, TypeError, "source must be a path or a DataFrame; got NoneType"),
    ],
)
def test_bad_frames_are_refused(source, error, message):
    with pytest.raises(error, match=message):
        open_source(source)
