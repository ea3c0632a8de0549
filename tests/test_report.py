"""The report: complete, escaped, on its own, and written whole or not at all."""

import dataclasses
import os
import re
import sys
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from helpers import pictures_own, report
from helpers.messages import Stop, plainly
from helpers.own_data import compare, prepare
from helpers.report import periods, write_report
from helpers.verdict import verdict
from tests.own_files import Lines, classes, simulated

NASTY = "<script>alert('x')</script>"


def made(table, target="y", estimator=None, **settings):
    study = prepare(table, None, "ts", target, period="month", estimator=estimator, **settings)
    results = compare(study)
    return study, results, verdict(study, results)


@pytest.fixture(scope="module")
def numbers():
    return made(simulated("cure", 1), estimator=Lines())


@pytest.fixture(scope="module")
def nasty():
    """Names and values of a file, its metric, and a category, with HTML, quotes and formulas."""
    table = classes("cure", 2, periods=20, rows=40)
    rng = np.random.default_rng(0)
    table['"><img src=x onerror=alert(1)>'] = pd.Categorical(
        rng.choice([NASTY, "a & b", "$x_{", "naïve 数据 \U0001f600"], len(table))
    )
    table["cost in $ and $"] = rng.normal(size=len(table))
    table["stuck"] = 1
    return made(table.rename(columns={"x1": NASTY, "y": "<b>y</b> & $"}), "<b>y</b> & $")


