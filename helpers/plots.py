"""The pictures: one palette, the floor drawn in, units on axes, a text alternative for each.

Figures are made without pyplot, so that a picture appears once, where `show` puts it.
"""

import io

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.markers import TICKUP

from helpers.budget import TERMS

# Okabe and Ito's colours, told apart by colour-blind readers; each also has a hatch or a dash. Sky
# blue and green are darkened, so that all lines have a contrast of 3 against white (WCAG 1.4.11);
# the yellow is for areas alone, which have dark outlines.
COLOURS = {
    "floor": "#949494",
    "approximation": "#0072B2",
    "estimation": "#F0E442",
    "staleness": "#D55E00",
    "truth": "#000000",
    "old": "#8A8A8A",
    "new": "#3399D0",
    "frozen": "#D55E00",
    "retrained": "#0072B2",
    "curve": "#007A5A",
    "guess": "#CC79A7",
}
HATCHES = {"floor": "", "approximation": "//", "estimation": "..", "staleness": "\\\\"}
DASHES = {"truth": "-", "old": ":", "new": ":", "frozen": "--", "retrained": "-", "curve": "-."}

matplotlib.rcParams.update(
    {
        "axes.axisbelow": True,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlesize": "medium",
        "axes.titlelocation": "left",
        "figure.dpi": 90,
        "grid.alpha": 0.35,
        "hatch.linewidth": 0.6,
        "legend.frameon": False,
        "lines.linewidth": 2,
    }
)


def figure(columns=1, height=3.4, width=8.4, **options):
    """Return a new figure and its axes, side by side.

    Parameters
    ----------
    columns : int
        Number of axes.
    height, width : float
        Size in inches.
    **options
        Passed to `matplotlib.figure.Figure.subplots`, such as ``sharey=True``.

    Returns
    -------
    Figure, Axes or array of Axes
    """
    fig = Figure(figsize=(width, height), layout="constrained")
    return fig, fig.subplots(1, columns, **options)


def png(fig):
    """The figure as PNG bytes, the same bytes for the same matplotlib."""
    buffer = io.BytesIO()
    fig.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def show(fig, alt):
    """Display a figure with its text alternative.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
    alt : str
        What the picture shows, for readers who do not see it.
    """
    from IPython.display import display

    data = {"image/png": png(fig), "text/plain": alt}
    display(data, raw=True, metadata={"image/png": {"alt": alt}})


def draw_rows(ax, x, y, when="new", label=None):
    """Rows as dots: grey rings for ``when="old"``, blue dots for ``"new"``."""
    face = "none" if when == "old" else (COLOURS[when], 0.6)  # where dots lie on dots it is darker
    style = {"ls": "", "marker": "o", "ms": 4, "mfc": face, "mec": COLOURS[when], "mew": 0.8}
    return ax.plot(x, y, label=label, **style)[0]


def draw_curve(ax, x, y, role, label=None):
    """A function of x in the colour and dash of its role: truth, frozen, retrained or curve."""
    order = np.argsort(np.ravel(x))
    x, y = np.ravel(x)[order], np.ravel(y)[order]
    return ax.plot(x, y, color=COLOURS[role], ls=DASHES[role], label=label)[0]


def draw_history(ax, history, role, column="loss", label=None):
    """A column of a history over time, in the colour and dash of its role, retrains as ticks.

    Parameters
    ----------
    ax : Axes
    history : DataFrame
        What `helpers.backtest.backtest` returns.
    role : str
        Such as frozen, retrained or old.
    column : str
        What is drawn, in its own units.
    label : str, optional
        For the legend.

    Returns
    -------
    Line2D, Line2D
        The column, and the ticks at the bottom.
    """
    style = {"color": COLOURS[role], "ls": DASHES[role]}
    line = ax.plot(history["when"], history[column], label=label, **style)[0]
    ticks = ax.plot([], [], ls="", marker=TICKUP, ms=9, mew=2, color=COLOURS[role])[0]
    ticks.set_transform(ax.get_xaxis_transform())
    ticks.set_in_layout(False)
    move_ticks(ticks, history)
    return line, ticks


