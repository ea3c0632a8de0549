"""Sliders that move a picture, fast: what stands still is drawn once, the rest over it.

A `Picture` is a figure, the artists that move, and a pure function of the sliders' values that
moves them. `explore` puts sliders above it. Where no kernel runs, a static strip of chosen values
stands in its place. Both are outputs of their own, and a style shows the one or the other.
"""

import io
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from IPython.display import display
from ipywidgets import (
    Button,
    FloatSlider,
    Image,
    IntSlider,
    Label,
    Layout,
    SelectionSlider,
    VBox,
)
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image as Pillow

VIEW = "application/vnd.jupyter.widget-view+json"
# JupyterLab shows sliders that live, or else their static picture: no sliders whose kernel is gone,
# and no "model not found" from a view that was saved. It saves this style between the outputs.
STYLE = """<style class="explore">
.jp-OutputArea-child:has(style.explore),
.jp-OutputArea-child:has(style.explore)
+ .jp-OutputArea-child:not(:has(.jp-OutputArea-output *)),
.jp-OutputArea-child:has(.explore.jupyter-widgets-disconnected),
.jp-OutputArea-child:has(.explore.jupyter-widgets:not(.jupyter-widgets-disconnected))
+ .jp-OutputArea-child { display: none; }
</style>"""


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
        Sliders, a button that puts them back to where they start, and the picture. Where
        `update` fails, the last picture stays and a line says for which values.
    """
    draw = _drawer(picture)
    strip_png = _encode(np.concatenate([draw(**values) for values in strip]))
    unstretched = Layout(align_self="flex-start", max_width="100%")
    image = Image(value=_encode(draw(**strip[0])), format="png", layout=unstretched)
    longest = max(len(spec[-1]) for spec in sliders.values())
    controls, above = {}, VBox()
    below = Layout(width="8em", margin=f"2px 2px 2px calc({longest + 1}ch + 16px)")  # the handles
    about = "Put all sliders back to where they start"
    reset = Button(description="Reset", tooltip=about, layout=below)
    said = Label(layout=Layout(display="none"))

    def refresh(_=None):
        values = {name: control.value for name, control in controls.items()}
        try:
            image.value = _encode(draw(**values))
        except Exception as error:  # whatever it is, the sliders must go on
            chosen = ", ".join(f"{c.description} {c.value}" for c in controls.values())
            said.value = f"No picture for {chosen} ({error}). Move a slider, or reset."
            said.layout.display = None
        else:
            said.layout.display = "none"

    def put_at_start():
        # New sliders: a move on its way to the old ones would come after the click and undo it.
        for name, spec in sliders.items():
            controls[name] = _slider(spec, strip[0][name], longest)
            controls[name].observe(refresh, names="value")
        old, above.children = above.children, list(controls.values())
        for control in old:
            control.close()

    def put_back(_):
        put_at_start()
        refresh()

    put_at_start()
    reset.on_click(put_back)
    return _Explorer([above, reset, said, image], strip_png, alt)


class _Explorer(VBox):
    """A VBox that also carries a static picture and its text alternative."""

    def __init__(self, children, strip_png, alt):
        super().__init__(children)
        self.add_class("explore")
        self._static = {"image/png": strip_png, "text/plain": alt}

    def _repr_mimebundle_(self, **kwargs):
        # A view by itself: in one output with the picture, a saved view whose kernel is gone
        # would be chosen before the picture.
        view = super()._repr_mimebundle_(**kwargs)
        view = view[0] if isinstance(view, tuple) else view
        display({"text/html": STYLE}, raw=True)
        display({VIEW: view[VIEW]}, raw=True)
        return dict(self._static), {"image/png": {"alt": self._static["text/plain"]}}


def _slider(spec, value, longest):
    *steps, description = spec
    # Handles line up. A character is seldom wider than a digit, and there is room for one that is.
    look = {
        "style": {"description_width": f"{longest + 1}ch"},
        # 4 pixels for the margins: the box would scroll sideways
        "layout": Layout(width=f"calc({longest + 1}ch + 24em)", max_width="calc(100% - 4px)"),
        "tooltip": description,
    }
    if len(steps) == 1:
        return SelectionSlider(options=steps[0], value=value, description=description, **look)
    low, high, step = steps
    kind = IntSlider if isinstance(step, int) else FloatSlider
    return kind(value, min=low, max=high, step=step, description=description, **look)


def _drawer(picture):
    """Return ``draw(**values)`` -> the picture's pixels, redrawing only what moves."""
    canvas = FigureCanvasAgg(picture.fig)
    renderer = canvas.get_renderer()  # its own: another box may show the same figure
    for artist in picture.moving:
        artist.set_animated(True)
    canvas.draw()
    background = canvas.copy_from_bbox(picture.fig.bbox)

    def draw(**values):
        picture.update(**values)
        canvas.restore_region(background)
        for artist in picture.moving:
            artist.draw(renderer)
        return np.asarray(canvas.buffer_rgba()).copy()

    return draw


def _encode(pixels):
    buffer = io.BytesIO()
    # Level 1: a slightly larger picture in a fraction of the time.
    Pillow.fromarray(pixels).convert("RGB").save(buffer, format="png", compress_level=1)
    return buffer.getvalue()
