"""Checked exercises: `check` says not attempted, not yet with a hint, or right. It never raises.

Each notebook has one module of checkers here. A checker is a function ``(answer, **given)`` that
recomputes the truth from what the learner was given; it returns one sentence if the answer is
right and raises `NotYet` with a hint if it is not.
"""

from importlib import import_module

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


class NotYet(Exception):
    """An answer that is not right yet; the message is the hint."""


class NotAttempted(Exception):
    """An answer that still holds ``...``."""


def check(exercise, answer, **given):
    """Print what is to be said about an answer.

    Parameters
    ----------
    exercise : str
        Such as "01.2": the notebook's number and the exercise's.
    answer : object
        The learner's answer; ``...`` while there is none.
    **given : object
        What the learner was given, as the checker wants it.
    """
    print(f"{exercise}: {_verdict(exercise, answer, given)}")


def reveal(guess, truth, what):
    """Print a recorded prediction beside the truth; a guess that is still ``...`` is passed over.

    Parameters
    ----------
    guess : object
        What the reader wrote.
    truth : str or float
        What came out; numbers are printed to three significant digits.
    what : str
        What was predicted.
    """
    shown = truth if isinstance(truth, str) else f"{truth:.3g}"
    said = "no prediction recorded" if guess is ... else f"you predicted {guess}"
    print(f"{what}: {shown} ({said})")


def _verdict(exercise, answer, given):
    if answer is ... or answer is None:
        return "not attempted yet. Replace the ... and run this cell again."
    try:
        module = import_module(f"{__name__}.{MODULES[exercise[:2]]}")
        return f"right. {module.CHECKERS[exercise](answer, **given)}"
    except NotAttempted:
        return "not attempted yet. Replace the ... and run this cell again."
    except NotYet as hint:
        return f"not yet. {hint}"
    except Exception as error:  # a learner's answer may be anything; Run All must survive it
        return f"not yet. Your answer could not be used: {type(error).__name__}: {error}"


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
        raise NotYet("Your function returns nothing. It needs a return, not a print.")
    return result


def close(value, truth, rel=0.02, abs=0.0):
    """Whether a value is within a relative or absolute tolerance of the truth."""
    import math

    return math.isclose(value, truth, rel_tol=rel, abs_tol=abs)
