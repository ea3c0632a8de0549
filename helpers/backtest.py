"""Replay a stream of batches: predict, score, then maybe retrain.

`Batches` is the data, `Learner` the training procedure attached to it, `backtest` the replay; what
a policy may know, and when, is decided here and nowhere else.
`backtest` sees a model only through ``fit(lo, hi)`` and ``predict(model, a, b)``; between two
retrains the model is fixed, so it scores ahead in blocks.
"""

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from numbers import Integral
from types import SimpleNamespace

import numpy as np
import pandas as pd

from helpers.batches import Batches
from helpers.policies import Alarm, Policy
from helpers.threads import one_thread


def squared_loss(y, prediction):
    """(y - prediction)^2 per row; for a predicted probability, its mean is the Brier score."""
    return (y - prediction) ** 2


def log_loss(y, probability):
    """Negative log-likelihood per row, in nats; probabilities are clipped to [1e-12, 1 - 1e-12]."""
    p = np.clip(probability, 1e-12, 1 - 1e-12)
    return -np.where(y > 0.5, np.log(p), np.log1p(-p))


@dataclass(frozen=True)
class Learner:
    """A training procedure attached to data: any scikit-learn estimator.

    Fits are remembered, so that policies which ask for the same window share them.

    Parameters
    ----------
    batches : Batches
    estimator : scikit-learn estimator
        A regressor, or a classifier of 0 and 1 with ``predict_proba``. It is cloned, never changed.
    """

    batches: Batches
    estimator: object
    _fits: dict = field(default_factory=dict, repr=False)

    def __post_init__(self):
        if not isinstance(self.batches, Batches):
            raise TypeError(
                f"batches must be Batches; got {type(self.batches).__name__}. "
                "Write Batches(X, y, edges)"
            )
        for method in ("fit", "predict"):
            if not hasattr(self.estimator, method):
                raise TypeError(
                    f"estimator must be a scikit-learn estimator; {self.estimator!r} has no "
                    f"{method}(). Pass an instance, such as LinearRegression()."
                )
        from sklearn.base import is_classifier

        if not isinstance(self.estimator, type) and is_classifier(self.estimator):
            if not hasattr(self.estimator, "predict_proba"):
                raise TypeError(
                    f"estimator must give probabilities; {self.estimator!r} has no predict_proba()"
                )
            if not np.isin(self.batches.y, (0, 1)).all():
                raise ValueError(
                    "y must hold 0 and 1 for a classifier; recode it as y == one class"
                )
        if isinstance(self.estimator, type):
            raise TypeError(
                f"estimator must be an instance; got the class {self.estimator.__name__}. "
                f"Write {self.estimator.__name__}()."
            )

    def fit(self, lo, hi):
        """Return a model fitted on rows ``lo`` to ``hi``; the same object for the same window."""
        if (lo, hi) not in self._fits:
            from sklearn.base import clone

            X, y = self.batches.rows(lo, hi)
            if hasattr(self.estimator, "predict_proba") and y.min() == y.max():
                raise ValueError(
                    f"rows {lo} to {hi} hold one class only, {y[0]:g}: a classifier cannot be "
                    "fitted on them. Remember more rows or make the batches larger."
                )
            self._fits[lo, hi] = clone(self.estimator).fit(X, y)
        return self._fits[lo, hi]

    def predict(self, model, a, b):
        """Predict rows ``a`` to ``b``: E[y|x] as the model has it, shape (b - a,)."""
        return predict(model, self.batches.rows(a, b)[0])


def predict(model, X):
    """A fitted model's E[y|x]: P(y=1|x) from a classifier, the prediction from a regressor."""
    if hasattr(model, "predict_proba"):
        return model.predict_proba(X)[:, 1]
    return model.predict(X)


