"""The pictures of notebook 07 that move under the sliders of `helpers.explore`."""

import numpy as np
from scipy.stats import ncx2, norm

from helpers import plots
from helpers.explore import Picture
from helpers.run_lengths import alarmed_by, cusum_run_length, normal_chain

LEVEL, LIMIT, BINS = 0.05, 0.1, 10


def limit_rates(rows, shifts, paths=1000):
    """How often KS (p < .05) and PSI (above .1) alarm when a normal feature moves.

    By their laws for many rows; the PSI's bins are ten quantiles of the old feature.

    The gap between the distribution functions, times sqrt(n/2), is a Brownian bridge without a
    shift, and has the true gap added with one; its largest size is held against the level's
    quantile. The same simulated bridges serve all rows and shifts. The PSI follows 2/n times a
    non-central chi2 with 9 degrees of freedom and the centre n/2 times the index of
    unlimited rows. Both laws are for small shifts and many rows; at 100 rows the shares are off
    by a few hundredths.

    Parameters
    ----------
    rows : sequence of int
        Numbers of rows a side, n.
    shifts : sequence of float
        Shifts of the mean, in standard deviations.
    paths : int
        Number of simulated bridges.

    Returns
    -------
    dict of str to ndarray
        Name of the monitor -> share of alarms, of shape (len(shifts), len(rows)).
    """
    rng = np.random.default_rng(0)
    u = np.linspace(0, 1, 201)[1:]
    walk = np.cumsum(rng.normal(size=(paths, len(u))), axis=1) / len(u) ** 0.5
    bridges = walk - walk[:, -1:] * u
    critical = np.quantile(np.abs(bridges).max(axis=1), 1 - LEVEL)
    half = np.asarray(rows) / 2
    edges, p = norm.ppf(np.arange(BINS + 1) / BINS), 1 / BINS
    shares = {f"KS (p < {LEVEL:g})": [], f"PSI (above {LIMIT:g})": []}
    for shift in shifts:
        gap = u - norm.cdf(norm.ppf(u) - shift)
        far = [np.abs(bridges + h**0.5 * gap).max(axis=1) > critical for h in half]
        q = np.diff(norm.cdf(edges - shift))
        index = np.sum((q - p) * np.log(q / p))
        psi = ncx2.sf(LIMIT * half, BINS - 1, index * half)
        for found, share in zip(shares.values(), (np.mean(far, axis=1), psi), strict=True):
            found.append(share)
    return {name: np.array(found) for name, found in shares.items()}


def shift_picture(rates, rows, shifts, level):
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
        for share, (over_rows, over_shifts), (one, other) in zip(
            rates.values(), lines, dots, strict=True
        ):
            over_rows.set_ydata(share[i])
            over_shifts.set_ydata(share[:, j])
            one.set_data([n], [share[i, j]])
            other.set_data([shifts[i]], [share[i, j]])
        for mark, x in zip(marks, (n, shifts[i]), strict=True):
            mark.set_xdata([x, x])
        here = ", ".join(f"{name.split()[0]} {rates[name][i, j]:.0%}" for name in rates)
        titles[0].set_text(f"shift {shifts[i]:g} sd; with n = {n:,} alarms of {here}")
        titles[1].set_text(f"n = {n:,}, any shift")

    moving = (*sum(lines, []), *marks, *sum(dots, []), *titles)
    return Picture(fig, moving, update)


def threshold_table(thresholds, shifts, rows=2000):
    """What two-sided CUSUM charts with the allowance 0.5 sd promise, for each threshold.

    Parameters
    ----------
    thresholds : sequence of float
        Decision intervals h, in sd.
    shifts : sequence of float
        Changes of the mean, in sd.
    rows : int
        Up to which row the share of quiet streams with an alarm is computed.

    Returns
    -------
    dict of str to ndarray
        ``quiet``, of shape (len(thresholds),): mean rows to a false alarm. ``delay``, of shape
        (len(shifts), len(thresholds)): mean rows to the alarm after a change. ``alarmed``, of
        shape (len(thresholds), rows): share of quiet streams with an alarm by each row, the two
        sides taken as independent.
    """
    k = 0.5
    one = [alarmed_by(normal_chain(k, h, cells=60), rows) for h in thresholds]
    return {
        "quiet": np.array([cusum_run_length(k, h, sides=2) for h in thresholds]),
        "delay": np.array([[cusum_run_length(k, h, s, 2) for h in thresholds] for s in shifts]),
        "alarmed": 1 - (1 - np.array(one)) ** 2,
    }


def threshold_picture(table, thresholds, shifts):
    """Quiet time and delay over the threshold, and the risk of a false alarm over the rows.

    Parameters
    ----------
    table : dict of str to ndarray
        From `threshold_table`, with the same thresholds and shifts.
    thresholds, shifts : sequence of float
        In sd, increasing.

    Returns
    -------
    Picture
        ``update(h=, shift=, rows=)`` moves it; h and shift are among those given, rows at most
        those of the table.
    """
    thresholds, shifts = np.array(thresholds), np.array(shifts)
    quiet, delay, alarmed = table["quiet"], table["delay"], table["alarmed"]
    fig, (left, right) = plots.figure(2, width=9.5, height=3.6)
    colours = plots.COLOURS["retrained"], plots.COLOURS["staleness"], plots.COLOURS["guess"]
    left.plot(thresholds, quiet, color=colours[0], label="quiet time (no change)")
    late = left.plot(
        thresholds, delay[0], color=colours[1], ls="--", label="delay (after a change)"
    )
    share = right.plot(np.arange(1, alarmed.shape[1] + 1), alarmed[0], color=colours[0])
    left.set(yscale="log", xlabel="threshold h (sd)", ylabel="rows, on average")
    left.set(ylim=(1, 2 * quiet.max()))
    left.yaxis.set_major_formatter("{x:,.0f}")
    right.set(xlabel="rows watched, nothing changes", ylabel="share of streams with an alarm")
    right.set(ylim=(-0.03, 1.05))
    right.xaxis.set_major_formatter("{x:,.0f}")
    right.locator_params(axis="x", nbins=5)
    plots.legend_below(fig, left)
    style = {"color": colours[2], "ls": "-.", "lw": 1.5}
    marks = [left.axvline(thresholds[0], **style), right.axvline(1, **style)]
    style = {"marker": "o", "ms": 8, "ls": ""}
    dots = [
        ax.plot([], [], color=colour, **style)[0]
        for ax, colour in [(left, colours[0]), (left, colours[1]), (right, colours[0])]
    ]
    titles = [ax.set_title(" ") for ax in (left, right)]

    def update(h, shift, rows):
        i, j = np.abs(thresholds - h).argmin(), np.abs(shifts - shift).argmin()
        late[0].set_ydata(delay[j])
        share[0].set_ydata(alarmed[i])
        marks[0].set_xdata([h, h])
        marks[1].set_xdata([rows, rows])
        risk = alarmed[i, rows - 1]
        for dot, x, y in zip(dots, (h, h, rows), (quiet[i], delay[j, i], risk), strict=True):
            dot.set_data([x], [y])
        quiet_rows, delay_rows = (f"{rows:,.{'0f' if rows > 100 else '1f'}}"
                                  for rows in (quiet[i], delay[j, i]))  # fmt: skip
        titles[0].set_text(f"h {h:g}: quiet {quiet_rows} rows, {delay_rows} late at {shift:g} sd")
        titles[1].set_text(f"h {h:g}: {risk:.0%} of quiet streams alarm in {rows:,} rows")

    return Picture(fig, (late[0], share[0], *marks, *dots, *titles), update)
