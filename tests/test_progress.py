"""The reader's record: what is kept, what is not, and that nothing stops or disturbs a lesson."""

import ast
import json
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import progress
from helpers.exercises import MODULES, check, exercises_of, reveal, show_progress
from tests.exercises.harness import ODD
from tests.notebooks import code_cells, exercises, load, main_notebooks, tags, texts

ROOT = Path(__file__).parents[1]
BUDGET = {"floor": 1.0, "approximation": 0.5, "estimation": 0.3, "staleness": 0.056, "risk": 1.856}
NASTY = "<script>alert('x')</script>"


@pytest.fixture
def record(tmp_path, monkeypatch):
    """A reader's folder with no record yet, in a kernel that has just started."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WORKBOOK_PROGRESS")
    monkeypatch.setattr(progress, "_unwritten", {})
    return tmp_path / "progress.jsonl"


def lines(path):
    return [json.loads(row) for row in path.read_text(encoding="utf-8").splitlines()]


def answered(capsys, answer=0.056):
    """Check an answer to 00.1; what it printed must be one line, and nothing beside it."""
    check("00.1", answer, budget=BUDGET)
    out, err = capsys.readouterr()
    assert out.startswith("00.1: ") and out.count("\n") == 1 and err == ""


def no_space(*args, **kwargs):
    raise OSError(28, "No space left on device")


def test_a_verdict_and_a_guess_are_one_line_each(record, capsys):
    answered(capsys, 1.856)
    reveal("00.growth", 1.4, 3.4325, "risk over risk")
    verdict, guess = lines(record)
    assert list(verdict) == ["check", "verdict", "said", "when"]
    assert (verdict["check"], verdict["verdict"]) == ("00.1", "not yet")
    assert verdict["said"].startswith("That is the whole risk.")
    assert list(guess) == ["guess", "what", "guessed", "truth", "when"]
    assert (guess["guess"], guess["guessed"], guess["truth"]) == ("00.growth", 1.4, 3.4325)
    when = datetime.fromisoformat(guess["when"])
    assert when.utcoffset().total_seconds() == 0
    assert abs((datetime.now(UTC) - when).total_seconds()) < 60
    assert os.listdir(record.parent) == ["progress.jsonl"]


def test_what_was_not_attempted_is_not_kept(record, capsys):
    for answer in (..., None):
        check("00.1", answer, budget=BUDGET)
    check("00.2", lambda *given: ...)
    check("00.0", "ready")
    check("00.0", "not ready")
    reveal("00.growth", ..., 3.43, "risk over risk")
    reveal("02.four-mean-moves", [..., ...], "yes, no", "mean moves")
    reveal("02.four-mean-moves", [], "yes, no", "mean moves")
    assert not record.exists()
    printed = capsys.readouterr().out
    assert printed.count("no prediction recorded") == 3
    assert printed.count("not attempted yet") == 3


def test_a_list_that_is_filled_in_part_is_a_guess(record):
    reveal("02.four-mean-moves", ["yes", ..., ..., "no"], "yes, no, no, no", "mean moves")
    assert lines(record)[0]["guessed"] == "yes, ..., ..., no"


def test_the_same_again_is_not_kept_twice(record, capsys):
    for answer in (1.0, 1.0, 0.056, 0.056, 1.0):
        answered(capsys, answer)
        reveal("00.growth", answer, 3.43, "risk over risk")
        capsys.readouterr()
    assert [line["verdict"] for line in lines(record) if "check" in line] == [
        "not yet",
        "right",
        "not yet",
    ]
    assert [line["guessed"] for line in lines(record) if "guess" in line] == [1.0, 0.056, 1.0]


def test_what_was_right_once_stays_done(record, capsys):
    answered(capsys, 0.056)
    answered(capsys, 1.0)
    assert progress.done() == {"00.1"}
    show_progress("00")
    said = capsys.readouterr().out
    assert said.startswith("00: 1 of 2 checks done; to do: 00.2. Kept in progress.jsonl, beside ")
    check("00.2", lambda staleness, rows, cost: staleness * rows > cost)
    capsys.readouterr()
    show_progress("00")
    assert capsys.readouterr().out.startswith("00: all 2 checks done. ")
    show_progress()
    assert len(capsys.readouterr().out.splitlines()) == len(MODULES) + 1


def test_a_folder_that_may_not_be_written(record, capsys, monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # chmod does not stop an administrator
    answered(capsys)
    reveal("00.growth", 1.4, 3.43, "risk over risk")
    assert capsys.readouterr().err == ""
    show_progress("00")
    said = capsys.readouterr().out
    assert said.startswith("00: 1 of 2 checks done") and "cannot be written" in said
    monkeypatch.undo()
    assert not record.exists()


def test_a_full_disk_loses_nothing_once_there_is_space(record, capsys, monkeypatch):
    with monkeypatch.context() as full:
        full.setattr(progress, "_append", no_space)
        answered(capsys, 1.0)
        answered(capsys, 0.056)
        assert progress.done() == {"00.1"} and not record.exists()
    reveal("00.growth", 1.4, 3.43, "risk over risk")
    assert [line.get("verdict") for line in lines(record)] == ["not yet", "right", None]
    assert progress.where().startswith("Kept in")


def test_a_write_that_was_cut_short_is_mended(record, capsys, monkeypatch):
    """A disk that fills up in the middle of a line."""
    answered(capsys, 1.0)
    whole = record.read_bytes()
    record.write_bytes(whole + whole[:25])
    answered(capsys, 0.056)
    found, odd = progress.read(record)
    assert [line["verdict"] for line in found] == ["not yet", "right"] and odd == 1
    assert progress.where().endswith("lines of it that were not understood: 1.")


@pytest.mark.parametrize(
    "odd",
    [
        b"no JSON",
        b"[1, 2]",
        b"null",
        b"\xff\xfe\x00",
        b'{"check": "01.1"}',
        b'{"check": 1, "verdict": "right", "said": ""}',
        b'{"check": "01.1", "verdict": "perfect", "said": ""}',
        b'{"guess": "01.a", "what": "b"}',
        b'{"guess": "01.a", "what": "b", "guessed": [1], "truth": 2}',
        b"[" * 100_000,
    ],
)
def test_a_broken_line_is_passed_over_and_counted(odd, record, capsys):
    answered(capsys, 1.0)
    with record.open("ab") as opened:
        opened.write(odd)
    answered(capsys, 0.056)
    found, count = progress.read(record)
    assert [line["verdict"] for line in found] == ["not yet", "right"] and count == 1
    show_progress()
    assert "not understood: 1" in capsys.readouterr().out


def test_a_folder_in_its_place_and_a_folder_that_is_gone(tmp_path, monkeypatch, record, capsys):
    record.mkdir()
    answered(capsys)
    assert progress.done() == {"00.1"}
    gone = tmp_path / "gone" / "progress.jsonl"
    monkeypatch.setenv("WORKBOOK_PROGRESS", str(gone))
    answered(capsys)
    assert progress.done() == {"00.1"} and not gone.parent.exists()


def test_two_kernels_may_write_at_once(record):
    program = (
        "import sys\n"
        "from helpers import progress\n"
        "for i in range(60):\n"
        "    progress.record_check(f'0{sys.argv[1]}.{i}', 'right', 'é' * 200)\n"
    )
    environment = dict(os.environ, WORKBOOK_PROGRESS=str(record), PYTHONPATH=str(ROOT))
    both = [
        subprocess.Popen([sys.executable, "-c", program, name], env=environment) for name in "12"
    ]
    assert [kernel.wait(120) for kernel in both] == [0, 0]
    found, odd = progress.read(record)
    assert odd == 0
    wanted = {f"0{name}.{i}" for name in "12" for i in range(60)}
    assert Counter(line["check"] for line in found) == Counter(wanted)


@pytest.mark.parametrize(
    ("guess", "kept"),
    [
        (3, 3),
        (-0.0, 0.0),
        (np.float32(0.5), 0.5),
        (np.int64(7), 7),
        (np.array(2.5), 2.5),
        (np.bool_(True), "True"),
        (True, "True"),
        (float("nan"), "nan"),
        (np.nan, "nan"),
        (-np.inf, "-inf"),
        (2**70, 2.0**70),
        ("  two\nlines ", "two lines"),
        (NASTY, NASTY),
        ("数据 é", "数据 é"),
        ("\ud800", "?"),
        ("x" * 1000, "x" * 299 + "…"),
        (["broken", "both"], "broken, both"),
        (("a", 1, ...), "a, 1, ..."),
        (np.array([1.5, 2]), "1.5, 2.0"),
        (range(1000), "(range)"),
        (list(range(1000)), "0, 1, 2, 3, 4, 5, 6, 7, …"),
        ([[1, 2], [3]], "(list), (list)"),
        ({"a": 1, "b": NASTY}, f"a: 1, b: {NASTY}"),
        (b"12", "(bytes)"),
        (1j, "(complex)"),
        (None, "(NoneType)"),
        (pd.DataFrame({"a": [1]}), "(DataFrame)"),
        (object(), "(object)"),
    ],
)
def test_a_guess_may_be_anything(guess, kept, record, capsys):
    reveal("00.growth", guess, 3.43, "risk over risk")
    assert capsys.readouterr().err == ""
    [line], odd = progress.read(record)
    assert (line["guessed"], type(line["guessed"]), odd) == (kept, type(kept), 0)
    assert len(record.read_bytes()) < 2000


@pytest.mark.parametrize("odd", ODD)
def test_odd_guesses_and_answers_are_kept_short_and_raise_nothing(odd, record, capsys):
    progress.record_guess("00.growth", ODD[odd], 3.43, "risk over risk")
    assert capsys.readouterr() == ("", "")
    reveal("00.growth", ODD[odd], 3.43, "risk over risk")
    assert capsys.readouterr().out.startswith("risk over risk: 3.43 (")
    answered(capsys, ODD[odd])
    if record.exists():
        found, not_understood = progress.read(record)
        assert not_understood == 0 and len(record.read_bytes()) < 4000
        assert all(len(line.get("said", "")) <= 300 for line in found)


def test_what_an_error_says_is_not_kept(record, capsys):
    def secret(*given):
        raise ValueError("the learner's own code: 42")

    check("00.2", secret)
    assert "42" in capsys.readouterr().out
    assert lines(record)[0]["said"] == "Your answer could not be used: ValueError."


def test_another_file_can_be_named(record, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("WORKBOOK_PROGRESS", str(tmp_path / "mine é.jsonl"))
    answered(capsys)
    assert os.listdir(tmp_path) == ["mine é.jsonl"]
    assert "mine é.jsonl" in progress.where()


def test_nothing_is_kept_where_none_is_wanted(record, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("WORKBOOK_PROGRESS", "")
    answered(capsys)
    reveal("00.growth", 1.4, 3.43, "risk over risk")
    assert os.listdir(tmp_path) == [] and progress.done() == {"00.1"}
    assert progress.where().startswith("Not kept: WORKBOOK_PROGRESS")


def test_solutions_write_nothing(record, tmp_path, monkeypatch, capsys):
    folder = tmp_path / "solutions"
    folder.mkdir()
    monkeypatch.chdir(folder)
    answered(capsys)
    reveal("00.growth", 1.4, 3.43, "risk over risk")
    assert os.listdir(folder) == [] and progress.done() == set()


def test_show_progress_knows_every_exercise_and_no_other():
    for path in main_notebooks():
        number = path.stem[:2]
        assert exercises_of(number) == sorted(exercises(load(path)))
    with pytest.raises(ValueError, match="notebook must be one of 00, 01"):
        exercises_of("13")


# The notebooks


def reveals(notebook):
    """The calls of reveal in a notebook's cells that are no exercise, as syntax trees."""
    for cell in code_cells(notebook):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "reveal":
                yield node


