"""Notebook 12: its links reach a heading, its tree is the function's, its table names what is."""

import importlib
import re

import numpy as np
import pytest

from helpers import plots, triage
from helpers.pictures_guide import OTHERWISE, questions, rule_picture, tree_picture
from tests.notebooks import NOTEBOOKS, load

GUIDE = NOTEBOOKS / "12_field_guide.ipynb"
LINK = re.compile(r"\]\((?P<file>[\w.]*\.ipynb)?#(?P<heading>[^)]+)\)")


def anchors(notebook):
    """The ids that JupyterLab gives to headings: the words, with dashes for spaces."""
    text = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    text = re.sub(r"(?ms)^```.*?^```", "", text)
    return {line.replace(" ", "-") for line in re.findall(r"(?m)^#+ (.+?)\s*$", text)}


def dead_links(path):
    """Links to a heading, in the same notebook or in another, that is not there."""
    for cell in load(path).cells:
        for link in LINK.finditer(cell.source if cell.cell_type == "markdown" else ""):
            target = path.parent / (link["file"] or path.name)
            if not target.is_file() or link["heading"] not in anchors(load(target)):
                yield f"{cell.id}: {link[0]}"


def test_links_reach_a_heading():
    assert len(list(LINK.finditer(GUIDE.read_text(encoding="utf-8")))) > 40
    assert list(dead_links(GUIDE)) == []


def test_a_dead_link_is_found(tmp_path):
    text = GUIDE.read_text(encoding="utf-8")
    path = tmp_path / GUIDE.name
    path.write_text(text.replace("](#The-tree)", "](#The-bush)"), encoding="utf-8")
    assert any("The-bush" in fault for fault in dead_links(path))


def test_every_notebook_is_linked():
    text = GUIDE.read_text(encoding="utf-8")
    others = [p.name for p in sorted(NOTEBOOKS.glob("[01][0-9]_*.ipynb")) if p != GUIDE]
    assert [name for name in others if f"({name}" not in text] == []


def walk(tree, signals):
    """The answer of a drawn tree, by reading its conditions."""
    for column in tree:
        for condition, answer in column:
            named = {name.replace(" ", "_"): value for name, value in signals.items()}
            if condition == OTHERWISE or eval(condition.replace("loss up", "loss_up"), {}, named):
                return answer
    raise AssertionError("the tree has no last answer")


def some_signals(rng):
    """Signals on both sides of every cut, and on the cuts themselves."""
    cuts = {"outside": 0.01, "empty": 0, "overturned": 0.1, "unlabelled": 0.05, "labels": 11,
            "needed": 11, "loss up": 3, "gain": 3, "repeats": 0.5}  # fmt: skip
    return {name: rng.choice([0, cut, 2 * cut + 1, cut / 2]) for name, cut in cuts.items()}


def test_the_drawn_tree_answers_as_triage_does():
    tree = questions(triage.inputs_and_labels, triage.losses_and_gains)
    rng = np.random.default_rng(0)
    answers = set()
    for _ in range(3000):
        signals = some_signals(rng)
        answers.add(triage.triage(signals))
        assert walk(tree, signals) == triage.triage(signals), signals
    assert answers == {answer for column in tree for _, answer in column}


def test_the_picture_holds_every_question_and_answer():
    tree = questions(triage.inputs_and_labels, triage.losses_and_gains)
    fig = tree_picture(tree, triage.SIGNALS)
    for ax, column in zip(fig.axes, tree, strict=True):
        words = [text.get_text() for text in ax.texts]
        for condition, answer in column:
            assert condition == OTHERWISE or any(f"  {condition}?" in w for w in words)
            assert words.count(answer.replace(" ", "\n", 1)) == [a for _, a in column].count(answer)
    shown = " ".join(text.get_text() for ax in fig.axes for text in ax.texts)
    assert all(f"{name}: " in shown for name in triage.SIGNALS)
    assert plots.png(fig) == plots.png(tree_picture(tree, triage.SIGNALS))


def one(s):
    if s["a"] > 1:
        return "stop"
    return None


def two(s):
    """With a docstring."""
    if s["a b"] < 2 and s["c"] > 0:
        return "wait"
    return "go"


def nested(s):
    if s["a"] > 1:
        if s["c"] > 1:
            return "stop"
    return "go"


def computed(s):
    cut = s["a"] + 1
    return "go" if cut > 1 else "stop"


def test_questions_are_read_from_the_code():
    assert questions(one, two) == [[("a > 1", "stop")],
                                   [("a b < 2 and c > 0", "wait"), (OTHERWISE, "go")]]  # fmt: skip
    assert questions(two)[0][-1] == (OTHERWISE, "go")


@pytest.mark.parametrize(
    ("functions", "message"),
    [
        ((), "at least one"),
        ((nested,), "nested must be a chain"),
        ((computed,), "computed must be a chain"),
        ((two, one), "two must end in"),
        ((one,), "one must end in"),
    ],
)
def test_code_that_is_no_such_tree_is_refused(functions, message):
    with pytest.raises(ValueError, match=message):
        questions(*functions)


def test_the_rule_ties_where_gain_meets_price():
    picture = rule_picture(5000, [-0.01, 0.1], [0, 200])
    gain, cost, tie, heading = picture.moving
    picture.update(staleness=0.04, price=100)
    assert tie.get_xdata() == pytest.approx([2500]) and tie.get_ydata() == pytest.approx([100])
    assert gain.get_ydata()[1] == pytest.approx(200) and cost.get_ydata()[0] == 100
    assert "2,500 rows" in heading.get_text()
    picture.update(staleness=0.01, price=200)
    assert len(tie.get_xdata()) == 0 and "20,000 rows" in heading.get_text()
    for staleness, said in ((0.0, "gains nothing"), (-0.01, "loses")):
        picture.update(staleness=staleness, price=100)
        assert len(tie.get_xdata()) == 0 and said in heading.get_text()


def test_the_libraries_table_names_what_river_and_the_helpers_have():
    """The columns of the workbook and of river; the other libraries are not installed."""
    cells = {c.id: c.source for c in load(GUIDE).cells}
    rows = [line.split("|")[1:-1] for line in cells["libraries"].splitlines() if line[:1] == "|"]
    assert [cell.strip() for cell in rows[0][:3]] == ["job", "here", "river"]
    ours = ["twosample", "joint", "adaptation", "monitors", "backtest", "tables", "policies",
            "budget"]  # fmt: skip
    modules = [importlib.import_module(f"helpers.{name}") for name in ours]
    river = [importlib.import_module(f"river{name}") for name in ("", ".drift")]
    for row in rows[2:]:
        for name in re.findall(r"`([\w.]+)`", row[1]):
            assert any(hasattr(module, name) for module in modules), name
        for name in re.findall(r"`([\w.]+)`", row[2]):
            assert any(found(module, name) for module in river), name


def found(module, dotted):
    """Whether ``a.b`` can be imported from a module."""
    first, _, rest = dotted.partition(".")
    try:
        value = getattr(module, first, None) or importlib.import_module(
            f"{module.__name__}.{first}"
        )
    except ModuleNotFoundError:
        return False
    return hasattr(value, rest) if rest else True
