"""Readers who do not see the pictures, or see them otherwise: texts, contrast, colour, headings."""

import re
from collections import Counter

import numpy as np
import pytest
from matplotlib.figure import Figure

from helpers import plots, report
from helpers.budget import TERMS
from tests import visible
from tests.notebooks import NOTEBOOKS, every_notebook, load, main_notebooks, name_of, pictures

ROOT = NOTEBOOKS.parent
PAGES = [p for p in (*ROOT.glob("*.md"), *ROOT.glob("*/*.md")) if p.parent.name[0] != "."]
MEDIUM = re.compile(r"(an? |the )?(image|picture|plot|figure|graph|chart|graphic|photo)\b", re.I)
# What is seen is a relation or a measure: of these words, or a share.
SEEN = re.compile(
    r"""\d%|\d\.\d|\b(
    above|agree\w*|around|apart|away|below|between|bend\w*|centred|climbs?|close(st)?|each|equal|
    falls?|falling|far|few|fit\w*|follows?|grow\w*|half|high\w*|level|long\w*|low\w*|large\w*|lead|
    leaps?|least|meet|midway|mirrored|more|moves?|most\w*|near\w*|never|plunges|recovers|remov\w+|
    rises?|rising|shrink\w*|small\w*|spike|straight|swells|times|touch\w*|towers|turn\w*|valley\w*
    )\b""",
    re.X | re.I,
)
HERE = {"here", "this", "link", "click here", "this link", "this page", "more", "read more"}


def alternatives(notebook):
    """(cell id, text alternative) of each committed picture."""
    return [
        (cell.id, output.data["text/plain"])
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in pictures(cell)
    ]


def faults_of_alternatives(found):
    """What is wrong with text alternatives, given as (cell id, text)."""
    for cell, alt in found:
        if MEDIUM.match(alt):
            yield f"{cell}: starts with what kind of thing it is: {alt!r}"
        if not SEEN.search(alt):
            yield f"{cell}: names what is drawn, not what is to be seen: {alt!r}"
    for alt, times in Counter(alt for _, alt in found).items():
        if times > 1:
            yield f"{times} pictures have the alternative {alt!r}"


@pytest.mark.parametrize("path", every_notebook(), ids=name_of)
def test_alternatives_say_what_is_seen(path):
    assert list(faults_of_alternatives(alternatives(load(path)))) == []


@pytest.mark.parametrize(
    ("alt", "fault"),
    [
        ("Picture of the losses, which rise.", "starts"),
        ("The plot shows losses that rise.", "starts"),
        ("Losses of both models over 40 batches.", "names"),
        ("Losses rise after batch 20.", None),
        ("Plotted losses rise after batch 20.", None),
    ],
)
def test_a_faulty_alternative_is_caught(alt, fault):
    found = list(faults_of_alternatives([("cell", alt)]))
    assert len(found) == (fault is not None) and all(f"cell: {fault}" in f for f in found)
    assert len(list(faults_of_alternatives([("a", alt), ("b", alt)]))) == 2 * len(found) + 1


def headings(markdown):
    """(level, text) of the headings, those in blocks of code left out."""
    prose = re.sub(r"(?ms)^(```|~~~).*?^\1", "", markdown)
    return [(len(m[1]), m[2].strip()) for m in re.finditer(r"(?m)^ {0,3}(#{1,6})(?: (.*))?$",
            re.sub(r"(?m)^( {0,3}#{1,6})$", r"\1 ", prose))]  # fmt: skip


def faults_of_headings(markdown):
    found = headings(markdown)
    if [level for level, _ in found].count(1) != 1 or found[0][0] != 1:
        yield "there is not one heading of the first level, before all others"
    for (level, _), (after, text) in zip(found, found[1:], strict=False):
        if after > level + 1:
            yield f"{text!r} skips a level"
    for text, times in Counter(text for _, text in found).items():
        if not text or times > 1:
            yield f"{times} headings {text!r}"


def faults_of_links(markdown):
    for words in re.findall(r"(?<!!)\[([^\]]+)\]\(", markdown):
        if words.strip("*`_ ").lower() in HERE or not re.search(r"\w", words):
            yield f"a link called {words!r} does not say where it leads"


@pytest.mark.parametrize("path", every_notebook(), ids=name_of)
def test_headings_and_links_of_notebooks(path):
    cells = [cell.source for cell in load(path).cells if cell.cell_type == "markdown"]
    assert list(faults_of_headings("\n\n".join(cells))) == []
    assert headings(cells[0])[0][0] == 1
    assert list(faults_of_links("\n".join(cells))) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_headings_and_links_of_pages(path):
    text = path.read_text(encoding="utf-8")
    assert list(faults_of_headings(text)) == [] and list(faults_of_links(text)) == []


