"""Windows: line ends of another system, names that it forbids, backslashes in a path."""

import re
from collections import Counter
from pathlib import PureWindowsPath

import pytest

from helpers.sources import open_source
from tests.notebooks import every_notebook, load, name_of
from tests.test_setup import repository_texts

FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f]|[. ]$')
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def faults(names):
    """What Windows has against names of files, which are given with slashes."""
    for name in names:
        for part in PureWindowsPath(name).parts:
            if FORBIDDEN.search(part) or DEVICES.fullmatch(part):
                yield name
    counts = Counter(name.lower() for name in names)
    yield from (name for name in names if counts[name.lower()] > 1)


def test_every_file_has_a_name_that_windows_takes():
    names = [name for name, _ in repository_texts()]
    assert len(names) > 100 and list(faults(names)) == []


def test_names_that_windows_does_not_take_are_found():
    bad = ["a/b: c.txt", "a/aux.py", "con", "a./b", "a/b ", "what?.md", "A/b.py", "a/B.py"]
    assert list(faults([*bad, "a/auxiliary.py", "a/console.md", "größe.csv"])) == bad


@pytest.mark.parametrize("path", every_notebook(), ids=name_of)
def test_a_notebook_with_other_line_ends_is_the_same(path, tmp_path):
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert load(copy) == load(path)


def test_a_path_in_which_python_read_a_backslash_says_so(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no file.*write slashes, as in C:/data"):
        open_source("C:\new\table.csv")
    with pytest.raises(FileNotFoundError, match="paths start in"):
        open_source(r"C:\data\größe 数据.csv")
