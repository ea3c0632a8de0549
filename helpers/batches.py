"""Rows in time order, cut into batches: the data of a backtest, simulated or real."""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Batches:
    """Rows in time order, cut into batches. A window of time is a slice, never a copy.

    Parameters
    ----------
    X : ndarray of shape (N, d) or DataFrame of N rows
        Features. Arrays must be finite; a DataFrame is passed to the estimator as it is.
    y : ndarray of shape (N,)
        Outcome, finite numbers (classes as 0 and 1).
    edges : array of int, shape (T + 1,)
        Batch ``t`` is rows ``edges[t]`` to ``edges[t+1]``; from 0 to N, strictly increasing.
    when : array of shape (T,), optional
        A label for each batch (a week, a date). Default: 0 .. T-1.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.
    """

    X: np.ndarray | pd.DataFrame
    y: np.ndarray
    edges: np.ndarray
    when: np.ndarray | None = None

    def __post_init__(self):
        X, y, edges = self.X, np.asarray(self.y), np.asarray(self.edges)
        if not isinstance(X, pd.DataFrame):
            X = np.asarray(X)
            if X.ndim != 2:
                raise ValueError(
                    f"X must have two dimensions, rows and features; got shape {X.shape}. "
                    "For one feature pass x[:, None]."
                )
            if not np.issubdtype(X.dtype, np.number):
                raise TypeError(f"X must be numeric or a DataFrame; got dtype {X.dtype}")
            if not np.isfinite(X).all():
                bad = int((~np.isfinite(X)).any(axis=1).argmax())
                raise ValueError(
                    f"X has NaN or infinity, first in row {bad}. Impute or drop before "
                    "batching, or pass a DataFrame and an estimator that accepts missing values."
                )
        if y.shape != (len(X),):
            raise ValueError(
                f"y must have one value per row of X, shape ({len(X)},); got {y.shape}"
            )
        if len(y) == 0:
            raise ValueError("X and y are empty; a backtest needs at least one row")
        if not np.issubdtype(y.dtype, np.number) and y.dtype != bool:
            raise TypeError(f"y must be numeric (classes as 0 and 1); got dtype {y.dtype}")
        y = y.astype(float)
        if not np.isfinite(y).all():
            raise ValueError(
                f"y has NaN or infinity, first in row {int((~np.isfinite(y)).argmax())}. "
                "Drop rows without an outcome before batching."
            )
        if edges.ndim != 1 or len(edges) < 2 or not np.issubdtype(edges.dtype, np.integer):
            raise ValueError(
                "edges must be a one-dimensional array of at least two whole row numbers; "
                f"got {self.edges!r}"
            )
        edges = edges.astype(np.int64)
        if edges[0] != 0 or edges[-1] != len(y):
            raise ValueError(
                f"edges must run from 0 to the number of rows, {len(y)}; "
                f"got {edges[0]} to {edges[-1]}"
            )
        if (np.diff(edges) <= 0).any():
            at = int((np.diff(edges) <= 0).argmax())
            raise ValueError(
                f"edges must be sorted and strictly increasing; edges[{at}]={edges[at]} is "
                f"followed by {edges[at + 1]}. Sort the rows by time and leave out empty batches."
            )
        when = np.arange(len(edges) - 1) if self.when is None else np.asarray(self.when)
        if when.shape != (len(edges) - 1,):
            raise ValueError(
                f"when must have one label per batch, {len(edges) - 1}; got shape {when.shape}"
            )
        for name, value in [("X", X), ("y", y), ("edges", edges), ("when", when)]:
            object.__setattr__(self, name, value)

    def __len__(self):
        """Return the number of batches T."""
        return len(self.edges) - 1

    def rows(self, lo, hi):
        """Rows ``lo`` to ``hi`` as (X, y), without copying arrays."""
        X = self.X.iloc[lo:hi] if isinstance(self.X, pd.DataFrame) else self.X[lo:hi]
        return X, self.y[lo:hi]
