"""A class's page: each file is read or named, what was written is text, and readers can use it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from helpers import classroom, handed_in, pictures_class, plots, progress
from helpers.classroom import class_html, main, write_class
from helpers.exercises import MODULES, exercises_of, reveal
from helpers.handed_in import guesses_of, hints_of, read_class
from helpers.pictures_class import guesses_picture, is_right, kind_of, tally
from tests import visible
from tests.exercises.harness import ODD, answers_of, check_of, fill, verdict
from tests.exercises.harness import exercises_of as stubs_of
from tests.test_report import Page

ROOT = Path(__file__).parents[1]
NASTY = "<script>alert('x')</script>"
ALLOWED = (
    "html head meta title style body h1 h2 h3 h4 div p ul li a table caption tr th td img span"
)
ATTRIBUTES = "lang charset http-equiv content name class src alt scope tabindex href id role"
ATTRIBUTES += " aria-hidden aria-label"


def checked(exercise="01.1", verdict="right", said="So it is.", second=0):
    when = f"2026-01-01T10:{second // 60:02}:{second % 60:02}+00:00"
    return {"check": exercise, "verdict": verdict, "said": said, "when": when}


def guessed(guess, truth, key="01.r2-on-new-rows", what="R2", second=0):
    when = checked(second=second)["when"]
    return {"guess": key, "what": what, "guessed": guess, "truth": truth, "when": when}


@pytest.fixture
def folder(tmp_path):
    """A class's folder; called, it puts a file of lines in it."""

    def put(name, *lines):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        path.write_text("".join(row + "\n" for row in rows), encoding="utf-8")
        return path

    put.path = tmp_path
    return put


def page_of(folder, anonymous=False):
    return Page(write_class(folder.path, anonymous).read_text(encoding="utf-8"))


def names(folder, anonymous=False):
    return [person.name for person in read_class(folder.path, anonymous)[0]]


# Files and people


def test_a_person_is_called_as_the_file_or_as_the_folder(folder):
    folder("Ana.jsonl", checked())
    folder("Bo (1).jsonl", checked())  # a second download
    folder("chen/progress.jsonl", checked())
    folder("week 2/dana/progress (3).jsonl", checked())
    folder("emil/notebooks/Progress.JSONL", checked())
    folder("progress.jsonl", checked())
    folder("progress (1).jsonl", checked("01.2"))
    assert names(folder) == ["Ana", "Bo", "chen", "dana", "emil", "progress", "progress (1)"]


def test_names_are_in_the_order_of_their_numbers(folder):
    for i in (10, 9, 1):
        folder(f"group {i}.jsonl", checked(second=i))
    assert names(folder) == ["group 1", "group 9", "group 10"]


def test_files_of_one_person_are_put_together(folder):
    first = [guessed(0.5, -13.6), checked(verdict="not yet", said="No.", second=1)]
    folder("monday/Ana.jsonl", *first)
    folder("tuesday/Ana.jsonl", *first, checked(second=5), guessed(0.7, -13.6, second=6))
    [ana], notes = read_class(folder.path)
    assert len(ana.lines) == 4 and ana.verdict("01.1") == (True, 1)
    assert guesses_of([ana])["01.r2-on-new-rows"].guessed == {"Ana": 0.5}
    assert notes == ["Ana is put together from 2 files: monday/Ana.jsonl, tuesday/Ana.jsonl."]


def test_the_first_guess_counts_whatever_the_order_of_the_files(folder):
    folder("a/Ana.jsonl", guessed(0.7, -13.6, second=60))
    folder("b/Ana.jsonl", guessed(0.5, -13.6, second=0))
    [ana], _ = read_class(folder.path)
    assert guesses_of([ana])["01.r2-on-new-rows"].guessed == {"Ana": 0.5}


