"""Run lengths against the published table, an integral equation, closed forms and simulation."""

import math

import numpy as np
import pytest
from scipy.stats import norm

from helpers.monitors import cusum_alarms
from helpers.run_lengths import (
    alarmed_by,
    bernoulli_chain,
    cusum_run_length,
    mean_run_length,
    normal_chain,
    siegmund,
    threshold_for,
)

SHIFTS = (0, 0.25, 0.5, 0.75, 1, 1.5, 2)
PUBLISHED = {  # two-sided CUSUM, k = .5 (Lucas and Crosier 1982; Montgomery's textbook)
    4: (168, 74.2, 26.6, 13.3, 8.38, 4.75, 3.34),
    5: (465, 139, 38.0, 17.0, 10.4, 5.75, 4.01),
}


@pytest.mark.parametrize("h", PUBLISHED)
def test_the_published_table_to_three_digits(h):
    computed = [float(f"{cusum_run_length(0.5, h, s, sides=2):.3g}") for s in SHIFTS]
    assert computed == list(PUBLISHED[h])


@pytest.mark.parametrize(("h", "shift"), [(4, 0), (5, 0.25), (4, 1), (5, 2)])
def test_two_sided_run_lengths_as_simulated(h, shift):
    """Within 4 standard errors over 4,000 streams, none cut short."""
    rng = np.random.default_rng(11)
    lengths = []
    up, down, active = np.zeros(4000), np.zeros(4000), 4000
    row = 0
    while active:
        row += 1
        z = rng.normal(shift, 1, active)
        up, down = np.maximum(up + z - 0.5, 0), np.maximum(down - z - 0.5, 0)
        over = (up > h) | (down > h)
        lengths += [row] * int(over.sum())
        up, down = up[~over], down[~over]
        active = len(up)
    se = np.std(lengths, ddof=1) / math.sqrt(4000)
    assert cusum_run_length(0.5, h, shift, sides=2) == pytest.approx(np.mean(lengths), abs=4 * se)


def by_integral_equation(k, h, shift, nodes=80):
    """Page's integral equation for the run length, by Gauss-Legendre quadrature."""
    s, weights = np.polynomial.legendre.leggauss(nodes)
    s, weights = h * (s + 1) / 2, h * weights / 2
    starts = np.r_[0, s]
    kernel = norm.pdf(s - starts[:, None] + k - shift) * weights
    moves = np.column_stack([norm.cdf(k - shift - starts), kernel])
    return np.linalg.solve(np.eye(nodes + 1) - moves, np.ones(nodes + 1))[0]


@pytest.mark.parametrize("k", [0.1, 0.5, 1])
@pytest.mark.parametrize("h", [0.5, 3, 5])
@pytest.mark.parametrize("shift", [-0.2, 0, 0.5, 2])
def test_one_sided_run_lengths_solve_the_integral_equation(k, h, shift):
    expected = by_integral_equation(k, h, shift)
    assert cusum_run_length(k, h, shift) == pytest.approx(expected, rel=1e-4)


def test_a_chart_that_any_row_can_end_waits_geometrically():
    """As h goes to 0 each row alarms with probability P(z > k)."""
    assert cusum_run_length(1, 1e-9) == pytest.approx(1 / norm.sf(1), rel=1e-6)


@pytest.mark.parametrize("h", [1, 2, 7, 30])
def test_a_fair_walk_needs_h_times_h_plus_one_rows(h):
    assert mean_run_length(bernoulli_chain(0.5, h, 1, 1)) == pytest.approx(h * (h + 1), rel=1e-9)


def test_the_bernoulli_chart_as_enumerated():
    """All 2^10 courses of ten rows by hand: the exact share that has alarmed by each row."""
    p, threshold, rows = 0.3, 9, 10
    shares = np.zeros(rows)
    for course in range(2**rows):
        errors = [(course >> i) & 1 for i in range(rows)]
        probability = math.prod(p if e else 1 - p for e in errors)
        s = 0
        for i, e in enumerate(errors):
            s = max(0, s + 4 if e else s - 1)
            if s >= threshold:
                shares[i:] += probability
                break
    assert alarmed_by(bernoulli_chain(p, threshold, 4, 1), rows) == pytest.approx(shares, abs=1e-12)


