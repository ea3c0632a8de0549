"""The pictures of notebook 07 that move under the sliders of `helpers.explore`."""

import numpy as np
from scipy.stats import ncx2, norm

from helpers import plots
from helpers.explore import Picture


def limit_rates(rows, shifts, level=0.05, limit=0.1, bins=10, paths=1000, seed=0):
    """How often KS and PSI alarm when a normal feature moves, by their laws for many rows.

    The gap between the distribution functions, times sqrt(n/2), is a Brownian bridge without a
    shift, and has the true gap added with one; its largest size is held against the level's
    quantile. The same simulated bridges serve all rows and shifts. The PSI follows 2/n times a
    non-central chi2 with ``bins - 1`` degrees of freedom and the centre n/2 times the index of
    unlimited rows. Both laws are for small shifts and many rows; at 100 rows the shares are off
    by a few hundredths.

    Parameters
    ----------
    rows : sequence of int
        Numbers of rows a side, n.
    shifts : sequence of float
        Shifts of the mean, in standard deviations.
    level : float
        Of the KS test.
    limit : float
        PSI from which on there is an alarm.
    bins : int
        Bins of the PSI, the quantiles of the old feature.
    paths, seed : int
        Number of simulated bridges, and their seed.

    Returns
    -------
    dict of str to ndarray
        Name of the monitor -> share of alarms, of shape (len(shifts), len(rows)).
    """
    rng = np.random.default_rng(seed)
    u = np.linspace(0, 1, 201)[1:]
    walk = np.cumsum(rng.normal(size=(paths, len(u))), axis=1) / len(u) ** 0.5
    bridges = walk - walk[:, -1:] * u
    critical = np.quantile(np.abs(bridges).max(axis=1), 1 - level)
    half = np.asarray(rows) / 2
    edges, p = norm.ppf(np.arange(bins + 1) / bins), 1 / bins
    shares = {f"KS (p < {level:g})": [], f"PSI (above {limit:g})": []}
    for shift in shifts:
        gap = u - norm.cdf(norm.ppf(u) - shift)
        far = [np.abs(bridges + h**0.5 * gap).max(axis=1) > critical for h in half]
        q = np.diff(norm.cdf(edges - shift))
        index = np.sum((q - p) * np.log(q / p))
        psi = ncx2.sf(limit * half, bins - 1, index * half)
        for found, share in zip(shares.values(), (np.mean(far, axis=1), psi), strict=True):
            found.append(share)
    return {name: np.array(found) for name, found in shares.items()}


def power_picture(rates, rows, shifts, level):
    """How often monitors alarm, over the rows at one shift and over the shift at one n.

    Parameters
    ----------
    rates : dict of str to ndarray
        Name of the monitor -> share of alarms, of shape (len(shifts), len(rows)); two monitors.
    rows : sequence of int
        Numbers of rows a side, increasing.
    shifts : sequence of float
        In standard deviations, increasing from 0.
    level : float
        Share of false alarms that the first monitor allows.

    Returns
    -------
    Picture
        ``update(n=, shift=)`` moves it; both are among those given.
    """
    rows, shifts = list(rows), list(shifts)
    fig, (left, right) = plots.figure(2, width=9.5, height=3.6, sharey=True)
    lines, dots = [], []
    for name, colour, dash in zip(rates, ("retrained", "staleness"), ("-", "--"), strict=True):
        style = {"color": plots.COLOURS[colour], "ls": dash, "label": name}
        lines.append([ax.plot(x, 0.0 * np.array(x), **style)[0]
                      for ax, x in [(left, rows), (right, shifts)]])  # fmt: skip
        dots.append([ax.plot([], [], "o", ms=8, color=plots.COLOURS[colour])[0]
                     for ax in (left, right)])  # fmt: skip
    for ax in (left, right):
        ax.axhline(level, color="black", lw=1, ls=":", label=f"{level:.0%}")
    left.set(xscale="log", xlabel="rows a side, n", ylabel="share of alarms", ylim=(-0.03, 1.05))
    left.xaxis.set_major_formatter("{x:,.0f}")
    right.set(xlabel="shift of the mean (standard deviations)")
    style = {"color": plots.COLOURS["guess"], "ls": "-.", "lw": 1.5}
    marks = [left.axvline(rows[0], **style), right.axvline(0, **style)]
    titles = [ax.set_title(" ") for ax in (left, right)]
    plots.legend_below(fig, left)

    def update(n, shift):
        i = min(range(len(shifts)), key=lambda k: abs(shifts[k] - shift))
        j = rows.index(n)
        for share, (over_rows, over_shifts), (here, there) in zip(
            rates.values(), lines, dots, strict=True
        ):
            over_rows.set_ydata(share[i])
            over_shifts.set_ydata(share[:, j])
            here.set_data([n], [share[i, j]])
            there.set_data([shifts[i]], [share[i, j]])
        for mark, x in zip(marks, (n, shifts[i]), strict=True):
            mark.set_xdata([x, x])
        titles[0].set_text(f"shift {shifts[i]:g} sd, any number of rows")
        titles[1].set_text(f"{n:,} rows a side, any shift")

    moving = (*sum(lines, []), *marks, *sum(dots, []), *titles)
    return Picture(fig, moving, update)
