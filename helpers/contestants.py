"""Who takes part in a comparison of retraining policies, and the naive forecasts beside them."""

import warnings
from collections import Counter

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from helpers.backtest import Learner
from helpers.monitors import PageHinkley
from helpers.policies import Policy, every, everything, last, never, on_alarm
from helpers.run_lengths import siegmund
from helpers.threads import one_thread

FEWEST = 10  # rows for a fit; with fewer, the model is a constant
MOST_RETRAINS = 60  # of a policy, so that a comparison takes seconds
CORRECTED_BY = 3  # periods whose mean error corrects the frozen model
SMALL = 0.1  # change of the mean loss, in sd, that the detector lets pass
REGULAR = {"day": "daily", "week": "weekly", "month": "monthly", "quarter": "quarterly"}


class Careful(Learner):
    """A learner that never fails for lack of classes or rows: its model is then a constant.

    Attributes
    ----------
    constants : set of (lo, hi)
        Windows in which fewer than 10 rows or one class only made the model a constant.
    warned : Counter
        Kinds of warnings that the estimator gave, each with its number of fits.
    """

    def __init__(self, batches, estimator):
        super().__init__(batches, estimator)
        object.__setattr__(self, "constants", set())
        object.__setattr__(self, "warned", Counter())

    def fit(self, lo, hi):
        """As `Learner.fit`, or a `Constant`."""
        X, y = self.batches.rows(lo, hi)
        classes = hasattr(self.estimator, "predict_proba")
        if len(y) < FEWEST or (classes and y.min() == y.max()):
            self.constants.add((int(lo), int(hi)))
            return Constant(rate(y) if classes else y.mean())
        try:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                model = super().fit(lo, hi)
            self.warned.update({warning.category.__name__ for warning in caught})
            return model
        except Exception as error:
            raise ValueError(
                f"estimator could not be fitted on rows {lo} to {hi}: "
                f"{' '.join(str(error).splitlines()[:1])} It gets a DataFrame of numbers and "
                "categories with gaps; helpers.models.with_columns(estimator) puts the usual steps "
                "before it."
            ) from error


class Constant:
    """A model that predicts one number."""

    def __init__(self, value):
        self.value = float(value)

    def predict(self, X):
        """Predict ``value`` for each row."""
        return np.full(len(X), self.value)


def rate(y):
    """Share of ones, never 0 or 1: (ones + 1/2) / (rows + 1), Jeffreys' prior."""
    return (y.sum() + 0.5) / (len(y) + 1)