def key_of(call):
    """The key, with * where a name is filled in."""
    key = call.args[0]
    if isinstance(key, ast.JoinedStr):
        parts = key.values
        return "".join(p.value if isinstance(p, ast.Constant) else "*" for p in parts)
    assert isinstance(key, ast.Constant), ast.unparse(call)
    return key.value


def variables(node):
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def guessed_in(cell):
    """The names that a guess cell leaves to be filled in."""
    for statement in ast.parse(cell.source).body:
        if "..." in ast.unparse(statement):
            for target in statement.targets:
                yield from variables(target)


def unrevealed(notebook):
    """(cell, variable) of each guess that no reveal gets before the name is used anew."""
    waiting, found = {}, []
    for cell in code_cells(notebook):
        if "guess" in tags(cell):
            new = dict.fromkeys(guessed_in(cell), cell.id)
            found += [(waiting[name], name) for name in new if name in waiting]
            waiting |= new
            continue
        tree = ast.parse(cell.source)
        loops = {}  # variable of a loop -> what it runs over
        for node in ast.walk(tree):
            if isinstance(node, ast.For):
                loops |= dict.fromkeys(variables(node.target), variables(node.iter))
        for call in reveals(_only(cell)):
            names = variables(call.args[1])
            for name in names | set().union(*(loops.get(n, set()) for n in names)):
                waiting.pop(name, None)
    return found + [(cell, name) for name, cell in waiting.items()]


