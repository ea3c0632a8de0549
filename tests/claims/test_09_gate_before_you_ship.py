"""Claims of notebook 09."""

import numpy as np
from scipy.stats import norm

from helpers.gates import chance_not_ahead, paired_power
from tests.claims.register import claim, preset

NOTEBOOK = "09_gate_before_you_ship"
given = {"wins": 0.04, "defeats": 0.02, "champion_accuracy": 0.9, "challenger_accuracy": 0.92}
preset(NOTEBOOK, draws=20, streams=4, **given)  # the rest as in the notebook


def agrees(share, exact, trials):
    """Within 4 standard errors of a share."""
    return abs(share - exact) < 4 * (exact * (1 - exact) / trials) ** 0.5


@claim("09.fifty-labels", NOTEBOOK)
def test_fifty_labels(ns):
    exact = chance_not_ahead(50, ns["wins"], ns["defeats"])
    return agrees(ns["not_ahead"], exact, 20_000) and abs(ns["not_ahead"] - 0.4) < 0.02


@claim("09.pairing", NOTEBOOK)
def test_pairing(ns):
    """And the number that the formula gives has the power asked for."""
    power = paired_power(ns["paired"], ns["wins"], ns["defeats"])
    return ns["each"] > 2 * ns["paired"] and agrees(ns["passed"], power, 20_000)


@claim("09.tested-apart", NOTEBOOK)
def test_tested_apart(ns):
    return ns["passed_apart"] < ns["passed"] / 2


@claim("09.stale", NOTEBOOK)
def test_stale(ns):
    return list(ns["promoted"].values()) == [0, 0, 1]


@claim("09.own-rows", NOTEBOOK)
def test_own_rows(ns):
    """A theorem; the fresh rows say that it is the worse model."""
    own = ns["own"]
    always = own["judged on its own rows"] == ns["kept_out"] == 1
    return always and own["judged on fresh rows"] < 0.25


@claim("09.winners-curse", NOTEBOOK)
def test_winners_curse(ns):
    """Five times as often at least, and seven leads in eight or more are above zero."""
    passes = ns["passes"]
    curse = passes["the best of ten"] > 5 * passes["one challenger"]
    return curse and np.mean(ns["lead"] > 0) > 7 / 8


@claim("09.cures", NOTEBOOK)
def test_cures(ns):
    """The level, within 4 standard errors; the mean lead of the second sample is zero."""
    names = ["the best of ten, level over ten", "the best of ten, a second sample"]
    kept = all(ns["passes"][name] < 0.025 + 4 * (0.025 / 5000) ** 0.5 for name in names)
    again = ns["lead_again"]
    return kept and abs(again.mean()) < 4 * again.std(ddof=1) / len(again) ** 0.5


@claim("09.saves", NOTEBOOK)
def test_saves(ns):
    """A fifth at least; the same labels as training rows take away more, all rows most."""
    no_gate, mean, _, month, pooled = ns["settled"].values()
    return 0.8 * no_gate > mean > month > pooled


@claim("09.stricter-sinks", NOTEBOOK)
def test_stricter_sinks(ns):
    """By a tenth or more from year two to what follows month 50."""
    excess = ns["serve"](np.zeros((100, 60, 10)), ns["strict"])
    return excess[50:].mean() < 0.9 * excess[12:25].mean()


@claim("09.delays", NOTEBOOK)
def test_delays(ns):
    """A month after the jump, and not two."""
    gated, ungated = ns["by_month"]["lower mean"], ns["by_month"]["no gate"]
    return gated[14] > 3 and ungated[14] < 0.5 and gated[15] < 0.5


@claim("09.rare", NOTEBOOK)
def test_rare(ns):
    gains = [ungated - gated for ungated, gated in ns["often"].values()]
    return gains[0] < gains[1] < 0 < gains[2]


@claim("09.walk", NOTEBOOK)
def test_walk(ns):
    gains = np.subtract(ns["walks"]["no gate"], ns["walks"]["lower mean"])
    return gains[0] > 0 and gains[1] > 0 and gains[-1] < 0


@claim("09.engine", NOTEBOOK)
def test_engine(ns):
    """Stale: the distance of the coefficients is nearer to the jump's square, 4, than to none."""

    def stale(history):
        fits = [
            ns["learner"].fit(lo, hi) for lo, hi in zip(history.fit_lo, history.fit_hi, strict=True)
        ]
        truth = np.outer(ns["weight"](history.batch), np.eye(10)[0])
        return history.batch[((np.array([m.coef_ for m in fits]) - truth) ** 2).sum(1) > 2].tolist()

    found = {name: stale(history) for name, history in ns["histories"].items()}
    return found == {"no gate": [20], "gate": [20, 21]}


@claim("09.warm-start", NOTEBOOK)
def test_warm_start(ns):
    """The coefficients agree as far as the solver goes, and the forest knows winter only."""
    winter, summer = ns["errors"]["forest, fit again"]
    return ns["remembered"] < 0.01 and winter < 0.1 < summer


@claim("09.forgetting", NOTEBOOK)
def test_forgetting(ns):
    """More than a hundredfold, and with old rows mixed in both errors are small."""
    before, after, mixed = (ns["errors"][f"network, {name}"] for name in ns["named"])
    return after[0] > 100 * before[0] and after[0] > 1 and max(mixed) < 0.1


