"""Samples of files too large to hold: even along the file, the same at every call."""

import numpy as np
import pytest

from helpers.sampling import places, sampled


@pytest.mark.parametrize("most", [1, 2, 5, 6, 99, 100])
def test_one_row_of_every_step_in_order(most):
    for total in [*range(130), 1000, 4097]:
        rows, step = places(total, most)
        held, counted, doubled = sampled(range(total), most, lambda row: row)
        assert counted == total
        for chosen, of in ((rows, step), (np.array(held, int), doubled)):
            assert len(chosen) <= most and (np.diff(chosen) > 0).all()
            whole = total // of  # steps; a last shorter one may have no row
            assert np.array_equal(chosen[:whole] // of, np.arange(whole))
            assert len(chosen) in (whole, whole + 1) and (chosen < total).all()
        assert (step == 1) == (doubled == 1) == (total <= most)
        assert doubled <= 2 * step and doubled & (doubled - 1) == 0


@pytest.mark.parametrize("way", ["known", "counted"])
def test_every_place_within_a_step_is_as_likely(way):
    """Every 7th row of daily data would be one weekday; these are all of them alike."""
    total, most = 2**18, 2**13
    if way == "known":
        rows, step = places(total, most)
    else:
        rows, _, step = sampled(range(total), most, lambda row: row)
    offsets = np.asarray(rows) % step
    counts = np.bincount(offsets, minlength=step)
    expected = len(rows) / step
    chi2 = ((counts - expected) ** 2 / expected).sum()
    assert abs(chi2 - (step - 1)) < 4 * np.sqrt(2 * (step - 1))
    weekdays = np.bincount(np.asarray(rows) % 7) / len(rows)
    assert np.abs(weekdays - 1 / 7).max() < 4 * np.sqrt(6 / 49 / len(rows))


def test_all_rows_and_the_same_rows():
    assert sampled("abc", None, str.upper) == (["A", "B", "C"], 3, 1)
    assert places(3, None)[0].tolist() == [0, 1, 2]
    assert sampled(range(999), 10, int) == sampled(range(999), 10, int)
    assert np.array_equal(places(999, 10)[0], places(999, 10)[0])
