"""Where a table comes from: a CSV file, a Parquet file, or a DataFrame."""

import csv
import difflib
import io
import os
import re
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

TEXT = {".csv", ".tsv", ".txt"}
PARQUET = {".parquet", ".pq"}
# Text that counts as missing, in a file as in a DataFrame: pandas has it so for CSV, but for NaT.
MISSING = [
    *["", "NA", "N/A", "n/a", "<NA>", "#N/A", "#N/A N/A", "#NA", "NaN", "nan", "-NaN", "-nan"],
    *["null", "NULL", "None", "NaT", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"],
]


@dataclass(frozen=True)
class Source:
    """A table before it is read.

    Parameters
    ----------
    label : str
        What messages call it.
    names : list
        Its columns.
    load : callable
        ``load(names)`` -> DataFrame of these columns, a copy with rows numbered from 0.
    """

    label: str
    names: list
    load: Callable


def open_source(source, text=(), encoding="utf-8-sig"):
    """Look at a CSV file, a Parquet file or a DataFrame, without reading its rows.

    Parameters
    ----------
    source : str, path or DataFrame
        A file ending in .csv, .tsv or .txt (columns separated by comma, semicolon, tab or bar),
        or in .parquet or .pq.
    text : list
        Columns of a CSV file to be read as text, whatever they hold.
    encoding : str
        Of a CSV file. The default is UTF-8, with or without a byte-order mark.

    Returns
    -------
    Source

    Raises
    ------
    FileNotFoundError, TypeError, ValueError
        Naming what was wrong and what to do. ``load`` raises ValueError where a row is broken.
    """
    if isinstance(source, pd.DataFrame):
        if any(name is not None for name in source.index.names):
            source = source.reset_index()  # as the files have it
        names = list(source.columns)
        return _checked(Source("the DataFrame", names, lambda wanted: _copy(source, wanted)))
    if not isinstance(source, str | os.PathLike):
        raise TypeError(f"source must be a path or a DataFrame; got {type(source).__name__}")
    path = Path(source).expanduser()
    if path.is_dir():
        inside = sorted(p.name for p in path.iterdir() if p.suffix.lower() in TEXT | PARQUET)
        raise ValueError(
            f"source {str(path)!r} is a folder; name one file in it"
            + (f", such as {inside[0]!r}" if inside else "")
        )
    if not path.is_file():
        folder = path.parent if path.parent.is_dir() else Path()
        near = difflib.get_close_matches(path.name, [p.name for p in folder.iterdir()], 3)
        raise FileNotFoundError(
            f"source: there is no file {str(path)!r}; "
            + (f"nearest there: {near}" if near else f"paths start in {str(Path.cwd())!r}")
        )
    kind = path.suffix.lower()
    if kind not in TEXT | PARQUET:
        raise ValueError(
            f"source must end in {', '.join(sorted(TEXT | PARQUET))}; got {path.name!r}. Save it "
            "as CSV or Parquet, unpacked; or read it with pandas and pass the DataFrame."
        )
    if path.stat().st_size == 0:
        raise ValueError(f"source {path.name!r} is empty")
    return _checked(_parquet(path) if kind in PARQUET else _csv(path, text, encoding))


def _copy(frame, wanted):
    """Columns of a frame, Arrow's types turned into those of numpy as from a file."""
    frame = frame[wanted].reset_index(drop=True)
    arrow = [name for name in wanted if isinstance(frame[name].dtype, pd.ArrowDtype)]
    if arrow:
        from pyarrow import Table

        frame[arrow] = _without_arrow(Table.from_pandas(frame[arrow], preserve_index=False))
    return frame


def _without_arrow(table):
    # Without its metadata, an index is a column like the others.
    return table.replace_schema_metadata().to_pandas(date_as_object=False)


def _checked(source):
    if not source.names:
        raise ValueError(f"source {source.label!r} is empty")
    if odd := [name for name in source.names if isinstance(name, tuple)]:
        raise ValueError(f"source has columns of several levels, such as {odd[0]}; flatten them")
    twice = [name for name in dict.fromkeys(source.names) if source.names.count(name) > 1]
    if twice:
        raise ValueError(f"{source.label} has several columns named {twice}; rename or remove them")
    return source


def _csv(path, text, encoding):
    with _explained(path, encoding), open(path, encoding=encoding, newline="") as file:
        sample = file.read(2**20)
    header = next((line for line in sample.splitlines() if line.strip()), "")
    separator = max(",;\t|", key=header.count)
    rows = csv.reader(io.StringIO(sample, newline=""), delimiter=separator)
    names = next((row for row in rows if "".join(row).strip()), [])
    names = [name or f"Unnamed: {place}" for place, name in enumerate(names)]
    commas = re.search(r'(?:^|;)"?-?\d+,\d+"?(?:;|\s*$)', sample, re.MULTILINE)
    options = {
        "sep": separator,
        "decimal": "," if separator == ";" and commas else ".",
        "dtype": {name: str for name in text if name in names},
        "encoding": encoding,
        "keep_default_na": False,
        "low_memory": False,  # or a mixed column gets types by the block
        "na_values": MISSING,
    }

    def load(wanted):
        # All columns, since with usecols pandas lets rows of too many cells pass.
        with _explained(path, encoding):
            table = pd.read_csv(path, **options)
            if not table.index.equals(pd.RangeIndex(len(table))):  # pandas took a column for it
                raise pd.errors.ParserError("its rows have more cells than its header")
        return table.set_axis(names, axis=1)[wanted]

    return Source(path.name, names, load)


@contextmanager
def _explained(path, encoding):
    """Turn the errors of reading text into messages that say what to do."""
    try:
        yield
    except LookupError as error:
        raise ValueError(f"encoding {encoding!r} is unknown; UTF-8 is 'utf-8-sig'") from error
    except UnicodeError as error:
        other = "utf-16" if path.read_bytes()[:2] in (b"\xff\xfe", b"\xfe\xff") else "cp1252"
        raise ValueError(
            f"source {path.name!r} is not in the encoding {encoding!r} ({error}). Save it as UTF-8 "
            f"or give the encoding it has, perhaps encoding={other!r}."
        ) from error
    except pd.errors.ParserError as error:
        raise ValueError(
            f"source {path.name!r} has a broken row: {str(error).strip()}. Put cells that hold a "
            "separator in quotes, and give every row as many cells as the header."
        ) from error


def _parquet(path):
    from pyarrow import ArrowInvalid
    from pyarrow.parquet import ParquetFile

    def load(wanted):
        with ParquetFile(path) as file:
            return _without_arrow(file.read(columns=wanted))[wanted]

    try:
        with ParquetFile(path) as file:
            return Source(path.name, file.schema_arrow.names, load)
    except ArrowInvalid as error:
        raise ValueError(f"source {path.name!r} is no Parquet file, or damaged: {error}") from error
