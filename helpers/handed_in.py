"""What people hand in: their progress files, read into one record a person.

`helpers.classroom` makes a page of it.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path

from helpers import progress
from helpers.exercises import MODULES, exercises_of
from helpers.pictures_class import say

KEY = re.compile(r"(\d\d)\.[a-z0-9]+(-[a-z0-9]+)*")
COPIED = 3  # lines, to the second, that two people do not have in common
LARGEST = 10_000_000  # bytes of a progress file; a whole workbook takes some thousands


@dataclass
class Person:
    """What one person has handed in: the lines in the order of time, each once."""

    name: str
    files: list = field(default_factory=list)  # paths
    data: bytes = b""  # what the files hold
    lines: list = field(default_factory=list)
    odd: int = 0  # lines that were not understood
    faults: list = field(default_factory=list)  # why a file could not be read

    def add(self, path):
        """Read a file of this person."""
        self.files.append(path)
        if path.is_symlink() or path.exists() and not path.is_file():
            self.faults.append("a link, or what is no file, is not read")
            return
        try:
            if path.stat().st_size > LARGEST:
                self.faults.append(f"a file of more than {LARGEST / 1e6:.0f} MB is not read")
                return
            self.data += path.read_bytes()
            lines, odd = progress.read(path)
        except OSError as error:
            self.faults.append(f"a file could not be read ({error.strerror})")
            return
        known = [clean for line in lines if _known(clean := _clean(line))]
        new = [line for i, line in enumerate(known) if line not in self.lines + known[:i]]
        self.lines = sorted(self.lines + new, key=lambda line: line["when"])
        self.odd += odd + len(lines) - len(known)

    def verdict(self, exercise):
        """Whether the exercise was ever right, and the number of wrong tries until then."""
        verdicts = [line["verdict"] for line in self.lines if line.get("check") == exercise]
        right = "right" in verdicts
        return right, verdicts.index("right") if right else len(verdicts)


@dataclass
class Guess:
    """What a class guessed at one thing; of each person the first guess counts."""

    what: str
    truth: object
    guessed: dict  # name of the person -> guess
    elsewhere: int  # people for whom something else came out
    when: str  # of the first of them


def read_class(folder, anonymous=False):
    """Read all progress files under a folder.

    A person is called as the file or, if that is a ``progress*.jsonl``, as its folder (the
    workbook's own folder ``notebooks`` does not count). What has the same name is put together,
    but a ``progress*.jsonl`` directly in `folder` is a person of its own.

    Parameters
    ----------
    folder : str or Path
    anonymous : bool
        Whether people are called "person 1", "person 2", in an order that says nothing.

    Returns
    -------
    list of Person, list of str
        The people, and one sentence on each file that was not as it should be.

    Raises
    ------
    OSError
        Naming the folder, what was wrong and what to do.
    """
    folder = Path(folder).absolute()
    people = {}
    for path in _files(folder):
        name = _name(path.relative_to(folder))
        people.setdefault(name, Person(name)).add(path)
    people = sorted(people.values(), key=lambda person: _natural(person.name))
    copies = [person for i, person in enumerate(people) if _is_copy(person, people, i)]
    people = [person for person in people if person not in copies]
    if anonymous:
        people.sort(key=lambda person: sha256(person.data).digest())
        for i, person in enumerate(people, 1):
            person.name = f"person {i}"
    notes = [
        f"{'One record' if anonymous else person.name} is left out: it is a copy of another, "
        "or of its beginning."
        for person in copies
    ]
    return people, notes + [note for person in people for note in _notes(person, anonymous)]


def _files(folder):
    if not folder.exists():
        raise FileNotFoundError(f"there is no folder {folder}; name the one with the files")
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is a file; name the folder that it lies in")
    paths = [path for path in folder.rglob("*") if path.suffix.lower() == ".jsonl"]
    names = [path.relative_to(folder).parts for path in paths]
    seen = [p for p, parts in zip(paths, names, strict=True) if not any(n[0] == "." for n in parts)]
    files = sorted(path for path in seen if not path.is_dir())
    if not files:
        raise FileNotFoundError(
            f"{folder} holds no file that ends in .jsonl; put the progress.jsonl of each person "
            "there, renamed or in a folder each"
        )
    return files


def _name(path):
    """What a person is called; `path` is relative to the class's folder."""
    folders = [name for name in path.parent.parts if name != "notebooks"]
    name = folders[-1] if folders else path.stem
    if not path.stem.lower().startswith("progress"):
        name = re.sub(r" ?\(\d+\)$", "", path.stem)  # of a second download
    return _printable(name)


def _printable(name):
    """Without what would steer a terminal, or cannot be written as UTF-8."""
    return "".join(sign if sign.isprintable() else "?" for sign in name)


def _natural(name):
    """To sort by: numbers in names by their size."""
    parts = re.split(r"(\d+)", name.casefold())
    return [int(part) if i % 2 else part for i, part in enumerate(parts)], name


def _clean(line):
    names = ("check", "verdict", "said", "guess", "what", "guessed", "truth")
    clean = {name: progress.short(line[name]) for name in names if name in line}
    return clean | {"when": str(progress.short(line.get("when", "")))}


def _known(line):
    if "check" in line:
        return line["check"] in exercises_in(line["check"][:2])
    key = KEY.fullmatch(line["guess"])
    return bool(key) and key[1] in MODULES


@cache
def exercises_in(notebook):
    """The exercises of a notebook; none where there is no such notebook."""
    return exercises_of(notebook) if notebook in MODULES else []


def _is_copy(person, people, i):
    """Whether another's record begins with all of this one's; of two equal ones the later."""
    others = [other for j, other in enumerate(people)
              if j != i and (other.data != person.data or j < i)]  # fmt: skip
    return len(person.lines) >= COPIED and any(o.data.startswith(person.data) for o in others)


def _notes(person, anonymous):
    name = person.name
    yield from (f"{name}: {fault}." for fault in person.faults)
    if len(person.files) > 1:
        files = _printable(", ".join(f"{path.parent.name}/{path.name}" for path in person.files))
        yield f"{name} is put together from {len(person.files)} files" + (
            "." if anonymous else f": {files}."
        )
    if person.odd and not person.lines:
        yield f"{name}: nothing was understood; is it a progress file, in UTF-8?"
    elif person.odd:
        yield f"{name}: lines that were not understood: {person.odd}."
    elif not person.lines and not person.faults:
        yield f"{name} has nothing in it yet."


def guesses_of(people):
    """All guesses of a class: a dict of key, in the notebooks' order, to `Guess`."""
    first = {}
    for person in people:
        for line in person.lines:
            if "guess" in line:
                first.setdefault(line["guess"], {}).setdefault(person.name, line)
    found = {}
    for key, lines in first.items():
        what = Counter(line["what"] for line in lines.values()).most_common(1)[0][0]
        truths = Counter(say(line["truth"]) for line in lines.values())
        said, times = truths.most_common(1)[0]
        truth = next(line["truth"] for line in lines.values() if say(line["truth"]) == said)
        guessed = {name: line["guessed"] for name, line in lines.items()}
        when = min(line["when"] for line in lines.values())
        found[key] = Guess(what, truth, guessed, len(lines) - times, when)
    return dict(sorted(found.items(), key=lambda pair: (pair[0][:2], pair[1].when, pair[0])))


def hints_of(people, exercise):
    """The hints that an exercise gave, the commonest first: [(hint, number of people)]."""
    told = Counter()
    for person in people:
        told.update({line["said"] for line in person.lines
                     if line.get("check") == exercise and line["verdict"] != "right"})  # fmt: skip
    return sorted(told.items(), key=lambda pair: (-pair[1], pair[0]))
