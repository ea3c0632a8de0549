"""The picture of weights: what it draws is what the budget and the weights say."""

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.linear_model import LinearRegression

from helpers.adaptation import effective_sample_size
from helpers.budget import limit, risk
from helpers.pictures import weighting_picture
from helpers.worlds import World, normal


def bend(X, t):
    return X[:, 0] ** 2


def drawn():
    X, y = World(normal(1, 0.5), bend, 0.25).sample(np.random.default_rng(0), 60)
    axes = {"xlim": (-0.5, 3), "ylim": (-1, 9), "top": 2}
    return weighting_picture(bend, X, y, 0.25, norm(1, 0.5), **axes, labels=("x", "y")), X, y


def test_bars_and_title_are_risks_and_ess_under_the_new_mix():
    picture, X, y = drawn()
    picture.update(mean=1.8, sd=0.3)
    target = World(normal(1.8, 0.3), bend, 0.25)
    w = norm.pdf(X[:, 0], 1.8, 0.3) / norm.pdf(X[:, 0], 1, 0.5)
    lines = [LinearRegression().fit(X, y, sample_weight=v) for v in (None, w)]
    risks = [risk(target, line) for line in [*lines, limit(target, LinearRegression())]]
    right = picture.fig.axes[1]
    heights = [sum(bar[i].get_height() for bar in right.containers) for i in range(3)]
    np.testing.assert_allclose(heights, risks, rtol=1e-9)
    title = picture.fig.axes[0].get_title(loc="left")
    assert title == f"effective sample size {effective_sample_size(w):.1f} of 60 rows"


def test_the_picture_is_a_pure_function_of_its_values():
    picture, *_ = drawn()
    picture.update(mean=1.8, sd=0.3)
    before = [bar.get_height() for bars in picture.fig.axes[1].containers for bar in bars]
    for mean, sd in [(0.5, 0.15), (2.5, 0.15), (2.5, 0.8), (0.5, 0.8)]:  # the sliders' corners
        picture.update(mean=mean, sd=sd)
        heights = [bar.get_height() for bars in picture.fig.axes[1].containers for bar in bars]
        assert np.isfinite(heights).all()
    picture.update(mean=1.8, sd=0.3)
    after = [bar.get_height() for bars in picture.fig.axes[1].containers for bar in bars]
    assert after == pytest.approx(before, abs=0)
