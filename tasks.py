"""Set up the workbook and work with it.

    python tasks.py lab

The first run makes the folder .venv and installs the pinned requirements in it, with uv where
uv is installed and with pip elsewhere. Later runs start at once, until a pin changes.
Needs Python 3.11, 3.12 or 3.13 and nothing else.
"""

import argparse
import hashlib
import importlib.util
import itertools
import os
import platform
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
OLDEST, NEWEST = (3, 11), (3, 13)
# What `matrix` installs: the stack's name, its Python, and which of the allowed versions uv takes.
STACKS = {
    "oldest-3.11": ("3.11", "lowest-direct"),
    "newest-3.12": ("3.12", "highest"),
    "newest-3.13": ("3.13", "highest"),
}
# The longest name that Windows allows, less that of the longest file below the project's folder.
LONGEST_ROOT = 259 - 165
NBVAL = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout", "120"]


def fail(message):
    sys.exit("\ntasks.py: " + message)


def call(command):
    """Run a command in the project's folder and return its exit code.

    Raises KeyboardInterrupt after the command has ended, if Ctrl-C made it fail.
    """
    # One thread per fit: on a small machine the threads of two fits only fight each other.
    env = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    try:
        process = subprocess.Popen([str(part) for part in command], cwd=str(ROOT), env=env)
    except OSError as error:
        fail(f"could not start {command[0]}: {error}.")
    stopped = False
    while True:
        try:
            code = process.wait()
            break
        except KeyboardInterrupt:
            stopped = True  # the child was sent the same Ctrl-C and ends in its own way
    if stopped and code:
        raise KeyboardInterrupt
    return code


def step(what, command, network=False):
    """Run a command that must succeed; `network` says whether it needs one."""
    print("\n== " + what, flush=True)
    code = call(command)
    if code:
        message = f"{what}: this step failed with exit code {code}. The lines above say why."
        fail(" ".join([message, *guesses(network)]))


def guesses(network):
    """What may be behind a failed step, in sentences."""
    if network:
        yield (
            "Is there a network? With a folder wheels none is needed: README, Without a network, "
            "says how to get one."
        )
    free = shutil.disk_usage(str(ROOT)).free / 1e9
    if free < 0.5:
        yield f"The disk is nearly full: {free:.1f} GB are free. The folder .venv takes 1.4 GB."
    if os.name == "nt" and len(str(ROOT)) > LONGEST_ROOT:
        yield (
            "The name of this folder is so long that Windows may refuse the names of files in it. "
            "Move it to a short one, such as C:\\drift."
        )


def check_python():
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        fail(
            "this is Python {}.{} ({}). The workbook needs Python {}.{} to {}.{}: the versions of "
            "numpy, pandas and scikit-learn it is pinned to are not made or not tested for others. "
            "Name one of these, for example: python3.12 tasks.py lab (Windows: py -3.12 tasks.py "
            "lab).".format(*sys.version_info[:2], sys.executable, *OLDEST, *NEWEST)
        )


def python_of(venv):
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def remove(folder):
    if folder.exists():
        try:
            shutil.rmtree(str(folder), **on_refusal())
        except OSError as error:
            fail(
                f"could not remove {folder}: {error}. Close JupyterLab and every terminal that "
                "uses this folder, then try again."
            )


def on_refusal():
    """For `shutil.rmtree`: on Windows a file marked read-only has to be made writable first."""

    def again(function, path, _):
        os.chmod(path, stat.S_IWRITE)
        function(path)

    if os.name != "nt":
        return {}
    return {"onexc" if sys.version_info >= (3, 12) else "onerror": again}


def own_wheels(system, machine):
    """The name of this platform's and Python's folder in wheels, as tests/wheels.py makes them."""
    arm = machine.lower() in ("arm64", "aarch64")
    names = {
        "win32": "windows-arm" if arm else "windows",
        "darwin": "mac-arm" if arm else "mac-intel",
        "linux": "linux-arm" if arm else "linux",
    }
    return "{}-{}.{}".format(names.get(system, system), *sys.version_info[:2])


