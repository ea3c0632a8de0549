"""Run a program as a user whom the system refuses something, whoever runs the tests."""

import ctypes
import os
import subprocess
import sys

from tests.notebooks import NOTEBOOKS

ROOT = NOTEBOOKS.parent
_PR_CAPBSET_DROP = 24  # prctl(2)
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2  # capabilities(7): to pass over permissions


def _ordinary():
    """In the child: an administrator gives up the right to write everywhere."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in (_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH):
        if libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "a capability could not be dropped")


def start(program, folder, **environment):
    """Start Python on `program` in `folder`; what it may not write, it cannot.

    Parameters
    ----------
    program : str
    folder : Path
        Where it starts.
    **environment : str
        Variables besides those that are set.

    Returns
    -------
    subprocess.Popen
        Its output and errors are text in pipes.
    """
    administrator = sys.platform.startswith("linux") and os.geteuid() == 0
    variables = dict(os.environ, PYTHONPATH=str(ROOT), PYTHONIOENCODING="utf-8", **environment)
    return subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=folder, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        encoding="utf-8", preexec_fn=_ordinary if administrator else None,
    )  # fmt: skip


def run(program, folder, **environment):
    """Run `program` as `start` does; return its output and its errors, both text."""
    process = start(program, folder, **environment)
    out, err = process.communicate(timeout=240)
    assert process.returncode == 0, err
    return out, err
