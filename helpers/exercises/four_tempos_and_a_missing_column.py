"""Checkers and data for notebook 05."""

import numpy as np
import pandas as pd

from helpers.exercises import NotAttempted, NotYet, call, close, number
from helpers.memory import estimation
from helpers.worlds import World, gradual, incremental, normal, recurring, stream, sudden

TEMPOS = ("sudden", "gradual", "incremental", "recurring")


def unnamed():
    """Five streams for 05.1.

    Returns
    -------
    dict of str to Batches
        Name -> 40 batches of 80 rows, with one feature.
    """

    def line(slope):
        return World(
            normal(0, 1),
            lambda X, t: X[:, 0] * (slope(t) if callable(slope) else slope),
            noise=0.6,
        )

    worlds = {
        "A": gradual(line(1.5), line(-0.5), 8, 32),
        "B": line(recurring(-1, 1, period=9)),
        "C": line(sudden(-1, 1, at=23)),
        "D": line(incremental(1.5, -1, start=12, end=30)),
        "E": gradual(line(-1), line(1), 14, 26),
    }
    seeds = zip(worlds, range(21, 26), strict=True)
    return {name: stream(worlds[name], np.random.default_rng(s), 40, 80) for name, s in seeds}


def _signs(batches):
    """What tells the tempos apart: crossings of the middle, batches in between, their spread."""
    slope, spread = np.empty((2, len(batches)))
    for t, (a, b) in enumerate(zip(batches.edges[:-1], batches.edges[1:], strict=True)):
        x, y = batches.X[a:b, 0], batches.y[a:b]
        slope[t] = x @ y / (x @ x)
        spread[t] = np.var(y - slope[t] * x)
    low, high = np.quantile(slope, [0.1, 0.9])
    share = (slope - low) / (high - low)
    sides = np.sign(share - 0.5)[np.abs(share - 0.5) > 0.25]
    between = np.flatnonzero((share > 0.3) & (share < 0.7))
    rest = np.delete(spread, between)
    ratio = spread[between].mean() / rest.mean() if len(between) else 1.0
    return int((np.diff(sides) != 0).sum()), len(between), ratio


def which_tempo(answer, streams):
    """05.1: the tempo of each stream, read off its rows."""
    if not isinstance(answer, dict) or set(answer) != set(streams):
        raise NotYet(f"The answer should be a dict with the keys {', '.join(streams)}.")
    if any(value is ... for value in answer.values()):
        raise NotAttempted
    for name, batches in streams.items():
        said = answer[name]
        if said not in TEMPOS:
            raise NotYet(f"{name}: choose one of {', '.join(TEMPOS)}.")
        crossings, between, ratio = _signs(batches)
        if crossings > 1:
            truth = "recurring"
        elif between < 3:
            truth = "sudden"
        else:
            truth = "gradual" if ratio > 1.4 else "incremental"
        if said == truth:
            continue
        if truth == "recurring":
            raise NotYet(f"{name}: the slope crosses over {crossings} times. Does it come back?")
        if said == "recurring":
            raise NotYet(f"{name}: does the slope ever come back to where it was?")
        if truth == "sudden":
            raise NotYet(f"{name}: how many batches have a slope in the middle between the ends?")
        if said == "sudden":
            raise NotYet(f"{name}: {between} batches have a slope near the middle. Is that a jump?")
        raise NotYet(
            f"{name}: so far gradual and incremental look alike. Now the spread around the slope: "
            f"in the batches on the way it is {ratio:.1f} times that of the others."
        )
    return (
        "Slopes tell whether it jumps, moves or returns; the spread tells whether rows are mixed."
    )


def to_forget(answer, old, jump2, target):
    """05.2: new batches until the old ones' share, squared, times jump2 is down to the target."""
    value, share = number(answer), (target / jump2) ** 0.5
    truth = old / share - old
    if close(value, truth, rel=0.015, abs=1.0):
        return (
            f"{truth:.0f} batches after {old} old ones: the bias falls with the square of their "
            "share, and the share falls slowly. Everything never forgets, it only thins out."
        )
    if close(value, old / share):
        raise NotYet("That counts all batches, the old ones too. How many of them are new?")
    if close(value, old * jump2 / target - old) or close(value, old * jump2 / target):
        raise NotYet("Is it the share that is down to the target, or the squared distance?")
    if close(value, 50 * truth):
        raise NotYet("Those are rows. The question is for batches.")
    if close(value, old * share / (1 - share)):
        raise NotYet("Turned around: that many old batches, not new ones, for so small a share.")
    raise NotYet(
        "With a share s of old batches the fit lies s of the way back to the old slopes. Which s "
        f"makes s squared times {jump2} equal to {target}? How many new batches bring s there?"
    )