def find_wheels():
    """The folder to install from without a network, or None where there is no folder wheels."""
    wheels = ROOT / "wheels"
    if not wheels.is_dir():
        return None
    name = own_wheels(sys.platform, platform.machine())
    held = sorted(mark.parent.name for mark in wheels.glob("*/requirements.txt"))
    cure = "python tasks.py wheels --for {} --python {}".format(*name.rsplit("-", 1))
    rest = (
        "Start tasks.py with a Python that it holds, fill it again where there is a network "
        f"({cure}), or move wheels away to use the network here."
    )
    if name not in held:
        fail(f"the folder wheels holds {', '.join(held) or 'nothing'}; this is {name}. {rest}")
    pinned = (wheels / name / "requirements.txt").read_bytes()
    # A copy through Windows may have changed the line ends.
    if pinned.split() != (ROOT / "requirements.txt").read_bytes().split():
        fail(f"wheels/{name} was made from another requirements.txt than this one. {rest}")
    return wheels / name


def set_up(network=False):
    """Make .venv afresh, unless it was made by this Python, here, from these pins.

    From the folder wheels where there is one, unless `network` is true.
    """
    venv = ROOT / ".venv"
    stamp = venv / "tasks-stamp.txt"
    parts = [str(ROOT).encode(), str(sys.version_info[:2]).encode()]
    parts += [(ROOT / name).read_bytes() for name in ("requirements.txt", "pyproject.toml")]
    wanted = hashlib.sha256(b"\0".join(parts)).hexdigest()
    python = python_of(venv)
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python

    if os.name == "nt" and Path(sys.prefix) == venv:
        fail(
            "the folder .venv has to be made anew, and Windows does not let the Python in it do "
            "that. Type deactivate, or open a new terminal, and try again."
        )
    # Started from inside .venv, sys.executable would go with it.
    base = getattr(sys, "_base_executable", None) or sys.executable
    offline = None if network else find_wheels()
    # uv would fetch pip for the new environment from the network; venv brings it along.
    uv = None if offline else shutil.which("uv")
    if not uv and importlib.util.find_spec("ensurepip") is None:
        fail(
            "this Python cannot make a virtual environment, because its module ensurepip is "
            "missing. Debian and Ubuntu keep it in a package of its own: sudo apt install "
            "python{}.{}-venv. Or install uv (https://docs.astral.sh/uv/). Then try again.".format(
                *sys.version_info[:2]
            )
        )
    remove(venv)
    if uv:
        step("Making .venv with uv", [uv, "venv", "--seed", "--python", base, venv], network=True)
        install = [uv, "pip", "install", "--python", python]
        # pip compiles what it installs, uv only when asked; without it first imports are slow.
        extra = ["--compile-bytecode"]
    else:
        step("Making .venv", [base, "-m", "venv", venv])
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        extra = []
    if offline:
        print(f"\nInstalling from wheels/{offline.name}, without a network.")
        extra = ["--no-index", "--find-links", offline]
    what = "Installing requirements.txt (the first time this can take some minutes)"
    step(what, install + extra + ["--requirement", "requirements.txt"], network=not offline)
    editable = install + extra + ["--no-deps", "--editable", "."]
    step("Installing the helpers", editable, network=not offline)
    build_font_cache(python)
    stamp.write_text(wanted)
    return python


def build_font_cache(python):
    # Otherwise the first picture may come with a warning that the cache is being built.
    step("Building matplotlib's font cache", [python, "-c", "import matplotlib.font_manager"])


def lab(args):
    """Open JupyterLab on notebook 00. Arguments go to JupyterLab."""
    start = "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb"
    return call([set_up(), "-m", "jupyterlab", f"--ServerApp.root_dir={ROOT}", start] + args)


def test(args):
    """Run the tests and compare every notebook with its outputs. Arguments go to pytest."""
    return run_tests(set_up(), args)


def run_tests(python, args):
    parallel = ["-n", "2", "--dist", "loadfile"]
    return call([python, "-m", "tests.offline"] + NBVAL + parallel + args)


def execute(args):
    """Execute all notebooks, or those named (01), and save them with their outputs."""
    return call([set_up(), "-m", "tests.execute"] + args)


def lint(args):
    """Check code and notebooks with ruff. Arguments go to ruff check, for example --fix."""
    python = set_up()
    check = call([python, "-m", "ruff", "check", "."] + args)
    layout = call([python, "-m", "ruff", "format", "--check", "."])
    return check or layout


def bench(args):
    """Measure speed and memory and write the table in benchmarks/README.md (see there)."""
    return call([set_up(), "-m", "benchmarks"] + args)


