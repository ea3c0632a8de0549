"""Claims of notebook 08."""

import numpy as np
from river.drift import ADWIN

from helpers.exercises.when_to_retrain import beats_placebo
from helpers.league import four_worlds
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
    """On 400 ramps of its own: the preset's 20 would not tell half of the staleness from all."""
    sizes, start = [ns[name] for name in ("rows", "d", "window")], ns["window"] + 100
    rng = np.random.default_rng([ns["seed"], 2])
    ramp = four_worlds(rng, 400, start + 24, *sizes, **ns["drift"])[0]["ramp"]
    old, later = ramp.fits[:, 100], slice(start + 18, start + 24)
    true = ramp.excess(start, later).mean(axis=1) - ns["fresh"]
    new = zip(old, ramp.X[:, later], ramp.outcomes(later), strict=True)
    estimate = ns["estimated_staleness"]
    off = [estimate(m, X.reshape(-1, ns["d"]), y.ravel()) for m, X, y in new] - true
    return abs(off.mean()) < error(off) < true.mean() / 3


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


def mean_costs(ns, kind):
    return {name: values.mean() for name, values in ns["costs"][kind].items()}


@claim("08.avoidable", NOTEBOOK)
def test_avoidable(ns):
    """Four fifths at least."""
    return ns["bills"]["every 15 batches"]["total"] < ns["bills"]["never"]["total"] / 5


@claim("08.least-error", NOTEBOOK)
def test_least_error(ns):
    error = {name: bill["error"] for name, bill in ns["bills"].items()}
    return min(error, key=error.get) == "always"


def one_of(ns):
    """The stream that the notebook shows: its jumps with 20 batches or more before the next."""
    jumps = np.flatnonzero(ns["jumped"][ns["one"]])
    spells = np.diff(np.append(jumps, ns["jumped"].shape[1]))
    return jumps[spells >= 20], (jumps + spells)[spells >= 20]


@claim("08.soon-and-again", NOTEBOOK)
def test_soon_and_again(ns):
    """Within ten batches of a jump, and at least twice before the next."""
    some, window = ns["some"], ns["window"]
    i = slice(ns["one"], ns["one"] + 1)
    times = ns["in_hindsight"](type(some)(some.X[i], some.noise[i], some.b[i], window))[1][0]
    times = np.flatnonzero(times) + window
    return all(
        np.any((times > jump) & (times <= jump + 10)) and np.sum((times > jump) & (times < end)) > 1
        for jump, end in zip(*one_of(ns), strict=True)
    )


def valley(ns, kind, factor):
    """Simulated cost per row with `factor` times the best period."""
    best = ns["laws"][kind](ns["price"])
    cost = ns["means"][kind] + ns["price"] / ns["periods"]
    return np.interp(factor * best, ns["periods"], cost)


@claim("08.flat-valleys", NOTEBOOK)
def test_flat_valleys(ns):
    """Less than a tenth."""
    return all(
        valley(ns, kind, factor) < 1.1 * valley(ns, kind, 1)
        for kind in ("walk", "ramp")
        for factor in (2 / 3, 4 / 3)
    )


@claim("08.half-or-twice", NOTEBOOK)
def test_half_or_twice(ns):
    return valley(ns, "ramp", 0.5) < valley(ns, "ramp", 2)


@claim("08.back-to-usual", NOTEBOOK)
def test_back_to_usual(ns):
    """Within a twentieth of it."""
    return abs(ns["after"].mean() / ns["weekly"].mean() - 1) < 0.05


@claim("08.unlucky-rows", NOTEBOOK)
def test_unlucky_rows(ns):
    """The exact risk of the refits against that of a fit on rows as they come."""
    risks = (ns["still"].fits[ns["stream"], ns["week"] + 1] ** 2).sum(axis=1)
    return risks.mean() > ns["fresh"]


@claim("08.unlucky-first-fits", NOTEBOOK)
def test_unlucky_first_fits(ns):
    """On as many streams as the notebook has, both cost less than never, and less than as many
    retrains as the alarm's at random times: to act on bad luck is worth something.
    """
    sizes = [ns[name] for name in ("rows", "d", "window")]
    rng, batches = np.random.default_rng([ns["seed"], 1]), ns["window"] + ns["served"]
    still = four_worlds(rng, 100, batches, *sizes, **ns["drift"])[0]["none"]
    runs = {"never": ns["run_rule"](still, ns["fixed"]["never"])}
    for name in ("alarm on errors", "CARA added up"):
        make, _, wait = ns["families"][name]
        runs[name] = ns["run_rule"](still, make(SETTINGS[name][0]), wait=wait)
    runs["placebo"] = ns["run_rule"](still, ns["as_often"](runs["alarm on errors"], still, 1))
    costs = {name: ns["cost"](run).mean() for name, run in runs.items()}
    return max(costs["alarm on errors"], costs["CARA added up"]) < min(
        costs["never"], costs["placebo"]
    )


@claim("08.ahead-of-the-friend", NOTEBOOK)
def test_ahead_of_the_friend(ns):
    costs = mean_costs(ns, "jumps")
    return costs["CARA added up"] < costs["known changes"]


@claim("08.early-and-again", NOTEBOOK)
def test_early_and_again(ns):
    runs = ns["jumps_runs"]
    return runs["CARA added up"].retrained.sum() > runs["alarm on errors"].retrained.sum()


@claim("08.weighing-on-ramp", NOTEBOOK)
def test_weighing_on_ramp(ns):
    return gap(ns, "ramp", "error budget", "alarm on errors").mean() < 0


