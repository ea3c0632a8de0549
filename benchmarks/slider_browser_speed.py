"""From a key press on a slider's handle to the new picture painted, in JupyterLab in Chromium.

Every notebook is run in a browser beside a kernel on this machine. The arrow keys move each handle
of each explore cell; times go from the key's event to the animation frame after the new picture has
loaded. In turn with it moves a slider in the same page, by the same kernel, whose picture has a
single pixel: the round trip without anything to draw. Times are the clock's, the only ones that
include the browser: other work on the machine counts.
"""

import os
import sys
import tempfile
from pathlib import Path

import nbformat
import numpy as np

from benchmarks.timing import row
from tests.browser.lab import lab, run_all, start, wait_for
from tests.notebooks import load, main_notebooks, tags

NO_OP = """
from ipywidgets import Image, IntSlider, VBox
from helpers.explore import _encode
import numpy as np
pixels = [_encode(np.full((1, 1, 4), shade, "uint8")) for shade in (0, 255)]
slider, image = IntSlider(0, 0, 100), Image(value=pixels[0])
slider.observe(lambda change: setattr(image, "value", pixels[change["new"] % 2]), "value")
VBox([slider, image])
"""
# Resolves to milliseconds, or to null where the picture stays as it was for three seconds.
PRESSED = """image => { window.painted = new Promise(done => {
    let pressed = null;
    document.addEventListener("keydown", () => { pressed = performance.now(); },
                              {capture: true, once: true});
    image.addEventListener("load", () => requestAnimationFrame(
        () => done(performance.now() - pressed)), {once: true});
    setTimeout(() => done(null), 3000);
}); }"""


def press(cell, which, page):
    """Milliseconds from a key on a cell's handle to its new picture; None without a new one."""
    handle = cell.locator(".noUi-handle").nth(which)
    now, low, high = (
        float(handle.get_attribute(f"aria-value{name}")) for name in ("now", "min", "max")
    )
    turn = handle.evaluate(
        "(h, [low, high]) => h.turn = low ? 'ArrowRight' : high ? 'ArrowLeft'"
        " : h.turn || 'ArrowRight'",
        [now <= low, now >= high],
    )
    cell.locator(".jupyter-widgets img").first.evaluate(PRESSED)
    handle.press(turn)
    return page.evaluate("window.painted")


def times_of(page, cell, no_op, presses):
    """Yield the number of a handle and its times, shape (presses, 2): picture, no-op."""
    for which in range(cell.locator(".noUi-handle").count()):
        pairs = []
        for _ in range(presses + 3):
            pair = press(cell, which, page), press(no_op, 0, page)
            if None not in pair:
                pairs.append(pair)
        yield which, np.array(pairs[3:]).reshape(-1, 2)  # the first three warm up


def measured(browser, path, presses):
    """Run a notebook in the browser; yield cell id, number of a handle, and its times."""
    with tempfile.TemporaryDirectory() as folder, lab(Path(folder)) as address:
        notebook = load(path)
        notebook.cells.append(nbformat.v4.new_code_cell(NO_OP))
        nbformat.write(notebook, Path(folder) / "notebooks" / path.name)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(address.replace("00_start_here", path.stem))
        cells = page.locator(".jp-Notebook .jp-Cell")
        wait_for(lambda: cells.count() == len(notebook.cells), "all cells")
        run_all(page, notebook.cells)
        no_op = cells.nth(len(notebook.cells) - 1)
        for i, cell in enumerate(notebook.cells):
            if "explore" in tags(cell):
                for which, times in times_of(page, cells.nth(i), no_op, presses):
                    yield cell.id, which, times
        page.close()


def measure(quick=False):
    """Yield one row for each slider: what its picture adds to the round trip, at the 95%."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = start(playwright)
        if browser is None:
            print("NOT MEASURED: sliders in a browser, as there is no Chromium", file=sys.stderr)
            return
        with browser:
            for path in main_notebooks()[:1] if quick else main_notebooks():
                for cell, which, times in measured(browser, path, 3 if quick else 40):
                    yield summary(path, cell, which, times)


def summary(path, cell, which, times):
    (new50, no50), (new95, no95) = np.percentile(times, [50, 95], axis=0)
    load_now = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    note = (
        f"key to picture {new50:.0f} and {new95:.0f} ms, no-op {no50:.0f} and {no95:.0f} ms "
        f"(median and 95%); {len(times)} presses, load {load_now:.1f}"
    )
    what = f"slider {path.stem[:2]} {cell}, handle {which + 1}, in Chromium: ms above a no-op, 95%"
    gap = np.maximum(times[:, 0] - times[:, 1], 0)
    one = row(what, gap, "<= 100", note)
    return one | {"ratio": max(new95 - no95, 0.0)}
