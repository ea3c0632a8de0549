"""How inputs and outcome moved from period to period, each against the rows of the first fit.

As information, not as a verdict: drift of the inputs need not hurt, and rows that are alike from
one to the next make the tests alarm too often.
"""

import numpy as np
import pandas as pd
from scipy.stats import chi2_contingency, ks_2samp

from helpers.twosample import bonferroni, psi_against

MOST = 5000  # rows of a sample: more only cost time
BINS = 10


def drift_table(batches, start, target, task, level=0.05):
    """Test each input and the outcome of each scored batch against the rows before ``start``.

    Numbers by Kolmogorov and Smirnov's test, categories (gaps are one) and classes by chi-squared.
    Samples are thinned evenly to 5,000 rows. What is constant or all missing on one side is left
    out there.

    Parameters
    ----------
    batches : Batches
        ``X`` a DataFrame.
    start : int
    target : str
    task : {"regression", "classification"}
    level : float
        Of the alarms in one period: divided by the number of inputs (Bonferroni); the outcome is
        judged by itself.

    Returns
    -------
    DataFrame
        One row a scored batch and column: batch, when, column, role ("input" or "target"), test,
        statistic, p, psi, missing (share now minus share before), alarm.
    """
    edges = batches.edges
    rows = [_thin(np.arange(edges[start]))] + [
        _thin(np.arange(a, b)) for a, b in zip(edges[start:-1], edges[start + 1 :], strict=True)
    ]
    y = pd.Series(batches.y, name=target)
    y = y.astype("category") if task == "classification" else y
    columns = [(name, "input", batches.X[name]) for name in batches.X.columns]
    found = []
    for name, role, values in [*columns, (target, "target", y)]:
        gaps = values.isna().to_numpy()
        text = isinstance(values.dtype, pd.CategoricalDtype)
        against = _counted(values, rows[0]) if text else _ordered(values, rows[0])
        for t, now in enumerate(rows[1:], start):
            test = against(now)
            if test is not None:
                more = gaps[now].mean() - gaps[rows[0]].mean()
                found.append((t, batches.when[t], name, role, *test, more))
    names = ["batch", "when", "column", "role", "test", "statistic", "p", "psi", "missing"]
    table = pd.DataFrame(found, columns=names).sort_values("batch", kind="stable")
    table = table.reset_index(drop=True).assign(alarm=False)
    for rows in table.groupby(["batch", "role"], sort=False).indices.values():
        table.loc[rows, "alarm"] = bonferroni(table["p"].to_numpy()[rows], level)
    return table


def _thin(rows):
    return rows[np.linspace(0, len(rows) - 1, min(len(rows), MOST)).astype(int)]


def _ordered(values, before):
    values = values.to_numpy(float)
    old = values[before]
    old = old[np.isfinite(old)]
    if len(old) < BINS or old.min() == old.max():
        return lambda now: None
    try:
        index = psi_against(old[:, None], BINS)
    except ValueError:  # nearly constant: no quantiles
        index = None

    def against(now):
        new = values[now]
        new = new[np.isfinite(new)]
        if not len(new):
            return None
        test = ks_2samp(old, new, method="asymp")
        psi = index(new[:, None])[0] if index and len(new) >= BINS else np.nan
        return "KS", test.statistic, test.pvalue, psi

    return against


def _counted(values, before):
    codes = values.cat.codes.to_numpy() + 1  # gaps are category 0
    size = len(values.cat.categories) + 1
    old = np.bincount(codes[before], minlength=size)

    def against(now):
        new = np.bincount(codes[now], minlength=size)
        counts = np.array([old, new])[:, old + new > 0]
        if counts.shape[1] < 2:
            return None
        test = chi2_contingency(counts, correction=False)
        p, q = np.maximum(counts, 0.5) / counts.sum(axis=1, keepdims=True)
        return "chi-squared", test.statistic, test.pvalue, float(((q - p) * np.log(q / p)).sum())

    return against
