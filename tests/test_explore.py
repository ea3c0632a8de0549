"""Sliders and their static pictures."""

import io
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from ipywidgets import Button, FloatSlider, Image, IntSlider, Label, SelectionSlider
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from PIL import Image as Pillow
from sklearn.linear_model import LinearRegression

import helpers.explore
from helpers import plots
from helpers.budget import TERMS, limit, risk, rounded
from helpers.explore import STYLE, VIEW, Picture, explore
from helpers.pictures import budget_picture, replay_picture
from helpers.worlds import World, uniform

ALT = "A dot moves along a line."


def dot_picture():
    fig, ax = plots.figure(width=3, height=1.5)
    ax.set(xlim=(0, 10), ylim=(-1, 1))
    (dot,) = ax.plot([0], [0], "o", ms=16)
    return Picture(fig, (dot,), lambda x, y=0: dot.set_data([x], [y]))


def dot_box(strip=({"x": 2}, {"x": 5}, {"x": 9}), **sliders):
    return explore(dot_picture(), ALT, strip, **(sliders or {"x": (0, 10, 1, "position")}))


def pixels(data):
    return np.asarray(Pillow.open(io.BytesIO(data)).convert("RGB")).astype(int)


def parts(box):
    """The sliders by description, and the picture."""
    above, *_, image = box.children
    return {slider.description: slider for slider in above.children}, image


def only(box, kind):
    [child] = [child for child in box.children if type(child) is kind]
    return child


def bundle(box):
    """What is displayed before the output, and the output's data and metadata."""
    with mock.patch.object(helpers.explore, "display") as shown:
        data, metadata = box._repr_mimebundle_(include=None, exclude=None)
    return [call.args[0] for call in shown.call_args_list], data, metadata


def move(box, **values):
    sliders, image = parts(box)
    for description, value in values.items():
        sliders[description].value = value
    return bytes(image.value)


def test_sliders_above_a_picture():
    box = dot_box(({"x": 2, "y": 0.5},), x=(0, 10, 2, "position"), y=(-1, 1, 0.25, "height"))
    sliders, image = parts(box)
    assert isinstance(image, Image) and image.format == "png"
    assert isinstance(sliders["position"], IntSlider) and isinstance(sliders["height"], FloatSlider)
    got = [(s.min, s.max, s.step, s.value) for s in sliders.values()]
    assert got == [(0, 10, 2, 2), (-1, 1, 0.25, 0.5)]


def test_a_slider_moves_the_picture_and_back():
    box = dot_box()
    assert parts(box)[0]["position"].value == 2  # the first of the strip
    start = bytes(parts(box)[1].value)
    moved = move(box, position=7)
    assert moved != start
    assert move(box, position=2) == start
    assert move(box, position=7) == moved


def test_what_is_drawn_depends_on_the_values_only():
    by_way_of_9 = dot_box()
    move(by_way_of_9, position=9)
    assert move(by_way_of_9, position=5) == move(dot_box(), position=5)
    assert bytes(parts(dot_box(({"x": 5},)))[1].value) == move(dot_box(), position=5)


def test_the_dot_is_where_the_slider_says():
    box = dot_box()

    def column(value):
        blue = np.abs(pixels(move(box, position=value)) - [31, 119, 180]).sum(axis=2) < 30
        assert blue.any()
        return np.nonzero(blue)[1].mean()

    at_1, at_4, at_7 = column(1), column(4), column(7)
    assert at_1 < at_4 < at_7
    assert at_7 - at_4 == pytest.approx(at_4 - at_1, abs=1.5)


def test_two_sliders_both_count():
    box = dot_box(({"x": 2, "y": 0.5},), x=(0, 10, 2, "position"), y=(-1, 1, 0.25, "height"))
    start = bytes(parts(box)[1].value)
    assert len({start, move(box, position=4), move(box, height=-0.5), move(box, position=2)}) == 4
    assert move(box, height=0.5) == start


def test_a_style_and_the_view_stand_before_a_static_strip_and_its_alternative():
    (style, view), data, metadata = bundle(dot_box())
    assert style == {"text/html": STYLE} and set(view) == {VIEW}
    assert data["text/plain"] == ALT
    assert metadata["image/png"]["alt"] == ALT
    assert data["image/png"].startswith(b"\x89PNG")
    assert set(data) == {"image/png", "text/plain"}