def backtest(learner, policy, start, loss=squared_loss, metrics=None, progress=False):
    """Predict each batch, score it, then retrain if the policy says so.

    The first model is fitted on all rows before batch ``start``, the same for every policy: that
    history has its labels. A retrain at batch ``r`` happens before batch ``r`` is predicted and
    sees only earlier rows; if labels are late, only those of batches before ``start`` or before
    ``r - policy.delay``.

    Parameters
    ----------
    learner : Learner
        Or anything with ``batches``, ``fit(lo, hi)`` and ``predict(model, a, b)``.
    policy : Policy
        When to retrain and what to remember; see `helpers.policies`.
    start : int
        First batch that is scored, 1 .. T-1.
    loss : callable
        ``loss(y, prediction)`` -> one loss a row; `squared_loss` or `log_loss`.
    metrics : dict of str to callable, optional
        Further columns: ``metric(y, prediction)`` -> a number per batch.
    progress : bool
        Show a progress bar over the batches.

    Returns
    -------
    DataFrame
        One row a batch: batch, when, rows, loss (mean over the batch's rows), retrained (just
        before this batch), fit_lo and fit_hi (the rows that the model saw), and the metrics. With
        a gate, retrained says that a challenger was fitted, and three columns say more: promoted
        (whether it replaced the champion), asked_lo and asked_hi (the rows that the latest
        retrain remembered: the challenger's and the held-out ones, whose labels it needed).

    Raises
    ------
    ValueError
        If ``start`` leaves nothing to train on or to score, if labels come later than the stream
        ends, or if the policy is not causal or could never retrain.
    """
    for name in ("batches", "fit", "predict"):
        if not hasattr(learner, name):
            raise TypeError(f"learner must be a Learner; {type(learner).__name__} has no {name}")
    if not isinstance(policy, Policy):
        raise TypeError(f"policy must be a Policy, such as Policy(every(4)); got {policy!r}")
    if not isinstance(start, Integral) or isinstance(start, bool):
        raise TypeError(f"start must be a whole batch number; got {start!r}")
    batches = learner.batches
    edges, T = batches.edges, len(batches)
    if not 1 <= start < T:
        raise ValueError(f"start must be between 1 and {T - 1}, so that rows remain; got {start}")
    _check_possible(policy, start, T)
    window, now, spells, predicted = (0, int(edges[start])), start, [], []
    asked, promoted = window, False
    with _quick_fits(batches), _bar(T - start, progress) as bar:
        while now < T:
            scored = _Scored(learner, window, loss, now, start, policy.delay)
            following = policy.when(now, scored)
            if following is not None and not isinstance(following, Integral):
                raise TypeError(
                    f"policy.when must return a whole batch number or None; got {following!r}"
                )
            if following is not None and following <= scored.seen:
                raise ValueError(
                    f"policy looked at batch {scored.seen} and asked for a retrain at batch "
                    f"{following}: a retrain must come after what it has seen"
                )
            end = T if following is None else min(int(following), T)
            spells.append((now, *window, *asked, promoted))
            predicted.append(scored.predicted(end))
            bar.update(end - now)
            if end < T:
                known = max(start, end - policy.delay)
                why = Alarm(known, following.row) if isinstance(following, Alarm) else known
                asked = _checked(policy.remember(edges, why), edges[known])
                challenger, promoted = asked, True
                if policy.gate is not None:
                    challenger, held_out = _split(asked, window, policy.gate, edges, known)
                    rivals = [_losses(learner, loss, w, held_out) for w in (window, challenger)]
                    promoted = _decision(policy.gate.better, *rivals)
                window = challenger if promoted else window
            now = end
    edges, t = edges[start:], np.arange(start, T)
    y, p, inner = batches.y[edges[0] :], np.concatenate(predicted), edges - edges[0]
    loss_sums = np.add.reduceat(_row_losses(loss, y, p), inner[:-1])
    history = {"batch": t, "when": batches.when[t], "rows": np.diff(edges)}
    history |= {"loss": loss_sums / np.diff(edges)}
    history |= _spells_of(spells, t, policy.gate is not None)
    for name, metric in (metrics or {}).items():
        pairs = zip(inner[:-1], inner[1:], strict=True)
        history[name] = np.array([metric(y[a:b], p[a:b]) for a, b in pairs], float)
    return pd.DataFrame(history)


def _spells_of(spells, t, gated):
    """Columns that say, for each batch of ``t``, which model served it."""
    now, fit_lo, fit_hi, asked_lo, asked_hi, promoted = (
        np.array(x) for x in zip(*spells, strict=True)
    )
    spell = np.searchsorted(now, t, side="right") - 1
    retrained = (t == now[spell]) & (spell > 0)
    columns = {"retrained": retrained, "fit_lo": fit_lo[spell], "fit_hi": fit_hi[spell]}
    if gated:
        columns |= {"promoted": retrained & promoted[spell]}
        columns |= {"asked_lo": asked_lo[spell], "asked_hi": asked_hi[spell]}
    return columns


@contextmanager
def _quick_fits(batches):
    """One thread a fit, and no check of what `Batches` has checked: arrays are finite."""
    from sklearn import config_context

    finite = not isinstance(batches.X, pd.DataFrame)
    with one_thread(), config_context(assume_finite=finite):
        yield


