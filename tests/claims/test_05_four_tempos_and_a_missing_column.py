"""Claims of notebook 05."""

import numpy as np

from tests.claims.register import claim, preset

NOTEBOOK = "05_four_tempos_and_a_missing_column"
# Twenty streams a world take too long a hundred times over; the claims hold with four.
preset(NOTEBOOK, streams=4)


def mean_excess(ns, tempo):
    return ns["means"][tempo].mean()


@claim("05.spread-tells", NOTEBOOK)
def test_spread_tells(ns):
    """Batch 35 to 44: the slope near zero in both worlds, the spread larger in the gradual one."""
    slope, spread = {}, {}
    for tempo in ("gradual", "incremental"):
        batches = ns["draw"](ns["tempos"][tempo], 0)
        slope[tempo] = ns["slopes_by_batch"](batches)[35:45, 0].mean()
        X, y = batches.rows(50 * 35, 50 * 45)
        spread[tempo] = np.var(y - X @ np.linalg.lstsq(X, y)[0])
    alike = abs(slope["gradual"] - slope["incremental"]) < 0.3
    return alike and spread["gradual"] > 1.4 * spread["incremental"]


@claim("05.none-everything", NOTEBOOK)
def test_none_everything(ns):
    others = ["last 2", "last 8", "pool"]
    excess = mean_excess(ns, "none")
    return excess["everything"] < excess[others].min()


@claim("05.sudden-short", NOTEBOOK)
def test_sudden_short(ns):
    """At the end, forty batches after the change, everything is still far off."""
    excess = mean_excess(ns, "sudden")
    end = sum(run.iloc[-1] for run in ns["runs"]["sudden"]) / ns["streams"]
    return excess["last 2"] < excess["last 8"] and end["everything"] > 5 * end["last 2"]


@claim("05.slow-long", NOTEBOOK)
def test_slow_long(ns):
    slow = [mean_excess(ns, tempo) for tempo in ("gradual", "incremental")]
    return all(excess["last 8"] < excess["last 2"] for excess in slow)


@claim("05.pool-best", NOTEBOOK)
def test_pool_best(ns):
    excess = mean_excess(ns, "recurring")
    at_changes = ns["lost"].mean()["pool"]
    return excess.idxmin() == "pool" and at_changes > 0.5 * excess["pool"]


@claim("05.closed-form", NOTEBOOK)
def test_closed_form(ns):
    """Within a fifth and .005: two to three standard errors of the means over four streams."""
    windows = ["everything", "last 2", "last 8"]
    simulated = np.array([mean_excess(ns, tempo)[windows] for tempo in ns["tempos"]])
    return np.allclose(simulated, ns["theory"][windows], rtol=0.2, atol=0.005)


@claim("05.column-wins", NOTEBOOK)
def test_column_wins(ns):
    """No staleness left after the retrain, a fifth of that risk with the column."""
    risks, floor = ns["risks"], ns["blind"].floor(40)
    without = risks["frozen"] > 5 * floor and risks["retrained"] < 1.03 * floor
    return without and risks["old, with column and product"] < 0.2 * floor


@claim("05.needs-product", NOTEBOOK)
def test_needs_product(ns):
    """By less than a tenth, which is luck of the fits; the product takes nine tenths away."""
    risks = ns["risks"]
    return abs(risks["old, with column only"] / risks["frozen"] - 1) < 0.1


@claim("05.column-travels", NOTEBOOK)
def test_column_travels(ns):
    travelled = ns["travelled"]
    return travelled["kind"] < 0.3 and min(travelled["week"], travelled["coin"]) > 4 * 0.3
