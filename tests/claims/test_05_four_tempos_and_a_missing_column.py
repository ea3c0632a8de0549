"""Claims of notebook 05."""

import numpy as np
from sklearn.base import clone

from helpers.backtest import Learner, backtest
from helpers.memory import estimation, mixing
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
    return mean_excess(ns, "none").idxmin() == "everything"


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


@claim("05.wins-on-the-way", NOTEBOOK)
def test_wins_on_the_way(ns):
    """In batches 20 to 59 of as many streams as the notebook has; level: to a fifth."""
    mean = {}
    for tempo in ("gradual", "incremental"):
        runs = [ns["replay"](ns["tempos"][tempo], i) for i in range(20)]
        excess = sum(run[["last 2", "last 8"]] for run in runs).div(20)
        on = excess.iloc[20 - ns["start"] : 60 - ns["start"]]
        mean[tempo] = on.mean(), excess.drop(on.index).mean()
    (gradual, _), (moving, still) = mean.values()
    level = abs(moving["last 8"] / moving["last 2"] - 1) < 0.2
    return gradual["last 8"] < gradual["last 2"] and level and still["last 8"] < still["last 2"]


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


def over_time(ns, tempo):
    """Mean excess over the streams: a row for each batch, a column for each team."""
    return (sum(ns["runs"][tempo]) / ns["streams"]).set_axis(range(ns["start"], 80))


@claim("05.ramps-alike", NOTEBOOK)
def test_ramps_alike(ns):
    """Means of ten batches, less than .3 apart, where the whole way is 2."""
    batches = [ns["draw"](ns["tempos"][tempo], 0) for tempo in ("gradual", "incremental")]
    one, other = (ns["slopes_by_batch"](b)[:, 0].reshape(8, 10).mean(axis=1) for b in batches)
    return np.abs(one - other).max() < 0.3


@claim("05.dots-scatter", NOTEBOOK)
def test_dots_scatter(ns):
    """Around a straight line from batch 22 to 57."""
    scatter = {}
    for tempo in ("gradual", "incremental"):
        dots = ns["slopes_by_batch"](ns["draw"](ns["tempos"][tempo], 0))[22:58, 0]
        line = np.polynomial.Polynomial.fit(np.arange(36), dots, 1)(np.arange(36))
        scatter[tempo] = np.var(dots - line)
    return scatter["gradual"] > scatter["incremental"]


@claim("05.cross-and-band", NOTEBOOK)
def test_cross_and_band(ns):
    """Outer rows are spread more than twice as much as inner ones, or much alike."""
    spread = {}
    for tempo in ("gradual", "incremental"):
        X, y = ns["tempos"][tempo].sample(np.random.default_rng(ns["seed"]), 1000, t=40)
        squares, outer = (y - X[:, 1:].sum(axis=1)) ** 2, np.abs(X[:, 0]) > 1
        spread[tempo] = squares[outer].mean() / squares[~outer].mean()
    return spread["gradual"] > 2 and 0.7 < spread["incremental"] < 1.4


@claim("05.sudden-two", NOTEBOOK)
def test_sudden_two(ns):
    """The two least, and nearer to each other than to the next."""
    excess = mean_excess(ns, "sudden").sort_values()
    gap, to_next = excess.diff().iloc[1:3]
    return set(excess.index[:2]) == {"last 2", "pool"} and gap < to_next


@claim("05.half-of-frozen", NOTEBOOK)
def test_half_of_frozen(ns):
    excess = mean_excess(ns, "sudden")
    return 0.4 < excess["everything"] / excess["frozen"] < 0.6


@claim("05.last-8-wins", NOTEBOOK)
def test_last_8_wins(ns):
    return all(mean_excess(ns, t).idxmin() == "last 8" for t in ("gradual", "incremental"))


@claim("05.last-8-loses", NOTEBOOK)
def test_last_8_loses(ns):
    excess = mean_excess(ns, "recurring")
    return excess["last 8"] > excess["everything"]


@claim("05.no-team-everywhere", NOTEBOOK)
def test_no_team_everywhere(ns):
    """From one line of the list to the next the winner changes."""
    winners = {tempo: mean_excess(ns, tempo).idxmin() for tempo in ns["tempos"]}
    lines = ["none", "sudden", "gradual", "recurring"]
    return all(winners[a] != winners[b] for a, b in zip(lines, lines[1:], strict=False))


@claim("05.hit-alike", NOTEBOOK)
def test_hit_alike(ns):
    """At the change, within a fifth of their mean."""
    hit = over_time(ns, "sudden").drop(columns="frozen").loc[40]
    return (abs(hit / hit.mean() - 1) < 0.2).all()


@claim("05.clean-again", NOTEBOOK)
def test_clean_again(ns):
    """Within twice what so many rows cost without drift, and not one batch earlier."""
    excess = over_time(ns, "sudden")
    return all(
        excess[f"last {k}"].loc[40 + k : 48 + k].mean() < 2 * estimation(50 * k, 5, 1)
        and excess[f"last {k}"].loc[39 + k] > 2 * estimation(50 * k, 5, 1)
        for k in (2, 8)
    )


@claim("05.pool-back", NOTEBOOK)
def test_pool_back(ns):
    """A batch after the second change and later: a tenth of the change, and least of all."""
    excess = over_time(ns, "recurring")
    after = excess.loc[range(21, 80, 10)].mean()
    return after["pool"] < 0.1 * 4 < excess.loc[11, "pool"] and after.idxmin() == "pool"


@claim("05.staleness-dwarfs", NOTEBOOK)
def test_staleness_dwarfs(ns):
    """In the stream that is drawn, at batch 40: more than twice floor and estimation together."""
    fresh, at_40 = estimation(100, 5, 1), 40 - ns["start"]
    excess = [ns["runs"][t][0][ns["chosen"][t]][at_40] for t in ("sudden", "recurring")]
    return min(excess) - fresh > 2 * (1 + fresh)


