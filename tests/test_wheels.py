"""The wheel folder: what is asked for each platform, and the set-up from it. No test downloads."""

import re
import subprocess
import sys

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests import wheels
from tests.test_setup import ROOT, bare, pins, tasks  # noqa: F401 (fixtures)


def names(system, python="3.12"):
    return {canonicalize_name(Requirement(line).name) for line in wheels.pins(system, python)}


@pytest.mark.parametrize(
    ("package", "systems"),
    [
        ("pywinpty", {"windows"}),
        ("colorama", {"windows"}),
        ("appnope", {"mac-intel", "mac-arm"}),
        ("jupyter-repo2docker", {"linux", "linux-arm"}),
        ("pexpect", {"mac-intel", "mac-arm", "linux", "linux-arm"}),
        ("numpy", set(wheels.TAGS)),
        ("setuptools", set(wheels.TAGS)),
    ],
)
def test_markers_are_those_of_the_laptop(package, systems):
    assert {system for system in wheels.TAGS if package in names(system)} == systems


def test_markers_are_those_of_the_laptops_python():
    assert [p for p in wheels.PYTHONS if "overrides" in names("linux", p)] == ["3.11"]
    assert [p for p in wheels.PYTHONS if "aiohttp" in names("linux", p)] == ["3.12"]


def test_every_pin_is_asked_for_somewhere_and_nothing_else_but_setuptools():
    asked = {n for s in wheels.TAGS for p in wheels.PYTHONS for n in names(s, p)}
    assert asked == {canonicalize_name(Requirement(line).name) for line in pins()} | {"setuptools"}


def test_the_own_platform_is_asked_for_what_pip_would_install_here(tasks):  # noqa: F811
    if sys.platform not in ("linux", "darwin", "win32"):
        pytest.skip(f"NOT CHECKED: {sys.platform} has no wheel folder")
    name = tasks.own_wheels(sys.platform, tasks.platform.machine())
    system, python = name.rsplit("-", 1)
    here = [pin for pin in map(Requirement, pins()) if not pin.marker or pin.marker.evaluate()]
    assert names(system, python) == {canonicalize_name(p.name) for p in here} | {"setuptools"}


@pytest.mark.parametrize(
    ("system", "machine", "name"),
    [
        ("win32", "AMD64", "windows"),
        ("win32", "ARM64", "windows-arm"),
        ("darwin", "x86_64", "mac-intel"),
        ("darwin", "arm64", "mac-arm"),
        ("linux", "x86_64", "linux"),
        ("linux", "aarch64", "linux-arm"),
    ],
)
def test_names_of_the_folders(tasks, system, machine, name):  # noqa: F811
    assert tasks.own_wheels(system, machine) == "{}-{}.{}".format(name, *sys.version_info[:2])


@pytest.fixture
def recorded(bare, monkeypatch):  # noqa: F811
    """`bare`, with the commands recorded too."""
    bare.commands = []
    record = bare.step

    def step(what, command, network=False):
        bare.commands.append([str(part) for part in command])
        record(what, command)

    monkeypatch.setattr(bare, "step", step)
    return bare


def fill(tasks, name, text="as it was"):  # noqa: F811
    folder = tasks.ROOT / "wheels" / name
    folder.mkdir(parents=True)
    (folder / "requirements.txt").write_text(text)
    return folder


def own(tasks):  # noqa: F811
    return tasks.own_wheels(sys.platform, tasks.platform.machine())


def test_set_up_installs_from_the_folder_and_never_asks_an_index(recorded, capsys):
    folder = fill(recorded, own(recorded))
    recorded.set_up()
    installs = [command for command in recorded.commands if "install" in command]
    assert len(installs) == 2
    for command in installs:
        at = command.index("--no-index")
        assert command[at + 1 : at + 3] == ["--find-links", str(folder)]
    assert not any(command[0].endswith("uv") for command in recorded.commands)
    assert f"Installing from wheels/{folder.name}, without a network" in capsys.readouterr().out


def test_without_a_folder_the_network_is_used(recorded):
    recorded.set_up()
    assert recorded.commands
    assert not any("--no-index" in command for command in recorded.commands)


def test_filling_the_folder_again_does_not_need_what_it_holds(recorded):
    fill(recorded, own(recorded), "older pins")
    recorded.set_up(network=True)
    assert not any("--no-index" in command for command in recorded.commands)


def test_a_folder_for_another_laptop_says_what_it_holds(recorded):
    fill(recorded, "windows-3.0")
    (recorded.ROOT / "wheels" / "half-made").mkdir()
    message = rf"holds windows-3\.0; this is {re.escape(own(recorded))}\."
    with pytest.raises(SystemExit, match=message):
        recorded.set_up()
    assert not recorded.commands


def test_a_folder_of_other_pins_is_refused_but_not_one_of_other_line_ends(recorded):
    folder = fill(recorded, own(recorded), "older pins")
    with pytest.raises(SystemExit, match="made from another requirements.txt"):
        recorded.set_up()
    (recorded.ROOT / "requirements.txt").write_bytes(b"a==1\nb==2\n")
    (folder / "requirements.txt").write_bytes(b"a==1\r\nb==2\r\n")
    recorded.set_up()


@pytest.fixture
def fake_pip(tmp_path, monkeypatch):
    """tests.wheels in a folder of its own; `pip download` brings files, `pip wheel` builds one."""
    for name in ("requirements.txt", "pyproject.toml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    pip = type("Pip", (), {"brings": [], "builds": "s-1-py3-none-any.whl"})()

    def step(what, command, network=False):
        folder = tmp_path / "wheels" / "windows-3.12"
        for name in pip.brings if "download" in command else [pip.builds]:
            (folder / name).write_bytes(b"0" * 500_000)

    monkeypatch.setattr(wheels.tasks, "ROOT", tmp_path)
    monkeypatch.setattr(wheels.tasks, "step", step)
    pip.folder = tmp_path / "wheels" / "windows-3.12"
    return pip


def test_what_has_no_wheel_is_built_once(fake_pip, capsys):
    fake_pip.brings = ["n-1-cp312-cp312-win_amd64.whl", "s-1.tar.gz"]
    wheels.main(["--for", "windows", "--python", "3.12"])
    held = {path.name for path in fake_pip.folder.iterdir()}
    assert held == {fake_pip.brings[0], fake_pip.builds, "requirements.txt"}
    assert "wheels/windows-3.12: 1 MB" in capsys.readouterr().out


def test_what_builds_for_this_platform_only_is_refused(fake_pip):
    fake_pip.brings, fake_pip.builds = ["s-1.tar.gz"], "s-1-cp312-cp312-linux_x86_64.whl"
    with pytest.raises(SystemExit, match=r"s-1\.tar\.gz has no wheel for windows-3\.12"):
        wheels.main(["--for", "windows", "--python", "3.12"])
    assert not (fake_pip.folder / "requirements.txt").exists()  # it does not count as filled


def test_a_wrong_platform_is_refused_with_the_names():
    done = subprocess.run(
        [sys.executable, "-m", "tests.wheels", "--for", "amiga"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 2
    assert "mac-arm" in done.stderr and "Traceback" not in done.stderr
