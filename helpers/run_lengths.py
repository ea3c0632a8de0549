"""How long a CUSUM chart is quiet while nothing has changed, and how late it is when something has.

A chart's statistic S starts at 0 and moves from row to row as a Markov chain until it passes its
threshold. For zeros and ones with whole steps the chain is finite and all here is exact; for
normal values the range of S is cut into cells (Brook and Evans 1972), refined until the digits
stand. The run length is the number of rows up to and with the one that raises the alarm. All
rows are independent; the change, if there is one, is there from the first row on.
"""

from math import ceil, expm1

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from helpers.checks import check_number

_CELLS, _LARGEST, _TOLERANCE = 25, 1600, 1e-5
_BEYOND = 1e9  # rows from which rounding eats the digits of the linear system


def bernoulli_chain(p, threshold, up=6, down=1):
    """Moves of the Bernoulli CUSUM between its states below the threshold.

    S = max(0, S + up) on an error, max(0, S - down) otherwise; an alarm at S >= threshold.

    Parameters
    ----------
    p : float
        Error rate of the rows, between 0 and 1.
    threshold, up, down : int
        Whole numbers above 0.

    Returns
    -------
    array of shape (threshold, threshold)
        Entry (i, j): probability that S = j after the next row if it is i now. What a row
        lacks to 1 is the probability of an alarm.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.

    References
    ----------
    M. R. Reynolds and Z. G. Stoumbos, "A CUSUM chart for monitoring a proportion when inspecting
    continuously", Journal of Quality Technology, 1999.
    """
    check_number("p", p, lambda v: 0 <= v <= 1, "an error rate between 0 and 1")
    for name, value in [("threshold", threshold), ("up", up), ("down", down)]:
        check_number(name, value, lambda v: v >= 1 and v == int(v), "a whole number above 0")
    states = np.arange(threshold)
    moves = np.zeros((threshold, threshold))
    moves[states, np.maximum(states - down, 0)] = 1 - p
    low = states[states + up < threshold]
    moves[low, low + up] = p
    return moves


def normal_chain(k, h, shift=0, cells=100):
    """Moves of a one-sided CUSUM on normal values between cells of its range from 0 to h.

    S = max(0, S + z - k) with z ~ N(shift, 1); an alarm at S > h. A cell is taken to lie at its
    middle, the first at 0.

    Parameters
    ----------
    k, h : float
        Allowance (at least 0) and decision interval (above 0), in sd.
    shift : float
        Mean of the rows less the target, in sd.
    cells : int
        Into how many cells the range is cut, at least 2.

    Returns
    -------
    array of shape (cells, cells)
        As for `bernoulli_chain`.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.

    References
    ----------
    D. Brook and D. A. Evans, "An approach to the probability distribution of cusum run length",
    Biometrika, 1972.
    """
    _check_chart(k, h, shift)
    check_number("cells", cells, lambda v: v >= 2 and v == int(v), "a whole number from 2")
    width = 2 * h / (2 * cells - 1)
    middles = width * np.arange(cells)
    upper = ndtr(middles + width / 2 - middles[:, None] + k - shift)
    return np.diff(upper, axis=1, prepend=0)  # all that lies below 0 falls into the first cell


def mean_run_length(chain):
    """Average run length of a chain that starts at S = 0.

    Parameters
    ----------
    chain : array of shape (states, states)
        From `bernoulli_chain` or `normal_chain`.

    Returns
    -------
    float
        Mean number of rows up to and with the alarm: the first entry of (I - Q)^-1 1.
    """
    return float(np.linalg.solve(np.eye(len(chain)) - chain, np.ones(len(chain)))[0])


def alarmed_by(chain, rows):
    """Share of streams that have raised an alarm by each row: the run length's distribution.

    Parameters
    ----------
    chain : array of shape (states, states)
        From `bernoulli_chain` or `normal_chain`.
    rows : int
        How many rows, at least 1.

    Returns
    -------
    array of shape (rows,)
        Entry i: probability of an alarm at or before row i + 1.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.
    """
    check_number("rows", rows, lambda v: v >= 1 and v == int(v), "a whole number above 0")
    still, shares = np.eye(len(chain))[0], np.empty(rows)
    for i in range(rows):
        still = still @ chain
        shares[i] = 1 - still.sum()
    return shares