@claim("05.gone-or-shrinking", NOTEBOOK)
def test_gone_or_shrinking(ns):
    """In the stream that is drawn: a twentieth of the change is left, or less and less of it."""
    at = [t - ns["start"] for t in (41, 50, 60, 70, 79)]
    slow = ns["runs"]["sudden"][0]["everything"][at]
    gone = ns["runs"]["recurring"][0]["pool"][42 - ns["start"]] < 4 / 20
    return gone and slow.is_monotonic_decreasing and slow.iloc[-1] > 4 / 20


@claim("05.thin-rim", NOTEBOOK)
def test_thin_rim(ns):
    """A tenth of the floor or less, on average over the batches that are drawn."""
    floor = 1 + ns["row_kinds"](ns["tempos"]["gradual"])[ns["start"] :]
    return (ns["runs"]["gradual"][0]["last 8"] / floor).mean() < 0.1


@claim("05.eight-beat-two", NOTEBOOK)
def test_eight_beat_two(ns):
    """In the gradual world of the picture, in more than half of the batches."""
    kinds = ns["row_kinds"](ns["tempos"]["gradual"])[ns["start"] :]
    fresh = estimation(100, 5, 1) + kinds / 100 + mixing(100, 5) * kinds * (1 - 1 / 100)
    return (ns["runs"]["gradual"][0]["last 8"] < fresh).mean() > 0.5


@claim("05.must-expect", NOTEBOOK)
def test_must_expect(ns):
    """Within a tenth of the squared change at each of the first batches."""
    must = 4 * len(ns["first_batches"]) / 72
    return abs(ns["lost"].mean()["pool"] / must - 1) < 0.1


@claim("05.half-saved", NOTEBOOK)
def test_half_saved(ns):
    """More than a third of what can be saved, less than a third of the whole."""
    rest = mean_excess(ns, "recurring") - ns["lost"].mean()
    return 1 - rest["pool"] / rest["last 2"] > 1 / 3 > ns["share_saved"]


@claim("05.pool-noisy", NOTEBOOK)
def test_pool_noisy(ns):
    before = over_time(ns, "sudden").loc[16:39].mean()
    return before["pool"] > before["last 8"]


@claim("05.newest-by-luck", NOTEBOOK)
def test_newest_by_luck(ns):
    """In 2 to 25 of 100 batches from 16 to 39; without those the pool is level with last 8."""
    newest, gap = [], []
    for i in range(20):
        learner = Learner(ns["draw"](ns["tempos"]["sudden"], i), ns["LeastSquares"]())
        policies = ns["policies"](learner)
        pool, last = (
            backtest(learner, policies[name], ns["start"]).query("16 <= batch < 40")
            for name in ("pool", "last 8")
        )
        newest.append((pool["fit_hi"] - pool["fit_lo"] == 100).to_numpy())
        excess = [ns["excess"](ns["tempos"]["sudden"], learner, h) for h in (pool, last)]
        gap.append(excess[0] - excess[1])
    newest, gap = np.array(newest), np.array(gap)
    level = abs(gap[~newest].mean()) < gap[newest].mean() / 4
    return 0.02 < newest.mean() < 0.25 and level


@claim("05.calendar-pays", NOTEBOOK)
def test_calendar_pays(ns):
    """From batch 20 on: no batch above a tenth, and a lower mean than any team's."""

    def spell_before_last(t):
        first = (t // 10 - 2) * 10
        return (first, first + 10) if t >= 20 else (t - 2, t)

    known = ns["curve"](ns["tempos"]["recurring"], spell_before_last)[20 - ns["start"] :]
    return known.max() < 0.1 and known.mean() < over_time(ns, "recurring").loc[20:].mean().min()


@claim("05.turned-around", NOTEBOOK)
def test_turned_around(ns):
    """Spreads within a tenth; slopes of opposite signs, less than a fifth apart in size."""
    X, y = ([ns[f"{name}_old"], ns[f"{name}_new"]] for name in "Xy")
    spreads = [X[1][:, 0].std() / X[0][:, 0].std(), y[1].std() / y[0].std()]
    slopes = [ns[model].coef_[0] for model in ("frozen", "retrained")]
    return np.allclose(spreads, 1, atol=0.1) and -1.25 < slopes[1] / slopes[0] < -0.8


@claim("05.column-hardly-stale", NOTEBOOK)
def test_column_hardly_stale(ns):
    """Less than a tenth of the noise on top of it."""
    return ns["risks"]["old, with column and product"] < 1.1 * 0.5**2


@claim("05.coin-worthless", NOTEBOOK)
def test_coin_worthless(ns):
    return abs(ns["travelled"]["coin"] / ns["travelled"]["none"] - 1) < 0.1


@claim("05.clock-helps", NOTEBOOK)
def test_clock_helps(ns):
    """It takes away a fifth and more."""
    return ns["travelled"]["week"] < 0.8 * ns["travelled"]["none"]


@claim("05.idles", NOTEBOOK)
def test_idles(ns):
    """Fitted to the first two weeks, it stays within a quarter of the noise in all that follow."""
    rows = ns["rows"]
    model = clone(ns["with_product"]).fit(rows.X[:400], rows.y[:400])
    return max(ns["risk"](ns["full"], model, week) for week in (2, 20, 38)) < 1.25 * 0.5**2


@claim("05.calendar", f"solutions/{NOTEBOOK}")
def test_calendar(ns):
    """Less than a tenth of what the pool loses."""
    return ns["lost"]["calendar"] < 0.1 * ns["lost"]["pool"]
