"""The default models take whatever a table holds."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.preprocessing import StandardScaler

from helpers.backtest import predict
from helpers.metrics import METRICS, absolute_loss
from helpers.models import ENOUGH, MOST_CATEGORIES, check_estimator, model_for, with_columns


def table(n, rng):
    X = pd.DataFrame({"x": rng.normal(size=n), "z": rng.normal(size=n)})
    X["shop"] = pd.Categorical(rng.choice(["a", "b", None], n), categories=["a", "b", "c"])
    X["many"] = pd.Categorical([f"m{i}" for i in rng.integers(0, 3 * MOST_CATEGORIES, n)])
    return X


@pytest.mark.parametrize("rows", [200, ENOUGH])
@pytest.mark.parametrize("metric", list(METRICS))
def test_gaps_unseen_categories_and_empty_columns(rows, metric):
    rng = np.random.default_rng(0)
    task = METRICS[metric][0]
    X = table(rows, rng)
    X["empty"] = np.nan
    X["one"] = 1.0
    y = X["x"] + X["shop"].isin(["a"]) * 2 + rng.normal(size=rows)
    X.loc[::9, "z"] = np.nan
    y = (y > 0).astype(int) if task == "classification" else y
    model = model_for(X, rows, task, metric)[0].fit(X, y)
    new = X.assign(shop=pd.Categorical(["c"] * rows), empty=3.0, one=np.nan)
    new["many"] = pd.Categorical(["never seen"] * rows)
    assert np.isfinite(predict(model, new)).all()
    loss = METRICS[metric][1]
    assert loss(y, predict(model, X)).mean() < loss(y, y.mean()).mean()


@pytest.mark.parametrize("names", [["x", "z"], ["shop", "many"]])
@pytest.mark.parametrize("rows", [200, ENOUGH])
def test_numbers_alone_and_categories_alone(names, rows):
    rng = np.random.default_rng(0)
    X = table(rows, rng)[names]
    model = model_for(X, rows, "regression", "MAE")[0].fit(X, rng.normal(size=rows))
    assert np.isfinite(model.predict(X)).all()


@pytest.mark.parametrize("rows", [300, 3000])
def test_for_the_mae_the_median_is_fitted(rows):
    """Outcomes are skewed: mean 1, median log 2."""
    rng = np.random.default_rng(1)
    X = pd.DataFrame({"x": rng.normal(size=rows)})
    y = rng.exponential(size=rows)
    found = {m: model_for(X, rows, "regression", m)[0].fit(X, y).predict(X).mean() for m in
             ("MAE", "squared error")}  # fmt: skip
    assert found["squared error"] == pytest.approx(1.0, abs=0.15)
    assert found["MAE"] == pytest.approx(np.log(2), abs=0.15)
    assert found["MAE"] < found["squared error"] - 0.1


def test_scaling_and_filling_leave_least_squares_as_it_is():
    rng = np.random.default_rng(2)
    X = pd.DataFrame(rng.normal(size=(100, 3)) * [1, 10, 100], columns=list("abc"))
    y = X.sum(axis=1) + rng.normal(size=100)
    plain = LinearRegression().fit(X, y).predict(X)
    np.testing.assert_allclose(with_columns(LinearRegression()).fit(X, y).predict(X), plain)


def test_absolute_loss():
    np.testing.assert_array_equal(absolute_loss(np.array([1.0, -2.0]), 3.0), [2.0, 5.0])


@pytest.mark.parametrize("metric", ["MAE", "squared error"])
@pytest.mark.parametrize("unit", [1e-9, 1e9])
def test_the_unit_of_the_outcome_does_not_matter(metric, unit):
    rng = np.random.default_rng(3)
    X = pd.DataFrame({"x": rng.normal(size=200)})
    y = 5 + X["x"] + rng.normal(size=200)
    plain, scaled = (
        model_for(X, 200, "regression", metric)[0].fit(X, values).predict(X)
        for values in (y, y * unit)
    )
    np.testing.assert_allclose(scaled / unit, plain, rtol=1e-3)


class Fitted:
    """Predicts, and cannot be fitted."""

    def predict(self, X):
        return X


@pytest.mark.parametrize(
    ("estimator", "task", "said"),
    [
        (LinearRegression, "regression", "write LinearRegression\\(\\)"),
        (LinearRegression(), "classification", "LinearRegression has no predict_proba"),
        (StandardScaler(), "regression", "StandardScaler has no fit\\(\\) or predict"),
        (Fitted(), "regression", "Fitted has no fit\\(\\) or predict"),
        (LogisticRegression(), "regression", "is a classifier, but the task is regression"),
    ],
)
def test_estimators_that_cannot_predict_the_task_are_named(estimator, task, said):
    with pytest.raises(TypeError, match=said):
        check_estimator(estimator, task)


def test_estimators_that_can_are_let_pass():
    check_estimator(LinearRegression(), "regression")
    check_estimator(LogisticRegression(), "classification")
