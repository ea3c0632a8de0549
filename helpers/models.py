"""A model for a table that nobody has looked at: gaps, categories, a quick and robust fit."""

import numpy as np
import pandas as pd
from pandas.api import types

ENOUGH = 1000  # rows of the first fit from which trees are worth their variance
MOST_CATEGORIES = 100  # a feature; rarer ones are taken together


def with_columns(estimator):
    """Put the usual steps before an estimator: fill gaps, encode categories, scale numbers.

    Numbers are filled with the median, their gaps marked in a column of their own, and scaled.
    Categories become columns of 0 and 1; rare ones are taken together, and ones that come up later
    count as rare. All of it is learned from the rows of each fit alone.

    Parameters
    ----------
    estimator : scikit-learn estimator

    Returns
    -------
    Pipeline
        It takes a DataFrame of numbers and categories.
    """
    from sklearn.compose import make_column_selector, make_column_transformer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    one_hot = OneHotEncoder(
        handle_unknown="infrequent_if_exist", max_categories=MOST_CATEGORIES, sparse_output=False
    )
    columns = make_column_transformer(
        (one_hot, make_column_selector(dtype_include="category")),
        (make_pipeline(_filled(), StandardScaler()), make_column_selector(dtype_include=np.number)),
    )
    return make_pipeline(columns, estimator)


def model_for(X, rows, task, metric):
    """Choose a quick and robust model by the number of rows of the first fit.

    From 1,000 rows on, gradient boosting of 50 small trees: it does not mind outliers or scales,
    takes categories as they are, and finds bends and interactions; 10,000 rows of 15 features take
    less than half a second. With fewer rows a linear model with a little shrinkage, whose variance
    is smaller. Neither stops early: a random validation set would mix the periods. For the MAE
    both fit (nearly) the median rather than the mean.

    Parameters
    ----------
    X : DataFrame
        The features, for their names and types only.
    rows : int
        Of the first fit.
    task : {"regression", "classification"}
    metric : str

    Returns
    -------
    estimator : Pipeline
    words : str
        What it is.
    """
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.linear_model import HuberRegressor, LogisticRegression, Ridge
    from sklearn.preprocessing import StandardScaler

    if rows >= ENOUGH:
        return _trees(X, task, metric), f"gradient boosting of small trees ({rows:,} rows at first)"
    if task == "classification":
        linear = LogisticRegression(max_iter=1000)
    elif metric == "MAE":
        huber = HuberRegressor(alpha=1.0, max_iter=1000)
        linear = TransformedTargetRegressor(huber, transformer=StandardScaler())  # any unit will do
    else:
        linear = Ridge()
    return with_columns(linear), f"a linear model ({rows:,} rows at first)"


def _filled():
    from sklearn.impute import SimpleImputer

    # Trees take gaps as they are, but not a column that is all gaps.
    return SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)


def _trees(X, task, metric):
    from sklearn.compose import make_column_transformer
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OrdinalEncoder

    names = [n for n in X.columns if isinstance(X[n].dtype, pd.CategoricalDtype)]
    codes = OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=np.nan, max_categories=MOST_CATEGORIES
    )
    columns = make_column_transformer((codes, names), remainder=_filled())
    options = {
        "categorical_features": list(range(len(names))) or None,
        "max_iter": 50,
        "max_leaf_nodes": 8,
        "min_samples_leaf": 50,
        "early_stopping": False,
        "random_state": 0,
    }
    if task == "classification":
        return make_pipeline(columns, HistGradientBoostingClassifier(**options))
    loss = "absolute_error" if metric == "MAE" else "squared_error"
    return make_pipeline(columns, HistGradientBoostingRegressor(loss=loss, **options))


def with_date_parts(table, time, target, features):
    """Dates as numbers that come again: days before the row's own time, month and weekday.

    Parameters
    ----------
    table : DataFrame
    time, target : str
        Columns that stay as they are.
    features : list of str
        Columns to keep; those of datetimes become three each.

    Returns
    -------
    DataFrame
        The columns time and target, then the features.
    """
    columns = {}
    for name in features:
        values = table[name]
        if not types.is_datetime64_any_dtype(values.dtype):
            columns[name] = values
            continue
        plain, own = (v.dt.tz_convert(None) if v.dt.tz else v for v in (values, table[time]))
        columns[f"{name}: days ago"] = (own - plain) / pd.Timedelta(days=1)
        columns[f"{name}: month"] = values.dt.month.astype(float)
        columns[f"{name}: weekday"] = values.dt.day_of_week.astype(float)
    return table[[time, target]].join(pd.DataFrame(columns, index=table.index))


def check_estimator(estimator, task):
    """Refuse what cannot predict the task: TypeError, naming the estimator and what to do."""
    from sklearn.base import is_classifier

    if isinstance(estimator, type):
        raise TypeError(f"estimator must be an instance: write {estimator.__name__}()")
    if task == "classification" and not hasattr(estimator, "predict_proba"):
        raise TypeError(
            f"estimator must give probabilities for classes; {type(estimator).__name__} has no "
            "predict_proba(). Take a classifier, or task='regression'"
        )
    if not hasattr(estimator, "fit") or not hasattr(estimator, "predict"):
        raise TypeError(
            f"estimator must be a scikit-learn estimator; {type(estimator).__name__} has no fit() "
            "or predict()"
        )
    if task == "regression" and is_classifier(estimator):
        raise TypeError(
            f"estimator {type(estimator).__name__} is a classifier, but the task is regression; "
            "take a regressor, or give read_table positive, the value that becomes 1"
        )
