"""One thread per fit: on a small machine the threads of two fits only wait for each other."""

import sys
from functools import lru_cache

from threadpoolctl import ThreadpoolController


def one_thread():
    """Return a context in which the libraries for linear algebra and OpenMP use one thread.

    As ``threadpoolctl.threadpool_limits(1)``, but quick the second time.
    """
    return _pools(len(sys.modules)).limit(limits=1)


@lru_cache(maxsize=1)
def _pools(modules):
    # Finding them is slow; a new one can only have come with a new module.
    return ThreadpoolController()
