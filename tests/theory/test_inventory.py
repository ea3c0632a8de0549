"""The inventory of closed forms is whole: places, tests, and every formula of the notebooks."""

import ast
import importlib
import inspect
import re
from functools import cache
from pathlib import Path

import pytest

from tests.notebooks import every_notebook, name_of
from tests.theory.inventory import DEFINITIONS, FORMS, WITHOUT
from tests.theory.simulated import notebook

TESTS = Path(__file__).resolve().parent.parent
KINDS = {
    "simulation", "scipy", "statsmodels", "river", "scikit-learn", "quadrature", "counting",
    "published", "algebra",
}  # fmt: skip
FORMULA = re.compile(r"\$\$(.+?)\$\$|\$(.+?)\$", re.DOTALL)
SETTING = re.compile(r"[a-zA-Z] = -?[\d.]+")
RELATION = re.compile(r"=|<|>|\\(approx|sim|simeq|propto|leftarrow|le|ge|to)(?![a-z])")


def plain(text):
    return " ".join(text.split())


@cache
def source(place):
    """The text of a place, in one line."""
    if place.endswith(".md"):
        return plain((TESTS.parent / place).read_text(encoding="utf-8"))
    if place.startswith("helpers."):
        module, _, name = place.rpartition(".")
        if module == "helpers":
            return plain(inspect.getsource(importlib.import_module(place)))
        return plain(inspect.getsource(getattr(importlib.import_module(module), name)))
    number, _, cell_id = place.rpartition("/")
    [cell] = [c for c in notebook(number).cells if c.id == cell_id]
    return plain(cell.source)


def statements(form):
    """The places of a form and what stands there, as pairs."""
    for place, texts in form.places.items():
        for text in [texts] if isinstance(texts, str) else texts:
            yield place, plain(text)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.what)
def test_each_place_says_it_and_each_test_exists(form):
    assert form.places and form.tests
    for place, text in statements(form):
        assert text and text in source(place), (place, text)
    for test in form.tests:
        file, _, name = test.partition("::")
        tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
        found = [n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
        assert name in found, test
    kinds = set(form.against.split(", "))
    assert kinds and kinds <= KINDS


def formulas():
    """Every formula of a notebook that states something, as (place, formula)."""
    for path in every_notebook():
        number = re.match(r"(solutions/)?\d\d", name_of(path))[0]
        for cell in notebook(number).cells:
            if cell.cell_type == "markdown":
                for displayed, inline in FORMULA.findall(cell.source):
                    if SETTING.fullmatch(inline):
                        continue
                    if displayed or RELATION.search(inline):
                        yield f"{number}/{cell.id}", plain(displayed or inline)


def unlisted(found):
    """Those of the formulas, pairs of place and text, that the inventory does not have."""
    known = {}
    for place, text in [pair for form in FORMS for pair in statements(form)]:
        known.setdefault(place, []).append(text.strip("$"))
    for place, text, _ in DEFINITIONS:
        known.setdefault(place, []).append(plain(text))
    return [
        (place, formula)
        for place, formula in found
        if not any(text in formula or formula in text for text in known.get(place, []))
    ]


def test_every_formula_of_the_notebooks_is_in_the_inventory():
    missing = unlisted(formulas())
    assert not missing, "\n".join(f"{place}: {formula}" for place, formula in missing)


def test_definitions_are_still_there():
    stated = {}
    for place, formula in formulas():
        stated.setdefault(place, []).append(formula)
    for place, text, why in DEFINITIONS:
        assert why and any(plain(text) in formula for formula in stated.get(place, [])), place


def test_every_test_of_theory_is_named():
    named = {test for form in FORMS for test in form.tests}
    for path in Path(__file__).parent.glob("test_*.py"):
        if path.name != Path(__file__).name:
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                    assert f"theory/{path.name}::{node.name}" in named, node.name


@pytest.mark.parametrize("module", WITHOUT)
def test_every_function_of_the_modules_of_closed_forms_is_here_or_states_none(module):
    listed = {place.rpartition(".")[2] for form in FORMS for place in form.places
              if place.rpartition(".")[0] == module}  # fmt: skip
    public = {
        name for name, found in vars(importlib.import_module(module)).items()
        if (inspect.isroutine(found) or inspect.isclass(found)) and not name.startswith("_")
        and getattr(found, "__module__", "") == module
    }  # fmt: skip
    assert public == listed | set(WITHOUT[module])
    assert not listed & set(WITHOUT[module])


def test_what_is_not_listed_is_found():
    known = ("04/rule-text", r"w^* = d + 1 + \sqrt{3 s^2/q}")
    assert unlisted([known, ("04/rule-text", "excess = 3")]) == [("04/rule-text", "excess = 3")]
