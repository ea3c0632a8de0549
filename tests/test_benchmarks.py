"""The benchmarks run, at tiny sizes, and report in the form that the table needs."""

import re

import nbformat
import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

import benchmarks.__main__ as bench
from benchmarks import slider_speed, timing
from tests import sample

PICTURE = """
from helpers.explore import Picture, explore
from helpers.plots import figure

fig, ax = figure()
dot, = ax.plot([0], [0], "o")
picture = Picture(fig, (dot,), lambda x, y: dot.set_data([x], [len(y)]))
"""
SLIDERS = """
frames = [{"x": 0.1, "y": "low"}]
box = explore(picture, "A dot.", frames, x=(0.0, 1.0, 0.1, "x"), y=(["low", "high"], "y"))
"""


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """In the place of the first notebook, one with two sliders of a dot."""
    cells = [
        sample.code("build", PICTURE),
        sample.code("slide", SLIDERS, "explore"),
    ]
    path = sample.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "00_tiny.ipynb")
    monkeypatch.setattr(slider_speed, "main_notebooks", lambda: [path])
    return path


@pytest.fixture
def without_a_shell():
    """Later tests in this process find none: with one, `display` prints."""
    yield
    InteractiveShell.clear_instance()


@pytest.mark.slow
@pytest.mark.usefixtures("without_a_shell")
@pytest.mark.parametrize("name", bench.modules())
def test_each_module_measures(name, tiny, capsys):
    if "browser" in name:
        pytest.importorskip("playwright", reason="Playwright is not installed")
    rows = bench.measure([name], quick=True)
    if "no Chromium" in capsys.readouterr().err:
        pytest.skip("there is no Chromium")
    assert rows
    for row in rows:
        assert set(row) == {"what", "ratio", "low", "high", "goal", "note"}
        assert re.fullmatch(r"([<>]= \d+(\.\d+)?)?", row["goal"])
        assert 0 <= row["low"] <= row["high"] and 0 <= row["ratio"] < np.inf
        assert row["what"] and row["note"]
        assert bench.met(row) in ((None,) if not row["goal"] else (True, False))


def test_the_losses_that_are_compared_agree():
    """The agreement that the notes print, on both sides of the pairs that must be equal."""
    from benchmarks import backtest_speed, linear_speed, sweep_speed

    df, names = backtest_speed.table(20)
    one = backtest_speed.plain_loop(df, names, 20), backtest_speed.ours(df, names, 20)
    batches = linear_speed.data(20)
    two = linear_speed.plain_loop(batches), linear_speed.ours(batches)
    np.testing.assert_allclose(*one, rtol=1e-9)
    np.testing.assert_allclose(*two, rtol=1e-8)
    assert len(one[0]) == len(two[0]) == 10
    assert sweep_speed.plain(0, 15, 3) != sweep_speed.plain(1, 15, 3)


def test_paired_takes_turns_and_drops_the_warm_up():
    calls = []
    results, times = timing.paired(
        lambda: calls.append("a") or len(calls), lambda: calls.append("b"), repeats=3, warm_up=2
    )
    assert calls == ["a", "b"] * 5 and results == (9, None)
    assert times.shape == (3, 2) and (times >= 0).all()


def test_a_row_has_the_median_and_the_spread():
    row = timing.row("what", np.arange(101), ">= 40", "note")
    assert (row["low"], row["ratio"], row["high"]) == (5, 50, 95)
    single = timing.row("what", 3.0, "<= 2")
    assert single["low"] == single["ratio"] == single["high"] == 3


@pytest.mark.parametrize(
    ("ratio", "goal", "said"),
    [
        (41, ">= 40", "met"),
        (40, ">= 40", "met"),
        (30, ">= 40", "missed by 25%"),
        (0.2, "<= 0.2", "met"),
        (0.25, "<= 0.2", "missed by 25%"),
        (0.6, "<= 0.2", "missed: 3.0 x"),
        (7, "", ""),
    ],
)
def test_the_verdict(ratio, goal, said):
    assert bench.verdict(timing.row("what", ratio, goal)) == said


def test_the_table_goes_into_the_readme(tmp_path, monkeypatch, capsys):
    readme = tmp_path / "README.md"
    readme.write_text("# Benchmarks\n\nwords\n\n## Results\n\nold\n")
    rows = [timing.row("this | that", [1, 2, 3], ">= 40", "a note")]
    monkeypatch.setattr(bench, "README", readme)
    monkeypatch.setattr(bench, "measure", lambda names, quick: rows)
    bench.main(["--quick"])
    bench.main(["backtest"])
    assert readme.read_text().endswith("old\n")
    bench.main([])
    text = readme.read_text()
    assert text.startswith("# Benchmarks\n\nwords\n\n## Results\n\n") and "old" not in text
    assert "| this / that | 2 [1.1 to 2.9] | at least 40 | missed by 95% | a note |" in text
    assert text.rstrip() in capsys.readouterr().out + text


def test_the_machine_is_named_without_its_host():
    import socket

    host = socket.gethostname()
    assert host not in bench.machine() and "/" not in bench.machine()


def test_a_word_that_names_no_module_is_refused():
    with pytest.raises(SystemExit, match="no module here contains nonsense"):
        bench.main(["nonsense"])
