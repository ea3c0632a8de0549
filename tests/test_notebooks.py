"""The committed notebooks: executed, clean, readable, and compared by nbval."""

import nbconvert
import pytest

from tests.hygiene import EVERYWHERE, MAIN, faults
from tests.notebooks import (
    code_cells,
    density,
    every_notebook,
    load,
    main_notebooks,
    name_of,
    pictures,
    solution_notebooks,
    texts,
)

every = pytest.mark.parametrize("path", every_notebook(), ids=name_of)
main = pytest.mark.parametrize("path", main_notebooks(), ids=name_of)


def test_there_are_notebooks():
    assert main_notebooks()


def test_each_solution_notebook_has_its_notebook():
    assert {p.name for p in solution_notebooks()} <= {p.name for p in main_notebooks()}


@every
@pytest.mark.parametrize("rule", EVERYWHERE, ids=lambda rule: rule.__name__)
def test_notebook(path, rule):
    found = faults([rule], load(path), path)
    assert not found, "\n".join(found)


@main
@pytest.mark.parametrize("rule", MAIN, ids=lambda rule: rule.__name__)
def test_main_notebook(path, rule, record_property):
    words, median = density(load(path))
    line = f"{name_of(path)}: {words:.1f} words per code line, median cell {median:g} lines"
    if rule is MAIN[0]:
        record_property("summary", ["prose and code", line])
    found = faults([rule], load(path), path)
    assert not found, "\n".join(found)


@every
def test_converts_to_html_with_its_pictures(path):
    notebook = load(path)
    html, _ = nbconvert.HTMLExporter(template_name="classic").from_notebook_node(notebook)
    assert html.count("data:image/png") >= sum(len(pictures(c)) for c in code_cells(notebook))


@every
def test_nbval_has_something_to_compare(path, record_property):
    cells = code_cells(load(path))
    alone = [c for c in cells if pictures(c) and len(list(texts(c))) == len(pictures(c))]
    silent = [c for c in cells if not list(texts(c))]
    ran = sum(cell.execution_count is not None for cell in cells)
    compared = len(cells) - len(alone) - len(silent)
    line = (
        f"{name_of(path)}: {len(cells)} code cells, {ran} run; text compared in {compared}, "
        f"only the text alternative of a picture in {len(alone)}, no output in {len(silent)}"
    )
    record_property("summary", ["what nbval compares", line])
    assert compared
