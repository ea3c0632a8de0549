"""The rules for committed notebooks pass a good one, and each finds its fault."""

import pytest

from tests import execute, hygiene, sample
from tests.notebooks import load

ALT = "Dots on a line, the more the further to the right they lie."


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with one executed notebook, its solutions and two neighbours."""
    folder = tmp_path_factory.mktemp("notebooks")
    for name in ("00_before", "02_after"):
        sample.write(sample.notebook(), folder / f"{name}.ipynb")
    path = sample.write(sample.complete(), folder / "01_sample.ipynb")
    solution = sample.write(sample.solutions(), folder / "solutions" / path.name)
    assert execute.main([str(path), str(solution)]) == 0
    return folder


@pytest.fixture
def good(folder, monkeypatch):
    """The good notebook and its path, as the rules see it."""
    monkeypatch.setattr(hygiene, "main_notebooks", lambda: sorted(folder.glob("*.ipynb")))
    monkeypatch.setattr(hygiene, "SOLUTIONS", folder / "solutions")
    path = folder / "01_sample.ipynb"
    return load(path), path


def cell_of(notebook, cell_id):
    return next(cell for cell in notebook.cells if cell.id == cell_id)


def put(cell_id, **values):
    """Set attributes of a cell."""
    return lambda notebook: cell_of(notebook, cell_id).update(values)


def swap(cell_id, old, new):
    """Replace text in the source of a cell."""

    def change(notebook):
        cell = cell_of(notebook, cell_id)
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return change


def show(**outputs):
    """Put what a cell shows in the place of what "count" printed."""
    shown = sample.code("count", "", **outputs).outputs
    return lambda notebook: cell_of(notebook, "count").update(outputs=shown)


def tag(cell_id, *tags):
    return lambda notebook: cell_of(notebook, cell_id).metadata.update(tags=list(tags))


def warn(notebook):
    cell_of(notebook, "count").outputs[0].name = "stderr"


def widget(notebook):
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "a"}}
    cell_of(notebook, "slider").outputs[0].data |= view


def cells(notebook, cell_id, copies):
    notebook.cells += [sample.code(f"{cell_id}-{i}", "a = 1\n" * 5) for i in range(copies)]


BROKEN = [
    (hygiene.plain_python, put("count", source="%time print(1)"), "not plain Python"),
    (hygiene.valid, put("count", outputs=[{"output_type": "nonsense"}]), "not a valid notebook"),
    (hygiene.valid, lambda nb: nb.update(nbformat_minor=4), "not 4.5"),
    (hygiene.cell_ids, put("count", id="0ddba11e"), "not readable"),
    (hygiene.cell_ids, put("count", id="Count_1"), "not readable"),
    (hygiene.cell_ids, put("count", id="rows"), "occurs 2 times"),
    (hygiene.executed_in_order, put("count", execution_count=None), "execute it again"),
    (hygiene.executed_in_order, put("count", execution_count=9), "execute it again"),
    (hygiene.clean_outputs, warn, "writes to stderr"),
    (hygiene.clean_outputs, widget, "widget view"),
    (hygiene.clean_outputs, show(printed="np.float64(0.5)"), "a numpy scalar"),
    (hygiene.clean_outputs, show(printed="<function f at 0x7f3a5c1d>"), "an object's address"),
    (hygiene.clean_outputs, show(printed="a    1\ndtype: int64"), "a dtype"),
    (hygiene.clean_outputs, show(printed="FutureWarning: gone"), "a warning"),
    (hygiene.clean_outputs, show(printed="read /some/where/a.csv"), "a path"),
    (hygiene.clean_outputs, show(printed="read C:\\data"), "a path"),
    (hygiene.clean_metadata, lambda nb: nb.metadata.update(widgets={}), "holds 'widgets'"),
    (hygiene.clean_metadata, lambda nb: nb.metadata.pop("kernelspec"), "kernelspec"),
    (hygiene.clean_metadata, lambda nb: nb.metadata.language_info.update(v=3), "language_info"),
    (hygiene.clean_metadata, put("rows", metadata={"ExecuteTime": {}}), "ExecuteTime"),
    (hygiene.known_tags, tag("rows", "simulation"), "unknown tags"),
    (hygiene.known_tags, tag("first", "exercise"), "have one id"),
    (hygiene.known_tags, tag("first", "exercise", "02.1"), "have one id"),
    (hygiene.known_tags, tag("rows", "01.3"), "have one id"),
    (hygiene.compared_by_nbval, tag("count", "nbval-ignore-output"), "not compared"),
    (hygiene.compared_by_nbval, swap("rows", "import", "# NBVAL_SKIP\nimport"), "not compared"),
    (hygiene.starts_on_colab, tag("colab"), "not the one for Colab"),
    (hygiene.starts_on_colab, swap("colab", "--no-deps", "-U"), "not the one for Colab"),
    (hygiene.printed_is_stored, put("count", outputs=[]), "no text output is stored"),
    (hygiene.printed_is_stored, swap("mean", "mean = ", ""), "no text output is stored"),
    (hygiene.short_cells, put("checker", source="a = 1\n" * 16), "more than 15"),
    (hygiene.alternatives, show(picture="Dots"), "without a text alternative"),
    (hygiene.alternatives, show(picture=f"<Figure of {ALT}>"), "without a text alternative"),
    (hygiene.links_resolve, swap("links", "00_before", "00_gone"), "00_gone.ipynb"),
    (hygiene.density_of_prose, put("read-count", source="Few words."), "words of prose"),
    (hygiene.density_of_prose, lambda nb: cells(nb, "long", 9), "the median code cell"),
    (hygiene.anatomy, swap("title", "# 01", "# 02"), "lacks the title"),
    (hygiene.anatomy, swap("title", "Prerequisites", "Needs"), "lacks the prerequisites"),
    (hygiene.anatomy, swap("title", "**Time:** 5", "**Time:** some"), "lacks the time"),
    (hygiene.anatomy, swap("title", "be able to", ""), "lacks What you will"),
    (hygiene.anatomy, swap("recap", "## Recap", "## Summary"), "headed ## Recap"),
    (hygiene.anatomy, swap("links", "| [02 · After](02_after.ipynb)", ""), "does not link"),
    (hygiene.anatomy, tag("second"), "fewer than 2 cells are tagged exercise"),
    (hygiene.anatomy, tag("slider"), "fewer than 1 cells are tagged explore"),
    (hygiene.anatomy, tag("guess-mean"), "fewer than 1 cells are tagged guess"),
    (hygiene.solutions_match, tag("second", "exercise", "01.3"), "['01.2', '01.3']"),
]


def test_a_good_notebook_has_no_fault(good):
    assert hygiene.faults(hygiene.EVERYWHERE + hygiene.MAIN, *good) == []


def test_good_solutions_have_no_fault(good):
    path = good[1].parent / "solutions" / good[1].name
    assert hygiene.faults(hygiene.EVERYWHERE, load(path), path) == []


@pytest.mark.parametrize(("rule", "spoil", "message"), BROKEN)
def test_each_rule_finds_its_fault(good, rule, spoil, message):
    notebook, path = good
    spoil(notebook)
    found = hygiene.faults([rule], notebook, path)
    assert any(message in fault for fault in found), found


def test_every_rule_has_its_fault():
    assert {rule for rule, _, _ in BROKEN} == {*hygiene.EVERYWHERE, *hygiene.MAIN}


def test_a_cell_may_be_left_uncompared_with_a_reason(good):
    notebook, path = good
    swap("tools", "import base64", "# NBVAL_IGNORE_OUTPUT\n# A bar that shows a time.")(notebook)
    assert hygiene.faults([hygiene.compared_by_nbval], notebook, path) == []


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("print(1)", True),
        ("for i in x:\n    print(i)", True),
        ("def f():\n    print(1)", False),
        ("if guess is not ...:\n    print(1)", False),
        ("x.head()", True),
        ("x", True),
        ("x = 1", False),
        ("show(fig, alt='a')", False),
        ("plots.show(fig, alt='a')", False),
        ("y = check('01.1', answer)", True),
    ],
)
def test_shows_text(source, shown):
    assert hygiene.shows_text(source) == shown
