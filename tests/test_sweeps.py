"""Sweeps over seeds: the same results with one worker, with two, and on a Dask cluster."""

import logging
import os
import signal
import threading

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from threadpoolctl import threadpool_info, threadpool_limits

from helpers.backtest import Learner, backtest
from helpers.linear import LinearLearner
from helpers.policies import Policy, every, last
from helpers.sweeps import sweep
from helpers.worlds import World, normal, random_walk, stream

SEEDS = [3, 1, 2, 8, 5, 13]


def one(seed):
    """Losses of both back ends on a world of this seed, and the process that found them."""
    rng = np.random.default_rng(seed)
    path = random_walk(rng, np.ones(3), 0.1, 12)
    world = World(normal(0, 1), lambda X, t: (X * path(t)).sum(axis=-1), noise=1.0, d=3)
    batches, policy = stream(world, rng, 12, 40), Policy(every(2), last(3))
    learners = Learner(batches, LinearRegression()), LinearLearner(batches)
    losses = [backtest(learner, policy, 4)["loss"].to_numpy() for learner in learners]
    return {"seed": seed, "losses": losses, "process": os.getpid()}


def assert_same(results, expected):
    assert [r["seed"] for r in results] == [r["seed"] for r in expected]
    for a, b in zip(results, expected, strict=True):
        np.testing.assert_array_equal(a["losses"], b["losses"])


@pytest.fixture(scope="module")
def expected():
    return [one(seed) for seed in SEEDS]


def test_one_worker_is_a_loop(expected):
    results = sweep(one, SEEDS)
    assert_same(results, expected)
    assert {r["process"] for r in results} == {os.getpid()}


def test_two_workers_give_the_same(expected):
    results = sweep(one, iter(SEEDS), workers=2)
    assert_same(results, expected)
    assert os.getpid() not in {r["process"] for r in results}


def test_two_workers_take_a_function_from_a_notebook(expected):
    """One that no module holds, which reads another name of its surroundings."""
    inner = one
    results = sweep(lambda seed: inner(seed) | {"where": "here"}, SEEDS, workers=2)
    assert_same(results, expected)
    assert results[0]["where"] == "here"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A Dask cluster of two processes on loopback."""
    distributed = pytest.importorskip("distributed", reason="the extra dask is not installed")
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True}
    options["local_directory"] = str(tmp_path_factory.mktemp("dask"))
    with (
        distributed.LocalCluster(
            host="127.0.0.1", dashboard_address=None, silence_logs=logging.ERROR, **options
        ) as cluster,
        distributed.Client(cluster, set_as_default=True),
    ):
        yield cluster


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_dask_cluster_gives_the_same(cluster, expected, workers):
    with joblib.parallel_config(backend="dask"):
        results = sweep(one, SEEDS, workers=workers)
    assert_same(results, expected)
    assert os.getpid() not in {r["process"] for r in results}
    assert cluster.scheduler_address.startswith("tcp://127.0.0.1:")


@pytest.mark.slow
def test_a_dask_cluster_names_the_seed(cluster):
    with joblib.parallel_config(backend="dask"):
        with pytest.raises(RuntimeError, match="seed 4: ValueError: odd luck"):
            sweep(fails_at_4, range(6), workers=2)
        assert sweep(abs, range(3), workers=2) == [0, 1, 2]


def threads(seed):
    """The numbers of threads of this process's libraries."""
    LinearRegression().fit(np.eye(2), [0, 1])
    return [pool["num_threads"] for pool in threadpool_info()]


@pytest.mark.parametrize("workers", [1, 2])
def test_each_call_has_one_thread(workers):
    with threadpool_limits(2):
        found = sweep(threads, range(3), workers=workers)
        assert all(found) and {n for numbers in found for n in numbers} == {1}
        assert 2 in threads(0)  # and afterwards as before


class Fussy(Exception):
    """An exception that cannot be pickled and made anew."""

    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")


def fails_at_4(seed):
    if seed == 4:
        raise ValueError("odd luck")
    return seed


def fussy(seed):
    raise Fussy("this", "that")


@pytest.mark.parametrize("workers", [1, 2])
def test_an_exception_names_the_seed(workers):
    with pytest.raises(RuntimeError, match="failed for seed 4: ValueError: odd luck") as error:
        sweep(fails_at_4, range(8), workers=workers)
    if workers == 1:
        assert isinstance(error.value.__cause__, ValueError)
    with pytest.raises(RuntimeError, match="failed for seed 7: Fussy: this and that"):
        sweep(fussy, [7], workers=workers)
    assert sweep(fails_at_4, [5, 6], workers=workers) == [5, 6]


def slow(seed):
    """Wait for a while, in pieces, so that Ctrl-C is seen."""
    for _ in range(100):
        threading.Event().wait(0.05)
    return seed


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="there Ctrl-C cannot be sent to oneself")
@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupted_sweep_can_be_run_again(workers, expected):
    sweep(abs, range(2), workers=workers)  # so that the workers are there
    timer = threading.Timer(0.3, os.kill, [os.getpid(), signal.SIGINT])
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        sweep(slow, range(8), workers=workers)
    timer.join()
    assert_same(sweep(one, SEEDS, workers=workers), expected)


def dies_at_2(seed):
    if seed == 2:
        os._exit(1)
    return seed


def test_a_sweep_whose_worker_died_can_be_run_again(expected):
    with pytest.raises(RuntimeError, match="(?i)worker|process"):
        sweep(dies_at_2, range(4), workers=2)
    assert_same(sweep(one, SEEDS, workers=2), expected)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_progress_bar_reaches_the_end_and_changes_nothing(workers, capsys):
    plain = sweep(abs, range(5), workers=workers)
    assert capsys.readouterr().err == ""
    assert sweep(abs, range(5), workers=workers, progress=True) == plain == [0, 1, 2, 3, 4]
    assert "5/5" in capsys.readouterr().err


WRONG = {
    "no function": (lambda: sweep(3, range(2)), TypeError, ["function must", "got 3"]),
    "a number of seeds": (lambda: sweep(abs, 100), TypeError, ["seeds must", "range(100)", "100"]),
    "a word": (lambda: sweep(abs, "12"), TypeError, ["seeds must", "'12'"]),
    "half a seed": (lambda: sweep(abs, [1, 0.5]), TypeError, ["seeds must", "one is 0.5"]),
    "a seed True": (lambda: sweep(abs, [True]), TypeError, ["seeds must", "one is True"]),
    "a negative seed": (lambda: sweep(abs, [3, -1]), ValueError, ["seeds must", "one is -1"]),
    "no seeds": (lambda: sweep(abs, []), ValueError, ["seeds is empty", "range(100)"]),
    "no workers": (lambda: sweep(abs, [1], 0), ValueError, ["workers must", "at least 1", "0"]),
    "all workers": (lambda: sweep(abs, [1], -1), ValueError, ["workers must", "got -1"]),
    "half a worker": (lambda: sweep(abs, [1], 1.5), TypeError, ["workers must", "1.5"]),
    "workers True": (lambda: sweep(abs, [1], True), TypeError, ["workers must", "True"]),
}


@pytest.mark.parametrize(("make", "kind", "words"), WRONG.values(), ids=list(WRONG))
def test_refuses(make, kind, words):
    with pytest.raises(kind) as error:
        make()
    for word in words:
        assert word in str(error.value)


def test_whole_numbers_of_numpy_are_accepted():
    assert sweep(abs, np.arange(3), np.int64(1)) == [0, 1, 2]
