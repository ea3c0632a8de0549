"""Claims of notebook 10, on ten disjoint tenths of the flights: ten samples of one year."""

import numpy as np
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from helpers.backtest import Learner
from helpers.flights import FEATURES
from helpers.policies import Policy, never
from helpers.tables import to_batches
from tests.claims.register import claim, preset, runs
from tests.notebooks import NOTEBOOKS, code_cells, load, run

NOTEBOOK = "10_a_real_year"
SOLUTIONS = f"solutions/{NOTEBOOK}"
preset(NOTEBOOK, thin=10, gaps=[1, 4], spans=[1, 8, "all"])
runs(NOTEBOOK, part=range(10))

FROZEN, MONTHLY = "log loss, last week's rate - frozen", "log loss, frozen - monthly"
RANKING, SINGLE = "AUC, monthly - frozen", "log loss, frozen - monthly, block 1"


def mean_loss(ns, name):
    return ns[name]["loss"].mean()


@claim("10.leak-named", NOTEBOOK)
def test_leak_named(ns):
    gaps = ns["table"].query("no_tailnum == 1")
    return len(gaps) > 100 and (gaps["cancelled"] == 1).all()


@claim("10.frozen-beats-last-week", NOTEBOOK)
def test_frozen_beats_last_week(ns):
    return ns["differences"][FROZEN]["low"] > 0


@claim("10.monthly-beats-frozen", NOTEBOOK)
def test_monthly_beats_frozen(ns):
    return ns["differences"][MONTHLY]["low"] > 0 and ns["differences"][RANKING]["low"] > 0


@claim("10.not-every-week", NOTEBOOK)
def test_not_every_week(ns):
    return 20 < ns["weeks_won"] < 40


@claim("10.bumps-are-shared", NOTEBOOK)
def test_bumps_are_shared(ns):
    """The weekly losses go together, and with the share of disrupted flights."""
    together = ns["weeks"].corr()["monthly"]
    return together["frozen"] > 0.9 and together["disrupted"] > 0.9


@claim("10.reasons-are-easy", NOTEBOOK)
def test_reasons_are_easy(ns):
    """Three or more of the five worst weeks, and a quarter or more of the other 39."""
    return ns["in_worst"] >= 3 and ns["elsewhere"] - ns["in_worst"] > 39 / 4


@claim("10.gain-in-the-heat", NOTEBOOK)
def test_gain_in_the_heat(ns):
    gain, warm = ns["gain"], ns["warm"]
    return gain[warm].mean() > 2 * gain[~warm].mean() > 0


@claim("10.weeks-are-not-independent", NOTEBOOK)
def test_weeks_are_not_independent(ns):
    blocks, single = (ns["differences"][name] for name in (MONTHLY, SINGLE))
    return single["high"] - single["low"] < 0.85 * (blocks["high"] - blocks["low"])


@claim("10.plain-ages-faster", NOTEBOOK)
def test_plain_ages_faster(ns):
    """Frozen, it is behind by more than twice of what it is behind when retrained."""
    frozen = mean_loss(ns, "plain_frozen") - mean_loss(ns, "frozen")
    return 0 < mean_loss(ns, "plain_monthly") - mean_loss(ns, "monthly") < frozen / 2


def plain_loss(ns, table, left_out=()):
    """Of a frozen logistic regression, as in the notebook."""
    numbers = [name for name in FEATURES[3:] if name not in left_out]
    columns = make_column_transformer((ns["one_hot"], ns["names"]), (ns["scaled"], numbers))
    estimator = make_pipeline(columns, LogisticRegression(max_iter=300))
    learner = Learner(to_batches(table, "week", "disrupted", FEATURES), estimator)
    return ns["replay"](learner, Policy(never()))["loss"].mean()


@claim("10.two-columns", NOTEBOOK)
def test_two_columns(ns):
    """And with both held inside the range of the first weeks it is still behind."""
    table, two = ns["table"], ["temp", "dewp"]
    seen = table.loc[table["week"] <= 8, two]
    held = table.assign(**table[two].clip(seen.min(), seen.max(), axis=1))
    boosting = mean_loss(ns, "frozen")
    return plain_loss(ns, table, two) < boosting < plain_loss(ns, held)


@claim("10.overlap", NOTEBOOK)
def test_overlap(ns):
    without = mean_loss(ns, "frozen") - mean_loss(ns, "monthly")
    return 0 < mean_loss(ns, "told_frozen") - mean_loss(ns, "told_monthly") < without


@claim("10.newness-is-most", NOTEBOOK)
def test_newness_is_most(ns):
    frozen, recent, monthly = (mean_loss(ns, name) for name in ("frozen", "recent", "monthly"))
    return 0.5 < (frozen - recent) / (frozen - monthly) < 1