def cusum_run_length(k, h, shift=0, sides=1):
    """Average run length of a CUSUM chart on normal values (Brook and Evans 1972).

    The number of cells is doubled, and the error in 1/cells^2 cancelled between two of them
    (Richardson), until two results differ by less than one part in 100,000. Beyond a billion
    rows, where rounding would eat the digits, Siegmund's approximation stands in.

    Parameters
    ----------
    k, h : float
        Allowance (at least 0) and decision interval (above 0), in sd.
    shift : float
        Mean of the rows less the target, in sd.
    sides : 1 or 2
        A chart for a rise, or one for a rise and one for a fall side by side. Then
        1/ARL = 1/ARL+ + 1/ARL- (Kemp 1961), exact where k is above 0.

    Returns
    -------
    float
        Rows.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.

    References
    ----------
    D. Brook and D. A. Evans, Biometrika, 1972. K. W. Kemp, "The average run length of the
    cumulative sum chart when a V-mask is used", Journal of the Royal Statistical Society B, 1961.
    """
    return _sided(_one_sided, k, h, shift, sides)


def siegmund(k, h, shift=0, sides=1):
    """Average run length of a CUSUM chart on normal values, by Siegmund's approximation.

    (exp(-2 D b) + 2 D b - 1) / (2 D^2) with D = shift - k and b = h + 1.166, and b^2 at D = 0: a
    Brownian motion, its barrier moved by the mean overshoot of the walk.

    Parameters
    ----------
    k, h, shift, sides
        As for `cusum_run_length`.

    Returns
    -------
    float
        Rows; infinity where it exceeds the largest float.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.

    References
    ----------
    D. Siegmund, *Sequential Analysis*, Springer, 1985.
    """
    return _sided(_siegmund, k, h, shift, sides)


def threshold_for(arl0, k, sides=1):
    """Decision interval of a CUSUM chart that is quiet for a wanted average run length.

    Parameters
    ----------
    arl0 : float
        Mean rows to a false alarm, between 10 and a million.
    k : float
        Allowance, in sd, at least .1 and at most 2.
    sides : 1 or 2
        As for `cusum_run_length`.

    Returns
    -------
    float
        h in sd, on normal rows with known mean and sd.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.
    """
    check_number(
        "arl0", arl0, lambda v: 10 <= v <= 1e6, "a number of rows between 10 and a million"
    )
    check_number("k", k, lambda v: 0.1 <= v <= 2, "a number between .1 and 2, in sd")
    _check_sides(sides)
    low, high = 1e-6, 1.0
    if cusum_run_length(k, low, 0, sides) > arl0:
        raise ValueError(f"arl0 is {arl0}, but with k={k} every chart is quiet for longer")
    while cusum_run_length(k, high, 0, sides) < arl0:
        high *= 2
    return float(
        brentq(lambda h: np.log(cusum_run_length(k, h, 0, sides) / arl0), low, high, xtol=1e-6)
    )


def _one_sided(k, h, shift):
    if _siegmund(k, h, shift) > _BEYOND:
        return _siegmund(k, h, shift)
    cells, coarse, before = max(_CELLS, ceil(h)), None, None  # at most about an sd wide
    while cells <= _LARGEST:
        fine = mean_run_length(normal_chain(k, h, shift, cells))
        now = fine if coarse is None else fine + (fine - coarse) / 3
        if before is not None and abs(now - before) < _TOLERANCE * abs(now):
            return now
        cells, coarse, before = 2 * cells, fine, None if coarse is None else now
    raise ValueError(
        f"h={h} is too large to compute at k={k}, shift={shift}: {_LARGEST} cells are too coarse. "
        "Use Siegmund's approximation, which is close there."
    )


def _siegmund(k, h, shift):
    drift, b = shift - k, h + 1.166
    if abs(drift * b) < 1e-4:
        return b**2 * (1 - 2 * drift * b / 3)
    if -2 * drift * b > 700:
        return np.inf
    return (expm1(-2 * drift * b) + 2 * drift * b) / (2 * drift**2)


def _sided(run_length, k, h, shift, sides):
    _check_chart(k, h, shift)
    _check_sides(sides)
    if sides == 1:
        return run_length(k, h, shift)
    return 1 / (1 / run_length(k, h, shift) + 1 / run_length(k, h, -shift))


def _check_chart(k, h, shift):
    check_number("k", k, lambda v: v >= 0, "a number of at least 0, in sd")
    check_number("h", h, lambda v: v > 0, "a number above 0, in sd")
    check_number("shift", shift, lambda v: True, "a number, in sd")


def _check_sides(sides):
    if sides not in (1, 2):
        raise ValueError(f"sides must be 1 (a rise) or 2 (a rise or a fall); got {sides!r}")
