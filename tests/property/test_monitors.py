"""Detectors, tests of two samples, and weights: what no stream and no unit may change."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from helpers.adaptation import (
    effective_sample_size,
    em_prior,
    importance_weights,
    kitagawa,
    reprior,
)
from helpers.detection import alarms_of, detections
from helpers.joint import mmd
from helpers.monitors import (
    Cusum,
    PageHinkley,
    cbpe,
    cusum_alarms,
    expected_brier,
    page_hinkley_alarms,
)
from helpers.run_lengths import alarmed_by, bernoulli_chain, cusum_run_length, mean_run_length
from helpers.twosample import bonferroni, holm, ks, psi, psi_against
from tests.property.strategies import beyond_chance, numbers, seeds

SIDES = st.sampled_from(["up", "down", "both"])
MIRROR = {"up": "down", "down": "up", "both": "both"}


@st.composite
def streams(draw, most=5):
    """Streams whose mean steps somewhere; of few values, so that ties come up, or of many."""
    rng = np.random.default_rng(draw(seeds))
    S, n = draw(st.integers(1, most)), draw(st.integers(1, 200))
    step = draw(numbers(-2, 2)) * (np.arange(n) >= draw(st.integers(0, n)))
    values = rng.normal(size=(S, n)) + step
    return np.round(values) if draw(st.booleans()) else values


page_hinkley = st.fixed_dictionaries(
    {
        "delta": numbers(0, 1),
        "threshold": numbers(0.125, 20),
        "min_rows": st.integers(1, 80),
        "alpha": st.sampled_from([1, 0.9999, 0.9]),
        "mode": SIDES,
    }
)
cusum = st.fixed_dictionaries(
    {
        "target": numbers(-1, 1),
        "k": numbers(0, 1),
        "h": numbers(0.125, 10),
        "sd": numbers(0.25, 3),
        "side": SIDES,
    }
)
monitors = st.one_of(
    st.tuples(st.just(PageHinkley), st.just(page_hinkley_alarms), page_hinkley),
    st.tuples(st.just(Cusum), st.just(cusum_alarms), cusum),
)


def alarms(detector, values):
    """Rows of all alarms, by river's protocol."""
    return [i for i, x in enumerate(values) if detector.update(x).drift_detected]


@settings(max_examples=200)
@given(monitors, streams(), st.data())
def test_updates_blocks_and_many_streams_are_one_and_the_same(monitor, values, draw):
    make, many, how = monitor
    first = many(values, **how)
    for stream, alarm in zip(values, first, strict=True):
        expected = alarms(make(**how), stream)
        assert alarm == (expected + [len(stream)])[0]
        assert alarms_of(make(**how), stream).tolist() == expected
        cuts = draw.draw(st.lists(st.integers(0, len(stream)), max_size=4).map(sorted))
        found, start, detector = [], 0, make(**how)
        for end in [*cuts, len(stream)]:
            while start < end:
                step = detector.scan(stream[start:end])
                assert detector.drift_detected == (step is not None)
                found += [] if step is None else [start + step]
                start = end if step is None else start + step + 1
        assert found == expected
        # After an alarm a detector is as new.
        if expected:
            rest = stream[expected[0] + 1 :]
            assert alarms(make(**how), rest) == [a - expected[0] - 1 for a in expected[1:]]
    order = draw.draw(st.permutations(range(len(values))))
    np.testing.assert_array_equal(many(values[order], **how), first[order])


@given(monitors, streams())
def test_a_fall_is_a_rise_of_the_mirrored_stream(monitor, values):
    make, many, how = monitor
    side = "mode" if make is PageHinkley else "side"
    mirrored = how | {side: MIRROR[how[side]]}
    if make is Cusum:
        mirrored["target"] = -how["target"]
    np.testing.assert_array_equal(many(-values, **mirrored), many(values, **how))
    both, up, down = (many(values, **how | {side: s}) for s in ("both", "up", "down"))
    np.testing.assert_array_equal(both, np.minimum(up, down))