def test_a_copy_and_an_earlier_download_are_left_out(folder):
    lines = [checked("01.1"), checked("01.2", second=9), checked("01.3", second=20)]
    folder("progress.jsonl", *lines)
    folder("progress (1).jsonl", *lines, checked("00.1", second=30))
    folder("progress (2).jsonl", *lines)
    folder("short.jsonl", lines[0])  # one line two people may have in common
    people, notes = read_class(folder.path)
    assert [p.name for p in people] == ["progress (1)", "short"]
    assert sorted(note.split(" is left out")[0] for note in notes) == ["progress", "progress (2)"]
    page = page_of(folder, anonymous=True)
    assert page.text.count("One record is left out") == 2 and "progress (2)" not in page.text


def test_of_two_equal_records_one_stays(folder):
    lines = [checked("01.1"), checked("01.2", second=9), checked("01.3", second=20)]
    folder("Ana.jsonl", *lines)
    folder("Bo.jsonl", *lines)
    people, notes = read_class(folder.path)
    assert [p.name for p in people] == ["Ana"]
    assert len(notes) == 1 and notes[0].startswith("Bo is left out")


def test_empty_broken_and_foreign_files_are_named(folder):
    folder("Ana.jsonl", checked(), '{"check": "01.1", "ver')
    folder("Bo.jsonl")
    folder("Chen.jsonl", "no", "progress")
    (folder.path / "Dana.jsonl").write_bytes("größe\n".encode("latin-1"))
    (folder.path / "Emil.jsonl").write_bytes(json.dumps(checked()).encode("utf-16"))
    folder("Farid.jsonl", checked("13.1"), checked("01.99"), guessed(1, 2, key="99.a"), checked())
    people, notes = read_class(folder.path)
    assert notes == [
        "Ana: lines that were not understood: 1.",
        "Bo has nothing in it yet.",
        "Chen: nothing was understood; is it a progress file, in UTF-8?",
        "Dana: nothing was understood; is it a progress file, in UTF-8?",
        "Emil: nothing was understood; is it a progress file, in UTF-8?",
        "Farid: lines that were not understood: 3.",
    ]
    page = page_of(folder)
    odd = sum(person.odd for person in people)
    assert f"6 people in 6 files; lines that were not understood: {odd}." in page.text
    assert all(note in page.text for note in notes)


def test_a_file_that_cannot_be_read_is_named(folder, monkeypatch):
    folder("Ana.jsonl", checked())
    refused = folder("Bo.jsonl", checked())
    real = Path.read_bytes

    def read(path):
        if path == refused:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", read)
    people, notes = read_class(folder.path)
    assert names(folder) == ["Ana", "Bo"]
    assert notes == ["Bo: a file could not be read (Permission denied)."]


def test_what_is_hidden_or_no_file_is_passed_over(folder):
    folder("Ana.jsonl", checked())
    folder(".ipynb_checkpoints/progress-checkpoint.jsonl", checked())
    folder("__MACOSX/._Ana.jsonl", "no")
    folder("notes.txt", "no")
    (folder.path / "folder.jsonl").mkdir()
    assert names(folder) == ["Ana"]


@pytest.mark.parametrize("what", ["missing", "file", "without files"])
def test_a_folder_that_will_not_do_is_one_sentence(what, folder, capsys):
    path = folder.path / "there"
    if what == "file":
        path.write_text("")
    if what == "without files":
        path.mkdir()
    with pytest.raises(SystemExit) as stop:
        main([str(path)])
    said = {
        "missing": f"there is no folder {path}; name the one with the files",
        "file": f"{path} is a file; name the folder that it lies in",
        "without files": f"{path} holds no file that ends in .jsonl; put the progress.jsonl of "
        "each person there, renamed or in a folder each",
    }
    assert stop.value.code == f"collect: {said[what]}."
    assert not (path / "class.html").exists()


def test_a_page_that_cannot_be_written_is_one_sentence(folder, monkeypatch):
    folder("Ana.jsonl", checked())

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("helpers.report.tempfile.mkstemp", full)
    with pytest.raises(SystemExit, match=r"could not be written .*No space left.*\.$"):
        main([str(folder.path)])


