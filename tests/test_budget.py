"""The error budget against closed forms and independent optimisation."""

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import norm
from sklearn.linear_model import Lasso, LinearRegression, LogisticRegression, Ridge, SGDRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, PolynomialFeatures, StandardScaler
from sklearn.tree import DecisionTreeRegressor

from helpers import budget as module
from helpers.backtest import Learner, backtest
from helpers.budget import (
    TERMS,
    budget_over_time,
    budget_table,
    error_budget,
    fresh_risks,
    limit,
    risk,
    rounded,
)
from helpers.policies import Policy, every, last
from helpers.worlds import World, normal, stream, sudden, uniform

LINE = LinearRegression()
CURVE = make_pipeline(PolynomialFeatures(2), LinearRegression())


def hump(X, t):
    return 4 * X[:, 0] * (1 - X[:, 0])


def square(X, t):
    return X[:, 0] ** 2


GROWER = World(uniform(0, sudden(0.3, 1, at=1)), hump, noise=0.1)
WIDENED = World(uniform(0, sudden(1, 3, at=1)), square, noise=0.3)
TURNED = World(uniform(0, 1), lambda X, t: (X[:, 0] - (t >= 1)) ** 2, noise=0.3)


def approximation(world, estimator, t=0):
    return risk(world, limit(world, estimator, t), t) - world.floor(t)


# Problem 1 of the notebooks, in closed form.


def test_the_line_on_the_hump():
    frozen = limit(GROWER, LINE, t=0)
    # Best line to x^2 on U(0, b): b x - b^2 / 6. So the best line here is 2.8 x + .06.
    np.testing.assert_allclose([frozen.coef_[0], frozen.intercept_], [2.8, 0.06], atol=1e-9)
    # E (4x - 4x^2 - 2.8x - .06)^2 on U(0, 1) = 1.44/3 + 16/5 + .0036 - 9.6/4 - .144/2 + .48/3.
    mse = 1.44 / 3 + 16 / 5 + 0.0036 - 9.6 / 4 - 0.144 / 2 + 0.48 / 3 + 0.01
    assert risk(GROWER, frozen, t=1) == pytest.approx(mse, abs=1e-9)
    variance = 16 / 180 + 0.01
    assert 1 - mse / variance == pytest.approx(-12.97, abs=0.005)
    assert approximation(GROWER, LINE, t=1) == pytest.approx(16 / 180, abs=1e-9)
    # The line retrained on the whole range explains nothing, the quadratic all but the noise.
    assert 1 - risk(GROWER, limit(GROWER, LINE, 1), 1) / variance == pytest.approx(0, abs=1e-8)
    r2_curve = 1 - risk(GROWER, limit(GROWER, CURVE, 1), 1) / variance
    assert r2_curve == pytest.approx(1 - 0.01 / variance, abs=1e-8)


@pytest.mark.parametrize(("c", "a", "b"), [(1, 0, 1), (4, 0, 1), (-2, -1, 2.5), (0.3, 5, 9)])
def test_lack_of_fit_of_the_best_line_grows_with_the_fourth_power_of_the_range(c, a, b):
    def lack(width):
        world = World(uniform(a, a + width), lambda X, t: c * X[:, 0] ** 2, noise=1)
        return approximation(world, LINE)

    assert lack(b - a) == pytest.approx(c**2 * (b - a) ** 4 / 180, rel=1e-6)
    assert lack(3 * (b - a)) / lack(b - a) == pytest.approx(81, rel=1e-6)


def test_the_line_on_the_widened_square():
    frozen = limit(WIDENED, LINE, t=0)
    assert risk(WIDENED, frozen, t=1) == pytest.approx(6.318, abs=5e-4)
    # E (x^2 - x + 1/6)^2 on U(0, 3).
    exact = 81 / 5 - 2 * 27 / 4 + 9 / 3 * (1 + 1 / 3) - 3 / 2 / 3 + 1 / 36 + 0.09
    assert risk(WIDENED, frozen, t=1) == pytest.approx(exact, abs=1e-8)
    retrained = risk(WIDENED, limit(WIDENED, LINE, 1), 1)
    assert retrained == pytest.approx(0.54, abs=1e-8)
    assert retrained / WIDENED.floor() == pytest.approx(6, abs=1e-7)