def test_the_style_finds_the_box_by_its_class():
    assert "explore" in dot_box()._dom_classes and ":has(.explore." in STYLE


def test_reset_puts_all_sliders_back_with_one_picture():
    box = dot_box(({"x": 2, "y": 0.5},), x=(0, 10, 2, "position"), y=(-1, 1, 0.25, "height"))
    sliders, image = parts(box)
    start = bytes(image.value)
    move(box, position=8, height=-1)
    redrawn = []
    image.observe(redrawn.append, names="value")
    only(box, Button).click()
    assert [slider.value for slider in parts(box)[0].values()] == [2, 0.5]
    assert bytes(image.value) == start and len(redrawn) == 1
    for slider, late in zip(sliders.values(), (10, 1), strict=True):
        slider.value = late
    assert bytes(image.value) == start
    assert move(box, position=4) != start


def test_the_handles_of_a_box_line_up():
    box = dot_box(({"x": 2, "y": 0.5},), x=(0, 10, 2, "position"), y=(-1, 1, 0.25, "the height"))
    sliders = parts(box)[0].values()
    assert {s.style.description_width for s in sliders} == {"11ch"}
    assert len({s.layout.width for s in sliders}) == 1
    assert [s.tooltip for s in sliders] == ["position", "the height"]


def test_a_value_that_cannot_be_drawn_leaves_the_sliders_alive():
    picture = dot_picture()

    def fails_at_5(x):
        picture.update(x)
        if x == 5:
            raise ValueError("no such month")

    failing = picture._replace(update=fails_at_5)
    box = explore(failing, ALT, [{"x": 2}], x=(0, 10, 1, "position"))
    start, said = bytes(parts(box)[1].value), only(box, Label)
    assert said.layout.display == "none"
    assert move(box, position=5) == start
    assert "position 5 (no such month)" in said.value and said.layout.display is None
    assert move(box, position=7) == move(dot_box(), position=7) != start
    assert said.layout.display == "none"
    move(box, position=5)
    only(box, Button).click()
    assert bytes(parts(box)[1].value) == start and said.layout.display == "none"


def test_two_boxes_may_share_a_picture():
    picture = dot_picture()
    one, two = (explore(picture, ALT, [{"x": 2}], x=(0, 10, 1, "position")) for _ in range(2))
    for box in (one, two, one):
        assert move(box, position=6) == move(dot_box(), position=6)
        assert move(box, position=3) == move(dot_box(), position=3)


def test_the_strip_is_its_frames_one_above_the_other():
    box = dot_box()
    strip = pixels(bundle(box)[1]["image/png"])
    frames = [pixels(move(box, position=value)) for value in (2, 5, 9)]
    np.testing.assert_array_equal(strip, np.concatenate(frames))


def test_the_static_picture_does_not_follow_the_slider():
    box = dot_box()
    before = bundle(box)[1]
    move(box, position=8)
    assert bundle(box)[1] == before


def test_an_update_is_drawn_as_a_full_redraw_would():
    box = dot_box()
    picture = dot_picture()
    picture.update(x=7)
    np.testing.assert_allclose(
        pixels(move(box, position=7)), pixels(plots.png(picture.fig)), atol=2
    )


# The budget picture.


def turning(X, month):
    return (1 - 0.05 * month) * X[:, 0] ** 2 + 0.05 * month * (1 - X[:, 0]) ** 2


WORLD = World(uniform(0, 1), turning, noise=0.1)
LINE = limit(WORLD, LinearRegression())


def budget_of(times=range(0, 21, 5), n=20):
    return budget_picture(
        WORLD, LinearRegression(), LINE, n, times, xlim=(0, 1), ylim=(-0.4, 1.4), top=0.4,
        name="month", title="month {:g}", labels=("dose", "harvest"),
    )  # fmt: skip


def bars(picture):
    """(bottom, height) of the bars, shape (terms, deployed or retrained, 2)."""
    containers = picture.fig.axes[1].containers
    return np.array([[(b.get_y(), b.get_height()) for b in stack] for stack in containers])


