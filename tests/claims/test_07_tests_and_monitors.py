"""Claims of notebook 07."""

import numpy as np

from helpers.budget import limit, risk
from helpers.run_lengths import alarmed_by, normal_chain
from tests.claims.register import claim, preset

NOTEBOOK = "07_tests_and_monitors"
# Shares of 4 Mondays, 32 weeks or 72 splits: the limits below leave room for that.
preset(NOTEBOOK, repeats=4, streams_each=14, replays=1, error_streams=14)


@claim("07.sure-is-not-much", NOTEBOOK)
def test_sure_is_not_much(ns):
    caught, index = ns["caught"], ns["mean_psi"]
    return caught[100] <= 0.5 and caught[50000] >= 0.9 and index[100] > 10 * index[50000]


@claim("07.psi-law", NOTEBOOK)
def test_psi_law(ns):
    """Most weeks pass the limit with 100 rows, near the law's share; none with 1000."""
    few, many = ns["false_alarms"].values()
    return few > 0.5 and many == 0 and abs(few - ns["law"].sf(0.1)) < 0.08


@claim("07.safe-cuts", NOTEBOOK)
def test_safe_cuts(ns):
    """Within a quarter, about four standard errors of a 95% point of 200 draws, from 30 a bin."""
    pairs = [pair for (n, bins), pair in ns["cuts"].items() if n >= 30 * bins]
    return len(pairs) == 5 and np.allclose(*np.transpose(pairs), rtol=0.25)


@claim("07.which-bins", NOTEBOOK)
def test_which_bins(ns):
    ages, savings = ns["binned"]["ages"], ns["binned"]["savings"]
    return savings[1] < 0.9 * savings[0] and ages[2] > 1.2 * ages[0]


@claim("07.many-features", NOTEBOOK)
def test_many_features(ns):
    single, held, holm = (ns["some_alarm"][rule] for rule in ns["rules"])
    found = ns["found"]
    return single > 0.7 and held == holm < 0.2 and found["Holm"] >= found["Bonferroni"]


@claim("07.peeking", NOTEBOOK)
def test_peeking(ns):
    peeked = ns["peeked"]
    return abs(peeked[1] - 0.05) < 0.0062 and peeked[20] > 4 * peeked[1]


@claim("07.whole-rows", NOTEBOOK)
def test_whole_rows(ns):
    """The line's AUC is within four standard errors of a half; MMD's p is its smallest."""
    line, products = ns["aucs"].values()
    unseen = abs(line[0] - 0.5) < 4 * (501 / 12 / 250**2) ** 0.5
    return unseen and products[1] < 1e-6 and ns["discrepancy"].p == 1 / 200


@claim("07.wine", NOTEBOOK)
def test_wine(ns):
    flagged = ns["flagged"]
    return 0.08 < flagged[1] < 1 - 0.95**13 and flagged[13] < 0.15


MEMORIES = "everything", "since alarm"
REAL = ["Page-Hinkley", "CUSUM", "batch chart", "ADWIN", "DDM"]


@claim("07.always-f1", NOTEBOOK)
def test_always_f1(ns):
    """Two thirds by arithmetic: precision 1/2, recall 1."""
    sea = ns["league"]["SEA"]
    always = sea.loc["always"]
    alarming = always["delay"] == 1 and always["false"] == 1000 and abs(always["f1"] - 2 / 3) < 1e-9
    return alarming and sea.loc["ADWIN", "f1"] < 0.5


@claim("07.worlds-differ", NOTEBOOK)
def test_worlds_differ(ns):
    """In SINE1 at most one change in ten is missed; in SEA ADWIN misses three quarters or more."""
    sine1, sea = (ns["league"][name]["missed"] for name in ("SINE1", "SEA"))
    return sine1[REAL].max() <= 0.1 and sea["ADWIN"] >= 0.75


