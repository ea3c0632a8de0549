"""What the tests of closed forms share: a verdict on a simulation, and the notebooks' own code."""

import ast
import functools

import numpy as np

from tests.notebooks import code_cells, every_notebook, load, name_of


def agrees(values, exact, **mistakes):
    """Whether simulated values have the mean that a formula says, and tell it from wrong ones.

    Within 4 standard errors of the simulation. So that the check means something, the formula
    off by 5% either way and the mistakes that one might make must not pass it.
    """
    values = np.asarray(values, float)
    mean, error = values.mean(), 4 * values.std(ddof=1) / len(values) ** 0.5
    assert abs(mean - exact) < error, f"{mean:.6g} is not {exact:.6g} within {error:.2g}"
    for name, wrong in {"5% less": 0.95 * exact, "5% more": 1.05 * exact, **mistakes}.items():
        assert abs(mean - wrong) > error, f"{name}, {wrong:.6g}, would pass: within {error:.2g}"


@functools.cache
def notebook(number):
    """A notebook by how its name begins: ``"04"`` or ``"solutions/04"``; read once."""
    [path] = [p for p in every_notebook() if name_of(p).startswith(number)]
    return load(path)


def _imports(number):
    """Run a notebook's imports, and nothing else."""
    namespace = {}
    for cell in code_cells(notebook(number)):
        for node in ast.parse(cell.source).body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                exec(ast.unparse(node), namespace)  # noqa: S102 (the notebooks are ours)
    return namespace


def shown(number, *names, **given):
    """Functions as a notebook defines them, without running the rest of it.

    Parameters
    ----------
    number : str
        How its name begins: ``"04"`` or ``"solutions/04"``.
    names : str
        Of the functions; one gives the function, several give a list.
    given
        Other names that they use.
    """
    namespace = _imports(number) | given
    for cell in code_cells(notebook(number)):
        for node in ast.parse(cell.source).body:
            if isinstance(node, ast.FunctionDef) and node.name in names:
                exec(ast.unparse(node), namespace)  # noqa: S102
    found = [namespace[name] for name in names]
    return found[0] if len(found) == 1 else found


def value(place, name, **given):
    """What a cell assigns to a name, worked out from the names given.

    Parameters
    ----------
    place : str
        Notebook and cell: ``"08/period-print"``.
    """
    number, _, cell_id = place.rpartition("/")
    [cell] = [c for c in notebook(number).cells if c.id == cell_id]
    for node in ast.walk(ast.parse(cell.source)):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return eval(ast.unparse(node.value), _imports(number) | given)  # noqa: S307
    raise AssertionError(f"{place} assigns nothing to {name}")
