"""A number in prose is one that the nearest output printed or the code above set."""

import pytest

from tests import sample
from tests.claims.register import import_all
from tests.notebooks import every_notebook, load, name_of
from tests.prose import unfounded

CLAIMS = import_all()


@pytest.mark.parametrize("path", every_notebook(), ids=name_of)
def test_every_number_in_prose_is_borne_out(path):
    # The register holds the rate that a claim states in words of its own.
    rates = [claim.wording for claim in CLAIMS.values() if claim.wording]
    found = unfounded(load(path), exempt=rates)
    assert not found, "\n".join(f"cell {cell}: {number}" for cell, number in found)


def cells(*sources, printed="R2 is 0.845 on 1,000 rows, 45% of them new, −13.1 later\n"):
    """A notebook that sets 300 and .1, prints, and then says each of `sources` in a cell."""
    code = sample.code("code", "n, noise, low = 300, 0.1, -2", printed=printed)
    return sample.notebook(code, *(sample.md(f"prose-{i}", s) for i, s in enumerate(sources)))


@pytest.mark.parametrize(
    "prose",
    [
        "R2 is 0.845 on 1,000 rows, or 1000 rows.",
        "It falls to -13.1, to −13.1, to –13.1.",
        "The 300 rows have noise 0.1; low is −2.",
        "45% are new, 45 % are new, 45 per cent are new.",
        "Values of 0.1–0.845, and 0.1-0.845.",
        "It ends in 0.845. Then (0.845, 0.1) follow; R2=0.845, ±0.1.",
        "Ten rows, the 2nd edition, R2, x1 and P10.",
        "`n = 7` and $f(x) = 4x(1-x)$ and $$\n9\n$$",
        "```\n17\n```\n<!-- 18 -->\n## Step 19\n",
        "1. First.\n2. Second.",
        "See [01 · The line](01_line.ipynb) and [the year](https://example.org/2013/4).",
        "| 00 | 10 |\n| [04 · How much](04_how_much.ipynb) | 35 |\n| 11, 12 | planned |\n",
        "(Gama et al., 2014; Webb et al., 2016), Shimodaira (2000), (McMahon, 2023, ch. 3)",
        "**Time:** 35 minutes",
        "## References\nA book, 2nd ed., 2023, pages 17 to 19.",
        "Exercise 01.2 shows it, and so will notebook 07.",
        "<img width=400> is wide.",
    ],
)
def test_right_prose_passes(prose):
    assert unfounded(cells(prose)) == []


@pytest.mark.parametrize(
    ("prose", "wrong"),
    [
        ("R2 is 0.846.", ["0.846"]),
        ("R2 is 0.85.", ["0.85"]),
        ("R2 is .845.", [".845"]),
        ("It falls to 13.1.", ["13.1"]),
        ("R2 is -0.845.", ["-0.845"]),
        ("10,000 rows of 1,000.", ["10000"]),
        ("84.5% and 10%.", ["84.5%", "10%"]),
        ("45 of them.", ["45"]),
        ("The range 0.1–0.9.", ["0.9"]),
        ("2 models, 3 rows.", ["2", "3"]),
        ("It takes 25s, or 3x as long.", ["25", "3"]),
        ("In 2013 (that is 12 months).", ["2013", "12"]),
        ("| model | 7 |", ["7"]),
        ("| 6 |\n\n| 7 | [a](a.ipynb) |\n\n| 8 |", ["6", "8"]),
        ("# Heading\nThen 5.\n\n- and 6\n3) but 4", ["5", "6", "4"]),
        ("1e5 rows, [17 rows](https://example.org).", ["1e5", "17"]),
        ("## References\nA book, 2023.\n\n## Then\nAbout 8.", ["8"]),
        ("In about 65 of 100 runs.", ["65", "100"]),
    ],
)
def test_wrong_prose_is_found(prose, wrong):
    assert [number for _, number in unfounded(cells(prose))] == wrong


def test_only_the_nearest_outputs_count():
    notebook = cells("It is 0.845.", "## Next\nStill 0.845.")
    notebook.cells += [
        sample.code("again", "", printed="0.5\n"),
        sample.md("fine", "0.845 and 0.5: both since the last heading, or the last before it."),
        sample.md("heading", "## Later\nNow 0.5; 0.845 is gone, 300 is set above."),
        sample.code("nothing-printed", "m = 12"),
        sample.md("still", "0.5 and 12, not 0.845."),
    ]
    assert unfounded(notebook) == [("heading", "0.845"), ("still", "0.845")]


def test_code_and_outputs_below_do_not_count():
    notebook = cells("It will be 0.7 and 8.")
    notebook.cells.append(sample.code("below", "m = 8", printed="0.7"))
    assert unfounded(notebook) == [("prose-0", "0.7"), ("prose-0", "8")]


def test_prose_before_the_first_code_cell_is_free():
    notebook = cells("0.845")
    notebook.cells.insert(0, sample.md("title", "# 01 · Title\nOf 99 things."))
    assert unfounded(notebook) == []


def test_own_exercises_and_registered_rates_are_exempt():
    notebook = cells("In 65 of 100 runs, see 10.1; 10.15 is not exempt.")
    notebook.cells[0].metadata.tags = ["exercise", "10.1"]
    assert unfounded(notebook, exempt=["65 of 100"]) == [("prose-0", "10.15")]


def test_the_alternative_of_a_picture_counts_but_is_prose_itself():
    alt = "A line through 300 dots; it ends at 4.25, far below 9."
    source = "show(fig, alt=f'A line through {n:.0f} dots; it ends at {y:.2f}, far below 9.')"
    notebook = cells("Nothing.")
    notebook.cells += [
        sample.code("picture", source, picture=alt),
        sample.md("read", "It ends at 4.25."),
    ]
    assert unfounded(notebook) == [("picture", "9")]
