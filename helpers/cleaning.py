"""What people write in cells: numbers as text, signs for missing values, one category spelt twice.

Each function returns what it did along with the values: pairs of rows (an array of bool) and words.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api import types

from helpers.sources import MISSING, evidence

MOSTLY = 0.9  # share of numbers from which a text column is taken as numbers
SIGNS = {"?", "??", "-", "--", "---", "–", "—", ".", "..", "n.a.", "N.A.", "na", "none", "#REF!"}
LIMITS = {-(2**15), 2**15 - 1, -(2**31), 2**31 - 1}  # of whole numbers in a computer
LATE, CHANCE = 0.1, 0.001  # of the rows before; of such a late start without a change
LONGEST = 40  # characters of a number with its unit
SPACES = " \u00a0\u2009\u202f'\u2019"
MONEY = r"(?:[A-Z]{2})?[$€£¥₹]|USD|EUR|GBP|CHF|JPY"
FORM = (
    rf"(?i)^\s*(?P<sign>[+\u2212-]?)\s*(?P<before>{MONEY})?\s*(?P<minus>-?)"
    rf"(?P<body>\d(?:[\d.,{SPACES}]*\d)?)\s*"
    r"(?P<after>(?:[%‰°$€£¥₹]|[^\W\d_])[^\d\n]{0,14}[23]?)?\s*$"
)
SPACED = rf"[1-9]\d{{0,2}}([{SPACES}])\d{{3}}(?:\1\d{{3}})*(?:[.,]\d+)?"
CASED = {"mw", "mb", "gb", "kb", "tb", "ma"}  # mW is not MW
# Units that make another unit in the same column a mixture, not a code such as 12A.
UNITS = set(
    "% ‰ $ € £ ¥ ₹ usd eur gbp chf jpy g kg mg lb lbs oz t ton tonne m km cm mm mi mile yd ft in "
    "km/h kmh mph m/s s sec second min minute h hr hour d day wk week month yr year ms l ml gal "
    "litre liter °c °f kb mb gb tb kw mw kwh hz khz mhz ghz k K M mio bn m2 m3 km2 m² m³".split()
)


@dataclass(frozen=True)
class Cleaning:
    """What to do with cells that can be understood in two ways.

    Parameters
    ----------
    decimal : {".", ","}, optional
        What stands before decimals in text. Default: as a column shows, else as ``hint`` says.
    hint : {".", ","}, optional
        What the other columns of a file show.
    mixed_units : {"refuse", "ignore"}
        A column of several units is refused, or its numbers are taken as they stand.
    sentinels : {"drop", "keep"} or list
        What stands for missing: found by rule (see `sentinels_in` and `SIGNS`), nothing, or the
        values of the list and no others.
    spelling : {"merge", "keep"}
        Whether categories that differ in case or spaces only are one.

    Raises
    ------
    ValueError
        Naming the argument and the values it takes.
    """

    decimal: str | None = None
    hint: str | None = None
    mixed_units: str = "refuse"
    sentinels: str | list = "drop"
    spelling: str = "merge"

    def __post_init__(self):
        known = {
            "decimal": (".", ",", None),
            "mixed_units": ("refuse", "ignore"),
            "spelling": ("merge", "keep"),
        }
        for name, values in known.items():
            if getattr(self, name) not in values:
                raise ValueError(f"{name} must be one of {values}; got {getattr(self, name)!r}")
        listed = self.sentinels
        if not (listed in ("drop", "keep") if isinstance(listed, str) else _plain_list(listed)):
            raise ValueError(
                "sentinels must be 'drop', 'keep' or a list of numbers and texts that stand for "
                f"missing, such as [-1, 'unknown']; got {listed!r}"
            )


def _plain_list(listed):
    kinds = str | int | float
    return isinstance(listed, list) and all(
        isinstance(value, kinds) and not isinstance(value, bool) for value in listed
    )


def is_text(column):
    """Whether a column may hold text."""
    return types.is_object_dtype(column.dtype) or types.is_string_dtype(column.dtype)


def missing(column):
    """Which values are missing, text such as n/a included: a boolean Series."""
    if is_text(column):
        blank = column.astype(object).map(lambda value: isinstance(value, str) and value in MISSING)
        return column.isna() | blank.astype(bool)
    return column.isna()


def such_as(values):
    """An example for a message, or nothing if there is none."""
    return f", such as {str(values.iloc[0])!r}" if len(values) else ""


def numbers_in_text(column, how):
    """Numbers in place of text such as 1,234.5 or 1 234 or 12 kg or $3.50 or 15%.

    Only where at least nine in ten of the values are such numbers. The number is kept where the
    unit is one and the same; a per cent stays a per cent.

    Parameters
    ----------
    column : Series
        N values of any type.
    how : Cleaning

    Returns
    -------
    column : Series
        With numbers in the place of such text; all else as it was.
    notes : list of (ndarray of bool, shape (N,), str)

    Raises
    ------
    ValueError
        Where a comma may be read in two ways or units are mixed, with what settles it.
    """
    if not is_text(column):
        return column, []
    try:
        codes, found = pd.factorize(column)
    except TypeError:  # lists or the like
        return column, []
    found = pd.Series(found, dtype=object)
    here = ~missing(found)
    text = found.map(lambda value: isinstance(value, str)).astype(bool) & here
    plain = pd.to_numeric(found, errors="coerce").astype(float)
    if not (text & plain.isna()).any() and how.decimal != ",":
        return column, []
    rows = np.bincount(codes[codes >= 0], minlength=len(found))
    enough = MOSTLY * rows[here].sum()
    short = found[text].astype(str)
    # A number such as 1e5 is not in the form, and one of Python's is not text.
    short = short[(short.str.len() <= LONGEST) & ~short.str.fullmatch(r"(?i)[^e]*\de[+-]?\d+\s*")]
    parts = short.str.extract(FORM).reindex(found.index)
    if rows[parts["body"].notna() | plain.notna()].sum() < enough:
        return column, []
    size, grouped, comma = _sizes(column.name, found, parts, how)
    numbers = size.fillna(plain.where(parts["body"].isna()))
    units = (parts["before"].fillna("") + " " + parts["after"].fillna("")).map(_unit)
    numbers = _of_one_unit(column.name, found, numbers, units, rows, how)
    read = numbers.notna()
    if rows[read].sum() < enough:
        return column, []
    notes = []
    for these, words in [
        (grouped, "has thousands separators"),
        (comma, "has a decimal comma"),
        (units != "", "has a unit"),
    ]:
        these = (these & read & text).to_numpy(bool)
        if these.any():
            first = int(these.argmax())
            said = f"{column.name!r} {words}, such as {found[first]!r}, read as {numbers[first]:g}"
            notes.append((these[codes] & (codes >= 0), said))
    values = found.where(~(read & text), numbers.astype(object)).reindex(codes).to_numpy(object)
    return pd.Series(values, column.index, dtype=object, name=column.name), notes


def _sizes(name, found, parts, how):
    """Numbers of the digits in the form, and which have thousands separators or decimal commas."""
    body = parts["body"].dropna()
    spaced = body.str.fullmatch(SPACED)
    tidy = body.where(~spaced, body.str.replace(rf"[{SPACES}]", "", regex=True))
    point = _decimal(name, found, tidy, spaced, how)
    swap = str.maketrans(",.", ".,") if point == "," else {}
    tidy = tidy.map(lambda value: value.translate(swap))
    good = tidy.str.fullmatch(r"(?:\d+|[1-9]\d{0,2}(?:,\d{3})+)(?:\.\d+)?")
    size = tidy[good].str.replace(",", "").astype(float).reindex(found.index)
    negative = parts["sign"].isin(["-", "\u2212"]) | parts["minus"].eq("-")
    grouped = (spaced | tidy.str.contains(",")).reindex(found.index, fill_value=False)
    comma = body.str.contains(",").reindex(found.index, fill_value=False) & (point == ",")
    return size.where(~negative, -size), grouped, comma


def _decimal(name, found, tidy, spaced, how):
    """What stands before decimals in a column, by the argument, the column, or the file."""
    point, comma, unclear = evidence(tidy, spaced)
    shown = {mark: found[at[0]] for mark, at in ((".", point), (",", comma)) if len(at)}
    if how.decimal is not None:
        if shown and how.decimal not in shown:
            raise ValueError(
                f"decimal={how.decimal!r} does not fit {name!r}, which holds "
                f"{next(iter(shown.values()))!r}; leave decimal out, so that each column shows it"
            )
        return how.decimal
    if len(shown) == 2:
        raise ValueError(
            f"{name!r} has decimal points in {shown['.']!r} and decimal commas in {shown[',']!r}; "
            "write them alike, or give decimal='.' or ',' to take the others as missing"
        )
    decimal = next(iter(shown), how.hint)
    if decimal is None and len(unclear):
        example = tidy[unclear[0]]
        raise ValueError(
            f"{name!r}: {found[unclear[0]]!r} may be {example.replace(',', '')} or "
            f"{example.replace(',', '.')}, and nothing shows which; give decimal='.' or decimal=','"
        )
    return decimal or "."


def _unit(text):
    """A unit in one spelling: Days as day, KG as kg; single letters as they are."""
    text = text.strip().rstrip(".")
    if len(text) > 1 and text.lower() not in CASED:
        text = text.lower()
    return text[:-1] if len(text) > 3 and text.endswith("s") else text


def _of_one_unit(name, found, numbers, units, rows, how):
    """Numbers of the one unit of a column; those of an unknown other unit go missing."""
    read = numbers.notna()
    size = pd.Series(rows, found.index)[read].groupby(units[read]).sum()
    if len(size) < 2 or how.mixed_units == "ignore":
        return numbers
    known = [unit for unit in size.index if not unit or unit in UNITS or unit.lower() in UNITS]
    if len(known) > 1 and size[known].sum() >= MOSTLY * size.sum():
        shown = [str(found[units.index[read & (units == unit)][0]]) for unit in known[:3]]
        raise ValueError(
            f"{name!r} mixes units, as in {shown}; write them alike, leave it out with "
            f"ignore=[{name!r}], or give mixed_units='ignore' to take the numbers as they stand"
        )
    return numbers.where(units == size.idxmax())


def sentinels_in(numbers):
    """Numbers that stand for missing, such as -999.

    A sentinel is whole and of nines only (999 or longer, or -99), or a limit of whole numbers
    in a computer, such as -32768; it occurs at least twice; and it lies far outside. A negative
    one is the only kind of negative number, or further from all others than these are apart; a
    positive one, which may be a price, is three times as far, from at least ten other numbers.

    Parameters
    ----------
    numbers : Series of N numbers
        May have gaps.

    Returns
    -------
    list of float
    """
    values, rows = np.unique(numbers.to_numpy(float, na_value=np.nan), return_counts=True)
    values, rows = values[np.isfinite(values)], rows[np.isfinite(values)]
    codes = [value for value in values if _is_code(value)]
    others = np.setdiff1d(values, codes)
    if len(others) < 2:
        return []
    low, high = others[0], others[-1]
    found = []
    for code in codes:
        often = rows[values == code][0] > 1
        if code < 0:
            far = code < low and (low >= 0 or low - code > high - low)
        else:
            far = code - high > 3 * (high - low) and len(others) >= 10
        if often and far:
            found.append(float(code))
    return found


def _is_code(value):
    if not float(value).is_integer():
        return False
    digits = str(abs(int(value)))
    return int(value) in LIMITS or set(digits) == {"9"} and len(digits) >= (2 if value < 0 else 3)


def stand_for_missing(values, sentinels):
    """Which values of a typed column stand for missing.

    Parameters
    ----------
    values : Series of N numbers, categories or datetimes
    sentinels : {"drop", "keep"} or list
        See `Cleaning`.

    Returns
    -------
    ndarray of bool, shape (N,)
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        wanted = SIGNS if sentinels == "drop" else {str(v) for v in sentinels}
        wanted = set() if sentinels == "keep" else wanted
        return values.isin(
            [c for c in values.cat.categories if str(c).strip() in wanted]
        ).to_numpy()
    if sentinels == "keep" or not types.is_numeric_dtype(values.dtype):
        return np.zeros(len(values), bool)
    if sentinels == "drop":
        return values.isin(sentinels_in(values)).to_numpy()
    numbers = pd.to_numeric(pd.Series(sentinels, dtype=object), errors="coerce")
    return values.isin(numbers.dropna().astype(float)).to_numpy()


