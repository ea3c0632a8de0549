"""Detectors over a block and over many streams beside river's Page-Hinkley, update by update.

    python -m benchmarks.monitor_speed

All watch the same streams without an alarm, so that every value is taken. The other side is
river.drift.PageHinkley fed plain floats in a loop that looks for an alarm after each, as river's
documentation does. CPU seconds an update, both sides in turn.
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
from river import drift

from benchmarks.timing import paired, row
from helpers.monitors import Cusum, PageHinkley, cusum_alarms, page_hinkley_alarms

STREAMS, DELTA, NEVER = 1000, 0.05, 1e9


def measure(quick=False):
    """Compare updates per second.

    Parameters
    ----------
    quick : bool
        Tiny sizes, to see that it works.

    Returns
    -------
    list of dict
        See benchmarks/README.md.
    """
    rows, path, repeats = (100, 1000, 3) if quick else (1000, 50_000, 15)
    rng = np.random.default_rng(0)
    streams, one = rng.normal(0, 0.3, (STREAMS, rows)), rng.normal(0, 0.3, path)
    values = one.tolist()

    def river():
        detector = drift.PageHinkley(delta=DELTA, threshold=NEVER)
        return [i for i, x in enumerate(values) if detector.update(x) or detector.drift_detected]

    ours = [
        ("Page-Hinkley over a block", lambda: PageHinkley(DELTA, NEVER).scan(one), path),
        ("CUSUM over a block", lambda: Cusum(0, 0.5, NEVER).scan(one), path),
        ("Page-Hinkley", lambda: page_hinkley_alarms(streams, DELTA, NEVER), streams.size),
        ("CUSUM", lambda: cusum_alarms(streams, 0, 0.5, NEVER), streams.size),
    ]
    table = []
    for name, function, updates in ours:
        (found, _), times = paired(river, function, repeats)
        assert found == []  # nobody stopped early
        theirs, own = (times / [path, updates]).T
        many = updates == streams.size
        table.append(
            row(
                f"updates a second: {name}{f' on {STREAMS:,} streams at once' if many else ''} "
                "/ river's Page-Hinkley",
                theirs / own,
                ">= 20" if many else ">= 2",
                f"{np.median(own) * 1e9:.0f} and {np.median(theirs) * 1e9:.0f} ns an update",
            )
        )
    return table
