"""What the first cell of the workbook says about this machine."""

from importlib.metadata import PackageNotFoundError, requires

import pytest

from helpers import environment
from helpers.environment import check_environment, wrong_versions


@pytest.fixture
def machine(monkeypatch):
    """Return a function that pretends what is required and what is installed."""

    def pretend(required, installed):
        def version(name):
            if name not in installed:
                raise PackageNotFoundError(name)
            return installed[name]

        monkeypatch.setattr(environment, "requires", lambda name: required)
        monkeypatch.setattr(environment, "version", version)

    return pretend


def test_this_environment_is_fine():
    assert requires("drift-workbook"), "nothing would be compared"
    assert wrong_versions() == []


def test_a_missing_package_is_named_with_its_remedy(machine):
    machine(["numpy>=1.26", "scipy>=1.14"], {"numpy": "2.0"})
    assert wrong_versions() == ["scipy is missing: pip install 'scipy>=1.14'"]


@pytest.mark.parametrize(
    ("found", "fine"),
    [("1.25.9", False), ("1.26", True), ("2.9", True), ("3.0", False), ("2.0rc1", True)],
)
def test_a_version_is_held_against_its_range(machine, found, fine):
    machine(["numpy<3,>=1.26"], {"numpy": found})
    expected = [] if fine else [f"numpy is {found}: pip install 'numpy<3,>=1.26'"]
    assert wrong_versions() == expected


def test_every_wrong_package_has_its_line(machine):
    machine(["a>=2", "b>=2", "c>=2", "d"], {"a": "1", "b": "2", "d": "0.1"})
    assert [line.split()[0] for line in wrong_versions()] == ["a", "c"]


@pytest.mark.parametrize(
    ("marker", "counts"),
    [
        ("extra == 'test'", False),
        ("python_version >= '3.8'", True),
        ("python_version < '3.8'", False),
        ("extra == 'test' and python_version >= '3.8'", False),
    ],
)
def test_a_requirement_counts_where_its_marker_holds(machine, marker, counts):
    machine([f"absent>=1; {marker}"], {})
    assert bool(wrong_versions()) == counts


def test_a_distribution_without_requirements_is_fine(machine):
    machine(None, {})
    assert wrong_versions() == []


def test_the_workbook_itself_may_be_missing():
    (line,) = wrong_versions("no-such-distribution-here")
    assert "no-such-distribution-here is not installed" in line and "python tasks.py lab" in line


def test_check_environment_tests_versions_a_check_a_picture_and_a_slider(capsys):
    box = check_environment()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "versions: fine"
    assert lines[1].startswith("00.0: right.")
    above, *_, image = box.children
    (slider,) = above.children
    assert (slider.min, slider.max, slider.step, slider.value) == (0, 10, 1, 5)
    before = bytes(image.value)
    assert before.startswith(b"\x89PNG") and len(before) < 30_000  # packed
    slider.value = 8
    assert bytes(image.value) != before


def test_check_environment_says_what_is_wrong(capsys, machine):
    machine(["absent>=1", "old>=2"], {"old": "1"})
    check_environment()
    line = capsys.readouterr().out.splitlines()[0]
    assert "absent is missing" in line and "old is 1" in line and "fine" not in line
