"""Who jumps ahead: a slider or an exercise right after the first cells of its notebook."""

import ast

import pytest

from tests.notebooks import code_cells, load, main_notebooks, name_of, run, tags

FIRST = 2  # cells that are run: the one for Colab, and the settings or imports
REMEDY = "*Run → Run All Above Selected Cell*"


def introduced(cell):
    """The names that a cell assigns, imports or defines."""
    for node in ast.walk(ast.parse(cell.source)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.alias):
            yield node.asname or node.name
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name


def jumped(notebook):
    """Yield each slider's and exercise's cell, and its NameError after the first cells, or None."""
    cells, start = code_cells(notebook), {"__name__": "__main__"}
    for cell in cells[:FIRST]:
        run(cell.source, start)
    for cell in cells[FIRST:]:
        if tags(cell) & {"explore", "exercise"}:
            try:
                printed = run(cell.source, dict(start))
            except NameError as error:
                yield cell, error.name
            else:
                assert "explore" in tags(cell) or "not attempted yet" in printed, cell.id
                yield cell, None


@pytest.mark.parametrize("path", main_notebooks(), ids=name_of)
def test_a_cell_run_too_early_works_or_misses_a_name_from_above(path, record_property):
    """Nothing else may happen, such as another error or a picture of the wrong thing."""
    notebook = load(path)
    cells, found = code_cells(notebook), list(jumped(notebook))
    for cell, missing in found:
        if missing is not None:
            above = cells[: cells.index(cell)]
            assert missing in {name for c in above for name in introduced(c)}, cell.id
    works = sum(missing is None for _, missing in found)
    line = f"{name_of(path)}: of {len(found)} sliders and exercises, {works} work by themselves"
    record_property("summary", ["run too early", line])


@pytest.mark.parametrize("path", main_notebooks()[1:], ids=name_of)
def test_each_notebook_says_what_to_run_first(path):
    assert REMEDY in load(path).cells[0].source


def test_the_first_notebook_says_what_a_name_error_means():
    [said] = [
        line
        for cell in load(main_notebooks()[0]).cells
        for line in cell.source.splitlines()
        if "NameError" in line
    ]
    assert REMEDY in said and "has not run yet" in said
