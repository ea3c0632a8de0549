"""nbval, called as in tasks.py, accepts an executed notebook and refuses a tampered one."""

import os
import subprocess
import sys

import pytest

import tasks
from tests import execute, sample
from tests.notebooks import load


def validate(path):
    """The exit code and the output of nbval on one notebook, outside this project's settings."""
    options = [*tasks.NBVAL, "--rootdir", path.parent, "-p", "no:cacheprovider"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", *map(str, options), path.name]
    done = subprocess.run(
        command, cwd=path.parent, env=environment, capture_output=True, text=True, timeout=120
    )
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """The sample notebook, executed: it prints a number and holds a picture beside a widget."""
    path = sample.write(sample.complete(), tmp_path_factory.mktemp("nbval") / "01_sample.ipynb")
    execute.execute(path)
    return path


def test_an_executed_notebook_passes(executed):
    code, printed = validate(executed)
    assert code == 0, printed


@pytest.mark.parametrize(
    ("cell_id", "what"), [("count", "a printed number"), ("slider", "a picture's alternative")]
)
def test_a_tampered_output_fails(executed, tmp_path, cell_id, what):
    notebook = load(executed)
    cell = next(cell for cell in notebook.cells if cell.id == cell_id)
    [output] = cell.outputs
    if "text" in output:
        output.text = output.text.replace("20", "21")
    else:
        output.data["text/plain"] = output.data["text/plain"].replace("20", "21")
    code, printed = validate(sample.write(notebook, tmp_path / "01_sample.ipynb"))
    assert code == 1 and "1 failed" in printed and "21" in printed, printed
