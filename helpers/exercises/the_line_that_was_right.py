"""Checkers and data for notebook 01."""

import numpy as np

from helpers.budget import limit, risk
from helpers.exercises import NotAttempted, NotYet, call, close, number
from helpers.worlds import World, uniform

STORIES = ("range widened", "world changed", "too few rows")
_RANGES = [(0, 1), (0, 3), (1, 2), (-1, 2)]


def lack_of_fit(answer):
    """01.1: approximation term of a line on y = x^2, for several ranges; 5% covers simulation."""
    from sklearn.linear_model import LinearRegression

    truth, spread = [], []
    for low, high in _RANGES:
        world = World(uniform(low, high), lambda X, t: X[:, 0] ** 2)
        truth.append(risk(world, limit(world, LinearRegression())))
        X, weights = world.points()
        spread.append(weights @ X[:, 0] ** 4 - (weights @ X[:, 0] ** 2) ** 2)
    values = [number(call(answer, low, high)) for low, high in _RANGES]
    if np.allclose(values, truth, rtol=0.05):
        return (
            f"Triple the range and the term grows {truth[1] / truth[0]:.0f} times: the bend's "
            "distance grows with the square of the range, and the error squares it again."
        )
    if np.allclose(np.square(values), truth, rtol=0.05):
        raise NotYet("That is the root of the right number. The term is a mean squared distance.")
    if np.allclose(values, spread, rtol=0.05):
        raise NotYet("That is the distance to the mean of y. The best line does better than it.")
    if np.allclose(values[:2], truth[:2], rtol=0.05):
        raise NotYet("Right when the range starts at 0. What if it starts elsewhere, as (1, 2)?")
    if np.allclose(np.diff(values), np.diff(truth), rtol=0.05):
        raise NotYet("Too large by the same amount everywhere. Is the noise counted? Leave it out.")
    if np.allclose(values, truth, rtol=0.2):
        raise NotYet("Close. More rows, or a finer grid: try 1001 points.")
    growth = values[1] / values[0] if values[0] else np.inf
    if not close(growth, truth[1] / truth[0], rel=0.1):
        raise NotYet(
            f"From (0, 1) to (0, 3) yours grows {growth:.3g} times. The distance between line and "
            "bend grows with the square of the width; what does its square do?"
        )
    raise NotYet(
        f"It grows with the range as it should, but at (0, 1) it is {values[0]:.4g}. Fit the line "
        "to a fine grid of x between 0 and 1 and average the squared distance."
    )


def incidents():
    """Three incidents for 01.2.

    Returns
    -------
    dict of str to tuple
        Name -> (X_old, y_old, X_new, y_new), X of shape (n, 1) and y of shape (n,).
    """
    rng = np.random.default_rng(11)

    def rows(n, high, mean):
        x = rng.uniform(0, high, n)
        return x[:, None], mean(x) + rng.normal(0, 0.2, n)

    return {
        "A": rows(200, 1, lambda x: 1 + x**2) + rows(200, 1, lambda x: 1 + (1 - x) ** 2),
        "B": rows(20, 2, lambda x: x + 0.2 * x**2) + rows(1000, 2, lambda x: x + 0.2 * x**2),
        "C": rows(200, 1, lambda x: 1 + x - x**2 / 2) + rows(200, 3, lambda x: 1 + x - x**2 / 2),
    }


def which_story(answer, cases):
    """01.2: the story of each case, read off its rows."""
    if not isinstance(answer, dict) or set(answer) != set(cases):
        raise NotYet(f"The answer should be a dict with the keys {', '.join(cases)}.")
    if any(value is ... for value in answer.values()):
        raise NotAttempted
    for name, case in cases.items():
        if answer[name] not in STORIES:
            raise NotYet(f'{name}: choose one of "{STORIES[0]}", "{STORIES[1]}", "{STORIES[2]}".')
        x_old, y_old, x_new, y_new = (np.ravel(values) for values in case)
        wider = x_new.max() - x_new.min() > 1.5 * (x_old.max() - x_old.min())
        curve = np.polynomial.Polynomial.fit(x_new, y_new, 2)
        moved = np.mean((y_old - curve(x_old)) ** 2) > 2 * np.mean((y_new - curve(x_new)) ** 2)
        truth = STORIES[1] if moved else STORIES[0] if wider else STORIES[2]
        if answer[name] == truth:
            continue
        if answer[name] == STORIES[0] and moved:
            raise NotYet(
                f"{name}: the range went from {np.ptp(x_old):.2f} to {np.ptp(x_new):.2f}. Is the "
                "old line as good as before where old and new rows overlap? Try overlap_ratio."
            )
        if answer[name] == STORIES[0]:
            raise NotYet(
                f"{name}: more rows always reach a little further. From {np.ptp(x_old):.2f} to "
                f"{np.ptp(x_new):.2f}: is that enough to explain anything? Try p_bend as well."
            )
        if answer[name] == STORIES[1]:
            raise NotYet(
                f"{name}: one curve fits old and new rows alike. Draw them in one picture."
            )
        if moved:
            raise NotYet(f"{name}: at the same x, old and new outcomes differ. Draw them together.")
        raise NotYet(f"{name}: look at how far the new x reach beyond the old ones.")
    return "Where rows overlap tells a changed world; how far they reach tells a wider range."


def break_even(answer, budget, cost):
    """01.3: rows served until a retrain has paid for itself: cost / staleness."""
    rows, truth = number(answer), cost / budget["staleness"]
    if close(rows, truth, abs=1.0):
        sum_ = f"{cost} / {budget['staleness']:.3f} = {truth:.1f}"
        return f"{sum_}, so it has paid for itself with row {np.ceil(truth):.0f}."
    if close(rows, cost * budget["staleness"]):
        raise NotYet("You multiplied. How many times does the gain per row fit into the cost?")
    for term in ("risk", "approximation", "estimation", "floor"):
        if close(rows, cost / budget[term]):
            raise NotYet(f"You divided by the {term}. Which of the terms does a retrain take away?")
    raise NotYet("A row served by the fresh model errs less by one of the four terms. Which one?")


CHECKERS = {"01.1": lack_of_fit, "01.2": which_story, "01.3": break_even}