def test_it_is_a_task_and_the_folder_is_named_from_where_one_stands(folder):
    (folder.path / "class é").mkdir()
    folder("class é/Ana.jsonl", checked())
    program = (
        "import sys, tasks; tasks.set_up = lambda: sys.executable; "
        "sys.exit(tasks.collect(['class é', '--anonymous']))"
    )
    environment = dict(os.environ, PYTHONPATH=str(ROOT), PYTHONIOENCODING="utf-8")
    run = subprocess.run([sys.executable, "-c", program], cwd=folder.path, env=environment,
                         capture_output=True, encoding="utf-8", timeout=120)  # fmt: skip
    assert run.returncode == 0, run.stderr
    path = folder.path / "class é" / "class.html"
    assert run.stdout.splitlines()[-1].endswith(f"Written: {path}")
    text = path.read_text(encoding="utf-8")
    assert "person 1" in text and "Ana" not in re.sub(r"base64,[^\"]*", "", text)


# What is said of them


def test_verdicts_tries_and_hints(folder):
    wrong = [checked(verdict="not yet", said=f"Hint {i}.", second=i) for i in range(3)]
    folder("Ana.jsonl", *wrong, wrong[0] | {"when": checked(second=8)["when"]})
    folder("Bo.jsonl", wrong[0], checked(second=5), wrong[1] | {"when": checked(second=9)["when"]})
    folder("Chen.jsonl", checked())
    folder("Dana.jsonl", checked("01.2", "not yet", "Other."))
    people, _ = read_class(folder.path)
    assert [p.verdict("01.1") for p in people] == [(False, 4), (True, 1), (True, 0), (False, 0)]
    assert hints_of(people, "01.1") == [("Hint 0.", 2), ("Hint 1.", 2), ("Hint 2.", 1)]
    text = write_class(folder.path).read_text(encoding="utf-8")
    rows = re.findall(r"<tr.*?</tr>", text)
    [row] = [r for r in rows if ">01.1<" in r]
    seen = re.findall(r'aria-hidden="true">(.*?)<', row), re.findall(r'"unseen">(.*?)<', row)
    assert seen == (["4×", "✓", "✓", "–"], ["not yet, 4 tries", "right", "right", "not tried"])
    assert ">2 of 4</td>" in row
    assert "2 people: Hint 0." in Page(text).text and "1 person: Hint 2." in Page(text).text
    assert "Nobody has tried an exercise of 00, 02" in text


def test_anonymous_people_cannot_be_told_by_name_or_order(folder):
    who = ["Ana", "Bo", "Chen", "Dana", "Emil", "Farid", "Greta", "Hana"]
    for i, name in enumerate(who):
        folder(f"{name}/progress.jsonl", checked(second=i), guessed(0.1 * i, 1))
        folder(f"{name}/progress (1).jsonl", "no")
    page = page_of(folder, anonymous=True)
    assert not any(name in page.text for name in who)
    people, notes = read_class(folder.path, anonymous=True)
    assert [p.name for p in people] == [f"person {i}" for i in range(1, 9)]
    assert [p.files[0].parent.name for p in people] != who
    again = read_class(folder.path, anonymous=True)[0]
    assert [p.files for p in again] == [p.files for p in people]
    assert "person 1 is put together from 2 files." in notes


def test_who_has_none_and_what_is_no_number_stand_below(folder):
    folder("Ana.jsonl", guessed(0.5, -13.6))
    folder("Bo.jsonl", guessed("about half", -13.6), guessed("tree", "degree 5", "01.worst-model"))
    folder("Chen.jsonl", guessed(0.7, 5), guessed("Degree 5", "degree 5", "01.worst-model"))
    folder("Dana.jsonl", checked())
    text = page_of(folder).text
    assert (
        "3 of 4 people. What came out: −13.6. Not a number: about half. None from Dana. "
        "Something else came out for 1." in text
    )
    assert "2 of 4 people. 1 right. What came out: degree 5. None from Ana, Dana." in text


