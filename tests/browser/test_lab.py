"""Notebook 00 in JupyterLab as a new reader meets it, in Chromium."""

import pytest

from tests.browser.lab import SECONDS, lab, run_all, wait_for
from tests.exercises.harness import answers_of, fill, solutions_of
from tests.notebooks import NOTEBOOKS, exercises, load, tags

STEM = "00_start_here"


def move_slider(cell):
    """Press the arrow keys on a cell's first slider; its picture must change."""
    picture, handle = cell.locator(".jupyter-widgets img"), cell.locator(".noUi-handle").first
    wait_for(lambda: picture.screenshot() == picture.screenshot(), "a picture at rest")
    before = picture.screenshot()
    handle.focus()
    for _ in range(3):
        handle.press("ArrowRight")
    wait_for(lambda: picture.screenshot() != before, "another picture", seconds=20)


def answer(page, cell, source, message):
    """Type `source` into a cell in the place of what it holds, run it, and see the message."""
    cell.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.insert_text(source)
    page.keyboard.press("Control+Enter")
    cell.locator(".jp-OutputArea", has_text=message).wait_for(timeout=30 * SECONDS)


@pytest.mark.browser
def test_notebook_00(browser, tmp_path):
    with lab(tmp_path) as address:
        assert f"/lab/tree/notebooks/{STEM}.ipynb" in address
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.goto(address)
        try_out(page, load(NOTEBOOKS / f"{STEM}.ipynb"))
        page.close()


def try_out(page, notebook):
    """Do what notebook 00 asks of its reader."""
    cells = page.locator(".jp-Notebook .jp-Cell")
    wait_for(lambda: cells.count() == len(notebook.cells), "all cells")
    shown = {cell.id: cells.nth(i) for i, cell in enumerate(notebook.cells)}
    run_all(page, notebook.cells)
    [slider] = [c for c in notebook.cells if "explore" in tags(c)]
    move_slider(shown[slider.id])
    exercise, cell = next(iter(exercises(notebook).items()))
    wrong, fragment = answers_of(STEM)[exercise]["wrong"][0]
    answer(page, shown[cell.id], fill(cell.source, wrong), fragment)
    answer(page, shown[cell.id], solutions_of(STEM)[exercise], f"{exercise}: right.")
