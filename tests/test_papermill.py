"""Notebook 11 without a screen: ``papermill 11_your_own_data.ipynb out.ipynb -p path my.csv``."""

import os
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

from tests.execute import kernel_environment, own_kernel
from tests.notebooks import NOTEBOOKS, code_cells, load, texts
from tests.own_files import classes, simulated

NOTEBOOK = NOTEBOOKS / "11_your_own_data.ipynb"


def papermill(folder, *parameters):
    """Run it in `folder` as one types it; return the exit code and what was printed."""
    command = [sys.executable, "-m", "papermill", str(NOTEBOOK), "out.ipynb", "--no-progress-bar"]
    done = subprocess.run(
        [*command, *parameters],
        cwd=folder,
        env=kernel_environment() | {"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    return done.returncode, done.stdout + done.stderr


def printed(notebook, cell_id):
    """What a cell of the executed notebook shows."""
    [cell] = [cell for cell in code_cells(notebook) if cell.id == cell_id]
    return "\n".join(texts(cell))


@pytest.fixture
def folder(tmp_path):
    """Somewhere else, with spaces and letters beyond ASCII in its name."""
    folder = tmp_path / "Zoë's Größen 数据"
    folder.mkdir()
    return folder


@pytest.mark.slow
def test_a_file_from_any_folder(folder):
    table = simulated("cure", 1).rename(columns={"y": "größe"}).sample(frac=1, random_state=0)
    table.to_csv(folder / "mein csv.csv", index=False)
    given = ["-p", "path", "mein csv.csv", "-p", "time", "ts", "-p", "target", "größe"]
    code, said = papermill(folder, *given, "-y", "features: [x1, x2]", "-p", "delay", "1")
    assert code == 0, said
    assert sorted(os.listdir(folder)) == ["mein csv.csv", "out.ipynb", "retraining_report.html"]
    out = nbformat.read(folder / "out.ipynb", as_version=4)
    assert printed(out, "verdict").startswith("Retrain ")
    assert printed(out, "read-sum") == "read minus dropped: 1,500; in the table: 1,500\n"
    report = (folder / "retraining_report.html").read_text(encoding="utf-8")
    assert printed(out, "verdict").strip() in report.replace("&#x27;", "'")
    assert "größe" in report and "1 periods" in report


@pytest.mark.slow
@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["-p", "path", "gone.csv", "-p", "target", "y"], "there is no file 'gone.csv'"),
        (["-p", "path", "my.csv", "-p", "target", "z"], "my.csv has no column ['z']"),
        (["-p", "path", "my.csv", "-p", "target", "y", "-p", "price", "dear"], "price must be"),
        (["-p", "path", "my.csv", "-p", "target", "y", "-p", "report", "a.txt"], "end in .html"),
        (["-p", "path", "five.csv", "-p", "target", "y"], "table has 5 rows"),
        (["-p", "target", "y"], "source must be a path"),  # not the flights instead
    ],
)
def test_what_cannot_be_used_ends_the_run(folder, given, message):
    table = classes("none", 1)
    table.to_csv(folder / "my.csv", index=False)
    table.head(5).to_csv(folder / "five.csv", index=False)
    code, said = papermill(folder, "-p", "time", "ts", *given)
    assert code not in (0, None) and message in said
    assert "helpers/" not in said  # the message alone, not where it was raised
    assert not list(folder.glob("*.html"))


@pytest.mark.slow
def test_the_flights_by_default(folder):
    code, said = papermill(folder)
    assert code == 0, said
    out = nbformat.read(folder / "out.ipynb", as_version=4)
    for cell in code_cells(load(NOTEBOOK)):
        if cell.id in ("read-sum", "verdict"):
            assert printed(out, cell.id) == "\n".join(texts(cell))
    assert os.listdir(folder) == ["out.ipynb"]  # the flights' report is in a temporary folder


def test_in_the_lab_a_bad_file_gives_a_message_without_a_traceback(folder):
    """And the kernel lives: mended, the cell runs."""
    simulated("none", 1).to_csv(folder / "my.csv", index=False)
    cells = {cell.id: cell for cell in code_cells(load(NOTEBOOK))}
    bad, good = (f"path, time, target = 'my.csv', 'ts', {name!r}" for name in ("yy", "y"))
    sources = [cells["parameters"].source, cells["tools"].source]
    sources += [bad, cells["source"].source, cells["read"].source, good, cells["read"].source]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, km=own_kernel(), allow_errors=True, resources=resources).execute()
    shown = [cell.outputs for cell in notebook.cells]
    [error] = shown[4]
    assert error.traceback == [error.evalue] and "my.csv has no column ['yy']" in error.evalue
    assert not any(shown[:4] + shown[5:])
