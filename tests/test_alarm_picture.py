"""The picture of alarms and damage under sliders of the shift, the turn and the rows."""

import numpy as np
import pytest

from helpers.pictures import alarm_picture

ROWS = np.array([100, 1000, 10_000])
RATES = {
    "KS (p < 0.05)": {0.0: [0.05, 0.04, 0.06], 0.1: [0.1, 0.5, 1.0]},
    "PSI (above 0.25)": {0.0: [0.2, 0.0, 0.0], 0.1: [0.3, 0.01, 0.0]},
}


def excess(shift, turn, n):
    return (2 + shift**2) / n + turn**2


def shown(shift, turn, n):
    """The picture and what moves in it, after the sliders have been elsewhere."""
    picture = alarm_picture(RATES, ROWS, excess, level=0.05)
    picture.update(shift=0.1 - shift, turn=0.3, n=100)
    picture.update(shift=shift, turn=turn, n=n)
    left, right = picture.fig.axes
    return picture, *([m for m in picture.moving if m in ax.lines] for ax in (left, right))


@pytest.mark.parametrize("shift", [0.0, 0.1])
@pytest.mark.parametrize(("turn", "n"), [(0.0, 100), (0.5, 10_000)])
def test_rates_damage_and_rows_are_those_of_the_values(shift, turn, n):
    picture, (ks, psi, mark), (damage, dot) = shown(shift, turn, n)
    for line, name in [(ks, "KS (p < 0.05)"), (psi, "PSI (above 0.25)")]:
        np.testing.assert_array_equal(line.get_xdata(), ROWS)
        np.testing.assert_array_equal(line.get_ydata(), RATES[name][shift])
    np.testing.assert_allclose(damage.get_ydata(), 100 * excess(shift, turn, ROWS))
    np.testing.assert_allclose(dot.get_xydata(), [[n, 100 * excess(shift, turn, n)]])
    assert set(mark.get_xdata()) == {n}


def test_titles_say_the_values_and_the_numbers():
    picture, *_ = shown(0.1, 0.5, 1000)
    left, right = (ax.get_title(loc="left") for ax in picture.fig.axes)
    assert left == "shift 0.1, n = 1,000: alarms of KS 50%, PSI 1%"
    assert right == "turn 0.5: risk 25% above the floor"


def test_level_and_floor_stand_still_and_axes_are_labelled():
    picture, *_ = shown(0.1, 0.5, 1000)
    left, right = picture.fig.axes
    for ax, height in [(left, 0.05), (right, 100)]:
        assert ax.get_xlabel() and ax.get_ylabel()
        still = [line for line in ax.lines if line not in picture.moving]
        assert [set(line.get_ydata()) for line in still] == [{height}]
