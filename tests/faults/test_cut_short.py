"""A sweep over seeds whose process is killed leaves nothing behind, and can be run again."""

import contextlib
import os
import signal
import time

import numpy as np
import psutil
import pytest

from tests.faults.unprivileged import start

SWEEP = """
import time
from pathlib import Path
import numpy as np
from helpers.sweeps import sweep

def one(seed):
    Path(f"began-{{seed}}").touch()
    time.sleep({seconds})
    return float(np.random.default_rng(seed).normal(size=1000).mean())

print(sweep(one, range(6), workers=2))
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="there a process cannot be killed by a signal")
def test_a_sweep_that_was_killed_can_be_run_again(tmp_path):
    work, shared = tmp_path / "work", tmp_path / "shared"
    work.mkdir()
    shared.mkdir()
    process = start(SWEEP.format(seconds=60), work, JOBLIB_TEMP_FOLDER=str(shared))
    end = time.monotonic() + 60
    while not list(work.glob("began-*")) and time.monotonic() < end:
        time.sleep(0.1)
    workers = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    assert process.wait() == -signal.SIGKILL and len(workers) >= 2
    for worker in workers:  # joblib's end by themselves, after five minutes without work
        with contextlib.suppress(psutil.NoSuchProcess):
            worker.kill()
    began = {path.name for path in work.iterdir()}
    assert began and began < {f"began-{seed}" for seed in range(6)}, (
        "it was cut short, and writes nothing"
    )

    again = start(SWEEP.format(seconds=0), work, JOBLIB_TEMP_FOLDER=str(shared))
    out, err = again.communicate(timeout=120)
    assert again.returncode == 0, err
    results = [float(np.random.default_rng(seed).normal(size=1000).mean()) for seed in range(6)]
    assert out.strip() == str(results)
    assert not list(shared.iterdir())
