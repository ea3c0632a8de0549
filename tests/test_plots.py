"""The pictures, read back from the artists."""

import io
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from PIL import Image

from helpers import plots
from helpers.budget import TERMS

BUDGETS = {
    "frozen": {"floor": 0.1, "approximation": 0.2, "estimation": 0.03, "staleness": 0.4},
    "fresh": {"floor": 0.1, "approximation": 0.2, "estimation": 0.03, "staleness": -0.02},
}
BUDGETS = {name: b | {"risk": sum(b.values()), "se": 0.001} for name, b in BUDGETS.items()}
OVER_TIME = pd.DataFrame(
    {
        "batch": [5, 6, 7, 8],
        "floor": [0.1, 0.1, 0.2, 0.2],
        "approximation": [0.2, 0.1, 0.3, 0.3],
        "estimation": [0.05, 0.02, 0.04, 0.01],
        "staleness": [0.0, 0.4, 0.7, 0.1],
    }
)
OVER_TIME["risk"] = OVER_TIME[TERMS].sum(axis=1)


def drawn():
    fig, ax = plots.figure(width=4)
    plots.draw_budgets(ax, BUDGETS, "squared euros")
    ax.legend()
    return fig


def test_show_displays_a_png_and_its_alternative(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda *a, **k: shown.append((a, k)))
    fig = drawn()
    assert plots.show(fig, alt="Two bars.") is None
    plots.show(fig, alt="Two bars.")
    plots.show(drawn(), alt="Two bars.")
    (data,), options = shown[0]
    assert options["raw"] is True and options["metadata"]["image/png"]["alt"] == "Two bars."
    assert set(data) == {"image/png", "text/plain"} and data["text/plain"] == "Two bars."
    assert shown[0] == shown[1] == shown[2]  # the same bytes each time
    picture = Image.open(io.BytesIO(data["image/png"]))
    assert picture.format == "PNG" and picture.size == (360, 306)
    assert picture.info.get("Software") is None


def test_a_changed_figure_is_other_bytes():
    fig = drawn()
    before = plots.png(fig)
    fig.axes[0].set_ylim(0, 2)
    assert plots.png(fig) != before


def test_figure_makes_axes_side_by_side():
    fig, axes = plots.figure(3, height=2, width=9, sharey=True)
    assert tuple(fig.get_size_inches()) == (9, 2)
    assert len(axes) == 3 and axes[0].get_shared_y_axes().joined(axes[0], axes[2])
    fig, ax = plots.figure()
    assert fig.axes == [ax]


