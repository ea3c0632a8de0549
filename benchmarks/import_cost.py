"""What importing costs: `helpers`, and what each notebook imports from it.

Each import runs in a fresh process of its own; the CPU time of the interpreter's start is not in
it. Bytecode is there beforehand.
"""

import ast
import subprocess
import sys

import numpy as np

from benchmarks.timing import row
from tests.notebooks import code_cells, load, main_notebooks

STACK = "import numpy, pandas, sklearn, matplotlib, ipywidgets"
PROGRAM = """
from time import process_time
before = process_time()
{}
print(process_time() - before)
"""


def cost(statements):
    """CPU seconds that import statements take in a fresh process."""
    command = [sys.executable, "-c", PROGRAM.format(statements)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def imports(path):
    """The import statements of a notebook that name `helpers`."""
    found = []
    for cell in code_cells(load(path)):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "helpers":
                found.append(ast.unparse(node))
    return "\n".join(found)


def measure(quick=False):
    """Time the whole stack, `helpers`, and each notebook's part of it, in turn."""
    paths = main_notebooks()[:1] if quick else main_notebooks()
    programs = {"stack": STACK, "helpers": "import helpers"}
    programs |= {path.stem[:2]: imports(path) for path in paths}
    times = {name: [] for name in programs}
    for i in range(2 if quick else 8):
        for name, program in programs.items():
            if i < 4 or name in ("stack", "helpers"):
                times[name].append(cost(program))
    times = {name: np.array(seconds[1:]) for name, seconds in times.items()}  # the first warms up
    stack = times.pop("stack")
    against = "numpy, pandas, scikit-learn, matplotlib and ipywidgets"
    rows = []
    for name, seconds in times.items():
        what = "import helpers" if name == "helpers" else f"what notebook {name} imports of helpers"
        note = f"{1000 * np.median(seconds):.1f} and {1000 * np.median(stack):.0f} ms"
        goal = "<= 0.4" if name == "helpers" else ""
        rows.append(row(f"{what}, beside {against}", seconds / np.median(stack), goal, note))
    return rows
