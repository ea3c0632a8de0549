"""What a reader has done, in a small file beside the notebooks. Nothing is sent anywhere.

`helpers.exercises` records each verdict of `check` and each guess that `reveal` is given: one JSON
object a line, appended to ``progress.jsonl`` in the kernel's folder. The environment variable
``WORKBOOK_PROGRESS`` names another file; set to nothing, it switches the record off. No name, no
code and no answer is kept. Recording never raises and never prints: a lesson must not stop because
a disk is full.
"""

import json
import math
import os
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

FILE, VARIABLE = "progress.jsonl", "WORKBOOK_PROGRESS"
VERDICTS = ("right", "not yet")
LONGEST, MOST_ITEMS = 300, 8  # characters of a text, items of a list

_unwritten = {}  # file (None if none is wanted) -> lines that are in this kernel's memory only


def file():
    """The file that the record is kept in, absolute; None if none is wanted."""
    named = os.environ.get(VARIABLE, FILE)
    return Path(named).absolute() if named else None


def record_check(exercise, verdict, said):
    """Keep the verdict on an exercise, unless the last line about it says the same.

    Parameters
    ----------
    exercise : str
        Such as "01.2".
    verdict : {"right", "not yet"}
    said : str
        The sentence that was printed after it.
    """
    with suppress(Exception):
        _keep({"check": exercise, "verdict": verdict, "said": short(said)})


def record_guess(key, guessed, truth, what):
    """Keep a guess beside the truth, unless the last line about it says the same.

    Parameters
    ----------
    key : str
        Such as "01.worst-model".
    guessed, truth : object
        Kept as a number or as a short text; see `short`.
    what : str
        What was predicted.
    """
    with suppress(Exception):
        line = {"what": short(what), "guessed": short(guessed), "truth": short(truth)}
        _keep({"guess": key} | line)


def short(value):
    """A value as JSON can hold it: a finite number, or a text of at most 300 characters.

    Lists and arrays become their first eight items with commas between, NaN becomes "nan", and an
    object of any other kind only the name of its kind.
    """
    if isinstance(value, str):
        text = " ".join(value.split()).encode("utf-8", "replace").decode()
        return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    if isinstance(value, bool) or value is ...:
        return "..." if value is ... else str(value)
    if getattr(value, "shape", None) == ():  # a number of numpy's
        return short(value.item())
    if isinstance(value, int) and abs(value) < 2**53:
        return int(value)
    if hasattr(value, "__float__") and not hasattr(value, "__len__"):
        number = float(value)
        return number if math.isfinite(number) else str(number)
    if isinstance(value, dict):
        value = [f"{short(name)}: {short(item)}" for name, item in islice(value.items(), 9)]
    items = getattr(value, "flat", value)  # of an array of any shape
    if isinstance(value, list | tuple | set | frozenset) or items is not value:
        first = [item if _plain(item) else _kind(item) for item in islice(items, MOST_ITEMS + 1)]
        texts = [str(short(item)) for item in first[:MOST_ITEMS]]
        return short(", ".join(texts + ["…"] * (len(first) > MOST_ITEMS)))
    return _kind(value)


def _plain(value):
    return isinstance(value, str | int | float) or value is ... or hasattr(value, "__float__")


def _kind(value):
    return f"({type(value).__name__})"


def read(path):
    """The lines of a progress file, and how many could not be understood.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    list of dict, int
        Half-written and foreign lines are passed over and counted.

    Raises
    ------
    OSError
        Where there is no such file, or it may not be read.
    """
    rows = Path(path).read_bytes().decode("utf-8-sig", "replace").split("\n")
    rows = [row for row in rows if row.strip()]
    lines = [line for row in rows if (line := _line(row)) is not None]
    return lines, len(rows) - len(lines)


def _line(row):
    try:
        line = json.loads(row)
    except (ValueError, RecursionError):
        return None
    if not isinstance(line, dict):
        return None
    texts = [line.get(name) for name in ("check", "said", "guess", "what") if name in line]
    values = [line.get(name) for name in ("guessed", "truth") if name in line]
    sound = all(isinstance(text, str) for text in texts) and "\ufffd" not in row
    sound = sound and all(isinstance(value, str | int | float) for value in values)
    is_check = "said" in line and line.get("verdict") in VERDICTS
    is_guess = "what" in line and len(values) == 2
    return (
        line if sound and (is_check if "check" in line else "guess" in line and is_guess) else None
    )


def recorded():
    """All lines of the reader's file and of this kernel, and how many were not understood."""
    lines, odd, path = [], 0, None
    with suppress(OSError):
        path = file()
        if path is not None:
            lines, odd = read(path)
    return lines + _unwritten.get(path, []), odd


def done():
    """The exercises that `check` has called right; what was right once stays done."""
    return {line["check"] for line in recorded()[0] if line.get("verdict") == "right"}


def where():
    """One sentence on where the record is, or why it is not kept; empty while there is none."""
    lines, odd = recorded()
    if not lines and not odd:
        return ""
    path = file()
    if path is None:
        return f"Not kept: {VARIABLE} is set to nothing, so this is forgotten with the kernel."
    name = f"{FILE}, beside this notebook" if path == Path(FILE).absolute() else str(path)
    passed = f"; lines of it that were not understood: {odd}" if odd else ""
    if path in _unwritten:
        return f"Not all of it is kept: {name}, cannot be written, so it goes with the kernel."
    return f"Kept in {name}; nothing is sent{passed}."


def _keep(line):
    if Path.cwd().name == "solutions":
        return
    kind = "check" if "check" in line else "guess"
    before = [old for old in recorded()[0] if old.get(kind) == line[kind]]
    if before and before[-1] | {"when": ""} == line | {"when": ""}:
        return
    path, when = file(), datetime.now(UTC).isoformat(timespec="seconds")
    _unwritten.setdefault(path, []).append(line | {"when": when})
    if path is not None:
        _append(path, _unwritten[path])
        del _unwritten[path]


def _append(path, lines):
    """All lines in one write, so that two kernels do not mix theirs."""
    data = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
    with path.open("a+b", buffering=0) as opened:
        if opened.seek(0, os.SEEK_END):
            opened.seek(-1, os.SEEK_END)
            if opened.read(1) != b"\n":  # half a line, from a write that was cut short
                data = b"\n" + data
        if opened.write(data) != len(data):
            raise OSError("the disk is full")