@given(monitors, streams(), numbers(0, 5), st.integers(0, 40))
def test_what_asks_for_more_alarms_no_earlier(monitor, values, more, rows):
    make, many, how = monitor
    first = many(values, **how)
    names = {"threshold": more, "min_rows": rows} if make is PageHinkley else {"h": more, "k": more}
    for name, by in names.items():
        assert (many(values, **how | {name: how[name] + by}) >= first).all()


@given(monitors, streams(), st.sampled_from([0.125, 0.5, 4, 1024]))
def test_units_of_the_stream_change_no_alarm(monitor, values, unit):
    make, many, how = monitor
    scaled = ["delta", "threshold"] if make is PageHinkley else ["target", "sd"]
    other = how | {name: unit * how[name] for name in scaled}
    np.testing.assert_array_equal(many(unit * values, **other), many(values, **how))


@given(monitors, streams(), st.data())
def test_alarms_hang_on_the_past_only(monitor, values, draw):
    make, many, how = monitor
    cut = draw.draw(st.integers(0, values.shape[1]))
    whole, part = many(values, **how), many(values[:, :cut], **how)
    np.testing.assert_array_equal(np.minimum(whole, cut), part)


def by_row(alarms, changes, rows, horizon):
    """Row by row: which change does it belong to?"""
    owner = [None] * rows
    for row, change in itertools.product(range(rows), changes):
        if change <= row < change + horizon:
            owner[row] = change  # a later change takes over
    hits = {c: [a for a in alarms if owner[a] == c] for c in changes}
    return (
        [hits[c][0] - c + 1 if hits[c] else np.nan for c in changes],
        sum(max(0, len(h) - 1) for h in hits.values()),
        sum(owner[a] is None for a in alarms),
        owner.count(None),
    )


@settings(max_examples=200)
@given(st.integers(1, 60), st.integers(1, 40), st.data())
def test_every_alarm_is_a_detection_a_repeat_or_false(rows, horizon, draw):
    some = st.sets(st.integers(0, rows - 1), max_size=rows).map(sorted)
    alarms, changes = draw.draw(some), draw.draw(some)
    found = detections(alarms, changes, rows, horizon)
    delays, *counts = by_row(alarms, changes, rows, horizon)
    np.testing.assert_array_equal(found.delays, delays)
    assert list(found[1:]) == counts
    detected = int((~np.isnan(found.delays)).sum())
    assert detected + found.repeats + found.false == len(alarms)
    assert 0 <= found.false <= found.quiet <= rows


probabilities = st.lists(st.floats(0, 1), min_size=1, max_size=30).map(np.array)


@given(probabilities, st.floats(0, 1))
def test_a_classifier_expects_most_at_one_half(p, threshold):
    accuracy, brier = cbpe(p), expected_brier(p)
    assert 0 <= cbpe(p, threshold) <= accuracy + 1e-12
    assert 0.5 - 1e-12 <= accuracy <= 1
    assert cbpe(1 - p) == pytest.approx(accuracy)
    # p (1 - p) lies between half the chance of an error and all of it.
    assert (1 - accuracy) / 2 - 1e-12 <= brier <= min(1 - accuracy, 0.25) + 1e-12