def site(args):
    """Build the notebooks as pages in site/html, to read and search without a network."""
    return call([set_up(), "site/build.py"] + args)


def collect(args):
    """Make one page of a class's progress files: collect FOLDER [--anonymous]."""
    # The folder is named from where the user stands, not from here.
    args = [arg if arg.startswith("-") else os.path.abspath(arg) for arg in args]
    return call([set_up(), "-m", "helpers.classroom"] + args)


def wheels(args):
    """Fill the folder wheels for laptops without a network (--help says for which)."""
    return call([set_up(network=True), "-m", "tests.wheels"] + args)


def matrix(args):
    """Do as test on the oldest and newest versions (needs uv): matrix [oldest] [newest-3.12]."""
    uv = shutil.which("uv")
    if not uv:
        fail("the task matrix needs uv: see https://docs.astral.sh/uv/.")
    words = tuple(itertools.takewhile({"oldest", "newest", *STACKS}.__contains__, args))
    report = []
    for name, (version, resolution) in STACKS.items():
        if words and not name.startswith(words):
            continue
        venv = ROOT / (".venv-" + name)
        python = python_of(venv)
        remove(venv)
        make = [uv, "venv", "--seed", "--python", version, venv]
        step("Making " + venv.name, make, network=True)
        install = [uv, "pip", "install", "--python", python, "--compile-bytecode"]
        editable = install + ["--resolution", resolution, "--editable", ".[test]"]
        what = "the {} versions on Python {}".format(*name.split("-"))
        step("Installing " + what, editable, network=True)
        build_font_cache(python)
        report.append((what, run_tests(python, args[len(words) :])))
    print()
    for what, code in report:
        print(f"{what}: " + (f"failed with exit code {code}" if code else "passed"))
    return int(any(code for _, code in report))


def mutants(args):
    """Count the small faults in helpers that the tests notice (needs uv; --help says more)."""
    uv = shutil.which("uv")
    if not uv:
        fail("the task mutants needs uv: see https://docs.astral.sh/uv/.")
    venv = ROOT / ".venv-mutants"
    python = python_of(venv)
    if not python.exists():
        step("Making " + venv.name, [uv, "venv", "--python", sys.executable, venv], network=True)
    install = [uv, "pip", "install", "--python", python, "--compile-bytecode"]
    wanted = ["--requirement", "requirements.txt", "--editable", ".[mutants]"]
    step("Installing requirements.txt and cosmic-ray", install + wanted, network=True)
    return call([python, "tests/mutants.py"] + args)


def address(args):
    """Write the repository's public address, OWNER/NAME on GitHub, into README and notebooks."""
    if len(args) != 1 or not re.fullmatch(r"[\w.-]+/[\w.-]+", args[0]):
        fail("give the address as OWNER/NAME, for example: python tasks.py address owner/name.")
    readme = ROOT / "README.md"
    old = re.search(r"^\[repository\]: https://github\.com/(\S+)$", read(readme), re.MULTILINE)[1]
    for path in [readme, *sorted((ROOT / "notebooks").rglob("*.ipynb"))]:
        text = read(path).replace(old, args[0])
        path.write_bytes(text.encode("utf-8"))  # write_text would change the line ends on Windows


def read(path):
    return path.read_bytes().decode("utf-8")


TASKS = {
    task.__name__: task
    for task in (lab, test, execute, lint, bench, site, collect, wheels, matrix, mutants, address)
}


def plainly(task, arguments):
    """Run a task. Ctrl-C, and what the system refuses, end in a sentence and no traceback."""
    try:
        return task(arguments)
    except KeyboardInterrupt:
        fail("stopped. What is half made will be made afresh.")
    except OSError as error:
        fail(f"{error}.")


def main():
    lines = [f"  {name:8} {task.__doc__}" for name, task in TASKS.items()]
    parser = argparse.ArgumentParser(
        usage="python tasks.py [-h] task [arguments of the task]",
        description=__doc__,
        epilog="tasks:\n" + "\n".join(lines),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("task", choices=TASKS, metavar="task", help="one of the tasks below")
    task = TASKS[parser.parse_args(sys.argv[1:2]).task]
    check_python()
    sys.exit(plainly(task, sys.argv[2:]))


if __name__ == "__main__":
    main()
