"""PSI of a batch against a kept reference beside scipy's Kolmogorov-Smirnov test.

    python benchmarks/two_sample_speed.py

One thread, the same batches, in turn. Both judge every feature of the batch; `psi_against` has
binned the reference once, before the clock starts. scipy's test is given its fast method, the
asymptotic p-value.
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import argparse
from time import perf_counter

import numpy as np
from scipy.stats import ks_2samp

from helpers.twosample import psi_against

REFERENCE, FEATURES = 5000, 10


def milliseconds(function, batch):
    """Time of one call."""
    before = perf_counter()
    function(batch)
    return 1000 * (perf_counter() - before)


def main():
    """Judge batches of several sizes both ways, and print times and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batches", type=int, default=40)
    batches = parser.parse_args().batches
    rng = np.random.default_rng(0)
    old = rng.normal(size=(REFERENCE, FEATURES))
    index = psi_against(old)

    def ks(new):
        return [ks_2samp(a, b, method="asymp").pvalue for a, b in zip(old.T, new.T, strict=True)]

    for rows in (200, 1000, 5000):
        times = []
        for new in rng.normal(size=(batches + 3, rows, FEATURES)):
            times.append([milliseconds(ks, new), milliseconds(index, new)])
        times = np.array(times[3:])  # the first three warm up
        slow, fast = np.median(times, axis=0)
        low, ratio, high = np.percentile(times[:, 0] / times[:, 1], [5, 50, 95])
        print(
            f"{rows:5} rows x {FEATURES} features: ks_2samp {slow:6.2f} ms, PSI {fast:5.2f} ms, "
            f"batch by batch {ratio:.1f} times as fast [5% {low:.1f}, 95% {high:.1f}]"
        )


if __name__ == "__main__":
    main()
