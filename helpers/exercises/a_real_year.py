"""Checkers and data for notebook 10."""

import warnings

import numpy as np
import pandas as pd

from helpers.exercises import NotYet, call, close, number

_FIRST = 9  # the first week that is forecast


def four_weeks(answer, rates):
    """10.1: the mean rate of the four weeks before, for weeks 9 to the last; by value."""
    scored = np.arange(_FIRST, rates.index.max() + 1)
    # Other rates than the reader's too, so that nothing can be right by accident.
    other = pd.Series(np.random.default_rng(0).uniform(0.1, 0.4, len(rates)), rates.index)
    values = [_forecasts(call(answer, r.copy()), scored) for r in (rates, other)]
    for week in (scored[0], scored[len(scored) // 2], scored[-1]):
        altered = other.where(other.index < week, 0.9 - other)
        again = _forecasts(call(answer, altered), scored)[week - _FIRST]
        if not np.isclose(again, values[1][week - _FIRST], equal_nan=True):
            raise NotYet(
                f"The forecast for week {week} changes when the rates from week {week} on do. When "
                "that week begins, nobody knows them: look one week further back."
            )
    if not np.isfinite(values[0]).all():
        week = scored[(~np.isfinite(values[0])).argmax()]
        raise NotYet(f"The forecast for week {week} is missing (NaN or infinite).")

    def is_mean_of(forecast):
        truths = [forecast(r).loc[scored].to_numpy() for r in (rates, other)]
        return all(np.allclose(v, t, rtol=1e-6) for v, t in zip(values, truths, strict=True))

    if is_mean_of(lambda r: r.rolling(4).mean().shift(1)):
        loss, before = (_log_loss(rates, f, scored) for f in (values[0], rates.shift(1)[scored]))
        return f"Its mean log loss is {loss:.3f}; with last week's rate alone it is {before:.3f}."
    if is_mean_of(lambda r: r.expanding().mean().shift(1)):
        raise NotYet("That is the mean of all weeks before. Only the last four are asked for.")
    for weeks in (1, 2, 3, 5, 6, 7, 8):
        if is_mean_of(lambda r, weeks=weeks: r.rolling(weeks).mean().shift(1)):
            raise NotYet(f"The number of weeks averaged is {weeks}. It should be four.")
    for gap in (2, 3, 4, 5):
        if is_mean_of(lambda r, gap=gap: r.rolling(4).mean().shift(gap)):
            raise NotYet(f"Four weeks, but the last of them lies {gap} weeks back. One is enough.")
    if np.allclose(values[0], values[0][0]):
        raise NotYet("Your forecast is the same for every week. It should move with the rates.")
    first = rates.loc[_FIRST - 4 : _FIRST - 1].mean()
    raise NotYet(
        f"For week {_FIRST} the answer is the mean of the rates of weeks {_FIRST - 4} to "
        f"{_FIRST - 1}, {first:.3f}; yours is {values[0][0]:.3f}."
    )


def _forecasts(result, scored):
    """One forecast per scored week; longer results are cut by their labels, or at the front."""
    if isinstance(result, pd.Series) and len(result) > len(scored) and scored[0] in result.index:
        result = result.reindex(scored)
    values = np.asarray(result, float)
    if values.ndim != 1 or len(values) < len(scored):
        raise NotYet(
            f"Return {len(scored)} forecasts, for weeks {scored[0]} to {scored[-1]}; got shape "
            f"{values.shape}."
        )
    return values[-len(scored) :]


def _log_loss(rates, forecast, scored):
    r, q = rates[scored].to_numpy(), np.asarray(forecast)
    return -(r * np.log(q) + (1 - r) * np.log(1 - q)).mean()


def newness(answer, frozen, recent, monthly):
    """10.2: (frozen - recent) / (frozen - monthly), of mean losses."""
    value = number(answer)
    old, new, all_rows = (history["loss"].mean() for history in (frozen, recent, monthly))
    share = (old - new) / (old - all_rows)
    if close(value, share, abs=0.01):
        return (
            f"{old - new:.3f} of {old - all_rows:.3f}, or {share:.0%}, came from newer rows; the "
            "rest from adding old ones."
        )
    if close(value, 100 * share, abs=1):
        raise NotYet("That is in per cent. Give the share, between 0 and 1.")
    if close(value, 1 - share, abs=0.01):
        raise NotYet("That is the share of the added rows. What is the rest?")
    if close(value, 1 / share, abs=0.01):
        raise NotYet("Upside down: divide the part by the whole gain, from frozen to monthly.")
    if close(value, old - new, abs=0.001) or close(value, old - all_rows, abs=0.001):
        raise NotYet("That is a difference of log losses. Divide the part by the whole.")
    if close(value, (new - all_rows) / (old - new), abs=0.01):
        raise NotYet("That divides one part by the other. Divide by the whole, frozen to monthly.")
    if min(abs(value - a / b) for a in (old, new, all_rows) for b in (old, new, all_rows)) < 0.005:
        raise NotYet("That divides two losses. The floor is in both: divide differences instead.")
    raise NotYet(
        "The whole gain is the mean loss of frozen minus that of monthly. How much of it has the "
        "recent model, which got newer rows only?"
    )


def made_up_board(seed=0, flights=60):
    """One airport's day for 10.3: made up, not from the flights of 2013.

    Parameters
    ----------
    seed : int
        Of the draws.
    flights : int
        Number of flights.

    Returns
    -------
    minutes, disrupted : array of int, shape (flights,)
        Scheduled departures in minutes since midnight, sorted, in steps of 5; and 0 or 1.
    """
    rng = np.random.default_rng(seed)
    minutes = np.sort(5 * rng.integers(5 * 12, 23 * 12, flights))
    return minutes, (rng.random(flights) < 0.3).astype(int)


def earlier_share(answer, board):
    """10.3: the share disrupted of the flights 2 to 4 hours before; by value and causality."""
    seen = []
    for minutes, disrupted in (board, made_up_board(1), made_up_board(2, 12)):
        minutes, disrupted = np.asarray(minutes), np.asarray(disrupted)
        # Flights on both ends, and times before and after all of them.
        for now in sorted({*(minutes[::5] + 120), *(minutes[::5] + 240), minutes[0], 2000}):
            value = _share(answer, minutes, disrupted, now)
            unsettled = minutes > now - 120
            again = _share(answer, minutes, np.where(unsettled, 1 - disrupted, disrupted), now)
            if not np.isclose(value, again, equal_nan=True):
                raise NotYet(
                    f"At minute {now} your answer changes with the outcome of flights scheduled "
                    f"after minute {now - 120}. Some of them are not settled yet: leave them out."
                )
            seen.append((value, disrupted, now - minutes, now))
    _compare(seen)
    return "It looks at settled flights only, so it is known in time; the tail number's gap is not."


def _share(answer, minutes, disrupted, now):
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the mean of nothing warns, and is rightly NaN
        result = call(answer, minutes.copy(), disrupted.copy(), now)
    try:
        value = np.asarray(result, float)
    except (TypeError, ValueError):
        raise NotYet("Return one number, the share.") from None
    if value.size != 1:
        raise NotYet(f"Return one number; yours holds {value.size} of them.")
    return float(value.reshape(()))


def _compare(seen):
    """`NotYet` with a hint unless each of the settled shares is that of its window."""

    def is_always(share):
        return all(np.isclose(v, share(d, ago), equal_nan=True) for v, d, ago, _ in seen)

    def right(d, ago):
        return _mean(d, (ago >= 120) & (ago <= 240))

    if is_always(right):
        return
    if all(np.isnan(value) for value, *_ in seen):
        raise NotYet(
            "At any time you return NaN, as if no flight were ever in the window. Times are in "
            "minutes: 2 hours are 120 of them."
        )
    hints = {
        "One end of the window is missing: both ends count.": [
            lambda d, ago: _mean(d, (ago > 120) & (ago <= 240)),
            lambda d, ago: _mean(d, (ago >= 120) & (ago < 240)),
            lambda d, ago: _mean(d, (ago > 120) & (ago < 240)),
        ],
        "You look back without end. Only flights up to 4 hours before count.": [
            lambda d, ago: _mean(d, ago >= 120)
        ],
        "That is a number of flights. Divide by the number of flights in the window.": [
            lambda d, ago: d[(ago >= 120) & (ago <= 240)].sum()
        ],
        "That is in per cent. Give the share, between 0 and 1.": [
            lambda d, ago: 100 * right(d, ago)
        ],
        "That is the share of the flights that were not disrupted.": [
            lambda d, ago: 1 - right(d, ago)
        ],
    }
    for hint, shares in hints.items():
        if any(is_always(share) for share in shares):
            raise NotYet(hint)
    for value, disrupted, ago, now in seen:
        truth = right(disrupted, ago)
        if np.isclose(value, truth, equal_nan=True):
            continue
        if np.isnan(truth):
            raise NotYet(
                f"At minute {now} no flight was scheduled 2 to 4 hours before, and you return "
                f"{value}. No news is not good news: return np.nan."
            )
        if np.isnan(value):
            raise NotYet(f"At minute {now} you return NaN, but there are flights in the window.")
        raise NotYet(f"At minute {now} the share is {truth:.3f}; yours is {value:.3f}.")


def _mean(values, chosen):
    return values[chosen].mean() if chosen.any() else np.nan


def made_up_trips(seed=0, names=("tail_number", "gust", "crew", "gate"), outcome="cancelled"):
    """A small table for 10.4: made up, not from the flights of 2013.

    Parameters
    ----------
    seed : int
        Of the draws.
    names : sequence of four str
        Columns: gaps in some rows with outcome 1 only; gaps at random; no gaps; few gaps.
    outcome : str
        Column of the outcome.

    Returns
    -------
    DataFrame
        400 rows; the outcome is 0 or 1.
    """
    rng = np.random.default_rng(seed)
    y, luck = (rng.random(400) < 0.2).astype(int), rng.random((400, 4))
    gaps = [(y == 1) & (luck[:, 0] < 0.4), luck[:, 1] < 0.7, luck[:, 2] < 0, luck[:, 3] < 0.05]
    values = rng.integers(100, 999, (400, 4)).astype(float)
    columns = {n: np.where(g, np.nan, v) for n, g, v in zip(names, gaps, values.T, strict=True)}
    return pd.DataFrame({outcome: y} | columns)


def leaking_gaps(answer, trips):
    """10.4: columns with gaps, all in rows with outcome 1; on the given table and another."""
    other = made_up_trips(1, ("desk", "wind", "slot", "phone"), "late")
    other["lift"] = other["desk"]  # with one gap more, in a row with outcome 0
    other.loc[other.index[other["late"] == 0][0], "lift"] = np.nan
    for table, outcome in [(trips, "cancelled"), (other, "late")]:
        found = call(answer, table.copy(), outcome)
        if not isinstance(found, str):
            found = list(found)  # a generator can be gone through once
        if isinstance(found, str) or not all(isinstance(name, str) for name in found):
            raise NotYet("Return the names of columns, as a list or a set.")
        found = set(found)
        if unknown := found - set(table.columns):
            raise NotYet(f"{sorted(unknown)[0]!r} is not a column of {list(table.columns)}.")
        for name in table.columns:
            gaps = table[name].isna()
            leaks = gaps.any() and (table.loc[gaps, outcome] == 1).all()
            if leaks == (name in found):
                continue
            if not gaps.any():
                raise NotYet(f"{name!r} has no gaps at all. Of nothing, all() is always true.")
            if leaks:
                missed = (table.loc[table[outcome] == 1, name].notna()).sum()
                raise NotYet(
                    f"{name!r} is missing from your answer: each of its {gaps.sum()} gaps lies in "
                    f"a row with outcome 1. That {missed} such rows have no gap does not matter."
                )
            raise NotYet(
                f"{name!r} has {gaps.sum()} gaps, and in {(table.loc[gaps, outcome] == 0).sum()} "
                "of these rows the outcome is 0: such gaps give nothing away for sure."
            )
    return (
        "Where many gaps come only with the outcome, the outcome has probably made them. Two or "
        "three can be chance."
    )


CHECKERS = {"10.1": four_weeks, "10.2": newness, "10.3": earlier_share, "10.4": leaking_gaps}