def test_a_quadratic_retrained_on_300_rows():
    risks = fresh_risks(WIDENED, CURVE, n=300, t=1, draws=300)
    # Three coefficients cost 3 s2 / n, and a little more for the random inputs.
    se = risks.std(ddof=1) / 300**0.5
    assert risks.mean() == pytest.approx(0.0909, abs=5e-5 + 4 * se)
    assert risks.mean() - 0.09 == pytest.approx(0.09 * 3 / 300, abs=0.05 * 0.0009 + 4 * se)
    assert 4 * se < 0.25 * 0.0009  # sharp enough to tell 3 coefficients from 2 or 4


def test_concept_drift_on_the_same_inputs():
    frozen = limit(TURNED, LINE, t=0)
    before, after = risk(TURNED, frozen, 0), risk(TURNED, frozen, 1)
    assert before == pytest.approx(1 / 180 + 0.09, abs=1e-9)
    assert after / before == pytest.approx(4.488, abs=5e-4)
    assert risk(TURNED, limit(TURNED, LINE, 1), 1) == pytest.approx(before, abs=1e-9)


# The four terms.


@pytest.mark.parametrize(("d", "m"), [(1, 10), (3, 20), (5, 50), (5, 15)])
def test_estimation_of_least_squares(d, m):
    """Normal inputs, no intercept: the excess of m fresh rows is d s2 / (m - d - 1)."""
    world = World(normal(0, 1), lambda X, t: X @ np.arange(1, d + 1), noise=0.7, d=d)
    estimator = LinearRegression(fit_intercept=False)
    budget = error_budget(world, estimator, limit(world, estimator), m, draws=400, seed=d)
    exact = d * 0.49 / (m - d - 1)
    assert budget["estimation"] == pytest.approx(exact, abs=4 * budget["se"])
    assert 4 * budget["se"] < 0.6 * exact
    assert budget["floor"] == pytest.approx(0.49, abs=1e-12)
    assert budget["approximation"] == pytest.approx(0, abs=1e-9)


