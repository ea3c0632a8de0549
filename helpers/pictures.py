"""The pictures that move under the sliders of `helpers.explore`.

Each function draws what stands still and returns a `Picture` whose ``update`` moves the rest.
"""

from itertools import chain

import numpy as np
from scipy.stats import norm
from sklearn.base import clone
from sklearn.linear_model import LinearRegression

from helpers import plots
from helpers.adaptation import effective_sample_size, importance_weights
from helpers.backtest import predict
from helpers.budget import TERMS, error_budget, limit, risk, rounded
from helpers.explore import Picture
from helpers.worlds import World, normal


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


def replay_picture(histories, still, ylim):
    """A year replayed under one policy after another: its weeks beside each policy's mean.

    Parameters
    ----------
    histories : dict of (int, int or str) to DataFrame
        (Weeks between retrains, length of the window in weeks or a word such as "all") ->
        history; every combination of the two, all over the same weeks.
    still : dict of str to (DataFrame, str)
        Label -> history that stands beside them, and its role in `helpers.plots.COLOURS`.
    ylim : pair of float
        Limits of the loss per week.

    Returns
    -------
    Picture
        ``update(gap=..., span=...)`` moves it.
    """
    gaps, spans = (list(dict.fromkeys(values)) for values in zip(*histories, strict=True))
    means = {gap: [histories[gap, span]["loss"].mean() for span in spans] for gap in gaps}
    fig, (left, right) = plots.figure(2, width=9.5, height=3.8, width_ratios=[3, 2])
    for label, (history, role) in still.items():
        plots.draw_history(left, history, role, label=label)
        style = {"color": plots.COLOURS[role], "ls": plots.DASHES[role]}
        right.axhline(history["loss"].mean(), **style)
    first = histories[gaps[0], spans[0]]
    line, ticks = plots.draw_history(left, first, "retrained", label="retrained (ticks)")
    left.set(ylim=ylim, xlabel="week", ylabel="log loss")
    title = left.set_title(" ")
    places = range(len(spans))
    for gap in gaps:
        right.plot(places, means[gap], color=plots.COLOURS["floor"], lw=1)
    curve = right.plot(places, means[gaps[0]], ".-", color=plots.COLOURS["retrained"])[0]
    dot = right.plot([], [], "o", ms=11, color=plots.COLOURS["retrained"])[0]
    right.set_xticks(places, [str(span) for span in spans])
    right.set(xlabel="weeks remembered", ylabel="mean log loss", title="grey: other gaps")
    plots.legend_below(fig, left)

    def update(gap, span):
        history, mean = histories[gap, span], means[gap][spans.index(span)]
        line.set_ydata(history["loss"])
        plots.move_ticks(ticks, history)
        curve.set_ydata(means[gap])
        dot.set_data([spans.index(span)], [mean])
        window = f"the last {_weeks(span)}" if isinstance(span, int) else f"{span} weeks"
        title.set_text(f"every {_weeks(gap)} on {window}: mean {mean:.3f}")

    return Picture(fig, (line, ticks, curve, dot, title), update)


def _weeks(number):
    return "week" if number == 1 else f"{number} weeks"


def alarm_picture(rates, rows, excess, level):
    """How often a monitor of the inputs alarms, beside the damage, over the number of rows.

    Parameters
    ----------
    rates : dict of str to dict
        Name of the monitor -> size of the shift -> share of alarms for each of ``rows``.
    rows : array of int
        Numbers of rows, increasing.
    excess : callable
        ``excess(shift, turn, n)``: risk above the floor, as a share of the floor.
    level : float
        Share of false alarms that the first monitor allows.

    Returns
    -------
    Picture
        ``update(shift=, turn=, n=)`` moves it; shift and n are among those given.
    """
    fig, (left, right) = plots.figure(2, width=9.5, height=3.6)
    lines = {}
    for name, colour, dash in zip(rates, ("retrained", "curve"), ("-", "--"), strict=True):
        lines[name] = left.plot(
            rows, 0 * rows, color=plots.COLOURS[colour], ls=dash, marker="o", ms=4, label=name
        )[0]
    left.axhline(level, color="black", lw=1, ls=":", label=f"{level:.0%} false alarms")
    left.set(ylim=(-0.03, 1.05), ylabel="share of alarms")
    orange = plots.COLOURS["staleness"]
    damage = right.plot(rows, 1.0 + rows, color=orange, label="risk above the floor")[0]
    dot = right.plot([], [], "o", ms=8, color=orange)[0]
    right.axhline(100, color="black", lw=1, label="as much again as the floor")
    right.set(yscale="log", ylim=(0.01, 300), ylabel="above the floor (% of it)")
    right.yaxis.set_major_formatter("{x:g}")
    for ax in (left, right):
        ax.set(xscale="log", xlabel="rows, n")
        ax.xaxis.set_major_formatter("{x:,.0f}")
    mark = left.axvline(rows[0], color=plots.COLOURS["guess"], ls="-.", lw=1.5)
    titles = [ax.set_title(" ") for ax in (left, right)]
    plots.legend_below(fig, left)
    right.legend(loc="lower left")

    def update(shift, turn, n):
        at = list(rows).index(n)
        for name, line in lines.items():
            line.set_ydata(rates[name][shift])
        above = 100 * excess(shift, turn, n)
        damage.set_ydata(100 * excess(shift, turn, rows))
        dot.set_data([n], [above])
        mark.set_xdata([n, n])
        shares = ", ".join(f"{name.split()[0]} {rates[name][shift][at]:.0%}" for name in rates)
        titles[0].set_text(f"shift {shift:g}, n = {n:,}: alarms of {shares}")
        titles[1].set_text(f"turn {turn:.1f}: risk {above:.2g}% above the floor")

    return Picture(fig, (*lines.values(), damage, dot, mark, *titles), update)