@claim("09.rollback", NOTEBOOK)
def test_rollback(ns):
    """Where the world moved, draw by draw: no difference within 4 standard errors."""
    gain = {name: e["release"] - e["kept champion"] for name, e in ns["excess"].items()}
    moved = gain["world moved"]
    nothing = abs(moved.mean()) < 4 * moved.std() / len(moved) ** 0.5
    return gain["broken"].mean() > 0.5 and nothing and gain["both"].mean() < -1


@claim("09.far-lower", NOTEBOOK)
def test_far_lower(ns):
    """A fifth of the champion's excess at most, in the mean."""
    excess = [((fits - ns["b_new"]) ** 2).sum() for fits in (ns["challenger"], ns["champion"])]
    return excess[0] < excess[1] / 5


@claim("09.formula-of-the-best", NOTEBOOK)
def test_formula_of_the_best(ns):
    """Within a twentieth."""
    x = np.linspace(-8, 8, 2001)
    density = ns["k"] * norm.pdf(x) * norm.cdf(x) ** (ns["k"] - 1)
    largest = np.trapezoid(x * density, x) * (0.06 / 500) ** 0.5
    return abs(ns["lead"].mean() / largest - 1) < 0.05


@claim("09.half-as-many-again", NOTEBOOK)
def test_half_as_many_again(ns):
    """Within a fifth, by the formula for a fit on 92 rows."""
    return abs(ns["settled"]["lower mean"] / (10 / (92 - 11)) - 1) < 0.2


@claim("09.poor-judge", NOTEBOOK)
def test_poor_judge(ns):
    """Of two usual fits it picks the better one in more than half, and under nine tenths."""
    rng, still = np.random.default_rng([ns["seed"], 1]), np.zeros((400, 10))
    first, second = (ns["weighted_fits"](*ns["rows"](rng, still, 60)) for _ in range(2))
    judge = ns["rows"](rng, still, 100)
    verdict = ns["losses_of"](first, *judge).mean(1) < ns["losses_of"](second, *judge).mean(1)
    right = np.mean(verdict == ((first**2).sum(1) < (second**2).sum(1)))
    return 0.5 < right < 0.9


@claim("09.both-stale", NOTEBOOK)
def test_both_stale(ns):
    return all(months[13] > 3 for months in ns["by_month"].values())


@claim("09.selection-anew", NOTEBOOK)
def test_selection_anew(ns):
    gated = ns["by_month"]["lower mean"]
    return gated[15] > gated[8:13].mean()


@claim("09.crossing", NOTEBOOK)
def test_crossing(ns):
    """Between a tenth and half of the largest step."""
    gains = np.subtract(ns["walks"]["no gate"], ns["walks"]["lower mean"])
    return gains[1] > 0 > gains[3]


@claim("09.far-behind", NOTEBOOK)
def test_far_behind(ns):
    """A quarter more at least."""
    return ns["walks"]["lower mean"][-1] > 1.25 * ns["walks"]["no gate"][-1]


@claim("09.engine-before", NOTEBOOK)
def test_engine_before(ns):
    def excess(history):
        quiet = history[history.batch < 20]
        rows = zip(quiet.fit_lo, quiet.fit_hi, strict=True)
        return np.mean([(ns["learner"].fit(lo, hi).coef_ ** 2).sum() for lo, hi in rows])

    return excess(ns["histories"]["gate"]) < excess(ns["histories"]["no gate"])


@claim("09.fewer-models", NOTEBOOK)
def test_fewer_models(ns):
    return len(ns["new"]["gate"]) < len(ns["new"]["no gate"])


@claim("09.wrong-in-both", NOTEBOOK)
def test_wrong_in_both(ns):
    return min(ns["errors"]["forest, more trees"]) > 0.1


@claim("09.loses-winter", NOTEBOOK)
def test_loses_winter(ns):
    winter, summer = ns["errors"]["network, then summer"]
    return summer < 0.1 < 1 < winter


@claim("09.one-pass", NOTEBOOK)
def test_one_pass(ns):
    """Nearly all right before, and fewer than a coin after."""
    before, after = ns["right"]
    return before > 0.9 and after < 0.5


@claim("09.summer-alone", NOTEBOOK)
def test_summer_alone(ns):
    return ns["errors"]["network, then summer"][1] < ns["errors"]["network, winter"][1]


@claim("09.coin", NOTEBOOK)
def test_coin(ns):
    return agrees(ns["says_back"]["world moved"], 0.5, ns["draws"])


@claim("09.reflex", NOTEBOOK)
def test_reflex(ns):
    """Far worse: twice the excess of the release or more."""
    means = ns["excess"]["both"].mean()
    return means["kept champion"] > 2 * means["release"]


@claim("09.fresh-fit-cures", NOTEBOOK)
def test_fresh_fit_cures(ns):
    """Half of the excess of the others or less."""
    means = [ns["excess"][name].mean() for name in ("world moved", "both")]
    return all(m["fresh fit"] < min(m["release"], m["kept champion"]) / 2 for m in means)


@claim("09.release-knows", NOTEBOOK)
def test_release_knows(ns):
    """Served with its first column it does as well as a fresh fit, to 4 standard errors."""
    mended = ((ns["informed"] - ns["b_then"]) ** 2).sum(axis=1)
    gap = mended - ns["excess"]["both"]["fresh fit"]
    return abs(gap.mean()) < 4 * gap.std() / len(gap) ** 0.5
