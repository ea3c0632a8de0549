"""The error budget: risk = floor + approximation + estimation + staleness.

All four terms are squared errors under today's P_t(x, y): a mean squared error for numeric
outcomes, a Brier score for 0 and 1. The world is simulated, so they are known.

============= ================================================================ =================
term          definition                                                       who can lower it
============= ================================================================ =================
floor         E[(y - f_t(x))^2]                                                better features
approximation E[(m*(x) - f_t(x))^2], m* the fit on unlimited rows of today     a better model class
estimation    mean risk of fresh fits on n rows of today, minus the two above  more of today's rows
staleness     risk of the deployed model, minus that mean                      retraining
============= ================================================================ =================

Staleness is what retraining on n of today's rows gains per future row, on average. It is
negative where the deployed model beats a fresh fit.
"""

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from helpers.backtest import predict

TERMS = ["floor", "approximation", "estimation", "staleness"]
_MANY_ROWS = 20_000


def risk(world, model, t=0):
    """Expected squared error of a fixed model at time ``t``, in squared units of y.

    Parameters
    ----------
    world : World
    model : fitted scikit-learn estimator
    t : float
        Time, in batches.

    Returns
    -------
    float
        E[(y - m(x))^2] over ``world.points(t)``; for 0 and 1 the Brier score.
    """
    X, weights = world.points(t)
    return _risk(model, X, weights, world.mean(X, t), world.floor(t))


def _risk(model, X, weights, f, floor):
    return floor + float(weights @ (predict(model, X) - f) ** 2)


def limit(world, estimator, t=0):
    """Fit the estimator to unlimited rows of time ``t``: the m* of the approximation term.

    LinearRegression, Ridge and LogisticRegression, alone or after PolynomialFeatures, are
    fitted to the weighted points of `World.points`, so that the limit is exact up to
    quadrature, and a penalty on the sum of losses has vanished. Any other estimator is
    fitted on a fixed sample of 20,000 rows, and the limit is approximate.

    Returns
    -------
    fitted scikit-learn estimator
    """
    from sklearn.base import clone, is_classifier
    from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler

    model = clone(estimator)
    last = model.steps[-1][1] if isinstance(model, Pipeline) else model
    steps = model.steps[:-1] if isinstance(model, Pipeline) else []
    exact = type(last) in (LinearRegression, LogisticRegression, Ridge) and all(
        isinstance(step, PolynomialFeatures | StandardScaler) for _, step in steps
    )
    if not exact:
        return model.fit(*world.sample(np.random.default_rng(0), _MANY_ROWS, t))
    X, weights = world.points(t)
    y = world.mean(X, t)
    if is_classifier(last):
        X, weights = np.concatenate([X, X]), np.concatenate([weights * y, weights * (1 - y)])
        y = np.repeat([1.0, 0.0], len(y))
        if last.class_weight == "balanced":  # older scikit-learn would count points, not weigh them
            ones = weights @ y / weights.sum()
            last.set_params(class_weight={0: 0.5 / (1 - ones), 1: 0.5 / ones})
    name = f"{model.steps[-1][0]}__sample_weight" if last is not model else "sample_weight"
    return model.fit(X, y, **{name: weights * 1e6})


def fresh_risks(world, estimator, n, t=0, draws=200, seed=0):
    """Risks of fresh fits, each on ``n`` new rows of time ``t``.

    Parameters
    ----------
    world : World
    estimator : scikit-learn estimator
    n : int
        Rows that a retrain would use.
    t : float
        Time, in batches.
    draws : int
        Number of training samples, at least 2.
    seed : int
        One seed gives every time and every world the same luck.

    Returns
    -------
    ndarray of shape (draws,)
        Their mean estimates floor + approximation + estimation, with standard error
        ``std(ddof=1) / sqrt(draws)``.
    """
    from sklearn import config_context
    from sklearn.base import clone

    if draws < 2:
        raise ValueError(f"draws must be at least 2, for a standard error; got {draws}")
    rng = np.random.default_rng(seed)
    population = world.points(t)
    population += (world.mean(population[0], t), world.floor(t))
    risks = np.empty(draws)
    with threadpool_limits(1), config_context(assume_finite=True, skip_parameter_validation=True):
        for i in range(draws):
            X, y = world.sample(rng, n, t)
            if world.noise is None and y.min() == y.max():
                raise ValueError(f"a sample of n={n} rows held one class only; raise n")
            risks[i] = _risk(clone(estimator).fit(X, y), *population)
    return risks


def error_budget(world, estimator, model, n, t=0, draws=200, seed=0):
    """Split the risk of a deployed model at time ``t`` into its four terms.

    Parameters
    ----------
    world : World
    estimator : scikit-learn estimator
        The training procedure that a retrain would run.
    model : fitted scikit-learn estimator
        The deployed model.
    n, t, draws, seed
        As for `fresh_risks`.

    Returns
    -------
    dict of str to float
        floor, approximation, estimation, staleness (they add up to risk), risk, and se, the Monte
        Carlo standard error of estimation and of staleness. All in squared units of y.
    """
    return _split(_reference(world, estimator, n, t, draws, seed), risk(world, model, t))


def budget_over_time(world, learner, history, n, draws=200, seed=0):
    """Split the risk of a backtest's deployed models, batch by batch.

    Parameters
    ----------
    world : World
        The world that ``learner.batches`` was drawn from; batch numbers are its times.
    learner : Learner
    history : DataFrame
        What `backtest` returned for this learner.
    n, draws, seed
        As for `fresh_risks`.

    Returns
    -------
    DataFrame
        One row a batch: batch, and the entries of `error_budget`.
    """
    references, rows = {}, []
    for batch, lo, hi in zip(history["batch"], history["fit_lo"], history["fit_hi"], strict=True):
        X, _ = world.points(batch)
        # While the world stands still, so do the first three terms.
        state = tuple(a.tobytes() for a in (X, world.mean(X, batch), world.variance(X, batch)))
        if hash(state) not in references:
            estimate = _reference(world, learner.estimator, n, batch, draws, seed)
            references[hash(state)] = estimate
        deployed = risk(world, learner.fit(lo, hi), batch)
        rows.append({"batch": batch} | _split(references[hash(state)], deployed))
    return pd.DataFrame(rows)


def budget_table(budgets):
    """Error budgets as a table to be read: one row each, three decimals.

    Parameters
    ----------
    budgets : dict of str to dict
        Name -> what `error_budget` returns.

    Returns
    -------
    DataFrame of str
    """
    rows = {n: {k: rounded(b[k]) for k in [*TERMS, "risk"]} for n, b in budgets.items()}
    return pd.DataFrame(rows).T


def rounded(value):
    """Three decimals, without a minus before a zero."""
    return f"{round(value, 3) + 0.0:.3f}"


def _reference(world, estimator, n, t, draws, seed):
    floor = world.floor(t)
    approximation = risk(world, limit(world, estimator, t), t) - floor
    fresh = fresh_risks(world, estimator, n, t, draws, seed)
    return {
        "floor": floor,
        "approximation": approximation,
        "estimation": float(fresh.mean()) - floor - approximation,
        "se": float(fresh.std(ddof=1)) / draws**0.5,
    }


def _split(reference, deployed):
    explained = sum(reference[term] for term in TERMS[:3])
    terms = {term: reference[term] for term in TERMS[:3]} | {"staleness": deployed - explained}
    return terms | {"risk": deployed, "se": reference["se"]}
