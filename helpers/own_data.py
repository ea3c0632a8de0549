"""A reader's own table, from the columns to a fair comparison of retraining policies.

`prepare` decides what is predicted, with what model, by which metric, on which periods, and takes
out features that a model must not have. `compare` replays the policies and naive forecasts.
`helpers.verdict.verdict` says what follows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np
import pandas as pd
from pandas.api import types

from helpers.backtest import backtest
from helpers.batches import Batches
from helpers.contestants import Careful, corrected, frozen, naive, retraining
from helpers.leaks import guarded
from helpers.metrics import metric_for
from helpers.models import check_estimator, model_for, with_date_parts
from helpers.monitors import cbpe, expected_brier
from helpers.periods import chosen_period, joined, parts, thinned
from helpers.policies import Policy, placebo
from helpers.tables import cut
from helpers.watch import drift_table

FEWEST_ROWS = 30  # in the table; fewer are refused
TIE = 0.005  # of the frozen model's loss: policies as near to the best count as equal
MOST_ROWS = 50_000  # of a study, unless asked for more: with them it takes less than a minute


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
        Of a retrain, in units of the metric times rows: at 50, a retrain must lower the loss,
        summed over the rows that the new model serves, by more than 50.
    weight : float
        Rows of the source that one row of the study stands for, those set aside included; the
        price is set against these.
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
    weight: float
    delay: int
    worth: float
    time: str
    target: str
    features: list

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
        retrain the price, spread over the mean rows of a period), retrained.
    table : DataFrame
        One row a contestant, by name: kind ("frozen", "corrected", "naive", "retrain" or
        "placebo"), retrains in the earlier and in the later periods, and the mean cost there,
        earlier and later. Each period counts once. Empty if there is too little data, as are the
        histories.
    chosen : str
        The retraining policy, chosen on the earlier periods: of those that retrained there and
        cost hardly more than the cheapest (by half a per cent of the frozen model's loss), the one
        with the fewest retrains; among equals, the longer memory.
    naive : str
        The naive forecast that did best on the later periods: hindsight is in its favour, so that
        a model must beat them all.
    fixed, recent : str
        The policies that retrain most often, on all history, and on no more periods than the first
        fit had: fixed in advance, so that all scored periods may judge them.
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
    fixed: str
    recent: str
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
    worth=0.02,
    rows=MOST_ROWS,
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
        Smallest gain that counts, as a share of the frozen model's loss, at least 0, less than 1.
    rows : int
        Most rows of the study. Of more, every so-manieth is taken; the report counts the others
        as set aside.

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
    _check_settings(price, delay, worth, rows)
    if features is None:
        features = [name for name in table.columns if name not in (time, target)]
    if target in table.columns:
        task, why = _task(table[target], task)
    cut(table, time, 1 + len(table) // 2, target, features)  # for its checks of the columns
    if len(table) < FEWEST_ROWS:
        raise ValueError(
            f"table has {len(table)} rows; at least {FEWEST_ROWS} are needed, and some hundreds "
            "for a verdict"
        )
    if table[time].nunique() == 1:
        raise ValueError(
            f"time {time!r} is {table[time].iloc[0]:%Y-%m-%d %H:%M} in every row: there are no "
            "periods to compare; name another column"
        )
    metric, loss = metric_for(metric, task, table[target])
    table, report, weight = thinned(table, _report(report, table), rows)
    features, warnings, notes = guarded(table, time, target, features, task, keep)
    table = with_date_parts(table, time, target, features)
    period = chosen_period(table[time]) if period is None else period
    batches, short = joined(cut(table, time, period, target))
    start, split, too_little, first = parts(batches, task, delay)
    warnings += short + first
    if table[time].nunique() < len(batches):
        warnings.append(
            f"time {time!r} has {table[time].nunique():,} values in {len(batches)} periods: rows "
            "of one time are taken in the order of the file"
        )
    model = "your own"
    if estimator is None:
        estimator, model = model_for(batches.X, int(batches.edges[start]), task, metric)
    check_estimator(estimator, task)
    notes = pd.DataFrame([("of these", *note) for note in notes], columns=report.columns)
    return Study(
        batches=batches,
        task=task,
        why=why,
        metric=metric,
        loss=loss,
        estimator=estimator,
        model=model,
        period=period,
        start=start,
        split=split,
        too_little=too_little,
        read_report=pd.concat([report, notes], ignore_index=True),
        warnings=warnings,
        price=float(price),
        weight=weight,
        delay=int(delay),
        worth=float(worth),
        time=time,
        target=target,
        features=list(batches.X.columns),
    )


def _check_settings(price, delay, worth, rows):
    for name, value, high in [("price", price, np.inf), ("worth", worth, 1)]:
        if not isinstance(value, Real) or isinstance(value, bool) or not 0 <= value < high:
            most = "" if high == np.inf else " and less than 1"
            raise ValueError(f"{name} must be a number of at least 0{most}; got {value!r}")
    for name, value, least in [("delay", delay, 0), ("rows", rows, FEWEST_ROWS)]:
        if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
            raise ValueError(f"{name} must be a whole number of at least {least}; got {value!r}")


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


def _report(report, table):
    n, names = len(table), ["step", "rows", "what"]
    if report is None:
        rows = [("read", n, "rows of the table"), ("kept", n, "rows in the table")]
        return pd.DataFrame(rows, columns=names)
    if not isinstance(report, pd.DataFrame) or list(report.columns) != names:
        raise TypeError(f"report must be that of read_table, with the columns {names}, or None")
    kept = report.loc[report["step"] == "kept", "rows"]
    if kept.tolist() != [n]:
        raise ValueError(f"report says {kept.tolist()} rows kept, but table has {n}")
    return report


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
        return Results({}, empty, "", "", "", "", empty, empty, [])
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
    found = {name: _with_cost(history, study) for name, history in found.items()}
    table = _table(found, kinds, study.split)
    best = best_policy(table)
    count = int(found[best]["retrained"].sum())
    random = placebo(count, start, len(batches), np.random.default_rng(seed))
    random = backtest(learner, Policy(random, policies[best].remember, delay), start, loss)
    found["placebo"] = _with_cost(random, study)
    table = _table(found, kinds | {"placebo": "placebo"}, study.split)
    estimates = found["frozen"][["batch", "when", *_SELF]] if classes else empty
    drift = drift_table(batches, start, study.target, study.task)
    simple = table.loc[table["kind"] == "naive", "later"].idxmin()
    fixed, recent = list(policies)[:2]
    return Results(
        found, table, best, simple, fixed, recent, drift, estimates, _checks(study, learner)
    )


_SELF = {
    "expected accuracy": lambda y, p: cbpe(p),
    "accuracy": lambda y, p: np.mean((p >= 0.5) == (y == 1)),
    "expected Brier score": lambda y, p: expected_brier(p),
    "Brier score": lambda y, p: np.mean((p - y) ** 2),
}


def _with_cost(history, study):
    rows = study.weight * history["rows"].mean()
    return history.assign(cost=history["loss"] + study.price * history["retrained"] / rows)


def _table(histories, kinds, split):
    rows = {}
    for name, history in histories.items():
        later = history["batch"] >= split
        means = history.loc[~later, "cost"].mean(), history.loc[later, "cost"].mean()
        retrains = int(history.loc[~later, "retrained"].sum()), int(history["retrained"].sum())
        rows[name] = (kinds[name], retrains[0], retrains[1] - retrains[0], *means)
    names = ["kind", "retrains earlier", "retrains later", "earlier", "later"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=names)


def best_policy(table):
    """The policy of `Results.table` that is chosen on its earlier periods: see `compare`."""
    policies = table[(table["kind"] == "retrain") & (table["retrains earlier"] > 0)]
    allowed = policies["earlier"].min() + TIE * abs(table.loc["frozen", "earlier"])
    return policies.loc[policies["earlier"] <= allowed, "retrains earlier"].idxmin()


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
            f"{len(learner.constants)} of the windows to fit held fewer than 10 rows or one class "
            "only: the model was a constant there"
        )
    for what, times in learner.warned.items():
        checks.append(f"{times} of the fits warned: {what}")
    return checks
