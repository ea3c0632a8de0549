"""Checks of arguments that several modules share."""

from math import isfinite


def check_number(name, value, fine, wanted):
    """Raise unless an argument is a finite number, and one that will do.

    Parameters
    ----------
    name : str
        Of the argument.
    value : object
        What was given.
    fine : callable
        ``fine(value)``: whether this number will do.
    wanted : str
        What the message says the argument must be.

    Raises
    ------
    TypeError, ValueError
        If it is no number, or not a fine one.
    """
    try:
        ok = isfinite(value) and fine(value)
    except TypeError:
        raise TypeError(f"{name} must be {wanted}; got {value!r}") from None
    if not ok:
        raise ValueError(f"{name} must be {wanted}; got {value}")
