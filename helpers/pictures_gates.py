"""The picture of a gate's power, for the sliders of `helpers.explore`."""

import numpy as np
from scipy.stats import norm

from helpers import plots
from helpers.explore import Picture
from helpers.gates import chance_not_ahead, paired_power, unpaired_power


def power_picture(champion, challenger, labels, disagreements, level=0.025):
    """The lead that a better challenger shows on n labels, beside the chance that it passes.

    Parameters
    ----------
    champion, challenger : float
        Accuracies; the challenger's is higher.
    labels : sequence of int
        Numbers of labels that the slider can reach, increasing.
    disagreements : sequence of float
        Shares of rows where just one of the two is right, each at least the gap in accuracy.
    level : float
        One-sided level of the test.

    Returns
    -------
    Picture
        ``update(n=..., disagreement=...)`` moves it.

    Raises
    ------
    ValueError
        If a share of disagreements does not allow the gap.
    """
    gap, n_all = challenger - champion, np.asarray(labels)
    shares = {}
    for psi in disagreements:
        most = 2 - champion - challenger
        if not gap - 1e-9 <= psi <= most + 1e-9:  # 0.92 - 0.9 is not quite 0.02
            raise ValueError(
                f"disagreements must lie between the gap, {gap:.3g}, and the sum of both shares of "
                f"errors, {most:.3g}; got {psi:g}"
            )
        wins = (psi + gap) / 2
        shares[psi] = wins, max(psi - wins, 0.0)
    power = {p: [paired_power(n, *shares[p], level) for n in labels] for p in shares}
    alone = unpaired_power(n_all, champion, challenger, level)
    fig, (left, right) = plots.figure(2, width=9.5, height=3.7)
    points = np.linspace(-0.1, 0.14, 481)
    blank, shade = (
        0 * points,
        {"facecolor": plots.COLOURS["guess"], "hatch": "xx", "edgecolor": "#444444"},
    )
    lead = plots.draw_curve(left, 100 * points, blank, "retrained", "same rows")
    apart = plots.draw_curve(left, 100 * points, blank, "old", "rows apart")
    behind = left.fill_between(100 * points, blank, label="not ahead", **shade)
    wanted = left.axvline(0, color="black", lw=1.5, ls="--", label="the gate wants more than this")
    left.axvline(0, color="black", lw=0.8)
    left.set(ylim=(0, 1.1), xlabel="lead of the challenger (points of accuracy)")
    left.set(ylabel="how likely (peak = 1)")
    curve = right.plot(n_all, alone, "-", color=plots.COLOURS["retrained"])[0]
    right.plot(n_all, alone, ":", color=plots.COLOURS["old"])
    right.axhline(0.8, color="black", lw=0.8)
    right.text(n_all[0], 0.81, "80%", va="bottom")
    style = {"ls": "", "ms": 8}
    dot = right.plot([], [], marker="o", color=plots.COLOURS["retrained"], **style)[0]
    ring = right.plot([], [], marker="s", color=plots.COLOURS["old"], **style)[0]
    right.set(xscale="log", ylim=(0, 1.03), xlabel="labelled rows (rows apart: for each model)")
    right.set(ylabel="chance to pass")
    right.xaxis.set_major_formatter("{x:,.0f}")
    titles = [ax.set_title(" ") for ax in (left, right)]
    plots.legend_below(fig, left)

    def update(n, disagreement):
        wins, defeats = shares[disagreement]
        at = list(labels).index(n)
        sd = ((disagreement - gap**2) / n) ** 0.5
        sd_apart = ((champion * (1 - champion) + challenger * (1 - challenger)) / n) ** 0.5
        density = np.exp(-(((points - gap) / sd) ** 2) / 2)
        lead.set_ydata(density)
        apart.set_ydata(np.exp(-(((points - gap) / sd_apart) ** 2) / 2))
        under = points <= 0
        x, y = 100 * points[under], density[under]
        behind.set_verts([np.column_stack([[x[0], *x, x[-1]], [0, *y, 0]])])
        wanted.set_xdata([100 * norm.isf(level) * (disagreement / n) ** 0.5] * 2)
        curve.set_ydata(power[disagreement])
        dot.set_data([n], [power[disagreement][at]])
        ring.set_data([n], [alone[at]])
        late = chance_not_ahead(n, wins, defeats)
        titles[0].set_text(f"{n:,} labels, {disagreement:.0%} disagree: not ahead {late:.0%}")
        titles[1].set_text(f"passes: {power[disagreement][at]:.0%}, rows apart {alone[at]:.0%}")

    moving = (lead, apart, behind, wanted, curve, dot, ring, *titles)
    return Picture(fig, moving, update)
