"""Many streams in step: the same retrains and models as a backtest of each stream alone."""

import numpy as np
import pytest

from helpers.backtest import Batches, backtest
from helpers.league import Now, Streams, four_worlds, one_jump, random_times, run_rule
from helpers.linear import LinearLearner
from helpers.memory import estimation
from helpers.policies import Policy, at, cara, cost_aware, every, last

S, T, ROWS, D, WINDOW = 4, 60, 10, 3, 3


def walking(seed=0, streams=S, sd=0.3, batches=T):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(streams, batches, ROWS, D))
    noise = rng.normal(size=X.shape[:3])
    return Streams(X, noise, rng.normal(0, sd, (streams, batches, D)).cumsum(axis=1), WINDOW)


def alone(streams, i, policy):
    """The backtest of one of the streams, and the excess of its models."""
    X, y = streams.X[i].reshape(-1, D), streams.outcomes()[i].ravel()
    learner = LinearLearner(Batches(X, y, np.arange(T + 1) * ROWS), intercept=False)
    history = backtest(learner, policy, start=WINDOW)
    spans = zip(history["fit_lo"], history["fit_hi"], strict=True)
    models = np.array([learner.fit(lo, hi).coef_ for lo, hi in spans])
    return history, ((models - streams.b[i, WINDOW:]) ** 2).sum(axis=1)


def watch(threshold, wait):
    """CUSUM of the batches' mean losses, as a policy of the backtest."""

    def when(now, scored):
        score = 0.0
        for t, losses in scored:
            score = max(0.0, score + losses.mean() - 1.5)
            if score > threshold:
                return t + 1 + wait
        return None

    return when


def watch_rule(threshold):
    def rule(now):
        now.score = np.maximum(0, now.score + now.loss - 1.5)
        return now.score > threshold

    return rule


def assert_same(run, streams, policy):
    for i in range(S):
        history, excess = alone(streams, i, policy)
        np.testing.assert_array_equal(run.retrained[i], history["retrained"])
        np.testing.assert_allclose(run.excess[i], excess, rtol=1e-8)


@pytest.mark.parametrize("delay", [0, 5])
@pytest.mark.parametrize("k", [1, 7])
def test_a_schedule_as_in_the_backtest(k, delay):
    streams = walking()
    run = run_rule(streams, lambda now: now.since >= k, delay)
    assert_same(run, streams, Policy(every(k), last(WINDOW), delay=delay))


def test_times_as_in_the_backtest():
    streams, times = walking(), [5, 6, 20, 59]
    run = run_rule(streams, lambda now: now.t in times)
    assert_same(run, streams, Policy(at(times), last(WINDOW)))


@pytest.mark.parametrize("delay", [0, 1, 6])
@pytest.mark.parametrize("wait", [0, 4])
def test_an_alarm_as_in_the_backtest(delay, wait):
    """Also under a label delay, where both see the same losses at the same time."""
    streams = walking()
    run = run_rule(streams, watch_rule(2.0), delay, wait)
    assert run.retrained.sum() > S
    assert_same(run, streams, Policy(watch(2.0, wait), last(WINDOW), delay=delay))


@pytest.mark.parametrize("delay", [0, 3])
def test_the_rules_of_the_notebook_are_the_policies_of_the_backtest(delay):
    """The error budget's rule and the two of CARA, as notebook 08 writes them."""

    def added_up(now):
        now.score = now.score + ROWS * (now.loss - 1.2)
        return now.score > 25

    pairs = [
        (lambda now: now.staleness * 60 > 20, cost_aware(20, 60, WINDOW)),
        (lambda now: now.loss - 1.2 > 2, cara(2 * ROWS, fresh=1.2)),
        (added_up, cara(25, fresh=1.2, cumulative=True)),
    ]
    streams = walking()
    for rule, when in pairs:
        run = run_rule(streams, rule, delay)
        assert run.retrained.sum() > S
        assert_same(run, streams, Policy(when, last(WINDOW), delay=delay))