def key(text):
    """What is the same for texts that differ in case or spaces only."""
    return " ".join(text.split()).casefold()


def merged(values):
    """Categories that differ in case or spaces only, as one: the most frequent spelling.

    Parameters
    ----------
    values : Series of categories
        N values; those in an order of their own, or not of text, stay as they are.

    Returns
    -------
    values : Series of categories, in alphabetical order
    notes : list of (ndarray of bool, shape (N,), str)
    """
    names = values.cat.categories
    if values.cat.ordered or not all(isinstance(name, str) for name in names):
        return values, []
    rows = values.value_counts()
    best = {}
    for name in sorted(names, key=lambda name: (-rows[name], name)):
        best.setdefault(key(name), " ".join(name.split()))
    new = [best[key(name)] for name in names]
    moved = [name for name, other in zip(names, new, strict=True) if name != other]
    if not moved:
        return values, []
    kinds = sorted(set(new))
    codes = np.append(pd.Index(kinds).get_indexer(new), -1)[values.cat.codes]
    example = f"{moved[0]!r} for {best[key(moved[0])]!r}"
    note = (
        values.isin(moved).to_numpy(),
        f"{values.name!r} differs in case or spaces only, such as {example}; merged "
        "(spelling='keep' keeps them apart)",
    )
    merged = pd.Categorical.from_codes(codes, kinds)
    return pd.Series(merged, values.index, name=values.name), [note]


def seen_late(values, times):
    """Note values that are first seen so late that it is no chance.

    With k of N rows spread at random, none is among the first share p of the rows with
    probability (1 - p)^k, nearly.

    Parameters
    ----------
    values : Series of categories, or of 0 and 1
        N values in time order.
    times : Series of N datetimes

    Returns
    -------
    list of (int, str)
        At most one: the rows of such values, and words.
    """
    codes, kinds = pd.factorize(values)
    here = np.flatnonzero(codes >= 0)
    _, first, rows = np.unique(codes[here], return_index=True, return_counts=True)
    share = here[first] / max(len(values), 1)
    late = (share >= LATE) & ((1 - share) ** rows < CHANCE / max(len(kinds), 1))
    if not late.any():
        return []
    start = here[first[late]].min()
    shown = np.array(kinds, dtype=object)[late][:3].tolist()
    several = late.sum() > 1
    words = f"{values.name!r} is " + (f"one of {shown}" if several else repr(shown[0]))
    words += ", ..." if late.sum() > 3 else ""
    words += f", not seen before {times.iloc[start]:%Y-%m-%d}: no model fitted earlier knows it"
    return [(int(rows[late].sum()), words)]
