"""What checkers read an answer with: one number, or a function that returns something."""

import re

import numpy as np
import pandas as pd
import pytest

from helpers.exercises import (
    NotAttempted,
    NotYet,
    a_real_year,
    call,
    close,
    four_tempos_and_a_missing_column,
    number,
)
from helpers.exercises.four_tempos_and_a_missing_column import buildings
from helpers.exercises.the_line_that_was_right import CHECKERS


@pytest.mark.parametrize("answer", [2, 2.0, "2", [2], np.array([[2]]), True + 1])
def test_one_number_in_any_shape(answer):
    assert number(answer) == 2.0 and type(number(answer)) is float


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        ("two", "one number; this is a str"),
        ({}, "one number; this is a dict"),
        ([1, 2], "this holds 2 of them"),
        ([], "this holds 0 of them"),
        (float("nan"), "a finite number"),
        ([np.inf], "a finite number"),
    ],
)
def test_anything_else_is_told(answer, hint):
    with pytest.raises(NotYet, match=hint):
        number(answer)


def test_a_function_is_called_and_must_return():
    assert call(lambda a, b: a - b, 3, 1) == 2
    assert call(lambda: 0) == 0 and call(lambda: False) is False
    with pytest.raises(NotAttempted):
        call(lambda: ...)
    with pytest.raises(NotYet, match="returns nothing"):
        call(lambda: None)
    with pytest.raises(NotYet, match="should be a function"):
        call(3)


def test_close_is_relative_or_absolute():
    assert close(102, 100) and close(98, 100) and not close(102.1, 100) and not close(97.9, 100)
    assert close(-102, -100) and not close(-102.1, -100)
    assert close(105, 100, rel=0.05) and close(0.5, 0, abs=0.5) and not close(0.6, 0, abs=0.5)
    assert not close(1e-9, 0)


def test_a_right_answer_is_told_its_own_log_loss():
    """The log loss of a rate of 1/2 forecast as 1/2 is log 2."""
    rates = pd.Series(0.5, np.arange(1, 53))
    said = a_real_year.four_weeks(lambda r: r.rolling(4).mean().shift(1), rates)
    assert said.count(f"{np.log(2):.3f}") == 2


def test_a_right_column_is_told_the_error_of_its_model():
    """The noise and the area that the model does not know: .4^2 + .5^2."""
    said = four_tempos_and_a_missing_column.missing_column("heat_pump", buildings())
    own, next_best = (float(x) for x in re.findall(r"by (\d+\.\d+)(?=[ .])", said))
    assert abs(own - 0.41) < 0.05 and next_best > 2 * own


def test_a_right_law_is_told_its_growth():
    """Three times the width, four powers of it."""
    said = CHECKERS["01.1"](lambda low, high: (high - low) ** 4 / 180)
    assert "the term grows 81 times" in said
