"""The pictures that move under the sliders of `helpers.explore`.

Each function draws what stands still and returns a `Picture` whose ``update`` moves the rest.
"""

from itertools import chain

import numpy as np
from sklearn.base import clone

from helpers import plots
from helpers.backtest import predict
from helpers.budget import TERMS, error_budget, rounded
from helpers.explore import Picture


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
