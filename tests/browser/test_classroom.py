"""A class's page in Chromium: forty people fit, nothing is fetched, and it can be enlarged."""

import json

import pytest

from helpers.classroom import write_class
from tests.test_report import NASTY

PEOPLE = 40


@pytest.fixture
def path(tmp_path):
    """The page of forty people who have tried three exercises and predicted two things."""
    when = "2026-01-01T10:00:00+00:00"
    for i in range(PEOPLE):
        lines = [
            {"check": f"01.{n}", "verdict": "right" if (i + n) % 3 else "not yet", "said": NASTY}
            for n in (1, 2, 3)
        ]
        for key, guess, truth in [
            ("01.r2-on-new-rows", i / 40, -13.6),
            ("01.worst-model", ["tree", "line", NASTY][i % 3], "degree 5"),
        ]:
            lines.append({"guess": key, "what": f"{key} {NASTY}", "guessed": guess, "truth": truth})
        rows = [json.dumps(line | {"when": when}) for line in lines]
        (tmp_path / f"Person {i}.jsonl").write_text("\n".join(rows), encoding="utf-8")
    return write_class(tmp_path)


@pytest.mark.browser
@pytest.mark.parametrize("zoom", [1, 2])
def test_class_page(path, zoom, browser):
    size = {"width": 1280 // zoom, "height": 800 // zoom}
    context = browser.new_context(viewport=size, device_scale_factor=zoom, offline=True)
    page = context.new_page()
    dialogs, fetched, complaints = [], [], []
    page.on("dialog", lambda dialog: dialogs.append(dialog.dismiss()))
    page.on("request", lambda request: fetched.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(path.as_uri())
    assert not dialogs and not complaints
    assert [url for url in fetched if not url.startswith("data:")] == [path.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    table = page.locator("table")
    assert table.locator("tr").count() == 4
    assert table.locator("tr").nth(1).locator("td").count() == PEOPLE + 1
    if zoom == 1:  # everybody is on the projector
        assert table.bounding_box()["width"] <= size["width"]
    page.locator(".wide").focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    row = table.get_by_text("01.1", exact=True)
    page.wait_for_timeout(300)
    row.scroll_into_view_if_needed()
    assert 0 <= row.bounding_box()["x"] < 40  # what a row is about stays in sight
    pictures = page.locator("img")
    assert pictures.count() == 2
    for i in range(2):
        box = pictures.nth(i).bounding_box()
        assert 300 < box["width"] <= size["width"] and box["height"] > 50
    page.get_by_role("link", name="predictions").click()
    heading = page.get_by_role("heading", name="What did we predict?").bounding_box()
    assert page.url.endswith("#guesses") and -1 <= heading["y"] < size["height"] / 2
    context.close()