def calendar(answer, edges, period):
    """05.3: windows that hold only rows of the state that batch `now` belongs to."""
    edges = np.asarray(edges)
    rows, state = [], np.arange(len(edges) - 1) // period % 2
    for now in range(8, len(edges) - 1):
        try:
            lo, hi = (int(row) for row in call(answer, edges, now))
        except (TypeError, ValueError):
            raise NotYet("Return two row numbers, (lo, hi), such as edges[2], edges[4].") from None
        if hi > edges[now]:
            raise NotYet(
                f"Before batch {now} you ask for rows up to {hi}, but only {edges[now]} have come "
                "in. The future is not for sale."
            )
        if not 0 <= lo < hi:
            raise NotYet(f"Before batch {now} you return {lo} to {hi}: not a window of old rows.")
        if now < 2 * period:
            continue
        inside = state[(edges[:-1] < hi) & (edges[1:] > lo)]
        if (inside != state[now]).all():
            raise NotYet(f"Before batch {now} all your rows are of the other state.")
        if (inside != state[now]).any():
            raise NotYet(
                f"Before batch {now} your rows, {lo} to {hi}, hold both states. Which whole spell "
                "of the right one is over by then?"
            )
        rows.append(hi - lo)
    if min(rows) < 20:
        raise NotYet(f"Right rows, but at worst {min(rows)} of them: too few for five slopes.")
    excess = estimation(np.array(rows), 5, 1).mean()
    return (
        f"From batch {2 * period} on the expected excess is {excess:.3f}, "
        "and no change costs a batch: a calendar knows before the first error."
    )


def buildings():
    """A table for 05.4: demand of buildings in 60 weeks, 40 rows each.

    Returns
    -------
    DataFrame
        Columns week, temperature, five candidates (area, meter, heat_pump, tariff, bill), demand.
    """
    rng = np.random.default_rng(5)
    week = np.repeat(np.arange(60), 40)
    n = len(week)

    def rolled_out(first, last):
        share = np.interp(week, [first, last], [0.1, 0.9])
        return (rng.random(n) < share).astype(int)

    temperature, area = rng.normal(size=(2, n))
    heat_pump, meter = rolled_out(15, 45), rolled_out(18, 42)
    tariff = (week >= 30).astype(int)
    demand = (1 - 2 * heat_pump) * 1.5 * temperature + 0.5 * area + 0.4 * rng.normal(size=n)
    bill = 3 + 0.5 * demand + 0.1 * rng.normal(size=n)
    columns = {
        "week": week, "temperature": temperature, "area": area, "meter": meter,
        "heat_pump": heat_pump, "tariff": tariff, "bill": bill, "demand": demand,
    }  # fmt: skip
    return pd.DataFrame(columns)


def _travel(table, column):
    """MSE on the later half of a line in x, the column and their product, fitted to the first."""
    first = (table["week"] < table["week"].median()).to_numpy()
    x, c = table["temperature"].to_numpy(), table[column].to_numpy(float)
    A, y = np.column_stack([np.ones_like(x), x, c, x * c]), table["demand"].to_numpy()
    coef = np.linalg.lstsq(A[first], y[first])[0]
    return float(np.mean((y[~first] - A[~first] @ coef) ** 2))


def missing_column(answer, table):
    """05.4: the column with which a model of the first half is still right in the second."""
    if not isinstance(answer, str):
        raise NotYet("The answer should be the name of a column, as text.")
    candidates = [c for c in table if c not in ("week", "temperature", "demand")]
    if answer in ("week", "temperature", "demand"):
        raise NotYet(f"{answer} is no candidate. Choose one of {', '.join(candidates)}.")
    if answer not in candidates:
        raise NotYet(f"{answer!r} is not a candidate. Choose one of {', '.join(candidates)}.")
    leaks = [c for c in candidates if abs(np.corrcoef(table[c], table["demand"])[0, 1]) > 0.9]
    errors = {c: _travel(table, c) for c in candidates}
    honest = {c: error for c, error in errors.items() if c not in leaks}
    truth = min(honest, key=honest.get)
    if answer == truth:
        second = sorted(honest.values())[1]
        return (
            f"Fitted to the first half, its model errs by {honest[truth]:.2f} on the second; with "
            f"the next best that is known in time by {second:.2f}."
        )
    if answer in leaks:
        raise NotYet(
            f"{answer} follows the demand closely, and for a poor reason: it is computed from it. "
            "Is it known when the demand has to be predicted?"
        )
    if (
        table.groupby(table["week"] < table["week"].median())[answer].mean().diff().abs().max()
        > 0.2
    ):
        raise NotYet(
            f"{answer} moves at the same time as the relation, but a model with it, fitted to the "
            f"first half, errs by {errors[answer]:.2f} on the second. Another does better."
        )
    raise NotYet(
        f"{answer} looks the same in both halves. What turns a relation around should have moved."
    )


CHECKERS = {"05.1": which_tempo, "05.2": to_forget, "05.3": calendar, "05.4": missing_column}
