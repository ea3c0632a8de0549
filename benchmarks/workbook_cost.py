"""The workbook under nbval beside notebooks that only import its stack: CPU time and memory.

Each notebook is run and compared by nbval in a process of its own. CPU time is that of this
process and of its kernel; memory is the highest resident size of the larger one, the kernel.
Works where the system counts both for child processes: not on Windows.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from nbformat.v4 import new_code_cell, new_notebook

from benchmarks.timing import row
from tests import sample
from tests.notebooks import main_notebooks

IMPORTS = "import numpy, pandas, sklearn, matplotlib, ipywidgets"
PROGRAM = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
unit = 1 if sys.platform == "darwin" else 1024
print(code, used.ru_utime + used.ru_stime, used.ru_maxrss * unit)
"""


def run(path):
    """Return whether nbval is content with a notebook, CPU seconds and peak memory in MB."""
    nbval = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout", "600"]
    pytest = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *nbval, str(path)]
    command = [sys.executable, "-c", PROGRAM, *pytest]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    code, seconds, peak = done.stdout.split()
    if code not in "01":
        raise RuntimeError(f"pytest could not run {path}: {done.stderr}")
    return code == "0", float(seconds), float(peak) / 1e6


def measure(quick=False):
    """Run each notebook once, and after each one that only imports."""
    with tempfile.TemporaryDirectory() as folder:
        bare = sample.write(
            new_notebook(cells=[new_code_cell(IMPORTS, id="imports")]), Path(folder) / "bare.ipynb"
        )
        paths = [bare] if quick else main_notebooks()
        pairs = np.array([[run(path), run(bare)] for path in paths])
    content, seconds, peaks = pairs[..., 0], pairs[..., 1], pairs[..., 2]
    wrong = [path.stem[:2] for path, good in zip(paths, content[:, 0], strict=True) if not good]
    total, bases = seconds.sum(axis=0)
    note = f"{total:.0f} and {bases:.0f} s of CPU for {len(paths)} notebooks; range over notebooks"
    if wrong:
        note += f"; nbval found other results in {', '.join(wrong)}"
    what = "the workbook under nbval, CPU time beside as many notebooks that only import its stack"
    cpu = row(what, seconds[:, 0] / seconds[:, 1], "<= 4", note) | {"ratio": total / bases}
    base = np.median(peaks[:, 1])
    largest = int(peaks[:, 0].argmax())
    note = (
        f"{peaks[largest, 0]:.0f} MB ({paths[largest].stem[:2]}) and {base:.0f} MB; range as above"
    )
    what = (
        "the workbook under nbval, peak memory of its largest kernel beside one that only imports"
    )
    memory = row(what, peaks[:, 0] / base, "<= 1.5", note) | {"ratio": peaks[:, 0].max() / base}
    return [cpu, memory]
