"""A reader's own table, from the columns to a fair comparison of retraining policies.

`prepare` decides what is predicted, with what model, by which metric, on which periods, and takes
out features that a model must not have. `compare` replays the policies and naive forecasts.
`helpers.verdict.verdict` says what follows.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from pandas.api import types

from helpers.backtest import backtest, log_loss, squared_loss
from helpers.batches import Batches
from helpers.contestants import Careful, corrected, frozen, naive, retraining
from helpers.leaks import find_leaks
from helpers.models import model_for
from helpers.monitors import cbpe, expected_brier
from helpers.policies import Policy, placebo
from helpers.tables import PERIODS, cut
from helpers.watch import drift_table

FEWEST_ROWS = 30  # in the table; fewer are refused
FEWEST_FIT = 30  # rows for the first fit
FEWEST_SCORED = 10  # periods: five to choose a policy on, five to score it on
FEWEST_IN_PERIOD = 5  # rows, in the median period
MANY_PERIODS = 24  # that the chosen calendar should make at least
MOST_ROWS = 100_000  # of a study; more are thinned evenly


def absolute_loss(y, prediction):
    """|y - prediction| per row; its mean is the MAE."""
    return np.abs(y - prediction)


METRICS = {
    "MAE": ("regression", absolute_loss),
    "squared error": ("regression", squared_loss),
    "log loss": ("classification", log_loss),
    "Brier score": ("classification", squared_loss),
}


@dataclass(frozen=True)
class Study:
    """What `prepare` has settled: everything that `compare` needs.

    Parameters
    ----------
    batches : Batches
        The rows, cut into periods.
    task : {"regression", "classification"}
    why : str
        What the task was told by.
    metric : str
        Its name; ``loss(y, prediction)`` gives one loss a row.
    loss : callable
    estimator : scikit-learn estimator
    model : str
        What the estimator is, in words.
    period : str or int
        As for `helpers.tables.cut`.
    start, split : int
        Batches from ``start`` on are scored. A policy is chosen on those before ``split``, and
        judged on those from ``split`` on.
    too_little : str
        Why there is too little data for a verdict; empty if there is enough.
    read_report : DataFrame
        Columns step, rows and what: what was read, dropped and kept, with what was done here.
    warnings : list of str
        Features left out or suspicious, short periods, and what to do.
    price : float
        Of a retrain, in units of the metric times rows: 50 means that a retrain must lower the
        summed loss by 50 to pay.
    delay : int
        Periods by which labels are late.
    worth : float
        Smallest gain that counts, as a share of the frozen model's loss.
    time, target : str
    features : list of str
        Columns of ``batches.X``.
    """

    batches: Batches
    task: str
    why: str
    metric: str
    loss: Callable
    estimator: object
    model: str
    period: str | int
    start: int
    split: int
    too_little: str
    read_report: pd.DataFrame
    warnings: list
    price: float
    delay: int
    worth: float
    time: str
    target: str
    features: list = field(default_factory=list)

    @property
    def unit(self):
        """What one period is called."""
        return self.period if isinstance(self.period, str) else "period"


@dataclass(frozen=True)
class Results:
    """What `compare` found.

    Parameters
    ----------
    histories : dict of str to DataFrame
        One row a scored batch: batch, when, rows, loss, cost (the loss, and in a period with a
        retrain the price spread over the mean rows of a period), retrained.
    table : DataFrame
        One row a contestant, by name: kind ("frozen", "corrected", "naive", "retrain" or
        "placebo"), retrains in the earlier and in the later periods, and the mean cost there,
        earlier and later. Each period counts once. Empty if there is too little data, as are the
        histories.
    chosen : str
        The retraining policy, chosen on the earlier periods: of those that retrained there and
        cost at most ``worth`` of the frozen model's loss more than the cheapest, the one with the
        fewest retrains.
    naive : str
        The naive forecast that did best on the earlier periods.
    drift : DataFrame
        See `helpers.watch.drift_table`.
    estimates : DataFrame
        For classes: batch, when, and of the frozen model the accuracy and Brier score that it
        expects of itself without labels, and those it has. Else empty.
    checks : list of str
        What else to know: fits that had too few rows, and which rows were scored.
    """

    histories: dict
    table: pd.DataFrame
    chosen: str
    naive: str
    drift: pd.DataFrame
    estimates: pd.DataFrame
    checks: list


def prepare(
    table,
    report,
    time,
    target,
    *,
    features=None,
    period=None,
    estimator=None,
    metric=None,
    price=0.0,
    delay=0,
    task=None,
    keep=(),
    worth=0.01,
):
    """Settle what is predicted, by what model and metric, on which periods.

    Parameters
    ----------
    table, report : DataFrame
        From `helpers.tables.read_table`; ``report`` may be None.
    time, target : str
        Columns of ``table``.
    features : list of str, optional
        Default: all other columns.
    period : {"day", "week", "month", "quarter", "year"} or int, optional
        Or the number of rows in each. Default: the longest of the calendar that makes at least 24
        periods; failing that, 24 periods of equally many rows.
    estimator : scikit-learn estimator, optional
        Your own: a regressor, or a classifier with ``predict_proba``. It gets the features as a
        DataFrame of numbers and categories, gaps included; `helpers.models.with_columns` puts the
        usual steps before it. Default: see `helpers.models.model_for`.
    metric : {"MAE", "squared error", "log loss", "Brier score"} or callable, optional
        Your own is ``metric(y, prediction)`` -> one loss a row, lower is better. Default: MAE;
        log loss for classes.
    price : float
        Of a retrain, in units of the metric times rows, at least 0.
    delay : int
        Periods by which labels are late.
    task : {"regression", "classification"}, optional
        Default: classification if the target holds 0 and 1 only.
    keep : list of str
        Features to keep although a guard would leave them out.
    worth : float
        Smallest gain that counts, as a share of the frozen model's loss, 0 to 1.

    Returns
    -------
    Study

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.
    """
    if not isinstance(table, pd.DataFrame):
        raise TypeError(f"table must be a DataFrame, see read_table; got {type(table).__name__}")
    if features is None:
        features = [name for name in table.columns if name not in (time, target)]
    cut(table, time, 1, target, features)  # its checks
    if len(table) < FEWEST_ROWS:
        raise ValueError(f"table has {len(table)} rows; at least {FEWEST_ROWS} are needed")
    task, why = _task(table[target], task)
    metric, loss = _metric(metric, task)
    report = _report(report, table)
    table, report = _thinned(table, report)
    features, warnings, notes = _guarded(table, time, target, features, task, keep)
    table = _with_date_parts(table, time, target, features)
    features = [name for name in table.columns if name not in (time, target)]
    period = _chosen_period(table[time]) if period is None else period
    batches = cut(table, time, period, target, features)
    start, split, too_little, short = _split(batches, task, delay)
    model = "your own"
    if estimator is None:
        estimator, model = model_for(batches.X, int(batches.edges[start]), task, metric)
    notes = pd.DataFrame([("of these", *note) for note in notes], columns=report.columns)
    return Study(
        batches, task, why, metric, loss, estimator, model, period, start, split, too_little,
        pd.concat([report, notes], ignore_index=True), warnings + short, float(price), delay,
        worth, time, target, features,
    )  # fmt: skip


def _task(y, task):
    if not types.is_numeric_dtype(y.dtype) or y.isna().any():
        raise TypeError(f"target {y.name!r} must hold numbers without gaps; see read_table")
    distinct = np.unique(y)
    binary = set(distinct.tolist()) <= {0, 1}
    if task not in (None, "regression", "classification"):
        raise ValueError(f"task must be 'regression' or 'classification'; got {task!r}")
    if len(distinct) == 1:
        raise ValueError(f"target {y.name!r} has one value only, {distinct[0]}: nothing to predict")
    if task == "classification" and not binary:
        raise ValueError(
            f"task: classes must be 0 and 1, but target {y.name!r} holds {len(distinct):,} other "
            "numbers; give read_table positive, the one that becomes 1"
        )
    if task is not None:
        return task, f"{task}, as asked"
    if binary:
        return "classification", f"classification: {y.name!r} holds 0 and 1 only"
    why = f"regression: {y.name!r} holds {len(distinct):,} different numbers"
    if len(distinct) <= 10:
        why += "; if they are labels, give read_table positive, the one that becomes 1"
    return "regression", why


def _metric(metric, task):
    if metric is None:
        metric = "MAE" if task == "regression" else "log loss"
    if callable(metric):
        return getattr(metric, "__name__", "your metric").replace("_", " "), metric
    if metric not in METRICS:
        raise ValueError(
            f"metric must be one of {list(METRICS)} or a function of y and prediction that gives "
            f"one loss a row; got {metric!r}"
        )
    if METRICS[metric][0] != task:
        fitting = [name for name, (kind, _) in METRICS.items() if kind == task]
        raise ValueError(f"metric {metric!r} is not for {task}; choose one of {fitting}")
    return metric, METRICS[metric][1]


def _report(report, table):
    n = len(table)
    if report is None:
        rows = [("read", n, "rows of the table"), ("kept", n, "rows in the table")]
        return pd.DataFrame(rows, columns=["step", "rows", "what"])
    kept = report.loc[report["step"] == "kept", "rows"]
    if kept.tolist() != [n]:
        raise ValueError(f"report says {kept.tolist()} rows kept, but table has {n}")
    return report


def _thinned(table, report):
    n = len(table)
    if n <= MOST_ROWS:
        return table, report
    rows = np.linspace(0, n - 1, MOST_ROWS).astype(int)
    at = int(np.flatnonzero(report["step"] == "kept")[0])
    aside = ("set aside", MOST_ROWS - n, "evenly in time, for speed")
    aside = pd.DataFrame([aside], columns=report.columns)
    kept = report.iloc[at : at + 1].assign(rows=MOST_ROWS)
    notes = report.iloc[at + 1 :].assign(what=lambda r: r["what"] + " (before rows were set aside)")
    report = pd.concat([report.iloc[:at], aside, kept, notes], ignore_index=True)
    return table.iloc[rows].reset_index(drop=True), report


def _guarded(table, time, target, features, task, keep):
    """Features that are left, warnings, and notes for the report."""
    if isinstance(keep, str) or not set(keep) <= set(features):
        raise ValueError(f"keep must be a list of features, some of {features}; got {keep!r}")
    warnings, notes, out = [], [], []
    for leak in find_leaks(table, time, target, features, task):
        kept = leak.feature in keep
        did = "kept as asked" if kept else "left out"
        notes.append((leak.rows, f"{did}: {leak.feature!r} {leak.what}"))
        hint = "" if kept else f"; keep=[{leak.feature!r}] keeps it"
        warnings.append(f"{leak.feature!r} {leak.what}: {did}{hint}")
        if not kept:
            out.append(leak.feature)
    left = [name for name in features if name not in out]
    if not left:
        raise ValueError(f"features: none is left ({'; '.join(warnings)})")
    return left, warnings, notes


def _with_date_parts(table, time, target, features):
    """Dates as days before the row's own time, month and weekday: numbers that come again."""
    columns = {}
    for name in features:
        values = table[name]
        if not types.is_datetime64_any_dtype(values.dtype):
            columns[name] = values
            continue
        plain, own = (v.dt.tz_convert(None) if v.dt.tz else v for v in (values, table[time]))
        columns[f"{name}: days ago"] = (own - plain) / pd.Timedelta(days=1)
        columns[f"{name}: month"] = values.dt.month.astype(float)
        columns[f"{name}: weekday"] = values.dt.weekday.astype(float)
    return table[[time, target]].join(pd.DataFrame(columns, index=table.index))