def test_faulty_headings_and_links_are_caught():
    assert list(faults_of_headings("# A\n\n## B\n\n```\n# a comment\n```\n\n### C\n\n## D")) == []
    for text, fault in {
        "## A": "first level",
        "# A\n\n# B": "first level",
        "# A\n\n### B": "skips",
        "# A\n\n## B\n\n## B": "2 headings 'B'",
        "# A\n\n##\n\n## B": "1 headings ''",
    }.items():
        [found] = faults_of_headings(text)
        assert fault in found, text
    assert len(list(faults_of_links("[here](a.md) ![here](b.png) [the guide](c.md)"))) == 1


def test_the_contrast_ratio_is_that_of_the_guidelines():
    assert visible.contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21)
    assert visible.contrast((1, 1, 1), (1, 1, 1)) == 1
    grey = np.array([0x77] * 3) / 255  # the well-known grey that just fails
    assert visible.contrast((1, 1, 1), grey) == pytest.approx(4.48, abs=0.005)


def test_lines_of_the_palette_stand_out_from_white():
    for role, colour in plots.COLOURS.items():
        found = visible.contrast(visible.over(colour), (1, 1, 1))
        assert found >= visible.LINE_CONTRAST or role == "estimation", (role, found)
    outline = visible.over(plots.fill("estimation")["edgecolor"])
    assert visible.contrast(outline, (1, 1, 1)) > visible.TEXT_CONTRAST
    for term in TERMS:
        assert visible.contrast((0, 0, 0), visible.over(plots.COLOURS[term])) > 3.9


def test_colours_of_the_report_have_contrast():
    colours = re.findall(r"(?<![-\w])color: (#\w+)", report.PAGE)
    assert colours and "background" not in report.PAGE
    for colour in colours:
        assert visible.contrast(visible.over(colour), (1, 1, 1)) >= visible.TEXT_CONTRAST
    for colour in re.findall(r"border-left: \dpx solid (#\w+)", report.PAGE):
        assert visible.contrast(visible.over(colour), (1, 1, 1)) >= visible.LINE_CONTRAST


def drawn(**changes):
    """A sound figure, with one thing changed."""
    wanted = {"colour": "black", "size": 10, "x": 0.5, "dash": "--", "second": "#E06000"} | changes
    fig = Figure(figsize=(4, 3), dpi=90, layout="constrained")
    ax = fig.subplots()
    ax.plot([0, 1], [0, 1], color="#0072B2", label="one")
    ax.plot([0, 1], [0.2, 0.9], color=wanted["second"], ls=wanted["dash"], label="two")
    style = {"color": wanted["colour"], "fontsize": wanted["size"], "in_layout": False}
    ax.text(wanted["x"], 0.1, "a text", **style)
    if "behind" in wanted:
        ax.axvspan(0.4, 0.9, 0, 0.25, color=wanted["behind"])
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.legend(loc="center right")
    return fig


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({}, None),
        ({"colour": "#999999"}, "'a text': contrast 2.8"),
        ({"behind": "#444444"}, "'a text': contrast 2."),
        ({"colour": "white", "behind": "#444444"}, None),
        ({"colour": "white"}, "'a text' cannot be seen"),
        ({"size": 7}, "7.0 points"),
        ({"x": 0.98}, "cut off"),
        ({"dash": "-"}, "differ in colour only"),
        ({"dash": "-", "second": "black"}, None),  # lightness tells them apart
        ({"second": "#F0E442"}, "1.3 against white"),
    ],
)
def test_a_fault_in_a_figure_is_caught(changes, fault):
    found = list(visible.faults(drawn(**changes)))
    assert (found != []) == (fault is not None), found
    assert fault is None or any(fault in sentence for sentence in found)


def test_texts_that_overlap_are_caught():
    fig = drawn()
    fig.axes[0].text(0.52, 0.12, "another")
    assert "'a text' and 'another' overlap" in list(visible.faults(fig))


def test_measuring_leaves_the_picture_as_it_was():
    fig = drawn()
    before = plots.png(fig)
    list(visible.faults(fig))
    assert plots.png(fig) == before


@pytest.mark.parametrize("path", main_notebooks()[::2], ids=name_of)
def test_pictures_can_be_seen(path, record_property):
    visible.assert_seen(path, record_property)
