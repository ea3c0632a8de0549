"""Checked exercises: `check` says not attempted, not yet with a hint, or right. It never raises.

Each notebook has one module of checkers here. A checker is a function ``(answer, **given)`` that
recomputes the truth from what the learner was given; it returns one sentence if the answer is
right and raises `NotYet` with a hint if it is not.
"""

from importlib import import_module

from helpers import progress

MODULES = {
    "00": "start_here",
    "01": "the_line_that_was_right",
    "02": "the_alarm_that_cried_wolf",
    "03": "only_the_mix_moves",
    "04": "how_much_to_remember",
    "05": "four_tempos_and_a_missing_column",
    "06": "do_not_retrain",
    "07": "tests_and_monitors",
    "08": "when_to_retrain",
    "09": "gate_before_you_ship",
    "10": "a_real_year",
    "11": "your_own_data",
    "12": "field_guide",
}


UNUSABLE = "Your answer could not be used: "


class NotYet(Exception):
    """An answer that is not right yet; the message is the hint."""


class NotAttempted(Exception):
    """An answer that still holds ``...``."""


def check(exercise, answer, **given):
    """Print what is to be said about an answer, and record the verdict (`helpers.progress`).

    Parameters
    ----------
    exercise : str
        Such as "01.2": the notebook's number and the exercise's.
    answer : object
        The learner's answer; ``...`` while there is none.
    **given : object
        What the learner was given, as the checker wants it.
    """
    verdict, said = _verdict(exercise, answer, given)
    print(f"{exercise}: {verdict}. {said}")
    if verdict in progress.VERDICTS and not str(exercise).endswith(".0"):
        if said.startswith(UNUSABLE):  # what an error says may quote the answer
            said = ": ".join(said.split(": ")[:2]) + "."
        progress.record_check(exercise, verdict, said)


def reveal(key, guess, truth, what):
    """Print a prediction beside the truth and record both (`helpers.progress`).

    A guess that is still ``...`` is passed over, and so is a list of nothing else.

    Parameters
    ----------
    key : str
        The notebook's number and a short name, such as "01.worst-model".
    guess : object
        What the reader wrote.
    truth : str or float
        What came out; numbers are printed to three significant digits.
    what : str
        What was predicted.
    """
    shown = truth if isinstance(truth, str) else f"{truth:.3g}"
    listed = guess if isinstance(guess, list | tuple) else [guess]
    made = any(item is not ... for item in listed)
    said = f"you predicted {_text(guess)}" if made else "no prediction recorded"
    print(f"{what}: {shown} ({said})")
    if made:
        progress.record_guess(key, guess, truth, what)


def _text(guess):
    try:
        text = str(guess)
        if isinstance(guess, list | tuple):
            text = ", ".join("..." if item is ... else str(item) for item in guess)
        return text.encode("utf-8", "replace").decode()
    except Exception:  # a guess may be anything, such as a number of too many digits
        return f"something of type {type(guess).__name__}"


def exercises_of(notebook):
    """The exercises of a notebook that have a checker, such as ["01.1", "01.2"].

    The check of the environment, 00.0, is none of them.
    """
    if notebook not in MODULES:
        raise ValueError(f"notebook must be one of {', '.join(MODULES)}, a text; got {notebook!r}")
    checkers = import_module(f"{__name__}.{MODULES[notebook]}").CHECKERS
    return sorted((i for i in checkers if not i.endswith(".0")), key=lambda i: int(i[3:]))


def show_progress(notebook=None):
    """Print which checks are done: those that `check` has called right, now or on another day.

    Parameters
    ----------
    notebook : str, optional
        Such as "01", for one line; all notebooks if it is left out.
    """
    done = progress.done()
    lines = [_done_of(number, done) for number in ([notebook] if notebook is not None else MODULES)]
    print(("\n" if notebook is None else " ").join(filter(None, [*lines, progress.where()])))


def _done_of(notebook, done):
    ids = exercises_of(notebook)
    left = [i for i in ids if i not in done]
    if not left:
        return f"{notebook}: all {len(ids)} checks done."
    ready = f"{len(ids) - len(left)} of {len(ids)} checks done"
    return f"{notebook}: {ready}; to do: {', '.join(left)}."


def _verdict(exercise, answer, given):
    not_attempted = "not attempted yet", "Replace the ... and run this cell again."
    if answer is ... or answer is None:
        return not_attempted
    try:
        module = import_module(f"{__name__}.{MODULES[exercise[:2]]}")
        return "right", module.CHECKERS[exercise](answer, **given)
    except NotAttempted:
        return not_attempted
    except NotYet as hint:
        return "not yet", str(hint)
    except Exception as error:  # a learner's answer may be anything; Run All must survive it
        return "not yet", f"{UNUSABLE}{type(error).__name__}: {error}"


def number(answer):
    """The answer as a float; `NotYet` if it is not one finite number."""
    import numpy as np

    try:
        value = np.asarray(answer, float)
    except (TypeError, ValueError):
        raise NotYet(
            f"The answer should be one number; this is a {type(answer).__name__}."
        ) from None
    if value.size != 1:
        raise NotYet(f"The answer should be one number; this holds {value.size} of them.")
    if not np.isfinite(value).all():
        raise NotYet("The answer should be a finite number.")
    return float(value.reshape(()))


def call(function, *arguments):
    """What the learner's function returns; `NotAttempted` while that is ``...``."""
    if not callable(function):
        raise NotYet("The answer should be a function: give its name, without brackets.")
    result = function(*arguments)
    if result is ...:
        raise NotAttempted
    if result is None:
        raise NotYet(
            "Your function returns nothing, at least for some inputs. Every way through it needs a "
            "return, not a print."
        )
    return result


def close(value, truth, rel=0.02, abs=0.0):
    """Whether a value is within a relative or absolute tolerance of the truth."""
    import math

    return math.isclose(value, truth, rel_tol=rel, abs_tol=abs)
