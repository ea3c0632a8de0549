"""The pictures of a reader's own study: losses, differences, drift, prices.

Each builder returns a figure and its text alternative. Names come from a reader's file, so they
are shortened, and a dollar sign starts no formula.
"""

import numpy as np

from helpers.explore import Picture
from helpers.own_data import best_policy
from helpers.plots import COLOURS, figure, legend_below

LONGEST = 42  # characters of a name
MOST_COLUMNS = 20  # in the picture of drift
LARGE_PSI = 0.5  # darkest colour
STEPS = 25  # prices on the slider


def plain(name):
    """A name from a file, fit for a picture: one line, short, and no formula."""
    text = " ".join(str(name).split())
    text = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return text.replace("$", r"\$")


def figures(value):
    """A loss in three figures, thousands in full."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:#.3g}".removesuffix(".")


def losses_picture(study, results):
    """The loss of each period: frozen, chosen policy, best naive forecast.

    Parameters
    ----------
    study : helpers.own_data.Study
    results : helpers.own_data.Results

    Returns
    -------
    Figure, str
    """
    if not results.histories:
        return _nothing()
    fig, ax = figure(width=9, height=3.8)
    drawn = {results.naive: ("old", ":"), "frozen": ("frozen", "--")}
    for name, (role, dash) in (drawn | {results.chosen: ("retrained", "-")}).items():
        history = results.histories[name]
        ax.plot(history["when"], history["loss"], color=COLOURS[role], ls=dash, label=plain(name))
    history = results.histories[results.chosen]
    retrained = history.loc[history["retrained"], "when"]
    ax.plot(retrained, np.zeros(len(retrained)), "|", ms=9, mew=2, color=COLOURS["retrained"],
            transform=ax.get_xaxis_transform(), label="retrains")  # fmt: skip
    first, split = (study.batches.when[t] for t in (study.start, study.split))
    ax.axvspan(first, split, color="#EDEDED", label="chosen here, judged to the right")
    ax.set(ylabel=f"{plain(study.metric)} of a {study.unit}", xlabel="time")
    legend_below(fig, ax, 3)
    frozen, chosen = (results.table.loc[name, "later"] for name in ("frozen", results.chosen))
    return fig, (
        f"Loss of each {study.unit} for the frozen model, the chosen policy ({results.chosen}) and "
        f"the best naive forecast ({results.naive}). In the later part, which judges, the frozen "
        f"model's mean cost is {figures(frozen)} and the chosen policy's {figures(chosen)}."
    )


def differences_picture(study, words):
    """Differences of mean cost with their intervals, and zero.

    Parameters
    ----------
    study : helpers.own_data.Study
    words : helpers.verdict.Verdict

    Returns
    -------
    Figure, str
    """
    numbers = words.numbers
    if not len(numbers):
        return _nothing()
    fig, ax = figure(width=9, height=0.4 * len(numbers) + 1.2)
    height = np.arange(len(numbers))[::-1]
    ends = np.abs(numbers[["low", "high"]].to_numpy(float).T - numbers["mean"].to_numpy(float))
    ax.errorbar(numbers["mean"], height, xerr=ends, fmt="o", capsize=4, color=COLOURS["retrained"])
    ax.axvline(0, color="black", lw=1)
    ax.set_yticks(height, [plain(name) for name in numbers.index])
    ax.set(xlabel=f"difference in {plain(study.metric)}: right of 0, the second is better")
    ax.grid(visible=True, axis="x")
    clear = [name for name, row in numbers.iterrows() if row["low"] > 0]
    open_ = [name for name, row in numbers.iterrows() if row["low"] <= 0 <= row["high"]]
    return fig, (
        "Differences of mean cost between pairs of contestants, with 95% intervals. The interval "
        f"lies above zero for: {', '.join(clear) or 'none of them'}. It holds zero for: "
        f"{', '.join(open_) or 'none of them'}."
    )


def drift_picture(study, results):
    """How far each column moved from the rows of the first fit, period by period.

    Parameters
    ----------
    study : helpers.own_data.Study
    results : helpers.own_data.Results

    Returns
    -------
    Figure, str
    """
    if not len(results.drift):
        return _nothing()
    drift = results.drift.assign(psi=results.drift["psi"].astype(float))
    share = drift.groupby("column")["alarm"].mean().sort_values(ascending=False, kind="stable")
    inputs = [name for name in share.index if name != study.target][: MOST_COLUMNS - 1]
    names = [study.target, *inputs]
    shift = drift.pivot(index="column", columns="batch", values="psi").reindex(names)
    alarm = drift.pivot(index="column", columns="batch", values="alarm").reindex(names)
    fig, ax = figure(width=9, height=0.26 * len(names) + 1.4)
    colours = ax.imshow(shift, aspect="auto", cmap="cividis_r", vmin=0, vmax=LARGE_PSI,
                        interpolation="none")  # fmt: skip
    row, column = np.nonzero(alarm.to_numpy() == True)  # noqa: E712 (gaps are no alarm)
    ax.plot(column, row, ".", color="black", mec="white", mew=0.5, ms=6)
    ax.set_yticks(range(len(names)), [plain(name) for name in names])
    at = np.unique(np.linspace(0, shift.shape[1] - 1, 6).astype(int))
    when = drift.drop_duplicates("batch").set_index("batch")["when"]
    ax.set_xticks(at, [str(when[shift.columns[i]])[:10] for i in at])
    ax.grid(visible=False)
    fig.colorbar(colours, label="PSI", extend="max")
    left = "" if len(share) <= MOST_COLUMNS else f" The {MOST_COLUMNS} that alarm most are shown."
    return fig, (
        f"Columns against {study.unit}s: how far each moved from the first rows (PSI), with a dot "
        f"where its test alarms. The target {study.target} alarms in {share[study.target]:.0%} of "
        f"the {study.unit}s; of the inputs most often {', '.join(map(str, inputs[:3]))}.{left}"
    )


def estimate_picture(study, results):
    """The Brier score that the frozen model expects of itself, and the one it has.

    Parameters
    ----------
    study : helpers.own_data.Study
    results : helpers.own_data.Results

    Returns
    -------
    Figure, str
    """
    if not len(results.estimates):
        if study.too_little:
            return _nothing()
        return _nothing("no label-free estimate: it needs classes")
    found = results.estimates
    fig, ax = figure(width=9, height=3.2)
    ax.plot(found["when"], found["Brier score"], "--", color=COLOURS["frozen"],
            label="with labels")  # fmt: skip
    ax.plot(found["when"], found["expected Brier score"], "-", color=COLOURS["curve"],
            label="expected without labels")  # fmt: skip
    ax.set(ylabel="Brier score of the frozen model", xlabel="time")
    legend_below(fig, ax)
    expected, true = (found[name].mean() for name in ("expected Brier score", "Brier score"))
    return fig, (
        f"Brier score of the frozen model by {study.unit}: what it expects of itself without "
        f"labels, {expected:.3f} on average, and what it has, {true:.3f}."
    )


def price_picture(study, results):
    """Which policy the rule would choose, and what each would cost, at other prices of a retrain.

    ``update(price)`` moves it: rings are the cost on the earlier periods, on which the choice is
    made, dots that on the later ones; a square marks the chosen policy.

    Parameters
    ----------
    study : helpers.own_data.Study
    results : helpers.own_data.Results

    Returns
    -------
    picture : helpers.explore.Picture
    prices : list of float
        For the slider, from 0 to where no retrain pays.
    """
    if not results.histories:
        return Picture(_nothing()[0], (), lambda price: None), [0.0, 1.0]
    table = results.table[results.table["kind"].isin(["frozen", "retrain"])]
    rows = study.weight * np.diff(study.batches.edges)[study.start :].mean()
    periods = {"earlier": study.split - study.start, "later": len(study.batches) - study.split}
    each = {part: table[f"retrains {part}"] / n / rows for part, n in periods.items()}

    def at(price):
        return table.assign(
            **{part: table[part] + (price - study.price) * each[part] for part in periods}
        )

    prices = _prices(at(0.0)["earlier"], each["earlier"])
    height = np.arange(len(table))[::-1]
    fig, ax = figure(width=9, height=0.32 * len(table) + 1.6)
    ends = [at(price)[[*periods]].to_numpy() for price in (0.0, prices[-1])]
    ax.set(xlim=_around(np.concatenate(ends)), ylim=(-0.7, len(table) + 0.5))
    ax.set_yticks(height, [plain(name) for name in table.index])
    ax.set_xlabel(f"mean {plain(study.metric)} of a {study.unit}, retrains paid for")
    style = {"ls": "", "color": COLOURS["retrained"]}
    (rings,) = ax.plot(table["earlier"], height, marker="o", mfc="none", label="earlier", **style)
    (dots,) = ax.plot(table["later"], height, marker="o", label="later", **style)
    (mark,) = ax.plot([], [], "s", ms=14, mfc="none", mew=2, color=COLOURS["frozen"],
                      label="chosen on the earlier periods")  # fmt: skip
    words = ax.text(0.99, 0.97, "", transform=ax.transAxes, ha="right", va="top")
    legend_below(fig, ax)

    def update(price):
        now = at(price)
        rings.set_xdata(now["earlier"])
        dots.set_xdata(now["later"])
        best = best_policy(now)
        mark.set_data([now.loc[best, "earlier"]], [height[now.index.get_loc(best)]])
        frozen, retrained = now.loc[["frozen", best], "later"]
        words.set_text(
            f"price {price:,.10g}; later: frozen {figures(frozen)}, chosen {figures(retrained)}"
        )

    return Picture(fig, (rings, dots, mark, words), update), prices


def _prices(cost, each):
    """From 0 to beyond the price at which no policy pays on the earlier periods."""
    gain = (cost["frozen"] - cost[each > 0]) / each[each > 0]
    most = max(gain.max(), abs(cost["frozen"]) / each.max() / 10)
    return [float(f"{price:.2g}") for price in np.linspace(0, 1.2 * most, STEPS)]


def _around(values):
    low, high = np.min(values), np.max(values)
    room = 0.08 * (high - low) or 1
    return low - room, high + room


def _nothing(why="too little data for a comparison"):
    fig, ax = figure(width=6, height=1)
    ax.set_axis_off()
    ax.text(0.5, 0.5, why, ha="center", va="center")
    return fig, f"No picture: {why}."