def move_ticks(ticks, history):
    """Put the ticks of `draw_history` where another history was retrained."""
    when = history.loc[history["retrained"], "when"]
    ticks.set_data(when, np.zeros(len(when)))


def draw_guess(ax, guess, label="your guess"):
    """A recorded prediction as a horizontal line; nothing while it is still ``...``."""
    if guess is ...:
        return None
    try:
        height = float(guess)
    except (TypeError, ValueError):
        print(f"your guess {guess!r} is not a number, so it is not drawn")
        return None
    return ax.axhline(height, color=COLOURS["guess"], ls=":", lw=2.5, label=label)


def draw_budgets(ax, budgets, unit):
    """Error budgets as stacked bars, one bar a model.

    Parameters
    ----------
    ax : Axes
    budgets : dict of str to dict
        Name of the bar -> what `helpers.budget.error_budget` returns.
    unit : str
        Unit of the risk, for the axis label.
    """
    names = list(budgets)
    for term in TERMS:
        heights = np.array([budgets[name][term] for name in names])
        base = [_base(budgets[name], term) for name in names]
        bars = ax.bar(names, heights, bottom=base, width=0.6)
        # The legend shows the term's own colour, whatever the sign of the first bar.
        ax.fill_between([], [], label=term, **fill(term))
        for bar, height in zip(bars, heights, strict=True):
            bar.set(**fill(term, height))
    for i, name in enumerate(names):
        top = max(budgets[name]["risk"], _base(budgets[name], "staleness"))
        ax.annotate(f"{budgets[name]['risk']:.3f}", (i, top), (0, 3), textcoords="offset points",
                    ha="center", va="bottom")  # fmt: skip
    ax.set_ylabel(f"risk ({unit})")
    ax.margins(y=0.12)
    ax.grid(visible=False, axis="x")


def draw_budget_over_time(ax, budget, unit="squared units", retrained=(), label="retrained"):
    """The four terms over time as stacked areas, the floor at the bottom, retrains as ticks.

    Parameters
    ----------
    ax : Axes
    budget : DataFrame
        What `helpers.budget.budget_over_time` returns.
    unit : str
        Unit of the risk.
    retrained : sequence of int
        Batches at which the model was retrained.
    label : str
        What the legend calls these.
    """
    budget = pd.concat([budget, budget.iloc[[-1]]], ignore_index=True)
    budget.loc[len(budget) - 1, "batch"] += 1  # the last batch has a width as well
    t, explained = budget["batch"], 0
    for term in TERMS:
        top = explained + budget[term]
        ax.fill_between(t, explained, top, step="post", label=term, lw=0.4, **fill(term))
        if np.any(top < explained):  # taken off the others: white, as in the bars
            taken = np.minimum(top, explained)
            ax.fill_between(t, taken, explained, step="post", lw=0.4, **fill(term, -1))
        explained = top
    ax.step(t, budget["risk"], where="post", color="black", lw=1, label="risk")
    for i, batch in enumerate(retrained):
        ax.axvline(batch, ymax=0.05, color="black", lw=2, label="" if i else label)
    ax.set(xlabel="batch", ylabel=f"risk ({unit})")
    if len(ax.get_shared_y_axes().get_siblings(ax)) > 1:
        ax.label_outer()


def legend_below(fig, ax, columns=5):
    """One legend for all axes, below them."""
    handles, labels = ax.get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside lower center", ncols=columns)


def _base(budget, term):
    return sum(budget[t] for t in TERMS[: TERMS.index(term)])


def fill(term, value=0.0):
    """Colour and hatch of a term, as keywords for bars and areas.

    A negative term is taken off the others: white, so that they show that much less.
    """
    face = "white" if value < 0 else COLOURS[term]
    return {"facecolor": face, "hatch": HATCHES[term], "edgecolor": "#444444"}
