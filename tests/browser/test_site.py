"""The pages of ``tasks.py site`` in Chromium, from the file system and from a plain server."""

import functools
import http.server
import threading
from contextlib import contextmanager

import pytest

from tests.notebooks import main_notebooks
from tests.test_site import html  # noqa: F401 (a fixture)


@contextmanager
def served(folder):
    """The address of a server that knows nothing but files."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("way", ["file", "server"])
def test_a_reader_searches_reads_and_goes_on(html, way, browser):  # noqa: F811
    with served(html[0]) as address:
        base = html[0].as_uri() if way == "file" else address
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        outside, complaints = [], []

        def only_within(route):
            inside = route.request.url.startswith((base, "data:"))
            if not inside:
                outside.append(route.request.url)
            return route.continue_() if inside else route.abort()

        page.route("**/*", only_within)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        look(page, base, way)
        page.close()
        assert not outside and not complaints


def look(page, base, way):
    """Search for a word, read a formula and a picture, and go to the next page."""
    page.goto(f"{base}/index.html")
    page.get_by_placeholder("Search").fill("staleness")
    page.keyboard.press("Enter")
    results = page.locator("ul.search li")
    results.nth(len(main_notebooks()) - 1).wait_for()
    assert not [link for link in page.locator("ul.search a").all() if is_answer(link)]
    if way == "server":  # a page opened as a file may not read the others
        results.locator("p.context").first.wait_for()

    page.goto(f"{base}/notebooks/00_start_here.html#four-terms")
    page.locator("mjx-container svg").first.wait_for()
    assert page.locator("mjx-merror").count() == 0
    page.locator("#four-terms").wait_for()
    page.wait_for_function("""
        Math.abs(document.getElementById("four-terms").getBoundingClientRect().top) < 120""")
    for picture in page.locator("article img").all():
        assert picture.evaluate("image => image.complete && image.naturalWidth") > 300

    page.locator("a.next-page").click()
    page.wait_for_url("**/01_the_line_that_was_right.html")

    page.set_viewport_size({"width": 390, "height": 844})  # a phone
    for path in main_notebooks():
        page.goto(f"{base}/notebooks/{path.stem}.html")
        page.wait_for_function("!window.MathJax || MathJax.startup?.promise")
        page.evaluate("window.MathJax && MathJax.startup.promise")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path.stem
        assert page.locator("mjx-merror").count() == 0, path.stem


def is_answer(link):
    """Whether a link leads to what is kept apart."""
    return any(word in link.get_attribute("href") for word in ("solutions", "answers"))
