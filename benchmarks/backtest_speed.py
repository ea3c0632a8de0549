"""How fast is `backtest` beside the loop that an analyst would write?

    python benchmarks/backtest_speed.py

60 batches of 200 rows, five features, a linear regression retrained every 10 batches on all rows.
The other side is a plain loop over a DataFrame with pandas and scikit-learn. One thread.
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import argparse
from time import perf_counter

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_squared_error

from helpers.backtest import Batches, Learner, backtest
from helpers.policies import Policy, every, everything

BATCHES, ROWS, FEATURES, START, EVERY = 60, 200, 5, 10, 10


def table(seed=0):
    """Rows in time order, with a column for their batch."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(BATCHES * ROWS, FEATURES))
    batch = np.repeat(np.arange(BATCHES), ROWS)
    y = X @ rng.normal(size=FEATURES) + 0.05 * batch * X[:, 0] + rng.normal(size=len(X))
    names = [f"x{i}" for i in range(FEATURES)]
    return pd.DataFrame(X, columns=names).assign(y=y, batch=batch), names


def plain_loop(df, names):
    """Score each batch with the model of the day; retrain every 10 batches on all earlier rows."""
    losses = []
    for t in range(START, BATCHES):
        if (t - START) % EVERY == 0:
            past = df[df.batch < t]
            model = LinearRegression().fit(past[names], past.y)
        today = df[df.batch == t]
        losses.append(mean_squared_error(today.y, model.predict(today[names])))
    return losses


def ours(df, names):
    """The same through the package, from the DataFrame to the history."""
    edges = np.arange(BATCHES + 1) * ROWS
    learner = Learner(Batches(df[names].to_numpy(), df.y, edges), LinearRegression())
    return backtest(learner, Policy(every(EVERY), everything()), START)["loss"]


def seconds(function, *arguments):
    """Return the result of a call and the time it took."""
    before = perf_counter()
    result = function(*arguments)
    return result, perf_counter() - before


def main():
    """Time both in turn, pair by pair, and print medians and the spread of the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=60)
    repeats = parser.parse_args().repeats
    df, names = table()
    times = np.empty((repeats, 2))
    for i in range(-3, repeats):  # the first three warm up
        plain, plain_time = seconds(plain_loop, df, names)
        fast, fast_time = seconds(ours, df, names)
        if i >= 0:
            times[i] = plain_time, fast_time
    low, ratio, high = np.percentile(times[:, 0] / times[:, 1], [5, 50, 95])
    plain_ms, fast_ms = 1000 * np.median(times, axis=0)
    print(f"plain loop  {plain_ms:7.2f} ms, median of {repeats}")
    print(f"backtest    {fast_ms:7.2f} ms")
    print(f"ratio       {ratio:7.1f}, pair by pair [5% {low:.1f}, 95% {high:.1f}]")
    print(f"largest difference in loss: {np.abs(np.array(plain) - fast).max():.1e}")


if __name__ == "__main__":
    main()
