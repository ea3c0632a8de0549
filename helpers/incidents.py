"""Incidents with a known truth: what a team sees of each, and what really goes on.

Each incident is simulated from a seed. `Seen` holds what the team has: logged inputs and
predictions, labels as recorded, two small audits. `Truth` holds what only the simulation knows.
`helpers.triage` works on `Seen` alone. The loss is the squared error; where a model answers 0 or
1, that is the share of errors.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from helpers.incident_worlds import (
    CENTRE,
    NOISE,
    REPAYS,
    best_line_for_weights,
    check_share,
    error_of_cut,
    error_of_sides,
    hidden_cause,
    leaky,
    lend,
    lending_risk,
    measured_error,
    people,
    risk_of_leak,
    risk_of_weights,
    two_sides,
)
from helpers.memory import estimation

ACTIONS = (
    "retrain",
    "fix the pipe",
    "get a feature",
    "wait for labels",
    "explore",
    "leave alone",
)
_AUDIT, _HELD_OUT = 80, 400  # rows looked at twice; rows held out at hand-over


class Seen(NamedTuple):
    """What a team has of an incident.

    Parameters
    ----------
    reference : array of shape (n, d)
        Inputs at training time.
    served : array of shape (m, d)
        Inputs as the deployed model met them, in time order.
    stored : array of shape (m, d)
        The same rows as the warehouse has them now, which a retrain would use.
    labels : array of shape (m,)
        Outcomes as recorded; NaN where none has arrived.
    predicted : array of shape (m,)
        The deployed model's answers, as logged.
    segment : array of shape (m,) of int
        Segment of each row.
    fit : callable
        The training procedure: ``fit(X, y)`` returns a function from X to predictions.
    handover : array of shape (k,)
        Losses on rows held out at hand-over, in squared units of the outcome.
    sources : array of shape (k, 2)
        Audit one: recorded labels beside their source documents.
    repeats : array of shape (k, 2)
        Audit two: outcomes of the same cases, established twice.
    """

    reference: np.ndarray
    served: np.ndarray
    stored: np.ndarray
    labels: np.ndarray
    predicted: np.ndarray
    segment: np.ndarray
    fit: Callable
    handover: np.ndarray
    sources: np.ndarray
    repeats: np.ndarray


class Truth(NamedTuple):
    """What only the simulation knows; all in squared units of the outcome.

    Parameters
    ----------
    floor, approximation, estimation : float
        Terms of the error budget of today's served rows and true outcomes; estimation is that
        of a fresh fit on as many rows as a retrain would use.
    kept, retrained, remedied : pair of float
        Measured risk and true risk: of the deployed model, after retraining on the labels at
        hand, and after the right action. Measured is what the team's own scoring tends to.
    """

    floor: float
    approximation: float
    estimation: float
    kept: tuple
    retrained: tuple
    remedied: tuple


class Incident(NamedTuple):
    """An incident: its right action, what is seen, and the truth."""

    action: str
    seen: Seen
    truth: Truth


def _ols(X, y):
    coef = np.linalg.lstsq(X, y)[0]
    return lambda X: X @ coef


def _line(X, y):
    """Least squares with an intercept, put first among the coefficients."""
    coef = np.linalg.lstsq(np.column_stack([np.ones(len(X)), X]), y)[0]
    return lambda X: coef[0] + X @ coef[1:]


def _logistic(X, y):
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression().fit(X, y).predict


def _coefficients(predict, d):
    """Intercept and slopes of a linear predictor, read off at the origin and the unit vectors."""
    at = predict(np.vstack([np.zeros(d), np.eye(d)]))
    return at[0], at[1:] - at[0]


def _seen(fit, frozen, reference, served, labels, handover, **other):
    """Fill what is unremarkable: one segment, an untouched store, audits without a finding."""
    known = np.flatnonzero(~np.isnan(labels))[:_AUDIT]
    agreed = np.column_stack([labels[known]] * 2)
    usual = {"stored": served, "segment": np.zeros(len(served), int)}
    usual |= {"predicted": frozen(served), "sources": agreed, "repeats": agreed}
    rest = usual | other
    return Seen(reference=reference, served=served, labels=labels, fit=fit, handover=handover,
                **rest)  # fmt: skip


# A linear world with five inputs: y = b'x + noise, x ~ N(0, I), as in notebook 04.
_D = 5


def _linear(rng, rows, sd, change, later=None, action="leave alone"):
    """Five inputs; the coefficients move by the length ``change``, the noise goes to ``sd``."""
    b = np.ones(_D)
    X_old, X_held = rng.normal(size=(500, _D)), rng.normal(size=(_HELD_OUT, _D))
    frozen = _ols(X_old, X_old @ b + rng.normal(size=500))
    handover = (X_held @ b + rng.normal(size=_HELD_OUT) - frozen(X_held)) ** 2
    direction = rng.normal(size=_D)
    b_now = b + change * direction / np.linalg.norm(direction)

    def draw(n):
        X = rng.normal(size=(n, _D))
        return X, X @ b_now + rng.normal(0, sd, n)

    def true(model):
        return sd**2 + float(np.sum((_coefficients(model, _D)[1] - b_now) ** 2))

    X, y = draw(rows)
    cases = rng.normal(size=_AUDIT)  # the same cases, measured twice
    repeats = cases[:, None] + rng.normal(0, sd, (_AUDIT, 2))
    seen = _seen(_ols, frozen, X_old, X, y, handover, repeats=repeats)
    kept, again = true(frozen), true(_ols(X, y))
    remedied = again if action == "retrain" else kept
    fresh = estimation(rows, _D, sd**2)
    if later:  # so few rows that one fit is a matter of luck: give the mean over such samples
        again, remedied = sd**2 + fresh, sd**2 + estimation(later, _D, sd**2)
    truth = Truth(sd**2, 0.0, fresh, *[(r, r) for r in (kept, again, remedied)])
    return Incident(action, seen, truth)


def noise_doubled(rng):
    """The noise of the outcome doubles, from sd 1 to 2; 500 labels. Nothing helps."""
    return _linear(rng, 500, 2.0, 0.0)


def too_few_labels(rng):
    """The coefficients move by length 1; 8 labels so far. Wait until there are 20.

    The true risks after a retrain, on 8 rows and on 20, are means over samples.
    """
    return _linear(rng, 8, 1.0, 1.0, 20, "wait for labels")


def relation_changed(rng, length=1.0):
    """The coefficients move by ``length``; 500 labels. Retraining is right."""
    return _linear(rng, 500, 1.0, length, action="retrain")


def quiet(rng):
    """Nothing moves; 500 labels."""
    return _linear(rng, 500, 1.0, 0.0)


def _rule(X, y):
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression().fit(X, y)
    return error_of_sides(model.intercept_[0], model.coef_[0])


@cache
def _fresh_rule(n):
    rng = np.random.default_rng(0)
    return float(np.mean([_rule(*two_sides(rng, n)) for _ in range(60)]))


def labels_flipped(rng, share=0.25):
    """A share of the new labels is recorded the wrong way round; 1,000 old rows, 300 new."""
    check_share("share", share)
    X_old, y_old = two_sides(rng, 1000)
    X_held, y_held = two_sides(rng, _HELD_OUT)
    X, y = two_sides(rng, 300)
    recorded = np.where(rng.random(300) < share, 1 - y, y)
    frozen = _logistic(X_old, y_old)
    handover = (y_held - frozen(X_held)) ** 2
    sources = np.column_stack([recorded, y])[:_AUDIT]
    repeats = np.column_stack([y, y])[:_AUDIT]
    seen = _seen(_logistic, frozen, X_old, X, recorded, handover, sources=sources, repeats=repeats)
    kept, again = _rule(X_old, y_old), _rule(X, recorded)
    floor = float(ndtr(-CENTRE))
    pairs = [(measured_error(e, share), e) for e in (kept, again)]
    truth = Truth(floor, 0.0, _fresh_rule(300) - floor, *pairs, (kept, kept))
    return Incident("fix the pipe", seen, truth)


@cache
def _fresh_line(inches, n):
    rng = np.random.default_rng(0)
    models = [_line(*people(rng, n, inches)) for _ in range(200)]
    return float(np.mean([_weight_risk(model, inches) for model in models]))


def _weight_risk(model, inches):
    intercept, slopes = _coefficients(model, 1)
    return risk_of_weights(intercept, slopes[0], inches)


def units_mixed(rng, inches=0.3):
    """Part of the heights arrives in inches; 500 old rows, 500 new."""
    X_old, y_old = people(rng, 500)
    X_held, y_held = people(rng, _HELD_OUT)
    X, y = people(rng, 500, inches)
    frozen, again = _line(X_old, y_old), _line(X, y)
    handover = (y_held - frozen(X_held)) ** 2
    cases = people(rng, _AUDIT)[1]
    seen = _seen(_line, frozen, X_old, X, y, handover,
                 repeats=np.column_stack([cases, cases]))  # fmt: skip
    best = risk_of_weights(*best_line_for_weights(inches), inches)
    risks = [_weight_risk(frozen, inches), _weight_risk(again, inches), _weight_risk(frozen, 0.0)]
    # Either unit can be told from the height: cm and inches do not overlap.
    terms = NOISE**2, best - NOISE**2, _fresh_line(inches, 500) - best
    return Incident("fix the pipe", seen, Truth(*terms, *[(r, r) for r in risks]))


def units_swapped(rng):
    """All heights arrive in inches: retraining works, until somebody repairs the pipe."""
    return units_mixed(rng, 1.0)


def repaired_under_retrained(rng):
    """Risk of a line retrained on inches, once its heights come in centimetres again."""
    return _weight_risk(_line(*people(rng, 500, 1.0)), 0.0)


def column_leaks(rng):
    """A column that knows the outcome, empty when serving, filled in the warehouse afterwards."""
    X_old, y_old = leaky(rng, 500)
    X_held, y_held = leaky(rng, _HELD_OUT)
    stored, y = leaky(rng, 500)
    served = stored * [1, 0]
    frozen, again = _line(X_old, y_old), _line(stored, y)
    cases = y[:_AUDIT, None] + np.zeros(2)
    seen = _seen(_line, frozen, X_old, served, y, (y_held - frozen(X_held)) ** 2,
                 stored=stored, repeats=cases)  # fmt: skip
    kept = risk_of_leak(*_coefficients(frozen, 2), empty=True)
    retrained = [risk_of_leak(*_coefficients(again, 2), empty=e) for e in (False, True)]
    a, b = _coefficients(_line(served[:, :1], y), 1)
    honest = risk_of_leak(a, [b[0], 0.0], empty=True)
    truth = Truth(1.0, 0.0, 2 / 497, (kept, kept), tuple(retrained), (honest, honest))
    return Incident("fix the pipe", seen, truth)


def labels_selected(rng):
    """Labels come from approved applicants only, and one group is never approved."""
    seed = int(rng.integers(2**31))
    closed, explored = lend(seed, 0.0), lend(seed, 0.05)
    group = rng.integers(0, 2, 4000)
    X = np.eye(2)[group]
    repaid = (rng.random(4000) < np.array(REPAYS)[group]).astype(float)
    labels = np.where(group == 0, repaid, np.nan)  # only A was approved
    old = np.eye(2)[rng.integers(0, 2, 500)]
    held = (rng.random(_HELD_OUT) < REPAYS[0]) - closed[0, 0]
    seen = _seen(_ols, lambda X: X @ closed[0], old, X, labels, held**2, segment=group)
    p = np.array(REPAYS)
    floor = float(np.mean(p * (1 - p)))
    true = [lending_risk(e) for e in (closed[0], closed[-1], explored[-1])]
    on_a = [REPAYS[0] * (1 - REPAYS[0]) + (e[0] - REPAYS[0]) ** 2 for e in (closed[0], closed[-1])]
    kept, again = ((float(m), t) for m, t in zip(on_a, true[:2], strict=True))
    truth = Truth(floor, 0.0, floor / 100, kept, again, (true[2], true[2]))
    return Incident("explore", seen, truth)


def _cut(X, y):
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression().fit(X, y)
    return -model.intercept_[0] / model.coef_[0, 0]


@cache
def _fresh_cut(n, sd):
    rng = np.random.default_rng(0)
    cuts = [_cut(X, y) for X, _, y in (hidden_cause(rng, n, sd) for _ in range(60))]
    return float(np.mean([error_of_cut(cut, sd) for cut in cuts]))


def cases_harder(rng):
    """The cases crowd where nobody can tell: the best rule itself gets worse. 1,000 labels."""
    X_old, _, y_old = hidden_cause(rng, 1000, 1.0)
    X_held, _, y_held = hidden_cause(rng, _HELD_OUT, 1.0)
    X, other, y = hidden_cause(rng, 1000, 0.25)
    frozen = _logistic(X_old, y_old)
    seen = _seen(_logistic, frozen, X_old, X, y, (y_held - frozen(X_held)) ** 2)
    floor = error_of_cut(0.0, 0.25)
    kept, again = error_of_cut(_cut(X_old, y_old), 0.25), error_of_cut(_cut(X, y), 0.25)
    # The missing column tells what else decides, up to an error of sd 1.
    wider = _logistic(np.column_stack([X, other + rng.normal(size=len(X))]), y)
    X_test, other, y_test = hidden_cause(rng, 20_000, 0.25)
    Z_test = np.column_stack([X_test, other + rng.normal(size=len(y_test))])
    bought = float(np.mean(wider(Z_test) != y_test))
    pairs = [(e, e) for e in (kept, again, bought)]
    truth = Truth(floor, 0.0, _fresh_cut(1000, 0.25) - floor, *pairs)
    return Incident("get a feature", seen, truth)


def sensor_stuck(rng):
    """One of five inputs is stuck at 2: a retrain learns to do without it."""
    b, stuck = np.ones(_D), 2.0
    X_old, X_held, stored = (rng.normal(size=(n, _D)) for n in (500, _HELD_OUT, 500))
    frozen = _ols(X_old, X_old @ b + rng.normal(size=500))
    handover = (X_held @ b + rng.normal(size=_HELD_OUT) - frozen(X_held)) ** 2
    y = stored @ b + rng.normal(size=500)
    served = stored.copy()
    served[:, 0] = stuck
    repeats = rng.normal(size=_AUDIT)[:, None] + rng.normal(size=(_AUDIT, 2))
    seen = _seen(_ols, frozen, X_old, served, y, handover, repeats=repeats)

    def true(model):
        slopes = _coefficients(model, _D)[1]
        return float(2 + (stuck * slopes[0]) ** 2 + np.sum((slopes[1:] - b[1:]) ** 2))

    again, slopes = _ols(served, y), _coefficients(frozen, _D)[1]
    risks = true(frozen), true(again), float(1 + np.sum((slopes - b) ** 2))
    truth = Truth(2.0, 0.0, 2 * _D / (500 - _D - 1), *[(r, r) for r in risks])
    return Incident("fix the pipe", seen, truth)


# In the order of notebook 06.
INCIDENTS = {
    "noise doubled": noise_doubled,
    "labels flipped": labels_flipped,
    "units mixed": units_mixed,
    "relation changed": relation_changed,
    "column leaks": column_leaks,
    "labels selected": labels_selected,
    "quiet": quiet,
    "too few labels": too_few_labels,
    "cases harder": cases_harder,
}


def incident(number, seed):
    """One of the incidents by its number in notebook 06, which does not tell its name.

    Parameters
    ----------
    number : int
        From 1 on, in the order of `INCIDENTS`.
    seed : int

    Returns
    -------
    Incident
    """
    if not isinstance(number, int | np.integer) or not 1 <= number <= len(INCIDENTS):
        raise ValueError(f"number must be a whole number from 1 to {len(INCIDENTS)}; got {number}")
    return list(INCIDENTS.values())[number - 1](np.random.default_rng([seed, number]))


def budgets(truth):
    """The error budgets of the kept and of the retrained model, by true risk.

    Parameters
    ----------
    truth : Truth

    Returns
    -------
    dict of str to dict
        "kept" and "retrained" -> floor, approximation, estimation, staleness and risk.
    """
    terms = {name: getattr(truth, name) for name in ("floor", "approximation", "estimation")}
    risks = {"kept": truth.kept[1], "retrained": truth.retrained[1]}
    explained = sum(terms.values())
    return {n: terms | {"staleness": r - explained, "risk": r} for n, r in risks.items()}
