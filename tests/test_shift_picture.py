"""The picture of power and false alarms, and its laws against simulated samples."""

import numpy as np
import pytest

from helpers.pictures_detection import limit_rates, shift_picture
from helpers.twosample import ks, psi

ROWS, SHIFTS = [100, 1000, 10_000], [0.0, 0.05, 0.1, 0.3]


@pytest.mark.parametrize(("n", "shift"), [(1000, 0.0), (1000, 0.1), (4000, 0.05), (200, 0.3)])
def test_the_laws_are_near_simulated_shares(n, shift):
    rng, runs = np.random.default_rng(1), 400
    old, new = rng.normal(size=(n, runs)), rng.normal(shift, size=(n, runs))
    simulated = [np.mean(ks(old, new).p < 0.05), np.mean(psi(old, new) > 0.1)]
    rates = limit_rates([n], [shift], paths=4000)
    for share, law in zip(simulated, rates.values(), strict=True):
        law = law.item()
        error = (law * (1 - law) / runs) ** 0.5
        assert share == pytest.approx(law, abs=4 * error + 0.02)  # .02: the laws are limits


def test_without_a_shift_ks_alarms_at_its_level_and_more_shift_is_found_more_often():
    rates = limit_rates(ROWS, SHIFTS)
    ks_rates, psi_rates = rates.values()
    assert list(rates) == ["KS (p < 0.05)", "PSI (above 0.1)"]
    np.testing.assert_allclose(ks_rates[0], 0.05, atol=0.002)
    assert (np.diff(ks_rates, axis=0) > 0)[:, :1].all() and (np.diff(ks_rates, axis=0) >= 0).all()
    assert (np.diff(psi_rates, axis=0) >= -1e-12).all()
    assert psi_rates[1, 0] > 0.8 and psi_rates[1, 2] < 1e-9  # noise passes .1, the shift does not


@pytest.mark.parametrize(("n", "shift"), [(100, 0.0), (10_000, 0.05), (1000, 0.3)])
def test_lines_and_dots_are_those_of_the_values(n, shift):
    rates = limit_rates(ROWS, SHIFTS)
    picture = shift_picture(rates, ROWS, SHIFTS, level=0.05)
    picture.update(n=1000, shift=0.1)
    picture.update(n=n, shift=shift + 1e-12)  # a slider's 0.05 may be a little more
    i, j = SHIFTS.index(shift), ROWS.index(n)
    left, right = ([m for m in picture.moving if m in ax.lines] for ax in picture.fig.axes)
    for k, share in enumerate(rates.values()):
        np.testing.assert_array_equal(left[k].get_ydata(), share[i])
        np.testing.assert_array_equal(right[k].get_ydata(), share[:, j])
        assert left[3 + k].get_data() == ([n], [share[i, j]])
        assert right[3 + k].get_data() == ([shift], [share[i, j]])
    assert left[2].get_xdata() == [n, n] and right[2].get_xdata() == [shift, shift]
    titles = [ax.get_title(loc="left") for ax in picture.fig.axes]
    ks_share, psi_share = (share[i, j] for share in rates.values())
    alarms = f"alarms of KS {ks_share:.0%}, PSI {psi_share:.0%}"
    assert titles == [f"shift {shift:g} sd; with n = {n:,} {alarms}", f"n = {n:,}, any shift"]
