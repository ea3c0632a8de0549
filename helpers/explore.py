"""Sliders that move a picture, fast: what stands still is drawn once, the rest over it.

A `Picture` is a figure, the artists that move, and a pure function of the sliders' values that
moves them. `explore` puts sliders above it. Where no kernel runs, a static strip of chosen values
stands in its place.
"""

import io
from collections.abc import Callable
from itertools import chain
from typing import NamedTuple

import numpy as np
from ipywidgets import FloatSlider, Image, IntSlider, Layout, VBox
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image as Pillow
from sklearn.base import clone

from helpers import plots
from helpers.backtest import predict
from helpers.budget import TERMS, error_budget, rounded


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
    **sliders : tuple of (low, high, step, description)
        One per argument of ``picture.update``. Whole numbers give whole steps.

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
    low, high, step, description = spec
    kind = IntSlider if isinstance(step, int) else FloatSlider
    return kind(
        value, min=low, max=high, step=step, description=description,
        style={"description_width": "initial"}, layout=Layout(width="32em"),
    )  # fmt: skip


def budget_picture(
    world, estimator, model, n, times, xlim, ylim, top, name, title, labels=("x", "y")
):
    """A deployed model in a moving world: its rows and fits beside its error budget.

    Parameters
    ----------
    world : World
        With one feature.
    estimator : scikit-learn estimator
        The training procedure that a retrain would run.
    model : fitted scikit-learn estimator
        The deployed model.
    n : int
        Rows that a retrain would use, and rows drawn.
    times : sequence of float
        The times that the slider can reach.
    xlim, ylim : pair of float
        Limits of the picture of the fits.
    top : float
        Upper limit of the risk.
    name : str
        Argument of ``update`` that holds the time.
    title : str
        Says what the time is, such as ``"month {:g}"``.
    labels : pair of str
        What x and y are.

    Returns
    -------
    Picture
        ``update(**{name: t})`` moves it.
    """
    budgets = {t: error_budget(world, estimator, model, n, t) for t in times}
    grid = np.linspace(*xlim, 200)[:, None]
    fig, (left, right) = plots.figure(2)
    dots = plots.draw_rows(left, [], [], label="today's rows")
    dots.set(clip_on=False, in_layout=False)  # rows at the very edge are drawn whole
    truth = plots.draw_curve(left, grid, 0 * grid, "truth", "truth")
    fresh = plots.draw_curve(left, grid, 0 * grid, "retrained", "retrained now")
    frozen = plots.draw_curve(left, grid, predict(model, grid), "frozen", "deployed")
    left.set(xlim=xlim, ylim=ylim, xlabel=labels[0], ylabel=labels[1])
    plots.legend_below(fig, left)
    heading = left.set_title(" ")
    bars = {term: right.bar([0, 1], [0, 0], 0.6, **plots.fill(term)).patches for term in TERMS}
    totals = [right.text(i, 0, "", ha="center", va="bottom") for i in (0, 1)]
    right.set(ylim=(0, top), ylabel="risk (squared units of y)")
    right.set_xticks([0, 1], ["deployed", "retrained now"])
    right.legend([bars[term][0] for term in reversed(TERMS)], list(reversed(TERMS)))

    def update(**values):
        t = min(budgets, key=lambda time: abs(time - values[name]))  # a slider's 0.3 may be 0.30…4
        budget = budgets[t]
        X, y = world.sample(np.random.default_rng(0), n, t)
        dots.set_data(X[:, 0], y)
        truth.set_ydata(world.mean(grid, t))
        fresh.set_ydata(predict(clone(estimator).fit(X, y), grid))
        heading.set_text(f"{title.format(t)}: staleness {rounded(budget['staleness'])}")
        for i, shown in enumerate([budget, budget | {"staleness": 0.0}]):
            height = highest = 0.0
            for term in TERMS:
                bars[term][i].set(y=height, height=shown[term], **plots.fill(term, shown[term]))
                height += shown[term]
                highest = max(highest, height)
            totals[i].set(y=min(highest, top), text=rounded(height))

    moving = (dots, truth, fresh, frozen, heading, *chain(*bars.values()), *totals)
    return Picture(fig, moving, update)


def replay_picture(histories, still, ylim, name, unit):
    """A year replayed under one policy after another: its weeks beside the mean of each policy.

    Parameters
    ----------
    histories : dict of int to DataFrame
        Value of the slider -> history, all over the same batches.
    still : dict of str to (DataFrame, str)
        Label -> history that stands beside them, and its role in `helpers.plots.COLOURS`.
    ylim : pair of float
        Limits of the loss per batch.
    name : str
        Of the slider's value, as the argument of ``update``.
    unit : str
        What the value counts, for the axis label and the title.

    Returns
    -------
    Picture
        ``update(**{name: value})`` moves it.
    """
    means = {value: history["loss"].mean() for value, history in histories.items()}
    fig, (left, right) = plots.figure(2, width=9.5, width_ratios=[3, 2])
    for label, (history, role) in still.items():
        plots.draw_history(left, history, role, label=label)
        style = {"color": plots.COLOURS[role], "ls": plots.DASHES[role]}
        right.axhline(history["loss"].mean(), **style)
    first = next(iter(histories.values()))
    line, ticks = plots.draw_history(left, first, "retrained", label="retrained (ticks)")
    left.set(ylim=ylim, xlabel="week", ylabel="log loss")
    title = left.set_title(" ")
    right.plot(list(means), list(means.values()), ".-", color=plots.COLOURS["retrained"])
    dot = right.plot([], [], "o", ms=11, color=plots.COLOURS["retrained"])[0]
    right.set(xlabel=unit, ylabel="mean log loss")
    plots.legend_below(fig, left)

    def update(**values):
        value = values[name]
        line.set_ydata(histories[value]["loss"])
        plots.move_ticks(ticks, histories[value])
        dot.set_data([value], [means[value]])
        title.set_text(f"{unit}: {value}, mean log loss {means[value]:.3f}")

    return Picture(fig, (line, ticks, dot, title), update)


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