@pytest.mark.parametrize("month", [0, 10, 20])
def test_the_bars_add_up_to_the_risk(month):
    picture = budget_of()
    picture.update(month=month)
    stacks = bars(picture)
    assert stacks.shape == (len(TERMS), 2, 2)
    ends = stacks.sum(axis=2)
    np.testing.assert_allclose(stacks[1:, :, 0], ends[:-1], atol=1e-12)
    assert stacks[0, :, 0] == pytest.approx(0)
    assert ends[-1, 0] == pytest.approx(risk(WORLD, LINE, month), abs=1e-12)
    assert stacks[-1, 1, 1] == 0
    np.testing.assert_array_equal(stacks[:3, 0], stacks[:3, 1])
    assert stacks[0, 0, 1] == pytest.approx(0.01)
    assert stacks[1, 0, 1] == pytest.approx(1 / 180, abs=1e-9)  # x^2 + a line, in every month
    totals = [text.get_text() for text in picture.fig.axes[1].texts]
    assert totals == [f"{end:.3f}" for end in ends[-1]]
    title = f"month {month}: staleness {rounded(stacks[-1, 0, 1])}"
    assert picture.fig.axes[0].get_title(loc="left") == title


def test_negative_staleness_is_drawn_as_it_is():
    picture = budget_of()
    picture.update(month=0)
    stacks = bars(picture)
    assert stacks[-1, 0, 1] < 0
    assert "staleness -0." in picture.fig.axes[0].get_title(loc="left")
    heights = [text.get_position()[1] for text in picture.fig.axes[1].texts]
    np.testing.assert_allclose(heights, stacks.sum(axis=2).max(axis=0), atol=1e-12)
    below = picture.fig.axes[1].containers[-1][0]
    assert to_hex(below.get_facecolor()) == "#ffffff"
    picture.update(month=20)
    assert to_hex(below.get_facecolor()) == plots.COLOURS["staleness"].lower()


def test_the_curves_are_those_of_the_time():
    picture = budget_of()
    picture.update(month=15)
    dots, truth, retrained, deployed = picture.fig.axes[0].lines[:4]
    x = truth.get_xdata()
    np.testing.assert_allclose(truth.get_ydata(), turning(x[:, None], 15), atol=1e-12)
    np.testing.assert_allclose(deployed.get_ydata(), LINE.predict(x[:, None]), atol=1e-12)
    rows = np.array(dots.get_data())
    assert rows.shape == (2, 20)
    fit = LinearRegression().fit(rows[0][:, None], rows[1])
    np.testing.assert_allclose(retrained.get_ydata(), fit.predict(x[:, None]), atol=1e-9)


def test_the_budget_picture_under_a_slider():
    strip = [{"month": 0}, {"month": 20}]
    box = explore(budget_of(), ALT, strip, month=(0, 20, 5, "month"))
    start = bytes(parts(box)[1].value)
    end = move(box, month=20)
    assert end != start and move(box, month=0) == start
    # Nothing of the first frame stays behind in what is drawn once.
    other = explore(budget_of(), ALT, strip[::-1], month=(0, 20, 5, "month"))
    assert bytes(parts(other)[1].value) == end


def test_times_between_whole_numbers():
    """A browser's slider adds up its steps: three steps of .1 are not quite .3."""
    times = [0.1, 0.2, 0.3, 0.4]
    box = explore(budget_of(times), ALT, [{"month": 0.1}], month=(0.1, 0.4, 0.1, "month"))
    assert 0.1 + 0.1 + 0.1 != 0.3
    assert move(box, month=0.1 + 0.1 + 0.1) == move(box, month=0.3) != move(box, month=0.2)


def test_every_axis_of_the_budget_picture_is_labelled():
    left, right = budget_of().fig.axes
    assert (left.get_xlabel(), left.get_ylabel()) == ("dose", "harvest")
    assert "squared units" in right.get_ylabel()
    ticks = [label.get_text() for label in right.get_xticklabels()]
    assert ticks == ["deployed", "retrained now"]
    assert {text.get_text() for text in right.get_legend().get_texts()} == set(TERMS)