def test_no_rule_sees_the_future():
    """Poison all rows from batch 30 on; nothing before it changes."""
    clean, poisoned = walking(), walking()
    poisoned.X[:, 30:] *= 7
    poisoned.noise[:, 30:] += 50
    for delay in (0, 4):
        for rule in (watch_rule(2.0), lambda now: now.staleness > 1, lambda now: now.loss > 3):
            runs = [run_rule(streams, rule, delay) for streams in (clean, poisoned)]
            upto = 30 - WINDOW + 1 + delay  # batch 30 + delay is the last to be decided without it
            np.testing.assert_array_equal(*(run.retrained[:, :upto] for run in runs))
            assert (runs[0].retrained != runs[1].retrained).any()


def test_inputs_are_those_of_the_newest_batch():
    streams, seen = walking(), []
    run_rule(streams, lambda now: seen.append((now.t, now.inputs.copy())) or False, delay=3)
    for t, X in seen:
        np.testing.assert_array_equal(X, streams.X[:, t - 1])


def test_the_score_starts_anew_and_waits_for_labels():
    """Counting one a batch shows when the score moves: from the first label of a model on."""
    streams, seen = walking(), []

    def rule(now):
        now.score = now.score + 1
        seen.append(now.score[0])
        return now.since == 10

    run_rule(streams, rule, delay=2)
    # Batches 1 and 2 of each spell bring no label of this model, so that their score is undone.
    assert seen[:12] == [1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 1, 1]


def test_staleness_as_from_the_rows():
    """The estimate is what its formula says, and there only once the rows are all its own."""
    streams, seen = walking(), {}
    run_rule(streams, lambda now: seen.update({now.t: now.staleness}) or now.t == 20)
    for t in (20, 22):  # at 20 the old model is asked about
        assert np.isnan(seen[t]).all() == (t == 22)
    n = WINDOW * ROWS
    for t in (20, 30):
        for i in range(S):
            X, y = (
                streams.X[i, t - WINDOW : t].reshape(-1, D),
                streams.outcomes(slice(t - WINDOW, t))[i].ravel(),
            )
            model = streams.fits[i, 0 if t == 20 else 20 - WINDOW]
            fresh = np.linalg.lstsq(X, y)[0]
            s2 = ((y - X @ fresh) ** 2).sum() / (n - D)
            deployed = ((y - X @ model) ** 2).mean()
            assert seen[t][i] == pytest.approx(deployed - s2 * (1 + D / (n - D - 1)))


def test_staleness_is_estimated_without_bias():
    """In a still world: true excess of the model minus the expected one of a fresh fit."""
    rng = np.random.default_rng(3)
    X = rng.normal(size=(4000, 2 * WINDOW, ROWS, D))
    streams = Streams(X, rng.normal(size=X.shape[:3]), np.zeros(D), WINDOW)
    now = Now(streams, 0)
    now.t, now.since = 2 * WINDOW, np.full(4000, WINDOW)
    error = now.staleness - (
        streams.excess(WINDOW, slice(0, 1))[:, 0] - estimation(WINDOW * ROWS, D, 1.0)
    )
    assert abs(error.mean()) < 4 * error.std() / 4000**0.5


def test_excess_by_age():
    streams = walking()
    slow = [
        np.mean([((streams.fits[i, r] - streams.b[i, WINDOW + r + a]) ** 2).sum()
                 for r in range(T - WINDOW - a)])
        for i in range(S) for a in (0, 5)
    ]  # fmt: skip
    np.testing.assert_allclose(streams.excess_by_age(6)[:, [0, 5]].ravel(), slow)


def test_excess_of_one_model():
    streams = walking()
    wanted = ((streams.fits[:, 4, None] - streams.b[:, 10:15]) ** 2).sum(axis=-1)
    np.testing.assert_allclose(streams.excess(WINDOW + 4, slice(10, 15)), wanted)


def test_errors_and_outcomes():
    streams = walking()
    model = streams.fits[:, 9]
    y = np.einsum("strd,std->str", streams.X, streams.b) + streams.noise
    np.testing.assert_allclose(streams.outcomes(), y)
    wanted = y - np.einsum("strd,sd->str", streams.X, model)
    np.testing.assert_allclose(streams.errors(model, slice(5, 8)), wanted[:, 5:8])
    np.testing.assert_allclose(streams.errors(model, 5), wanted[:, 5])


