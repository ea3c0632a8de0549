"""The report in Chromium: scripts off, it shows pictures and tables, and fetches nothing."""

import pytest

from helpers.report import write_report
from tests.test_report import NASTY, Page, made, nasty  # noqa: F401 (a fixture)


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [False, True])
def test_report(nasty, scripts, tmp_path, browser):  # noqa: F811
    path = write_report(*nasty, tmp_path / "report é.html")
    page_text = Page(path.read_text(encoding="utf-8"))
    context = browser.new_context(java_script_enabled=scripts, offline=True)
    page = context.new_page()
    dialogs, fetched, complaints = [], [], []
    page.on("dialog", lambda dialog: dialogs.append(dialog.dismiss()))
    page.on("request", lambda request: fetched.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(path.as_uri())
    look(page, page_text)
    assert not dialogs and not complaints
    assert {url.partition(":")[0] for url in fetched} <= {"file", "data"}
    assert sum(url.startswith("file") for url in fetched) == 1
    context.close()


def look(page, text):
    """What a reader sees: every picture in its size, every table with its rows."""
    pictures, tables = page.locator("img"), page.locator("table")
    assert pictures.count() == len(text.named("img")) >= 4
    for i in range(pictures.count()):
        box = pictures.nth(i).bounding_box()
        assert box["width"] > 300 and box["height"] > 50
        assert pictures.nth(i).get_attribute("alt")
    assert tables.count() == len(text.named("table")) >= 6
    assert page.locator("tr").count() == len(text.named("tr"))
    assert page.locator(".verdict").inner_text().strip()
    assert page.get_by_text(NASTY, exact=True).first.is_visible()
    assert page.get_by_text("No data left this machine").is_visible()
