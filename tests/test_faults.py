"""Another machine: time zone, locale, hash seed, one CPU, code page, line ends, an odd folder."""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers import progress
from tests.own_files import simulated

ROOT = Path(__file__).parents[1]
# A whole study of one's own file; what it found: the text of its report, its pictures' hashes.
STUDY = """
import hashlib, json, locale, os, re, sys, warnings
from datetime import date, datetime
from pathlib import Path

comma = None
if os.environ["LC_ALL"] != "C.UTF-8":
    try:
        locale.setlocale(locale.LC_ALL, "")
        comma = "of the system"
    except locale.Error:
        locale._override_localeconv = {"decimal_point": ",", "thousands_sep": "."}
        comma = "simulated"
    assert locale.str(0.5) == "0,5"
if "LOKY_MAX_CPU_COUNT" in os.environ and hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, list(os.sched_getaffinity(0))[:1])

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    import joblib, numpy as np
    from helpers import progress
    from helpers.flights import flights
    from helpers.own_data import compare, prepare
    from helpers.report import write_report
    from helpers.sweeps import sweep
    from helpers.tables import read_table
    from helpers.verdict import verdict
    from tests.own_files import Lines

    folder = Path(os.environ["FOLDER"])
    table, report = read_table(folder / "größe.csv", "ts", "y")
    zoned, _ = read_table(folder / "größe.csv", "ts", "y", clock="Europe/Berlin")
    study = prepare(table, report, "ts", "y", period="month", estimator=Lines())
    results = compare(study)
    path = write_report(study, results, verdict(study, results), folder / "überblick.html")
    progress.record_check("01.1", "right", "Naïve, 数据")
    flown, counts = flights(thin=100)
    swept = sweep(lambda seed: np.random.default_rng(seed).normal(), range(4), workers=2)

# As on Windows, where text is not UTF-8 unless a file says so.
careless = [w for w in caught if w.category is EncodingWarning and "/helpers/" in w.filename]
# In Kathmandu it may be tomorrow already.
text = path.read_text("utf-8").replace(date.today().isoformat(), "TODAY")
when = datetime.fromisoformat(progress.recorded()[0][0]["when"])
found = {
    "careless": [str(w) for w in careless],
    "page": re.sub(r"data:image/png;base64,[^\\"]*|Europe.*", "", text),
    "pictures": [hashlib.sha256(png.encode()).hexdigest()
                 for png in re.findall(r"image/png;base64,([^\\"]*)", text)],
    "report": report.astype(str).to_numpy().tolist(),
    "zoned": zoned["ts"].astype(str).tolist()[:50],
    "losses": {name: h["loss"].round(9).tolist() for name, h in results.histories.items()},
    "said": [line["said"] for line in progress.recorded()[0]],
    "utc": when.utcoffset().total_seconds(),
    "flown": hashlib.sha256(flown.to_csv(index=False).encode()).hexdigest(),
    "swept": swept,
    "comma": comma,
    "cpus": joblib.cpu_count(),
    "counts": counts.astype(str).to_numpy().tolist(),
}
Path(os.environ["FOUND"]).write_text(json.dumps(found), "utf-8")
"""
HERE = {"TZ": "UTC", "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"}
THERE = {
    "time zone": HERE | {"TZ": "Asia/Kathmandu"},
    "hash seed": HERE | {"PYTHONHASHSEED": "12345"},
    "decimal comma": HERE | {"LC_ALL": "de_DE.UTF-8"},
    "one CPU": HERE | {"LOKY_MAX_CPU_COUNT": "1"},
}


def locales(folder):
    """Make the German locale where its source is at hand (Debian: package locales)."""
    folder.mkdir()
    with contextlib.suppress(OSError):
        command = ["localedef", "-i", "de_DE", "-f", "UTF-8", str(folder / "de_DE.UTF-8")]
        subprocess.run(command, capture_output=True, check=False, timeout=60)
    return {"LOCPATH": str(folder)} if os.listdir(folder) else {}


def study(folder, tmp_path, environment):
    folder.mkdir()
    # From Windows: line ends, and a path with spaces and letters beyond ASCII.
    simulated("cure", 1, periods=24).to_csv(folder / "größe.csv", index=False,
                                            lineterminator="\r\n")  # fmt: skip
    paths = {"FOLDER": folder, "FOUND": tmp_path / f"{folder.name}.json"}
    paths["WORKBOOK_PROGRESS"] = folder / "progress.jsonl"
    environment = dict(os.environ) | environment | {name: str(path) for name, path in paths.items()}
    run = subprocess.run(
        [sys.executable, "-X", "warn_default_encoding", "-c", STUDY],
        cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return json.loads(paths["FOUND"].read_text("utf-8"))


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    tmp_path = tmp_path_factory.mktemp("here")
    found = study(tmp_path / "plain", tmp_path, HERE)
    return {name: value for name, value in found.items() if name not in ("comma", "cpus")}


@pytest.mark.slow
@pytest.mark.parametrize("fault", THERE)
def test_a_study_finds_the_same_on_another_machine(fault, here, tmp_path, record_property):
    environment = dict(THERE[fault])
    if fault == "decimal comma":
        environment |= locales(tmp_path / "locales")
    there = study(tmp_path / "Grüße & 数据, a folder", tmp_path, environment)
    comma, cpus = there.pop("comma"), there.pop("cpus")
    if fault == "decimal comma":
        record_property("summary", ["locale", f"the decimal comma of de_DE is {comma}"])
    assert (comma is not None) == (fault == "decimal comma")
    assert cpus == 1 or fault != "one CPU"
    assert there["careless"] == []
    assert "written on</th><td>TODAY<" in there["page"]
    assert there["said"] == ["Naïve, 数据"] and there["utc"] == 0
    assert there == here


def test_a_progress_file_that_windows_touched_is_read(tmp_path, monkeypatch):
    """Saved by an editor there: CR LF, and a mark at its beginning."""
    path = tmp_path / "Мой прогресс.jsonl"
    monkeypatch.setenv("WORKBOOK_PROGRESS", str(path))
    progress.record_check("01.1", "right", "Naïve")
    progress.record_check("01.2", "not yet", "数据")
    lines, odd = progress.read(path)
    assert len(lines) == 2 and odd == 0
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert progress.read(path) == (lines, 0)
    progress.record_check("01.3", "right", "one more")
    assert [line["check"] for line in progress.read(path)[0]] == ["01.1", "01.2", "01.3"]
