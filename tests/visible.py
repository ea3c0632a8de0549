"""What a reader can see in a picture, measured: contrast, size, overlap, and signals but colour.

Contrast follows the Web Content Accessibility Guidelines 2.2, "relative luminance" and "contrast
ratio". A text is held against the pixels that lie behind its letters.
"""

import re
from itertools import combinations
from typing import NamedTuple
from unittest import mock

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import Collection, PathCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Annotation, Text

from tests.notebooks import load, name_of, play

TEXT_CONTRAST = 4.5
LINE_CONTRAST = 3.0
SMALLEST = 8  # points
BEHIND = 0.05  # share of the pixels behind a text that may be too dark: a line that it touches
EMPTY = (None, "None", "none", " ", "")  # no marker, or no line
OVERLAP = 1.0  # pixels that two boxes may share: the boxes are larger than the letters


class Seen(NamedTuple):
    """A picture at the moment it is shown; `update` is None unless a slider moves it."""

    cell: str
    alt: str
    fig: Figure
    update: object = None
    frames: tuple = ({},)


def pictures_of(path):
    """Run a notebook; yield each picture as it is shown, before the next cell changes it."""
    shown, namespace = [], {}

    def show(fig, alt):
        shown.append((fig, alt))

    def explore(picture, alt, strip, **sliders):
        shown.append((picture.fig, alt, picture.update, tuple(frames(strip, sliders))))

    with (
        mock.patch("helpers.plots.show", show),
        mock.patch("helpers.explore.explore", explore),
    ):
        for cell, _ in play(load(path), namespace, path.parent):
            yield from (Seen(cell.id, alt, fig, *rest) for fig, alt, *rest in shown)
            shown.clear()


def frames(strip, sliders):
    """The strip's values, then every slider at its ends."""
    yield from strip
    ends = {name: (spec[0][0], spec[0][-1]) if len(spec) == 2 else spec[:2]
            for name, spec in sliders.items()}  # fmt: skip
    for which in (0, 1):
        yield {name: pair[which] for name, pair in ends.items()}


def luminance(rgb):
    """Relative luminance of sRGB colours, shape (..., 3), from 0 to 1."""
    rgb = np.asarray(rgb, float)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast(first, second):
    """Contrast ratio of colours, from 1 to 21."""
    a, b = luminance(first), luminance(second)
    return (np.maximum(a, b) + 0.05) / (np.minimum(a, b) + 0.05)


def over(colour, behind=(1, 1, 1)):
    """A colour with an alpha as it looks over another, by default over white."""
    *rgb, alpha = to_rgba(colour)
    return alpha * np.array(rgb) + (1 - alpha) * np.array(behind)


def pixels(canvas):
    """The canvas as it is drawn, shape (height, width, 3), from 0 to 1."""
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[:, :, :3] / 255


def texts_of(fig):
    """The texts that are drawn and hold something."""
    drawn = []
    for text in fig.findobj(Text):
        if text.get_visible() and text.get_text().strip():
            drawn.append(text)
    hidden = {id(t) for ax in fig.axes for t in unseen_ticks(ax)}
    off = {id(t) for ax in fig.axes if not ax.axison for t in [*ax.xaxis.findobj(Text),
                                                              *ax.yaxis.findobj(Text)]}  # fmt: skip
    kept = [t for t in drawn if id(t) not in hidden | off]
    return [t for t in kept if not (isinstance(t, Annotation) and not t._check_xy(None))]


def unseen_ticks(ax):
    """The labels of ticks that lie outside the limits, which matplotlib keeps but does not draw."""
    for axis in (ax.xaxis, ax.yaxis):
        drawn = {id(tick) for tick in axis._update_ticks()} if axis.get_visible() else set()
        for tick in [*axis.majorTicks, *axis.minorTicks]:
            if id(tick) not in drawn:
                yield from (tick.label1, tick.label2)


def faults(fig):
    """Every fault in the texts and marks of a figure as it stands, one sentence each."""
    canvas = FigureCanvasAgg(fig)
    full = pixels(canvas)
    texts = texts_of(fig)
    boxes = [text.get_window_extent(canvas.get_renderer()).extents for text in texts]
    alphas = [text.get_alpha() for text in texts]
    for text in texts:
        text.set_alpha(0)  # not invisible, or the layout would change
    bare = pixels(canvas)
    for text, alpha in zip(texts, alphas, strict=True):
        text.set_alpha(alpha)
    for text, box in zip(texts, boxes, strict=True):
        said = repr(text.get_text())
        yield from too_small(text, said)
        yield from cut_off(box, said, full.shape)
        yield from too_faint(text, box, said, full, bare)
    for (a, first), (b, second) in combinations(zip(boxes, texts, strict=True), 2):
        if min(a[2:] - b[:2]) > OVERLAP and min(b[2:] - a[:2]) > OVERLAP:
            if not (first.get_rotation() % 90 or second.get_rotation() % 90):
                yield f"{first.get_text()!r} and {second.get_text()!r} overlap"
    yield from colour_alone(fig)
    yield from faint(fig)


def too_small(text, said):
    if text.get_fontsize() < SMALLEST:
        yield f"{said} has {text.get_fontsize():.1f} points, fewer than {SMALLEST}"


def cut_off(box, said, shape):
    height, width = shape[:2]
    if min(box[:2]) < -0.5 or box[2] > width + 0.5 or box[3] > height + 0.5:
        yield f"{said} is cut off at the edge"


