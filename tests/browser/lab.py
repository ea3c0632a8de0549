"""JupyterLab in Chromium: start both, open a notebook, run it."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from tests.notebooks import NOTEBOOKS, tags

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
COMPLAINTS = ", ".join(
    f"[data-mime-type='application/vnd.jupyter.{kind}']" for kind in ("error", "stderr")
)


def wait_for(condition, what, seconds=60):
    """Return the first true value of `condition()`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.2)
    pytest.fail(f"waited {seconds} s for {what}")


def start(playwright):
    """A Chromium: the system's, or the one Playwright has installed; None without."""
    own = playwright.chromium.executable_path
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    found = found or (own if Path(own).exists() else None)
    options = ["--no-sandbox", "--disable-gpu"]
    return found and playwright.chromium.launch(executable_path=found, args=options)


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
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            server.wait(timeout=30)


def stop_kernels(address):
    """Shut every kernel down, as a server does that is stopped."""
    base, token = address.split("/lab")[0], re.search(r"token=(\w+)", address)
    headers = {"Authorization": f"token {token[1]}"} if token else {}

    def ask(path, method):
        request = urllib.request.Request(base + path, headers=headers, method=method)
        return urllib.request.urlopen(request).read()

    for session in json.loads(ask("/api/sessions", "GET")):
        ask(f"/api/sessions/{session['id']}", "DELETE")


def run_all(page, cells):
    """Run All from the menu; wait until every code cell has run, without complaint, and the
    sliders stand."""
    page.get_by_text(re.compile(r"^Python 3.* \| Idle$")).wait_for(timeout=60 * SECONDS)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    prompts = page.locator(".jp-CodeCell .jp-InputPrompt")

    shown = page.locator(".jp-Notebook .jp-Cell")

    def counted():
        return all(re.fullmatch(r"\[\d+\]:", text) for text in prompts.all_text_contents())

    def complaints():
        return [
            f"{cell.id}: {text}"
            for i, cell in enumerate(cells)
            for text in shown.nth(i).locator(COMPLAINTS).all_inner_texts()
        ]

    assert prompts.count() == sum(cell.cell_type == "code" for cell in cells)
    # After an error the cells below it never run.
    wait_for(lambda: counted() or page.locator(COMPLAINTS).count(), "the last cell", seconds=240)
    assert not complaints(), "\n".join(complaints())
    for i, cell in enumerate(cells):
        if "explore" in tags(cell):
            shown.nth(i).locator(".noUi-handle").first.wait_for(timeout=60 * SECONDS)
    assert not complaints(), "\n".join(complaints())