def tempo_picture(excesses, roles, start, name, title):
    """The excess of several memories over time, beside their means for every value of a slider.

    Parameters
    ----------
    excesses : dict of float to dict of str to ndarray
        Value of the slider -> memory -> risk above the floor for each batch, positive.
    roles : dict of str to str
        Memory -> its role in `helpers.plots.COLOURS`.
    start : int
        Number of the first batch.
    name : str
        Of the slider's value, as the argument of ``update``.
    title : str
        Says what the value is, such as ``"length of a spell: {:g}"``.

    Returns
    -------
    Picture
        ``update(**{name: value})`` moves it.
    """
    values = np.array(list(excesses))
    means = {m: np.array([excesses[v][m].mean() for v in excesses]) for m in roles}
    every = np.array([[excesses[v][m] for m in roles] for v in excesses])
    t = start + np.arange(every.shape[-1])
    fig, (left, right) = plots.figure(2, width=9.5, height=3.6, sharey=True)
    lines, dots = {}, {}
    for memory, role in roles.items():
        lines[memory] = plots.draw_curve(left, t, np.ones(len(t)), role, memory)
        plots.draw_curve(right, values, means[memory], role)
        dots[memory] = right.plot([], [], "o", color=plots.COLOURS[role])[0]
    left.set(yscale="log", ylim=(every.min() / 1.5, every.max() * 1.5))
    left.set(xlabel="batch", ylabel="risk above the floor")
    right.set(xlabel=f"{title.partition(':')[0]} (batches)", title="mean over all batches")
    mark = right.axvline(values[0], color="black", lw=1)
    heading = left.set_title(" ")
    plots.legend_below(fig, left)

    def update(**chosen):
        value = values[np.abs(values - chosen[name]).argmin()]
        for memory, line in lines.items():
            line.set_ydata(excesses[value][memory])
            dots[memory].set_data([value], [excesses[value][memory].mean()])
        mark.set_xdata([value, value])
        best = min(roles, key=lambda memory: excesses[value][memory].mean())
        heading.set_text(f"{title.format(value)}. Least mean: {best}")

    return Picture(fig, (*lines.values(), mark, *dots.values(), heading), update)


