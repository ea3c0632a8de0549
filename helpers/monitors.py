"""Watching a deployed model: its losses row by row, or its own probabilities without labels.

`PageHinkley` and `Cusum` keep to river's protocol for detectors of drift: `update(x)` takes one
number and returns the detector, `drift_detected` says whether it raised an alarm. To it they add
`scan(values)`, which takes a block at once. `page_hinkley_alarms` and `cusum_alarms` run the same
tests on many streams side by side.

`cbpe` and `expected_brier` assume that the probabilities are calibrated on the rows at hand: of
the rows that get p, the share p has the outcome 1. No unlabelled row can show whether that
still holds.
"""

from math import inf, isfinite

import numpy as np

from helpers.checks import check_number

_BLOCK = 64  # rows between two looks for alarms over many streams


def cbpe(probabilities, threshold=0.5):
    """Confidence-based performance estimation: the accuracy that a classifier expects of itself.

    A row with probability p is called 1 if p >= threshold, and is then right with probability p;
    otherwise it is called 0 and right with probability 1 - p. The estimate is the mean over the
    rows; at threshold .5 that is the mean of max(p, 1 - p). The library NannyML, which coined
    the name, first calibrates p on reference rows; here p is taken as it is.

    Parameters
    ----------
    probabilities : array of shape (n,)
        P(y=1|x) as the model has it.
    threshold : float
        From which probability on a row is called 1, between 0 and 1.

    Returns
    -------
    float
        Expected accuracy, between 0 and 1.

    Raises
    ------
    ValueError
        Naming the argument, what was wrong and what to do.

    References
    ----------
    J. Białek, J. Kivimäki, W. Kuberski, N. Perrakis, "Estimating model performance under
    covariate shift without labels", NeurIPS, 2025.
    """
    p = _checked(probabilities)
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold must be a probability between 0 and 1; got {threshold}")
    return float(np.mean(np.where(p >= threshold, p, 1 - p)))


def expected_brier(probabilities):
    """The Brier score that a classifier expects of itself: the mean of p (1 - p).

    Parameters
    ----------
    probabilities : array of shape (n,)
        P(y=1|x) as the model has it.

    Returns
    -------
    float
        Expected Brier score, between 0 and 1/4.

    Raises
    ------
    ValueError
        Naming the argument, what was wrong and what to do.
    """
    p = _checked(probabilities)
    return float(np.mean(p * (1 - p)))


class _Detector:
    """River's protocol, and `scan`, over a detector's ``_run(values)``."""

    def update(self, x):
        """Take one value.

        Parameters
        ----------
        x : float
            The next value of the stream; True and False count as 1 and 0.

        Returns
        -------
        object
            The detector itself.
        """
        self._run([_number(x)])
        return self

    def scan(self, values):
        """Take a block of values up to and with the first that raises an alarm.

        Parameters
        ----------
        values : array of shape (n,)
            The next values of the stream.

        Returns
        -------
        int or None
            Index in the block of the value that raised the alarm; the rest of the block was not
            taken. None if no value did.
        """
        return self._run(_numbers(values, 1).tolist())


