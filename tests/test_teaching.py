"""The run sheets name what exists and add up; the test of twelve questions has right answers."""

import re

import numpy as np
import pytest
from scipy import stats
from sklearn.linear_model import LogisticRegression

from helpers import progress
from helpers.gates import chance_not_ahead
from helpers.incident_worlds import error_of_sides, measured_error, two_sides
from helpers.memory import break_even_rows, fresh_excess, window_excess
from tests.notebooks import NOTEBOOKS, exercises, load, main_notebooks, run, texts

ROOT = NOTEBOOKS.parent
SHEET = (ROOT / "TEACHING.md").read_text(encoding="utf-8")
TEST = (ROOT / "teaching/test.md").read_text(encoding="utf-8")
ANSWERS = (ROOT / "teaching/answers.md").read_text(encoding="utf-8")
ROW = re.compile(r"(?m)^\| (\d):(\d\d) \| (\d*) \| (.*) \|$")
BLOCKS = {
    title: text for title, text in re.findall(r"(?ms)^##+ ([^\n]+)\n(.*?)(?=^##+ |\Z)", SHEET)
}
THREE_HOURS = [
    f"{number} in {minutes} minutes"
    for number, minutes in [("00", 10), ("01", 30), ("02", 25), ("04", 30), ("06", 20), ("08", 25)]
]
LONG = {"Three hours": 180, "Ninety minutes": 90, "A day": 480}


def headings(path):
    text = "\n".join(c.source for c in load(path).cells if c.cell_type == "markdown")
    return re.findall(r"(?m)^#{2,3} (.+)$", text)


def marks(text):
    return [(60 * int(h) + int(m), int(n or 0)) for h, m, n, _ in ROW.findall(text)]


@pytest.mark.parametrize("title", [t for t, text in BLOCKS.items() if ROW.search(text)])
def test_marks_add_up(title):
    rows = marks(BLOCKS[title])
    for (start, minutes), (following, _) in zip(rows, rows[1:], strict=False):
        assert start + minutes == following
    total = rows[-1][0] + rows[-1][1]
    promised = LONG.get(title) or re.search(r"in (\d+) minutes", title)
    if promised:
        assert total == (promised if isinstance(promised, int) else int(promised[1]))


def test_three_hours_hold_140_minutes():
    rows = ROW.findall(BLOCKS["Three hours"])
    assert sum(int(n) for *_, n, what in rows if re.match(r"\d\d ", what)) == 140


def test_exercises_are_complete():
    known = {e for path in main_notebooks() for e in exercises(load(path))}
    listed = re.findall(r"(?m)^\| `(\d\d\.\d)` \|", SHEET)
    assert sorted(listed) == sorted(known)
    assert set(re.findall(r"`(\d\d\.\d)`", SHEET)) <= known


def test_headings_named_exist():
    stems = {path.stem[:2]: path for path in main_notebooks()}
    for title, text in BLOCKS.items():
        if (number := title[:2]) in stems and ROW.search(text):
            for *_, rest in ROW.findall(text):
                assert re.match(r"\*(.+?)\*", rest)[1] in headings(stems[number])


# Where a row of the three hours stops before its section ends: the last cell that is run.
LAST = {
    ("00", "Four terms"): "budget-print",
    ("01", "What retraining buys"): "budgets-picture",
    ("01", "Three stories"): "changed-cure-print",
    ("04", "How few is too few?"): "few-picture",
    ("06", "Case 2: sorting messages"): "case2-reveal",
    ("06", "Case 3: weight from height"): "case3-reveal",
    ("06", "A tree for the wall"): "tree-second",
    ("08", "One sum"): "one-costs",
    ("08", "What came out"): "league-table",
}
LEFT_OUT = {"unsettled"}  # the four lots of seven rows


def live(title):
    """The cells that a class runs in a block of the three hours, in order and once each.

    Each is run once, though "run all above" runs the earlier ones again.
    """
    number = title[:2]
    [path] = [p for p in main_notebooks() if p.stem.startswith(number)]
    cells, section = [], {}
    for cell in load(path).cells:
        if cell.cell_type == "markdown":
            for heading in re.findall(r"(?m)^#{2,3} (.+)$", cell.source):
                section[heading] = len(cells)
        elif cell.source.strip():
            cells.append(cell)
    starts = sorted({*section.values(), len(cells)})
    chosen = []
    for *_, row in ROW.findall(BLOCKS[title]):
        heading = re.match(r"\*(.+?)\*", row)[1]
        start = section[heading]
        wanted = cells[start : min([s for s in starts if s > start], default=start)]
        if (number, heading) in LAST:
            ids = [c.id for c in wanted]
            wanted = wanted[: ids.index(LAST[number, heading]) + 1]
        wanted = [c for c in wanted if c.id not in LEFT_OUT]
        if target := re.search(r"go to \*(.+?)\*, run all above", row):
            wanted = cells[: section[target[1]]]
        elif "run all above" in row or "from the top" in row or not chosen:
            wanted = cells[:start] + wanted
        chosen += [c for c in wanted if c not in chosen]
    return chosen


