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
    ax.set(xscale="log", ylim=(len(costs) - 0.5, -0.5), xlabel="cost per row")
    ax.set_yticks(range(len(costs)), list(costs))
    ax.grid(visible=True, axis="both")


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
    right.plot(list(costs[least].values()), names, "k|", ms=14, label=f"labels {least} rows late")
    highest = max(chain.from_iterable(c.values() for c in costs.values()))
    right.set(xlim=(0, 1.15 * highest), xlabel="cost per row")
    right.invert_yaxis()
    right.grid(visible=True, axis="x")
    right.grid(visible=False, axis="y")
    right.legend(loc="lower right", framealpha=0.9, frameon=True)
    texts = [right.text(0, i, "", va="center") for i in range(len(names))]
    titles = [left.set_title(" "), right.set_title(" ")]
    delays = np.array(list(costs))

    def update(delay):
        at = int(delays[np.abs(delays - delay).argmin()])
        for name, line in lines.items():
            line.set_ydata(profiles[at][name])
        for name, bar, text in zip(names, bars, texts, strict=True):
            bar.set_width(costs[at][name])
            text.set(x=costs[at][name] + 0.01 * highest, text=f"{costs[at][name]:.2f}")
        titles[0].set_text(f"labels {at} rows late")
        titles[1].set_text(f"least: {min(names, key=costs[at].get)}")

    return Picture(fig, (*lines.values(), *bars, *texts, *titles), update)
