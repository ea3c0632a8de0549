"""Find and load the notebooks, look into their cells, and run them in this process."""

import contextlib
import io
import re
import statistics
from pathlib import Path
from unittest import mock

import matplotlib
import nbformat
from IPython.core import display_functions

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
SOLUTIONS = NOTEBOOKS / "solutions"

# Not through MPLBACKEND: the kernels that nbval starts would inherit it and show no picture.
matplotlib.use("Agg")


def main_notebooks():
    """Paths of the notebooks, in the order in which they are read."""
    return sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))


def solution_notebooks():
    """Paths of the solution notebooks."""
    return sorted(SOLUTIONS.glob("[0-9][0-9]_*.ipynb"))


def every_notebook():
    """Paths of the notebooks, then of the solution notebooks."""
    return main_notebooks() + solution_notebooks()


def name_of(path):
    """A short name for test ids and messages: ``01_some_title`` or ``solutions/01_some_title``."""
    return f"solutions/{path.stem}" if path.parent.name == "solutions" else path.stem


def load(path):
    """The notebook at `path`, as nbformat 4."""
    return nbformat.read(path, as_version=4)


def code_cells(notebook):
    """The code cells that hold something."""
    return [c for c in notebook.cells if c.cell_type == "code" and c.source.strip()]


def tags(cell):
    """The set of a cell's tags."""
    return set(cell.metadata.get("tags", []))


def exercises(notebook, tag="exercise"):
    """Map exercise id (``01.2``) to cell, for the cells with `tag` (or ``solution``)."""
    found = {}
    for cell in code_cells(notebook):
        if tag in tags(cell):
            [exercise] = [t for t in tags(cell) if re.fullmatch(r"\d\d\.\d+", t)]
            found[exercise] = cell
    return found


def texts(cell):
    """What nbval compares: streams, text/plain (a picture's is its alternative), text/html."""
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            yield output.text
        for mime in ("text/plain", "text/html"):
            if mime in output.get("data", {}):
                yield output.data[mime]


def pictures(cell):
    """The outputs of a cell that hold an image."""
    outputs = cell.get("outputs", [])
    return [o for o in outputs if any(m.startswith("image/") for m in o.get("data", {}))]


def lines_of(cell):
    """The number of lines of a cell that are not blank."""
    return sum(bool(line.strip()) for line in cell.source.splitlines())


def words_in(markdown):
    """The number of words a reader sees in `markdown`: no comments, link targets or code blocks."""
    shown = re.sub(r"<!--.*?-->|```.*?```|\]\([^)]*\)", " ", markdown, flags=re.DOTALL)
    return sum(any(letter.isalpha() for letter in word) for word in shown.split())


def density(notebook):
    """Words of prose per line of code, and the median number of lines of a code cell.

    The rows of a table are looked up, not read, and do not count as prose.
    """
    lines = [lines_of(cell) for cell in code_cells(notebook)]
    prose = [c.source for c in notebook.cells if c.cell_type == "markdown"]
    words = sum(words_in(re.sub(r"(?m)^\|.*$", "", text)) for text in prose)
    return words / max(sum(lines), 1), statistics.median(lines or [0])


def run(source, namespace, folder=NOTEBOOKS):
    """Execute `source` (text or compiled) in `namespace` as a notebook would; return its stdout.

    Outside a kernel ``display`` falls back on ``print``; here it shows nothing, so that the
    stdout holds only what the cell itself prints.
    """
    printed = io.StringIO()
    with (
        contextlib.chdir(folder),
        contextlib.redirect_stdout(printed),
        mock.patch.object(display_functions, "print", lambda *shown: None, create=True),
    ):
        exec(source, namespace)  # noqa: S102 (the notebooks are ours)
    return printed.getvalue()


def play(notebook, namespace, folder=NOTEBOOKS):
    """Execute the code cells in order; yield each cell and what it printed.

    Leave the loop to stop at a cell; `namespace` then holds the variables so far.
    """
    namespace.setdefault("__name__", "__main__")
    for cell in code_cells(notebook):
        yield cell, run(compile(cell.source, f"cell {cell.id}", "exec"), namespace, folder)