@pytest.mark.parametrize("title", THREE_HOURS)
def test_three_hours_run_live(title, monkeypatch):
    """Without the cells that the sheet skips, the others run and print what they always do."""
    monkeypatch.setattr(progress, "_unwritten", {})  # other tests did exercises in this process
    namespace = {"__name__": "__main__"}
    cells = live(title)
    for cell in cells:
        printed = run(compile(cell.source, f"cell {cell.id}", "exec"), namespace)
        streams = [o.text for o in cell.outputs if o.output_type == "stream"]
        assert printed == "".join(streams), f"cell {cell.id}"
    asked = re.findall(r"\*\*Ask\*\* \(`([\w.-]+)`", BLOCKS[title])
    assert asked
    for key in asked:
        assert any(f'"{key}"' in cell.source for cell in cells), key


@pytest.mark.parametrize("title", [t for t in BLOCKS if re.match(r"\d\d in ", t)])
def test_numbers_of_the_sheets(title):
    """What a teacher says with a decimal point stands in the notebook's results."""
    [path] = [p for p in main_notebooks() if p.stem.startswith(title[:2])]
    shown = " ".join(text for cell in load(path).cells for text in texts(cell))
    spoken = re.sub(r"`[^`]*`|(?m:^\|.*$)", "", BLOCKS[title])
    spoken = re.sub(r"(?is)they say\b.*?\.\s", "", spoken)  # guesses are nobody's result
    for value in re.findall(r"\d+\.\d+", spoken):
        assert re.search(rf"(?<![\d.]){re.escape(value)}(?!\d)", shown), value


def test_predictions_named_exist():
    code = "\n".join(c.source for p in main_notebooks() for c in load(p).cells)
    for key in re.findall(r"`(\d\d\.[a-z][a-z0-9-]+)`", SHEET):
        assert f'"{key}"' in code


def test_twelve_questions_with_four_options():
    questions = re.split(r"(?m)^## \d+\. ", TEST)[1:]
    assert [re.findall(r"(?m)^- ([A-D])\.", q) for q in questions] == [list("ABCD")] * 12
    key = re.search(r"\| right \|(.*)\|", ANSWERS)[1].replace("|", " ").split()
    assert re.findall(r"(?m)^\*\*([A-D])\.\*\*", ANSWERS) == key
    assert sorted(key) == sorted("ABCD" * 3)


def retrained_on_wrong_labels(n, retrains):
    """Mean true error of retrains on `n` labels, a quarter of them wrong (notebook 06)."""
    rng, errors = np.random.default_rng(1), []
    for _ in range(retrains):
        X, y = two_sides(rng, n)
        model = LogisticRegression().fit(X, np.where(rng.random(n) < 0.25, 1 - y, y))
        errors.append(error_of_sides(model.intercept_[0], model.coef_[0]))
    return np.mean(errors)


def test_numbers_of_the_answers():
    assert 0.50 - 0.33 == pytest.approx(0.17)
    assert 1 + fresh_excess(8, 5, 1).mean() == pytest.approx(3.5)
    assert fresh_excess(8, 5, 1).cdf(1) == pytest.approx(0.40, abs=0.005)
    assert break_even_rows(5, 1, 1) == 11
    assert measured_error(0.12, 0.25) == pytest.approx(0.31)
    assert retrained_on_wrong_labels(300, 400) == pytest.approx(0.17, abs=0.005)
    assert retrained_on_wrong_labels(30_000, 5) == pytest.approx(0.12, abs=0.005)
    flats = 1 + ((120 - 20) ** 2 / 12 + (70 - 30) ** 2) / ((40 - 20) ** 2 / 12)  # as in 02.1
    assert [flats / n for n in (20, 300)] == pytest.approx([4, 0.25], rel=0.1)
    valley = [window_excess(w, 5, 1, q=3e-4) for w in (10, 100, 1000)]
    assert valley == pytest.approx([1.26, 0.11, 0.51], abs=0.006)
    assert 50 / 0.04 == pytest.approx(1250)
    lost = [chance_not_ahead(n, 0.04, 0.02) for n in (50, 200, 1000)]
    assert lost == pytest.approx([0.392, 0.153, 0.005], abs=0.0006)
    assert round(100 * 84 / (84 + 144)) == 37
    assert 1 - 0.95**50 == pytest.approx(0.92, abs=0.005)
    assert stats.t.ppf(0.975, 11) * 2 / 12**0.5 == pytest.approx(1.3, abs=0.05)


@pytest.mark.parametrize("name", ["TEACHING.md", "teaching/test.md", "teaching/answers.md"])
def test_links_resolve(name):
    path = ROOT / name
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)]+)\)", text):
        file, _, anchor = target.partition("#")
        where = (path.parent / file) if file else path
        assert where.is_file()
        if anchor and where.suffix == ".ipynb":
            assert anchor in [h.replace(" ", "-") for h in headings(where)]
        elif anchor:
            titles = re.findall(r"(?m)^#+ (.+)$", where.read_text(encoding="utf-8"))
            assert anchor in [re.sub(r"[^\w -]", "", t.lower()).replace(" ", "-") for t in titles]
