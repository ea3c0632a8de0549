"""The picture of memories under a slider of the tempo."""

import numpy as np
import pytest

from helpers.pictures import tempo_picture

ROLES = {"short": "retrained", "long": "curve"}
EXCESSES = {
    length: {
        "short": 0.2 + 0.01 * length * np.arange(5.0),
        "long": 0.1 + 0.03 * length * np.arange(5.0) ** 2,
    }
    for length in (0, 1, 4)
}


def picture():
    return tempo_picture(EXCESSES, ROLES, 8, "length", "length of a spell: {:g}")


def shown(made, length):
    """What moves, after the slider has been elsewhere."""
    made.update(length=4 - length)
    made.update(length=length)
    left, right = made.fig.axes
    over_time = [line for line in made.moving if line in left.lines]
    mark, *dots = [line for line in made.moving if line in right.lines]
    return over_time, mark, dots, left.get_title(loc="left")


@pytest.mark.parametrize(("length", "best"), [(0, "long"), (1, "short"), (4, "short")])
def test_the_curves_and_means_of_a_value(length, best):
    over_time, mark, dots, title = shown(picture(), length)
    for memory, line, dot in zip(ROLES, over_time, dots, strict=True):
        np.testing.assert_array_equal(line.get_ydata(), EXCESSES[length][memory])
        np.testing.assert_array_equal(line.get_xdata(), [8, 9, 10, 11, 12])
        mean = EXCESSES[length][memory].mean()
        np.testing.assert_allclose(dot.get_xydata(), [[length, mean]])
    assert set(mark.get_xdata()) == {length}
    assert title == f"length of a spell: {length}. Least mean: {best}"


def test_a_value_in_between_takes_the_nearest():
    made = picture()
    made.update(length=3)
    assert "length of a spell: 4." in made.fig.axes[0].get_title(loc="left")


def test_the_means_of_all_values_stand_still():
    made = picture()
    right = made.fig.axes[1]
    still = [line for line in right.lines if line not in made.moving]
    for memory, line in zip(ROLES, still, strict=True):
        means = [EXCESSES[length][memory].mean() for length in EXCESSES]
        np.testing.assert_allclose(line.get_xydata(), np.column_stack([list(EXCESSES), means]))
    assert right.get_xlabel() == "length of a spell (batches)"


def test_the_limits_hold_every_value():
    made = picture()
    low, high = made.fig.axes[0].get_ylim()
    every = np.concatenate([values for row in EXCESSES.values() for values in row.values()])
    assert low < every.min() and every.max() < high
    for length in EXCESSES:
        made.update(length=length)
        assert made.fig.axes[0].get_ylim() == (low, high)
