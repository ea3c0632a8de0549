"""The same simulation over many seeds, on one processor, on several, or on a cluster."""

from collections.abc import Iterable
from numbers import Integral

from joblib import Parallel, delayed

from helpers.threads import one_thread


def sweep(function, seeds, workers=1, progress=False):
    """Call a function once for each seed, and return the results in the order of the seeds.

    The calls go through joblib, scikit-learn's own engine. Inside
    ``joblib.parallel_config(backend="dask")`` they run on the Dask cluster that this process is
    connected to, on all its workers, whatever ``workers`` says. Each call has one thread for linear
    algebra, so that results are the same in every case, to the last digit.

    Parameters
    ----------
    function : callable
        ``function(seed)`` -> anything, such as a dict of numbers. Its randomness must come from
        ``numpy.random.default_rng(seed)``. With several workers it must be possible to pickle
        what it returns; the function itself may be defined in a notebook.
    seeds : iterable of int
        Such as ``range(100)``.
    workers : int
        Processes, at least 1.
    progress : bool
        Show a progress bar over the seeds.

    Returns
    -------
    list
        One result per seed. For a table, let the function return a dict:
        ``pandas.DataFrame(sweep(function, seeds))``.

    Raises
    ------
    RuntimeError
        If the function raised an exception: the message names the seed, the kind of the exception
        and its message. Sweeps that were interrupted or failed can be run again.
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.
    """
    if not callable(function):
        raise TypeError(f"function must be a function of one seed; got {function!r}")
    if not isinstance(seeds, Iterable) or isinstance(seeds, str):
        raise TypeError(f"seeds must be whole numbers, such as range(100); got {seeds!r}")
    seeds = list(seeds)
    for seed in seeds:
        if not _is_whole(seed):
            raise TypeError(f"seeds must be whole numbers, such as range(100); one is {seed!r}")
        if seed < 0:
            raise ValueError(f"seeds must be at least 0; one is {seed}")
    if not seeds:
        raise ValueError("seeds is empty; give at least one, such as range(100)")
    if not _is_whole(workers):
        raise TypeError(f"workers must be a whole number of processes; got {workers!r}")
    if workers < 1:
        raise ValueError(f"workers must be at least 1 process; got {workers}")
    run = Parallel(n_jobs=int(workers), return_as="generator")
    results = run(delayed(_one)(function, seed) for seed in seeds)
    if progress:
        from tqdm.auto import tqdm

        results = tqdm(results, total=len(seeds), unit="seed")
    return list(results)


def _is_whole(value):
    return isinstance(value, Integral) and not isinstance(value, bool)


def _one(function, seed):
    with one_thread():
        try:
            return function(seed)
        except Exception as error:
            # Words only: not every exception survives the way back from another process.
            what = f"the function failed for seed {seed}: {type(error).__name__}: {error}"
            raise RuntimeError(what) from error
