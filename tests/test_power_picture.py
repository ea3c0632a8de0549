"""The picture of a gate's power: what it draws is what the formulas say."""

import numpy as np
import pytest

from helpers.gates import chance_not_ahead, paired_labels, paired_power, unpaired_power
from helpers.pictures_gates import power_picture

LABELS, DISAGREEMENTS = [50, 500, 2000], [0.02, 0.06, 0.18]


def drawn():
    return power_picture(0.9, 0.92, LABELS, DISAGREEMENTS)


def state(picture):
    left, right = picture.fig.axes
    lines = [line.get_xydata().tolist() for ax in (left, right) for line in ax.get_lines()]
    return lines, [ax.get_title(loc="left") for ax in (left, right)]


def test_dots_and_titles_are_the_exact_chances():
    picture = drawn()
    picture.update(n=500, disagreement=0.06)
    power, apart = paired_power(500, 0.04, 0.02), unpaired_power(500, 0.9, 0.92)
    curve, still, _, dot, ring = picture.fig.axes[1].get_lines()
    np.testing.assert_allclose(dot.get_ydata(), [power], rtol=1e-9)
    np.testing.assert_allclose(ring.get_ydata(), [apart], rtol=1e-9)
    np.testing.assert_allclose(curve.get_ydata()[1], power, rtol=1e-9)
    np.testing.assert_allclose(still.get_ydata()[1], apart, rtol=1e-9)
    late = chance_not_ahead(500, 0.04, 0.02)
    assert state(picture)[1] == [
        f"500 labels, 6% disagree: not ahead {late:.0%}",
        f"passes: {power:.0%}, rows apart {apart:.0%}",
    ]


def test_the_gate_cuts_the_lead_where_the_formula_has_its_power():
    n = paired_labels(0.04, 0.02)
    picture = power_picture(0.9, 0.92, [n], [0.06])
    picture.update(n=n, disagreement=0.06)
    left = picture.fig.axes[0]
    lead, cut = left.get_lines()[0].get_xydata(), left.get_lines()[2].get_xdata()[0]
    passed = lead[lead[:, 0] > cut, 1].sum() / lead[:, 1].sum()
    assert passed == pytest.approx(0.8, abs=0.03)


def test_the_picture_is_a_pure_function_of_its_values():
    picture = drawn()
    picture.update(n=50, disagreement=0.06)
    before = state(picture)
    for n in LABELS:
        for disagreement in DISAGREEMENTS:
            picture.update(n=n, disagreement=disagreement)
            assert all(np.isfinite(line).all() for line in state(picture)[0])
    picture.update(n=50, disagreement=0.06)
    assert state(picture) == before


@pytest.mark.parametrize("share", [0.01, 0.19])
def test_disagreements_that_do_not_allow_the_gap_are_refused(share):
    with pytest.raises(ValueError, match="disagreements must lie between the gap, 0.02"):
        power_picture(0.9, 0.92, LABELS, [share])
