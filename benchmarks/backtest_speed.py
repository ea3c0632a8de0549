"""`backtest` with scikit-learn beside the loop that an analyst would write with pandas.

Batches of 200 rows, five features, a linear regression retrained every 10 batches on all rows. No
fit is remembered from one run to the next, and a DataFrame is turned into `Batches` each time.
"""

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_squared_error

from benchmarks.timing import largest_difference, paired, row
from helpers.backtest import Batches, Learner, backtest
from helpers.policies import Policy, every, everything

ROWS, FEATURES, START, EVERY = 200, 5, 10, 10


def table(batches, seed=0):
    """Rows in time order, with a column for their batch."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(batches * ROWS, FEATURES))
    batch = np.repeat(np.arange(batches), ROWS)
    y = X @ rng.normal(size=FEATURES) + 0.05 * batch * X[:, 0] + rng.normal(size=len(X))
    names = [f"x{i}" for i in range(FEATURES)]
    return pd.DataFrame(X, columns=names).assign(y=y, batch=batch), names


def plain_loop(df, names, batches):
    """Score each batch with the model of the day; retrain every 10 batches on all earlier rows."""
    losses = []
    for t in range(START, batches):
        if (t - START) % EVERY == 0:
            past = df[df.batch < t]
            model = LinearRegression().fit(past[names], past.y)
        today = df[df.batch == t]
        losses.append(mean_squared_error(today.y, model.predict(today[names])))
    return losses


def ours(df, names, batches):
    """The same history as the loop's, through the package."""
    data = Batches(df[names].to_numpy(), df.y, np.arange(batches + 1) * ROWS)
    learner = Learner(data, LinearRegression())
    return backtest(learner, Policy(every(EVERY), everything()), START)["loss"]


def measure(quick=False):
    """Time both in turn."""
    batches, repeats = (20, 2) if quick else (60, 60)
    df, names = table(batches)
    arguments = df, names, batches
    (a, b), times = paired(lambda: plain_loop(*arguments), lambda: ours(*arguments), repeats, 2)
    loop, package = 1000 * np.median(times, axis=0)
    note = (
        f"loop {loop:.1f} ms, backtest with Batches {package:.2f} ms; {batches} batches of {ROWS} "
        f"rows, every {EVERY} on all; {largest_difference(a, b)}; {repeats} pairs"
    )
    what = "scheduled backtest, times as fast as a plain pandas and scikit-learn loop"
    return [row(what, times[:, 0] / times[:, 1], ">= 15", note)]
