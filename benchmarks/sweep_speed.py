"""A sweep over seeds beside a loop with numpy and scikit-learn, one worker each.

For each seed a world is drawn (a random walk of five coefficients) and replayed, retraining before
each batch. Both sides draw the same rows in the same way, and drawing is timed on both.
"""

import numpy as np
from sklearn.linear_model import LinearRegression

from benchmarks.timing import largest_difference, paired, row
from helpers.backtest import backtest
from helpers.linear import LinearLearner
from helpers.policies import Policy, every, everything, last
from helpers.sweeps import sweep
from helpers.worlds import World, normal, random_walk, stream

ROWS, FEATURES, START = 200, 5, 10


def draw(seed, batches):
    """A stream from a world whose coefficients walk."""
    rng = np.random.default_rng(seed)
    path = random_walk(rng, np.ones(FEATURES), 0.1, batches)
    world = World(normal(0, 1), lambda X, t: (X * path(t)).sum(axis=-1), noise=1.0, d=FEATURES)
    return stream(world, rng, batches, ROWS)


def plain(seed, T, k):
    """Mean loss of one seed, with a fit before each batch on the last ``k``."""
    batches = draw(seed, T)
    X, y, losses = batches.X, batches.y, []
    for t in range(START, T):
        a, lo = t * ROWS, max(0, t - k) * ROWS
        if t == START:
            lo = 0
        model = LinearRegression().fit(X[lo:a], y[lo:a])
        losses.append(np.mean((y[a : a + ROWS] - model.predict(X[a : a + ROWS])) ** 2))
    return np.mean(losses)


def measure(quick=False):
    """Time both, with a long memory and with a short one."""
    T, seeds, repeats = (20, 2, 1) if quick else (200, 10, 5)
    rows = []
    for name, k, remember, goal in (
        ("all history", T, everything(), ">= 20"),
        ("the last 20 batches", 20, last(20), ""),
    ):
        policy = Policy(every(1), remember)

        def one(seed, policy=policy):
            return backtest(LinearLearner(draw(seed, T)), policy, START)["loss"].mean()

        def loop(k=k):
            return [plain(seed, T, k) for seed in range(seeds)]

        (a, b), times = paired(loop, lambda one=one: sweep(one, range(seeds)), repeats)
        slow, fast = 1000 * np.median(times, axis=0) / seeds
        note = (
            f"{slow:.0f} and {fast:.1f} ms a seed, drawing included; {T} batches of {ROWS} rows, a "
            f"retrain before each; {largest_difference(a, b)}; {repeats} pairs of {seeds} seeds"
        )
        what = f"sweep over seeds, memory {name}: times as fast as a numpy and scikit-learn loop"
        rows.append(row(what, times[:, 0] / times[:, 1], goal, note))
    return rows
