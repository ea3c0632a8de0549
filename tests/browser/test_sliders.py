"""Sliders in JupyterLab in Chromium: by keyboard, put back, and never dead without a kernel."""

import pytest

from tests.browser.lab import SECONDS, lab, run_all, stop_kernels, wait_for
from tests.notebooks import NOTEBOOKS, load, tags

STEM = "00_start_here"


def opened(browser, address, notebook):
    """A page with the notebook, and the cell with its sliders."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address)
    cells = page.locator(".jp-Notebook .jp-Cell")
    wait_for(lambda: cells.count() == len(notebook.cells), "all cells")
    [place] = [i for i, cell in enumerate(notebook.cells) if "explore" in tags(cell)]
    return page, cells.nth(place)


def shown(cell):
    """Widths of the pictures that a reader sees."""
    boxes = [img.bounding_box() for img in cell.locator("img").all() if img.is_visible()]
    return [box["width"] for box in boxes if box]


def by_keyboard(page, cell):
    """Arrow keys move the picture; Tab leads to Reset, and Enter there puts it back."""
    handle, image = cell.locator(".noUi-handle").first, cell.locator(".jupyter-widgets img")
    first, start_value = image.get_attribute("src"), handle.get_attribute("aria-valuenow")
    handle.focus()
    page.keyboard.press("ArrowRight")
    wait_for(lambda: image.get_attribute("src") != first, "another picture")
    assert handle.get_attribute("aria-valuenow") != start_value
    reset = cell.get_by_role("button", name="Reset")
    for _ in range(6):
        if reset.evaluate("button => button === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    wait_for(lambda: handle.get_attribute("aria-valuenow") == start_value, "the first value")


@pytest.mark.browser
def test_a_slider_is_never_dead(browser, tmp_path):
    notebook = load(NOTEBOOKS / f"{STEM}.ipynb")
    with lab(tmp_path) as address:
        page, cell = opened(browser, address, notebook)
        wait_for(lambda: shown(cell), "the static picture of a notebook that has not run")
        assert cell.locator(".noUi-handle").count() == 0
        run_all(page, notebook.cells)
        wait_for(lambda: len(shown(cell)) == 1, "the moving picture alone")
        by_keyboard(page, cell)
        page.keyboard.press("ControlOrMeta+s")
        saved = tmp_path / "notebooks" / f"{STEM}.ipynb"
        wait_for(lambda: "widget-view" in saved.read_text(encoding="utf-8"), "a saved notebook")
        stop_kernels(address)
        page.close()
        page, cell = opened(browser, address, notebook)
        wait_for(lambda: shown(cell), "the static picture of a notebook whose kernel is gone")
        page.wait_for_timeout(2 * SECONDS)  # the view gives up by now
        [width] = shown(cell)
        assert width > 300
        page.close()