def state(artist):
    """What an update may change of an artist."""
    if isinstance(artist, Line2D):
        return artist.get_xydata().tolist()
    if isinstance(artist, Rectangle):
        return artist.get_bbox().bounds
    return (artist.get_text(), artist.get_position()) if isinstance(artist, Text) else None


def assert_moving_is_all_that_moves(picture, first, second):
    picture.update(**first)
    before = {artist: state(artist) for artist in picture.fig.findobj()}
    picture.update(**second)
    moved = {artist for artist, old in before.items() if state(artist) != old}
    assert moved and moved <= set(picture.moving)


def test_all_that_moves_is_redrawn():
    assert_moving_is_all_that_moves(budget_of(), {"month": 0}, {"month": 20})


# A year replayed.

HISTORIES = {
    (k, span): pd.DataFrame(
        {"when": range(9, 15), "loss": 0.5 + 0.01 * k + 0.02 * np.arange(6) - 0.03 * j}
    ).assign(retrained=lambda h, k=k: (h["when"] - 9) % k == k - 1)
    for k in (1, 2, 4)
    for j, span in enumerate((1, 8, "all"))
}
FROZEN = HISTORIES[4, 1].assign(loss=0.7, retrained=False)


def replay():
    return replay_picture(HISTORIES, {"never": (FROZEN, "frozen")}, (0.4, 0.8))


@pytest.mark.parametrize("k", [1, 2, 4])
@pytest.mark.parametrize(
    ("span", "place", "words"),
    [(1, 0, "the last week"), (8, 1, "the last 8 weeks"), ("all", 2, "all weeks")],
)
def test_a_replay_shows_the_history_of_its_values(k, span, place, words):
    picture = replay()
    picture.update(gap=4, span=8)
    picture.update(gap=k, span=span)
    left, right = picture.fig.axes
    history = HISTORIES[k, span]
    moved = [line for line in picture.moving if line in left.lines]
    np.testing.assert_allclose(moved[0].get_ydata(), history["loss"])
    expected = history["when"][history["retrained"]]
    assert list(moved[1].get_xdata()) == list(expected) != []
    mean = history["loss"].mean()
    curve, dot = [line for line in picture.moving if line in right.lines]
    np.testing.assert_allclose(dot.get_xydata(), [[place, mean]])
    means = [HISTORIES[k, other]["loss"].mean() for other in (1, 8, "all")]
    np.testing.assert_allclose(curve.get_ydata(), means)
    every = "week" if k == 1 else f"{k} weeks"
    assert left.get_title(loc="left") == f"every {every} on {words}: mean {mean:.3f}"


def test_a_replay_keeps_what_stands_still():
    picture = replay()
    left, right = picture.fig.axes
    np.testing.assert_allclose(left.lines[0].get_ydata(), FROZEN["loss"])
    assert left.lines[0] not in picture.moving
    grey = [line for line in right.lines if len(line.get_xdata()) == 3][:3]
    assert not set(grey) & set(picture.moving)
    for line, k in zip(grey, (1, 2, 4), strict=True):
        means = [HISTORIES[k, span]["loss"].mean() for span in (1, 8, "all")]
        np.testing.assert_allclose(line.get_ydata(), means)
    assert [tick.get_text() for tick in right.get_xticklabels()] == ["1", "8", "all"]
    assert left.get_xlabel() and left.get_ylabel() and right.get_xlabel() == "weeks remembered"
    assert right.get_ylabel()


def test_all_that_moves_in_a_replay_is_redrawn():
    first, second = {"gap": 1, "span": 1}, {"gap": 4, "span": "all"}
    assert_moving_is_all_that_moves(replay(), first, second)


def test_a_replay_under_sliders():
    strip = [{"gap": 1, "span": "all"}, {"gap": 4, "span": 8}]
    controls = {"gap": ([1, 2, 4], "apart"), "span": ([1, 8, "all"], "window")}
    box = explore(replay(), ALT, strip, **controls)
    sliders, image = parts(box)
    assert all(isinstance(slider, SelectionSlider) for slider in sliders.values())
    assert [slider.value for slider in sliders.values()] == [1, "all"]
    start = bytes(image.value)
    assert move(box, window=8) != start != move(box, apart=4)
    assert move(box, window="all", apart=1) == start