# Readers who see fewer colours (Machado et al. 2009, severity 1), and none.
VISION = {
    "full": np.eye(3),
    "no red": [
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green": [
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no blue": [
        [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}  # fmt: skip
SEEN_TOGETHER = [
    TERMS,
    ["truth", "frozen", "retrained", "curve", "guess"],
    ["old", "new", "truth", "frozen"],
]


def lab(colour, vision):
    """CIE Lab of a hex colour as a reader with this vision sees it."""
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.array(VISION[vision]) @ linear, 0, 1)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    x, y, z = np.cbrt(np.array(to_xyz) @ linear / [0.9505, 1, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("names", SEEN_TOGETHER, ids=["terms", "curves", "rows"])
def test_colours_in_one_picture_are_told_apart(names, vision):
    for a, b in combinations(names, 2):
        distance = np.linalg.norm(lab(plots.COLOURS[a], vision) - lab(plots.COLOURS[b], vision))
        least = 10 if vision == "no blue" else 15  # one reader in 10,000, and dashes differ as well
        assert distance > least, (a, b, distance)


def test_terms_and_curves_differ_without_colour():
    assert len(set(plots.HATCHES.values())) == len(plots.HATCHES) == len(TERMS)
    fills = [plots.fill(term) for term in TERMS]
    assert [f["hatch"] for f in fills] == [plots.HATCHES[term] for term in TERMS]
    assert [f["facecolor"] for f in fills] == [plots.COLOURS[term] for term in TERMS]
    dashes = {role: plots.DASHES[role] for role in ("truth", "frozen", "curve")}
    assert len(set(dashes.values())) == 3 and set(plots.DASHES) <= set(plots.COLOURS)


def test_a_term_below_zero_is_white():
    below = plots.fill("staleness", -0.1)
    assert below == plots.fill("staleness") | {"facecolor": "white"}
    assert plots.fill("staleness", 0.1) == plots.fill("staleness", 0.0) == plots.fill("staleness")
    (frozen, fresh) = drawn().axes[0].containers[-1]
    assert to_hex(frozen.get_facecolor()) == plots.COLOURS["staleness"].lower()
    assert to_hex(fresh.get_facecolor()) == "#ffffff"


def test_the_legend_shows_each_term_in_its_colour():
    """Also where the first bar's staleness is below zero."""
    _, ax = plots.figure()
    plots.draw_budgets(ax, dict(reversed(BUDGETS.items())), "squared euros")
    legend = ax.legend()
    assert [text.get_text() for text in legend.get_texts()] == TERMS
    for term, handle in zip(TERMS, legend.legend_handles, strict=True):
        assert to_hex(handle.get_facecolor()) == plots.COLOURS[term].lower()


def test_draw_rows():
    _, ax = plots.figure()
    old = plots.draw_rows(ax, [1, 2], [3, 4], "old", "before")
    new = plots.draw_rows(ax, [1, 2], [5, 6])
    assert old.get_label() == "before" and old.get_markerfacecolor() == "none"
    assert to_hex(new.get_markerfacecolor()) == plots.COLOURS["new"].lower()
    np.testing.assert_array_equal(new.get_xydata(), [[1, 5], [2, 6]])
    assert old.get_linestyle() == "None"


def test_draw_curve_sorts_by_x():
    _, ax = plots.figure()
    line = plots.draw_curve(ax, np.array([[3], [1], [2]]), [30, 10, 20], "frozen", "a line")
    np.testing.assert_array_equal(line.get_xydata(), [[1, 10], [2, 20], [3, 30]])
    assert line.get_color() == plots.COLOURS["frozen"] and line.get_linestyle() == "--"
    assert line.get_label() == "a line"


def test_a_guess_is_drawn_once_it_is_made():
    _, ax = plots.figure()
    assert plots.draw_guess(ax, ...) is None
    assert not ax.lines and not ax.texts and not ax.collections
    for guess in (0.3, 2, np.float64(-1)):
        line = plots.draw_guess(ax, guess)
        assert line in ax.lines and set(line.get_ydata()) == {guess}
        assert line.get_label() == "your guess"


def test_a_guess_in_words_is_named_and_not_drawn(capsys):
    _, ax = plots.figure()
    assert plots.draw_guess(ax, "about half") is None and not ax.lines
    assert (
        capsys.readouterr().out == "your guess 'about half' is not a number, so it is not drawn\n"
    )


def test_budgets_are_stacked_to_the_risk():
    ax = drawn().axes[0]
    bars = np.array([[(b.get_y(), b.get_height()) for b in stack] for stack in ax.containers])
    expected = np.array([[b[term] for b in BUDGETS.values()] for term in TERMS])
    np.testing.assert_allclose(bars[:, :, 1], expected, atol=1e-12)  # below zero as it is
    ends = bars.sum(axis=2)
    np.testing.assert_allclose(bars[0, :, 0], 0)
    np.testing.assert_allclose(bars[1:, :, 0], ends[:-1], atol=1e-12)
    risks = [b["risk"] for b in BUDGETS.values()]
    np.testing.assert_allclose(ends[-1], risks, atol=1e-12)
    assert [text.get_text() for text in ax.texts] == [f"{r:.3f}" for r in risks]
    np.testing.assert_allclose([text.xy[1] for text in ax.texts], ends.max(axis=0), atol=1e-12)


def test_budgets_are_labelled():
    ax = drawn().axes[0]
    assert ax.get_ylabel() == "risk (squared euros)"
    ticks = [label.get_text() for label in ax.get_xticklabels()]
    assert ticks == list(BUDGETS)


def over_time(retrained=(), columns=1, **options):
    fig, axes = plots.figure(columns, **options)
    for i, ax in enumerate(np.atleast_1d(axes), start=1):
        scaled = OVER_TIME.assign(**{c: i * OVER_TIME[c] for c in [*TERMS, "risk"]})
        plots.draw_budget_over_time(ax, scaled, "squared euros", retrained)
    fig.draw_without_rendering()
    return np.atleast_1d(axes)


def height(area, x):
    """The lower and upper bound of an area at x, from the edges of its outline."""
    outline = area.get_paths()[0].vertices
    crossing = [
        a[1] + (b[1] - a[1]) * (x - a[0]) / (b[0] - a[0])
        for a, b in zip(outline[:-1], outline[1:], strict=True)
        if min(a[0], b[0]) < x < max(a[0], b[0])
    ]
    return (min(crossing), max(crossing)) if crossing else (np.nan, np.nan)


@pytest.mark.parametrize("row", range(len(OVER_TIME)))
def test_areas_over_time_are_stacked_to_the_risk(row):
    (ax,) = over_time()
    assert [area.get_label() for area in ax.collections] == TERMS
    for x in OVER_TIME["batch"][row] + np.array([0.1, 0.5, 0.9]):
        bounds = np.array([height(area, x) for area in ax.collections])
        np.testing.assert_allclose(np.diff(bounds)[:, 0], OVER_TIME.loc[row, TERMS].astype(float))
        assert bounds[0, 0] == 0
        np.testing.assert_allclose(bounds[1:, 0], bounds[:-1, 1])
        assert bounds[-1, 1] == pytest.approx(OVER_TIME["risk"][row])


def test_the_risk_over_time_is_a_line():
    (ax,) = over_time()
    (line,) = [line for line in ax.lines if line.get_label() == "risk"]
    np.testing.assert_allclose(line.get_ydata()[: len(OVER_TIME)], OVER_TIME["risk"])
    assert line.get_drawstyle() == "steps-post"


def test_retrains_are_ticks_with_one_entry_in_the_legend():
    (ax,) = over_time(retrained=[6, 8])
    ticks = [line for line in ax.lines if line.get_label() != "risk"]
    assert [line.get_xdata()[0] for line in ticks] == [6, 8]
    assert ax.get_legend_handles_labels()[1].count("retrained") == 1


def test_negative_staleness_over_time_is_drawn():
    fig, ax = plots.figure()
    budget = OVER_TIME.assign(staleness=-0.03)
    budget["risk"] = budget[TERMS].sum(axis=1)
    plots.draw_budget_over_time(ax, budget)
    low, high = height(ax.collections[-1], 6.5)
    assert (low, high) == pytest.approx((0.19, 0.22))
    assert ax.collections[-1].get_facecolor()[0] == pytest.approx((1, 1, 1, 1))  # as in the bars
    assert [c.get_label() for c in ax.collections if c.get_label() in TERMS] == TERMS
    assert plots.png(fig)


def test_axes_over_time_are_labelled():
    for options in ({}, {"columns": 2}, {"columns": 2, "sharey": True}):
        axes = over_time(**options)
        assert all(ax.get_xlabel() == "batch" for ax in axes)
        assert axes[0].get_ylabel() == "risk (squared euros)"
        for ax in axes:
            alone = len(ax.get_shared_y_axes().get_siblings(ax)) == 1
            # Only an axis with the same scale as its neighbour may do without numbers.
            numbered = any(tick.label1.get_visible() for tick in ax.yaxis.get_major_ticks())
            assert numbered or not alone
            assert bool(ax.get_ylabel()) == numbered


def test_one_legend_below():
    axes = over_time(columns=2, sharey=True)
    fig = axes[0].figure
    plots.legend_below(fig, axes[0], columns=3)
    (legend,) = fig.legends
    assert [text.get_text() for text in legend.get_texts()] == [*TERMS, "risk"]
    fig.draw_without_rendering()
    assert legend.get_window_extent().y1 <= axes[0].get_window_extent().y0


HISTORY = pd.DataFrame(
    {"when": [9, 10, 11, 12], "loss": [0.5, 0.4, 0.6, 0.3], "retrained": [False, True, False, True]}
)


def test_a_history_is_a_line_with_ticks_at_its_retrains():
    fig, ax = plots.figure()
    line, ticks = plots.draw_history(ax, HISTORY, "frozen", label="kept")
    np.testing.assert_allclose(line.get_xydata().T, HISTORY[["when", "loss"]].T)
    assert line.get_label() == "kept" and line.get_color() == plots.COLOURS["frozen"]
    assert list(ticks.get_xdata()) == [10, 12]
    fig.draw_without_rendering()
    ends = ticks.get_transform().transform(ticks.get_xydata())
    np.testing.assert_allclose(ends[:, 1], ax.get_window_extent().y0)  # on the axis
    assert ax.get_legend_handles_labels()[1] == ["kept"]


def test_another_column_of_a_history():
    _, ax = plots.figure()
    line, _ = plots.draw_history(ax, HISTORY.assign(auc=0.7), "retrained", column="auc")
    np.testing.assert_allclose(line.get_ydata(), 0.7)


def test_ticks_move_to_another_history():
    _, ax = plots.figure()
    _, ticks = plots.draw_history(ax, HISTORY, "retrained")
    plots.move_ticks(ticks, HISTORY.assign(retrained=[False, False, True, False]))
    assert list(ticks.get_xdata()) == [11]
    plots.move_ticks(ticks, HISTORY.assign(retrained=False))
    assert list(ticks.get_xdata()) == []
