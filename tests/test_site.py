"""The pages of ``tasks.py site``: complete, linked, searchable, and nothing from a network."""

import json
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.notebooks import (
    code_cells,
    every_notebook,
    exercises,
    load,
    main_notebooks,
    name_of,
    pictures,
    solution_notebooks,
    tags,
)

ROOT = Path(__file__).resolve().parent.parent
EMPTY = {"img", "br", "hr", "input", "link", "meta", "source", "col", "wbr"}
FETCHED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}
NOT_PROSE = {"script", "style", "pre", "code", "title"}


class Page(HTMLParser):
    """Tags with attributes, the text of the outputs, and the text outside code and formulas."""

    def __init__(self, path):
        super().__init__()
        self.path, self.tags, self.open = path, [], []
        self.prose, self.outputs, self.math = "", "", 0
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        attrs = {name: value or "" for name, value in attrs}
        self.tags.append((tag, attrs))
        classes = set(attrs.get("class", "").split())
        self.math += "math" in classes
        if tag not in EMPTY:
            self.open.append((tag, classes))

    def handle_endtag(self, tag):
        for i in reversed(range(len(self.open))):
            if self.open[i][0] == tag:
                del self.open[i:]
                return

    def handle_data(self, data):
        classes = set().union(*(c for _, c in self.open))
        if "cell_output" in classes:
            self.outputs += data
        if "math" not in classes and not NOT_PROSE & {tag for tag, _ in self.open}:
            self.prose += data

    def values(self, tag, name):
        return [attrs[name] for t, attrs in self.tags if t == tag and name in attrs]

    def ids(self):
        return {attrs["id"] for _, attrs in self.tags if "id" in attrs}


