"""Checkers for notebook 04."""

import numpy as np

from helpers.exercises import NotAttempted, NotYet, call, close, number
from helpers.memory import best_window, break_even_rows, estimation, window_excess


def rows_needed(answer, inputs, sd, change):
    """04.1: d + 1 + d s2 / |change|^2, to within half a row."""
    value, jump2 = number(answer), float(np.sum(np.square(change)))
    truth = break_even_rows(inputs, sd**2, jump2)
    if close(value, truth, rel=0, abs=0.5):
        sum_ = f"{inputs + 1} + {inputs * sd**2:g} / {jump2:g} = {truth:g}"
        return f"{sum_}: with the first {inputs + 1} rows alone the mean error is still infinite."
    if close(value, inputs * sd**2 / jump2, rel=0, abs=0.5):
        raise NotYet(
            f"With {value:.0f} rows the estimation error is not yet equal: its denominator is "
            "m - d - 1, not m."
        )
    if close(value, truth - 1, rel=0, abs=0.5):
        raise NotYet("One row is missing: the denominator is m - d - 1, not m - d.")
    if close(value, break_even_rows(inputs, sd, jump2), rel=0, abs=0.5):
        raise NotYet("The formula takes the variance of the noise. You put in its sd.")
    for length in (float(np.sqrt(jump2)), float(np.sum(np.abs(change))), jump2**2):
        if close(value, break_even_rows(inputs, sd**2, length), rel=0, abs=0.5):
            raise NotYet(
                "What is the squared length of the change? The sum of its squared entries, "
                f"{jump2:g}; you used {length:.3g}."
            )
    if value < inputs + 2:
        raise NotYet(
            f"{inputs} coefficients on {value:g} rows: that is no fit to trust. The formula begins "
            f"at {inputs + 2} rows."
        )
    raise NotYet(
        f"With {value:g} rows the fit loses {estimation(value, inputs, sd**2):.2f} on average, the "
        "old model loses the squared length of the change. The two should be equal."
    )


def ramp_valley(answer):
    """04.2: the excess of a window on a ramp, within 5% of the exact value."""
    cases = [(200, 5, 1.0, 0.003), (400, 3, 2.0, 0.001), (150, 8, 0.5, 0.004), (300, 5, 1.0, 0.0)]
    values = np.array([number(call(answer, *case)) for case in cases])
    w, d, s2, v = np.array(cases).T
    noise = np.array([estimation(*case[:3]) for case in cases])
    truth = np.array([window_excess(*case[:3], v=case[3]) for case in cases])
    if np.allclose(values, truth, rtol=0.05):
        return (
            "The average row is half a window old, so the gap is v w / 2, and the excess its "
            "square: on a ramp staleness grows with the square of the window."
        )
    lag = v * w
    shapes = [
        (lag**2 / 4, "That is the staleness alone. The fit also has an estimation error."),
        (noise, "That is the estimation alone. Where is the drift?"),
        (noise + lag / 2, "A lag of v w / 2 is right. The excess is a squared distance."),
        (noise + lag**2, "The oldest row is w rows old. How old is the average row?"),
        (noise + lag**2 / 3, "That is the mean of the squared lags. The fit follows the average "
         "coefficient: average the lags first, then square."),
        (noise + lag**2 / 2, "Square the whole lag v w / 2, the half too."),
        (noise + d * lag**2 / 4, "v is the speed of the whole vector: do not count it d times."),
        (noise + d * v * w / 3, "That is the walk's formula. A ramp does not wander, it marches."),
    ]  # fmt: skip
    for wrong, hint in shapes:
        if np.allclose(values, wrong, rtol=0.01):
            raise NotYet(hint)
    if not close(values[-1], noise[-1], rel=0.05):
        raise NotYet(f"Without drift, v = 0, estimation is left: {noise[-1]:.4f}, not yours.")
    raise NotYet(
        "Without drift yours is right. Now the gap: how far does the average coefficient of the "
        "window lag behind today's? Square that and add it."
    )


def factors(answer):
    """04.3: ratios of best windows where drift is slow and the history long."""
    ratios = {
        "walk: q four times as large": _ratio({"q": 1e-6}, {"q": 4e-6}),
        "walk: twice as many inputs": _ratio({"q": 1e-6}, {"q": 1e-6, "d": 10}),
        "ramp: v twice as large": _ratio({"v": 1e-6}, {"v": 2e-6}),
        "ramp: twice as many inputs": _ratio({"v": 1e-6}, {"v": 1e-6, "d": 10}),
    }
    if not isinstance(answer, dict) or set(answer) != set(ratios):
        raise NotYet(f"The answer should be a dict with the keys {', '.join(ratios)}.")
    if any(value is ... for value in answer.values()):
        raise NotAttempted
    for case, truth in ratios.items():
        value = number(answer[case])
        if close(value, truth, rel=0.04):
            continue
        hint = _factor_hint(case, value, truth)
        raise NotYet(f"{case}: {hint}")
    return (
        "Square root under the walk, cube root under the ramp. A guess at q that is twice off "
        "adds about 6% to the excess, one at v a fifth to a quarter. Under the walk each input "
        "adds to both sides, and the best window stays."
    )


def _ratio(before, after):
    windows = []
    for drift in (before, after):
        drift = {"d": 5, "s2": 1.0} | drift
        windows.append(best_window(30_000, **drift))
    return windows[1] / windows[0]


def _factor_hint(case, value, truth):
    if value > 0 and close(1 / value, truth, rel=0.04):
        return "upside down. Does more of it make the best window longer or shorter?"
    if "inputs" in case and case.startswith("walk"):
        return (
            "estimation doubles, as you may have thought. But each coefficient walks, so "
            "staleness doubles as well."
        )
    if "inputs" in case:
        return (
            "the speed belongs to the whole vector, so staleness stays and estimation doubles. "
            "Set the slope of d s2 / w + v^2 w^2 / 4 to zero."
        )
    if close(value, truth**2, rel=0.04) or close(value, 0.5, rel=0.04):
        return "not in proportion. Set the slope of the sum of both parts to zero: what root comes?"
    if value > 1:
        return "faster drift makes old rows worse. Should you remember more of them?"
    return "set the slope of estimation + staleness to zero, and solve for the window."


def choose(answer, teams):
    """04.4: a window within 2% of the least excess that the history allows."""
    if not isinstance(answer, dict) or set(answer) != set(teams):
        raise NotYet(f"The answer should be a dict with the keys {', '.join(teams)}.")
    if any(value is ... for value in answer.values()):
        raise NotAttempted
    for name, team in teams.items():
        history, world = team["history"], {k: team[k] for k in team if k != "history"}
        w, best = number(answer[name]), best_window(history, **world)
        if w > history:
            raise NotYet(f"{name}: a window of {w:g} rows is longer than the history, {history}.")
        if w < world["d"] + 2:
            raise NotYet(f"{name}: {w:g} rows for {world['d']} coefficients are too few to fit.")
        excess, least = window_excess(w, **world), window_excess(best, **world)
        if excess <= 1.02 * least:
            continue
        noise = estimation(w, world["d"], world["s2"])
        parts = f"estimation {noise:.3f}, staleness {excess - noise:.3f}"
        if w < best:
            raise NotYet(f"{name}: with {w:g} rows ({parts}) more rows would still lower the sum.")
        raise NotYet(f"{name}: with {w:g} rows ({parts}) the old rows cost more than they give.")
    return "And where the history is shorter than the best window, remember all of it."


CHECKERS = {"04.1": rows_needed, "04.2": ramp_valley, "04.3": factors, "04.4": choose}