@claim("08.small-allowance", NOTEBOOK)
def test_small_allowance(ns):
    """To within a twentieth, on 100 ramps."""
    sizes, batches = [ns[name] for name in ("rows", "d", "window")], ns["window"] + ns["served"]
    rng = np.random.default_rng([ns["seed"], 3])
    ramp = four_worlds(rng, 100, batches, *sizes, **ns["drift"])[0]["ramp"]

    def small(now):
        now.score = np.maximum(0, now.score + now.loss - 1.1)
        return now.score > 3

    scheduled = ns["scheduled"](SETTINGS["every k"][KINDS.index("ramp")])
    alarm, schedule = (
        ns["cost"](ns["run_rule"](ramp, rule, wait=0)).mean() for rule in (small, scheduled)
    )
    return abs(alarm / schedule - 1) < 0.05


@claim("08.near-the-friend", NOTEBOOK)
def test_near_the_friend(ns):
    """A fifth more at most."""
    costs = mean_costs(ns, "jumps")
    return costs["alarm on errors"] < 1.2 * costs["known changes"]


@claim("08.same-width", NOTEBOOK, rate=0.92, wording="in 92 of 100 seeds, 95% interval 85 to 96")
def test_same_width(ns):
    """In the stream shown the alarm retrains 7 to 9 batches after each jump."""
    times = ns["window"] + np.flatnonzero(ns["jumps_runs"]["alarm on errors"].retrained[ns["one"]])
    return all(
        np.any((times >= jump + 7) & (times <= jump + 9))
        for jump, end in zip(*one_of(ns), strict=True)
    )


@claim("08.suffer-least", NOTEBOOK)
def test_suffer_least(ns):
    mean = {name: np.mean(list(costs.values())) for name, costs in ns["singles"].items()}
    two = [mean.pop(name) for name in ("error budget", "CARA added up")]
    return max(two) < min(mean.values())


def above_schedule(ns, kind):
    """For each m, the alarm's excess over that of the schedule with as many labels."""
    schedule = list(ns["frontier"][kind, "schedule, every k"].values())
    labels, excess = np.transpose(sorted((p["labels"], p["excess"]) for p in schedule))
    alarm = ns["frontier"][kind, "alarm, one batch in m"]
    return {m: p["excess"] / np.interp(p["labels"], labels, excess) for m, p in alarm.items()}


@claim("08.few-labels", NOTEBOOK)
def test_few_labels(ns):
    above = above_schedule(ns, "jumps")
    return above[20] < 1 and above[10] < 1


@claim("08.many-labels", NOTEBOOK)
def test_many_labels(ns):
    """All rows watched: as good as the schedule within a fifth, or worse."""
    return above_schedule(ns, "jumps")[1] > 0.8


@claim("08.schedule-throughout", NOTEBOOK)
def test_schedule_throughout(ns):
    return min(above_schedule(ns, "walk").values()) > 1


@claim("08.detection-is-small", NOTEBOOK)
def test_detection_is_small(ns):
    """More than whoever is told, by less than a tenth of what 300 rows of delay cost."""
    told, watched = (
        ns["by_delay"][0][name]["extra"].mean() for name in ("known change", "alarm on errors")
    )
    return 0 < watched - told < 0.1 * ns["by_delay"][300]["alarm on errors"]["extra"].mean()


HASTY = "error budget", "CARA newest", "CARA added up"


@claim("08.bad-bargain", NOTEBOOK)
def test_bad_bargain(ns):
    cost = {name: run["cost"] for name, run in ns["by_delay"][300].items()}
    return all(cost[name] > cost["alarm on errors"] for name in HASTY)


@claim("08.mostly-once", NOTEBOOK)
def test_mostly_once(ns):
    """Between the jump and 20 batches later: the alarm in most streams, the hasty in few."""
    once = {}
    for name in ("alarm on errors", *HASTY):
        make, _, wait = ns["families"][name]
        run = ns["run_rule"](ns["jumping"], make(ns["settings"][name]["jumps"]), 0, wait)
        after = ns["jump_at"][:, None] - ns["window"] + np.arange(1, 21)
        once[name] = np.mean(np.take_along_axis(run.retrained, after, axis=1).sum(axis=1) == 1)
    return once["alarm on errors"] > 0.5 and all(once[name] < 0.5 for name in HASTY)


@claim("08.adwin-later", NOTEBOOK)
def test_adwin_later(ns):
    """In the stream shown, over its jumps."""
    late = {}
    for name, detector in {"CUSUM": ns["cusum"], "ADWIN": ADWIN}.items():
        when = ns["on_alarm"](detector, wait=ns["window"])
        policy = ns["Policy"](when, ns["last"](ns["window"]))
        history = ns["backtest"](ns["learner"], policy, ns["window"])
        times = history["batch"][history["retrained"]].to_numpy()
        late[name] = [np.append(times[times > jump], 1000)[0] for jump in one_of(ns)[0]]
    return np.mean(late["ADWIN"]) > np.mean(late["CUSUM"])


@claim("08.few-retrains", NOTEBOOK)
def test_few_retrains(ns):
    """A tenth at most."""
    retrains = {
        n: np.mean([b["retrains"] for b in bills]) for n, bills in ns["season_bills"].items()
    }
    return retrains["alarm on errors"] < 0.1 * retrains["alarm on inputs"]


def hasty(now, scored):
    for batch, losses in scored:
        if losses.mean() > 4:
            return batch + 1
    return None


@claim("08.hasty-passes", NOTEBOOK)
def test_hasty_passes(ns):
    return "cost" in beats_placebo(hasty, ns["worlds"]["jumps"], ns["price"])
