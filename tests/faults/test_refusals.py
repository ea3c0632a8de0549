"""Folders that may not be written, a disk that is full: a plain message, or quietly going on."""

import json
import os
import sys

import pytest

from helpers import progress
from tests.faults.unprivileged import run

needs_permissions = pytest.mark.skipif(os.name == "nt", reason="permissions of Unix")
needs_limits = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of Linux")
# All that writes, in a folder and with a home that may only be read.
READ_ONLY = """
import json, sys
from helpers import classroom, progress
from helpers.exercises import check, show_progress
from helpers.messages import Stop, plainly
from helpers.own_data import compare, prepare
from helpers.report import write_report
from helpers.sweeps import sweep
from helpers.verdict import verdict
from tests.own_files import Lines, simulated

check("00.1", 0.056, budget={"floor": 1.0, "approximation": 0.5, "estimation": 0.3,
                             "staleness": 0.056, "risk": 1.856})
show_progress("00")
table = simulated("cure", 1, periods=20)
study = prepare(table, None, "ts", "y", period="month", estimator=Lines())
results = compare(study)
try:
    with plainly("The report cannot be written"):
        write_report(study, results, verdict(study, results), "report.html")
except Stop as stop:
    print(stop)
try:
    classroom.main(["."])
except SystemExit as stop:
    print(stop)
print(sweep(abs, range(4), workers=2))
"""
FULL = """
import resource
from helpers import progress
from helpers.progress import done, record_check, where

soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
for i in range(20):
    record_check(f"01.{i}", "right", "said " * 10)
print(len(done()), where())
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
record_check("01.20", "right", "said")
print(len(done()), where())
"""


@needs_permissions
@pytest.mark.slow
def test_a_folder_and_a_home_that_are_read_only(tmp_path):
    line = {"check": "01.1", "verdict": "right", "said": "", "when": ""}
    (tmp_path / "Ana.jsonl").write_text(json.dumps(line) + "\n")
    (tmp_path / "report.html").write_text("an older one")
    before = sorted(os.listdir(tmp_path))
    tmp_path.chmod(0o500)
    home = {"HOME": str(tmp_path), "MPLCONFIGDIR": str(tmp_path / "matplotlib")}
    try:
        out, err = run(READ_ONLY, tmp_path, WORKBOOK_PROGRESS="progress.jsonl", **home)
    finally:
        tmp_path.chmod(0o700)
    checked, shown, reported, collected, swept = out.splitlines()
    assert checked.startswith("00.1: right.")
    assert shown.startswith("00: 1 of 2 checks done") and "cannot be written" in shown
    refused = f"path: the page could not be written into the folder {tmp_path} (Permission denied)"
    assert reported.startswith(f"The report cannot be written: {refused}; free some space, or")
    assert collected.startswith(f"collect: {refused}") and collected.endswith(".")
    assert swept == "[0, 1, 2, 3]"
    # matplotlib says where it keeps its cache instead; nobody else complains.
    assert "Traceback" not in err and all("atplotlib" in row for row in err.splitlines()), err
    assert sorted(os.listdir(tmp_path)) == before
    assert (tmp_path / "report.html").read_text() == "an older one"


@needs_permissions
def test_a_progress_file_that_is_read_only_is_read_and_left(tmp_path):
    line = {"check": "01.1", "verdict": "right", "said": "", "when": ""}
    path = tmp_path / "progress.jsonl"
    path.write_text(json.dumps(line) + "\n")
    path.chmod(0o400)
    program = (
        "from helpers import progress; progress.record_check('01.2', 'right', '');"
        "print(sorted(progress.done())); print(progress.where())"
    )
    out, err = run(program, tmp_path, WORKBOOK_PROGRESS="progress.jsonl")
    done, where = out.splitlines()
    assert done == "['01.1', '01.2']" and "cannot be written" in where and err == ""
    assert progress.read(path) == ([line], 0)


@needs_limits
def test_a_disk_that_fills_up_within_a_line_loses_no_verdict(tmp_path):
    """The system refuses to make the file larger than 1,000 bytes, as on a full disk."""
    out, err = run(FULL, tmp_path, WORKBOOK_PROGRESS="progress.jsonl")
    full, freed = out.splitlines()
    assert full.startswith("20 Not all of it is kept") and err == ""
    assert freed.startswith("21 Kept in")
    lines, odd = progress.read(tmp_path / "progress.jsonl")
    assert {line["check"] for line in lines} == {f"01.{i}" for i in range(21)}
    assert odd <= 1, "only the line that was cut short"