LOGISTIC = World(normal(0.3, 1.2), lambda X, t: expit((1 - 2 * (t >= 1)) * X[:, 0] ** 2 - 1), None)
SETTINGS = {
    "line, widened": (WIDENED, LINE, 50, 1),
    "curve, turned": (TURNED, CURVE, 30, 1),
    "tree": (GROWER, DecisionTreeRegressor(max_depth=3, random_state=0), 60, 1),
    "Brier score": (LOGISTIC, LogisticRegression(), 200, 1),
    "two features": (
        World(normal([0, 1], 1), lambda X, t: X[:, 0] * X[:, 1] + t, noise=0.5, d=2), LINE, 40, 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SETTINGS)
def test_the_terms_are_what_they_are_defined_to_be(name):
    world, estimator, n, t = SETTINGS[name]
    deployed = limit(world, estimator, 0)
    budget = error_budget(world, estimator, deployed, n, t, draws=60, seed=3)
    assert list(budget) == [*TERMS, "risk", "se"]
    assert sum(budget[term] for term in TERMS) == pytest.approx(budget["risk"], abs=1e-12)
    X, weights = world.points(t)
    f = world.mean(X, t)
    p = deployed.predict_proba(X)[:, 1] if world.noise is None else deployed.predict(X)
    floor = weights @ (f * (1 - f)) if world.noise is None else world.noise**2
    assert budget["floor"] == pytest.approx(floor, abs=1e-12)
    assert budget["risk"] == pytest.approx(floor + weights @ (p - f) ** 2, abs=1e-12)
    fresh = fresh_risks(world, estimator, n, t, draws=60, seed=3)
    assert budget["staleness"] == pytest.approx(budget["risk"] - fresh.mean(), abs=1e-12)
    assert budget["se"] == pytest.approx(fresh.std(ddof=1) / 60**0.5, rel=1e-12)
    assert budget["floor"] > 0 and budget["estimation"] > 0


def test_risk_is_the_mean_loss_of_rows():
    model = LogisticRegression().fit(*LOGISTIC.sample(np.random.default_rng(1), 200))
    X, y = LOGISTIC.sample(np.random.default_rng(2), 100_000, t=1)
    losses = (y - model.predict_proba(X)[:, 1]) ** 2
    assert risk(LOGISTIC, model, 1) == pytest.approx(losses.mean(), abs=4 * losses.std() / 1e5**0.5)


@pytest.mark.parametrize(("t", "sign"), [(0, 1), (1, -1)])
def test_brier_budget_by_quadrature(t, sign):
    def expectation(function):
        return quad(lambda x: function(x) * norm.pdf(x, 0.3, 1.2), -11, 12, epsabs=1e-13, limit=200)

    def f(x):
        return expit(sign * x**2 - 1)

    def p(x):
        return expit(model.intercept_[0] + model.coef_[0, 0] * x)

    model = LogisticRegression().fit(*LOGISTIC.sample(np.random.default_rng(1), 200))
    floor, error = expectation(lambda x: f(x) * (1 - f(x)))
    assert error < 1e-10
    assert LOGISTIC.floor(t) == pytest.approx(floor, abs=1e-9)
    # E[(y - p)^2 | x] without the split into floor and distance.
    exact, _ = expectation(lambda x: f(x) * (1 - p(x)) ** 2 + (1 - f(x)) * p(x) ** 2)
    assert risk(LOGISTIC, model, t) == pytest.approx(exact, abs=1e-9)


def test_staleness_may_be_negative():
    """A model fitted to unlimited rows beats a fresh small fit by exactly its estimation."""
    for world, estimator in [(WIDENED, LINE), (LOGISTIC, LogisticRegression())]:
        budget = error_budget(world, estimator, limit(world, estimator), n=20, draws=50)
        assert budget["staleness"] == pytest.approx(-budget["estimation"], abs=1e-12)
        assert budget["staleness"] < 0


def test_estimation_may_be_negative():
    """A penalty that just kills the slope in the limit spares it in some small samples."""
    world = World(normal(0, 1), lambda X, t: 2 * X[:, 0], noise=0.5)
    budget = error_budget(world, Lasso(2), limit(WIDENED, LINE), n=20)
    assert budget["approximation"] == pytest.approx(4, abs=0.2)
    assert budget["estimation"] < -4 * budget["se"]
    assert sum(budget[term] for term in TERMS) == pytest.approx(budget["risk"], abs=1e-12)


def test_staleness_is_what_a_retrain_gains_on_average():
    deployed = limit(TURNED, LINE, 0)
    budget = error_budget(TURNED, LINE, deployed, n=25, t=1, draws=400, seed=1)
    rng = np.random.default_rng(99)
    fits = [LinearRegression().fit(*TURNED.sample(rng, 25, 1)) for _ in range(400)]
    gains = np.array([risk(TURNED, deployed, 1) - risk(TURNED, fit, 1) for fit in fits])
    assert budget["staleness"] == pytest.approx(gains.mean(), abs=4 * 2**0.5 * budget["se"])


def test_fresh_risks_have_the_same_luck_at_every_time_and_in_every_world():
    """Least squares moves with a line that is added to f, so the same luck is the same risk."""
    drifting = World(uniform(0, 1), lambda X, t: X[:, 0] ** 2 + t * (1 + X[:, 0]), noise=0.3)
    other = World(uniform(0, 1), lambda X, t: (1 - X[:, 0]) ** 2, noise=0.3)
    reference = fresh_risks(drifting, LINE, 20, t=0, draws=20)
    for risks in (fresh_risks(drifting, LINE, 20, 5, 20), fresh_risks(other, LINE, 20, 0, 20)):
        np.testing.assert_allclose(risks, reference, rtol=1e-9)
    assert not np.allclose(fresh_risks(drifting, LINE, 20, 0, 20, seed=1), reference)
    assert len(set(reference)) == 20


# The limit of a training procedure.


def test_the_limit_of_a_logistic_model_in_a_misspecified_world():
    def f(x):
        return expit(x**2 - 1)

    def nll(beta):
        def integrand(x):
            eta = beta[0] + beta[1] * x
            return (np.logaddexp(0, eta) - f(x) * eta) * norm.pdf(x, 0.3, 1.2)

        return quad(integrand, -9, 9.6, epsabs=1e-12)[0]

    beta = minimize(nll, [0, 0], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-14}).x
    exact, _ = quad(
        lambda x: (expit(beta[0] + beta[1] * x) - f(x)) ** 2 * norm.pdf(x, 0.3, 1.2), -9, 9.6
    )
    model = limit(LOGISTIC, LogisticRegression(tol=1e-10))
    np.testing.assert_allclose([model.intercept_[0], model.coef_[0, 0]], beta, atol=1e-5)
    assert approximation(LOGISTIC, LogisticRegression(tol=1e-10)) == pytest.approx(exact, abs=1e-6)
    assert approximation(LOGISTIC, LogisticRegression()) == pytest.approx(exact, abs=2e-4)
    assert exact > 0.01


