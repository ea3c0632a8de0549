"""Samples of more rows than fit: one at random of every few in a row, so evenly along the file."""

import random

import numpy as np


def places(total, most):
    """Rows of a sample of known size: one at random of every ``step`` rows in a row.

    Random within each step, since every step-th row may be the same weekday or the same shop.

    Parameters
    ----------
    total : int
        Rows there are.
    most : int or None
        Rows to take at most; None takes all.

    Returns
    -------
    rows : ndarray of int
        Increasing; the same at every call.
    step : int
        1 if all rows were taken.
    """
    if most is None or total <= most:
        return np.arange(total), 1
    step = -(-total // most)
    starts = np.arange(0, total, step)
    rows = starts + np.random.default_rng(0).integers(0, step, len(starts))
    return rows[rows < total], step


def sampled(rows, most, pack):
    """Sample rows whose number is not known beforehand, in one pass.

    Whenever more than ``most`` are held, steps are joined in pairs, and of each pair one row, by
    a fair coin, is held on. So each row is held with probability 1 / step.

    Parameters
    ----------
    rows : iterable
    most : int or None
        Rows to hold at most; None holds all.
    pack : callable
        What is held of a row.

    Returns
    -------
    held : list
        In order; the same at every call.
    total : int
        Rows there were.
    step : int
        A power of 2; 1 if all rows are held.
    """
    coin = random.Random(0)
    even = np.inf if most is None else most + 2 - most % 2
    held, step, pick, total = [], 1, 0, 0
    for row in rows:
        if total == pick:
            held.append(pack(row))
            if len(held) == even:
                held, step = _halved(held, coin), 2 * step
            # Of the next step, which begins at row len(held) * step.
            pick = len(held) * step + coin.randrange(step)
        total += 1
    if most is not None and len(held) > most:
        held, step = _halved(held, coin), 2 * step
    return held, total, step


def _halved(held, coin):
    # An odd last one has no partner yet, so the coin may leave it out.
    pairs = [held[at : at + 2] for at in range(0, len(held), 2)]
    chosen = [(pair, coin.randrange(2)) for pair in pairs]
    return [pair[side] for pair, side in chosen if side < len(pair)]