def weighting_picture(mean, X, y, noise, source, xlim, ylim, top, labels):
    """A line weighted for a mix that moves: rows and lines beside what each line risks there.

    Parameters
    ----------
    mean : callable
        ``mean(X, t)``, the relation, as `helpers.worlds.World` takes it. It never changes.
    X, y : array of shape (n, 1), (n,)
        The labelled rows.
    noise : float
        Standard deviation of y around the relation.
    source : frozen normal of scipy.stats
        The mix that the rows came from.
    xlim, ylim : pair of float
        Limits of the picture of the rows.
    top : float
        Upper limit of the risk.
    labels : pair of str
        What x and y are.

    Returns
    -------
    Picture
        ``update(mean=..., sd=...)``: the normal mix to come.
    """
    fig, (left, right) = plots.figure(2, width=9.5, height=3.8, width_ratios=[3, 2])
    grid = np.linspace(*xlim, 201)[:, None]
    dots = left.scatter(X[:, 0], y, color=plots.COLOURS["new"], edgecolor="#444444", lw=0.5)
    plots.draw_curve(left, grid, mean(grid, 0), "truth", "truth")
    unweighted = LinearRegression().fit(X, y)
    plots.draw_curve(left, grid, unweighted.predict(grid), "frozen", "unweighted line")
    weighted = plots.draw_curve(left, grid, 0 * grid, "retrained", "weighted line")
    best = plots.draw_curve(left, grid, 0 * grid, "curve", "best line for the new mix")
    mix = plots.draw_curve(left, grid, 0 * grid, "old", "new mix (its density)")
    left.set(xlim=xlim, ylim=ylim, xlabel=labels[0], ylabel=labels[1])
    plots.legend_below(fig, left)
    heading = left.set_title(" ")
    names = ["unweighted", "weighted", "best line"]
    parts = {"floor": "floor", "approximation": "approximation", "excess": "staleness"}
    bars = {p: right.bar(names, 0, 0.6, label=p, **plots.fill(t)) for p, t in parts.items()}
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    totals = [right.text(i, 0, "", ha="center", va="bottom", bbox=box) for i in range(3)]
    right.set(ylim=(0, top), ylabel="risk (squared units of y)", title="risk under the new mix")
    right.legend(loc="upper right")

    def update(**values):
        target = norm(values["mean"], values["sd"])
        world = World(normal(values["mean"], values["sd"]), mean, noise)
        w = importance_weights(X[:, 0], source.pdf, target.pdf)
        lines = [unweighted, LinearRegression().fit(X, y, sample_weight=w)]
        lines.append(limit(world, LinearRegression()))
        floor, risks = world.floor(), [risk(world, line) for line in lines]
        dots.set_sizes(4 + np.minimum(12 * w / w.mean(), 150))
        weighted.set_ydata(lines[1].predict(grid))
        best.set_ydata(lines[2].predict(grid))
        density = target.pdf(grid[:, 0]) / target.pdf(values["mean"])
        mix.set_ydata(ylim[0] + 0.3 * (ylim[1] - ylim[0]) * density)
        heading.set_text(f"effective sample size {effective_sample_size(w):.1f} of {len(y)} rows")
        for i, total in enumerate(risks):
            heights = [floor, risks[-1] - floor, total - risks[-1]]
            for bar, height, y0 in zip(bars.values(), heights, [0, floor, risks[-1]], strict=True):
                bar[i].set(y=y0, height=height)
            totals[i].set(y=min(total + 0.015 * top, 0.94 * top), text=rounded(total))

    moving = (dots, weighted, best, mix, heading, *chain(*bars.values()), *totals)
    return Picture(fig, moving, update)


def valley_picture(excess, simulated, estimation, windows, top):
    """The excess over the length of the training window, under drift of some speed.

    Parameters
    ----------
    excess : dict of str to callable
        Kind of drift -> ``f(w, speed)``: risk above the floor by theory, w an array.
    simulated : dict of str to callable
        Kind of drift -> ``f(speed)``: the same by simulation, one value for each of ``windows``.
    estimation : callable
        ``f(w)``: the part of the excess that is there without drift.
    windows : sequence of int
        Rows, increasing; the last is all of the history.
    top : float
        Upper limit of the risk above the floor.

    Returns
    -------
    Picture
        ``update(window=, speed=)`` moves it.
    """
    w = np.arange(windows[0], windows[-1] + 1)
    fig, axes = plots.figure(len(excess), width=9.5, height=3.8, sharey=True)
    parts = []
    for ax in axes:
        ax.fill_between(w, 0, estimation(w), label="estimation", **plots.fill("estimation"))
        stale = ax.fill_between(w, 0, estimation(w), label="staleness", **plots.fill("staleness"))
        dots = ax.plot(windows, 0 * w[: len(windows)], "ko", ms=5, label="simulated")[0]
        style = {"color": plots.COLOURS["curve"], "ls": plots.DASHES["curve"]}
        best = ax.axvline(w[0], label="best window", **style)
        yours = ax.axvline(w[0], color=plots.COLOURS["guess"], ls=":", lw=3, label="your window")
        ax.set(xscale="log", ylim=(0, top), xlabel="window (rows)")
        ax.set_xticks([10, 100, 1000], ["10", "100", "1000"])
        parts.append((stale, dots, best, yours, ax.set_title(" \n ")))
    axes[0].set_ylabel("risk above the floor")
    plots.legend_below(fig, axes[0])

    def update(window, speed):
        for (kind, theory), (stale, dots, best, yours, title) in zip(
            excess.items(), parts, strict=True
        ):
            total = theory(w, speed)
            edge = np.concatenate([total, estimation(w)[::-1]])
            stale.set_verts([np.column_stack([np.concatenate([w, w[::-1]]), edge])])
            dots.set_ydata(simulated[kind](speed))
            best.set_xdata([w[total.argmin()]] * 2)
            yours.set_xdata([window] * 2)
            here, noise = float(theory(window, speed)), float(estimation(window))
            title.set_text(
                f"{kind}, {window} rows: estimation {rounded(noise)}\n+ staleness "
                f"{rounded(here - noise)} = {rounded(here)}; best: {w[total.argmin()]} rows"
            )

    return Picture(fig, tuple(chain(*parts)), update)
