"""The executor behind ``python tasks.py execute``."""

import os
import sys

import pytest

from tests import execute, sample
from tests.hygiene import clean_metadata, clean_outputs, faults
from tests.notebooks import code_cells, load, texts


def test_executing_twice_leaves_the_same_bytes(tmp_path, capsys):
    path = sample.write(sample.complete(), tmp_path / "01_sample.ipynb")
    assert execute.main([str(path)]) == 0
    once = path.read_bytes()
    assert execute.main([str(path)]) == 0
    assert path.read_bytes() == once
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith("changed") and second.endswith("unchanged")
    assert " s CPU, " in first and "words per code line" in first


def test_what_editors_and_widgets_leave_behind_is_dropped(tmp_path):
    content = sample.complete()
    content.metadata.widgets = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    content.cells[1].metadata |= {"collapsed": True, "execution": {"iopub.status.idle": "now"}}
    assert len(faults([clean_metadata], content, None)) == 5
    path = sample.write(content, tmp_path / "01_sample.ipynb")
    execute.execute(path)
    text = path.read_text(encoding="utf-8")
    assert text.endswith("}\n") and "·" in text and b"\r" not in path.read_bytes()
    assert faults([clean_outputs, clean_metadata], load(path), path) == []
    assert [c.id for c in load(path).cells] == [c.id for c in content.cells]
    assert (
        "dots on a line, and all of them right of zero" in text
    )  # the picture and its alternative stay
    assert "image/png" in text


def test_kernel_is_this_python_in_the_notebooks_folder_with_one_thread(tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.setenv("MPLBACKEND", "Agg")
    # A kernel spec of the same name that must not be used.
    (tmp_path / "kernels" / "python3").mkdir(parents=True)
    (tmp_path / "kernels/python3/kernel.json").write_text('{"argv": ["false"]}')
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    source = (
        "import os, sys\n"
        "print(sys.executable, os.getcwd(), os.environ['OMP_NUM_THREADS'], sep='\\n')\n"
        "print('Agg' in os.environ['MPLBACKEND'])"
    )
    path = sample.write(sample.notebook(sample.code("where", source)), tmp_path / "a/b.ipynb")
    execute.execute(path)
    [printed] = texts(code_cells(load(path))[0])
    python, folder, threads, agg = printed.splitlines()
    assert os.path.samefile(python, sys.executable)
    assert os.path.samefile(folder, tmp_path / "a")
    assert (threads, agg) == ("1", "False")


def test_a_failing_cell_is_reported_and_its_file_left_alone(tmp_path, capsys):
    cells = sample.code("fine", "x = 1"), sample.code("fails", "rows = x / 0")
    path = sample.write(sample.notebook(*cells), tmp_path / "bad.ipynb")
    before = path.read_bytes()
    good = sample.write(sample.notebook(cells[0]), tmp_path / "good.ipynb")
    assert execute.main([str(path), str(good)]) == 1
    printed = capsys.readouterr()
    assert "rows = x / 0" in printed.err and "ZeroDivisionError" in printed.err
    assert path.read_bytes() == before
    assert "good" in printed.out and load(good).cells[0].execution_count == 1


def test_an_unknown_name_is_refused():
    with pytest.raises(SystemExit, match="no notebook 'no_such_one'"):
        execute.main(["no_such_one"])