@claim("07.told-the-target", NOTEBOOK)
def test_told_the_target(ns):
    delay, false = ns["real"]["delay"], ns["real"]["false"]
    return delay.idxmin() == "CUSUM" and false["ADWIN"] < false["CUSUM"]


@claim("07.memory-after-alarm", NOTEBOOK)
def test_memory_after_alarm(ns):
    """By a third or more of what knowing the changes gains over never retraining."""
    loss = {name: mean[0] for name, mean in ns["means"].items()}
    retrains = {name: mean[1] for name, mean in ns["means"].items()}
    long, short = (f"CUSUM, {memory}" for memory in MEMORIES)
    gain = loss["never"] - loss["known changes, last 3"]
    return (
        loss[long] - loss[short] > gain / 3 and retrains[long] > retrains["known changes, last 3"]
    )


@claim("07.alarm-and-staleness", NOTEBOOK)
def test_alarm_and_staleness(ns):
    """Staleness with a retrain on 300 rows, late under each of the three later thresholds."""
    world, learner, mean = ns["drifting"], ns["learner"], {}
    best = [risk(world, limit(world, learner.estimator, t), t) for t in (0, 20, 40, 60)]
    for memory in MEMORIES:
        history = ns["histories"][f"CUSUM, {memory}"][-1].set_index("batch")
        risks = [
            risk(world, learner.fit(*history.loc[t, ["fit_lo", "fit_hi"]].astype(int)), t)
            - best[t // 20]
            for t in (35, 37, 39, 55, 57, 59, 75, 77, 79)
        ]
        mean[memory] = np.mean(risks)
    return mean["since alarm"] < 0.7 * mean["everything"]


@claim("07.bargain", NOTEBOOK)
def test_bargain(ns):
    """Threshold times three: delay times three to four and a half, quiet time times a hundred."""
    (quiet, delay), (longer, later) = ns["exact"][20], ns["exact"][60]
    return 3 < later / delay < 4.5 and longer / quiet > 100


@claim("07.rivals", NOTEBOOK)
def test_rivals(ns):
    best = [min(ns["delays"], key=lambda chart: ns["delays"][chart][i]) for i in (0, 2, 5)]
    return best == ["batches of 50", "CUSUM", "batches of 1"]


@claim("07.run-length-not-risk", NOTEBOOK)
def test_run_length_not_risk(ns):
    """Within 4 standard errors of the chain; the two sides as if independent."""
    one = alarmed_by(normal_chain(0.5, 5), 1000)[-1]
    share, law = ns["share"]["known"], 1 - (1 - one) ** 2
    return share > 0.8 and abs(share - law) < 4 * (law * (1 - law) / 600) ** 0.5


@claim("07.estimated-baseline", NOTEBOOK)
def test_estimated_baseline(ns):
    known, estimated = ns["median"].values()
    return 0.33 < estimated / known < 0.65


@claim("07.scale", NOTEBOOK)
def test_scale(ns):
    """The same alarms in sd, but for a stream at most, by rounding; few of them with alpha 1."""
    by_default, *in_sd = (
        [np.mean(team < 10_000) for team in np.split(alarms, 2)]
        for alarms in [ns["by_default"], *ns["in_sd"].values()]
    )
    alike = all(abs(a - b) < 0.03 for a, b in in_sd)
    return by_default[0] < 0.15 and by_default[1] > 0.9 and alike and in_sd[1][0] < 0.3


@claim("07.deafness", NOTEBOOK)
def test_deafness(ns):
    ddm, ours = ns["deaf"]["DDM"], ns["deaf"]["Page-Hinkley"]
    return ddm[2] > 2 * ddm[0] and ours[2] < 2 * ours[0]


@claim("07.loss-not-staleness", NOTEBOOK)
def test_loss_not_staleness(ns):
    """Mean delays of 1,000 streams each differ by less than 4 standard errors (of .8 rows)."""
    late, stale = ns["late"], ns["stale"]
    alike = abs(late["noisier"] - late["turned"]) < 3.2
    return alike and stale["noisier"] < 0 and stale["turned"] > 1
