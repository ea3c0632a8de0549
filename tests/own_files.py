"""Files with a known truth, and a quick model, for the tests of a reader's own data."""

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin


def simulated(kind, seed, periods=30, rows=50):
    """A file of monthly rows: x1, x2, and y = b x1 - x2 + noise of sd 1.

    - "cure": b falls from 2 to -2 along the file, so that a frozen model goes stale.
    - "none": nothing changes.
    - "virtual": x1 moves by two sd, the law of y given x stays, and the model is right.
    - "floor": nothing changes but the noise, whose sd grows from 1 to 3.
    - "constant": y is noise about a level that wanders; the inputs say nothing.
    - "noise": y is noise about a level that stays; the inputs say nothing.
    """
    rng = np.random.default_rng(seed)
    t = np.repeat(np.arange(periods), rows)
    x1, x2, noise = rng.normal(size=(3, len(t)))
    along = np.clip((t - 5) / (periods - 5), 0, 1)
    b = 2 - 4 * along * (kind == "cure")
    x1 = x1 + 2 * along * (kind == "virtual")
    y = b * x1 - x2 + noise * (1 + 2 * along * (kind == "floor"))
    if kind == "noise":
        y = noise
    if kind == "constant":
        y = np.cumsum(rng.normal(size=periods))[t] + noise
    months = np.datetime64("2021-01") + np.arange(periods)
    days = months[t].astype("datetime64[D]") + np.tile(np.arange(rows) * 28 // rows, periods)
    return pd.DataFrame({"ts": days.astype("datetime64[s]"), "x1": x1, "x2": x2, "y": y})


def turned(seed, at):
    """A file of 30 months; from month ``at`` on the only input, x2, means the opposite."""
    table = simulated("none", seed)
    slope = np.where(np.arange(len(table)) < at * 50, 2, -2)
    return table.assign(y=table["y"] + (1 + slope) * table["x2"])


def classes(kind, seed, periods=30, rows=50):
    """As `simulated`, with y 1 where it was above 0."""
    table = simulated(kind, seed, periods, rows)
    return table.assign(y=(table["y"] > 0).astype(int))


class Lines(RegressorMixin, BaseEstimator):
    """Least squares, and hardly anything else: a reader's own estimator, and quick."""

    def fit(self, X, y):
        """Fit on numbers without gaps."""
        design = np.column_stack([np.ones(len(X)), X.to_numpy()])
        self.coefficients_ = np.linalg.lstsq(design, y, rcond=None)[0]
        return self

    def predict(self, X):
        """Predict E[y|x]."""
        return self.coefficients_[0] + X.to_numpy() @ self.coefficients_[1:]
