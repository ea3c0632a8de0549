"""No place of a slider breaks its picture: corners of the ranges, and others at random."""

import itertools
import re
import warnings
from unittest import mock

import numpy as np
import pytest
from ipywidgets import SelectionSlider
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

import helpers.explore
from helpers.explore import Picture
from tests.notebooks import load, main_notebooks, name_of, play, tags

RANDOM = 15  # combinations besides the corners
SLACK = 2  # pixels


def explored(path):
    """Yield cell id, picture and controls by name of each explore cell; play no further."""
    notebook, shown, original = load(path), [], helpers.explore.explore
    left = sum("explore" in tags(cell) for cell in notebook.cells)

    def noted(picture, alt, strip, **sliders):
        box = original(picture, alt, strip, **sliders)
        shown.append((picture, dict(zip(sliders, box.children[0].children, strict=True))))
        return box

    with mock.patch.object(helpers.explore, "explore", noted):
        for cell, _ in play(notebook, {}) if left else ():
            if "explore" in tags(cell):
                yield cell.id, *shown[-1]
                left -= 1
                if not left:
                    return


def places(control):
    """Every value that a slider can have."""
    if isinstance(control, SelectionSlider):
        return [value for _, value in control._options_full]
    steps = round((control.max - control.min) / control.step)
    return [min(control.min + i * control.step, control.max) for i in range(steps + 1)]


def combinations(controls, rng):
    """The corners, then others at random, as dicts."""
    ranges = {name: places(control) for name, control in controls.items()}
    corners = itertools.product(*((r[0], r[-1]) for r in ranges.values()))
    others = [[r[rng.integers(len(r))] for r in ranges.values()] for _ in range(RANDOM)]
    return [dict(zip(ranges, values, strict=True)) for values in [*corners, *others]]


def faults(picture, values):
    """Everything that is wrong with a picture for these values."""
    renderer = picture.fig.canvas.get_renderer()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            picture.update(**values)
            for artist in picture.moving:
                artist.draw(renderer)
        except Exception as error:
            yield repr(error)
    yield from (str(warning.message) for warning in caught)
    for artist in picture.moving:
        if not artist.get_visible():
            continue
        if isinstance(artist, Text):
            box = artist.get_window_extent(renderer)
            if artist.get_text() and not lies_within(box, picture.fig.bbox):
                yield f"{artist.get_text()!r} is cut off at the edge"
        elif isinstance(artist, Line2D) and len(artist.get_xdata()):
            points = artist.get_transform().transform(artist.get_xydata())
            if not np.isfinite(points).all():
                yield f"{artist.get_label()!r} has gaps"
            if not touches(points, artist.axes.bbox):
                yield f"{artist.get_label()!r} lies outside its axes"


def lies_within(box, whole):
    low, high = np.minimum(box.min - whole.min, 0), np.maximum(box.max - whole.max, 0)
    return max(-low.min(), high.max()) <= SLACK


def touches(points, box):
    """Whether the box around some points meets another; points, shape (n, 2), are in pixels."""
    low, high = np.nanmin(points, axis=0), np.nanmax(points, axis=0)
    return (low <= box.max + SLACK).all() and (high >= box.min - SLACK).all()


@pytest.mark.slow
@pytest.mark.parametrize("path", main_notebooks(), ids=name_of)
def test_no_place_of_a_slider_breaks_its_picture(path, record_property):
    rng, seen = np.random.default_rng(0), 0
    found = {}
    for cell, picture, controls in explored(path):
        for values in combinations(controls, rng):
            for fault in faults(picture, values):
                found.setdefault(f"{cell}: {fault}", values)
            seen += 1
    record_property("summary", ["places of sliders", f"{name_of(path)}: {seen}"])
    assert seen > RANDOM
    assert not found, "\n".join(f"{fault} at {values}" for fault, values in found.items())


def dot(update):
    """A picture of a dot and a word, moved by ``update(dot, word, x)``."""
    fig = Figure(figsize=(3, 2))
    FigureCanvasAgg(fig)
    ax = fig.subplots()
    ax.set(xlim=(0, 1), ylim=(0, 1))
    (line,), word = ax.plot([0.5], [0.5], "o", label="dot"), ax.text(0.5, 0.5, "word")
    return Picture(fig, (line, word), lambda x: update(line, word, x))


@pytest.mark.parametrize(
    ("update", "fault"),
    [
        (lambda line, word, x: line.set_data([x / 4], [x / 4]), "^$"),
        (lambda line, word, x: line.set_data([x], [1 - x]), "'dot' lies outside its axes"),
        (lambda line, word, x: line.set_data([0.1, np.nan], [0.1, 0.2]), "'dot' has gaps"),
        (lambda line, word, x: word.set_x(x), "'word' is cut off at the edge"),
        (lambda line, word, x: np.log(np.array(1.0 - x)), "invalid value"),
        (lambda line, word, x: [][x], "IndexError"),
    ],
)
def test_a_broken_picture_is_caught(update, fault):
    assert re.search(fault, "\n".join(faults(dot(update), {"x": 2})))
