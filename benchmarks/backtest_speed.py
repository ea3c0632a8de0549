"""How fast is `backtest` beside the loop that an analyst would write?

    python benchmarks/backtest_speed.py

60 batches of 200 rows, five features, a linear regression retrained every 10 batches on all rows.
The other side is a plain loop over a DataFrame with pandas and scikit-learn. One thread. No fit is
remembered from one run to the next.
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import argparse
from time import process_time

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


def batches_of(df, names):
    """The DataFrame as `Batches`."""
    return Batches(df[names].to_numpy(), df.y, np.arange(BATCHES + 1) * ROWS)


def ours(batches):
    """The same history as the loop's, through the package."""
    learner = Learner(batches, LinearRegression())
    return backtest(learner, Policy(every(EVERY), everything()), START)["loss"]


def seconds(function, *arguments):
    """Return the result of a call and the CPU seconds it took."""
    before = process_time()
    result = function(*arguments)
    return result, process_time() - before


def main():
    """Time both in turn, pair by pair, and print medians and the spread of the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=60)
    repeats = parser.parse_args().repeats
    df, names = table()
    times = np.empty((repeats, 3))
    for i in range(-3, repeats):  # the first three warm up
        plain, loop = seconds(plain_loop, df, names)
        batches, conversion = seconds(batches_of, df, names)
        history, replay = seconds(ours, batches)
        if i >= 0:
            times[i] = loop, replay, replay + conversion
    labels = ["plain loop", "backtest", "and Batches"]
    for label, column in zip(labels, times.T, strict=True):
        low, ratio, high = np.percentile(times[:, 0] / column, [5, 50, 95])
        spread = f"{ratio:5.1f} times [5% {low:.1f}, 95% {high:.1f}]"
        print(f"{label:12}{1000 * np.median(column):7.2f} ms  {spread}")
    print(f"CPU time, medians of {repeats}, ratios pair by pair")
    print(f"largest difference in loss: {np.abs(np.array(plain) - history).max():.1e}")


if __name__ == "__main__":
    main()
