"""Two samples compared on all features at once: MMD, and a classifier that tells them apart.

Both can see a drift that leaves every single feature as it was, such as a changed correlation.
Neither sees the outcome.
"""

from numbers import Integral
from typing import NamedTuple

import numpy as np
from scipy.spatial.distance import pdist, squareform
from scipy.stats import mannwhitneyu

from helpers.twosample import pair_of_rows

_MOST = 4000  # rows of both samples: a kernel matrix of 128 MB
_BLOCK = 256  # permutations at a time


class MMD(NamedTuple):
    """What `mmd` returns: the estimate of MMD squared, without unit, and its p-value."""

    statistic: float
    p: float


def mmd(old, new, permutations=199, seed=0):
    """Maximum mean discrepancy, with a permutation p-value (Gretton et al. 2012).

    MMD squared is E k(x, x') + E k(y, y') - 2 E k(x, y), for x, x' old and y, y' new rows: 0 if and
    only if both have the same distribution. Here k is the Gaussian kernel exp(-|x - y|^2 / (2 s^2))
    on features divided by their standard deviation over both samples, and s is the median distance
    between two rows of either sample. The estimate is the unbiased one (equation 3 there), which
    can be below 0.

    The p-value is (b + 1) / (permutations + 1), where b counts the random splits of all rows whose
    estimate is at least the one found. Without drift it is at most ``level`` with probability at
    most ``level``, and exactly that if ``level * (permutations + 1)`` is a whole number and there
    are no ties. It asks for independent rows.

    Parameters
    ----------
    old, new : array of shape (n, d) and (m, d)
        At least 2 rows each and 4,000 together; arrays or DataFrames of numbers.
    permutations : int
        At least 19, the fewest that can give a p-value of .05.
    seed : int or numpy.random.Generator
        Of the permutations.

    Returns
    -------
    MMD

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.

    References
    ----------
    A. Gretton, K. M. Borgwardt, M. J. Rasch, B. Schölkopf, A. Smola, "A kernel two-sample test",
    *Journal of Machine Learning Research* 13, 2012.
    """
    old, new = pair_of_rows(old, new)
    if not isinstance(permutations, Integral) or isinstance(permutations, bool):
        raise TypeError(f"permutations must be a whole number; got {permutations!r}")
    if permutations < 19:
        raise ValueError(
            f"permutations must be at least 19, or no p-value reaches .05; got {permutations}"
        )
    n, m = len(old), len(new)
    if min(n, m) < 2:
        raise ValueError(f"old and new need at least 2 rows each; got {n} and {m}")
    if n + m > _MOST:
        raise ValueError(
            f"old and new have {n + m} rows together, and the kernel holds every pair: at most "
            f"{_MOST}. Draw some rows of each at random."
        )
    kernel = _kernel(np.vstack([old, new]))
    rng = np.random.default_rng(seed)
    is_old = np.arange(n + m) < n
    found = _estimates(kernel, is_old[None])[0]
    count = 0
    for start in range(0, permutations, _BLOCK):
        some = min(_BLOCK, permutations - start)
        split = rng.permuted(np.tile(is_old, (some, 1)), axis=1)
        count += np.sum(_estimates(kernel, split) >= found - 1e-12)  # ties, up to rounding
    return MMD(float(found), float((count + 1) / (permutations + 1)))


def _kernel(rows):
    """Gaussian kernel of every pair of rows, with zeros on the diagonal."""
    scale = rows.std(axis=0)
    if (scale == 0).any():
        raise ValueError(
            f"feature {int(np.argmin(scale))} is constant over old and new. Leave it out."
        )
    squared = pdist(rows / scale, "sqeuclidean")
    width = np.median(squared)
    if width == 0:
        raise ValueError(
            "old and new are mostly copies of one row, so the median distance is 0. Compare "
            "the shares of the values, with category_counts."
        )
    return squareform(np.exp(-squared / (2 * width)))


def _estimates(kernel, is_old):
    """Unbiased estimates of MMD squared for splits of shape (splits, rows)."""
    n = int(is_old[0].sum())
    m = len(kernel) - n
    z = is_old.astype(float)
    towards_old = z @ kernel
    within_old = (towards_old * z).sum(axis=1)
    across = towards_old.sum(axis=1) - within_old
    within_new = kernel.sum() - within_old - 2 * across
    return within_old / (n * (n - 1)) + within_new / (m * (m - 1)) - 2 * across / (n * m)


class DomainTest(NamedTuple):
    """What `domain_classifier` returns."""

    auc: float
    p: float


def domain_classifier(old, new, model, seed=0):
    """How well a classifier tells new rows from old ones, scored on rows it has not seen.

    A copy of ``model`` is fitted to a random half of the old and of the new rows, and scores the
    others. The AUC is the chance that a new row scores above an old one: 1/2 if both have the
    same distribution. The fit is fixed once the other halves are scored, so without drift their
    scores are alike, and the p-value is that of the one-sided Mann-Whitney test: it holds its
    level whatever the model (Lopez-Paz and Oquab 2017, there for the accuracy).

    Out-of-fold scores of a cross-validation would use every row, but not be independent: row i
    helps to score row j, and j to score i. For a linear score of many features that doubles the
    variance of the AUC without drift, and a test at 5% rejects in up to 12%.

    Parameters
    ----------
    old, new : array of shape (n, d) and (m, d)
        At least 4 rows each; arrays or DataFrames of numbers.
    model : scikit-learn classifier
        With `predict_proba`; unfitted. It sees what it can fit: a linear one sees moved means.
    seed : int
        Of the halves.

    Returns
    -------
    DomainTest
        ``auc`` in [0, 1], and ``p``, small where the AUC is above 1/2.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.

    References
    ----------
    D. Lopez-Paz and M. Oquab, "Revisiting classifier two-sample tests", *International Conference
    on Learning Representations*, 2017.
    """
    from sklearn.base import clone

    old, new = pair_of_rows(old, new)
    if not hasattr(model, "predict_proba"):
        raise TypeError(
            f"model must be a classifier with predict_proba; {type(model).__name__} has none. "
            "Take LogisticRegression() or a tree."
        )
    if min(len(old), len(new)) < 4:
        raise ValueError(f"old and new need at least 4 rows each; got {len(old)} and {len(new)}")
    rng = np.random.default_rng(seed)
    (fit_old, rest_old), (fit_new, rest_new) = (_halves(rng.permutation(r)) for r in (old, new))
    label = np.repeat([0, 1], [len(fit_old), len(fit_new)])
    fitted = clone(model).fit(np.vstack([fit_old, fit_new]), label)
    scores = [fitted.predict_proba(rows)[:, 1] for rows in (rest_old, rest_new)]
    u, p = mannwhitneyu(scores[1], scores[0], alternative="greater")
    return DomainTest(float(u / (len(rest_old) * len(rest_new))), float(p))


def _halves(rows):
    return rows[: len(rows) // 2], rows[len(rows) // 2 :]
