"""Walk through a notebook in JupyterLab: run it, move its sliders, change the size of the page."""

import re
from contextlib import contextmanager

from tests.browser.cut import cut_off
from tests.browser.lab import SECONDS, run_all, stop_kernels, wait_for
from tests.notebooks import load, main_notebooks, tags

EARLIER, LATER = main_notebooks()[:6], main_notebooks()[6:]  # the tests of a file run in a row
DESK, SMALL = (1400, 1000, 1), (1024, 768, 1)
PROJECTOR = (640, 360, 2)  # 1280 x 720 pixels at 200%
FILLED = """width => innerWidth === width
    && document.querySelector(".jp-LabShell").clientWidth === width"""
PIXELS = """async image => {
    await image.decode().catch(() => null);
    const {naturalWidth: width, naturalHeight: height} = image;
    if (!width) return null;
    const pen = new OffscreenCanvas(width, height).getContext("2d");
    pen.drawImage(image, 0, 0);
    let sum = width;
    for (const value of pen.getImageData(0, 0, width, height).data) sum = (sum * 31 + value) | 0;
    return sum;
}"""


@contextmanager
def opened(browser, address, path):
    """A page of its own with the notebook `path` in JupyterLab; its kernel is shut down after."""
    context = browser.new_context(no_viewport=True)
    page = context.new_page()
    resize(page, DESK)
    # A workspace of its own: JupyterLab would open the notebooks of the last one beside it.
    address = address.replace("/lab/tree", f"/lab/workspaces/{path.stem}/tree")
    page.goto(re.sub(r"\d\d_\w+\.ipynb", path.name, address))
    cells = page.locator(".jp-Notebook .jp-Cell")
    wait_for(lambda: cells.count() == len(load(path).cells), f"the cells of {path.stem}")
    yield page
    stop_kernels(address)
    context.close()


def resize(page, size):
    """Give the page a width and a height in CSS pixels, and a number of pixels for each."""
    width, height, scale = size
    page.context.new_cdp_session(page).send(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False},
    )


def walk(page, path):
    """Run All, every slider, then every size; messages name the notebook and the cell."""
    notebook = load(path)
    run_all(page, notebook.cells)
    for i, cell in enumerate(notebook.cells):
        if "explore" in tags(cell):
            move_sliders(page.locator(".jp-Notebook .jp-Cell").nth(i), f"{path.stem}, {cell.id}")
    for size, with_list in [(DESK, True), (SMALL, True), (PROJECTOR, True), (PROJECTOR, False)]:
        resize(page, size)
        if not with_list:
            page.keyboard.press("ControlOrMeta+b")
            page.locator("#jp-left-stack").wait_for(state="hidden", timeout=60 * SECONDS)
        page.wait_for_function(FILLED, arg=size[0], timeout=60 * SECONDS)
        at_rest(lambda: page.locator(".jp-WindowedPanel-inner").bounding_box())
        said = [
            f"{notebook.cells[i].id if i >= 0 else 'the notebook'}: {words}"
            for i, words in cut_off(page, ".jp-Notebook")
        ]
        width, height, scale = size
        where = f"{path.stem} at {width} x {height} CSS pixels, {scale:.0%}"
        assert not said, "\n".join([where, *said])


def move_sliders(cell, name):
    """The arrow keys on each of a cell's sliders change its picture, and Reset brings it back."""
    image, handles = cell.locator(".jupyter-widgets img"), cell.locator(".noUi-handle")

    def picture():
        return image.evaluate(PIXELS)

    first = at_rest(picture)
    for i, handle in enumerate(handles.all()):
        now, high = (float(handle.get_attribute(f"aria-value{of}")) for of in ("now", "max"))
        handle.focus()
        for _ in range(3):
            handle.press("ArrowRight" if now < high else "ArrowLeft")
        which = f"{name}, slider {i + 1}"
        wait_for(lambda: picture() != first, f"another picture of {which}", seconds=20)
        at_rest(picture)
        assert not cell.get_by_text("No picture for").is_visible(), which
        cell.get_by_role("button", name="Reset").click()
        wait_for(lambda: picture() == first, f"the first picture of {which}", seconds=20)


def at_rest(look):
    """What `look` returns as soon as it is the same twice, and something."""
    seen = []

    def same():
        seen.append(look())
        return len(seen) > 1 and seen[-1] == seen[-2] is not None

    wait_for(same, "a page at rest")
    return seen[-1]