def test_a_long_name_is_cut(folder):
    folder("sixteen letters_.jsonl", checked())
    folder("seventeen letters.jsonl", checked())
    text = page_of(folder).text
    assert "sixteen letters_" in text and "seventeen lette…" in text
    assert "seventeen letter…" not in text


def test_a_class_that_has_done_nothing(folder):
    folder("Ana.jsonl")
    text = page_of(folder).text
    for said in ("tried an exercise yet", "No hint has been given", "predicted anything yet"):
        assert said in text


# Pictures


@pytest.mark.parametrize(
    ("guess", "truth", "right"),
    [
        ("tree", "degree 5", False),
        (" 'Degree  5'. ", "degree 5", True),
        ("pool", "last 2 or pool", True),
        ("last 2 or pool", "last 2 or pool", True),
        ("last", "last 2 or pool", False),
        ("AUC and recall", "recall and AUC", True),
        ("recall, AUC", "recall and AUC", True),
        ("recall", "recall and AUC", False),
        ("both, broken", "broken, both", True),
        ("yes, no, no, no", "yes, no, no, no", True),
        ("no, yes, no, no", "yes, no, no, no", False),
        ("yes, no, no", "yes, no, no, no", False),
        ("True", "true", True),
        ("", "", True),
        (5, "degree 5", False),
    ],
)
def test_when_words_are_right(guess, truth, right):
    assert is_right(guess, truth) is right


@pytest.mark.parametrize(
    ("guesses", "truth", "kind"),
    [
        ([1, 2.5], 3.4, "numbers"),
        (["0.5", "half"], "1.000", "numbers"),
        (["half"], 0.5, "texts"),
        (["nan", "inf"], 0.5, "texts"),
        (["tree", 5], "degree 5", "words"),
        ([100, 50, "all"], "106 (walk), 103 (ramp)", "texts"),
    ],
)
def test_how_guesses_are_shown(guesses, truth, kind):
    assert kind_of(guesses, truth) == kind


def test_words_are_counted():
    words = ["Tree", "tree", "tree", "line", "degree 5"]
    assert tally(words, "degree 5") == [
        ("tree", 3, False),
        ("degree 5", 1, True),
        ("line", 1, False),
    ]
    assert tally(["tree"], "degree 5") == [("tree", 1, False), ("degree 5", 0, True)]
    sizes = [100, 50, 1000, 100]
    assert tally(sizes, "106 (walk), 103 (ramp)") == [
        ("50", 1, False),
        ("100", 2, False),
        ("1,000", 1, False),
    ]
    many = tally([f"answer {i}" for i in range(30)] + ["right"], "right")
    assert ("right", 1, True) in many and many[-1] == ("23 other answers", 23, False)
    assert sum(count for _, count, _ in many) == 31


RNG = np.random.default_rng(0)
PICTURES = {
    "one": ([0.5], 0.25),
    "all the same": ([0.5] * 40, 0.5),
    "all the same, elsewhere": ([0.5] * 40, 0.25),
    "zeros": ([0, 0.0, -0.0], 0),
    "forty": (list(RNG.normal(3, 1, 40).round(1)), 3.4265),
    "far below": ([0.3, 0.5, 0.7, 0.9], -13.58),
    "decades": ([5, 50, 100, 1000, 20000, 1000000], "29150"),
    "outliers": ([1, 2, 2, 3, 3, 4, -5000, 9e99, 1e308, 10**400], 2.5),
    "tiny": ([1e-12, 3e-12, 1e-9], 2e-12),
    "texts among them": (["0.5", "half", "nan", True, 0.4], 0.6),
    "words": (["retrain"] * 9 + ["leave alone"] * 5 + ["fix the pipe", "Explore"], "leave alone"),
    "worlds": (["yes, no, no, no", "yes, yes, yes, ...", "no, no, no, no"], "yes, no, no, no"),
    "windows": ([10, 100, 100, 1000, "all"], "106 (walk), 103 (ramp)"),
    "nasty": ([NASTY, "$x_{", "a & b", "\x00", "数据 \U0001f600", "w" * 300, ""], "<b>b</b> $ $"),
    "no number": (["half", "most"], 0.5),
    "many": ([f"some answer number {i} of a class" for i in range(40)], "right"),
}


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.filterwarnings("error")
def test_pictures_can_be_seen(name):
    fig, alt = guesses_picture(*PICTURES[name])
    assert plots.png(fig)
    faults = list(visible.faults(fig))
    assert [f for f in faults if not (name == "nasty" and "cannot be seen" in f)] == []
    assert len(alt) > 40 and "came out" in alt


