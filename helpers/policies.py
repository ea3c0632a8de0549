"""Retraining policies: when to retrain, and what to remember.

*When* is a function ``when(now, scored) -> batch or None``: the next retrain after batch ``now``,
when a model starts. ``scored`` yields (batch, losses) in time order, the losses that are known
once ``batch`` has been served; ``scored.inputs()`` yields (batch, X), which need no labels, and
``scored.trial(window, rows)`` fits another model. So a policy can watch the model, but not the
future: it must answer a later batch than it has seen.

*Remember* is a function ``remember(edges, now) -> (lo, hi)``: the rows to train on, if the labels
of all batches before ``now`` are known. Batch ``t`` is rows ``edges[t]`` to ``edges[t+1]``.

Both obey a label *delay* without knowing of it: the replay shows them losses and batches late.
Neither keeps anything from one call to the next, so a policy can be replayed on many streams, in
many processes, and does the same each time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np


def never():
    """Never retrain: the first model stays (the frozen model)."""
    return lambda now, scored: None


def every(k):
    """Retrain every ``k`` batches, counted from the first scored batch.

    Parameters
    ----------
    k : int
        Batches between retrains, at least 1.
    """
    _check_count("k", k)
    return lambda now, scored: now + k


def at(times):
    """Retrain before each of the given batches.

    Parameters
    ----------
    times : sequence of int
        Batch numbers. Those up to the first scored batch have no effect; none at all is `never`,
        but times that all lie outside the stream are refused by the backtest.
    """
    try:
        times = list(times)
    except TypeError:
        raise TypeError(f"times must be a list of whole batch numbers; got {times!r}") from None
    if not all(isinstance(t, Integral) and not isinstance(t, bool) for t in times):
        raise TypeError(f"times must be a list of whole batch numbers; got {times!r}")
    times = sorted(times)

    def when(now, scored):
        return next((t for t in times if t > now), None)

    if times:
        when.earliest = lambda start, delay: next((t for t in times if t > start), np.inf)
    return when


def placebo(count, start, end, rng):
    """Retrain ``count`` times at random: what do retrains as such bring, at no chosen time?

    Beside a policy that chose as many times by some skill, on the same data.

    Parameters
    ----------
    count : int
        Retrains, such as ``int(history["retrained"].sum())``.
    start, end : int
        First scored batch, and the number of batches: the times are drawn without repetition from
        ``start + 1`` to ``end - 1``, all equally likely.
    rng : numpy.random.Generator
        Drawn from once, here; the policy is the same in every replay.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.
    """
    for name, value in [("count", count), ("start", start), ("end", end)]:
        _check_count(name, value, least=0)
    if count > end - start - 1:
        raise ValueError(
            f"count must be at most {max(0, end - start - 1)}, the batches from {start + 1} to "
            f"{end - 1} before which one can retrain; got {count}"
        )
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a Generator: np.random.default_rng(seed); got {rng!r}")
    return at(rng.choice(np.arange(start + 1, end), count, replace=False))


class Alarm(int):
    """A batch before which to retrain, and the row that raised the alarm.

    A *when* that returns one hands the row on: *remember* gets its ``now`` as an Alarm, too.

    Parameters
    ----------
    batch : int
        As a *when* without an alarm would return it.
    row : int
        Row number in the whole stream.
    """

    def __new__(cls, batch, row):
        """Make an int that has a row."""
        alarm = super().__new__(cls, batch)
        alarm.row = int(row)
        return alarm


def on_alarm(make_detector, inputs=None, wait=0):
    """Retrain after a drift detector's alarm: on the losses, or on the inputs.

    Each new model gets a fresh detector, which is shown the losses of that model row by row (the
    last losses of the one before it, if labels are late, are left out). After an alarm in batch
    ``t`` the retrain comes before batch ``t + 1 + wait``; alarms in between are not looked at. A
    detector that needs more rows than there are makes this `never`.

    Parameters
    ----------
    make_detector : callable
        Called without arguments, returns a fresh detector by river's protocol: ``update(x)``, and
        ``drift_detected`` after it. A class will do: ``on_alarm(ADWIN)``; otherwise
        ``on_alarm(lambda: PageHinkley(threshold=20))``. If it has ``scan(values)``, which returns
        the index of the first alarm or None, that is used: it is faster. One that draws random
        numbers, as KSWIN does, needs a seed, or the policy differs from replay to replay.
    inputs : callable, optional
        ``inputs(X)`` -> what to watch instead of the losses: one number a row, shape (n,), or one
        number for the whole batch. Needs no labels, so it is not late when labels are.
    wait : int
        Batches to serve after the alarm is known, so as to collect rows, before the retrain.

    Returns
    -------
    callable
        ``when(now, scored)``. It returns an `Alarm` with the row of the alarm; for one number a
        batch, the batch's first row.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.
    """
    if not callable(make_detector):
        raise TypeError(
            "make_detector must make a fresh detector for each model: pass a class, or a function "
            f"such as lambda: ADWIN(delta=0.01); got {make_detector!r}"
        )
    detector = make_detector()
    for name in ("update", "drift_detected"):
        if not hasattr(detector, name):
            raise TypeError(
                f"make_detector must return a detector; {type(detector).__name__} has no {name}"
            )
    if make_detector() is detector:
        raise ValueError(
            "make_detector must make a new detector at each call, or one model's losses would "
            "raise the next one's alarm; it returned the same object twice"
        )
    if inputs is not None and not callable(inputs):
        raise TypeError(
            f"inputs must be a function of X, such as lambda X: X[:, 0]; got {inputs!r}"
        )
    _check_count("wait", wait, least=0)

    def when(now, scored):
        detector, late = make_detector(), 0 if inputs else scored.delay
        for batch, values in _watched(inputs, scored) if inputs else scored:
            row = _first_alarm(detector, values)
            if row is not None:
                return Alarm(batch + 1 + wait, scored.edges[batch - late] + row)
        return None

    when.earliest = lambda start, delay: start + 1 + wait + (0 if inputs else delay)
    return when


def _watched(inputs, scored):
    for batch, X in scored.inputs():
        values = np.asarray(inputs(X), float)
        if values.shape not in [(), (len(X),)]:
            raise ValueError(
                f"inputs must return one number a row, shape ({len(X)},), or one number for the "
                f"batch; got shape {values.shape}"
            )
        if not np.isfinite(values).all():
            raise ValueError(
                f"inputs returned NaN or infinity in batch {batch}: a detector cannot watch it. "
                "Count or fill missing values there."
            )
        yield batch, np.atleast_1d(values)


def _first_alarm(detector, values):
    """Feed values up to the first alarm; return its index, or None."""
    if hasattr(detector, "scan"):
        return detector.scan(values)
    for i, value in enumerate(values.tolist()):
        detector.update(value)
        if detector.drift_detected:
            return i
    return None


def cost_aware(price, horizon, window, held_out=0, wait=0):
    """Retrain when the estimated staleness, over ``horizon`` rows, exceeds the price.

    The rule of the error budget. Staleness is what the deployed model loses against a fresh fit.
    Before each batch both are compared on the newest ``window`` labelled batches, once the model
    has served that many. How a fresh fit would do is estimated in one of two ways:

    * by a formula, for squared loss and least squares. The window's n rows are fitted, and the
      mean squared error of such a fit on new rows is estimated as RSS / (n - p) (1 + p / (n - p -
      1)), with RSS the sum of its squared errors on the same rows and p its number of
      coefficients: noise plus estimation error, exact on average for a right model with normal
      inputs and no intercept, and but for about 2 parts in n^2 with one. The rows are the same,
      so most of their noise drops out.
    * by ``held_out`` batches, for any loss and learner: the window without them is fitted, and
      both models are compared on them. The fit has fewer rows than a retrain on the window would
      have, so that staleness is underestimated a little.

    It assumes that the world stays through the horizon as it was in the window, and that a retrain
    fits about as many rows. It looks at noisy numbers before every batch, so now and then it
    retrains in a quiet world; a longer window or a higher price makes that rarer. It fits a model
    before every batch, and prices only those that are deployed: right where the price is that of
    review and deployment rather than of computing.

    Parameters
    ----------
    price : float
        Of one retrain, in units of the loss of one row; at least 0.
    horizon : int
        Rows that a retrained model is expected to serve, at least 1.
    window : int
        Labelled batches to compare on, at least 1.
    held_out : int
        The newest of them, held out from the fit; 0 for the formula.
    wait : int
        Batches to serve before the retrain, once it has been decided.

    Returns
    -------
    callable
        ``when(now, scored)``. It returns an `Alarm` with the first row of the newest labelled
        batch.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.
    """
    _check_price("price", price)
    counts = [("window", window, 1), ("held_out", held_out, 0), ("wait", wait, 0)]
    for name, value, least in counts:
        _check_count(name, value, least)
    if not isinstance(horizon, Integral) or isinstance(horizon, bool) or horizon < 1:
        raise ValueError(f"horizon must be a whole number of rows, at least 1; got {horizon!r}")
    if held_out >= window:
        raise ValueError(
            f"held_out must be less than the window of {window} batches, or nothing is left to "
            f"fit; got {held_out}"
        )

    def when(now, scored):
        edges, losses = scored.edges, []
        for batch, known in scored:
            losses.append(known)
            newest = batch - scored.delay
            if len(losses) < window:
                continue
            lo, cut = edges[newest + 1 - window], edges[newest + 1 - held_out]
            if held_out:
                fresh = scored.trial((lo, cut), (cut, edges[newest + 1]))[1].mean()
            else:
                fresh = _expected_loss(*scored.trial((lo, cut), (lo, cut)))
            deployed = np.concatenate(losses[-(held_out or window) :]).mean()
            if (deployed - fresh) * horizon > price:
                return Alarm(batch + 1 + wait, edges[newest])
        return None

    when.earliest = lambda start, delay: start + window + wait + delay
    return when


def _expected_loss(model, losses):
    """Expected squared error on new rows of a least-squares fit, from its errors on its own."""
    if not hasattr(model, "coef_"):
        raise ValueError(
            f"held_out must be at least 1 batch for {type(model).__name__}: without it the formula "
            "for least squares is used, and this is none"
        )
    n, p = len(losses), np.size(model.coef_) + bool(model.intercept_)
    if n < p + 2:
        raise ValueError(
            f"window must hold at least {p + 2} rows for {p} coefficients; got {n}: lengthen it"
        )
    return losses.sum() / (n - p) * (1 + p / (n - p - 1))


def cara(threshold, fresh=0.0, cumulative=False, wait=0):
    """Retrain when a batch's staleness cost exceeds a threshold, or its sum since the last one.

    The threshold and the cumulative threshold policy of Mahadevan and Mathioudakis (2024). The
    *staleness cost* of a batch is here the sum, over its rows, of the deployed model's loss minus
    ``fresh``. It differs from theirs: they estimate what the queries to be answered lose, from the
    labelled data at hand; here the rows served are the queries, and count alike. And what no
    retrain can lower, the loss of a fresh fit, is taken off, so that a sum does not grow where
    nothing is stale; ``fresh=0`` leaves it in. In units of the loss, a batch's cost
    can be compared with the price of a retrain; tune the threshold on other data.

    Parameters
    ----------
    threshold : float
        In units of the loss of one row, at least 0.
    fresh : float
        Mean loss of a fresh fit per row: floor, approximation and estimation.
    cumulative : bool
        Whether to compare the sum over all labelled batches that the deployed model has served,
        rather than the newest.
    wait : int
        Batches to serve before the retrain, once it has been decided.

    Returns
    -------
    callable
        ``when(now, scored)``. It returns an `Alarm` with the first row of the newest labelled
        batch.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.

    References
    ----------
    A. Mahadevan, M. Mathioudakis, "Cost-aware retraining for machine learning",
    *Knowledge-Based Systems*, 2024; arXiv 2310.04216.
    """
    _check_price("threshold", threshold)
    if not (isinstance(fresh, Real) and np.isfinite(fresh)):
        raise TypeError(f"fresh must be a finite number, a loss per row; got {fresh!r}")
    _check_count("wait", wait, least=0)

    def when(now, scored):
        cost = 0.0
        for batch, losses in scored:
            cost = (cost if cumulative else 0.0) + float((losses - fresh).sum())
            if cost > threshold:
                return Alarm(batch + 1 + wait, scored.edges[batch - scored.delay])
        return None

    when.earliest = lambda start, delay: start + 1 + wait + delay
    return when


def everything():
    """Remember all rows seen so far."""
    return lambda edges, now: (0, edges[now])


def last(k):
    """Remember the last ``k`` batches, or all of them while there are fewer.

    Parameters
    ----------
    k : int
        Length of the window in batches, at least 1.
    """
    _check_count("k", k)
    return lambda edges, now: (edges[max(0, now - k)], edges[now])


def since_alarm():
    """Remember the rows since the alarm that asked for the retrain, its own row included.

    It goes with `on_alarm`, or with your own *when* that returns an `Alarm`. The detector needed
    rows to be sure, so rows of the new world from before the alarm are left out. There are as
    many batches to fit as `on_alarm` waits, and what is left of the alarm's own batch; a watch on
    the inputs is not late when labels are, so there it must wait longer than they are late.
    """

    def remember(edges, now):
        if not isinstance(now, Alarm):
            raise ValueError(
                "since_alarm needs to know of an alarm, but this policy retrains without one; "
                "use on_alarm(...), or remember last(k)"
            )
        if now.row >= edges[now]:
            raise ValueError(
                f"since_alarm has no labelled row yet: the alarm was in row {now.row}, and labels "
                f"are known of rows before {edges[now]}. Let on_alarm wait at least as many "
                "batches as the labels are late."
            )
        return now.row, edges[now]

    return remember


def pool(learner, k, newest):
    """Remember what served best on the latest batch: an old window, or the newest rows.

    The candidates before batch ``now`` are all windows of ``k`` batches that ended before the
    latest batch, ``now - 1``, and the last ``newest`` batches. Their models are compared on the
    latest batch, by squared error. None has seen it: for the newest window the one that ended a
    batch earlier stands in; if it wins, the newest is fitted with the latest batch. On a tie, and
    while there is no old window yet, the newest wins.

    It assumes that the latest batch is like the one to come, and that an old state of the world
    may return. A single batch chooses, so now and then the newest rows win by luck: where nothing
    returns, a pool loses a little against the best fixed window. Old concepts that are kept and
    picked by their recent performance: Widmer and Kubat 1996 (FLORA3); Gama and Kosina 2014.
    Here they are kept as windows, and no drift detector decides when to look.

    Parameters
    ----------
    learner : Learner
        The one that will be replayed; it fits the candidates, and remembers the fits.
    k : int
        Length of the old windows in batches, at least 1.
    newest : int
        Length of the newest window in batches, at least 1.

    Returns
    -------
    callable
        ``remember(edges, now)``. It looks at no row of batch ``now`` or later. With a gate it is
        refused: it chooses by a batch that the gate holds out.

    Raises
    ------
    TypeError, ValueError
        If a length is not a whole number of batches or leaves no batch to compare on, or if the
        learner cannot fit and predict, or is not the one that is replayed.
    """
    for name in ("batches", "fit", "predict"):
        if not hasattr(learner, name):
            raise TypeError(f"learner must be a Learner; {type(learner).__name__} has no {name}")
    for name, length in [("k", k), ("newest", newest)]:
        _check_count(name, length)
        if length >= len(learner.batches):
            raise ValueError(
                f"{name} must be less than the {len(learner.batches)} batches of the learner, so "
                f"that one is left to compare on; got {length}"
            )

    def remember(edges, now):
        if edges is not learner.batches.edges:
            raise ValueError("pool was made for another learner; make it for the one replayed")
        latest = now - 1
        y = learner.batches.y[edges[latest] : edges[now]]

        def error(window):
            prediction = learner.predict(learner.fit(*window), edges[latest], edges[now])
            return ((y - prediction) ** 2).mean()

        old = [(edges[end - k], edges[end]) for end in range(k, now)]
        errors = [error(window) for window in old]
        if not old or error(last(newest)(edges, latest)) <= min(errors):
            return last(newest)(edges, now)
        return old[errors.index(min(errors))]

    remember.chooses_by_latest = True
    return remember


def _check_count(name, value, least=1):
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{name} must be a whole number of batches; got {value!r}")
    if value < least:
        unit = "batch" if least == 1 else "batches"
        raise ValueError(f"{name} must be at least {least} {unit}; got {value}")


def _check_price(name, value):
    if not isinstance(value, Real) or isinstance(value, bool) or not 0 <= value < np.inf:
        raise ValueError(f"{name} must be a finite number of at least 0; got {value!r}")


@dataclass(frozen=True)
class Gate:
    """Promote a retrained model only if it beats the deployed one on rows that neither has seen.

    At a retrain the newest ``batches`` labelled batches are held out. The challenger is fitted on
    the other rows that the policy remembers, and both models are scored on those held out. If the
    challenger loses, its fit was for nothing and the champion stays. Whatever wins is deployed as
    it was scored.

    A backtest refuses a gate that would be unfair: the champion, too, must not have seen the rows.
    So before the first retrain at least ``batches`` batches must have been served and labelled.

    Parameters
    ----------
    batches : int
        Batches to hold out, at least 1.
    better : callable
        ``better(champion_losses, challenger_losses)`` -> bool, one loss a row, the same rows; see
        `helpers.gates`.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.
    """

    batches: int
    better: Callable

    def __post_init__(self):
        _check_count("batches", self.batches)
        if not callable(self.better):
            raise TypeError(f"better must be a function such as better_mean; got {self.better!r}")


@dataclass(frozen=True)
class Policy:
    """When to retrain, and on what.

    Parameters
    ----------
    when : callable
        `never`, `every`, `at`, `placebo`, `on_alarm`, `cost_aware` or `cara`, or your
        own ``when(now, scored)``.
    remember : callable
        `everything`, `last`, `since_alarm` or `pool`, or your own ``remember(edges, now)``.
    delay : int
        Batches by which labels are late: before batch ``t`` is served, the labels of batches
        before ``t - delay`` are known, and those of the rows that the first model was fitted on.
        Whatever needs labels obeys it: losses that a policy watches, rows that it remembers, rows
        that a gate holds out.
    gate : Gate, optional
        What a retrained model must pass. Without one it is deployed as it is.

    Raises
    ------
    TypeError, ValueError
        If a part is not a function, the delay not a whole number of at least 0 batches, or a gate
        goes with a memory that has chosen by the rows held out.
    """

    when: Callable = never()
    remember: Callable = everything()
    delay: int = 0
    gate: Gate | None = None

    def __post_init__(self):
        makers = (never, every, at, placebo, on_alarm, cost_aware, cara)
        makers += (everything, last, since_alarm, pool)
        for name, example in [("when", "every(4)"), ("remember", "last(8)")]:
            part = getattr(self, name)
            if not callable(part):
                raise TypeError(f"{name} must be a function such as {example}; got {part!r}")
            if part in makers:
                raise TypeError(f"{name} got {part.__name__} itself; call it: {example}")
        _check_count("delay", self.delay, least=0)
        if self.gate is not None and not isinstance(self.gate, Gate):
            raise TypeError(f"gate must be a Gate, such as Gate(2, better_mean); got {self.gate!r}")
        if self.gate is not None and hasattr(self.remember, "chooses_by_latest"):
            raise ValueError(
                "gate cannot judge what a pool remembers: the pool chooses by the latest batch, "
                "which the gate holds out. Leave out the gate, or remember last(k)."
            )
