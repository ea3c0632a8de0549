"""Where the world of a notebook is broken, its claims fail: one that survives says nothing.

Each break changes the source of cells tagged `simulate`, or sets a variable that they read, such
that the sentences of the claims named with it are false. Each of these claims must then fail for
every one of the first five seeds.
"""

from typing import NamedTuple

import pytest

from tests.claims.register import PRESETS, failures, import_all, runs_of
from tests.notebooks import NOTEBOOKS, load, tags

CLAIMS = import_all()


class Break(NamedTuple):
    """What is done to the world of a notebook, and the claims that must fail then."""

    notebook: str
    what: str
    claims: list
    cells: dict = {}  # id of a cell -> what is replaced in it, and by what
    variables: dict = {}


BREAKS = [
    Break(
        "00_start_here",
        "nothing moves",
        ["00.staleness-grows", "00.rare-bad-luck", "00.runs-away"],
        cells={"world": ("0.02 * month", "0.0 * month")},
    ),
    Break(
        "01_the_line_that_was_right",
        "the hump is a straight line",
        ["01.frozen-line-fails", "01.retrained-line-flat", "01.flexibility", "01.keeps-climbing"]
        + ["01.approximation-grows", "01.large-errors-swing", "01.flat-is-better-on-the-hump"]
        + ["01.right-form-again", "01.bend-in-the-first-rows", "01.retrains-fall-short"]
        + ["01.many-times-at-06", "01.retrained-leaves-the-floor", "01.doubled-by-045"],
        cells={"grower-world": ("4 * X[:, 0] * (1 - X[:, 0])", "4 * X[:, 0]")},
    ),
    Break(
        "01_the_line_that_was_right",
        "no world changes, no range widens, no bend is there",
        ["01.overlap", "01.concept-cured", "01.too-few-rows", "01.worlds-apart-after"]
        + ["01.degree-5-shoots-off", "01.right-form-travels", "01.histograms-alike"]
        + ["01.too-much-for-chance", "01.rows-for-a-bend", "01.retrains-fall-short"],
        cells={
            "flexible": ("sudden(1, 3, at=1)", "1"),
            "changed": ("(1 - X[:, 0]) ** 2", "X[:, 0] ** 2"),
            "few": ("X[:, 0] + 0.1 * X[:, 0] ** 2", "X[:, 0]"),
            "stream": ("incremental(0.3, 1.0, start=10, end=20)", "0.3"),
        },
    ),
    Break(
        "02_the_alarm_that_cried_wolf",
        "nothing moves",
        ["02.alarm-without-damage", "02.psi-far-beyond", "02.harmless-needs-rows", "02.lever"]
        + ["02.staleness-without-concept-drift", "02.half-staleness", "02.lucky-or-far-off"]
        + ["02.loud-without-gain", "02.silent", "02.claim-has-noticed-nothing", "02.office-alarm"]
        + ["02.fifty-labels", "02.four-worlds", "02.differences-larger", "02.best-got-worse"]
        + ["02.claim-blind"],
        cells={
            "shop": ("sudden(35, 45, at=1)", "35"),
            "opened": ("sudden(24, 80, at=1)", "24"),
            "worlds": ("expit(-X[:, 0] + 2 * X[:, 1])", "buys(X, t)"),
            "desk": ("sudden(4, 1, at=1)", "4"),
            "office": ("sudden(1.2, -1.2, at=1)", "1.2"),
        },
    ),
    Break(
        "02_the_alarm_that_cried_wolf",
        "what should stand still moves, a retrain is the old model, rows count for nothing",
        ["02.now-and-then", "02.cure", "02.silent", "02.more-rows", "02.neither-follows"]
        + ["02.lines-fan-out", "02.psi-by-luck", "02.office-cured"],
        cells={
            "opened": ("uniform(16, sudden(24, 80, at=1))", "uniform(16, 80)"),
            "four-worlds": (
                '"nothing moves": World(normal(0, 1)',
                '"nothing moves": World(normal(sudden(0, 0.3, at=1), 1)',
            ),
            "one-monday": ("accuracy(world, again, 1)", "accuracy(world, model, 1)"),
            "office-run": ("accuracy(office, winter, 1)", "accuracy(office, summer, 1)"),
            "rates": ("from helpers.twosample import psi", "psi = lambda a, b: np.ones(1)"),
            "damage": ("(2 + shift**2) / n + turn**2 * (1 + shift**2)", "0 * n"),
        },
    ),
    Break(
        "03_only_the_mix_moves",
        "the line is right, the share of ill stays",
        ["03.weighting-mends", "03.estimated-weights", "03.precision-falls", "03.prior-found"]
        + ["03.prior-mends", "03.misuse-harms", "03.labels-tell", "03.line-falls"]
        + ["03.nearly-all-staleness", "03.root-beats-both", "03.a-few-steps"]
        + ["03.alarms-from-the-healthy", "03.almost-without-fail", "03.as-large-as-the-floor"],
        cells={
            "world": ("np.sinc(X[:, 0])", "1 - X[:, 0]"),
            "screening": ("sudden(0.5, 0.1, at=1)", "0.5"),
        },
    ),
    Break(
        "03_only_the_mix_moves",
        "the new district lies where the old one does",
        ["03.worth-few-labels", "03.ess-flatters", "03.weighting-hurts", "03.small-part"]
        + ["03.pulled-where-needed", "03.between-5-and-20", "03.about-ten-labels"]
        + ["03.most-rows-hardly-count", "03.about-ten-rows"],
        cells={
            "world": ("normal(sudden(1, 2, at=1), sudden(0.5, 0.25, at=1))", "normal(1, 0.5)"),
            "weights": ("norm(2, 0.25)", "norm(1, 0.5)"),
        },
    ),
    Break(
        "04_how_much_to_remember",
        "nothing moves",
        ["04.quarter-left", "04.serve-neither", "04.midway", "04.right-nowhere", "04.theory"]
        + ["04.small-changes", "04.bracket", "04.bracket-theory", "04.valley", "04.hundred-best"]
        + ["04.recovery", "04.backtest", "04.doubt-harmless"],
        cells={
            "world": ("sudden(b_old, b_new, at=1000)", "sudden(b_old, b_new, at=3000)"),
            "step-many": ("X[:, 1000:] @ b_new", "X[:, 1000:] @ b_old"),
            "mean-many": ("rng.normal(shift, 1, (draws, m))", "rng.normal(0, 1, (draws, m))"),
            "causes": ("(X * away[kind])", "(0 * X * away[kind])"),
            "recovery": ("X[..., 0] * (age > since)", "0 * X[..., 0]"),
            "walking-stream": ("sd=(10 * q) ** 0.5", "sd=0.0"),
        },
    ),
    Break(
        "04_how_much_to_remember",
        "twice the noise on few rows, weights that fade too fast, a walk that hardly moves",
        ["04.break-even", "04.mean-above-median", "04.better-than-not", "04.forgetting"]
        + ["04.backtest"],
        cells={
            "few": ("rng.normal(0, s2**0.5, ", "rng.normal(0, 2 * s2**0.5, "),
            "duel": ("best_decay(d, s2, **drifts[kind])", "decay_of(20)"),
            "walking-stream": ("sd=(10 * q) ** 0.5", "sd=(q / 100) ** 0.5"),
        },
    ),
    Break(
        "05_four_tempos_and_a_missing_column",
        "the new relation is the old one, the kind of building does not matter",
        ["05.spread-tells", "05.sudden-short", "05.pool-best", "05.cross-and-band"]
        + ["05.sudden-two", "05.last-8-wins", "05.no-team-everywhere"]
        + ["05.hit-alike", "05.clean-again", "05.pool-back", "05.staleness-dwarfs"]
        + ["05.gone-or-shrinking", "05.must-expect", "05.calendar-pays", "05.turned-around"]
        + ["05.column-wins", "05.needs-product", "05.column-travels", "05.clock-helps"],
        cells={
            "slopes-old-new": ("new = np.array([-1, ", "new = np.array([1, "),
            "full": ("2 * X[:, 1] * X[:, 0]", "2 * X[:, 0]"),
        },
    ),
    Break(
        "05_four_tempos_and_a_missing_column",
        "gradual is incremental, none is sudden, the coin knows the kind",
        ["05.spread-tells", "05.cross-and-band", "05.none-everything", "05.column-travels"]
        + ["05.coin-worthless"],
        cells={
            "tempos": (
                """linear(old),
    "sudden": linear(sudden(old, new, at=40)),
    "gradual": gradual(linear(old), linear(new), start=20, end=60),""",
                """linear(sudden(old, new, at=40)),
    "sudden": linear(sudden(old, new, at=40)),
    "gradual": linear(incremental(old, new, start=20, end=60)),""",
            ),
            "candidates": ("rng.choice([-1, 1], len(x))", "rows.X[:, 1]"),
        },
    ),
    Break(
        "06_do_not_retrain",
        "nine quiet cases",
        ["06.noise-is-floor", "06.flipped-labels", "06.mixed-units", "06.leak-stays"]
        + ["06.too-few", "06.missing-feature", "06.retrain-cures", "06.cures-one"]
        + ["06.jumps-and-stays", "06.case-2-up"]
        + ["06.through-the-roof", "06.case-3-gains", "06.two-units"]
        + ["06.case-4-seen", "06.half-stale", "06.case-4-checks", "06.bad-from-first-day"]
        + ["06.honest-model", "06.half-unseen", "06.twice-the-floor", "06.case-9-up"],
        cells={"cases-build": ("incident(number, seed)", "incident(7, seed)")},
    ),
    Break(
        "06_do_not_retrain",
        "a tree upside down, a lender who always lends, next to no noise",
        ["06.tree-right", "06.unknown-kind", "06.explore-reopens", "06.two-to-four-rounds"]
        + ["06.too-few", "06.faint-missed", "06.easier"],
        cells={
            "tree-second": ('s["gain"] > 3', 's["gain"] < 3'),
            "lend": ("newest[g].mean() >= 0.7", "newest[g].mean() >= 0.0"),
            "few": ("rng.normal(size=rows))[0]", "0.1 * rng.normal(size=rows))[0]"),
        },
    ),
    Break(
        "10_a_real_year",
        "its rows on any day, its gaps by luck",
        ["10.leak-named", "10.bumps-are-shared", "10.gain-in-the-heat", "10.newness-is-most"]
        + ["10.silent-alarm", "10.a-thermometer", "10.leak-flatters"],
        cells={
            "flights": (
                "table, report = flights(thin, part)",
                "table, report = flights(thin, part)\n"
                "days = table[['week', 'date']]\n"
                "table = table.drop(columns=days.columns).sample(frac=1, random_state=part)\n"
                "table = days.join(table.set_axis(days.index))\n"
                "gaps_of = table['no_tailnum'].sample(frac=1, random_state=part)\n"
                "table['no_tailnum'] = gaps_of.to_numpy()",
            )
        },
        variables={"thin": 40, "gaps": [1], "spans": [1, "all"]},
    ),
    Break(
        "11_your_own_data",
        "the law moves where the inputs should, and they where it should",
        ["11.law-retrain", "11.inputs-alarm", "11.short-memory", "11.gains-nothing"]
        + ["11.worse-than-naive"],
        cells={
            "orders": (
                '(world == "inputs")\n    hours = (2 - 2 * moved * (world == "law"))',
                '(world == "law")\n    hours = (2 - 2 * moved * (world == "inputs"))',
            )
        },
    ),
    Break(
        "11_your_own_data",
        "the law moves in a jump before the first forecast, the rough copy is exact",
        ["11.starts-far-ahead", "11.rough-copy", "11.rows-add-up"],
        cells={
            "orders": ("np.clip((month - 8) / 16, 0, 1)", "1.0 * (month > 6)"),
            "by-file": ("loc[::97", "loc[::50"),
            "leaks": ("normal(0, 0.35", "normal(0, 0"),
        },
    ),
    Break(
        "12_field_guide",
        "nothing moves, and the audit is not asked",
        ["12.retrain-takes-staleness", "12.gain-pays", "12.tree-agrees", "12.river-policy"]
        + ["12.back-near-the-floor"],
        cells={
            "tree-random": ("triage.triage(signals)", "triage.triage(signals | {'overturned': 0})"),
            "budget-world": ("sudden(0.0, 0.8, at=1)", "sudden(0.0, 0.0, at=1)"),
            "river-world": ("sudden(0, 1, at=20)", "sudden(0, 0, at=20)"),
        },
    ),
    Break(
        "12_field_guide",
        "losses without a tail, features that move, healthy people who look different",
        ["12.skewed-losses", "12.parts-further", "12.psi-law", "12.near-the-share"],
        cells={
            "replay": ("rng.normal(size=2000) ** 2", "rng.normal(size=2000)"),
            "psi-simulate": ("psi(rng.normal(size=", "psi(rng.normal(0.2, size="),
            "prior": ("np.where(sick, 1, -1)", "np.where(sick, 1, 0)"),
        },
    ),
    Break(
        "07_tests_and_monitors",
        "nothing moves",
        [
            "07.sure-is-not-much",
            "07.holm",
            "07.whole-rows",
            "07.worlds-differ",
            "07.adwin-silent",
            "07.memory-after-alarm",
            "07.jump-lifts",
            "07.deafness",
            "07.adwin-better",
            "07.loss-not-staleness",
        ],
        cells={
            "size": ("monday(n, 0.5, rng)", "monday(n, 0, rng)"),
            "many": ("np.repeat([0.8, 0], 25)", "np.repeat([0.0, 0], 25)"),
            "turned": ("[[1, -0.8], [-0.8, 1]]", "[[1, 0.8], [0.8, 1]]"),
            "about": ("2 + np.sqrt(1.25)", "2 + 0 * np.sqrt(1.25)"),
            "deaf": ("[0.1, 0.2]", "[0.1, 0.1]"),
            "league-worlds": ("sine1(sudden(0, 1, at=1)", "sine1(sudden(0, 0, at=1)"),
            "policy-teams": ("[8, 9, 7, 9.5]", "[8, 8, 8, 8]"),
        },
    ),
    Break(
        "07_tests_and_monitors",
        "moved before the first row, one scale, estimates that are right, a law twice too high",
        [
            "07.four-in-five",
            "07.psi-law",
            "07.safe-cuts",
            "07.shared-looks",
            "07.wine",
            "07.estimated-baseline",
            "07.mean-came-out-wrong",
            "07.curves-meet",
            "07.scale",
        ],
        cells={
            "psi-null": (
                "rng.normal(size=(n, runs)), bins",
                "rng.normal(0.5, size=(n, runs)), bins",
            ),
            "cuts": ("safe = 2 / n", "safe = 4 / n"),
            "peek": ("np.cumsum(days, axis=1)", "np.cumsum(days[:, :1] + 0 * days, axis=1)"),
            "wine": ("rng.permutation(wine)", "wine"),
            "risk-run": ("(z[:, 30:] - mean) / sd", "z[:, 30:]"),
            "ph-run": ("np.repeat([0.3, 1], 30)", "np.repeat([1, 1], 30)"),
        },
    ),
    Break(
        "08_when_to_retrain",
        "nothing drifts, inputs included",
        [
            "08.never-always",
            "08.laws",
            "08.jumps",
            "08.season",
            "08.labels",
            "08.delay",
            "08.avoidable",
            "08.half-or-twice",
            "08.schedule-throughout",
            "08.detection-is-small",
            "08.few-retrains",
        ],
        cells={
            "worlds": (
                '{"jump": 2, "rate": 1 / 2000, "speed": speed, "q": q}',
                '{"jump": 0, "rate": 1 / 2000, "speed": 0, "q": 0}',
            ),
            "one-jump": ("batches=200, jump=2", "batches=200, jump=0"),
            "season-runs": ("np.outer(", "0 * np.outer("),
        },
    ),
    Break(
        "08_when_to_retrain",
        "the best weeks count as bad, no noise is taken off, inputs are not looked at",
        ["08.regression", "08.no-gain", "08.staleness", "08.inputs", "08.unlucky-rows"],
        cells={
            "weeks": ("weekly > np.quantile(weekly, 0.95", "weekly < np.quantile(weekly, 0.05"),
            "rule-budget-estimate": ("- noise * (1 +", "- 0 * noise * (1 +"),
            "rule-inputs": ("> limit", "> limit + 100"),
        },
    ),
    Break(
        "08_when_to_retrain",
        "a retrain costs a hundred times as much",
        ["08.unlucky-first-fits"],
        cells={"setting": ("price = 600, 20.0", "price = 600, 2000.0")},
    ),
    Break(
        "09_gate_before_you_ship",
        "nothing changes",
        [
            "09.stale",
            "09.delays",
            "09.rare",
            "09.walk",
            "09.engine",
            "09.forgetting",
            "09.rollback",
            "09.far-lower",
            "09.both-stale",
            "09.crossing",
            "09.far-behind",
            "09.wrong-in-both",
            "09.loses-winter",
            "09.release-knows",
        ],
        cells={
            "fits": ("np.full((draws, 5), 5**-0.5)", "np.zeros((draws, 5))"),
            "jump": ("moved[13:, :, 0] = 2", "moved[13:, :, 0] = 0"),
            "often": ("% 2 == 1, :, 0] = 2", "% 2 == 1, :, 0] = 0"),
            "walk": ("serve(speed**0.5 * steps", "serve(0 * speed * steps"),
            "engine": ("sudden(0.0, 2.0, at=20)", "sudden(0.0, 0.0, at=20)"),
            "seasons": ("season(rng, 0, 2)", "season(rng, -2, 0)"),
            "stories": (
                "b_then))\nbroken = np.arange(10) != 0",
                "b_first))\nbroken = np.arange(10) >= 0",
            ),
        },
    ),
    Break(
        "09_gate_before_you_ship",
        "no column is empty",
        ["09.fresh-fit-cures"],
        cells={"stories": ("np.arange(10) != 0", "np.arange(10) >= 0")},
    ),
    Break(
        "09_gate_before_you_ship",
        "challengers that are better, few draws",
        ["09.fifty-labels", "09.winners-curse", "09.cures", "09.formula-of-the-best"],
        cells={"ten": ("[0.03, 0.03, 0.94]", "[0.05, 0.01, 0.94]")},
        variables={"wins": 0.06},
    ),
    Break(
        "solutions/03_only_the_mix_moves",
        "all weights are alike",
        ["03.weight-or-leave"],
        cells={"ex2-race": ("importance_weights(X[:, 0], old_mix.pdf, new_mix.pdf)", "np.ones(n)")},
    ),
    Break(
        "solutions/04_how_much_to_remember",
        "more noise than the formula is told",
        ["04.another-shop-ties"],
        cells={"ex1-simulated": ("rng.normal(0, sd,", "rng.normal(0, 1.2 * sd,")},
    ),
    Break(
        "solutions/05_four_tempos_and_a_missing_column",
        "seasons of another length",
        ["05.calendar"],
        cells={"ex3-replay": ("period=10", "period=8")},
    ),
    Break(
        "solutions/06_do_not_retrain",
        "units mixed at training time, a cut at half the mean, no sensor stuck",
        ["06.ranges-apart", "06.safe-cut", "06.tenth-gains", "06.sensor-repaired"],
        cells={
            "ex1-look": ("(seed), 500)", "(seed), 500, inches=0.5)"),
            "ex1": ("(centre + centre / 2.54) / 2", "centre / 2"),
            "ex4-signals": ("import sensor_stuck", "import quiet as sensor_stuck"),
        },
    ),
    Break(
        "solutions/06_do_not_retrain",
        "no column of the store is stuck",
        ["06.learns-to-do-without"],
        cells={
            "ex4-signals": (
                "(np.random.default_rng(seed))\n",
                "(np.random.default_rng(seed))\nseen = tenth.seen._replace("
                "stored=tenth.seen.reference)\ntenth = tenth._replace(seen=seen)\n",
            ),
        },
    ),
    Break(
        "solutions/10_a_real_year",
        "rates that climb from week to week",
        ["10.four-weeks-beat-one"],
        cells={"ex1-rates": (".mean()", ".mean().cumsum() / 40")},
    ),
]


def broken(notebook, cells):
    """The notebook with a text replaced in some of its `simulate` cells."""
    by_id = {cell.id: cell for cell in notebook.cells}
    for cell_id, (old, new) in cells.items():
        cell = by_id[cell_id]
        assert "simulate" in tags(cell) and cell.source.count(old) == 1, f"{cell_id}: {old!r}"
        cell.source = cell.source.replace(old, new)
    return notebook


@pytest.mark.parametrize("case", BREAKS, ids=lambda case: f"{case.claims[0][:2]} {case.what}")
def test_claims_fail_in_a_broken_world(case):
    assert case.cells or case.variables
    notebook = broken(load(NOTEBOOKS / f"{case.notebook}.ipynb"), case.cells)
    claims = [CLAIMS[claim_id] for claim_id in case.claims]
    variables = PRESETS.get(case.notebook, {}) | case.variables
    variable, values = runs_of(case.notebook)
    values = list(values)[:5]
    failing = failures(notebook, claims, variables, values, variable=variable)
    assert failing == {claim.id: values for claim in claims}
