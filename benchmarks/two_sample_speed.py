"""PSI of a batch against a kept reference beside scipy's Kolmogorov-Smirnov test.

Both judge every feature of a batch. `psi_against` has binned the reference before the clock
starts; scipy's test is given its fast method, the asymptotic p-value.
"""

import numpy as np
from scipy.stats import ks_2samp

from benchmarks.timing import paired, row
from helpers.twosample import psi_against

REFERENCE, FEATURES = 5000, 10


def measure(quick=False):
    """Time both in turn, for batches of several sizes."""
    reference, sizes, repeats = (100, [20], 2) if quick else (REFERENCE, [200, 1000, 5000], 40)
    old = np.random.default_rng(0).normal(size=(reference, FEATURES))
    index = psi_against(old)
    return [against(old, index, n, repeats) for n in sizes]


def against(old, index, n, repeats):
    """One row of the table: batches of n rows."""
    new = np.random.default_rng(1).normal(size=(n, FEATURES))

    def ks():
        return [ks_2samp(a, b, method="asymp").pvalue for a, b in zip(old.T, new.T, strict=True)]

    _, times = paired(ks, lambda: index(new), repeats, warm_up=2)
    slow, fast = 1000 * np.median(times, axis=0)
    note = f"{slow:.2f} and {fast:.2f} ms a batch; {len(old)} reference rows, {FEATURES} features"
    what = f"KS by scipy beside PSI against a kept reference, CPU time of a batch of {n} rows"
    return row(what, times[:, 0] / times[:, 1], ">= 5", f"{note}; {repeats} pairs")
