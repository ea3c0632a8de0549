"""Pictures of notebook 08: what policies cost, and what late labels do to them."""

from itertools import chain

import numpy as np

from helpers import plots
from helpers.explore import Picture


def draw_costs(ax, costs, hindsight):
    """Mean cost per row of each policy with its 95% interval, on a logarithmic axis.

    Parameters
    ----------
    ax : Axes
    costs : dict of str to array of shape (S,) or None
        Policy -> cost per row in each of S streams; None leaves its line empty. Drawn from top to
        bottom.
    hindsight : array of shape (S,)
        Cost of the cheapest schedule; its mean is drawn down the picture.
    """
    for i, values in enumerate(costs.values()):
        if values is not None:
            half = 1.96 * values.std(ddof=1) / len(values) ** 0.5
            ax.errorbar(values.mean(), i, xerr=half, fmt="o", ms=5, capsize=3, color="black")
    style = {"color": plots.COLOURS["curve"], "ls": plots.DASHES["curve"]}
    ax.axvline(np.mean(hindsight), label="cheapest schedule in hindsight", **style)
    ax.set(xscale="log", xlim=(0.01, 50), ylim=(len(costs) - 0.5, -0.5), xlabel="cost per row")
    ax.set_xticks([0.01, 0.1, 1, 10], ["0.01", "0.1", "1", "10"])
    ax.set_yticks(range(len(costs)), list(costs))
    ax.grid(visible=True, axis="both")


def laws_picture(periods, means, price, prices, laws):
    """Cost over the retraining period, beside the best period over the price of a retrain.

    Parameters
    ----------
    periods : array of shape (n,)
        Rows between retrains.
    means : dict of str to array of shape (n,)
        Kind of drift -> mean excess if retrained so often; two kinds at most.
    price : float
        Of a retrain, on the left.
    prices : array
        On the right.
    laws : dict of str to callable
        Kind of drift -> ``law(price)``, the best period in rows.

    Returns
    -------
    Figure
        Lines on the right are the laws, marks the best of the periods.
    """
    fig, (left, right) = plots.figure(2, width=9.5, height=3.6)
    for (kind, mean), role, mark in zip(means.items(), ("retrained", "frozen"), "os", strict=False):
        total = mean + price / periods
        plots.draw_curve(left, periods, total, role, kind)
        style = {"ls": "", "marker": mark, "color": plots.COLOURS[role]}
        left.plot(periods[total.argmin()], total.min(), **style)
        plots.draw_curve(right, prices, [laws[kind](p) for p in prices], role, f"{kind}, law")
        found = [periods[(mean + p / periods).argmin()] for p in prices]
        right.plot(prices, found, label=f"{kind}, simulated", **style)
    left.axhline(0, color=plots.COLOURS["floor"], lw=5, label="floor")
    left.set(xlim=(0, 700), ylim=(-0.02, 1), xlabel="period (rows)", ylabel="cost per row")
    left.set_title(f"price {price:g}; marks: the least")
    right.set(xscale="log", yscale="log", xlabel="price of a retrain", ylabel="best period (rows)")
    right.set_xticks([5, 10, 20, 40, 80], ["5", "10", "20", "40", "80"])
    right.set_yticks([100, 200, 400], ["100", "200", "400"])
    right.minorticks_off()
    left.legend()
    right.legend()
    return fig