@claim("10.weekly-adds-little", NOTEBOOK)
def test_weekly_adds_little(ns):
    weekly = ns["grid"][1, "all"]["loss"].mean()
    monthly, frozen = mean_loss(ns, "monthly"), mean_loss(ns, "frozen")
    return 0 < monthly - weekly < (frozen - monthly) / 3


@claim("10.chasing-loses", NOTEBOOK, rate=0.9, wording="nine of the ten tenths")
def test_chasing_loses(ns):
    return ns["chased"]["mean"] > 0


@claim("10.leave-out-days", NOTEBOOK)
def test_leave_out_days(ns):
    return ns["placebo"][False] > 0.85 and ns["placebo"][True] < 0.55


@claim("10.alarm-is-not-damage", NOTEBOOK)
def test_alarm_is_not_damage(ns):
    """Weeks 21 to 40; the AUC of the model itself falls by less than a tenth in any of them."""
    seasons = ns["seasons"]
    loud = seasons.loc["21-24":"37-40"]
    falls = seasons.loc["9-12", "frozen"] - loud["frozen"]
    little = loud["gain"].min() < loud["gain"].max() / 4
    return len(loud) == 5 and loud["alarm"].min() > 0.97 and little and falls.max() < 0.1


@claim("10.level-not-week", NOTEBOOK)
def test_level_not_week(ns):
    frozen, monthly = ns["frozen"]["bias"], ns["monthly"]["bias"]
    level = abs(monthly.mean()) < abs(frozen.mean()) / 2
    return level and monthly.abs().mean() > max(0.6 * frozen.abs().mean(), 3 * ns["luck"])


@claim("10.news-beats-retraining", NOTEBOOK)
def test_news_beats_retraining(ns):
    return ns["better"]["mean"] > 0 and ns["news"]["low"] > 0 and ns["fresh"]["low"] > 0


@claim("10.leak-flatters", NOTEBOOK)
def test_leak_flatters(ns):
    """Offline the interval excludes zero; what is left in service is below a third of the gain."""
    honest, offline, serving = (mean_loss(ns, name) for name in ("monthly", "offline", "serving"))
    low = ns["paired_difference"](ns["monthly"], ns["offline"])["low"]
    return low > 0 and honest - serving < (honest - offline) / 3


@claim("10.one-in-four", NOTEBOOK)
def test_one_in_four(ns):
    return 0.22 < ns["table"]["disrupted"].mean() < 0.25


@claim("10.small-model-wins", NOTEBOOK)
def test_small_model_wins(ns):
    return mean_loss(ns["trial"], "small") < mean_loss(ns["trial"], "default size")


@claim("10.noisy-guide", NOTEBOOK)
def test_noisy_guide(ns):
    """The mean of four weeks is a better yardstick than the last one."""
    rates, forecast = ns["rates"], ns["rates"].rolling(4).mean().shift(1)
    losses = -(rates * np.log(forecast) + (1 - rates) * np.log(1 - forecast))
    return losses.loc[9:].mean() < ns["naive"].loc[9:].mean()


@claim("10.takes-something-off", NOTEBOOK)
def test_takes_something_off(ns):
    return ns["weeks"].loc[26, "frozen"] > ns["weeks"].loc[26, "monthly"] + 0.05


@claim("10.high-retrained-or-not", NOTEBOOK)
def test_high_retrained_or_not(ns):
    """In the five weeks both losses lie above their means, by more than a tenth of them."""
    losses = ns["weeks"].loc[9:, ["frozen", "monthly"]]
    worst = losses.loc[losses["monthly"].nlargest(5).index]
    return (worst > 1.1 * losses.mean()).all(axis=None)


@claim("10.evening-hardly-moves", NOTEBOOK)
def test_evening_hardly_moves(ns):
    evening = ns["weekly"]["evening"]
    return evening.std() < evening.mean() / 10


@claim("10.hot-before-and-after", NOTEBOOK)
def test_hot_before_and_after(ns):
    return ns["z"].loc[27:29, "temp"].min() > 1


@claim("10.part-is-foreseen", NOTEBOOK)
def test_part_is_foreseen(ns):
    """Between a tenth and a half of the variance of the weekly shares."""
    return ns["foreseen"] > 0 and 0.1 < ns["foreseen"] ** 2 < 0.5


@claim("10.tall-beside-tall", NOTEBOOK, rate=0.9, wording="nine of the ten tenths")
def test_tall_beside_tall(ns):
    return ns["gain"][4:].autocorr() > 0.3


@claim("10.weeks-hold-alike", NOTEBOOK)
def test_weeks_hold_alike(ns):
    flights = ns["weekly"]["flights"]
    return flights.std() < flights.mean() / 10


@claim("10.same-signs", NOTEBOOK)
def test_same_signs(ns):
    return all(difference["mean"] > 0 for difference in ns["differences"].values())