def _only(cell):
    """A notebook of one cell."""
    notebook = type("Notebook", (), {})()
    notebook.cells = [cell]
    return notebook


@pytest.mark.parametrize("path", main_notebooks(), ids=lambda path: path.stem)
def test_every_guess_reaches_a_reveal(path):
    notebook = load(path)
    assert any("guess" in tags(cell) for cell in code_cells(notebook))
    assert unrevealed(notebook) == []


def test_a_guess_that_is_not_revealed_is_caught():
    notebook = load(main_notebooks()[1])
    cells = [c for c in code_cells(notebook) if "reveal(" in c.source]
    cells[0].source = cells[0].source.replace('reveal("01.r2-on-new-rows", guess', 'reveal("", 1')
    assert unrevealed(notebook) == [("guess-r2", "guess")]


def test_keys_are_unique_and_begin_with_the_notebook():
    keys = Counter()
    for path in main_notebooks():
        for call in reveals(load(path)):
            key = key_of(call)
            assert re.fullmatch(rf"{path.stem[:2]}\.[a-z0-9*]+(-[a-z0-9*]+)*", key), key
            assert len(call.args) == 4 and not call.keywords, ast.unparse(call)
            keys[key] += 1
    assert keys and set(keys.values()) == {1}, keys.most_common(3)
    for pattern in filter(lambda key: "*" in key, keys):
        alike = re.escape(pattern).replace(r"\*", ".+")
        assert [key for key in keys if re.fullmatch(alike, key)] == [pattern]


@pytest.mark.parametrize("path", main_notebooks(), ids=lambda path: path.stem)
def test_the_committed_progress_is_everybodys(path):
    [cell] = [cell for cell in code_cells(load(path)) if "show_progress(" in cell.source]
    [said] = texts(cell)
    shown = MODULES if path.stem[:2] == "00" else [path.stem[:2]]
    assert said.splitlines() == [
        f"{n}: 0 of {len(exercises_of(n))} checks done; to do: {', '.join(exercises_of(n))}."
        for n in shown
    ]
    assert not re.search(r"[/\\]|jsonl", said)
