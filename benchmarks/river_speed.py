"""`backtest` beside river's ``progressive_val_score``: rows a second.

Batches of 200 rows, five features; ours retrains every 10 batches on the last 20. The comparison
is of two ways to replay a stream, not of two ways to learn: river updates its model with each
row, and ours fits anew now and then. River takes fewer rows; its time grows with their number.
"""

import numpy as np
from river import evaluate, linear_model, metrics, preprocessing, stream
from sklearn import config_context
from sklearn.base import clone
from sklearn.linear_model import LinearRegression, LogisticRegression
from threadpoolctl import threadpool_limits

from benchmarks.timing import largest_difference, paired, row, seconds
from helpers.backtest import Batches, Learner, backtest, log_loss, predict, squared_loss
from helpers.linear import LinearLearner
from helpers.policies import Policy, every, last

ROWS, FEATURES, START, EVERY, WINDOW = 200, 5, 20, 10, 20
POLICY = Policy(every(EVERY), last(WINDOW))


def data(batches, seed=0):
    """Features, a numeric outcome and one of 0 and 1, and the edges of the batches."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(batches * ROWS, FEATURES))
    f = X @ rng.normal(size=FEATURES)
    y = f + rng.normal(size=len(f))
    binary = (rng.random(len(f)) < 1 / (1 + np.exp(-f))).astype(float)
    return X, y, binary, np.arange(batches + 1) * ROWS


def bare_calls(estimator, X, y):
    """What scikit-learn alone needs for the same fits and predictions."""
    edges = range(START * ROWS, len(y), EVERY * ROWS)
    with threadpool_limits(1), config_context(assume_finite=True):
        for now in edges:
            model = clone(estimator).fit(X[now - WINDOW * ROWS : now], y[now - WINDOW * ROWS : now])
            predict(model, X[now : now + EVERY * ROWS])


def measure(quick=False):
    """Time river and three of our learners, each pair in turn."""
    batches, rivers, repeats = (40, 200, 1) if quick else (1000, 20_000, 15)
    X, y, binary, edges = data(batches)

    def river(model, outcome, metric):
        rows = stream.iter_array(X[:rivers], outcome[:rivers])
        scaled = preprocessing.StandardScaler() | model()
        return evaluate.progressive_val_score(rows, scaled, metric()).get()

    def regression():
        learner = Learner(Batches(X, y, edges), LinearRegression())
        return backtest(learner, POLICY, START)["loss"]

    def classification():
        learner = Learner(Batches(X, binary, edges), LogisticRegression())
        return backtest(learner, POLICY, START, log_loss)["loss"]

    def prefix_sums():
        return backtest(LinearLearner(Batches(X, y, edges)), POLICY, START, squared_loss)["loss"]

    def river_regression():
        return river(linear_model.LinearRegression, y, metrics.MSE)

    def river_classification():
        return river(linear_model.LogisticRegression, binary.astype(bool), metrics.LogLoss)

    calls = {regression: (LinearRegression(), y), classification: (LogisticRegression(), binary)}
    rows = []
    for name, theirs, ours, goal in (
        ("linear regression by scikit-learn", river_regression, regression, ">= 40"),
        ("logistic regression by scikit-learn", river_classification, classification, ">= 12"),
        ("linear regression by prefix sums", river_regression, prefix_sums, ""),
    ):
        (score, losses), times = paired(theirs, ours, repeats)
        speeds = np.array([rivers, len(y)]) / times
        slow, fast = np.median(speeds, axis=0)
        note = (
            f"river {slow / 1e3:.0f}, backtest {fast / 1e3:.0f} thousand rows a second; river "
            f"learns row by row (mean loss {score:.2f}), backtest every 10 of {batches} batches on "
            f"the last 20 ({losses.mean():.2f})"
        )
        if ours is prefix_sums:
            note += f"; {largest_difference(losses, regression())} with scikit-learn's"
        else:
            estimator, outcome = calls[ours]
            alone = [seconds(bare_calls, estimator, X, outcome)[1] for _ in range(repeats)]
            most = len(y) / np.median(alone) / slow
            note += f"; scikit-learn's calls by themselves would give {most:.0f}"
        what = f"backtest with {name}, rows a second beside river's progressive_val_score"
        rows.append(row(what, speeds[:, 1] / speeds[:, 0], goal, note))
    return rows