@claim("10.september", NOTEBOOK, rate=0.9, wording="nine of the ten tenths")
def test_september(ns):
    """Mostly hotter than the winter, and in more than half of these weeks the gain is below a
    third of that of the weeks of heat before."""
    gain = ns["gain"].set_axis(ns["frozen"]["when"])
    warm = gain.index[ns["warm"]]
    before, last = warm[warm < 36], warm[(warm >= 36) & (warm <= 39)]
    return len(last) >= 3 and (gain[last] < gain[before].mean() / 3).mean() > 0.5


@claim("10.fewer-in-september", NOTEBOOK)
def test_fewer_in_september(ns):
    """Fewer than in the other weeks of the heat."""
    rates, when = ns["rates"], ns["frozen"]["when"][ns["warm"]]
    return rates[when[when >= 36]].mean() < rates[when[when < 36]].mean()


@claim("10.ranks-no-worse", NOTEBOOK)
def test_ranks_no_worse(ns):
    return ns["plain_frozen"]["auc"].mean() > ns["frozen"]["auc"].mean() - 0.01


@claim("10.sits-in-the-warm-weeks", NOTEBOOK)
def test_sits_in_the_warm_weeks(ns):
    """Of what the logistic regression loses by being frozen, more than half."""
    gain, warm = ns["plain_frozen"]["loss"] - ns["plain_monthly"]["loss"], ns["warm"]
    return gain[warm].sum() > gain.sum() / 2 > 0


@claim("10.twice-as-large", NOTEBOOK)
def test_twice_as_large(ns):
    plain = mean_loss(ns, "plain_frozen") - mean_loss(ns, "plain_monthly")
    return plain > 1.5 * ns["gain"].mean() > 0


@claim("10.far-worse-than-all", NOTEBOOK)
def test_far_worse_than_all(ns):
    """It loses more against the monthly model than half of what retraining gains."""
    return ns["chasing"]["loss"].mean() - mean_loss(ns, "monthly") > ns["gain"].mean() / 2


@claim("10.eight-keep-most", NOTEBOOK)
def test_eight_keep_most(ns):
    """Of what retraining every week on all weeks gains, more than half."""
    eight, every = (ns["grid"][1, span]["loss"].mean() for span in (8, "all"))
    return mean_loss(ns, "frozen") - eight > (mean_loss(ns, "frozen") - every) / 2 > 0


def replayed(ns, gap, span):
    """The mean loss of a policy, of the table of thirty."""
    history = ns["replay"](ns["learner"], ns["rule"](gap, span), progress=False)
    return history["loss"].mean()


@claim("10.one-week-is-too-short", NOTEBOOK)
def test_one_week_is_too_short(ns):
    """No schedule makes up for it: on one week each is worse than the same on eight."""
    grid = {choice: history["loss"].mean() for choice, history in ns["grid"].items()}
    return all(grid[gap, 1] > grid[gap, 8] + 0.01 for gap in (1, 4))


@claim("10.first-step-is-most", NOTEBOOK)
def test_first_step_is_most(ns):
    """The loss falls as the memory grows, and more than half of that from one week to four."""
    grid = {span: ns["grid"][1, span]["loss"].mean() for span in (1, 8, "all")}
    four = replayed(ns, 1, 4)
    falls = grid[1] > four > grid[8] > grid["all"]
    return falls and grid[1] - four > (grid[1] - grid["all"]) / 2


@claim("10.too-late-for-summer", NOTEBOOK)
def test_too_late_for_summer(ns):
    """Every 13 weeks keeps more than half of the gain of monthly, every 22 less than half."""
    frozen, half = mean_loss(ns, "frozen"), ns["gain"].mean() / 2
    return frozen - replayed(ns, 13, "all") > half > frozen - replayed(ns, 22, "all")


@claim("10.silent-alarm", NOTEBOOK)
def test_silent_alarm(ns):
    last, autumn = (ns["seasons"].loc[name] for name in ("49-52", "37-40"))
    return last["alarm"] < 0.6 and last["gain"] > 0 and autumn["alarm"] > 0.9


@claim("10.ranks-better-in-summer", NOTEBOOK)
def test_ranks_better_in_summer(ns):
    frozen, monthly = ns["seasons"]["frozen"], ns["seasons"]["monthly"]
    return monthly["25-28"] > max(monthly["9-12"], frozen["25-28"])


@claim("10.a-thermometer", NOTEBOOK)
def test_a_thermometer(ns):
    """Temperature alone comes within two hundredths; without it at least a tenth is missing."""
    alarm = ns["seasons"].loc["25-28", "alarm"]
    return ns["alone"] > alarm - 0.02 and 0.6 < ns["without"] < alarm - 0.1


@claim("10.loudest-in-summer", NOTEBOOK)
def test_loudest_in_summer(ns):
    return ns["seasons"]["alarm"].idxmax() in ("25-28", "29-32", "33-36")


