"""Fill the folder ``wheels``, from which laptops without a network set the workbook up.

``python tasks.py wheels --for windows mac-arm --python 3.12`` makes a folder for each platform and
Python, for example ``wheels/windows-3.12``. It holds all that requirements.txt pins for that place,
and setuptools, which the editable install of the helpers needs. `tasks.set_up` uses it.
"""

import argparse
import platform
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

import tasks

_GLIBC = (28, 27, 26, 24, 17, 12, 5)  # manylinux_2_NN; pip adds older names of some of them
# pip adds older versions of macOS by itself; a higher one would lock out laptops that have less.
TAGS = {
    "windows": ["win_amd64"],
    "mac-intel": ["macosx_12_0_x86_64"],
    "mac-arm": ["macosx_12_0_arm64"],
    "linux": [f"manylinux_2_{n}_x86_64" for n in _GLIBC] + ["manylinux2014_x86_64", "linux_x86_64"],
    "linux-arm": [f"manylinux_2_{n}_aarch64" for n in _GLIBC]
    + ["manylinux2014_aarch64", "linux_aarch64"],
}
PYTHONS = [f"3.{n}" for n in range(tasks.OLDEST[1], tasks.NEWEST[1] + 1)]


def place(system, python):
    """The marker variables of a platform (a key of TAGS) and a Python ("3.12")."""
    kind = system.partition("-")[0]
    machine = {"windows": "AMD64", "mac-intel": "x86_64", "mac-arm": "arm64"}
    return {
        "sys_platform": {"windows": "win32", "mac": "darwin", "linux": "linux"}[kind],
        "platform_system": {"windows": "Windows", "mac": "Darwin", "linux": "Linux"}[kind],
        "os_name": "nt" if kind == "windows" else "posix",
        "platform_machine": machine.get(system, TAGS[system][0].partition("_2_28_")[2]),
        "python_version": python,
        "python_full_version": python + ".0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }


def pins(system, python):
    """What must be in the folder: name==version for each pin that holds there, and setuptools.

    pip would ask the markers of the Python that runs it, not of the laptop.
    """
    text = (tasks.ROOT / "requirements.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and line.lstrip()[0] != "#"]
    here = place(system, python)
    needed = [
        f"{pin.name}{pin.specifier}"
        for pin in map(Requirement, lines)
        if pin.marker is None or pin.marker.evaluate(here)
    ]
    project = tomllib.loads((tasks.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return needed + project["build-system"]["requires"]


def download(system, python):
    """Fill the folder of one platform and Python and return its size in MB.

    A half-filled folder does not count: the copy of requirements.txt in it is written last.
    """
    name = f"{system}-{python}"
    folder = tasks.ROOT / "wheels" / name
    tasks.remove(folder)
    folder.mkdir(parents=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    quiet = ["--quiet", "--no-deps"]
    with tempfile.TemporaryDirectory() as scratch:
        asked = Path(scratch) / "pins.txt"
        asked.write_text("\n".join(pins(system, python)) + "\n", encoding="utf-8")
        tags = [part for tag in TAGS[system] for part in ("--platform", tag)]
        where = ["--implementation", "cp", "--python-version", python, *tags]
        what = f"Downloading for {name} (needs a network, and about 0.5 GB of disk)"
        command = [*pip, "download", *quiet, *where, "--dest", folder, "--requirement", asked]
        tasks.step(what, command, network=True)
    for source in sorted(p for p in folder.iterdir() if p.suffix != ".whl"):
        before = set(folder.iterdir())
        build = [*pip, "wheel", *quiet, "-w", folder, source]
        tasks.step(f"Building a wheel of {source.name}", build, network=True)
        for made in set(folder.iterdir()) - before:
            if not made.name.endswith("-none-any.whl"):
                tasks.fail(
                    f"{source.name} has no wheel for {name}, and what was built from it here works "
                    "on this platform only. Choose another Python with --python, or leave this "
                    "platform out."
                )
        source.unlink()
    shutil.copy(tasks.ROOT / "requirements.txt", folder)
    return sum(path.stat().st_size for path in folder.iterdir()) / 1e6


def main(arguments):
    """Read the options, fill the folders, print their sizes."""
    own = tasks.own_wheels(sys.platform, platform.machine()).partition("-3.")[0]
    parser = argparse.ArgumentParser(prog="python tasks.py wheels")
    parser.add_argument(
        "--for", nargs="+", dest="systems", default=[own], choices=[*TAGS, "all"], metavar="NAME",
        help=f"platforms: {', '.join(TAGS)}, or all (default: this one, {own})",
    )  # fmt: skip
    parser.add_argument(
        "--python", nargs="+", default=["{}.{}".format(*sys.version_info[:2])], choices=PYTHONS,
        metavar="3.N", help=f"Pythons: {', '.join(PYTHONS)} (default: this one)",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    systems = list(TAGS) if "all" in options.systems else list(dict.fromkeys(options.systems))
    sizes = {}
    for system in systems:
        if system not in TAGS:
            tasks.fail(f"this platform, {system}, has no wheel folder. Name one with --for.")
        for python in dict.fromkeys(options.python):
            sizes[f"{system}-{python}"] = download(system, python)
    print()
    for name, size in sizes.items():
        print(f"wheels/{name}: {size:.0f} MB")
    print(
        "Copy the repository with its folder wheels; there, python tasks.py lab needs no network."
    )


if __name__ == "__main__":
    tasks.plainly(main, sys.argv[1:])