@settings(max_examples=30)
@given(st.floats(0.01, 0.9), st.integers(1, 12), st.integers(1, 6), st.integers(1, 3))
def test_run_lengths_fall_with_the_rate_and_rise_with_the_threshold(p, threshold, up, down):
    chain = bernoulli_chain(p, threshold, up, down)
    assert (chain >= 0).all() and (chain.sum(axis=1) <= 1 + 1e-12).all()
    shares = alarmed_by(chain, 60)
    assert (np.diff(shares) >= -1e-12).all() and 0 <= shares[0] and shares[-1] <= 1
    length = mean_run_length(chain)
    assert length >= max(1, -(-threshold // up)) - 1e-9
    assert mean_run_length(bernoulli_chain(p, threshold + 1, up, down)) >= length - 1e-9
    assert mean_run_length(bernoulli_chain(min(1, p + 0.1), threshold, up, down)) <= length + 1e-9


@settings(max_examples=15)
@given(numbers(0.25, 1), numbers(1, 5), numbers(0, 2), st.sampled_from([1, 2]))
def test_normal_run_lengths_move_with_k_h_and_the_shift(k, h, shift, sides):
    length = cusum_run_length(k, h, shift, sides)
    assert cusum_run_length(k, h + 0.5, shift, sides) > length >= 1
    assert cusum_run_length(k + 0.25, h, shift, sides) > length
    if sides == 1:
        assert cusum_run_length(k, h, shift + 0.5) < length
    else:
        assert cusum_run_length(k, h, -shift, 2) == pytest.approx(length)


# --- two samples ------------------------------------------------------------------------------


@st.composite
def pairs(draw, least=12):
    """Old and new rows of one to three features, in eighths, or of few whole values."""
    rng = np.random.default_rng(draw(seeds))
    n, m, d = draw(st.integers(least, 80)), draw(st.integers(least, 80)), draw(st.integers(1, 3))
    unit = draw(st.sampled_from([1, 8]))
    old, new = rng.normal(0, 3, (n, d)), rng.normal(draw(numbers(-3, 3)), 3, (m, d))
    return np.round(old * unit) / unit, np.round(new * unit) / unit


@given(pairs(), seeds)
def test_ks_is_symmetric_and_sees_ranks_only(rows, seed):
    old, new = rows
    found = ks(old, new)
    assert ((found.statistic >= 0) & (found.statistic <= 1)).all()
    assert ((found.p >= 0) & (found.p <= 1)).all()
    rng = np.random.default_rng(seed)
    for again in [
        ks(new, old),
        ks(np.arctan(old), np.arctan(new)),
        ks(-old, -new),
        ks(rng.permutation(old), rng.permutation(new)),
    ]:
        np.testing.assert_allclose(again.statistic, found.statistic, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(again.p, found.p, rtol=1e-9)


@given(pairs(), st.integers(2, 10), seeds)
def test_the_psi_is_never_negative_and_blind_to_units_and_order(rows, bins, seed):
    old, new = rows
    assume((np.ptp(old, axis=0) > 0).all())
    found = psi(old, new, bins)
    assert (found >= 0).all()
    rng = np.random.default_rng(seed)
    for a, b in [
        (rng.permutation(old), rng.permutation(new)),
        (4 * old, 4 * new),  # exact: rounding may move an edge across a row that lies on it
    ]:
        np.testing.assert_allclose(psi(a, b, bins), found, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(psi(old, np.vstack([old] * 3), bins), 0, atol=1e-12)
    np.testing.assert_array_equal(psi_against(old, bins)(new), found)
    one_by_one = [psi(old[:, [j]], new[:, [j]], bins)[0] for j in range(old.shape[1])]
    np.testing.assert_allclose(one_by_one, found, rtol=1e-9, atol=1e-12)


@settings(max_examples=30)
@given(pairs(least=4), st.sampled_from([0.5, 2, 8]))
def test_mmd_is_symmetric_and_blind_to_units(rows, unit):
    old, new = rows
    assume((np.vstack(rows).std(axis=0) > 0).all())
    found = mmd(old, new, permutations=19)
    assert 1 / 20 <= found.p <= 1
    assert mmd(new, old, permutations=19).statistic == pytest.approx(found.statistic, abs=1e-9)
    scaled = mmd(unit * old + 3, unit * new + 3, permutations=19)
    assert scaled.statistic == pytest.approx(found.statistic, abs=1e-9)


p_values = st.lists(st.floats(0, 1), min_size=1, max_size=12).map(np.array)


@given(p_values, st.floats(0.001, 0.5), st.data())
def test_holm_loses_no_alarm_of_bonferroni(p, level, draw):
    strict, loose = bonferroni(p, level), holm(p, level)
    assert (strict <= loose).all() and strict.any() == loose.any()
    assert (loose <= (p <= level)).all()
    order = draw.draw(st.permutations(range(len(p))))
    np.testing.assert_array_equal(holm(p[order], level), loose[order])
    assert (holm(p * draw.draw(st.floats(0, 1)), level) >= loose).all()
    if loose.any():
        assert loose[p <= p[loose].max()].all()  # no gap in the order of the p-values


# --- without labels ---------------------------------------------------------------------------


@given(seeds, numbers(-1, 1), numbers(0.5, 1))
def test_importance_weights_have_mean_1_and_undo_each_other(seed, mean, sd):
    source, target = norm(0, 1.25).pdf, norm(mean, sd).pdf

    def misses(rng):
        w = importance_weights(rng.normal(0, 1.25, 3000), source, target)
        return (w.mean() - 1) / (w.std() / 3000**0.5)

    assert not beyond_chance(misses, seed)
    x = np.random.default_rng(seed).normal(0, 1.25, 20)
    there, back = importance_weights(x, source, target), importance_weights(x, target, source)
    np.testing.assert_allclose(there * back, 1)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30), st.floats(1e-6, 1e6))
def test_the_effective_sample_size_is_between_one_and_all(weights, unit):
    assume(max(weights) > 1e-3)
    size = effective_sample_size(weights)
    assert 1 - 1e-9 <= size <= len(weights) * (1 + 1e-12)
    assert effective_sample_size(np.array(weights) * unit) == pytest.approx(size)
    assert effective_sample_size([*weights, 0.0]) == pytest.approx(size)
    assert effective_sample_size([*weights, *weights]) == pytest.approx(2 * size)


def simplex(K):
    parts = st.lists(st.integers(1, 20), min_size=K, max_size=K).map(np.array)
    return parts.map(lambda parts: parts / parts.sum())


@given(st.integers(2, 4), seeds, st.data())
def test_priors_add_up_and_may_be_put_back(K, seed, draw):
    p = np.random.default_rng(seed).dirichlet(np.ones(K), 40)
    old, new = draw.draw(simplex(K)), draw.draw(simplex(K))
    moved = reprior(p, old, new)
    np.testing.assert_allclose(moved.sum(axis=1), 1)
    np.testing.assert_allclose(reprior(moved, new, old), p, rtol=1e-9, atol=1e-12)
    order = draw.draw(st.permutations(range(K)))
    np.testing.assert_allclose(reprior(p[:, order], old[order], new[order]), moved[:, order])
    found = em_prior(p, old)
    assert (found >= 0).all() and found.sum() == pytest.approx(1)
    np.testing.assert_allclose(em_prior(p[:, order], old[order]), found[order], atol=1e-5)

    def likelihood(shares):
        return np.log((p / old) @ shares).sum()

    assert likelihood(found) >= max(likelihood(s) for s in (old, new)) - 1e-6


@given(st.integers(1, 5), seeds, st.data())
def test_mix_and_rate_add_up_to_the_whole_change(K, seed, draw):
    old, new = draw.draw(simplex(K)), draw.draw(simplex(K))
    r0, r1 = np.random.default_rng(seed).normal(0, 5, (2, K))
    mix, rate = kitagawa(old, r0, new, r1)
    assert mix + rate == pytest.approx(new @ r1 - old @ r0, abs=1e-9)
    back = kitagawa(new, r1, old, r0)
    assert back == pytest.approx((-mix, -rate), abs=1e-9)
    assert kitagawa(old, r0, old, r1)[0] == pytest.approx(0, abs=1e-12)
    assert kitagawa(old, r0, new, r0)[1] == pytest.approx(0, abs=1e-12)
