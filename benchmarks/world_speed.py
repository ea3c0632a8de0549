"""Drawing a world beside river's Hyperplane: ten uniform features, two drifting weights, noise.

Both label a row by the side of a hyperplane on which it lies, and flip 5% of the labels.
"""

import numpy as np
from river.datasets import synth

from benchmarks.timing import paired, row
from helpers.worlds import World, incremental, stream, uniform

FEATURES, ROWS = 10, 50


def hyperplane(batches):
    """A world like river's: two of the ten weights move."""
    start = np.linspace(0.1, 1, FEATURES)
    weights = incremental(start, start + ([0.2, 0.2] + [0] * (FEATURES - 2)), 0, batches)

    def probability(X, t):
        above = np.einsum("nd,nd->n", X - 0.5, np.broadcast_to(weights(t), X.shape)) >= 0
        return np.where(above, 0.95, 0.05)

    return World(uniform(0, 1), probability, noise=None, d=FEATURES)


def measure(quick=False):
    """Time both in turn: rows a second."""
    batches, repeats = (4, 2) if quick else (100, 40)
    world = hyperplane(batches)

    def theirs():
        rows = synth.Hyperplane(
            seed=0,
            n_features=FEATURES,
            n_drift_features=2,
            mag_change=0.0001,
            noise_percentage=0.05,
        )
        return sum(1 for _ in rows.take(batches * ROWS))

    def ours():
        streams = [stream(world, np.random.default_rng(seed), batches, ROWS) for seed in range(10)]
        return sum(len(one.y) for one in streams)

    counts, times = paired(theirs, ours, repeats, warm_up=2)
    speeds = np.array(counts) / times
    slow, fast = np.median(speeds, axis=0) / 1e6
    note = (
        f"{fast:.1f} and {slow:.2f} million rows a second; streams of {batches * ROWS} rows, ours "
        f"for ten seeds; {repeats} pairs"
    )
    what = "drawing a world, rows a second beside river's Hyperplane"
    return [row(what, speeds[:, 1] / speeds[:, 0], ">= 12", note)]
