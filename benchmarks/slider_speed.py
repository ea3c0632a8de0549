"""From a slider's value to a new picture: `explore` beside `interactive_output`.

    python benchmarks/slider_speed.py

Kernel side only. Both sides show the same content, look up the same error budgets and fit the same
line. The other side draws a new figure for each value and encodes it as JupyterLab's inline
backend does, cut to a tight box.
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import argparse
import io
from contextlib import redirect_stdout
from time import perf_counter

import numpy as np
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import print_figure
from IPython.display import display
from ipywidgets import IntSlider, interactive_output
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from sklearn.linear_model import LinearRegression

from helpers import plots
from helpers.budget import TERMS, error_budget
from helpers.explore import explore
from helpers.pictures import budget_picture
from helpers.worlds import World, uniform

MONTHS, ROWS = range(21), 20
XLIM, YLIM, TOP = (0, 1), (-0.4, 1.4), 0.065


def turning(X, month):
    """A relation that turns around by 2% a month."""
    share = 0.02 * month
    return (1 - share) * X[:, 0] ** 2 + share * (1 - X[:, 0]) ** 2


WORLD = World(uniform(0, 1), turning, noise=0.1)
LINE = LinearRegression().fit(*WORLD.sample(np.random.default_rng(1), ROWS))


def new_figure(month, budget):
    """Draw the content of `budget_picture` from nothing."""
    fig = Figure(figsize=(8.4, 3.4))
    FigureCanvasAgg(fig)
    left, right = fig.subplots(1, 2)
    grid = np.linspace(*XLIM, 200)[:, None]
    X, y = WORLD.sample(np.random.default_rng(0), ROWS, month)
    plots.draw_rows(left, X, y, label="today's rows")
    plots.draw_curve(left, grid, turning(grid, month), "truth", "truth")
    fresh = LinearRegression().fit(X, y).predict(grid)
    plots.draw_curve(left, grid, fresh, "retrained", "retrained now")
    plots.draw_curve(left, grid, LINE.predict(grid), "frozen", "deployed")
    left.set(xlim=XLIM, ylim=YLIM, xlabel="x", ylabel="y")
    fig.legend(loc="lower center", bbox_to_anchor=(0.5, -0.12), ncols=5)
    left.set_title(f"month {month}: staleness {budget['staleness']:.3f}")
    base = np.zeros(2)
    for term in TERMS:
        heights = np.array([budget[term], 0 if term == "staleness" else budget[term]])
        right.bar([0, 1], heights, 0.6, bottom=base, label=term, **plots.fill(term))
        base = base + heights
    for i, top in enumerate(base):
        right.text(i, min(top, TOP), f"{top:.3f}", ha="center", va="bottom")
    right.set(ylim=(0, TOP), ylabel="risk (squared units of y)")
    right.set_xticks([0, 1], ["deployed", "retrained now"])
    right.legend(reverse=True)
    return fig


def usual():
    """Return a slider whose every move draws a new figure."""
    budgets = {t: error_budget(WORLD, LinearRegression(), LINE, ROWS, t) for t in MONTHS}
    slider = IntSlider(0, MONTHS[0], MONTHS[-1])

    def draw(month):
        png = print_figure(new_figure(month, budgets[month]), fmt="png", bbox_inches="tight")
        display({"image/png": png}, raw=True)

    return slider, interactive_output(draw, {"month": slider})


def ours():
    """Return a slider that moves what changes in a picture drawn once."""
    options = {"xlim": XLIM, "ylim": YLIM, "top": TOP, "name": "month", "title": "month {:g}"}
    picture = budget_picture(WORLD, LinearRegression(), LINE, ROWS, MONTHS, **options)
    spec = (MONTHS[0], MONTHS[-1], 1, "month")
    box = explore(picture, "A moving budget.", [{"month": 0}], month=spec)
    return box.children


def milliseconds(slider, value):
    """Time from the slider's new value until its observers are done."""
    before = perf_counter()
    slider.value = value
    return 1000 * (perf_counter() - before)


def main():
    """Move both sliders in turn, value by value, and print percentiles and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moves", type=int, default=200)
    moves = parser.parse_args().moves
    InteractiveShell.instance()  # so that display() goes its usual way
    months = np.random.default_rng(0).permutation(np.tile(MONTHS, moves // len(MONTHS) + 2))
    months = months[np.diff(months, prepend=-1) != 0]
    times = []
    with redirect_stdout(io.StringIO()):  # a terminal is sent codes that clear it
        (slow, _), (fast, image) = usual(), ours()
        for month in months[: moves + 5]:
            shown = image.value
            times.append([milliseconds(slow, int(month)), milliseconds(fast, int(month))])
            assert image.value != shown or month == 0
    times = np.array(times[5:])  # the first five warm up
    for name, column in zip(["interactive_output", "explore"], times.T, strict=True):
        p50, p95 = np.percentile(column, [50, 95])
        print(f"{name:20} p50 {p50:6.1f} ms   p95 {p95:6.1f} ms   ({len(times)} moves)")
    low, ratio, high = np.percentile(times[:, 1] / times[:, 0], [5, 50, 95])
    print(f"explore / interactive_output, pair by pair: {ratio:.3f} [5% {low:.3f}, 95% {high:.3f}]")


if __name__ == "__main__":
    main()
