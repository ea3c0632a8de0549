"""The measure of what is cut off, on boxes whose answer is known, in Chromium."""

import pytest

from tests.browser.cut import cut_off

BAR = '<p style="width: 300px; height: 50px">bar</p>'
LABEL = "overflow: hidden; text-overflow: ellipsis; white-space: nowrap"
PICTURE = """<img alt="picture" style="width: 300px; {}" src="data:image/svg+xml,
<svg xmlns='http://www.w3.org/2000/svg' width='60' height='30'/>">"""


def box(style, inner=BAR):
    return f'<div class="box" style="width: 200px; {style}">{inner}</div>'


CASES = {
    "fits": (box("overflow: hidden", BAR.replace("300", "200")), []),
    "too wide": (box("overflow: hidden"), ['p "bar" is cut by .box (100 px, X)']),
    "clipped": (box("overflow: clip"), ["(100 px, X)"]),
    "too high": (box("overflow: auto hidden; height: 30px"), ["(20 px, Y)"]),
    "scrolls": (box("overflow: auto; height: 30px"), []),
    "before the start": (
        box("overflow: auto", '<p style="position: relative; left: -60px">bar</p>'),
        ["(60 px, X)"],
    ),
    "the scroller is cut": (
        box("overflow: hidden", box("overflow: auto; width: 250px")),
        ["(50 px, X)"],
    ),
    "a scroller without room": (box("overflow: auto; height: 0"), ['p "bar" is cut']),
    "dots for the rest": (
        f'<p style="width: 90px; {LABEL}">a label that is too long for its place</p>',
        ['p "a label that is too long for its place" is cut by its own box'],
    ),
    "not displayed": (box("overflow: hidden; display: none"), []),
    "no frame": (box(""), []),
    "picture": (PICTURE.format(""), []),
    "squeezed": (PICTURE.format("height: 80px"), ["is squeezed to 300 x 80 px"]),
    "wide page": ('<div style="width: 900px">wide</div>', ["100 px to scroll sideways"]),
    "outside": (
        '<p style="width: 900px">bar</p>',
        ["leaves the window (X)", "100 px to scroll sideways"],
    ),
}


@pytest.mark.browser
@pytest.mark.parametrize("case", CASES)
def test_what_is_cut_is_found(case, browser):
    html, words = CASES[case]
    page = browser.new_page(viewport={"width": 800, "height": 600})
    page.set_content(f"<style>body, p {{ margin: 0 }}</style><main>{html}</main>")
    page.locator("img").evaluate_all("all => Promise.all(all.map(img => img.decode()))")
    found = [said for _, said in cut_off(page, "main")]
    page.close()
    assert len(found) == len(words), found
    assert all(word in said for word, said in zip(words, found, strict=True)), found