def build(folder, site=ROOT / "site"):
    """Build the pages in `folder` as ``tasks.py site`` does."""
    command = [sys.executable, str(site / "build.py"), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    """The folder of the pages, and what was said when they were built."""
    folder = tmp_path_factory.mktemp("site") / "html"
    before = os.times()
    done = build(folder)
    after = os.times()
    assert done.returncode == 0, done.stderr
    cpu = sum(after[2:4]) - sum(before[2:4])
    return folder, done, cpu


@pytest.fixture(scope="module")
def pages(html):
    """Path from the folder of the pages -> page."""
    return {p.relative_to(html[0]).as_posix(): Page(p) for p in html[0].rglob("*.html")}


def page_of(pages, path):
    return pages[f"notebooks/{name_of(path)}.html"]


def addresses(page):
    """Every address on a page."""
    return page.values("a", "href") + [
        address for tag, name in FETCHED.items() for address in page.values(tag, name)
    ]


pytestmark = pytest.mark.slow


def test_it_is_built_without_a_warning_in_a_minute(html, pages, record_property):
    folder, done, cpu = html
    assert "WARNING" not in done.stderr and "WARNING" not in done.stdout
    assert cpu < 60
    megabytes = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e6
    links = sum(len(addresses(page)) for page in pages.values())
    line = f"{len(pages)} pages, {links} links, {megabytes:.0f} MB, {cpu:.0f} s of CPU"
    record_property("summary", ["pages to read without a kernel", line])


@pytest.mark.parametrize("path", every_notebook(), ids=name_of)
def test_a_page_holds_every_picture_with_its_alternative_and_every_result(pages, path):
    notebook, page = load(path), page_of(pages, path)
    shown = [o.data["text/plain"] for c in code_cells(notebook) for o in pictures(c)]
    assert page.values("img", "alt") == [" ".join(alt.split()) for alt in shown]
    assert all(shown)
    for alt in shown:
        assert alt not in page.outputs  # not a second time, as text
    for cell in code_cells(notebook):
        if cell.id != "progress" and not {"exercise", "nbval-skip"} & tags(cell):
            for output in cell.outputs:
                if output.output_type == "stream":
                    assert output.text.strip() in page.outputs, cell.id
    for exercise in exercises(notebook):
        assert f"A solution to {exercise}" in page.prose
    tables = [
        o
        for c in code_cells(notebook)
        for o in c.outputs
        if "<table" in o.get("data", {}).get("text/html", "")
    ]
    frames = [c for c in page.values("table", "class") if "dataframe" in c.split()]
    assert len(frames) == len(tables)


def test_every_link_within_leads_to_a_file_and_a_place_in_it(html, pages):
    folder, checked = html[0], 0
    for name, page in pages.items():
        for address in addresses(page):
            if re.match(r"(https?|mailto):", address):
                continue
            path, _, anchor = address.partition("#")
            there = (folder / name).parent / unquote(path.partition("?")[0])
            target = there.resolve() if path else folder / name
            assert target.is_file(), (name, address)
            if anchor:
                found = pages[target.relative_to(folder.resolve()).as_posix()] if path else page
                assert unquote(anchor) in found.ids(), (name, address)
            checked += 1
    assert checked > 1000


def test_nothing_comes_from_a_network(html, pages):
    for name, page in pages.items():
        for tag, attribute in FETCHED.items():
            for address in page.values(tag, attribute):
                assert not re.match(r"(https?:)?//", address), (name, address)
    sheets = list(html[0].rglob("*.css"))
    assert sheets
    for sheet in sheets:
        text = sheet.read_text(encoding="utf-8")
        assert not re.search(r"(url\(|@import)[\s\"'(]*(https?:)?//", text), sheet.name


def test_formulas_are_left_to_the_mathjax_that_is_there(html, pages):
    for name, page in pages.items():
        raw = re.search(r"\$[^$\n]+\$|\\\(|\\(frac|text|sqrt|sum|hat)\b", page.prose)
        # A sentence of the README may hold two prices, but no backslash.
        assert not raw or not name.startswith("notebooks"), (name, raw)
        scripts = [s for s in page.values("script", "src") if "tex-svg.js" in s]
        # Sphinx before 9 puts it on every page.
        assert bool(page.math) <= len(scripts) <= 1, name
    formulas = [page.math for name, page in pages.items() if "field_guide" in name]
    assert max(formulas) > 20
    assert (html[0] / "_static" / "tex-svg.js").stat().st_size > 1e6


def test_the_notebooks_follow_each_other_and_no_solution_comes_between(pages):
    def follow(page):
        return [a["href"] for t, a in page.tags if t == "link" and a.get("rel") == "next"]

    names = [f"notebooks/{name_of(path)}.html" for path in main_notebooks()]
    assert follow(pages["index.html"]) == names[:1]
    for name, following in zip(names, names[1:], strict=False):
        assert follow(pages[name]) == [Path(following).name]
    assert not re.search("solutions|answers", follow(pages[names[-1]])[0])
    side = [h for h in pages["index.html"].values("a", "href") if h in names]
    assert list(dict.fromkeys(side)) == names


def test_the_search_knows_the_last_notebook_and_no_solution(html):
    text = (html[0] / "searchindex.js").read_text(encoding="utf-8")
    index = json.loads(re.fullmatch(r"Search\.setIndex\((.*)\)\s*", text, re.DOTALL)[1])

    def where(word):
        places = [index[terms].get(word, []) for terms in ("terms", "titleterms")]
        flat = [i for at in places for i in ([at] if isinstance(at, int) else at)]
        return {index["docnames"][i] for i in flat}

    last = f"notebooks/{main_notebooks()[-1].stem}"
    assert last in where("runbook") and last in where("siegmund")
    apart = [name for name in index["docnames"] if "solutions/" in name or "answers" in name]
    assert len(apart) >= len(solution_notebooks())
    for word in [*index["terms"], *index["titleterms"]]:
        assert not where(word) & set(apart), word
    titled = {i for places in index["alltitles"].values() for i, _ in places}
    assert not {index["docnames"][i] for i in titled} & set(apart)


def test_what_needs_a_kernel_or_is_not_for_readers_is_left_out(html, pages):
    for name, page in pages.items():
        if name.startswith("notebooks"):
            text = page.path.read_text(encoding="utf-8")
            assert "google.colab" not in text and "show_progress" not in text, name
            assert "claim:" not in text, name
    here = [str(ROOT), str(html[0].parent), str(Path.home()) + os.sep, "file:///", "/tmp" + "/"]
    for path in html[0].rglob("*"):
        if path.suffix in {".html", ".js", ".css", ".txt"} and path.name != "tex-svg.js":
            text = path.read_text(encoding="utf-8")
            assert not [place for place in here if place in text], path.name


def small(folder, link):
    """The site of a repository with one notebook, whose README holds a link."""
    shutil.copytree(ROOT / "site", folder / "site", ignore=shutil.ignore_patterns("html"))
    for path in (main_notebooks()[-1], solution_notebooks()[-1]):
        copy = folder / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            if cell["cell_type"] == "markdown":  # links to notebooks that are not here
                cell["source"] = re.sub(r"\]\(\d\d_[^)]*\)", "]", "".join(cell["source"]))
        copy.write_text(json.dumps(notebook), encoding="utf-8")
    (folder / "README.md").write_text(f"# Title\n\n## A part\n\nA [link]({link}).\n", "utf-8")
    return folder / "site"


@pytest.mark.parametrize(
    ("link", "works"),
    [
        ("notebooks/12_field_guide.ipynb#Symptom,-cause,-remedy", True),
        ("notebooks/12_field_guide.ipynb#No-such-part", False),
        ("notebooks/13_none.ipynb", False),
        ("#no-such-part", False),
    ],
)
def test_a_broken_link_stops_the_build_and_the_old_pages_stay(tmp_path, link, works):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "old.html").touch()
    done = build(tmp_path / "out", small(tmp_path, link))
    assert (done.returncode == 0) == works, done.stderr
    assert (tmp_path / "out" / "old.html").exists() != works
    assert works or "README" in done.stderr or "index.md" in done.stderr
