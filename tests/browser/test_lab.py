"""The first half of the notebooks in JupyterLab, in Chromium; 00 as a new reader meets it."""

import pytest

from tests.browser.lab import SECONDS
from tests.browser.walk import EARLIER, opened, walk
from tests.exercises.harness import answers_of, fill, solutions_of
from tests.notebooks import exercises, load, name_of


def answer(page, cell, source, message):
    """Type `source` into a cell in the place of what it holds, run it, and see the message."""
    cell.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.insert_text(source)
    page.keyboard.press("Control+Enter")
    cell.locator(".jp-OutputArea", has_text=message).wait_for(timeout=30 * SECONDS)


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("path", EARLIER, ids=name_of)
def test_notebook(path, browser, address):
    with opened(browser, address, path) as page:
        walk(page, path)
        if path is EARLIER[0]:
            assert f"/lab/tree/notebooks/{path.name}" in address  # where the lab opens
            try_out(page, path)


def try_out(page, path):
    """A wrong answer to the first exercise, then the right one."""
    notebook = load(path)
    exercise, cell = next(iter(exercises(notebook).items()))
    shown = page.locator(".jp-Notebook .jp-Cell").nth(notebook.cells.index(cell))
    wrong, fragment = answers_of(path.stem)[exercise]["wrong"][0]
    answer(page, shown, fill(cell.source, wrong), fragment)
    answer(page, shown, solutions_of(path.stem)[exercise], f"{exercise}: right.")