@claim("10.too-hopeful", NOTEBOOK)
def test_too_hopeful(ns):
    return ns["frozen"]["bias"].mean() < -ns["luck"]


@claim("10.bias-shrinks", NOTEBOOK)
def test_bias_shrinks(ns):
    told, *others = (
        history["bias"].abs().mean()
        for history in (ns["told_frozen"], ns["monthly"], ns["grid"][1, "all"])
    )
    return told < min(others)


@claim("10.trails-in-auc", NOTEBOOK)
def test_trails_in_auc(ns):
    return 0 < ns["monthly"]["auc"].mean() - ns["told_frozen"]["auc"].mean() < 0.02


@claim("10.both-are-best", NOTEBOOK)
def test_both_are_best(ns):
    others = [mean_loss(ns, name) for name in ("frozen", "monthly", "told_frozen")]
    return mean_loss(ns, "told_monthly") < min(*others, ns["grid"][1, "all"]["loss"].mean())


def bias_of(ns, name, first, last):
    return ns[name].set_index("when").loc[first:last, "bias"]


@claim("10.hopeful-in-summer", NOTEBOOK, rate=0.9, wording="nine of the ten tenths")
def test_hopeful_in_summer(ns):
    """In eight of the ten weeks from the middle of June to August, by more than luck allows."""
    return (bias_of(ns, "frozen", 25, 34) < -2 * ns["luck"]).sum() >= 8


@claim("10.monthly-lags", NOTEBOOK)
def test_monthly_lags(ns):
    """June, and from September on until November."""
    june, autumn = bias_of(ns, "monthly", 23, 26), bias_of(ns, "monthly", 36, 48)
    gloomy = (autumn > 0).mean() > 0.8 and autumn.mean() > bias_of(ns, "frozen", 36, 48).mean()
    return june.mean() < -2 * ns["luck"] and gloomy


@claim("10.closest-to-the-band", NOTEBOOK)
def test_closest_to_the_band(ns):
    """Its bias is the smallest, and in some of the five worst weeks it is outside."""
    sizes = {name: ns[name]["bias"].abs().mean() for name in ("frozen", "monthly", "told_frozen")}
    worst = ns["weeks"]["monthly"].nlargest(5).index
    outside = ns["told_frozen"].set_index("when").loc[worst, "bias"].abs() > 2 * ns["luck"]
    return min(sizes, key=sizes.get) == "told_frozen" and outside.any()


@claim("10.auc-is-gone", NOTEBOOK)
def test_auc_is_gone(ns):
    """What is left in service is below a third of it."""
    honest, offline, serving = (ns[n]["auc"].mean() for n in ("monthly", "offline", "serving"))
    return offline > honest and serving - honest < (offline - honest) / 3


@claim("10.very-narrow", NOTEBOOK)
def test_very_narrow(ns):
    """A quarter of the width of what retraining gains, or less; and it excludes zero."""
    leak, gain = ns["paired_difference"](ns["monthly"], ns["offline"]), ns["differences"][MONTHLY]
    return leak["low"] > 0 and leak["high"] - leak["low"] < (gain["high"] - gain["low"]) / 4


runs(SOLUTIONS, part=range(10))


@claim("10.four-weeks-beat-one", SOLUTIONS)
def test_four_weeks_beat_one(ns):
    """Per week, as the exercise scores it."""
    rates, losses = ns["rates"], []
    for forecast in (ns["four_weeks"](rates), rates.shift(1).loc[9:]):
        truth = rates.loc[9:]
        losses.append(-np.mean(truth * np.log(forecast) + (1 - truth) * np.log(1 - forecast)))
    return losses[0] < losses[1]


@pytest.mark.slow
def test_what_the_notebook_says_of_the_full_year():
    """From its own cells, those that the statements need."""
    cells = "flights batches model choice naive replay policies weeks-won warm intervals".split()
    cells += "grid chase earlier earlier-interval".split()
    gains, given = {}, {}
    for thin in (10, 1):
        ns = {"__name__": "__main__", "thin": thin, "part": 0, "gaps": [1], "spans": [1]}
        for cell in code_cells(load(NOTEBOOKS / f"{NOTEBOOK}.ipynb")):
            if cell.id in cells[: None if thin == 1 else -4]:
                run(cell.source, ns)
        gains[thin] = ns["differences"][MONTHLY]["mean"]
        given[thin] = ns["frozen"]["fit_hi"].max()
        assert min(d["low"] for d in ns["differences"].values()) > 0
    assert 0 < gains[1] < gains[10] / 2
    # A week holds more flights than the frozen model of the thin sample was given.
    assert ns["chasing"]["rows"].min() > given[10]
    assert ns["chased"]["low"] > 0 and ns["better"]["low"] > 0
