"""The set-up: tasks.py, the lists of requirements, Binder, what the repository says of itself."""

import ast
import errno
import importlib.metadata
import importlib.util
import inspect
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from rattler import Version, VersionSpec

from tests.notebooks import load, main_notebooks

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
EXTRAS = PROJECT["optional-dependencies"]
# `test` names `site` by the project's own name; here it is taken apart.
PINNED = [
    *PROJECT["dependencies"],
    *EXTRAS["site"],
    *(line for line in EXTRAS["test"] if line != "drift-workbook[site]"),
]
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
PYPI_NAMES = {"matplotlib-base": "matplotlib"}  # conda's name, where the two differ


@pytest.fixture
def tasks():
    """A fresh import of tasks.py."""
    spec = importlib.util.spec_from_file_location("tasks", ROOT / "tasks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def bare(tasks, tmp_path, monkeypatch):
    """tasks.py in a folder of its own, where each step is recorded and succeeds."""
    for name in ("requirements.txt", "pyproject.toml"):
        (tmp_path / name).write_text("as it was")
    tasks.steps = []

    def step(what, command, network=False):
        tasks.steps.append(what)
        python = tasks.python_of(tasks.ROOT / ".venv")
        python.parent.mkdir(parents=True, exist_ok=True)
        python.touch()

    monkeypatch.setattr(tasks, "ROOT", tmp_path)
    monkeypatch.setattr(tasks, "step", step)
    return tasks


def run(*arguments, **options):
    return subprocess.run(arguments, capture_output=True, text=True, timeout=300, **options)


def conda_specs():
    """The conda entries of environment.yml but Python and pip, then the entries of its pip."""
    listed = ENVIRONMENT["dependencies"]
    [pip] = [entry["pip"] for entry in listed if isinstance(entry, dict)]
    return [s for s in listed if isinstance(s, str) and not re.match(r"python=|pip$", s)], pip


def pins():
    """The lines of requirements.txt but its comments."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.lstrip().startswith("#")]


def repository_texts():
    """Path and text of every text file that is in the repository or about to be."""
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("NOT CHECKED: needs git and a clone to list the files of the repository")
    listed = run("git", "ls-files", "-z", "-co", "--exclude-standard", cwd=ROOT, check=True).stdout
    for name in filter(None, listed.split("\0")):
        try:
            yield name, (ROOT / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue  # a picture, or deleted and not committed yet


# tasks.py


def test_help_lists_every_task(tasks):
    shown = run(sys.executable, ROOT / "tasks.py", "--help", check=True).stdout
    assert {"lab", "test", "execute", "lint", "matrix", "address"} <= set(tasks.TASKS)
    for name, task in tasks.TASKS.items():
        assert re.search(rf"^  {name} +{re.escape(task.__doc__)}$", shown, re.MULTILINE)


def test_tasks_parses_on_a_python_that_it_refuses():
    ast.parse((ROOT / "tasks.py").read_text(encoding="utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize("version", [(3, 8), (3, 10), (3, 14)])
def test_unsupported_python_is_refused_with_a_reason(version, tmp_path):
    shutil.copy(ROOT / "tasks.py", tmp_path)
    pretend = (
        f"import runpy, sys; sys.version_info = {(*version, 0, 'final', 0)}; "
        "sys.argv = ['tasks.py', 'lab']; runpy.run_path('tasks.py', run_name='__main__')"
    )
    done = run(sys.executable, "-c", pretend, cwd=tmp_path)
    assert done.returncode == 1
    assert f"this is Python {version[0]}.{version[1]}" in done.stderr
    assert "needs Python 3.11 to 3.13" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_a_failed_step_ends_with_its_name_and_no_traceback(tmp_path):
    if importlib.util.find_spec("ensurepip") is None:
        pytest.skip("NOT CHECKED: this Python has no ensurepip")
    shutil.copy(ROOT / "tasks.py", tmp_path)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "requirements.txt").write_text("no-such-package==0\n")
    # Without a PATH no uv is found; without an index pip finds nothing.
    env = dict(os.environ, PATH="", PIP_NO_INDEX="1")
    done = run(sys.executable, tmp_path / "tasks.py", "lab", env=env)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert re.search(r"Installing requirements\.txt.* failed with exit code 1", last)
    assert "no-such-package" in done.stderr
    assert "Traceback" not in done.stderr
    # What is half made does not count as made.
    assert not (tmp_path / ".venv" / "tasks-stamp.txt").exists()


def test_a_command_that_cannot_start_is_reported(tasks):
    with pytest.raises(SystemExit, match="could not start"):
        tasks.call([ROOT / "no-such-program"])


def test_children_get_one_thread_and_return_their_code(tasks):
    wanted = "os.environ['OMP_NUM_THREADS'] == os.environ['OPENBLAS_NUM_THREADS'] == '1'"
    program = f"import os, sys; sys.exit(7 if {wanted} else 1)"
    assert tasks.call([sys.executable, "-c", program]) == 7


@pytest.mark.skipif(os.name == "nt", reason="NOT CHECKED: signals to a group of processes")
def test_ctrl_c_ends_in_a_sentence():
    child = "import time; print('started', flush=True); time.sleep(60)"
    task = f"lambda _: tasks.step('Waiting', [sys.executable, '-c', {child!r}])"
    # A process started in the background may ignore or block Ctrl-C, and passes that on.
    heed = "signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT]); "
    heed += "signal.signal(signal.SIGINT, signal.default_int_handler)"
    program = f"import signal, sys, tasks; {heed}; tasks.plainly({task}, [])"
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    while process.stdout.readline() != "started\n":
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    # The child's own traceback comes first, and none of tasks.py.
    assert said.count("Traceback") == 1 and "tasks.py" not in said.partition("\n\ntasks.py: ")[0]
    assert said.endswith("tasks.py: stopped. What is half made will be made afresh.\n")


def refuse(_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "a-file")


def test_what_the_system_refuses_ends_in_a_sentence(tasks):
    with pytest.raises(SystemExit, match=r"tasks.py: .*No space left on device: 'a-file'\.$"):
        tasks.plainly(refuse, [])


def failed_step(tasks, network):
    with pytest.raises(SystemExit) as caught:
        tasks.step("Installing", [sys.executable, "-c", "import sys; sys.exit(3)"], network)
    return str(caught.value)


@pytest.fixture
def roomy(tasks, monkeypatch):
    """tasks.py on a disk with 10 GB free."""
    monkeypatch.setattr(tasks.shutil, "disk_usage", lambda _: SimpleNamespace(free=10e9))
    return tasks


@pytest.mark.parametrize("network", [True, False])
def test_a_failed_step_asks_for_a_network_where_it_needs_one(roomy, network):
    said = failed_step(roomy, network)
    assert said.startswith("\ntasks.py: Installing: this step failed with exit code 3.")
    assert said.endswith("how to get one." if network else "The lines above say why.")
    assert ("Is there a network? With a folder wheels none is needed" in said) == network
    assert "\n### Without a network\n" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_failed_step_looks_at_the_disk(tasks, monkeypatch):
    monkeypatch.setattr(tasks.shutil, "disk_usage", lambda _: SimpleNamespace(free=0.26e9))
    assert "The disk is nearly full: 0.3 GB are free." in failed_step(tasks, False)


@pytest.mark.parametrize(
    ("system", "length", "told"), [("nt", 95, 1), ("nt", 94, 0), ("posix", 95, 0)]
)
def test_a_failed_step_on_windows_looks_at_long_names(roomy, monkeypatch, system, length, told):
    monkeypatch.setattr(roomy, "os", SimpleNamespace(name=system))
    monkeypatch.setattr(roomy, "ROOT", "C:" + "x" * (length - 2))
    assert len(list(roomy.guesses(network=False))) == told


def test_names_in_the_environment_are_as_short_as_the_advice_on_windows_says(tasks):
    packages = Path(sysconfig.get_path("purelib"))
    names = (os.path.join(base, name) for base, _, held in os.walk(packages) for name in held)
    longest = max(map(len, names)) - len(str(packages))
    assert tasks.LONGEST_ROOT + len("/.venv/Lib/site-packages") + longest < 260


def windows(tasks, monkeypatch):
    """tasks.py where it believes to be on Windows, and files marked read-only stay."""
    real = os.unlink

    def unlink(path):
        if not os.stat(path).st_mode & stat.S_IWRITE:
            raise PermissionError(errno.EACCES, "Access is denied", path)
        real(path)

    def rmtree(folder, **handler):
        [(name, handle)] = handler.items()
        assert name in inspect.signature(real_rmtree).parameters
        for path in filter(Path.is_file, Path(folder).rglob("*")):
            try:
                unlink(path)
            except PermissionError as error:
                handle(unlink, str(path), error)
        real_rmtree(folder)

    real_rmtree = tasks.shutil.rmtree
    monkeypatch.setattr(tasks.shutil, "rmtree", rmtree)
    monkeypatch.setattr(tasks, "os", SimpleNamespace(name="nt", chmod=os.chmod))


def test_read_only_files_are_removed_on_windows(tasks, tmp_path, monkeypatch):
    windows(tasks, monkeypatch)
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / "packed").touch()
    (folder / "packed").chmod(stat.S_IREAD)
    tasks.remove(folder)
    assert not folder.exists()


def test_on_windows_the_python_in_the_environment_does_not_remove_itself(bare, monkeypatch):
    bare.set_up()
    (bare.ROOT / "requirements.txt").write_text("changed")
    monkeypatch.setattr(bare, "os", SimpleNamespace(name="nt"))
    monkeypatch.setattr(bare.sys, "prefix", str(bare.ROOT / ".venv"))
    with pytest.raises(SystemExit, match="Type deactivate"):
        bare.set_up()
    assert (bare.ROOT / ".venv").exists()


@pytest.mark.parametrize("name", ["tasks.py", "tests/wheels.py", "requirements.txt"])
def test_what_is_said_and_read_before_the_set_up_fits_every_console(name):
    assert (ROOT / name).read_bytes().isascii()


def test_second_run_does_nothing_until_a_pin_changes(bare):
    python = bare.set_up()
    first = list(bare.steps)
    assert python.exists() and len(first) == 4
    assert bare.set_up() == python
    assert bare.steps == first
    for name in ("requirements.txt", "pyproject.toml"):
        del bare.steps[:]
        (bare.ROOT / name).write_text("changed")
        (bare.ROOT / ".venv" / "leftover").touch()
        bare.set_up()
        assert bare.steps == first
        assert not (bare.ROOT / ".venv" / "leftover").exists()


def test_another_python_or_folder_makes_the_environment_afresh(bare, monkeypatch):
    bare.set_up()
    del bare.steps[:]
    monkeypatch.setattr(bare.sys, "version_info", (3, 99, 0))
    bare.set_up()
    assert bare.steps
    del bare.steps[:]
    moved = bare.ROOT / "moved"
    moved.mkdir()
    for name in (".venv", "requirements.txt", "pyproject.toml"):
        (bare.ROOT / name).rename(moved / name)
    monkeypatch.setattr(bare, "ROOT", moved)
    bare.set_up()
    assert bare.steps


def test_a_python_without_ensurepip_is_told_what_to_install(bare, monkeypatch):
    monkeypatch.setattr(bare.shutil, "which", lambda name: None)
    monkeypatch.setattr(bare.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=r"apt install python3\.\d+-venv"):
        bare.set_up()
    assert not bare.steps


def test_uv_is_used_where_it_is_installed(bare, monkeypatch):
    commands = []
    record = bare.step

    def step(what, command, network=False):
        commands.append(command)
        record(what, command)

    monkeypatch.setattr(bare, "step", step)
    monkeypatch.setattr(bare.shutil, "which", lambda name: {"uv": "/bin/uv"}.get(name))
    bare.set_up()
    assert [command[0] for command in commands[:3]] == ["/bin/uv"] * 3


@pytest.fixture
def stacks(bare, monkeypatch):
    """tasks.py where the matrix only records what it would install and call."""
    bare.installed, bare.called, bare.codes = [], [], {}

    def step(what, command, network=False):
        if "pip" in command:
            bare.installed.append([str(part) for part in command])

    def call(command):
        bare.called.append([str(part) for part in command])
        [stack] = [name for name in bare.STACKS if name in str(command[0])]
        return bare.codes.get(stack, 0)

    monkeypatch.setattr(bare, "step", step)
    monkeypatch.setattr(bare, "call", call)
    monkeypatch.setattr(bare.shutil, "which", lambda name: {"uv": "/bin/uv"}.get(name))
    return bare


def test_the_matrix_installs_each_stack_with_the_tests_and_runs_all(stacks, capsys):
    assert stacks.matrix(["-k", "worlds"]) == 0
    assert [line[line.index("--resolution") + 1] for line in stacks.installed] == [
        "lowest-direct",
        "highest",
        "highest",
    ]
    assert all(line[-2:] == ["--editable", ".[test]"] for line in stacks.installed)
    for name, line in zip(stacks.STACKS, stacks.called, strict=True):
        assert name in line[0]
        assert line[1:4] == ["-m", "tests.offline", "--nbval"] and line[-2:] == ["-k", "worlds"]
        assert "notebooks" not in line and "tests" not in line  # so testpaths: both of them
    assert capsys.readouterr().out.splitlines()[-3:] == [
        "the oldest versions on Python 3.11: passed",
        "the newest versions on Python 3.12: passed",
        "the newest versions on Python 3.13: passed",
    ]


@pytest.mark.parametrize(
    ("words", "run"),
    [
        (["oldest"], ["oldest-3.11"]),
        (["newest"], ["newest-3.12", "newest-3.13"]),
        (["newest-3.12", "oldest"], ["oldest-3.11", "newest-3.12"]),
    ],
)
def test_the_matrix_runs_the_stacks_that_are_named(stacks, words, run):
    # After the first word that names no stack, all are pytest's.
    assert stacks.matrix([*words, "-k", "oldest"]) == 0
    assert [Path(line[0]).parts[-3].removeprefix(".venv-") for line in stacks.called] == run
    assert all(line[-2:] == ["-k", "oldest"] for line in stacks.called)
    assert not any(word in line[1:-1] for word in words for line in stacks.called)


def test_the_matrix_fails_with_any_stack_and_runs_the_others(stacks, capsys):
    stacks.codes["oldest-3.11"] = 2
    assert stacks.matrix([]) == 1
    assert capsys.readouterr().out.splitlines()[-3:] == [
        "the oldest versions on Python 3.11: failed with exit code 2",
        "the newest versions on Python 3.12: passed",
        "the newest versions on Python 3.13: passed",
    ]


def test_the_matrix_needs_uv(stacks, monkeypatch):
    monkeypatch.setattr(stacks.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match="needs uv"):
        stacks.matrix([])


def test_mutants_need_uv(stacks, monkeypatch):
    monkeypatch.setattr(stacks.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match="needs uv"):
        stacks.mutants([])


# The lists of requirements


def test_binder_has_the_same_environment():
    root, binder = ROOT / "environment.yml", ROOT / "binder" / "environment.yml"
    assert binder.read_bytes() == root.read_bytes()


def test_environment_has_the_ranges_of_pyproject():
    conda, pip = conda_specs()
    listed = []
    for spec in conda + pip:
        name, bounds = re.fullmatch(r"([\w-]+)(.*)", spec).groups()
        listed.append(PYPI_NAMES.get(name, name) + bounds)
    assert sorted(listed) == sorted(PROJECT["dependencies"])


def test_conda_ranges_accept_what_is_installed():
    conda, _ = conda_specs()
    assert conda
    for spec in conda:
        name, bounds = re.fullmatch(r"([\w-]+)(.*)", spec).groups()
        version = importlib.metadata.version(PYPI_NAMES.get(name, name))
        assert VersionSpec(bounds).matches(Version(version)), (spec, version)


def test_pyproject_ranges_accept_what_is_installed():
    for line in PINNED:
        needed = Requirement(line)
        if needed.marker is None or needed.marker.evaluate():
            version = importlib.metadata.version(needed.name)
            assert needed.specifier.contains(version), (line, version)


def test_requirements_are_pins_and_nothing_else():
    assert pins()
    for line in pins():
        pin = Requirement(line)  # an option, a path or a bare address does not parse
        assert pin.url is None and re.fullmatch(r"==[\w.]+", str(pin.specifier)), line
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert not re.search(r"://|index-url|find-links|@", text)


@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_requirements_satisfy_pyproject_everywhere(system, python):
    place = {
        "sys_platform": system,
        "os_name": "nt" if system == "win32" else "posix",
        "python_version": python,
        "python_full_version": python + ".0",
    }
    pinned = {}
    for pin in map(Requirement, pins()):
        if pin.marker is None or pin.marker.evaluate(place):
            assert pin.name not in pinned
            pinned[pin.name] = str(pin.specifier).removeprefix("==")
    for line in PINNED:
        needed = Requirement(line)
        if needed.marker is None or needed.marker.evaluate(place):
            assert needed.specifier.contains(pinned[needed.name]), line


def test_every_list_names_the_same_pythons(tasks):
    allowed = SpecifierSet(PROJECT["requires-python"])
    minors = [minor for minor in range(30) if allowed.contains(f"3.{minor}.5")]
    assert [(3, minor) for minor in (minors[0], minors[-1])] == [tasks.OLDEST, tasks.NEWEST]
    # Each Python in one stack, and the oldest versions on the oldest of them.
    assert [version for version, _ in tasks.STACKS.values()] == [f"3.{minor}" for minor in minors]
    assert all(name.endswith("-" + version) for name, (version, _) in tasks.STACKS.items())
    [conda] = [s for s in ENVIRONMENT["dependencies"] if str(s).startswith("python")]
    assert conda in [f"python=3.{minor}" for minor in minors]


def test_pyproject_names_every_package():
    found = {p.parent.relative_to(ROOT) for p in (ROOT / "helpers").rglob("__init__.py")}
    assert sorted(PYPROJECT["tool"]["setuptools"]["packages"]) == sorted(
        ".".join(folder.parts) for folder in found
    )


# Binder and the scripts


def test_repo2docker_sees_python_environment_and_post_build():
    pytest.importorskip("repo2docker", reason="NOT CHECKED: repo2docker is not installed")
    done = run(sys.executable, "-m", "repo2docker", "--no-build", "--debug", ROOT, check=True)
    assert "Building conda environment for python=3.12\n" in done.stderr
    assert 'env update -p ${NB_PYTHON_PREFIX} --file "binder/environment.yml"' in done.stdout
    assert "RUN ./binder/postBuild\n" in done.stdout


@pytest.mark.parametrize("script", ["binder/postBuild", ".ci/run"])
def test_scripts_can_run(script):
    assert b"\r" not in (ROOT / script).read_bytes()
    if os.name == "posix":
        assert os.access(ROOT / script, os.X_OK)


# What the repository says of itself


def test_readme_maps_the_notebooks_that_exist():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    linked = re.findall(r"\]\((notebooks/\S+\.ipynb)\) \|.*\| (\d+) \|", readme)
    minutes = {
        path.relative_to(ROOT).as_posix(): re.search(
            r"\*\*Time:\*\* (\d+) minutes", load(path).cells[0].source
        ).group(1)
        for path in main_notebooks()
    }
    assert dict(linked) == minutes
    assert len(linked) == len(minutes) == 13


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_links_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)]+)\)", text)
    headings = re.findall(r"^#+ (.*)", text, re.MULTILINE)
    parts = ["#" + re.sub(r"[^\w -]", "", name).lower().replace(" ", "-") for name in headings]
    assert links
    for link in links:
        assert link.startswith("https://") or link in parts or (ROOT / link).exists(), link


ADDRESS = re.compile(
    r"(?:github\.com|mybinder\.org/v2/gh|colab\.research\.google\.com/github)"
    r"/([\w.-]+/[\w.-]+)"
)


def addresses(folder):
    """The repository's address, once for each place in README and the notebooks that holds it."""
    paths = [folder / "README.md", *(folder / "notebooks").rglob("*.ipynb")]
    return [a for path in paths for a in ADDRESS.findall(path.read_text(encoding="utf-8"))]


def test_one_command_writes_the_address_everywhere(tasks, tmp_path, monkeypatch):
    """And nothing else changes: written back, the files are what they were."""
    for name in ("README.md", "notebooks"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    monkeypatch.setattr(tasks, "ROOT", tmp_path)
    before = addresses(ROOT)
    assert len(set(before)) == 1 and len(before) >= 4 + len(main_notebooks())
    tasks.address(["some-one/a.name"])
    assert addresses(tmp_path) == ["some-one/a.name"] * len(before)
    tasks.address(before[:1])
    for path in ("README.md", *(p.relative_to(ROOT) for p in main_notebooks())):
        assert (tmp_path / path).read_bytes() == (ROOT / path).read_bytes()


def test_on_colab_and_only_there_the_first_cell_installs_the_package(monkeypatch):
    commands = []
    monkeypatch.setattr(subprocess, "run", lambda command, check: commands.append(command))
    [cell] = [c for c in load(main_notebooks()[0]).cells if c.id == "colab"]
    exec(cell.source, {})
    assert not commands
    monkeypatch.setitem(sys.modules, "google.colab", object())
    exec(cell.source, {})
    package = f"git+https://github.com/{addresses(ROOT)[0]}"
    pip = [sys.executable, "-m", "pip", "install"]
    assert len(commands) == 1 and commands[0][:4] == pip and package in commands[0]


@pytest.mark.parametrize("arguments", [[], ["a/b", "c/d"], ["name"], ["https://github.com/a/b"]])
def test_an_address_that_is_none_is_refused(tasks, arguments):
    with pytest.raises(SystemExit, match="OWNER/NAME"):
        tasks.address(arguments)


def test_no_other_file_holds_the_address():
    address = addresses(ROOT)[0]
    names = {name for name, text in repository_texts() if address in text}
    assert {name for name in names if not name.startswith("notebooks/")} == {"README.md"}


def test_citation_is_complete():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors", "abstract"} <= set(citation)
    assert citation["license"] == PROJECT["license"]
    assert citation["authors"] == PROJECT["authors"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme.startswith(f"# {citation['title']}\n")


def test_no_file_names_a_package_index_or_a_folder_of_a_machine():
    index = r"pypi[.]org|pythonhosted[.]org|anaconda[.](org|com)|://[^/\s]+/simple\b"
    folder = r"(?<![\w.~-])/(root|home|Users|work|tmp)/\w|[A-Z]:\\+Users|file:[/]{3}\w"
    found = [
        (name, match.group())
        for name, text in repository_texts()
        for match in re.finditer(f"{index}|{folder}", text)
    ]
    assert not found
