"""The pictures of notebook 06: a team's dashboard, what was behind it, and wrong labels."""

import numpy as np
from scipy.stats import ks_2samp

from helpers import plots
from helpers.explore import Picture
from helpers.incident_worlds import error_of_sides, measured_error, two_sides
from helpers.incidents import budgets
from helpers.triage import signals

_WEEKS = 8
_BARS = {
    "outside": "rows out of range",
    "empty": "columns with one value",
    "overturned": "labels overturned",
    "unlabelled": "rows without labels",
    "repeats": "loss that two looks share",
}


def dashboard(seen, unit, column="input"):
    """What a team sees: loss by week, the input that moved most, and its checks.

    Parameters
    ----------
    seen : helpers.incidents.Seen
    unit : str
        Unit of the loss.
    column : str
        What the input is called, with its unit.

    Returns
    -------
    Figure
    """
    s = signals(seen)
    known = ~np.isnan(seen.labels)
    losses = (seen.labels - seen.predicted)[known] ** 2
    fig, (left, middle, right) = plots.figure(3, width=10.5, height=3.1, width_ratios=[5, 4, 4])
    for weeks, parts, role, face in [
        (range(-_WEEKS, 0), seen.handover, "old", "none"),
        (range(_WEEKS), losses, "new", plots.COLOURS["new"]),
    ]:
        means = [part.mean() for part in np.array_split(parts, _WEEKS)]
        style = {"color": plots.COLOURS[role], "ls": plots.DASHES[role]}
        left.plot(weeks, means, marker="o", mfc=face, **style)
    level, se = seen.handover.mean(), seen.handover.std(ddof=1) / len(seen.handover) ** 0.5
    left.axhline(level, color="black", lw=1, ls="--", label="mean at hand-over")
    left.axhspan(level - 2 * se, level + 2 * se, color="black", alpha=0.1, lw=0)
    left.set(xlabel="week", ylabel=f"measured loss ({unit})", title=f"loss: {s['loss up']:+.1f} se")
    left.set_ylim(0, 1.35 * max(left.get_ylim()[1] / 1.05, level))
    left.legend(loc="upper left")
    old, new = _moved_most(seen)
    bins = np.linspace(min(old.min(), new.min()), max(old.max(), new.max()), 25)
    colours = [plots.COLOURS["old"], plots.COLOURS["new"]]
    for values, colour, label in zip((old, new), colours, ("training", "now"), strict=True):
        share = np.full(len(values), 1 / len(values))
        style = {"histtype": "step", "lw": 2, "ls": ":" if label == "training" else "-"}
        middle.hist(values, bins, weights=share, color=colour, label=label, **style)
    middle.set(xlabel=column, ylabel="share of rows", title="the input that moved most")
    middle.margins(y=0.3)
    middle.legend(ncols=2, loc="upper center")
    shares = [min(s[name], 1) for name in reversed(_BARS)]
    right.barh(list(reversed(_BARS.values())), shares, color=plots.COLOURS["retrained"])
    for i, share in enumerate(shares):
        right.text(share + 0.03, i, f"{share:.0%}", va="center")
    right.set(xlim=(0, 1.25), xlabel="share", title=_labels_and_gain(s).replace("; ", "\n"))
    right.set_xticks([0, 0.5, 1])
    right.grid(visible=False, axis="y")
    return fig


def _moved_most(seen):
    pairs = list(zip(seen.reference.T, seen.served.T, strict=True))
    return max(pairs, key=lambda pair: ks_2samp(*pair).statistic)


def _labels_and_gain(s):
    return f"{s['labels']:,.0f} labels (needed: {s['needed']:.0f}); gain {s['gain']:+.1f} se"


def seen_in_words(seen):
    """The text alternative of `dashboard`."""
    s = signals(seen)
    then, now = (_mean_and_reach(x) for x in _moved_most(seen))
    checks = ", ".join(f"{label} {min(s[name], 1):.0%}" for name, label in _BARS.items())
    return (
        f"Dashboard. Measured loss by week, {s['loss up']:+.1f} standard errors from hand-over; "
        f"the input that moved most, mean {then} then, {now} now; checks: {checks}; "
        f"{_labels_and_gain(s)}."
    )


def _mean_and_reach(x):
    mean, low, high = (round(v, 1) + 0.0 for v in (x.mean(), *np.quantile(x, [0.05, 0.95])))
    return f"{mean} (nine tenths from {low} to {high})"  # plus 0.0, for there is no minus nought


def behind_in_words(truth):
    """The text alternative of `behind`."""
    pairs = zip(("kept", "retrained", "right action"), truth[3:], strict=True)
    bars = "; ".join(f"{n}: measured {_short(m)}, true {_short(r)}" for n, (m, r) in pairs)
    stale = {name: f"{budget['staleness']:.3f}" for name, budget in budgets(truth).items()}
    return (
        f"Bars of risk. {bars}; floor {_short(truth.floor)}. In the budget beside them "
        f"approximation is {_short(truth.approximation)}, estimation {_short(truth.estimation)}, "
        f"and staleness {stale['kept']} if kept, {stale['retrained']} if retrained."
    )


def _short(value):
    return f"{value:.3g}" if value < 1000 else f"{value:,.0f}"


