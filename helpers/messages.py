"""Errors of a notebook that its reader can mend: the message alone, without a traceback."""

from contextlib import contextmanager


class Stop(Exception):
    """Stops a notebook. A kernel shows the message only; without a screen the run has failed."""

    def _render_traceback_(self):  # IPython asks for it
        return [str(self)]


@contextmanager
def plainly(what):
    """Turn an error about an argument into one message.

    In JupyterLab the message stands below the cell, and the cells after it wait until the reader
    has mended it. Without a screen (papermill) the run ends there, with an exit code that is not 0.

    Parameters
    ----------
    what : str
        What failed, to begin the message with.

    Raises
    ------
    Stop
        In the place of OSError, TypeError or ValueError.
    """
    try:
        yield
    except (OSError, TypeError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) and error.filename is None else None
        raise Stop(f"{what}: {said or error}") from None