def _chosen_period(times):
    clock = times.dt.tz_localize(None)
    for period in ("quarter", "month", "week", "day"):
        if clock.dt.to_period(PERIODS[period]).nunique() >= MANY_PERIODS:
            return period
    return -(-len(times) // MANY_PERIODS)


def _split(batches, task, delay):
    """First scored batch, first judged batch, why that is too little, and warnings."""
    T, edges = len(batches), batches.edges
    sizes = np.diff(edges)
    start = max(1, round(T / 4))
    both = np.flatnonzero(batches.y != batches.y[0])[0] + 1 if task == "classification" else 0
    while start < T - 1 and edges[start] < max(FEWEST_FIT, both):
        start += 1
    split = start + (T - start + 1) // 2
    reasons = []
    if T - start < FEWEST_SCORED + delay:
        reasons.append(
            f"{T} periods leave {T - start} to score after the first fit; at least "
            f"{FEWEST_SCORED + delay} are needed"
        )
    if np.median(sizes) < FEWEST_IN_PERIOD:
        reasons.append(f"half of the periods hold fewer than {FEWEST_IN_PERIOD} rows")
    short = int((sizes < FEWEST_IN_PERIOD).sum())
    warnings = []
    if short:
        warnings.append(
            f"{short} of {T} periods hold fewer than {FEWEST_IN_PERIOD} rows; a longer period would "
            "be steadier"
        )
    return start, split, "; ".join(reasons), warnings


def compare(study, seed=0):
    """Replay the retraining policies, the frozen model and the naive forecasts on a study.

    Parameters
    ----------
    study : Study
    seed : int
        Of the placebo's times.

    Returns
    -------
    Results
    """
    if not isinstance(study, Study):
        raise TypeError(f"study must come from prepare; got {type(study).__name__}")
    empty = pd.DataFrame()
    if study.too_little:
        return Results({}, empty, "", "", empty, empty, [])
    batches, start, delay, loss = study.batches, study.start, study.delay, study.loss
    classes, median = study.task == "classification", study.metric == "MAE"
    learner = Careful(batches, study.estimator)
    metrics = _SELF if classes else None
    found = {"frozen": backtest(learner, frozen(), start, loss, metrics)}
    kinds = {"frozen": "frozen", "frozen, mean-corrected": "corrected"}
    found["frozen, mean-corrected"] = corrected(learner, start, delay, loss, study.task, median)
    forecasts = naive(batches, start, delay, loss, study.task, median, study.unit)
    policies = retraining(learner, start, study.split, study.unit, delay, loss)
    replays = {name: backtest(learner, policy, start, loss) for name, policy in policies.items()}
    kinds |= dict.fromkeys(forecasts, "naive") | dict.fromkeys(replays, "retrain")
    found |= forecasts | replays
    found = {name: _with_cost(history, study.price) for name, history in found.items()}
    table = _table(found, kinds, study.split)
    best = _best(table, study.worth)
    count = int(found[best]["retrained"].sum())
    random = placebo(count, start, len(batches), np.random.default_rng(seed))
    random = backtest(learner, Policy(random, policies[best].remember, delay), start, loss)
    found["placebo"] = _with_cost(random, study.price)
    table = _table(found, kinds | {"placebo": "placebo"}, study.split)
    estimates = found["frozen"][["batch", "when", *_SELF]] if classes else empty
    drift = drift_table(batches, start, study.target, study.task)
    simple = table.loc[table["kind"] == "naive", "earlier"].idxmin()
    return Results(found, table, best, simple, drift, estimates, _checks(study, learner))


_SELF = {
    "expected accuracy": lambda y, p: cbpe(p),
    "accuracy": lambda y, p: np.mean((p >= 0.5) == (y == 1)),
    "expected Brier score": lambda y, p: expected_brier(p),
    "Brier score": lambda y, p: np.mean((p - y) ** 2),
}


def _with_cost(history, price):
    return history.assign(
        cost=history["loss"] + price * history["retrained"] / history["rows"].mean()
    )


def _table(histories, kinds, split):
    rows = {}
    for name, history in histories.items():
        later = history["batch"] >= split
        means = history.loc[~later, "cost"].mean(), history.loc[later, "cost"].mean()
        retrains = int(history.loc[~later, "retrained"].sum()), int(history["retrained"].sum())
        rows[name] = (kinds[name], retrains[0], retrains[1] - retrains[0], *means)
    names = ["kind", "retrains earlier", "retrains later", "earlier", "later"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=names)


def _best(table, worth):
    policies = table[(table["kind"] == "retrain") & (table["retrains earlier"] > 0)]
    allowed = policies["earlier"].min() + worth * abs(table.loc["frozen", "earlier"])
    near = policies[policies["earlier"] <= allowed]
    return near.sort_values(["retrains earlier", "earlier"], kind="stable").index[0]


def _checks(study, learner):
    batches, start, split = study.batches, study.start, study.split
    edges = batches.edges
    parts = [edges[start], edges[split] - edges[start], edges[-1] - edges[split]]
    checks = [
        f"{edges[-1]:,} rows: {parts[0]:,} for the first fit, {parts[1]:,} to choose a policy, "
        f"{parts[2]:,} to judge it"
    ]
    if learner.constants:
        checks.append(
            f"in {len(learner.constants)} windows there were fewer than 10 rows or one class only; "
            "the model was a constant there"
        )
    return checks
