"""Sliders that move a picture, fast: what stands still is drawn once, the rest over it.

A `Picture` is a figure, the artists that move, and a pure function of the sliders' values that
moves them. `explore` puts sliders above it. Where no kernel runs, a static strip of chosen values
stands in its place.
"""

import io
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from ipywidgets import FloatSlider, Image, IntSlider, Layout, SelectionSlider, VBox
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image as Pillow


class Picture(NamedTuple):
    """A figure that can move.

    Parameters
    ----------
    fig : Figure
        With fixed axes: ticks and limits do not follow the sliders.
    moving : sequence of Artist
        The artists that `update` changes, drawn in this order over the rest.
    update : callable
        ``update(**values)`` moves them; a pure function of the sliders' values.
    """

    fig: Figure
    moving: tuple
    update: Callable


def explore(picture, alt, strip, **sliders):
    """Show a picture under sliders.

    Parameters
    ----------
    picture : Picture
    alt : str
        What the static strip shows, for readers who do not see it.
    strip : sequence of dict
        Values of the sliders for the frames of the static strip; the first is where they start.
    **sliders : tuple of (low, high, step, description) or (values, description)
        One per argument of ``picture.update``. Whole numbers give whole steps; a list of values
        is stepped through as it stands.

    Returns
    -------
    ipywidgets.VBox
        Sliders above the picture.
    """
    draw = _drawer(picture)
    strip_png = _encode(np.concatenate([draw(**values) for values in strip]))
    image = Image(value=_encode(draw(**strip[0])), format="png")
    controls = {name: _slider(spec, strip[0][name]) for name, spec in sliders.items()}

    def refresh(_):
        values = {name: control.value for name, control in controls.items()}
        image.value = _encode(draw(**values))

    for control in controls.values():
        control.observe(refresh, names="value")
    return _Explorer([*controls.values(), image], strip_png, alt)


class _Explorer(VBox):
    """A VBox that also carries a static picture and its text alternative."""

    def __init__(self, children, strip_png, alt):
        super().__init__(children)
        self._static = {"image/png": strip_png, "text/plain": alt}

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        bundle = bundle[0] if isinstance(bundle, tuple) else bundle
        return bundle | self._static, {"image/png": {"alt": self._static["text/plain"]}}


def _slider(spec, value):
    *steps, description = spec
    look = {"style": {"description_width": "initial"}, "layout": Layout(width="32em")}
    if len(steps) == 1:
        return SelectionSlider(options=steps[0], value=value, description=description, **look)
    low, high, step = steps
    kind = IntSlider if isinstance(step, int) else FloatSlider
    return kind(value, min=low, max=high, step=step, description=description, **look)


def _drawer(picture):
    """Return ``draw(**values)`` -> the picture's pixels, redrawing only what moves."""
    canvas = FigureCanvasAgg(picture.fig)
    for artist in picture.moving:
        artist.set_animated(True)
    canvas.draw()
    background = canvas.copy_from_bbox(picture.fig.bbox)

    def draw(**values):
        picture.update(**values)
        canvas.restore_region(background)
        for artist in picture.moving:
            picture.fig.draw_artist(artist)
        return np.asarray(canvas.buffer_rgba()).copy()

    return draw


def _encode(pixels):
    buffer = io.BytesIO()
    # Level 1: a slightly larger picture in a fraction of the time.
    Pillow.fromarray(pixels).convert("RGB").save(buffer, format="png", compress_level=1)
    return buffer.getvalue()
