"""The second run of all cells in one kernel is compared, and a hidden state is found."""

import os
import re
import subprocess
import sys

import pytest

import tasks
from tests import execute, sample
from tests.notebooks import NOTEBOOKS, code_cells, load, main_notebooks, solution_notebooks

FORGETFUL = 'seen = 1 + globals().get("seen", 0)\nprint(f"{seen} seen")'
LATE = 'if "late" in globals():\n    import warnings\n\n    warnings.warn("again")\nlate = 1'


def pytest_run(folder, *arguments):
    """Exit code and output of pytest with the plugin, outside this project's settings."""
    options = [*tasks.NBVAL, "-p", "tests.twice", "-p", "no:cacheprovider", *arguments]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    environment["PYTHONPATH"] = str(NOTEBOOKS.parent)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *map(str, options)],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    return done.returncode, done.stdout


@pytest.mark.slow
def test_what_differs_or_complains_in_the_second_run_fails(tmp_path):
    cells = [sample.code("sum", "total = 20\nprint(f'{total} rows')")]
    cells += [sample.code("forgetful", FORGETFUL), sample.code("late", LATE)]
    path = sample.write(sample.notebook(*cells), tmp_path / "01_sample.ipynb")
    execute.execute(path)
    code, printed = pytest_run(tmp_path, "--rootdir", tmp_path, "-v", "--color=no", path.name)
    assert code == 1 and "2 failed, 4 passed" in printed, printed
    failed = set(re.findall(r"::(Cell .*?) FAILED", printed))
    assert failed == {"Cell 1 again", "Cell 2 again"} and "2 seen" in printed, printed


def test_every_notebook_is_run_twice_and_each_solution_once():
    """As `tasks.py test` collects them."""
    code, printed = pytest_run(NOTEBOOKS.parent, "--collect-only", "-q", NOTEBOOKS)
    assert code == 0, printed
    found = [line.split("::") for line in printed.splitlines() if "::Cell" in line]
    for path in [*main_notebooks(), *solution_notebooks()]:
        name, cells = (
            path.relative_to(NOTEBOOKS.parent).as_posix(),
            range(len(code_cells(load(path)))),
        )
        again = [] if path in solution_notebooks() else [f"Cell {i} again" for i in cells]
        assert [cell for where, cell in found if where == name] == [
            f"Cell {i}" for i in cells
        ] + again


def test_the_tests_own_settings_run_notebooks_twice(pytestconfig):
    """`tests.conftest` has registered the plugin in this very run."""
    assert pytestconfig.pluginmanager.has_plugin("tests.twice")
