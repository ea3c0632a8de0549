"""Tables with a time column, cut into `Batches`."""

import numpy as np
import pandas as pd

from helpers.backtest import Batches


def to_batches(table, period, target, features):
    """Cut a table into batches, one for each value of a column.

    Parameters
    ----------
    table : DataFrame
        N rows in time order.
    period : str
        Column with each row's batch, such as a week; it never decreases.
    target : str
        Column of the outcome; classes as 0 and 1.
    features : list of str
        Columns of the model's inputs.

    Returns
    -------
    Batches
        Labelled with the values of ``period``.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.
    """
    if not isinstance(table, pd.DataFrame):
        raise TypeError(f"table must be a DataFrame; got {type(table).__name__}")
    if not isinstance(features, list):
        raise TypeError(f"features must be a list of columns; got {features!r}")
    absent = [name for name in [period, target, *features] if name not in table.columns]
    if absent:
        raise ValueError(f"table has no column {absent}; it has {list(table.columns)}")
    if target in features:
        raise ValueError(f"features hold the target {target!r}; leave it out")
    times = table[period]
    if times.isna().any() or not times.is_monotonic_increasing:
        raise ValueError(f"period {period!r} has gaps or goes back in time; fill or sort it first")
    when, starts = np.unique(times, return_index=True)
    return Batches(table[features], table[target], np.append(starts, len(table)), when)
