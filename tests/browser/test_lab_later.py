"""The second half of the notebooks in JupyterLab, in Chromium."""

import pytest

from tests.browser.walk import LATER, opened, walk
from tests.notebooks import name_of


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("path", LATER, ids=name_of)
def test_notebook(path, browser, address):
    with opened(browser, address, path) as page:
        walk(page, path)