def test_fits_are_least_squares():
    streams = walking()
    X, y = (
        streams.X[1, 7 : 7 + WINDOW].reshape(-1, D),
        streams.outcomes(slice(7, 7 + WINDOW))[1].ravel(),
    )
    np.testing.assert_allclose(streams.fits[1, 7], np.linalg.lstsq(X, y)[0])


def test_the_paths_of_the_four_worlds():
    """Jumps are of length 2 and as frequent as told, the ramp is straight, the steps of size q."""
    rng = np.random.default_rng(0)
    worlds, jumped = four_worlds(rng, 50, 206, 10, D, WINDOW)
    moved = {kind: np.diff(some.b, axis=1) for kind, some in worlds.items()}
    assert not moved["none"].any()
    lengths = np.linalg.norm(moved["jumps"], axis=-1)
    np.testing.assert_allclose(lengths, 2.0 * jumped[:, 1:], atol=1e-12)
    chances = 50 * (206 - WINDOW)
    assert abs(jumped.sum() - 0.005 * chances) < 4 * (0.005 * chances) ** 0.5
    np.testing.assert_allclose(np.linalg.norm(moved["ramp"], axis=-1), 0.015)
    np.testing.assert_allclose(np.diff(moved["ramp"], axis=1), 0, atol=1e-12)
    steps = moved["walk"].ravel()
    assert abs(steps.var() - 2e-3) < 4 * 2e-3 * (2 / len(steps)) ** 0.5
    assert all(some.noise is worlds["none"].noise for some in worlds.values())


def test_one_jump_is_where_it_should_be():
    at, other = np.array([5, 17, 8, 29]), walking()
    streams = one_jump(np.random.default_rng(0), other, at, 30)
    lengths = np.linalg.norm(np.diff(streams.b, axis=1), axis=-1)
    np.testing.assert_array_equal(lengths.argmax(axis=1) + 1, at)
    np.testing.assert_allclose(lengths.sum(axis=1), 2)
    np.testing.assert_array_equal(streams.X, other.X[:, :30])
    np.testing.assert_array_equal(streams.noise, other.noise[:, :30])


def test_random_times():
    counts = np.array([0, 3, 7, 16])
    times = random_times(np.random.default_rng(0), counts, 20, WINDOW)
    np.testing.assert_array_equal(times.sum(axis=1), counts)
    assert not times[:, : WINDOW + 1].any()
    often = random_times(np.random.default_rng(1), np.full(8000, 4), 20, WINDOW).mean(axis=0)
    assert abs(often[WINDOW + 1 :] - 0.25).max() < 4 * (0.25 * 0.75 / 8000) ** 0.5
    with pytest.raises(ValueError, match="counts must be 0 to 16"):
        random_times(np.random.default_rng(0), [17], 20, WINDOW)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"noise": np.zeros((S, T))}, "X must have shape"),
        ({"window": 0}, "window must be 1 to"),
        ({"window": T}, "window must be 1 to"),
        ({"X": np.zeros((S, T, 1, D)), "noise": np.zeros((S, T, 1))}, "at least d \\+ 2 = 5 rows"),
    ],
)
def test_bad_streams(change, message):
    good = {"X": np.zeros((S, T, ROWS, D)), "noise": np.zeros((S, T, ROWS)), "b": np.zeros(D)}
    with pytest.raises(ValueError, match=message):
        Streams(**(good | {"window": WINDOW} | change))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("streams", lambda now: False), TypeError, "streams must be Streams"),
        ((None, 3), TypeError, "rule must be a function"),
        ((None, lambda now: False, T), ValueError, "delay must be 0 to 56 batches"),
        ((None, lambda now: False, -1), ValueError, "delay must be 0 to"),
        ((None, lambda now: False, 1.5), TypeError, "delay must be a whole number"),
        ((None, lambda now: False, 0, T), ValueError, "wait must be 0 to"),
    ],
)
def test_bad_input_to_run_rule(arguments, error, message):
    streams = walking() if arguments[0] is None else arguments[0]
    with pytest.raises(error, match=message):
        run_rule(streams, *arguments[1:])
