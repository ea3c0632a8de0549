"""The picture of thresholds: what it shows is what the chains say."""

import numpy as np
import pytest

from helpers.pictures_detection import threshold_picture, threshold_table
from helpers.run_lengths import alarmed_by, cusum_run_length, normal_chain

THRESHOLDS, SHIFTS = [2.0, 4.0, 5.0], [0.5, 1.0]
TABLE = threshold_table(THRESHOLDS, SHIFTS, rows=1000)


def test_the_table_holds_the_chains_values():
    assert TABLE["quiet"][2] == cusum_run_length(0.5, 5, sides=2)
    assert TABLE["delay"][1, 1] == cusum_run_length(0.5, 4, 1, sides=2)
    one = alarmed_by(normal_chain(0.5, 5, cells=200), 1000)
    np.testing.assert_allclose(TABLE["alarmed"][2], 1 - (1 - one) ** 2, atol=2e-3)
    assert (np.diff(TABLE["alarmed"], axis=0) < 0).all()


@pytest.mark.parametrize(("h", "shift", "rows"), [(2.0, 0.5, 1), (5.0, 1.0, 1000)])
def test_lines_dots_and_titles_are_those_of_the_values(h, shift, rows):
    picture = threshold_picture(TABLE, THRESHOLDS, SHIFTS)
    picture.update(h=4.0, shift=0.5, rows=500)
    picture.update(h=h + 1e-12, shift=shift, rows=rows)  # a slider's value may be a little more
    i, j = THRESHOLDS.index(h), SHIFTS.index(shift)
    delay, share, _, _, quiet_dot, delay_dot, share_dot, left, right = picture.moving
    np.testing.assert_array_equal(delay.get_ydata(), TABLE["delay"][j])
    np.testing.assert_array_equal(share.get_ydata(), TABLE["alarmed"][i])
    assert quiet_dot.get_ydata()[0] == TABLE["quiet"][i]
    assert delay_dot.get_ydata()[0] == TABLE["delay"][j, i]
    assert share_dot.get_data() == ([rows], [TABLE["alarmed"][i, rows - 1]])
    assert f"h {h:g}: quiet" in left.get_text()
    assert f"alarm in {rows:,} rows" in right.get_text()
