"""The pictures of notebook 08 show what they are given."""

import numpy as np
import pandas as pd
import pytest

from helpers import plots
from helpers.pictures_costs import delay_picture, draw_costs, frontier_picture, laws_picture

NAMES = ["told", "alarm", "placebo"]
PROFILES = {L: {n: np.arange(6.0) + L / 100 + i for i, n in enumerate(NAMES)} for L in (0, 50, 200)}
COSTS = {L: {"told": 0.2 + L / 100, "alarm": 0.3 + L / 400, "placebo": 2.0} for L in (0, 50, 200)}
ROLES = {"told": "curve", "alarm": "retrained"}


@pytest.mark.parametrize(("delay", "least"), [(0, "told"), (50, "alarm"), (200, "alarm")])
def test_delay(delay, least):
    picture = delay_picture(PROFILES, COSTS, ROLES, rows=10, before=2, top=5)
    picture.update(delay=200 - delay)
    picture.update(delay=delay)
    left, right = picture.fig.axes
    for name, line in zip(ROLES, left.lines, strict=False):
        np.testing.assert_array_equal(line.get_ydata(), PROFILES[delay][name])
        np.testing.assert_array_equal(line.get_xdata(), [-20, -10, 0, 10, 20, 30])
    widths = [bar.get_width() for bar in right.patches]
    np.testing.assert_allclose(widths, list(COSTS[delay].values()))
    assert max(COSTS[200].values()) < right.get_xlim()[1]
    marks = right.lines[0]
    np.testing.assert_allclose(marks.get_xdata(), list(COSTS[0].values()))
    drawn = list(picture.moving)  # in this order, so that the bars do not hide the marks
    assert drawn.index(marks) > max(drawn.index(bar) for bar in right.patches)
    assert f"{delay} rows late" in left.get_title(loc="left")
    assert right.get_title(loc="left") == f"least: {least}"


def test_costs_with_intervals_and_gaps():
    fig, ax = plots.figure()
    values = np.array([1.0, 2.0, 3.0, 4.0])
    draw_costs(ax, {"a": values, "b": None, "c": 2 * values}, np.array([0.5, 0.7]))
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b", "c"]
    drawn = [bar[0].get_data() for bar in ax.containers]
    np.testing.assert_allclose([(x[0], y[0]) for x, y in drawn], [(2.5, 0), (5, 2)])
    labels = [float(label.get_text()) for label in ax.get_xticklabels()]
    np.testing.assert_array_equal(labels, ax.get_xticks())
    hindsight = [line for line in ax.lines if line.get_label().startswith("cheapest")]
    np.testing.assert_allclose(hindsight[0].get_xdata(), 0.6)


def test_laws_and_their_marks():
    periods = np.arange(10, 410, 10)
    means = {"walk": periods / 1000, "ramp": (periods / 400) ** 2}
    laws = {"walk": lambda c: (1000 * c) ** 0.5, "ramp": lambda c: (80_000 * c) ** (1 / 3)}
    fig = laws_picture(periods, means, 20.0, np.array([5.0, 40.0]), laws)
    left, right = fig.axes
    marks = {line.get_label(): line.get_ydata() for line in right.lines}
    for kind, mean in means.items():
        found = [periods[(mean + c / periods).argmin()] for c in (5, 40)]
        np.testing.assert_array_equal(marks[f"{kind}, simulated"], found)
        np.testing.assert_allclose(marks[f"{kind}, law"], [laws[kind](c) for c in (5, 40)])
    assert left.get_title(loc="left").startswith("price 20")


def test_frontier():
    points = pd.DataFrame({"labels": [0.1, 0.5], "excess": [0.8, 0.3]}, index=[60, 10])
    frontier = {(w, p): points * (1 + i) for i, w in enumerate("ab") for p in ("every", "alarm")}
    fig = frontier_picture(frontier)
    assert [ax.get_title(loc="left") for ax in fig.axes] == ["a", "b"]
    for i, ax in enumerate(fig.axes):
        assert [text.get_text() for text in ax.texts] == ["60", "10"] * 2
        np.testing.assert_allclose(ax.lines[0].get_ydata(), points["excess"] * (1 + i))
        assert {line.get_label() for line in ax.lines} == {"every", "alarm", "floor"}
