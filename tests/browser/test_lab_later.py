"""The second half of the notebooks in JupyterLab, in Chromium."""

import pytest

from tests import sample
from tests.browser.lab import lab, run_all
from tests.browser.walk import LATER, opened, walk
from tests.notebooks import load, name_of


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("path", LATER, ids=name_of)
def test_notebook(path, browser, address):
    with opened(browser, address, path) as page:
        walk(page, path)


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(
    "source, words",
    [
        ("import warnings\nwarnings.warn('careful')", "second: .*careful"),
        ("1 / 0", "second: (.|\n)*ZeroDivisionError"),
    ],
)
def test_a_complaint_is_found(source, words, browser, tmp_path):
    cells = [sample.code("first", "1"), sample.code("second", source), sample.code("third", "2")]
    notebook = sample.notebook(*cells)
    notebook.metadata = load(LATER[0]).metadata  # which kernel: JupyterLab would ask
    with lab(tmp_path) as address:
        path = tmp_path / "notebooks" / "00_tiny.ipynb"
        path = sample.write(notebook, path)
        with opened(browser, address, path) as page:
            with pytest.raises(AssertionError, match=words):
                run_all(page, load(path).cells)