def frontier_picture(frontier):
    """What error a policy has for the labels that it buys.

    Parameters
    ----------
    frontier : dict of (str, str) to DataFrame
        World and policy -> its settings as the index, with the columns labels (per row served) and
        excess; two policies at most.

    Returns
    -------
    Figure
        One picture a world. Down and to the left is better.
    """
    worlds = list(dict.fromkeys(world for world, _ in frontier))
    policies = list(dict.fromkeys(policy for _, policy in frontier))
    fig, axes = plots.figure(len(worlds), width=9.5, height=3.8, sharey=True)
    for (world, policy), points in frontier.items():
        ax, i = axes[worlds.index(world)], policies.index(policy)
        role, mark = [("frozen", "s"), ("retrained", "o")][i]
        others = [p for name, p in frontier.items() if name[0] == world and name[1] != policy]
        rival = others[0].sort_values("labels") if others else points
        level = np.interp(np.log(points["labels"]), np.log(rival["labels"]), rival["excess"])
        line = plots.draw_curve(ax, points["labels"], points["excess"], role, policy)
        line.set_marker(mark)
        for (value, at), theirs in zip(points[["labels", "excess"]].iterrows(), level, strict=True):
            below = at["excess"] <= theirs  # the number stands on the side away from the rival
            style = {"va": "top", "ha": "right"} if below else {"va": "bottom", "ha": "left"}
            shift = (-4, -4) if below else (4, 4)
            box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 0.5}
            style |= {"fontsize": 9, "bbox": box}
            ax.annotate(value, at, shift, textcoords="offset points", **style)
        ax.set_title(world)
    for ax in axes:
        ax.axhline(0, color=plots.COLOURS["floor"], lw=5, label="floor")
        ax.set(xscale="log", xlabel="labels bought per row served", xlim=(0.035, 1.3))
        ax.set_xticks([0.05, 0.1, 0.2, 0.5, 1], ["0.05", "0.1", "0.2", "0.5", "1"])
        ax.minorticks_off()
    axes[0].set(ylim=(-0.02, None), ylabel="risk above the floor")
    plots.legend_below(fig, axes[0])
    return fig


def delay_picture(profiles, costs, roles, rows, before, top):
    """Excess after a change, and the cost of each policy, as labels get later.

    Parameters
    ----------
    profiles : dict of int to dict of str to array of shape (n,)
        Label delay in rows -> policy -> mean excess of the batches around the change.
    costs : dict of int to dict of str to float
        Label delay in rows -> policy -> cost per row.
    roles : dict of str to str
        The policies whose excess is drawn -> their role in `helpers.plots.COLOURS`.
    rows : int
        Rows in each batch.
    before : int
        How many of the batches come before the change.
    top : float
        Upper limit of the excess.

    Returns
    -------
    Picture
        ``update(delay=...)``, in rows.
    """
    least = min(costs)
    names = list(costs[least])
    since = rows * (np.arange(len(profiles[least][next(iter(roles))])) - before)
    fig, (left, right) = plots.figure(2, width=9.5, height=3.8, width_ratios=[5, 4])
    lines = {
        name: plots.draw_curve(left, since, 0 * since, role, name) for name, role in roles.items()
    }
    left.set(ylim=(-0.02 * top, top), xlabel="rows since the change", ylabel="risk above the floor")
    left.axhline(0, color=plots.COLOURS["floor"], lw=5, label="floor", zorder=0)
    left.legend(loc="upper right", framealpha=0.9, frameon=True)
    bars = right.barh(names, 0, 0.6, color=plots.COLOURS["new"])
    marks = right.plot(list(costs[least].values()), names, "k|", ms=14)  # to stay over the bars
    highest = max(chain.from_iterable(c.values() for c in costs.values()))
    right.set(xlim=(0, 1.15 * highest), xlabel=f"cost per row (marks: {least} rows late)")
    right.invert_yaxis()
    right.grid(visible=True, axis="x")
    right.grid(visible=False, axis="y")
    texts = [right.text(0, i, "", va="center") for i in range(len(names))]
    titles = [left.set_title(" "), right.set_title(" ")]
    delays = np.array(list(costs))

    def update(delay):
        at = int(delays[np.abs(delays - delay).argmin()])
        for name, line in lines.items():
            line.set_ydata(profiles[at][name])
        for name, bar, text in zip(names, bars, texts, strict=True):
            bar.set_width(costs[at][name])
            text.set(
                x=max(costs[at][name], costs[least][name]) + 0.01 * highest,
                text=f"{costs[at][name]:.2f}",
            )
        titles[0].set_text(f"labels {at} rows late")
        titles[1].set_text(f"least: {min(names, key=costs[at].get)}")

    return Picture(fig, (*lines.values(), *bars, *marks, *texts, *titles), update)