def too_faint(text, box, said, full, bare):
    """Contrast of a text against the pixels behind its letters and around them."""
    height, width = full.shape[:2]
    left, right = max(int(box[0]) - 1, 0), min(int(box[2]) + 2, width)
    top, bottom = max(height - int(box[3]) - 2, 0), min(height - int(box[1]) + 1, height)
    drawn, behind = full[top:bottom, left:right], bare[top:bottom, left:right]
    letters = np.abs(drawn - behind).max(axis=2) > 0.1
    for axis in (0, 1):  # and the pixels that touch them
        letters = letters | np.roll(letters, 1, axis) | np.roll(letters, -1, axis)
    if not letters.any():
        yield f"{said} cannot be seen"
        return
    found = contrast(over(text.get_color()), behind[letters])
    if np.mean(found < TEXT_CONTRAST) > BEHIND:
        share, worst = np.mean(found < TEXT_CONTRAST), np.quantile(found, BEHIND)
        yield f"{said}: contrast {worst:.1f} behind {share:.0%} of its letters"


def look(artist):
    """What tells an artist apart: its look without colour, and its main colour."""
    if isinstance(artist, Line2D):
        dash = "" if artist.get_linestyle() in EMPTY else artist.get_linestyle()
        marker = "" if artist.get_marker() in EMPTY else str(artist.get_marker())
        hollow = bool(marker) and is_light(artist.get_markerfacecolor())
        width = artist.get_linewidth() if dash else 0
        return (dash, marker, hollow, width), over(artist.get_color())
    if isinstance(artist, Patch):
        hollow = is_light(artist.get_facecolor())
        colour = artist.get_edgecolor() if hollow else artist.get_facecolor()
        dash = str(artist._dash_pattern)  # the legend copies it, not the name of the line style
        return (artist.get_hatch() or "", hollow, dash), over(colour)
    faces = artist.get_facecolor() if isinstance(artist, Collection) else []
    edges = artist.get_edgecolor() if isinstance(artist, Collection) else []
    colour = over([*faces, *edges, "black"][0])
    return (type(artist).__name__, not len(faces) or is_light(faces[0])), colour


def is_light(face):
    """Whether a face is white or not there at all."""
    return isinstance(face, str) and face == "none" or luminance(over(face)) > 0.9


def alike(first, second):
    """Whether two looks differ in hue at most.

    Lightness is a signal of its own where the contrast of the two is 3 (WCAG 2.2, understanding
    1.4.1).
    """
    (first, colour), (second, other) = first, second
    return first == second and contrast(colour, other) < LINE_CONTRAST


def colour_alone(fig):
    """Pairs in a legend, and pairs of lines, that only their colour tells apart."""
    for legend in fig.findobj(Legend):
        names = [text.get_text() for text in legend.get_texts()]
        looks = [look(handle) for handle in legend.legend_handles]
        for (a, first), (b, second) in combinations(zip(names, looks, strict=True), 2):
            if alike(first, second):
                yield f"{a!r} and {b!r} differ in colour only, in the legend"
    for ax in fig.axes:
        lines = seen_lines(ax)
        drawn = [line for line in lines if look(line)[0][0]]
        # A mark on a line is told by its line.
        looks = [look(next((d for d in drawn if d.get_color() == x.get_color()), x)) for x in lines]
        for (a, first), (b, second) in combinations(zip(lines, looks, strict=True), 2):
            if a.get_color() != b.get_color() and alike(first, second):
                yield f"lines {a.get_label()!r} and {b.get_label()!r} differ in colour only"


def seen_lines(ax):
    """The lines of an axes that hold a point."""
    return [line for line in ax.lines if line.get_visible() and len(line.get_xdata())]


def faint(fig):
    """Lines and dots whose contrast against white is below 3 (WCAG 2.2, 1.4.11)."""
    for ax in fig.axes:
        for line in seen_lines(ax):
            marks = look(line)[0][0] == ""
            colours = [line.get_markeredgecolor(), line.get_markerfacecolor()]
            colours = map(to_rgba, colours if marks else [line.get_color()])
            if (alpha := line.get_alpha()) is not None:
                colours = [(*colour[:3], alpha if colour[3] else 0) for colour in colours]
            yield from too_light(line, min(map(over, colours), key=luminance))
        for dots in ax.collections:
            if isinstance(dots, PathCollection) and dots.get_visible():
                colours = [*dots.get_edgecolor()[:1], *dots.get_facecolor()[:1]]
                if colours:
                    yield from too_light(dots, min(map(over, colours), key=luminance))


def too_light(artist, colour):
    if (found := contrast(colour, (1, 1, 1))) < LINE_CONTRAST:
        yield f"{artist.get_label()!r} has a contrast of {found:.1f} against white"


def words(text):
    """The words and numbers in a text."""
    return set(re.findall(r"[a-z]{3,}|\d+", text.lower()))


def assert_seen(path, record_property):
    """Every picture of a notebook can be seen, in each frame, and its alternative says more."""
    found, count, texts = {}, 0, 0
    for seen in pictures_of(path):
        count += 1
        written = set()
        for values in seen.frames:
            if seen.update is not None:
                seen.update(**values)
            for fault in faults(seen.fig):
                found.setdefault(f"{seen.cell}: {fault}", values)
            texts += len(texts_of(seen.fig))
            written |= words(" ".join(text.get_text() for text in texts_of(seen.fig)))
        if len(words(seen.alt) - written) < 2:
            found[f"{seen.cell}: the alternative repeats what is written there: {seen.alt!r}"] = {}
    line = f"{name_of(path)}: {count} pictures, {texts} texts"
    record_property("summary", ["pictures that can be seen", line])
    said = [f"{fault} {values or ''}" for fault, values in found.items()]
    assert count and not found, "\n".join(said)