def retraining(learner, start, split, unit, delay, loss):
    """The retraining policies that compete, by name.

    Every period, every third and every twelfth (with more than 60 scored periods, rarer), each on
    all history and on as many periods as the first fit had; every period on the last one only; and
    on an alarm of Page and Hinkley's test on the losses. Its threshold would raise a false alarm
    about once in ten times the scored rows, were the losses normal and unrelated.

    Parameters
    ----------
    learner : Careful
    start, split : int
        First scored batch, and the first that no choice may use.
    unit : str
    delay : int
    loss : callable

    Returns
    -------
    dict of str to Policy
    """
    T = len(learner.batches)
    least = -(-(T - start) // MOST_RETRAINS)
    recent = f"the last {start} {unit}s" if start > 1 else f"the last {unit}"
    memories = {"all history": everything(), recent: last(start)}
    found = {}
    for k in (least, 3 * least, 12 * least):
        if k < split - start:
            for words, memory in memories.items():
                found[f"{_how_often(k, unit)} on {words}"] = Policy(every(k), memory, delay)
    if least < start:
        shortest = f"the last {unit} only" if least == 1 else f"the last {least} {unit}s only"
        found[f"{_how_often(least, unit)} on {shortest}"] = Policy(every(least), last(least), delay)
    make_detector = _detector(learner, start, loss)
    if make_detector is not None and start + 1 + delay < T:
        for words, memory in memories.items():
            found[f"on alarm, on {words}"] = Policy(on_alarm(make_detector), memory, delay)
    return found


def _how_often(k, unit):
    if k == 1:
        return REGULAR.get(unit, f"every {unit}")
    return f"every {k} {unit}s"


def _detector(learner, start, loss):
    """A maker of detectors scaled to the losses on the last third of the first training rows."""
    batches = learner.batches
    end = int(batches.edges[start])
    cut = max(1, 2 * end // 3)
    with one_thread():
        predicted = learner.predict(learner.fit(0, cut), cut, end)
    sd = float(np.std(loss(batches.y[cut:end], predicted)))
    if not sd > 0:
        return None
    quiet = np.log(10 * (len(batches.y) - end))
    height = brentq(lambda h: np.log(siegmund(SMALL, h)) - quiet, 0.01, 300)
    return lambda: PageHinkley(delta=SMALL * sd, threshold=height * sd)


def frozen():
    """The model that is never retrained."""
    return Policy(never())


def naive(batches, start, delay, loss, task, median, unit):
    """Forecasts that need no model, from the labels known before each batch.

    Parameters
    ----------
    batches : Batches
    start, delay : int
    loss : callable
    task : {"regression", "classification"}
    median : bool
        Whether to take medians rather than means, as the MAE asks.
    unit : str

    Returns
    -------
    dict of str to history
        The last labelled period's mean (median, rate), that of all labels so far, and for
        regression the last labelled value.
    """
    middle = rate if task == "classification" else np.median if median else np.mean
    word = "rate" if task == "classification" else "median" if median else "mean"
    edges, y = batches.edges, batches.y

    def latest(known):
        return y[edges[known - 1] : edges[known]]

    forecasts = {
        f"last {unit}'s {word}": lambda known: middle(latest(known)),
        f"{word} so far": lambda known: middle(y[: edges[known]]),
    }
    if task == "regression":
        forecasts["last value"] = lambda known: latest(known)[-1]
    found = {}
    for name, forecast in forecasts.items():
        level = [forecast(max(start, t - delay)) for t in range(start, len(batches))]
        predicted = np.repeat(level, np.diff(edges)[start:])
        found[name] = history(batches, start, loss, predicted)
    return found


def corrected(learner, start, delay, loss, task, median):
    """The frozen model with its mean error of the last labelled periods taken off.

    Numbers are shifted by the mean (median) error, probabilities on the logit scale until their
    mean is the rate seen. The errors are those of up to three periods that the model has served.

    Returns
    -------
    history
    """
    batches = learner.batches
    edges, y, N = batches.edges, batches.y, len(batches.y)
    first = int(edges[start])
    with one_thread():
        raw = learner.predict(learner.fit(0, first), first, N)
    predicted = raw.copy()
    for t in range(start, len(batches)):
        hi = t - delay
        lo = max(start, hi - CORRECTED_BY)
        if lo >= hi:
            continue
        seen = slice(edges[lo] - first, edges[hi] - first)
        now = slice(edges[t] - first, edges[t + 1] - first)
        outcomes = y[edges[lo] : edges[hi]]
        if task == "classification":
            predicted[now] = _sigmoid(_logit(raw[now]) + _shift(raw[seen], rate(outcomes)))
        else:
            middle = np.median if median else np.mean
            predicted[now] = raw[now] + middle(outcomes - raw[seen])
    return history(batches, start, loss, predicted)


def _logit(p):
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return np.log(p / (1 - p))


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _shift(p, wanted):
    """What to add to the logits so that the mean probability is as wanted: by bisection."""
    z, low, high = _logit(p), -30.0, 30.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if _sigmoid(z + middle).mean() < wanted else (low, middle)
    return (low + high) / 2


def history(batches, start, loss, predicted):
    """A history of given predictions for all rows from batch ``start`` on; nothing is retrained."""
    edges = batches.edges[start:]
    losses = np.asarray(loss(batches.y[edges[0] :], predicted), float)
    t = np.arange(start, len(batches))
    columns = {
        "batch": t,
        "when": batches.when[t],
        "rows": np.diff(edges),
        "loss": np.add.reduceat(losses, edges[:-1] - edges[0]) / np.diff(edges),
        "retrained": False,
    }
    return pd.DataFrame(columns)
