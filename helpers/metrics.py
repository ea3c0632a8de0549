"""Metrics that are a mean of losses a row, lower is better."""

import numpy as np

from helpers.backtest import log_loss, squared_loss


def absolute_loss(y, prediction):
    """|y - prediction| per row; its mean is the MAE."""
    return np.abs(y - prediction)


METRICS = {
    "MAE": ("regression", absolute_loss),
    "squared error": ("regression", squared_loss),
    "log loss": ("classification", log_loss),
    "Brier score": ("classification", squared_loss),
}


def metric_for(metric, task, y):
    """The metric's name and its loss a row.

    Parameters
    ----------
    metric : str, callable or None
        A name out of `METRICS`, or ``metric(y, prediction)`` -> one loss a row, which is tried.
    task : {"regression", "classification"}
    y : Series of numbers

    Returns
    -------
    name : str
    loss : callable

    Raises
    ------
    ValueError
        If the metric is unknown, not for the task, or gives no finite loss a row.
    """
    if metric is None:
        metric = "MAE" if task == "regression" else "log loss"
    if callable(metric):
        some = y.to_numpy(float)[:20]
        losses = np.asarray(metric(some, np.full(len(some), y.mean())))
        if losses.shape != some.shape or losses.dtype.kind not in "biuf":
            raise ValueError(
                f"metric must give one loss a row, for {len(some)} rows {len(some)} numbers; it "
                f"gave {losses.dtype} of shape {losses.shape}. See absolute_loss"
            )
        if not np.isfinite(losses).all():
            raise ValueError("metric gave NaN or infinity; clip what it takes the logarithm of")
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