class Page(HTMLParser):
    """The tags of a page with their attributes, and its text. Each tag must be closed."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text, self._open = [], "", []
        self.feed(text)
        assert not self._open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("img", "meta"):
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open and self._open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def named(self, name):
        return [attributes for tag, attributes in self.tags if tag == name]


@pytest.mark.parametrize("which", ["numbers", "nasty"])
def test_it_is_one_page_that_needs_nothing_else(which, request, tmp_path):
    path = write_report(*request.getfixturevalue(which), tmp_path / "report.html")
    text = path.read_text(encoding="utf-8")
    page = Page(text)
    allowed = "html head meta title style body h1 h2 div p strong ul li table tr th td img".split()
    assert {tag for tag, _ in page.tags} == set(allowed)
    for tag, attributes in page.tags:
        assert set(attributes) <= {"lang", "charset", "http-equiv", "content", "name", "class",
                                   "src", "alt", "scope", "tabindex"}, tag  # fmt: skip
    assert all(a["src"].startswith("data:image/png;base64,") for a in page.named("img"))
    assert all(a["scope"] in ("col", "row") for a in page.named("th"))
    assert page.named("html") == [{"lang": "en"}] and len(page.named("h1")) == 1
    assert all(len(a["alt"]) > 20 for a in page.named("img"))
    assert not re.search(r"https?:", re.sub(r"base64,[^\"]*", "", text))
    assert "default-src 'none'" in page.named("meta")[1]["content"]
    assert len(text) < 1_500_000
    assert os.listdir(tmp_path) == ["report.html"]


def test_names_and_values_are_shown_as_text(nasty, tmp_path):
    study, results, words = nasty
    text = write_report(*nasty, tmp_path / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    assert not page.named("script") and not page.named("b")
    assert all("onerror" not in attributes for _, attributes in page.tags)
    for name in [NASTY, "<b>y</b> & $", '"><img src=x onerror=alert(1)>', "cost in $ and $"]:
        assert name in page.text
    assert any("stuck" in warning for warning in study.warnings)
    assert any("<b>y</b> & $" in picture["alt"] for picture in page.named("img"))


def test_it_says_all_that_was_found(numbers, tmp_path):
    study, results, words = numbers
    page = Page(write_report(*numbers, tmp_path / "report.html").read_text(encoding="utf-8"))
    assert words.headline in page.text
    for sentence in [*words.sentences, *results.checks, study.why, report.PRIVATE]:
        assert sentence in page.text
    for name in [*results.table.index, *words.numbers.index, *study.features, "numpy", "Lines"]:
        assert name in page.text
    assert f"{results.table.loc['frozen', 'later']:,.4g}" in page.text
    assert f"{words.numbers.loc['frozen - chosen', 'low']:,.4g}" in page.text
    for _, rows, what in study.read_report.itertuples(index=False):
        assert f"{rows:,}" in page.text and what in page.text
    alts = [picture["alt"] for picture in page.named("img")]
    assert len(alts) == 4 and all(len(alt) > 20 for alt in alts)


def test_too_little_data_is_a_report_as_well(tmp_path):
    found = made(simulated("cure", 1, periods=6), estimator=Lines())
    assert found[2].kind == "too little data"
    page = Page(write_report(*found, tmp_path / "report.html").read_text(encoding="utf-8"))
    assert found[2].headline in page.text and "Nothing was compared" in page.text
    picture, prices = pictures_own.price_picture(*found[:2])
    picture.update(prices[-1])


def test_periods_add_up(numbers):
    study = numbers[0]
    found = periods(study)
    assert found["rows"].sum() == len(study.batches.y)
    assert found["periods"].sum() == len(study.batches)
    assert found.loc["to judge by", "from"] == str(study.batches.when[study.split])[:10]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_a_report_can_be_read_by_all_and_run_by_none(tmp_path):
    report.write_whole("page", tmp_path / "report.html")
    assert (tmp_path / "report.html").stat().st_mode & 0o777 == 0o644


def test_an_older_report_is_replaced(numbers, tmp_path):
    path = tmp_path / "report.html"
    path.write_text("old")
    assert write_report(*numbers, path) == path
    assert "old" not in path.read_text(encoding="utf-8")[:20]


def test_relative_paths_count_from_the_working_folder(numbers, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert write_report(*numbers, "é ü.html") == tmp_path / "é ü.html"


@pytest.mark.parametrize(
    ("path", "error", "message"),
    [
        (5, TypeError, "path must be a file name; got int"),
        ("report.csv", ValueError, "path must end in .html"),
        ("none/report.html", FileNotFoundError, "there is no folder"),
        ("folder.html", IsADirectoryError, "is a folder"),
    ],
)
def test_bad_paths(numbers, tmp_path, monkeypatch, path, error, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(error, match=re.escape(message)):
        write_report(*numbers, path)


@pytest.mark.parametrize("position", [0, 1, 2])
def test_bad_parts(numbers, tmp_path, position):
    parts = list(numbers)
    parts[position] = {}
    name = ["study", "results", "words"][position]
    with pytest.raises(TypeError, match=f"{name} must be a .*; got dict"):
        write_report(*parts, tmp_path / "report.html")
    assert not os.listdir(tmp_path)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of Linux")
def test_a_full_disk_leaves_what_was_there(numbers, tmp_path):
    """The system refuses to write more than 10 kB into a file, as on a full disk."""
    path = tmp_path / "report.html"
    path.write_text("old")
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with pytest.raises(OSError, match="page could not be written .* free some space"):
            write_report(*numbers, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_text() == "old" and os.listdir(tmp_path) == ["report.html"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a folder of Linux")
def test_a_folder_that_takes_no_files(numbers):
    with pytest.raises(OSError, match="path: the page could not be written into the folder"):
        write_report(*numbers, "/proc/self/report.html")


def test_tables_show_gaps_as_blanks_and_say_what_is_cut():
    table = pd.DataFrame(
        {"a": [1.23456, np.nan, 24567.8], "b": [1234, 2, 3], "c": ["<i>", 0, None]}
    )
    html = report._table(table)
    assert ">1.235<" in html and '"number"></td>' in html and ">1,234<" in html
    assert ">24,568<" in html
    assert "&lt;i&gt;" in html and "<i>" not in html
    assert "5 more rows" in report._table(pd.DataFrame({"a": range(report.MOST_ROWS + 5)}))


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.5, "0.500"), (1.2345, "1.23"), (0, "0.00"), (-123.4, "-123"), (24567.8, "24,568")],
)
def test_figures_fit_for_pictures(value, text):
    assert pictures_own.figures(value) == text


def test_names_fit_for_pictures():
    assert pictures_own.plain("a\n b\t$c$") == r"a b \$c\$"
    assert len(pictures_own.plain("x" * 500)) == pictures_own.LONGEST


def test_the_slider_chooses_as_the_comparison_does(numbers):
    """At the price of the study as its results say, and at another as a study with that price."""
    study, results, _ = numbers
    picture, prices = pictures_own.price_picture(study, results)
    mark = picture.moving[2]
    names = results.table.index[results.table["kind"].isin(["frozen", "retrain"])]
    for price in (0.0, prices[8]):
        other = compare(dataclasses.replace(study, price=price))
        picture.update(price)
        assert names[::-1][int(mark.get_ydata()[0])] == other.chosen
        costs = other.table.loc[names, "later"].to_numpy()
        assert np.allclose(picture.moving[1].get_xdata(), costs)


def test_the_slider_leaves_no_dot_outside(numbers):
    picture, prices = pictures_own.price_picture(*numbers[:2])
    low, high = picture.fig.axes[0].get_xlim()
    for price in (prices[0], prices[5], prices[-1]):
        picture.update(price)
        for dots in picture.moving[:3]:
            assert low < min(dots.get_xdata()) and max(dots.get_xdata()) < high


def test_plainly_says_the_message_only():
    for error in (ValueError("no column"), TypeError("no column"), OSError(28, "no column")):
        with pytest.raises(Stop, match="^The file: no column$"), plainly("The file"):
            raise error
    with pytest.raises(KeyError), plainly("The file"):
        raise KeyError("a fault of ours keeps its traceback")
    assert Stop("once")._render_traceback_() == ["once"]
