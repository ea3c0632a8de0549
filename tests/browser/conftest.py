"""The browser of a test, or the reason why it is skipped."""

import pytest

from tests.browser.lab import lab, start


@pytest.fixture(scope="module")
def started():
    """A Chromium for the tests of one file, or in words what is missing."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        yield "Playwright is not installed"
        return
    with sync_playwright() as playwright:
        browser = start(playwright)
        if browser is None:
            yield "there is no Chromium"
            return
        with browser:
            yield browser


@pytest.fixture
def browser(started, request, record_property):
    """A Chromium; without one the test is skipped, and the summary says so."""
    if isinstance(started, str):
        record_property("summary", ["NOT TESTED", f"{request.module.__doc__} ({started})"])
        pytest.skip(started)
    return started


@pytest.fixture(scope="module")
def address(started, tmp_path_factory):
    """The address at which JupyterLab opens, for the tests of one file."""
    if isinstance(started, str):
        yield None
        return
    with lab(tmp_path_factory.mktemp("lab")) as address:
        yield address