def behind(truth, unit):
    """What was behind it: measured beside true risk, and the budget of the true one.

    Parameters
    ----------
    truth : helpers.incidents.Truth
    unit : str
        Unit of the risk.

    Returns
    -------
    Figure
    """
    names = ["kept", "retrained", "right action"]
    values = np.array([truth.kept, truth.retrained, truth.remedied])
    fig, (left, right) = plots.figure(2, width=9.5, height=3.3, width_ratios=[4, 3])
    looks = {
        "measured": {"color": "white", "edgecolor": "#444444", "hatch": ".."},
        "true": {"color": plots.COLOURS["retrained"]},
    }
    for i, (label, look) in enumerate(looks.items()):
        at = np.arange(3) + 0.4 * (i - 0.5)
        left.bar(at, values[:, i], 0.36, label=label, **look)
        for x, value in zip(at, values[:, i], strict=True):
            style = {"textcoords": "offset points", "ha": "center"}
            left.annotate(_short(value), (x, value), (0, 3), **style)
    left.axhline(truth.floor, color="black", lw=1.5, ls="--", label="floor")
    left.set_xticks(range(3), names)
    left.set(ylim=(0, 1.3 * values.max()), ylabel=f"risk ({unit})", title="measured and true risk")
    left.legend(ncols=3, loc="upper center")
    plots.draw_budgets(right, budgets(truth), unit)
    top = 1.2 * max(truth.kept[1], truth.retrained[1], sum(truth[:3]))
    right.set(title="budget of the true risk", xlim=(-0.5, 2.6), ylim=(0, top))
    right.legend(loc="center right", fontsize="small")
    return fig


def flips_picture(seed, shares):
    """Retraining on 300 labels of which a share is wrong: the rows, and what is measured and true.

    Parameters
    ----------
    seed : int
    shares : sequence of float
        Shares of wrong labels that the slider can reach, from 0 to below .5.

    Returns
    -------
    Picture
        ``update(share=...)`` moves it.
    """
    rule, X, y, luck = _kept_and_new(seed)
    fits = {s: _again(X, y, luck, s) for s in shares}
    fig, (left, right) = plots.figure(2, width=9.5, height=3.8, width_ratios=[4, 3])
    looks = {
        "recorded as 0": ("o", plots.COLOURS["old"]),
        "recorded as 1": ("s", plots.COLOURS["new"]),
    }
    dots = [
        left.plot([], [], mark, ms=5, color=colour, mfc="none", label=label)[0]
        for label, (mark, colour) in looks.items()
    ]
    wrong = left.plot([], [], "kx", ms=5, mew=1, label="recorded wrongly")[0]
    height = np.array([-3.5, 3.5])
    kept = left.plot(
        _border(rule, height), height, color=plots.COLOURS["frozen"], ls="--", label="kept"
    )[0]
    again = left.plot([0, 0], height, color=plots.COLOURS["retrained"], label="retrained")[0]
    left.set(xlim=(-4, 4), ylim=tuple(height), xlabel="first feature", ylabel="second feature")
    heading = left.set_title(" ")
    plots.legend_below(fig, left)
    names = ["kept,\nmeasured", "retrained,\nmeasured", "kept,\ntrue", "retrained,\ntrue"]
    bars = right.bar(
        names, 0, 0.65, color=[plots.COLOURS["frozen"], plots.COLOURS["retrained"]] * 2
    )
    for bar in bars[:2]:
        bar.set(facecolor="white", edgecolor="#444444", hatch="..")
    floor = right.axhline(error_of_sides(0, [1.0] + [0.0] * 9), color="black", lw=1.5, ls="--")
    right.legend([floor], ["floor"], loc="upper right")
    texts = [right.text(i, 0, "", ha="center", va="bottom") for i in range(4)]
    right.set(ylim=(0, 0.55), ylabel="share of errors")
    right.tick_params(axis="x", labelsize="small")

    def update(share):
        share = min(fits, key=lambda known: abs(known - share))
        flipped = luck < share
        recorded = np.where(flipped, 1 - y, y)
        for k, dot in enumerate(dots):
            dot.set_data(*X[recorded == k, :2].T)
        wrong.set_data(*X[flipped, :2].T)
        again.set_xdata(_border(fits[share], height))
        true = [_error(rule), _error(fits[share])]
        heights = [measured_error(e, share) for e in true] + true
        for bar, text, value in zip(bars, texts, heights, strict=True):
            bar.set_height(value)
            text.set(y=value, text=f"{value:.3f}")
        heading.set_text(f"{share:.0%} of the labels are wrong")

    return Picture(fig, (*dots, wrong, kept, again, heading, *bars, floor, *texts), update)


def flipped_errors(seed, share):
    """True shares of errors in `flips_picture`: of the kept model, and of the retrained one."""
    if not 0 <= share < 0.5:
        raise ValueError(
            f"share must be from 0 to below 0.5, where labels say nothing; got {share}"
        )
    rule, X, y, luck = _kept_and_new(seed)
    return _error(rule), _error(_again(X, y, luck, share))


def _kept_and_new(seed):
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(seed)
    rule = LogisticRegression().fit(*two_sides(rng, 1000))
    return rule, *two_sides(rng, 300), rng.random(300)


def _again(X, y, luck, share):
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression().fit(X, np.where(luck < share, 1 - y, y))


def _error(model):
    return error_of_sides(model.intercept_[0], model.coef_[0])


def _border(model, height):
    """First feature where the rule turns, at heights of the second and zero elsewhere."""
    a, b = model.coef_[0, :2]
    return -(model.intercept_[0] + b * height) / a