def test_a_regression_on_0_and_1_tends_to_the_best_line():
    world = World(uniform(0, 1), square, None)
    model = limit(world, LINE)
    np.testing.assert_allclose([model.coef_[0], model.intercept_], [1, -1 / 6], atol=1e-9)
    assert approximation(world, LINE) == pytest.approx(1 / 180, abs=1e-9)


@pytest.mark.parametrize(
    "estimator",
    [Ridge(1000), make_pipeline(StandardScaler(), Ridge(1000))],
    ids=["ridge", "scaled ridge"],
)
def test_a_penalty_on_the_sum_of_losses_vanishes(estimator):
    X, _ = WIDENED.points()
    np.testing.assert_allclose(
        limit(WIDENED, estimator).predict(X), limit(WIDENED, LINE).predict(X), atol=2e-2
    )
    assert approximation(WIDENED, estimator) == pytest.approx(1 / 180, abs=1e-4)


@pytest.mark.parametrize(
    "estimator",
    [
        CURVE,
        make_pipeline(StandardScaler(), PolynomialFeatures(2), Ridge(1)),
        DecisionTreeRegressor(max_depth=3, random_state=0),
        SGDRegressor(random_state=0),
        make_pipeline(KBinsDiscretizer(5, strategy="quantile"), Ridge(1e-3)),
        make_pipeline(StandardScaler(), Lasso(0.05)),
    ],
    ids=["polynomial", "scaled polynomial", "tree", "SGD", "quantile bins", "scaled lasso"],
)
def test_the_limit_is_what_very_many_rows_give(estimator):
    world = World(normal(0, 0.5), hump, noise=0.1)
    many = estimator.fit(*world.sample(np.random.default_rng(5), 100_000))
    excess = risk(world, many) - world.floor()
    assert approximation(world, estimator) == pytest.approx(excess, abs=0.004, rel=0.02)


def test_class_weights_have_their_limit_too():
    world = World(uniform(0, 1), lambda X, t: 0.02 + 0.2 * X[:, 0], None)
    balanced = LogisticRegression(class_weight="balanced")
    many = LogisticRegression(class_weight="balanced")
    many.fit(*world.sample(np.random.default_rng(5), 100_000))
    excess = risk(world, many) - world.floor()
    assert approximation(world, balanced) == pytest.approx(excess, rel=0.05)
    assert excess > 0.05


def test_the_limit_of_a_linear_model_knows_no_noise():
    loud = World(WIDENED.inputs, square, noise=30)
    assert limit(loud, LINE).coef_[0] == pytest.approx(limit(WIDENED, LINE).coef_[0], abs=1e-9)


def test_the_estimator_stays_as_it_was():
    estimator = LinearRegression()
    error_budget(WIDENED, estimator, limit(WIDENED, estimator), n=10, draws=2)
    assert not hasattr(estimator, "coef_")


