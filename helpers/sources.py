"""Where a table comes from: a CSV file, a Parquet file, or a DataFrame."""

import csv
import difflib
import gzip
import io
import os
import zlib
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.sampling import places, sampled

TEXT = {".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz"}
PARQUET = {".parquet", ".pq"}
SAMPLE = 2**20  # characters that show the separator and the names
LONGEST = 10 * SAMPLE  # characters of a line
SEEN = 100_000  # cells of these in which to look for points and commas
UNNAMED = "Unnamed: {}"  # a column without a name, by its place
INDEX = "__index_level_0__"  # the same in a Parquet file that pandas wrote
THREE = r"[1-9]\d{0,2}"  # digits before a first thousands separator
# Text that counts as missing, in a file as in a DataFrame: pandas has it so for CSV, but for NaT.
MISSING = [
    *["", "NA", "N/A", "n/a", "<NA>", "#N/A", "#N/A N/A", "#NA", "NaN", "nan", "-NaN", "-nan"],
    *["null", "NULL", "None", "NaT", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"],
]


@dataclass(frozen=True)
class Loaded:
    """A table in memory.

    Parameters
    ----------
    table : DataFrame
        Rows numbered from 0.
    total : int
        Rows of the source; more than those of ``table`` where it was sampled.
    step : int
        One row at random was read of every ``step`` rows in a row.
    notes : list of (ndarray of bool, str)
        Rows of ``table``, and what was done with them.
    """

    table: pd.DataFrame
    total: int
    step: int
    notes: list


@dataclass(frozen=True)
class Source:
    """A table before it is read.

    Parameters
    ----------
    label : str
        What messages call it.
    names : list
        Its columns.
    read : callable
        ``read(names, most)`` -> Loaded: these columns, a copy, sampled where there are more than
        ``most`` rows (None: no limit). Two calls with one ``most`` give the same rows.
    unnamed : list
        Those of the columns that had no name.
    decimal : {".", ","}, optional
        What the first cells of a CSV file show to stand before decimals.
    notes : list of str
        What was passed over in the file.
    """

    label: str
    names: list
    read: Callable
    unnamed: tuple = ()
    decimal: str | None = None
    notes: tuple = ()

    def load(self, names):
        """All rows of these columns as a DataFrame, rows numbered from 0."""
        return self.read(names, None).table


def open_source(source, text=(), encoding="utf-8-sig", decimal=None):
    """Look at a CSV file, a Parquet file or a DataFrame, without reading its rows.

    Parameters
    ----------
    source : str, path or DataFrame
        A file ending in .csv, .tsv or .txt (columns separated by comma, semicolon, tab or bar),
        perhaps packed (.csv.gz), or in .parquet or .pq.
    text : list
        Columns of a CSV file to be read as text, whatever they hold.
    encoding : str
        Of a CSV file. The default is UTF-8, with or without a byte-order mark.
    decimal : {".", ","}, optional
        Of a CSV file. Default: as its first cells show.

    Returns
    -------
    Source

    Raises
    ------
    FileNotFoundError, TypeError, ValueError
        Naming what was wrong and what to do. ``read`` and ``load`` raise ValueError where a row
        of a CSV file has more cells than the header. Shorter rows are filled up and noted.
    """
    if isinstance(source, pd.DataFrame):
        if any(name is not None for name in source.index.names):
            source = source.reset_index()  # as the files have it
        names = list(source.columns)
        return _checked(Source("the DataFrame", names, lambda *how: _copy(source, *how)))
    if not isinstance(source, str | os.PathLike):
        raise TypeError(f"source must be a path or a DataFrame; got {type(source).__name__}")
    path = Path(source).expanduser()
    if path.is_dir():
        known = tuple(TEXT | PARQUET)
        inside = sorted(p.name for p in path.iterdir() if p.name.lower().endswith(known))
        raise ValueError(
            f"source {str(path)!r} is a folder; name one file in it"
            + (f", such as {inside[0]!r}" if inside else "")
        )
    if not path.is_file():
        folder = path.parent if path.parent.is_dir() else Path()
        near = difflib.get_close_matches(path.name, [p.name for p in folder.iterdir()], 3)
        hint = f"nearest there: {near}" if near else f"paths start in {str(Path.cwd())!r}"
        if not str(path).isprintable():  # C:\new\table.csv has a line end and a tab in it
            hint = "with a backslash Python writes other signs; write slashes, as in C:/data/my.csv"
        raise FileNotFoundError(f"source: there is no file {str(path)!r}; {hint}")
    kind = "".join(path.suffixes[-2:] if path.suffix.lower() == ".gz" else [path.suffix]).lower()
    if kind not in TEXT | PARQUET:
        raise ValueError(
            f"source must end in {', '.join(sorted(TEXT | PARQUET))}; got {path.name!r}. Save it "
            "as CSV or Parquet, unpacked or .csv.gz; or read it with pandas and pass the DataFrame."
        )
    if path.stat().st_size == 0:
        raise ValueError(f"source {path.name!r} is empty")
    return _checked(_parquet(path) if kind in PARQUET else _csv(path, text, encoding, decimal))


def _copy(frame, wanted, most):
    """Columns of a frame, Arrow's types turned into those of numpy as from a file."""
    rows, step = places(len(frame), most)
    total, frame = len(frame), frame[wanted] if step == 1 else frame[wanted].iloc[rows]
    frame = frame.reset_index(drop=True)
    arrow = [name for name in wanted if isinstance(frame[name].dtype, pd.ArrowDtype)]
    if arrow:
        from pyarrow import Table

        frame[arrow] = _without_arrow(Table.from_pandas(frame[arrow], preserve_index=False))
    return Loaded(frame, total, step, [])


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


def evidence(bodies, spaced=False):
    """Which numbers in text show that a point, or a comma, stands before the decimals.

    Parameters
    ----------
    bodies : Series of str
        Digits, points and commas; thousands apart by spaces already joined.
    spaced : Series of bool
        Which were joined so; their comma or point can only stand before decimals.

    Returns
    -------
    point, comma, unclear : Index
        Of the numbers that show one, the other, and of those such as 1,234 that show neither.
    """
    found = []
    for mark, other in (".,", ",."):
        decimals = bodies.str.fullmatch(rf"\d+[{mark}]\d+")
        three = bodies.str.fullmatch(rf"{THREE}[{mark}]\d{{3}}") & ~pd.Series(spaced, bodies.index)
        grouped = bodies.str.fullmatch(
            rf"{THREE}(?:[{other}]\d{{3}})+[{mark}]\d+|{THREE}(?:[{other}]\d{{3}}){{2,}}"
        )
        found.append(bodies.index[(decimals & ~three) | grouped])
    return *found, bodies.index[three]


def _csv(path, text, encoding, decimal):
    with _explained(path, encoding), _opened(path, encoding) as file:
        sample = file.read(SAMPLE)
        if "\0" in sample:
            raise ValueError(f"source {path.name!r} is no text; perhaps encoding='utf-16' reads it")
        if len(sample) == SAMPLE:  # half a cell shows nothing
            sample = sample[: sample.rfind("\n")]
        header = next((line for line in sample.splitlines() if line.strip()), "")
        separator = max(",;\t|", key=header.count)
        first = csv.reader(io.StringIO(sample, newline=""), delimiter=separator)
        names = next((row for row in first if "".join(row).strip()), [])
        rows = islice(first, SEEN // (len(names) or 1))
        cells = [cell.strip().lstrip("-") for row in rows for cell in row]
    notes = ["begins with a byte-order mark, passed over"] if _marked(path, encoding) else []
    names = [name.removeprefix("\ufeff") for name in names]
    if any(name != name.strip() for name in names):
        notes.append("has spaces around names of columns, passed over")
    names = [name.strip() for name in names]
    blank = [place for place, name in enumerate(names) if not name]
    names = [name or UNNAMED.format(place) for place, name in enumerate(names)]
    point, comma, _ = evidence(pd.Series(cells, dtype=object).drop_duplicates().astype(str))
    decimal = decimal or {(1, 0): ".", (0, 1): ","}.get((len(point) > 0, len(comma) > 0))
    if decimal == ",":
        notes.append("has decimal commas")
    options = {
        "names": names,
        "sep": separator,
        "decimal": "," if decimal == "," != separator else ".",
        "dtype": {name: str for name in text if name in names},
        "header": None,
        "index_col": False,
        "keep_default_na": False,
        "low_memory": False,  # or a mixed column gets types by the block
        "na_values": MISSING,
    }

    def read(wanted, most):
        with _explained(path, encoding), _opened(path, encoding) as file:
            records = _records(
                csv.reader(_lines(file), delimiter=separator, strict=True), len(names)
            )
            kept, total, step = sampled(records, most, lambda record: _packed(record, separator))
        short = np.array([short for _, short in kept], bool)
        packed = io.BytesIO(b"".join(line for line, _ in kept))
        del kept
        table = pd.read_csv(packed, **options) if total else pd.DataFrame(columns=names)
        note = "had fewer cells than the header; those at the end taken as missing"
        return Loaded(table[wanted], total, step, [(short, note)] if short.any() else [])

    unnamed = tuple(names[place] for place in blank)
    return Source(path.name, names, read, unnamed, decimal, tuple(notes))


def _lines(file):
    """The lines of a text file; none is so long that it fills the memory."""
    while line := file.readline(LONGEST):
        if len(line) == LONGEST:
            raise csv.Error(f"the next line has more than {LONGEST:,} characters")
        yield line


def _opened(path, encoding):
    opened = gzip.open if path.suffix.lower() == ".gz" else open
    return opened(path, "rt", encoding=encoding, newline="")


def _marked(path, encoding):
    with _explained(path, encoding), _opened(path, "latin-1") as file:
        return file.read(3).encode("latin-1") == b"\xef\xbb\xbf"


def _records(rows, width):
    """Rows after the header, filled up to the header's width, and whether they were short."""
    header = True
    try:
        for row in rows:
            if len(row) <= 1 and not "".join(row).strip() or header and not "".join(row).strip():
                continue
            if header:
                header = False
            elif len(row) > width:
                raise csv.Error(f"it has {len(row)} cells, the header {width}")
            else:
                yield row + [""] * (width - len(row)), len(row) < width
    except csv.Error as error:
        raise csv.Error(f"line {rows.line_num}: {error}") from error


def _packed(record, separator):
    """A row as bytes, much smaller than as a list."""
    row, short = record
    joined = separator.join(row)
    if joined.count(separator) == len(row) - 1 and not any(mark in joined for mark in '"\r\n'):
        return f"{joined}\n".encode(), short
    line = io.StringIO(newline="")
    how = {"delimiter": separator, "lineterminator": "\n", "quoting": csv.QUOTE_ALL}
    csv.writer(line, **how).writerow(row)  # unless told, it leaves a lone \r without quotes
    return line.getvalue().encode(), short


@contextmanager
def _explained(path, encoding):
    """Turn the errors of reading text into messages that say what to do."""
    try:
        yield
    except LookupError as error:
        raise ValueError(f"encoding {encoding!r} is unknown; UTF-8 is 'utf-8-sig'") from error
    except UnicodeError as error:
        with _opened(path, "latin-1") as file:
            other = "utf-16" if file.read(2) in ("\xff\xfe", "\xfe\xff") else "cp1252"
        raise ValueError(
            f"source {path.name!r} is not in the encoding {encoding!r} ({error}). Save it as UTF-8 "
            f"or give the encoding it has, perhaps encoding={other!r}."
        ) from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f"source {path.name!r} is no gzip file, or damaged: {error}") from error
    except csv.Error as error:
        raise ValueError(
            f"source {path.name!r} has a broken row: {error}. Put cells that hold a "
            "separator in quotes, and give no row more cells than the header."
        ) from error


def _parquet(path):
    from pyarrow import ArrowInvalid, Table, concat_tables
    from pyarrow.parquet import ParquetFile

    def read(wanted, most):
        with ParquetFile(path) as file:
            total = file.metadata.num_rows
            rows, step = places(total, most)
            if step == 1:
                return Loaded(_without_arrow(file.read(columns=wanted))[wanted], total, 1, [])
            parts, start = [], 0
            for batch in file.iter_batches(columns=wanted):
                here = rows[(start <= rows) & (rows < start + len(batch))] - start
                parts.append(Table.from_batches([batch]).take(here))
                start += len(batch)
        table = concat_tables(parts).unify_dictionaries()
        return Loaded(_without_arrow(table)[wanted], total, step, [])

    try:
        with ParquetFile(path) as file:
            names = file.schema_arrow.names
    except ArrowInvalid as error:
        raise ValueError(f"source {path.name!r} is no Parquet file, or damaged: {error}") from error
    return Source(path.name, names, read, tuple(name for name in names if name == INDEX))