def test_bars_are_as_long_as_they_count():
    guesses, truth = PICTURES["words"]
    ax = guesses_picture(guesses, truth)[0].axes[0]
    assert ax.get_xlim()[0] == 0 and ax.get_xlim()[1] > 9
    assert sorted(bar.get_width() for bar in ax.patches) == [1, 1, 5, 9]


def test_every_guess_is_in_the_picture():
    for name in ("forty", "far below", "decades", "outliers", "all the same"):
        guesses, truth = PICTURES[name]
        fig, alt = guesses_picture(guesses, truth)
        dots = [line for line in fig.axes[0].lines if line.get_linestyle() == "None"]
        counted = sum(len(line.get_xdata()) for line in dots)
        finite = [g for g in guesses if abs(g) < pictures_class.LARGEST]
        assert counted == len(finite) and f"{len(finite)} guesses" in alt
        low, high = fig.axes[0].get_xlim()
        assert low <= float(truth) <= high
        places = {
            xy for line in dots for xy in zip(line.get_xdata(), line.get_ydata(), strict=True)
        }
        assert len(places) == counted, "a dot hides another"
    fig, alt = guesses_picture(*PICTURES["outliers"])
    assert "2 off the picture" in alt
    assert sorted(str(line.get_marker()) for line in fig.axes[0].lines)[:2] == ["<", ">"]
    for name, scale in (("decades", "log"), ("forty", "linear"), ("far below", "linear")):
        assert guesses_picture(*PICTURES[name])[0].axes[0].get_xscale() == scale
    guesses = [*range(100), 0, 99]
    [dots] = [line for line in guesses_picture(guesses, 50)[0].axes[0].lines
              if len(line.get_xdata()) == len(guesses)]  # fmt: skip
    assert np.abs(np.sort(dots.get_xdata()) - np.sort(guesses)).max() <= 99 / pictures_class.BINS
    # With the truth far from all, a guess far from both is off the picture.
    assert "1 off the picture" in guesses_picture([*range(11, 20), 1000], 100)[1]


# The page


def assert_usable(text, people):
    """Headings in order, tables with heads, pictures with alternatives, nothing from outside."""
    page = Page(text)
    assert {tag for tag, _ in page.tags} <= set(ALLOWED.split())
    for tag, attributes in page.tags:
        assert set(attributes) <= set(ATTRIBUTES.split()), tag
    assert page.named("html") == [{"lang": "en"}] and "<title>What the class did</title>" in text
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(levels, levels[1:], strict=False))
    assert all(a["src"].startswith("data:image/png;base64,") for a in page.named("img"))
    assert all(len(a["alt"]) > 40 for a in page.named("img"))
    assert all(a["scope"] in ("col", "row") for a in page.named("th"))
    assert len([a for a in page.named("th") if a["scope"] == "col"]) == 2 + people
    links, ids = page.named("a"), [a["id"] for a in page.named("h2")]
    assert [a["href"] for a in links] == [f"#{i}" for i in ids]
    assert not re.search(r"https?:", re.sub(r"base64,[^\"]*", "", text))
    assert "default-src 'none'" in page.named("meta")[1]["content"]
    return page