# Over time.


def test_budget_over_time_is_the_budget_of_each_batch():
    learner = Learner(stream(WIDENED, np.random.default_rng(0), 8, 30), LINE)
    history = backtest(learner, Policy(every(3), last(2)), start=2)
    table = budget_over_time(WIDENED, learner, history, n=40, draws=20, seed=2)
    assert list(table) == ["batch", *TERMS, "risk", "se"]
    assert list(table["batch"]) == list(history["batch"])
    for row, (_, entry) in zip(history.itertuples(), table.iterrows(), strict=True):
        model = LinearRegression().fit(*learner.batches.rows(row.fit_lo, row.fit_hi))
        expected = error_budget(WIDENED, LINE, model, 40, row.batch, draws=20, seed=2)
        assert entry.drop("batch").to_dict() == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("world", "states"),
    [
        (World(uniform(0, 1), square, 0.3), 1),
        (World(uniform(0, sudden(1, 3, at=4)), square, 0.3), 2),
        (World(uniform(0, 1), lambda X, t: X[:, 0] ** (1 + (t >= 4)), 0.3), 2),
        (World(uniform(0, 1), square, sudden(0.3, 0.6, at=4)), 2),
        (World(uniform(0, 1), lambda X, t: X[:, 0] * t, 0.3), 6),
        (World(uniform(0, sudden(1, 3, at=4)), lambda X, t: 0 * X[:, 0], 0.3), 2),
    ],
    ids=["still", "inputs step", "mean steps", "noise steps", "mean moves", "inputs step, f flat"],
)
def test_a_world_that_stands_still_is_worked_out_once(world, states, monkeypatch):
    calls, original = [], module.fresh_risks
    monkeypatch.setattr(module, "fresh_risks", lambda *a, **k: calls.append(a) or original(*a, **k))
    learner = Learner(stream(world, np.random.default_rng(0), 8, 30), LINE)
    history = backtest(learner, Policy(), start=2)
    table = budget_over_time(world, learner, history, n=20, draws=4)
    assert len(calls) == states
    last_batch = error_budget(world, LINE, learner.fit(0, 60), 20, 7, draws=4)
    assert table.iloc[-1].drop("batch").to_dict() == pytest.approx(last_batch, abs=1e-12)


# Tables.


def test_budget_table_is_text_with_three_decimals():
    budget = {"floor": 0.09, "approximation": 0.00049, "estimation": 1.2345, "staleness": -0.0001}
    table = budget_table({"line": budget | {"risk": 1.3249, "se": 0.1}})
    expected = pd.DataFrame(
        [["0.090", "0.000", "1.234", "0.000", "1.325"]], ["line"], [*TERMS, "risk"]
    )
    pd.testing.assert_frame_equal(table, expected, check_dtype=False, check_column_type=False)


def test_rounded_has_no_minus_before_a_zero():
    assert [rounded(v) for v in (-0.0004, -0.0, 0.0004, -0.0006, 2)] == [
        "0.000", "0.000", "0.000", "-0.001", "2.000",
    ]  # fmt: skip


# Bad input.


@pytest.mark.parametrize(
    ("options", "argument", "remedy"),
    [
        ({"draws": 1}, "draws must be at least 2", "standard error"),
        ({"draws": 0}, "draws must be at least 2", "standard error"),
        ({"n": 0}, "n must be at least 1", "row"),
    ],
)
def test_fresh_risks_refuses(options, argument, remedy):
    with pytest.raises(ValueError) as error:
        fresh_risks(WIDENED, LINE, **({"n": 20} | options))
    assert argument in str(error.value) and remedy in str(error.value)


def test_fresh_risks_refuses_samples_of_one_class():
    rare = World(uniform(0, 1), lambda X, t: 0.01 + 0 * X[:, 0], None)
    with pytest.raises(ValueError, match="n=5 rows held one class only; raise n"):
        fresh_risks(rare, LogisticRegression(), 5)
