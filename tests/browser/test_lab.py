"""Notebook 00 in JupyterLab as a new reader meets it, in Chromium."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.exercises.harness import answers_of, fill, solutions_of
from tests.notebooks import NOTEBOOKS, exercises, load, tags

STEM = "00_start_here"
SECONDS = 1000  # Playwright counts milliseconds
# The `lab` of tasks.py in another folder, with the packages that are already installed.
LAB = """
import sys, tasks
from pathlib import Path
tasks.ROOT, tasks.set_up = Path(sys.argv[1]), lambda: sys.executable
sys.exit(tasks.lab(sys.argv[2:]))
"""
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},  # every cell in the page
}


def wait_for(condition, what, seconds=60):
    """Return the first true value of `condition()`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.2)
    pytest.fail(f"waited {seconds} s for {what}")


@contextmanager
def lab(folder):
    """Start JupyterLab on a copy of the notebooks in `folder`; yield the address it announces."""
    shutil.copytree(NOTEBOOKS, folder / "notebooks")
    for name, values in SETTINGS.items():
        path = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    environment = dict(os.environ, JUPYTERLAB_SETTINGS_DIR=str(folder / "settings"))
    for kind in ("CONFIG", "DATA", "RUNTIME"):
        environment[f"JUPYTER_{kind}_DIR"] = str(folder / kind.lower())
    environment["JUPYTERLAB_WORKSPACES_DIR"] = str(folder / "workspaces")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ["--no-browser", "--allow-root", f"--ServerApp.port={port}"]
    command = [sys.executable, "-c", LAB, str(folder), *options]
    log = folder / "lab.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            command, cwd=NOTEBOOKS.parent, env=environment, stdout=output, stderr=output
        )
        address = rf"http://127\.0\.0\.1:{port}/lab/\S+"
        try:
            yield wait_for(lambda: re.search(address, log.read_text()), "JupyterLab")[0]
        finally:  # the server and its kernels are children of tasks.py
            for process in psutil.Process(server.pid).children(recursive=True):
                process.kill()
            server.wait(timeout=30)


def run_all(page, cells):
    """Run All from the menu, then wait until every code cell has run and the slider stands."""
    page.get_by_text(re.compile(r"^Python 3.* \| Idle$")).wait_for(timeout=60 * SECONDS)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.locator(".noUi-handle").first.wait_for(timeout=120 * SECONDS)
    prompts = page.locator(".jp-CodeCell .jp-InputPrompt")

    def counted():
        return all(re.fullmatch(r"\[\d+\]:", text) for text in prompts.all_inner_texts())

    assert prompts.count() == sum(cell.cell_type == "code" for cell in cells)
    wait_for(counted, "the last cell", seconds=120)
    assert page.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0


def move_slider(cell):
    """Press the arrow keys on a cell's first slider; its picture must change."""
    picture, handle = cell.locator("img").first, cell.locator(".noUi-handle").first
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


def start(playwright):
    """A Chromium: the system's, or the one Playwright has installed; None without."""
    own = playwright.chromium.executable_path
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    found = found or (own if Path(own).exists() else None)
    options = ["--no-sandbox", "--disable-gpu"]
    return found and playwright.chromium.launch(executable_path=found, args=options)


@pytest.mark.browser
def test_notebook_00(tmp_path, record_property):
    def skip(reason):
        record_property("summary", ["NOT TESTED", f"the lab in a browser: {reason}"])
        pytest.skip(reason)

    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        skip("Playwright is not installed")
    with sync_playwright() as playwright:
        browser = start(playwright)
        if browser is None:
            skip("there is no Chromium")
        with browser, lab(tmp_path) as address:
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
