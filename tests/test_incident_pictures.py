"""The pictures of notebook 06 show the numbers that they say."""

import numpy as np
import pytest

from helpers import incidents, plots
from helpers.incident_worlds import measured_error
from helpers.pictures_incidents import (
    behind,
    behind_in_words,
    dashboard,
    flipped_errors,
    flips_picture,
    seen_in_words,
)
from helpers.triage import signals


@pytest.mark.parametrize("number", range(1, 10))
def test_dashboard_shows_the_signals(number):
    seen = incidents.incident(number, 1).seen
    fig = dashboard(seen, "squared units")
    left, _, right = fig.axes
    before, after = (line.get_ydata() for line in left.lines[:2])
    assert len(before) == len(after) == 8
    known = ~np.isnan(seen.labels)
    mean = np.mean((seen.labels - seen.predicted)[known] ** 2)
    assert np.mean(after) == pytest.approx(mean, rel=0.05)
    found = signals(seen)
    widths = sorted(bar.get_width() for bar in right.patches)
    names = ("outside", "empty", "overturned", "unlabelled", "repeats")
    assert widths == pytest.approx(sorted(min(found[name], 1) for name in names))
    assert f"{found['loss up']:+.1f} standard errors" in seen_in_words(seen)
    plots.png(fig)


def test_dashboard_draws_no_floor():
    """It would give the answer away."""
    left = dashboard(incidents.incident(1, 1).seen, "squared units").axes[0]
    assert [line.get_label() for line in left.lines if line.get_label()[0] != "_"] == [
        "mean at hand-over"
    ]


def test_behind_shows_measured_and_true():
    truth = incidents.incident(2, 1).truth
    fig = behind(truth, "share of errors")
    heights = [bar.get_height() for bar in fig.axes[0].patches]
    pairs = [truth.kept, truth.retrained, truth.remedied]
    assert heights == pytest.approx([m for m, _ in pairs] + [t for _, t in pairs])
    assert f"floor {truth.floor:.3g}" in behind_in_words(truth)


def test_flips_picture_moves_with_the_share():
    shares = [0.0, 0.2, 0.4]
    picture = flips_picture(1, shares)
    bars = picture.fig.axes[1].patches
    for share in (*shares, 0.21):
        picture.update(share=share)
        nearest = 0.2 if share == 0.21 else share
        kept, again = flipped_errors(1, nearest)
        expected = [measured_error(e, nearest) for e in (kept, again)] + [kept, again]
        assert [bar.get_height() for bar in bars] == pytest.approx(expected)
    plots.png(picture.fig)


@pytest.mark.parametrize("share", [-0.1, 0.5, 1.0])
def test_flipped_errors_wants_a_share_below_half(share):
    with pytest.raises(ValueError, match="share must be from 0 to below 0.5"):
        flipped_errors(1, share)