class PageHinkley(_Detector):
    """Page-Hinkley test for a change of a stream's mean, with river's parameters and alarms.

    Each value is compared with the mean of all values since the start. The differences, less
    delta, are added up; an alarm is raised when the sum stands more than `threshold` above its
    lowest point so far ("up"), or, on the mirrored values, for a fall ("down"). Delta and
    threshold are in the units of the values: the defaults suit losses of about 0 to 1.

    It follows river.drift.PageHinkley operation by operation, so that with the same parameters
    both raise their alarms at the same rows; river's own default is mode "both". After an alarm
    it starts afresh at the next value.

    Parameters
    ----------
    delta : float
        Change of the mean that is allowed to pass, in units of the values, at least 0.
    threshold : float
        How high the sum must rise, in units of the values, above 0.
    min_rows : int
        Rows after a start before which no alarm is raised (river's min_instances).
    alpha : float
        Factor on the old sum at each row, above 0 and at most 1; 1 forgets nothing (Page's test).
        Below 1 it lifts the falling sum of a healthy stream: after some 1 / (1 - alpha) rows that
        has eaten the allowance delta, and false alarms become common.
    mode : "up", "down" or "both"
        Which changes raise an alarm.

    Attributes
    ----------
    drift_detected : bool
        Whether the last value raised an alarm.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.

    References
    ----------
    E. S. Page, "Continuous inspection schemes", Biometrika, 1954. D. V. Hinkley, "Inference about
    the change-point from cumulative sum tests", Biometrika, 1971.
    """

    def __init__(self, delta=0.005, threshold=50, min_rows=30, alpha=0.9999, mode="up"):
        _check_page_hinkley(delta, threshold, min_rows, alpha, mode)
        self.delta, self.threshold, self.min_rows = delta, threshold, min_rows
        self.alpha, self.mode = alpha, mode
        self._start()

    def _start(self):
        self.drift_detected = False
        self._n, self._mean = 0.0, 0.0
        self._up, self._lowest = 0.0, inf  # the sum for a rise, and its lowest point
        self._down, self._highest = 0.0, -inf  # the sum for a fall, and its highest point

    def _run(self, values):  # plain floats in local names: numpy is slow one number at a time
        if self.drift_detected and values:
            self._start()
        n, mean, alpha, delta, first = self._n, self._mean, self.alpha, self.delta, self.min_rows
        up, lowest, down, highest = self._up, self._lowest, self._down, self._highest
        above = self.threshold if self.mode != "down" else inf
        below = self.threshold if self.mode != "up" else inf
        found = None
        for i, x in enumerate(values):
            n += 1.0
            mean += 1.0 / n * (x - mean)
            difference = x - mean
            up = alpha * up + difference - delta
            down = alpha * down + difference + delta
            if up < lowest:
                lowest = up
            if down > highest:
                highest = down
            if (up - lowest > above or highest - down > below) and n >= first:
                found = i
                break
        self._n, self._mean, self.drift_detected = n, mean, found is not None
        self._up, self._lowest, self._down, self._highest = up, lowest, down, highest
        return found


class Cusum(_Detector):
    """CUSUM chart for a change of a stream's mean away from a known target.

    z = (x - target) / sd, and for a rise ("up") S = max(0, S + z - k), for a fall ("down")
    S = max(0, S - z - k); an alarm is raised when S > h. The best k against a shift of the
    mean is half that shift (Page 1954; Lorden 1971). `helpers.run_lengths` says how long a
    chart is quiet and how late it is. After an alarm it starts afresh (S = 0) at the next value.

    Parameters
    ----------
    target : float
        Mean of the values while nothing has changed.
    k : float
        Allowance, in sd, at least 0.
    h : float
        Decision interval, in sd, above 0.
    sd : float
        Standard deviation of the values while nothing has changed, above 0.
    side : "up", "down" or "both"
        Which changes raise an alarm.

    Attributes
    ----------
    drift_detected : bool
        Whether the last value raised an alarm.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.

    References
    ----------
    E. S. Page, "Continuous inspection schemes", Biometrika, 1954.
    """

    def __init__(self, target, k, h, sd=1, side="up"):
        _check_cusum(target, k, h, sd, side)
        self.target, self.k, self.h, self.sd, self.side = target, k, h, sd, side
        self._start()

    def _start(self):
        self.drift_detected, self._up, self._down = False, 0.0, 0.0

    def _run(self, values):
        if self.drift_detected and values:
            self._start()
        target, sd, k, up, down = self.target, self.sd, self.k, self._up, self._down
        above = self.h if self.side != "down" else inf
        below = self.h if self.side != "up" else inf
        found = None
        for i, x in enumerate(values):
            z = (x - target) / sd
            up = up + z - k
            if up < 0:
                up = 0.0
            down = down - z - k
            if down < 0:
                down = 0.0
            if up > above or down > below:
                found = i
                break
        self._up, self._down, self.drift_detected = up, down, found is not None
        return found


def page_hinkley_alarms(values, delta=0.005, threshold=50, min_rows=30, alpha=0.9999, mode="up"):
    """First alarm of a Page-Hinkley test on each of many streams.

    Equal, row by row, to a fresh PageHinkley with the same parameters on each stream.

    Parameters
    ----------
    values : array of shape (streams, n)
        One stream a row.
    delta, threshold, min_rows, alpha, mode
        As for PageHinkley.

    Returns
    -------
    array of shape (streams,)
        Index of the value that raised the first alarm; n where none did.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.
    """
    _check_page_hinkley(delta, threshold, min_rows, alpha, mode)

    mean, total, lowest = 0.0, 0.0, inf

    def step(x, n):
        nonlocal mean, total, lowest
        mean = mean + (1.0 / n) * (x - mean)
        total = alpha * total + (x - mean) - delta
        lowest = np.minimum(lowest, total)
        return total - lowest

    return _first_alarms(_numbers(values, 2), mode, step, threshold, min_rows)


