"""Small notebooks on which the tests themselves are tested."""

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.hygiene import COLAB

PICTURE = """
import base64
from IPython.display import display

PIXEL = base64.b64encode(b"not really a picture").decode()

def show(alt):
    data = {"image/png": PIXEL, "text/plain": alt}
    display(data | {"application/vnd.jupyter.widget-view+json": {"model_id": "a"}}, raw=True)
"""
CHECK = """
def check(exercise, answer):
    if answer is ...:
        print(f"{exercise}: not attempted yet. Replace the ... and run this cell again.")
    elif answer == len(rows):
        print(f"{exercise}: right. That is every row.")
    else:
        print(f"{exercise}: not yet. Count {'less' if answer > len(rows) else 'more'} of them.")
"""


def md(cell_id, source):
    """A markdown cell."""
    return new_markdown_cell(source.strip(), id=cell_id)


def code(cell_id, source, *tags, printed=None, picture=None):
    """A code cell; with `printed` or a `picture`'s alternative as if it had been executed."""
    cell = new_code_cell(source.strip(), id=cell_id)
    if tags:
        cell.metadata.tags = list(tags)
    if printed is not None:
        cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=printed)]
    if picture is not None:
        data = {"image/png": "aaaa", "text/plain": picture}
        cell.outputs.append(nbformat.v4.new_output("display_data", data=data))
    return cell


def notebook(*cells):
    """A notebook, not executed."""
    return new_notebook(cells=list(cells))


def complete():
    """A notebook with everything that the tests ask of notebook 01, not executed."""
    prose = "Words that say what the cell above has shown and what to look for next. " * 18
    return notebook(
        md(
            "title",
            "# 01 · A sample\n\nIt counts rows. **Prerequisites:** none. **Time:** 5 minutes\n\n"
            "What you will be able to do: count.",
        ),
        code("colab", COLAB.format(address="a/b"), "nbval-skip"),
        code("seed", "seed = 1"),
        code("rows", "import random\nrows = [random.Random(seed).random()] * 20", "simulate"),
        code("mean", "mean = sum(rows) / len(rows)", "simulate"),
        code("guess-mean", "guess = ...", "guess"),
        code("count", "print(f'{len(rows)} rows, their mean is {mean:.2f}')"),
        md("read-count", "There are 20 rows. " + prose),
        code("tools", PICTURE),
        code(
            "slider",
            "show(alt=f'{len(rows)} dots on a line, and all of them right of zero')",
            "explore",
        ),
        code("checker", CHECK),
        code("first", "answer = ...\ncheck('01.1', answer)", "exercise", "01.1"),
        code("second", "answer = ...\ncheck('01.2', answer)", "exercise", "01.2"),
        md("recap", "## Recap\n\n- The mean is positive. <!-- claim: 01.mean-is-positive -->\n"),
        md("links", "[00 · Before](00_before.ipynb) | [02 · After](02_after.ipynb)"),
    )


def solutions():
    """The solution notebook of `complete`, not executed."""
    return notebook(
        md("title", "# 01 · Solutions"),
        code("colab", COLAB.format(address="a/b"), "nbval-skip"),
        code("rows", "rows = range(20)"),
        code("checker", CHECK),
        code("first", "answer = 20\ncheck('01.1', answer)", "solution", "01.1"),
        code("second", "answer = sum(1 for _ in rows)\ncheck('01.2', answer)", "solution", "01.2"),
    )


def write(content, path):
    """Write a notebook to `path`, making its folder; return `path`."""
    path.parent.mkdir(exist_ok=True, parents=True)
    nbformat.write(content, path)
    return path
