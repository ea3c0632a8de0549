"""Put stub, solution, wrong and right answers into an exercise's cell and read the message."""

import ast
import functools
import importlib
import re
from typing import NamedTuple

import numpy as np
import pandas as pd

from tests.notebooks import NOTEBOOKS, SOLUTIONS, exercises, load, play, run, tags

NOT_ATTEMPTED, NOT_YET, RIGHT = "not attempted yet", "not yet", "right"


class Exercise(NamedTuple):
    """An exercise as a learner meets it: its stub, what that printed, the variables after it."""

    id: str
    stub: str
    printed: str
    namespace: dict


def reach(notebook, folder=NOTEBOOKS):
    """Run a notebook and return its exercises; each keeps the variables of its moment."""
    met, namespace, left = {}, {}, set(exercises(notebook))
    for cell, printed in play(notebook, namespace, folder) if left else ():
        if "exercise" in tags(cell):
            [exercise] = tags(cell) & left
            met[exercise] = Exercise(exercise, cell.source, printed, dict(namespace))
            left.remove(exercise)
        if not left:
            break
    return met


@functools.cache
def exercises_of(stem):
    """The exercises of a committed notebook, reached once."""
    return reach(load(NOTEBOOKS / f"{stem}.ipynb"))


@functools.cache
def solutions_of(stem):
    """Map exercise id to the source that its solution notebook puts in the stub's place."""
    cells = exercises(load(SOLUTIONS / f"{stem}.ipynb"), "solution")
    return {exercise: cell.source for exercise, cell in cells.items()}


def answers_of(stem):
    """The table ANSWERS of ``answers_NN.py``: exercise id -> {"wrong": [...], "right": [...]}."""
    return importlib.import_module(f"tests.exercises.answers_{stem[:2]}").ANSWERS


def fill(stub, answer):
    """The source of a stub with `answer` in the place of its statements that hold ``...``."""
    lines = stub.splitlines()
    blanks = [node for node in ast.parse(stub).body if "..." in ast.unparse(node)]
    assert blanks, f"nothing to fill in: no statement of the stub holds ...\n{stub}"
    for node in reversed(blanks):
        lines[node.lineno - 1 : node.end_lineno] = [answer] if node is blanks[0] else []
    return "\n".join(lines)


def check_of(stub, answer):
    """The check call that ends a stub, with the expression `answer` as its second argument."""
    call = ast.parse(stub).body[-1].value
    call.args[1] = ast.Name(answer)
    return ast.unparse(call)


def verdict(exercise, source, folder=NOTEBOOKS, **variables):
    """Run `source` in the place of the stub; return the verdict and the whole message."""
    return read(exercise.id, run(source, exercise.namespace | variables, folder))


def read(exercise_id, printed):
    """The verdict and the message in what a cell printed; it must be exactly one line."""
    messages = [line for line in printed.splitlines() if line.startswith(f"{exercise_id}: ")]
    assert len(messages) == 1, f"not exactly one message of {exercise_id} in {printed!r}"
    pattern = rf"{re.escape(exercise_id)}: ({NOT_ATTEMPTED}|{NOT_YET}|{RIGHT})\. \S.*"
    match = re.fullmatch(pattern, messages[0])
    assert match, f"not a message of check(): {messages[0]!r}"
    return match[1], messages[0]


def _raises(*args, **kwargs):
    raise RuntimeError("this answer raises")


class _Hostile:
    def __eq__(self, other):
        raise RuntimeError("cannot be compared")

    __hash__ = None

    def __getattr__(self, name):
        raise RuntimeError(f"no attribute {name}")


ODD = {
    "none": None,
    "nan": float("nan"),
    "empty text": "",
    "text": "a sentence of words",
    "bytes": b"12",
    "empty list": [],
    "ragged": [[1, 2], [3]],
    "dict": {"answer": ...},
    "set": {1, "a"},
    "complex": 1j,
    "huge integer": 10**400,
    "class": int,
    "generator": (i for i in "abc"),
    "hostile": _Hostile(),
    "raises": _raises,
    "returns none": lambda *args, **kwargs: None,
    "takes nothing": lambda: 0.0,
    "empty array": np.array([]),
    "nan array": np.full(7, np.nan),
    "huge array": np.zeros((1000, 1000)),
    "object array": np.array([None, "a"], dtype=object),
    "frame": pd.DataFrame({"a": [1.5, None], "b": ["x", "y"]}),
    "empty frame": pd.DataFrame(),
    "series": pd.Series([pd.NaT, pd.NaT]),
}
