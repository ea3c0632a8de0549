"""Execute notebooks and store their outputs without churn: ``python -m tests.execute [which ...]``.

`which` is a path, a stem or a number (``01`` takes the notebook and its solutions); without it
all notebooks are executed. A notebook with a failing cell is reported and left as it was.
"""

import argparse
import contextlib
import os
import sys
from pathlib import Path

import nbformat
import psutil
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from tests.notebooks import density, every_notebook, load, name_of

KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
CELL_TIMEOUT = 600  # seconds


def chosen(which):
    """Paths of the notebooks that the arguments name; every notebook if there are none."""
    if not which:
        return every_notebook()
    paths = []
    for name in which:
        if name.endswith(".ipynb"):
            found = [Path(name)] if Path(name).is_file() else []
        else:
            found = [p for p in every_notebook() if name in (p.stem, p.stem[:2], name_of(p))]
        if not found:
            raise SystemExit(f"no notebook {name!r}: give a number (01), a stem or a path")
        paths += [path for path in found if path not in paths]
    return paths


def own_kernel():
    """A manager for a kernel of this very interpreter, whatever kernel specs are installed."""
    specs = KernelSpecManager(kernel_dirs=[], ensure_native_kernel=True)
    return AsyncKernelManager(kernel_name="python3", kernel_spec_manager=specs)


def kernel_environment():
    """One thread per fit, the kernel's own picture backend, and no record of progress."""
    environment = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    return environment | {"OMP_NUM_THREADS": "1", "WORKBOOK_PROGRESS": ""}


def cost(pid):
    """CPU seconds, and peak memory in MB where the system tells it (else None)."""
    process = psutil.Process(pid)
    peak = getattr(process.memory_info(), "peak_wset", None)  # Windows
    with contextlib.suppress(OSError):  # Linux
        status = Path(f"/proc/{pid}/status").read_text().splitlines()
        peak = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
    return sum(process.cpu_times()[:4]), peak and peak / 1e6


def clean(notebook):
    """Drop what differs from run to run or from editor to editor, in place."""
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": KERNELSPEC, "language_info": {"name": "python"}}
    )
    for cell in notebook.cells:
        kept = cell.metadata.get("tags")
        cell.metadata = nbformat.from_dict({"tags": kept} if kept else {})
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET_VIEW, None)
            output.pop("transient", None)
        if "outputs" in cell:  # a view by itself leaves nothing behind
            cell.outputs = [output for output in cell.outputs if output.get("data", True)]


def execute(path):
    """Execute the notebook at `path` and write it back; return (CPU seconds, MB, changed)."""
    notebook = load(path)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    client = NotebookClient(
        notebook,
        km=own_kernel(),
        resources={"metadata": {"path": str(path.parent)}},
        timeout=CELL_TIMEOUT,
        extra_arguments=["--log-level=ERROR"],  # or each kernel warns about its transport
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
    )
    with client.setup_kernel(env=kernel_environment(), cleanup_kc=True):
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index, execution_count=client.code_cells_executed + 1)
        seconds, megabytes = cost(client.km.provisioner.pid)
    clean(notebook)
    nbformat.validate(notebook)
    text = nbformat.writes(notebook) + "\n"
    changed = path.read_bytes() != text.encode()
    path.write_text(text, encoding="utf-8", newline="\n")
    return seconds, megabytes, changed


def main(arguments=None):
    """Execute the chosen notebooks; return 1 if a cell failed."""
    parser = argparse.ArgumentParser(prog="execute", description=__doc__.splitlines()[0])
    parser.add_argument("which", nargs="*", help="number, stem or path (default: all)")
    failed = False
    for path in chosen(parser.parse_args(arguments).which):
        try:
            seconds, megabytes, changed = execute(path)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            print(f"{name_of(path)}: FAILED, file left as it was\n{error}", file=sys.stderr)
            failed = True
            continue
        words, median = density(load(path))
        memory = f"{megabytes:.0f} MB" if megabytes else "memory unknown here"
        print(
            f"{name_of(path)}: {seconds:.1f} s CPU, {memory}, {words:.1f} words per code line, "
            f"median cell {median:g} lines, {'changed' if changed else 'unchanged'}",
            flush=True,
        )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
