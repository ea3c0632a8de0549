"""Where the world of a notebook is broken, its claims fail: one that survives says nothing.

Each break changes the source of cells tagged `simulate`, or sets a variable that they read, such
that the sentences of the claims named with it are false. Each of these claims must then fail for
every one of the first five seeds.
"""

from typing import NamedTuple

import pytest

from tests.claims.register import PRESETS, failures, import_all, runs_of
from tests.notebooks import NOTEBOOKS, load, tags

CLAIMS = import_all()


class Break(NamedTuple):
    """What is done to the world of a notebook, and the claims that must fail then."""

    notebook: str
    what: str
    claims: list
    cells: dict = {}  # id of a cell -> what is replaced in it, and by what
    variables: dict = {}


BREAKS = [
    Break(
        "04_how_much_to_remember",
        "nothing moves",
        ["04.valley", "04.forgetting", "04.theory"],
        cells={"causes": ("(X * away[kind])", "(0 * X * away[kind])")},
    ),
]


def broken(notebook, cells):
    """The notebook with a text replaced in some of its `simulate` cells."""
    by_id = {cell.id: cell for cell in notebook.cells}
    for cell_id, (old, new) in cells.items():
        cell = by_id[cell_id]
        assert "simulate" in tags(cell) and cell.source.count(old) == 1, f"{cell_id}: {old!r}"
        cell.source = cell.source.replace(old, new)
    return notebook


@pytest.mark.parametrize("case", BREAKS, ids=lambda case: f"{case.notebook[:2]} {case.what}")
def test_claims_fail_in_a_broken_world(case):
    assert case.cells or case.variables
    notebook = broken(load(NOTEBOOKS / f"{case.notebook}.ipynb"), case.cells)
    claims = [CLAIMS[claim_id] for claim_id in case.claims]
    variables = PRESETS.get(case.notebook, {}) | case.variables
    variable, values = runs_of(case.notebook)
    values = list(values)[:5]
    failing = failures(notebook, claims, variables, values, variable=variable)
    assert failing == {claim.id: values for claim in claims}
