"""Least squares from prefix sums, retrained before each batch on all rows so far.

Five features, batches of 200 rows. The sums are made anew in each run. The other side is a loop
with numpy and scikit-learn, whose fits become longer and longer.
"""

import numpy as np
from sklearn.linear_model import LinearRegression

from benchmarks.timing import largest_difference, paired, row
from helpers.backtest import Batches, backtest
from helpers.linear import LinearLearner
from helpers.policies import Policy, every, everything

ROWS, FEATURES, START = 200, 5, 10


def data(batches, seed=0):
    """A stream whose features are far from zero: an offset of 1e4."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(batches * ROWS, FEATURES))
    y = X @ rng.normal(size=FEATURES) + rng.normal(size=len(X))
    return Batches(X + 1e4, y, np.arange(batches + 1) * ROWS)


def ours(batches):
    """Losses by prefix sums."""
    return backtest(LinearLearner(batches), Policy(every(1), everything()), START)["loss"]


def plain_loop(batches):
    """Losses by a fit on all rows before each batch."""
    X, y, losses = batches.X, batches.y, []
    for a in range(START * ROWS, len(y), ROWS):
        model = LinearRegression().fit(X[:a], y[:a])
        losses.append(np.mean((y[a : a + ROWS] - model.predict(X[a : a + ROWS])) ** 2))
    return losses


def measure(quick=False):
    """Time short against long streams, and ours against the loop."""
    short, long, loop = (15, 30, 20) if quick else (100, 1600, 1000)
    few, many, middle = data(short), data(long), data(loop)
    repeats = 2 if quick else 25
    _, times = paired(lambda: ours(few), lambda: ours(many), repeats, warm_up=2)
    each = 1e6 * times / [short - START, long - START]
    note = (
        f"{np.median(each[:, 0]):.0f} and {np.median(each[:, 1]):.0f} microseconds a batch, its "
        f"share of the sums and of the replay included; {repeats} pairs"
    )
    what = f"retrain every batch on all history: cost a batch at T={long} to that at T={short}"
    rows = [row(what, each[:, 1] / each[:, 0], "<= 1.3", note)]
    repeats = 1 if quick else 4
    (a, b), times = paired(lambda: plain_loop(middle), lambda: ours(middle), repeats, warm_up=0)
    slow, fast = np.median(times, axis=0)
    note = (
        f"loop {slow:.2f} s, prefix sums {1000 * fast:.0f} ms; {loop} batches of {ROWS} rows, "
        f"features offset by 1e4; {largest_difference(a, b)}; {repeats} pairs"
    )
    what = f"the same at T={loop}, times as fast as a numpy and scikit-learn loop"
    return [*rows, row(what, times[:, 0] / times[:, 1], ">= 200", note)]