class _Scored:
    """One fixed model's spell from batch ``now`` on, as far as a policy may see it.

    Iterating yields (batch, losses), the losses that are known once ``batch`` has been served:
    those of batch ``batch - delay``. `inputs` yields (batch, X), which need no labels; `trial` fits
    another model. Batch ``t`` is rows ``edges[t]`` to ``edges[t+1]``.

    Predicts ahead in growing blocks; ``seen`` is the last batch handed out, so that a policy
    which retrains before what it has looked at is found out.
    """

    def __init__(self, learner, window, loss, now, start, delay):
        self._learner, self._loss, self._now, self._start = learner, loss, now, start
        self.edges, self.delay, self._y = learner.batches.edges, delay, learner.batches.y
        self._window, self._model = window, learner.fit(*window)
        self._predicted = np.empty(0)
        self.seen = now

    def __iter__(self):
        block, T = 8, len(self.edges) - 1
        for t in range(self._now, T - self.delay):
            a, b = self.edges[t] - self.edges[self._now], self.edges[t + 1]
            if b - self.edges[self._now] > len(self._predicted):
                self._predict_to(min(t + block, T))
                block *= 2
            p = self._predicted[a : b - self.edges[self._now]]
            self.seen = max(self.seen, t + self.delay)
            yield t + self.delay, _row_losses(self._loss, self._y[self.edges[t] : b], p)

    def inputs(self):
        """Yield (batch, X) in time order, from batch ``now`` on."""
        for t in range(self._now, len(self.edges) - 1):
            self.seen = max(self.seen, t)
            yield t, self._learner.batches.rows(self.edges[t], self.edges[t + 1])[0]

    def trial(self, window, rows):
        """Fit another model on ``window``; return it and its losses on ``rows``, both (lo, hi)."""
        known = self.edges[max(self._start, self.seen + 1 - self.delay)]
        window, rows = (_checked(span, known, "policy.when may try") for span in (window, rows))
        return self._learner.fit(*window), _losses(self._learner, self._loss, window, rows)

    def _predict_to(self, end):
        a, b = self.edges[self._now] + len(self._predicted), self.edges[end]
        if a < b:
            new = self._learner.predict(self._model, int(a), int(b))
            known = self._predicted
            self._predicted = np.concatenate([known, new]) if len(known) else new

    def predicted(self, end):
        """Predictions for the rows of batches ``now`` to ``end``."""
        self._predict_to(end)
        return self._predicted[: self.edges[end] - self.edges[self._now]]


def _losses(learner, loss, window, rows):
    """Losses on ``rows`` of the model fitted on ``window``."""
    prediction = learner.predict(learner.fit(*window), *rows)
    return _row_losses(loss, learner.batches.y[rows[0] : rows[1]], prediction)


def _row_losses(loss, y, prediction):
    """One loss a row as an array of floats, or a ValueError."""
    losses = np.asarray(loss(y, prediction), float)
    if losses.shape != y.shape:
        raise ValueError(f"loss must return one loss per row; got {losses.shape}: see metrics")
    return losses


def _check_possible(policy, start, T):
    """Refuse a delay or a policy that leaves nothing to do before the stream ends."""
    if policy.delay >= T - start:
        raise ValueError(
            f"policy.delay must be less than the {T - start} scored batches, or no label arrives "
            f"before the end; got {policy.delay}"
        )
    earliest = getattr(policy.when, "earliest", None)
    if earliest is not None and not earliest(start, policy.delay) < T:
        raise ValueError(
            f"policy can never fire: its first retrain would be before batch "
            f"{earliest(start, policy.delay)}, but the last batch is {T - 1}. Say never() if that "
            "is meant; else wait for less, or give more batches"
        )
    if earliest is not None and policy.gate is not None:
        fresh = max(0, earliest(start, policy.delay) - policy.delay - start)
        if fresh < policy.gate.batches:
            raise ValueError(
                f"gate may have no fair labels left: it holds out {policy.gate.batches} batches, "
                f"but at the first retrain perhaps only {fresh} have been served and labelled. "
                "Hold out fewer, or wait longer."
            )


def _split(asked, champion, gate, edges, known):
    """Rows for the challenger, and the newest batches: held out, and unseen by both."""
    cut = int(edges[max(0, known - gate.batches)])
    if asked[0] >= cut:
        raise ValueError(
            f"gate leaves no labels to fit: rows {asked[0]} to {asked[1]} are remembered, those "
            f"from {cut} on held out. Remember, or wait for, more batches than the gate holds out, "
            f"which is {gate.batches}."
        )
    if champion[1] > cut:
        raise ValueError(
            f"gate has no fair labels left: it holds out rows from {cut} on, but the champion was "
            f"fitted on rows up to {champion[1]}. Hold out fewer batches, or wait longer before a "
            "retrain."
        )
    return (asked[0], min(asked[1], cut)), (cut, int(edges[known]))


def _decision(better, champion, challenger):
    verdict = better(champion, challenger)
    if not isinstance(verdict, bool | np.bool_):
        raise TypeError(f"gate.better must return True or False; got {verdict!r}")
    return bool(verdict)


def _checked(window, now, who="policy.remember must return"):
    lo, hi = (int(row) for row in window)
    if not 0 <= lo < hi <= now:
        raise ValueError(
            f"{who} rows 0 <= lo < hi <= {now}, those already seen and labelled; got {lo} to {hi}"
        )
    return lo, hi


def _bar(total, progress):
    if not progress:
        return nullcontext(SimpleNamespace(update=lambda n: None))
    from tqdm.auto import tqdm

    return tqdm(total=total, unit="batch")
