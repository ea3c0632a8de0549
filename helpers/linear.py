"""Least squares from prefix sums: the fit on any window of rows in O(d^3), however long it is.

Least squares needs of its rows only the sums of their products: with A = [1, X, y], the matrix
A'A. Kept for the rows before each batch, such sums give those of a window as a difference, and the
normal equations (X'X) b = X'y, with the column of ones in X, give its fit (Hastie, Tibshirani and
Friedman 2009, section 3.2).

Two things must not be lost on the way. An offset: (1e4 + x)^2 leaves few digits for x, so the
sums are taken around the means of the first batch. And a window whose sums say too little, because
its features are nearly collinear or it is tiny beside all that was summed before it: the rounding
error of its fit is estimated, and where that is too large scikit-learn fits the rows instead.

References
----------
T. Hastie, R. Tibshirani and J. Friedman, *The Elements of Statistical Learning*, 2nd edition,
Springer, 2009.
N. J. Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd edition, SIAM, 2002, section
20.4 (normal equations).
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd
from pandas.api.types import is_complex_dtype, is_numeric_dtype
from scipy.linalg.lapack import dposvx

from helpers.backtest import Batches

_EPS = np.finfo(float).eps
_WORST = 1e-11  # error of the coefficients, in units of sd(y) / sd(x)
_NEGLECTED = 1e-11  # scikit-learn drops singular values below 1e-6 of the largest (since 1.9)


@dataclass(frozen=True, eq=False)
class LinearModel:
    """A fitted linear model: E[y|x] = intercept + x'coef.

    Parameters
    ----------
    coef_ : ndarray of shape (d,)
        In units of y per unit of the feature.
    intercept_ : float
        In units of y.
    """

    coef_: np.ndarray
    intercept_: float

    def predict(self, X):
        """Predict rows ``X`` of shape (n, d); returns shape (n,)."""
        return np.asarray(X, float) @ self.coef_ + self.intercept_


@dataclass(frozen=True)
class LinearLearner:
    """Least squares attached to data: `helpers.backtest.Learner` for linear regression, faster.

    The models are those of scikit-learn's ``LinearRegression`` up to rounding: coefficients differ
    by about 1e-11 sd(y) / sd(x) at most. A window that does not determine them (fewer rows than
    coefficients, a constant or a collinear feature) is fitted by scikit-learn itself, which gives
    the smallest coefficients. Windows may start and end within batches: the rows beyond the whole
    batches are then summed anew.

    Parameters
    ----------
    batches : Batches
        Features must be numbers: an array, or a DataFrame whose columns are numeric or boolean,
        without missing values.
    intercept : bool
        Whether to fit an intercept. Without one nothing can be centred: where features are far
        from 0, scikit-learn then fits the windows, and no time is gained.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.
    """

    batches: Batches
    intercept: bool = True
    _X: np.ndarray = field(init=False, repr=False)
    _shift: np.ndarray = field(init=False, repr=False)  # of [1, X, y]
    _sums: np.ndarray = field(init=False, repr=False)  # A'A of the rows before each edge
    _edges: list = field(init=False, repr=False)

    def __post_init__(self):
        if not isinstance(self.batches, Batches):
            raise TypeError(
                f"batches must be Batches; got {type(self.batches).__name__}. "
                "Write Batches(X, y, edges)"
            )
        if not isinstance(self.intercept, bool):
            raise TypeError(f"intercept must be True or False; got {self.intercept!r}")
        X, edges = _numbers(self.batches.X), self.batches.edges.tolist()
        if X.shape[1] == 0:
            raise ValueError("X has no features; give it at least one column")
        shift = np.zeros(X.shape[1] + 2)
        if self.intercept:
            shift[1:-1] = X[: edges[1]].mean(axis=0)
            shift[-1] = self.batches.y[: edges[1]].mean()
        for name, value in {"_X": X, "_shift": shift, "_edges": edges}.items():
            object.__setattr__(self, name, value)
        rows = self._centred(0, edges[-1])
        sums = np.zeros((len(edges), len(shift), len(shift)))
        for t, (a, b) in enumerate(pairwise(edges)):
            np.matmul(rows[:, a:b], rows[:, a:b].T, out=sums[t + 1])
        np.cumsum(sums, axis=0, out=sums)
        if not np.isfinite(sums[-1]).all():
            raise ValueError("X or y has numbers too large to be squared; change their units")
        object.__setattr__(self, "_sums", sums)

    @property
    def estimator(self):
        """The same training procedure as a scikit-learn estimator."""
        from sklearn.linear_model import LinearRegression

        return LinearRegression(fit_intercept=self.intercept)

    def fit(self, lo, hi):
        """Return the `LinearModel` of rows ``lo`` to ``hi``, 0 <= lo < hi <= N."""
        if not 0 <= lo < hi <= self._edges[-1]:
            raise ValueError(
                f"lo and hi must be rows, 0 <= lo < hi <= {self._edges[-1]}; got {lo} and {hi}"
            )
        window, summed = self._window(lo, hi)
        ones = slice(0 if self.intercept else 1, -1)
        *_, coef, rcond, _, _, info = dposvx(window[ones, ones], window[ones, -1])
        left = window.diagonal()
        squares = left[1:-1].tolist()
        if (
            info  # singular
            # What is left after a subtraction is off by the rounding error of what was summed.
            or (_EPS * summed > _WORST * rcond * left).any()
            # A bound on the squared ratio of the smallest to the largest singular value.
            or rcond * min(squares) < _NEGLECTED * sum(squares)
        ):
            model = self.estimator.fit(self._X[lo:hi], self.batches.y[lo:hi])
            return LinearModel(model.coef_, float(model.intercept_))
        if not self.intercept:
            return LinearModel(coef[:, 0], 0.0)
        slopes = coef[1:, 0]
        offset = coef[0, 0] + self._shift[-1] - self._shift[1:-1] @ slopes
        return LinearModel(slopes, float(offset))

    def predict(self, model, a, b):
        """Predict rows ``a`` to ``b``: E[y|x] as the model has it, shape (b - a,)."""
        return model.predict(self._X[a:b])

    def _centred(self, a, b):
        """A' of rows ``a`` to ``b``, around the shift."""
        rows = np.empty((len(self._shift), b - a))
        rows[0] = 1
        np.subtract(self._X[a:b].T, self._shift[1:-1, None], out=rows[1:-1])
        np.subtract(self.batches.y[a:b], self._shift[-1], out=rows[-1])
        return rows

    def _window(self, lo, hi):
        """A'A of rows ``lo`` to ``hi``, and the diagonal of all that was summed for it."""
        edges = self._edges
        first, last = bisect_left(edges, lo), bisect_right(edges, hi) - 1
        if first >= last:  # no whole batch
            rows = self._centred(lo, hi)
            window = rows @ rows.T
            return window, window.diagonal()
        window = self._sums[last] - self._sums[first]
        for a, b in [(lo, edges[first]), (edges[last], hi)]:
            if a < b:
                rows = self._centred(a, b)
                window += rows @ rows.T
        return window, self._sums[last].diagonal()


def _numbers(X):
    """Features as an array of floats, refused if they are not finite numbers."""
    if not isinstance(X, pd.DataFrame):
        return np.asarray(X, float)
    for name, column in X.items():
        if not (is_numeric_dtype(column) and not is_complex_dtype(column)):
            raise TypeError(
                f"X must be numeric for least squares; column {name!r} is {column.dtype}. Encode "
                "or drop it, or pass Learner an estimator that encodes it."
            )
    array = X.to_numpy(float, na_value=np.nan)
    if not np.isfinite(array).all():
        row, column = np.argwhere(~np.isfinite(array))[0]
        raise ValueError(
            f"X has NaN or infinity, first in row {row}, column {X.columns[column]!r}. Impute or "
            "drop before batching, or pass Learner an estimator that accepts missing values."
        )
    return array