def test_the_bernoulli_chart_as_simulated():
    rng = np.random.default_rng(2)
    errors = rng.random((2000, 1500)) < 0.2
    chain = bernoulli_chain(0.2, 60)
    lengths = 1 + cusum_alarms(7.0 * errors - 1, 0, 0, 60 - 0.5)  # whole numbers: >= 60
    assert lengths.max() <= 1500
    se = lengths.std(ddof=1) / math.sqrt(2000)
    assert mean_run_length(chain) == pytest.approx(lengths.mean(), abs=4 * se)
    share = (lengths <= 100).mean()
    assert alarmed_by(chain, 100)[-1] == pytest.approx(share, abs=4 * 0.5 / math.sqrt(2000))


def test_the_distribution_has_the_mean_of_the_linear_system():
    chain = bernoulli_chain(0.3, 12)
    assert 1 + (1 - alarmed_by(chain, 2000)).sum() == pytest.approx(
        mean_run_length(chain), rel=1e-9
    )


def test_a_two_sided_chart_alarms_in_most_quiet_streams():
    """As if its two sides were independent: within 4 standard errors over 4,000 streams."""
    one = alarmed_by(normal_chain(0.5, 5), 1000)[-1]
    rng = np.random.default_rng(3)
    found = [cusum_alarms(rng.normal(size=(500, 1000)), 0, 0.5, 5, side="both") for _ in range(8)]
    share = np.mean(np.concatenate(found) < 1000)
    assert 1 - (1 - one) ** 2 == pytest.approx(share, abs=4 * math.sqrt(share * (1 - share) / 4000))


def test_siegmund_is_close_and_continuous():
    for shift in SHIFTS:
        exact = cusum_run_length(0.5, 5, shift, sides=2)
        assert siegmund(0.5, 5, shift, sides=2) == pytest.approx(exact, rel=0.04)
    assert siegmund(0.5, 5, 0.5) == pytest.approx(6.166**2, rel=1e-12)
    for step in (1e-6, 1e-4):
        assert siegmund(0.5, 5, 0.5 + step) == pytest.approx(6.166**2, rel=1e-2)
    assert siegmund(0.5, 4000) == np.inf


def test_beyond_a_billion_rows():
    assert cusum_run_length(0.5, 30) == siegmund(0.5, 30)
    assert cusum_run_length(0.5, 18.4) == pytest.approx(siegmund(0.5, 18.4), rel=0.02)
    with pytest.raises(ValueError, match="h=5000 is too large to compute"):
        cusum_run_length(0.5, 5000, 3)


@pytest.mark.parametrize("sides", [1, 2])
@pytest.mark.parametrize(("arl0", "k"), [(20, 0.5), (465, 0.5), (10_000, 0.25), (1e6, 1)])
def test_the_threshold_gives_the_run_length_asked_for(arl0, k, sides):
    h = threshold_for(arl0, k, sides)
    assert cusum_run_length(k, h, sides=sides) == pytest.approx(arl0, rel=1e-4)


BAD = [
    (lambda: bernoulli_chain(1.2, 20), ValueError, "p must be an error rate"),
    (lambda: bernoulli_chain(0.1, 20.5), ValueError, "threshold must be a whole number"),
    (lambda: bernoulli_chain(0.1, 20, 0), ValueError, "up must be a whole number"),
    (lambda: bernoulli_chain(0.1, 20, 6, -1), ValueError, "down must be a whole number"),
    (lambda: normal_chain(-1, 4), ValueError, "k must be a number of at least 0"),
    (lambda: normal_chain(0.5, 4, cells=1), ValueError, "cells must be a whole number from 2"),
    (lambda: cusum_run_length(0.5, "4"), TypeError, "h must be a number above 0"),
    (lambda: cusum_run_length(0.5, 4, math.nan), ValueError, "shift must be a number"),
    (lambda: cusum_run_length(0.5, 4, 0, 3), ValueError, "sides must be 1"),
    (lambda: siegmund(0.5, 0), ValueError, "h must be a number above 0"),
    (lambda: alarmed_by(bernoulli_chain(0.1, 20), 0), ValueError, "rows must be a whole number"),
    (lambda: threshold_for(5, 0.5), ValueError, "arl0 must be a number of rows between 10"),
    (lambda: threshold_for(500, 3), ValueError, "k must be a number between"),
    (lambda: threshold_for(500, 0.5, 0), ValueError, "sides must be 1"),
    (lambda: threshold_for(20, 2), ValueError, "with k=2 every chart is quiet for longer"),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