def test_what_people_wrote_is_shown_as_text(folder):
    what = '"><img src=x onerror=alert(1)>'
    nasty = [NASTY, "a & b", "$x_{", "\u202e", "\ud800"]
    for i, text in enumerate(nasty):
        folder(
            f"<b>{i}<b>.jsonl" if os.name != "nt" else f"{i}.jsonl",
            checked(verdict="not yet", said=text),
            guessed(text, NASTY, what=what),
            guessed(text, 1, key="01.bend-found", what=NASTY),
        )
    text = write_class(folder.path).read_text(encoding="utf-8")
    page = assert_usable(text, 5)
    assert len(page.named("img")) == 2 and what in page.text and page.text.count(NASTY) >= 3
    assert not any("onerror" in attributes for _, attributes in page.tags)
    assert any(NASTY in picture["alt"] for picture in page.named("img"))


def test_colours_of_the_page_have_contrast():
    text = re.search(r"color: (#\w+)", classroom.PAGE)[1]
    backgrounds = re.findall(r"background: (#\w+)", classroom.STYLE)
    assert len(backgrounds) >= 3
    for background in backgrounds:
        behind = visible.over(background)
        assert visible.contrast(visible.over(text), behind) >= visible.TEXT_CONTRAST
    [link] = re.findall(r"(?m)^a .*color: (#\w+)", classroom.STYLE)
    assert visible.contrast(visible.over(link), (1, 1, 1)) >= visible.TEXT_CONTRAST


@pytest.fixture(scope="module")
def class_of_thirty(tmp_path_factory):
    """Thirty people who really checked answers to 00 and predicted all sorts of things."""
    folder, rng = tmp_path_factory.mktemp("class"), np.random.default_rng(1)
    stubs = stubs_of("00_start_here")
    pool = {i: [a for a, _ in given["wrong"]] + given["right"] * 3
            for i, given in answers_of("00_start_here").items()}  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(progress, "_unwritten", {})
        for i in range(30):
            path = folder / f"Person number {i}.jsonl"
            patch.setenv("WORKBOOK_PROGRESS", str(path))
            path.touch()
            for exercise, answers in pool.items():
                for answer in rng.choice(answers, rng.integers(4)):
                    verdict(stubs[exercise], fill(stubs[exercise].stub, answer))
            if i % 4 == 0:
                odd = list(ODD)[i % len(ODD)]
                verdict(stubs["00.1"], check_of(stubs["00.1"].stub, "odd"), odd=ODD[odd])
                reveal("00.growth", ODD[odd], 3.4265, "risk over risk")
            elif i % 5:
                reveal("00.growth", round(float(rng.lognormal(1)), 1), 3.4265, "risk over risk")
                case = rng.choice(["retrain", "leave alone", "explore"])
                reveal("06.case-1", case, "leave alone", "case 1")
    return folder


def test_a_class_of_thirty(class_of_thirty):
    people, _ = read_class(class_of_thirty)
    page = assert_usable(write_class(class_of_thirty).read_text(encoding="utf-8"), 30)
    assert len(people) == 30 and sum(person.odd for person in people) == 0
    for exercise in exercises_of("00"):
        right = sum(person.verdict(exercise)[0] for person in people)
        assert 0 < right < 30 and f"{exercise}{right} of 30" in page.text
        told = hints_of(people, exercise)
        assert told and all(f": {hint}" in page.text for hint, _ in told[: classroom.MOST_HINTS])
    found = guesses_of(people)
    assert list(found) == ["00.growth", "06.case-1"] and len(page.named("img")) == 2
    for guess in found.values():
        assert f"{len(guess.guessed)} of 30 people." in page.text


def test_all_titles_and_exercises_are_the_workbooks():
    for number, stem in MODULES.items():
        title = classroom._title(number)
        assert title.lower().replace(" ", "_") == f"{number}_{stem}"
        assert handed_in.exercises_in(number) == exercises_of(number)
    assert handed_in.exercises_in("13") == []
    assert class_html([], []).count("<h2") == 3
