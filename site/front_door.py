"""Draw README's picture, ``site/front_door.png``: ``.venv/bin/python site/front_door.py``.

The hump of notebook 01 with its three fits, and the error budgets of these fits. What the picture
shows in words, with its numbers, is stored in the PNG and is README's alternative text.
"""

from pathlib import Path

import numpy as np
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures

from helpers import plots
from helpers.budget import error_budget
from helpers.worlds import World, sudden, uniform

PICTURE = Path(__file__).with_name("front_door.png")
FROZEN, LINE, CURVE = "frozen\nline", "retrained\nline", "retrained\ncurve"


def hump(X, t):
    """Harvest against dose, as in notebook 01."""
    return 4 * X[:, 0] * (1 - X[:, 0])


def compute(seed=1, n=300):
    """Return the rows before and after, the three fits, and their error budgets."""
    world = World(uniform(0, sudden(0.3, 1.0, at=1)), hump, noise=0.1)
    rng = np.random.default_rng(seed)
    old, new = world.sample(rng, n, t=0), world.sample(rng, n, t=1)
    curve = make_pipeline(PolynomialFeatures(2), LinearRegression())
    fits = {
        FROZEN: LinearRegression().fit(*old),
        LINE: LinearRegression().fit(*new),
        CURVE: curve.fit(*new),
    }
    budgets = {name: error_budget(world, fit, fit, n=n, t=1) for name, fit in fits.items()}
    return old, new, fits, budgets


def describe(budgets):
    """What the picture shows, in words."""
    frozen, line, curve = (budgets[name] for name in (FROZEN, LINE, CURVE))
    return (
        "Left: rows that rise along a line at low doses, then a hump over all doses, with three "
        "fits. The frozen line shoots above the hump, the retrained line lies flat, the retrained "
        "curve follows the hump. Right, twice, the second time enlarged: the error budgets as "
        f"stacked bars. Frozen line: risk {frozen['risk']:.3f}, of which staleness "
        f"{frozen['staleness']:.3f}. Retrained line: {line['risk']:.3f}, of which approximation "
        f"{line['approximation']:.3f}. Retrained curve: {curve['risk']:.3f}, of which floor "
        f"{curve['floor']:.3f}."
    )


def draw(old, new, fits, budgets):
    """The figure: rows and fits, the budgets, the budgets enlarged."""
    fig, (left, middle, right) = plots.figure(3, width=10, height=4)
    plots.draw_rows(left, new[0][:, 0], new[1], "new", "rows after")
    plots.draw_rows(left, old[0][:, 0], old[1], "old", "rows before")
    grid = np.linspace(0, 1, 101)[:, None]
    for name, role in ((FROZEN, "frozen"), (LINE, "retrained"), (CURVE, "curve")):
        label = name.replace("\n", " ")
        plots.draw_curve(left, grid[:, 0], fits[name].predict(grid), role, label)
    left.set(xlabel="dose (share of a full one)", ylabel="harvest (relative)")
    left.set_title("three fits to a hump")
    left.legend()
    for ax in (middle, right):
        plots.draw_budgets(ax, budgets, "squared harvest")
    middle.set_title("their error budgets")
    retrained = max(budgets[LINE]["risk"], budgets[CURVE]["risk"])
    right.set_title("the same, enlarged")
    right.set_ylim(0, 1.5 * retrained)
    middle.legend()
    return fig


def main():
    """Compute, draw and save."""
    old, new, fits, budgets = compute()
    fig = draw(old, new, fits, budgets)
    about = {"Software": None, "Description": describe(budgets)}
    fig.savefig(PICTURE, dpi=160, facecolor="white", metadata=about)


if __name__ == "__main__":
    main()