def cusum_alarms(values, target, k, h, sd=1, side="up"):
    """First alarm of a CUSUM chart on each of many streams.

    Equal, row by row, to a fresh Cusum with the same parameters on each stream.

    Parameters
    ----------
    values : array of shape (streams, n)
        One stream a row.
    target, sd : float or array of shape (streams,)
        Mean and standard deviation while nothing has changed, for all streams or for each.
    k, h, side
        As for Cusum.

    Returns
    -------
    array of shape (streams,)
        Index of the value that raised the first alarm; n where none did.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.
    """
    values = _numbers(values, 2)
    target, sd = _per_stream(target, "target", len(values)), _per_stream(sd, "sd", len(values))
    _check_cusum(0, k, h, 1, side)
    signs = _signs(side)
    total = 0.0

    def step(x, _):
        nonlocal total
        total = np.maximum(total + (x - signs * target) / sd - k, 0)
        return total

    return _first_alarms(values, side, step, h)


def _signs(side):
    """A fall is a rise of the mirrored values: exactly so, also in floating point."""
    return np.array([[s] for name, s in [("up", 1.0), ("down", -1.0)] if side in (name, "both")])


def _first_alarms(values, side, step, threshold, first=1):
    """Feed streams row by row to ``step(x, n)`` and note where it first exceeds the threshold."""
    streams, rows = values.shape
    signs = _signs(side)
    alarms = np.full((len(signs), streams), rows)
    for start in range(0, rows, _BLOCK):
        block = np.ascontiguousarray(values[:, start : start + _BLOCK].T)
        over = np.array([step(signs * x, start + i) > threshold for i, x in enumerate(block, 1)])
        over[: max(0, first - 1 - start)] = False
        found = over.any(axis=0) & (alarms == rows)
        alarms[found] = start + over.argmax(axis=0)[found]
        if (alarms.min(axis=0) < rows).all():
            break
    return alarms.min(axis=0)


def _number(x):
    try:
        fine = isfinite(x)
    except TypeError:
        raise TypeError(
            f"x must be one number, such as a row's loss; got {x!r}. Feed a detector value by "
            "value with update(x), or a block with scan(values)."
        ) from None
    if not fine:
        raise ValueError(f"x must be a finite number; got {x}. Drop or fill missing values first.")
    return float(x)


def _numbers(values, dimensions):
    shape = "(n,)" if dimensions == 1 else "(streams, n)"
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"values must be numbers of shape {shape}; got dtype {array.dtype}")
    if array.ndim != dimensions:
        raise ValueError(f"values must have shape {shape}; got {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError("values must be finite; drop or fill NaN and infinities first")
    return array.astype(float, copy=False)


def _per_stream(value, name, streams):
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be a number, or one per stream; got {value!r}")
    if array.shape not in [(), (streams,)]:
        raise ValueError(
            f"{name} must be a number, or one for each of {streams} streams; got {array.shape}"
        )
    if not np.isfinite(array).all() or name == "sd" and not (array > 0).all():
        raise ValueError(f"{name} must be finite{' and above 0' if name == 'sd' else ''}")
    return array.astype(float)


def _check_side(name, side):
    if side not in ("up", "down", "both"):
        raise ValueError(f'{name} must be "up", "down" or "both"; got {side!r}')


def _check_page_hinkley(delta, threshold, min_rows, alpha, mode):
    check_number("delta", delta, lambda v: v >= 0, "a number of at least 0, in units of the values")
    check_number(
        "threshold", threshold, lambda v: v > 0, "a number above 0, in units of the values"
    )
    check_number(
        "min_rows", min_rows, lambda v: v >= 1 and v == int(v), "a whole number of rows from 1"
    )
    check_number("alpha", alpha, lambda v: 0 < v <= 1, "a number above 0 and at most 1")
    _check_side("mode", mode)


def _check_cusum(target, k, h, sd, side):
    check_number("target", target, lambda v: True, "the mean while nothing has changed, a number")
    check_number("k", k, lambda v: v >= 0, "a number of at least 0, in sd")
    check_number("h", h, lambda v: v > 0, "a number above 0, in sd")
    check_number("sd", sd, lambda v: v > 0, "a number above 0")
    _check_side("side", side)


def _checked(probabilities):
    p = np.asarray(probabilities, float)
    if p.ndim != 1 or len(p) == 0:
        raise ValueError(
            f"probabilities must be one number a row; got shape {p.shape}. From predict_proba "
            "take the column of class 1: predict_proba(X)[:, 1]."
        )
    if not ((p >= 0) & (p <= 1)).all():  # also NaN
        raise ValueError(
            "probabilities must lie between 0 and 1, without NaN. Pass predict_proba(X)[:, 1], "
            "not scores or log-odds; scipy.special.expit turns log-odds into probabilities."
        )
    return p
