"""From a slider's value to a new picture: `explore` beside `interactive_output`.

Every notebook is played up to its sliders; then both ways get the same values in turn. Kernel side
only. The other side is what one writes first: for each value compute what is to be seen, make a
new figure with all its axes, lines and words, and encode it as JupyterLab's inline backend does,
cut to a tight box. So that one program serves all pictures, that new figure is made from a pickled
one, which takes no longer than making it with plotting commands; pickling it is not timed.
"""

import pickle
from contextlib import redirect_stdout
from io import StringIO
from unittest import mock

import numpy as np
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import print_figure
from IPython.display import display
from ipywidgets import IntSlider, interactive_output
from matplotlib.backends.backend_agg import FigureCanvasAgg

import helpers.explore
from benchmarks.timing import row, seconds
from tests.notebooks import load, main_notebooks, play, tags


def sliders(path):
    """Yield id, picture, box and names of the sliders of each explore cell, as it is run."""
    shown, original = [], helpers.explore.explore

    def noted(picture, alt, strip, **sliders):
        box = original(picture, alt, strip, **sliders)
        shown.append((picture, box, list(sliders)))
        return box

    with mock.patch.object(helpers.explore, "explore", noted):
        for cell, _ in play(load(path), {}):
            if "explore" in tags(cell):
                yield cell.id, *shown[-1]


def values_of(control, n, rng):
    """``n`` places of a slider, none twice in a row."""
    if hasattr(control, "options"):
        places = [value for _, value in control._options_full]
    else:
        steps = round((control.max - control.min) / control.step)
        places = [control.min + i * control.step for i in range(steps + 1)]
    jumps = rng.integers(1, len(places), n).cumsum()
    return [places[i] for i in (places.index(nearest(places, control.value)) + jumps) % len(places)]


def nearest(places, value):
    """The place that a slider has now; its steps may be rounded."""
    if value in places:
        return value
    return min(places, key=lambda place: abs(place - value))


def usual(picture):
    """Return ``prepare(values)`` and ``move()``, which shows those values in a new figure."""
    pending, slider = {}, IntSlider(0, 0, 10**6)

    def prepare(values):
        for artist in picture.moving:  # without `explore` they would be drawn with the rest
            artist.set_animated(False)
        picture.update(**values)
        pending.update(values=values, figure=pickle.dumps(picture.fig))
        for artist in picture.moving:
            artist.set_animated(True)

    def draw(count):
        if count:
            picture.update(**pending["values"])
            figure = pickle.loads(pending["figure"])
            FigureCanvasAgg(figure)
            png = print_figure(figure, fmt="png", bbox_inches="tight")
            display({"image/png": png}, raw=True)

    shown = interactive_output(draw, {"count": slider})

    def move():
        slider.value += 1
        return shown

    return prepare, move


def time_both(picture, box, names, moves, rng):
    """CPU milliseconds of both ways for the same new values, shape (moves, 2)."""
    prepare, move = usual(picture)
    controls = dict(zip(names, box.children[0].children, strict=True))
    each = moves // len(controls) + 4
    plan = [(name, v) for name in names for v in values_of(controls[name], each, rng)]
    times = []
    for i in rng.permutation(len(plan)):
        name, value = plan[i]
        if controls[name].value == value:
            continue
        fast = seconds(setattr, controls[name], "value", value)[1]
        prepare({name: control.value for name, control in controls.items()})
        slow = seconds(move)[1]
        times.append((slow, fast))
    return 1000 * np.array(times[3:])  # the first three warm up


def measure(quick=False):
    """Time each slider cell of each notebook; yield one row for each."""
    rng = np.random.default_rng(0)
    InteractiveShell.instance()  # so that display() goes its usual way
    paths = main_notebooks()[:1] if quick else main_notebooks()
    for path in paths:
        for cell, picture, box, names in sliders(path):
            with redirect_stdout(StringIO()):  # a terminal is sent codes that clear it
                times = time_both(picture, box, names, 6 if quick else 40, rng)
            (slow50, fast50), (slow95, fast95) = np.percentile(times, [50, 95], axis=0)
            note = (
                f"new figure {slow50:.0f} and {slow95:.0f} ms, explore {fast50:.1f} and "
                f"{fast95:.1f} ms (median and 95%); {len(times)} moves"
            )
            what = f"slider {path.stem[:2]} {cell}: time to a new picture at the 95th percentile"
            one = row(what, times[:, 1] / times[:, 0], "<= 0.2", note)
            yield one | {"ratio": fast95 / slow95}
