"""Claims of notebook 08."""

import numpy as np

from tests.claims.register import claim, preset
from tests.notebooks import NOTEBOOKS, load, play

NOTEBOOK = "08_when_to_retrain"
KINDS = ("none", "jumps", "ramp", "walk")
SETTINGS = {  # what the notebook tunes on streams of its own, the same for every seed
    "every k": (60, 15, 20, 20),
    "alarm on errors": (2.0, 2.0, 0.5, 1.0),
    "error budget": (35, 50, 100, 50),
    "CARA newest": (2.0, 1.5, 1.0, 1.5),
    "CARA added up": (20, 30, 20, 30),
}
EVERYWHERE = {
    "every k": 25,
    "alarm on errors": 1.0,
    "error budget": 75,
    "CARA newest": 1.5,
    "CARA added up": 30,
}
preset(
    NOTEBOOK,
    streams=20,  # fewer than in the notebook, and fewer delays, to save time
    replayed=8,
    delays=(0, 10, 30),
    settings={name: dict(zip(KINDS, v, strict=True)) for name, v in SETTINGS.items()},
    everywhere=EVERYWHERE,
)


def test_the_settings_are_those_that_the_notebook_tunes():
    namespace = {}
    for cell, _ in play(load(NOTEBOOKS / f"{NOTEBOOK}.ipynb"), namespace):
        if cell.id == "settings":
            break
    tuning = namespace["tuning"]
    for name, values in SETTINGS.items():
        assert namespace["settings"][name] == dict(zip(KINDS, values, strict=True))
        assert tuning[name].mean(axis=1).idxmin() == EVERYWHERE[name]


def error(values):
    """Four standard errors of a mean."""
    return 4 * np.std(values, ddof=1) / len(values) ** 0.5


def gap(ns, kind, first, second):
    return ns["costs"][kind][first] - ns["costs"][kind][second]


@claim("08.never-always", NOTEBOOK)
def test_never_always(ns):
    return all(
        gap(ns, kind, other, "every k").mean() > 0
        for kind in ("jumps", "ramp", "walk")
        for other in ("never", "always")
    )


@claim("08.laws", NOTEBOOK)
def test_laws(ns):
    """Within 20%: periods are multiples of 10 rows, and the valley is flat."""
    return all(
        np.isclose(found, ns["laws"][kind](c), rtol=0.2) for (kind, c), found in ns["found"].items()
    )


@claim("08.regression", NOTEBOOK)
def test_regression(ns):
    return (ns["after"] < ns["before"]).mean() > 0.95


@claim("08.no-gain", NOTEBOOK)
def test_no_gain(ns):
    """As often better, and by itself it gains less than a tenth of what it seems to gain."""
    seeming, gained = ns["before"] - ns["refitted"], ns["after"] - ns["refitted"]
    return (seeming > 0).mean() > 0.95 and gained.mean() < 0.1 * seeming.mean()


@claim("08.staleness", NOTEBOOK)
def test_staleness(ns):
    off = np.array(ns["estimates"]) - ns["true"]
    return abs(off.mean()) < error(off)


@claim("08.jumps", NOTEBOOK)
def test_jumps(ns):
    """By far: the placebo costs more than twice as much as the schedule."""
    costs = {name: values.mean() for name, values in ns["costs"]["jumps"].items()}
    return costs["alarm on errors"] < costs["every k"] < costs["placebo"] / 2


@claim("08.inputs", NOTEBOOK)
def test_inputs(ns):
    """It retrains in 1% of all batches, and costs more than twice what a schedule costs."""
    share = ns["jumps_runs"]["alarm on inputs"].retrained.mean(axis=1)
    costs = {name: values.mean() for name, values in ns["costs"]["jumps"].items()}
    on_level = abs(share.mean() - 0.01) < error(share)
    return on_level and costs["alarm on inputs"] > 2 * costs["every k"]


@claim("08.season", NOTEBOOK)
def test_season(ns):
    """And more than twice as much as an alarm on the errors, on the same streams."""
    bills = ns["season_bills"]
    mean = {name: np.mean([bill["per row"] for bill in bills[name]]) for name in bills}
    alarm = mean.pop("alarm on inputs")
    return alarm > 2 * max(mean.values())


@claim("08.ramp", NOTEBOOK)
def test_ramp(ns):
    return gap(ns, "ramp", "alarm on errors", "every k").mean() > 0


@claim("08.walk", NOTEBOOK)
def test_walk(ns):
    difference = gap(ns, "walk", "alarm on errors", "every k").mean()
    return abs(difference) < 0.1 * ns["costs"]["walk"]["every k"].mean()


@claim("08.one-number", NOTEBOOK)
def test_one_number(ns):
    mean = {name: np.mean(list(costs.values())) for name, costs in ns["singles"].items()}
    good, others = ("error budget", "CARA added up"), ("every k", "alarm on errors")
    return max(mean[name] for name in good) < min(mean[name] for name in others)


@claim("08.hindsight", NOTEBOOK)
def test_hindsight(ns):
    """Even the cheapest policy costs a quarter more."""
    least = {k: min(v.mean() for v in costs.values()) for k, costs in ns["costs"].items()}
    return all(least[kind] > 1.25 * ns["hindsight"][kind].mean() for kind in least)


def bill(ns, kind, name):
    """Cost per row at a label price of 0.2, for each setting."""
    return {
        setting: p["excess"] + 0.2 * p["labels"] + p["training"]
        for setting, p in ns["frontier"][kind, name].items()
    }


@claim("08.labels", NOTEBOOK)
def test_labels(ns):
    alarm, schedule = (
        {k: bill(ns, k, name) for k in ("jumps", "walk")}
        for name in ("alarm, one batch in m", "schedule, every k")
    )
    best = min(alarm["jumps"], key=alarm["jumps"].get)
    least = {k: (min(alarm[k].values()), min(schedule[k].values())) for k in alarm}
    return (
        best > 1 and least["jumps"][0] < least["jumps"][1] and least["walk"][0] > least["walk"][1]
    )


@claim("08.delay", NOTEBOOK)
def test_delay(ns):
    """Squared distance of the jump, 4, times rows, as long as somebody tells of the jump."""
    told = {rows: some["known change"]["extra"] for rows, some in ns["by_delay"].items()}
    growth = {rows: told[rows] - told[0] for rows in told if rows}
    return all(abs(g.mean() - 4 * rows) < error(g) for rows, g in growth.items())


@claim("08.hasty", NOTEBOOK)
def test_hasty(ns):
    """From 0 to 300 rows late, what each policy loses."""
    lost = {
        name: ns["by_delay"][300][name]["cost"] - ns["by_delay"][0][name]["cost"]
        for name in ("CARA newest", "alarm on errors")
    }
    return lost["CARA newest"] > lost["alarm on errors"]
