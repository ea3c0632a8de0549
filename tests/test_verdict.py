"""The verdict against files with a known truth, and its intervals against theory."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from helpers.compare import paired_difference
from helpers.own_data import compare, prepare
from helpers.verdict import difference, verdict
from tests.own_files import Lines, classes, simulated, turned


def told(kind, seed=0, make=simulated, rows=50, **settings):
    settings = {"estimator": Lines(), "period": "month"} | settings
    study = prepare(make(kind, seed, rows=rows), None, "ts", "y", **settings)
    results = compare(study)
    return study, results, verdict(study, results)


@pytest.mark.slow
def test_where_inputs_say_nothing_a_constant_does_as_well():
    right = sum(told("constant", seed)[2].kind == "constant" for seed in range(20))
    assert right >= 19


@pytest.fixture(scope="module")
def cure():
    return told("cure")


def test_the_headline_says_policy_periods_gain_interval_and_rival(cure):
    study, results, words = cure
    assert words.kind == "retrain"
    gain = words.numbers.loc["frozen - chosen"]
    for part in (results.chosen, "on the last 16 months", "lowers MAE by", results.naive):
        assert part in words.headline
    assert f"{gain['mean']:.1f} [{gain['low']:.1f}, {gain['high']:.1f}]" in words.headline


def test_the_numbers_are_those_of_the_later_periods(cure):
    study, results, words = cure
    pairs = {
        "frozen - chosen": ("frozen", results.chosen, study.split),
        "naive - chosen": (results.naive, results.chosen, study.split),
        "naive - frozen": (results.naive, "frozen", study.split),
        "mean-corrected - chosen": ("frozen, mean-corrected", results.chosen, study.split),
        "placebo - chosen": ("placebo", results.chosen, study.split),
        "naive - recent": (results.naive, results.recent, study.split),
        "frozen - fixed, all periods": ("frozen", results.fixed, study.start),
        "frozen - recent, all periods": ("frozen", results.recent, study.start),
    }
    assert list(words.numbers.index) == list(pairs)
    for name, (first, second, start) in pairs.items():
        first, second = (results.histories[n] for n in (first, second))
        paired = (first["cost"] - second["cost"])[first["batch"] >= start]
        row = words.numbers.loc[name]
        assert row["mean"] == pytest.approx(paired.mean()) and row["periods"] == len(paired)


def test_a_stale_model_is_told_from_one_with_few_rows(cure):
    assert any("the frozen model went stale" in s for s in cure[2].sentences)
    # Thirty inputs and few rows: what helps is more rows, in a world that stays.
    rng = np.random.default_rng(0)
    few = pd.DataFrame(rng.normal(size=(520, 30)), columns=[f"x{i}" for i in range(30)])
    few["y"] = few.sum(axis=1) + rng.normal(size=520) * 3
    few["ts"] = pd.date_range("2024-01-01", periods=520, freq="h")
    study = prepare(few, None, "ts", "y", estimator=Lines(), period=10, metric="squared error")
    words = verdict(study, compare(study))
    assert words.kind == "retrain" and "more rows help, not newer ones" in words.headline
    assert any("more rows rather than from newer ones" in s for s in words.sentences)


@pytest.mark.parametrize(("dearer", "chance"), [(0.0, ", maybe by chance"), (1.0, "")])
def test_the_lead_over_a_placebo_says_whether_it_may_be_chance(cure, dearer, chance):
    study, results, _ = cure
    often = len(study.batches) - study.start - 1  # as often as can be: it is its own placebo
    for retrains, said in [(often - 1, 1), (often, 0)]:
        table, chosen = results.table.copy(), results.histories[results.chosen]
        table.loc[results.chosen, ["retrains earlier", "retrains later"]] = [0, retrains]
        wiggle = 0.1 * (-1.0) ** np.arange(len(chosen))
        placebo = chosen.assign(cost=chosen["cost"] + dearer + wiggle)
        histories = results.histories | {"placebo": placebo}
        words = verdict(study, replace(results, table=table, histories=histories))
        found = [s for s in words.sentences if "at random times" in s]
        assert len(found) == said
        lead = words.numbers.loc["placebo - chosen", "mean"]
        assert lead == pytest.approx(dearer, abs=0.1)
        assert all(f"lead is {lead:.1f} [" in s and f"]{chance} (a placebo" in s for s in found)


def test_growth_is_not_taken_for_staleness():
    """The world stays, and each month brings more rows than the one before."""
    rng = np.random.default_rng(0)
    month = np.repeat(np.arange(36), np.linspace(15, 300, 36).astype(int))
    many = pd.DataFrame(rng.normal(size=(len(month), 30)), columns=[f"x{i}" for i in range(30)])
    many["y"] = many.sum(axis=1) + rng.normal(size=len(month)) * 2
    many["ts"] = pd.Timestamp("2021-01-01") + pd.to_timedelta(30 * month, "D")
    study = prepare(many, None, "ts", "y", estimator=Lines(), period="month")
    words = verdict(study, compare(study))
    assert words.numbers.loc["frozen - recent, all periods", "low"] > 0
    assert words.kind == "retrain" and "more rows help, not newer ones" in words.headline
    found = [s for s in words.sentences if "times the rows of the first fit" in s]
    edges, start = study.batches.edges, study.start
    newest = [edges[t] - edges[t - start] for t in range(start + 1, len(study.batches))]
    assert len(found) == 1 and f"hold {np.mean(newest) / edges[start]:.1f} times" in found[0]
    assert not any("went stale" in s for s in words.sentences)


def test_drift_that_retraining_need_not_cure_is_said():
    words = told("virtual")[2]
    assert words.kind == "no evidence" and words.headline.startswith("No evidence")
    assert any("whether that hurts" in s for s in words.sentences)


def test_a_constant_that_does_as_well_is_said():
    study, results, words = told("constant", 2)
    assert words.kind == "constant"
    assert words.headline.startswith("A constant may do as well as the model:")
    assert words.sentences[-1].startswith("Next: better inputs")
    assert results.naive in words.headline


@pytest.mark.parametrize(("at", "rival"), [(16, "the policy chosen"), (19, "the frozen model")])
def test_a_short_memory_that_beats_the_constant_is_named(at, rival):
    """It is calm while the policy is chosen."""
    study = prepare(turned(0, at), None, "ts", "y", estimator=Lines(), period="month")
    results = compare(study)
    words = verdict(study, results)
    assert words.kind == "constant" and results.chosen.endswith("on all history")
    assert words.headline.startswith(f"A constant may do as well as {rival}:")
    assert f"But {results.recent}, fixed in advance, beats that constant" in words.headline
    assert "the model beat that constant by" in words.sentences[-1]
    assert not any("better inputs" in s for s in words.sentences)
    never = results.histories[results.naive].copy()
    never.loc[never["batch"] < study.split, "cost"] = 0.0  # nor did the model beat it before
    never = verdict(study, replace(results, histories=results.histories | {results.naive: never}))
    assert never.sentences[-1].startswith("Next: choose what to remember")
    best = results.table.copy()
    best.loc[results.recent, "later"] = 0.0
    words = verdict(study, replace(results, table=best))
    assert not any("With hindsight" in s for s in words.sentences)  # the headline says it
    plain = verdict(replace(study, worth=1.0), results)  # so large a gain there is not
    assert plain.kind == "constant" and "But" not in plain.headline


def test_where_inputs_say_nothing_no_short_memory_is_named():
    for seed in range(8):
        words = told("constant", seed)[2]
        assert words.kind != "constant" or "fixed in advance, beats" not in words.headline


def test_a_price_can_turn_the_verdict():
    assert told("cure", price=2.0)[2].kind == "retrain"
    dear = told("cure", price=500.0)[2]
    assert dear.kind != "retrain" and "retrains paid for" in dear.headline


def test_a_gain_that_is_not_worth_it_is_no_evidence(cure):
    study, results, words = cure
    share = words.numbers.loc["frozen - chosen", "mean"] / results.table.loc["frozen", "later"]
    assert verdict(replace(study, worth=share * 0.99), results).kind == "retrain"
    assert verdict(replace(study, worth=share * 1.01), results).kind == "no evidence" or (
        words.numbers.loc["naive - frozen", "low"] <= 0
    )


def test_classes_too():
    study, results, words = told("cure", make=classes, estimator=None)
    assert words.kind == "retrain" and "log loss" in words.headline
    assert any("Without labels" in s for s in words.sentences)


def test_a_mean_correction_that_ties_is_said():
    """Only the level jumps: the correction does what retraining does."""
    table = simulated("none", 0)
    table["y"] += np.where(np.arange(1500) > 500, 5.0, 0.0)
    study = prepare(table, None, "ts", "y", estimator=Lines(), period="month")
    words = verdict(study, compare(study))
    assert words.kind == "retrain"
    assert any("mean error taken off cannot be told" in s for s in words.sentences)


def dearer(results, name, by, column="cost"):
    """The same results with one contestant's column raised, the more in every second period."""
    history = results.histories[name]
    wiggle = 0.1 * (-1.0) ** np.arange(len(history))
    history = history.assign(**{column: history[column] + by + wiggle})
    return replace(results, histories=results.histories | {name: history})


def test_a_mean_correction_that_is_better_is_said(cure):
    study, results, _ = cure
    words = verdict(study, dearer(results, "frozen, mean-corrected", -1000.0))
    assert words.kind == "retrain"
    said = [s for s in words.sentences if "mean error taken off does better than retraining" in s]
    lead = -words.numbers.loc["mean-corrected - chosen", "mean"]
    assert lead > 900 and len(said) == 1 and f"by {lead:,.1f} [" in said[0]
    assert not any("cannot be told from retraining" in s for s in words.sentences)


def test_a_price_does_not_turn_newer_rows_into_more_rows(cure):
    study, results, words = cure
    assert results.recent != results.chosen
    dear = verdict(replace(study, price=1.0), dearer(results, results.recent, 1000.0))
    assert dear.numbers.loc["frozen - recent, all periods", "high"] < 0
    assert dear.kind == "retrain" and "more rows help" not in dear.headline
    said = [s for s in dear.sentences if "went stale" in s]
    gain = results.histories["frozen"]["loss"] - results.histories[results.recent]["loss"]
    assert len(said) == 1 and f"its price left out, is {gain.mean():.1f} [" in said[0]
    assert any("went stale" in s and "price" not in s for s in words.sentences)


@pytest.mark.parametrize(
    ("by", "price", "headline", "next_"),
    [
        (0.0, 0.0, "may do as well as", "Next: better inputs, or more months to judge by"),
        (-1000.0, 0.0, "does better than", "the model knows little that the last outcomes"),
        (0.0, 1.0, "may do as well as", "Next: better inputs, or more months to judge by"),
    ],
)
def test_a_constant_that_ties_or_wins(cure, by, price, headline, next_):
    study, results, _ = cure
    level = results.histories[results.chosen]
    simple = results.histories[results.naive].assign(cost=level["cost"], loss=level["loss"])
    level = replace(results, histories=results.histories | {results.naive: simple})
    words = verdict(replace(study, price=price), dearer(level, results.naive, by))
    assert words.kind == "constant" and f"A constant {headline} the model:" in words.headline
    assert next_ in words.sentences[-1]


def test_where_only_the_price_is_to_blame_that_is_said():
    for price in (60.0, 200.0):  # a retrain still helps, and no longer does
        words = told("cure", price=price)[2]
        assert words.kind == "constant"
        free = [s for s in words.sentences if "Next: a cheaper or a rarer retrain" in s]
        assert len(free) == 1 and free[0].startswith("If retrains were free, ")
        assert not any("better inputs" in s for s in words.sentences)
    words = told("constant", 2, price=1.0)[2]
    assert words.kind == "constant" and not any("were free" in s for s in words.sentences)


@pytest.mark.parametrize(("by", "shown"), [(1e-3, True), (1e-9, False)])
def test_of_two_losses_that_differ_it_is_seen_which_is_less(cure, by, shown):
    study, results, _ = cure
    chosen = results.histories[results.chosen]
    table = results.table.copy()
    simple = chosen.assign(cost=chosen["cost"] - by)
    table.loc[results.naive, "later"] = table.loc[results.chosen, "later"] - by
    histories = results.histories | {results.naive: simple}
    words = verdict(study, replace(results, table=table, histories=histories))
    less, more = re.findall(r"has MAE ([\d.]+),.*?: ([\d.]+)\)", words.headline)[0]
    assert "clearly less" in words.headline and (float(less) < float(more)) == shown


def test_a_gain_too_small_to_count_is_not_called_unproved(cure):
    study, results, _ = cure
    words = verdict(replace(study, worth=0.9), results)
    assert words.numbers.loc["frozen - chosen", "low"] > 0 and words.kind != "retrain"
    assert "etraining helps too little to count (less than 90%)" in words.headline
    assert "no evidence" not in words.headline.lower()


def test_a_chosen_policy_that_beats_the_constant_is_named(cure):
    """Its lead over the frozen model is not clear, nor that of the frozen one over the constant."""
    study, results, _ = cure
    wild = results.histories["frozen"]
    swing = 20.0 * (-1.0) ** np.arange(len(wild))
    histories = results.histories | {"frozen": wild.assign(cost=wild["cost"] + swing)}
    words = verdict(study, replace(results, histories=histories))
    assert words.kind == "constant" and words.numbers.loc["naive - chosen", "low"] > 0
    assert "A constant may do as well as the frozen model" in words.headline
    assert "But the policy chosen beats that constant by" in words.headline
    assert "choose what to remember" in words.sentences[-1]


def test_the_fixed_policy_is_no_other_where_it_was_chosen(cure):
    study, results, _ = cure
    frozen, fixed = results.histories["frozen"], results.histories[results.fixed]
    later = frozen["batch"] >= study.split  # there the gain is half as large, and swings
    gain = np.where(later, 0.5 + 1.1 * (np.arange(len(frozen)) % 5 - 2), 1.0)
    frozen = frozen.assign(cost=fixed["cost"] + gain)
    for chosen, said in [
        (results.chosen, "another policy, on more periods, did"),
        (results.fixed, "on more periods it did"),
    ]:
        simple = frozen.assign(cost=frozen["cost"] + 5.0)
        histories = results.histories | {"frozen": frozen, chosen: fixed, results.naive: simple}
        words = verdict(study, replace(results, chosen=chosen, histories=histories))
        assert words.kind == "no evidence" and f"Yet {said}: over all" in words.headline


def test_a_fixed_policy_that_raises_the_loss_is_said_to():
    study, results, _ = told("none")
    words = verdict(study, dearer(results, results.fixed, 1000.0))
    said = [s for s in words.sentences if "fixed in advance" in s]
    assert len(said) == 1 and "raises it by" in said[0] and "lowers" not in said[0]


def test_too_little_data_is_a_verdict():
    study = prepare(simulated("none", 0).iloc[:500], None, "ts", "y", period="month")
    words = verdict(study, compare(study))
    assert words.kind == "too little data" and "10 periods" in words.headline
    assert words.numbers.empty and words.sentences


@pytest.mark.parametrize(("periods", "judged"), [(18, 9), (19, 10)])
def test_few_periods_to_judge_by_are_warned_of(periods, judged):
    study = prepare(
        simulated("cure", 0, periods), None, "ts", "y", estimator=Lines(), period="month"
    )
    assert len(study.batches) - study.split == judged
    said = " ".join(verdict(study, compare(study)).sentences)
    assert ("Only 9 months judge it" in said) == (judged == 9)


def history(cost):
    return pd.DataFrame({"batch": np.arange(len(cost)), "cost": cost})


def test_the_interval_is_the_bootstraps_stretched_about_the_mean():
    cost = np.random.default_rng(0).normal(1, 1, 400)
    zero = history(np.zeros(400))
    plain = paired_difference(history(cost), zero, "cost", block=7)
    found = difference(history(cost), zero)
    assert found["mean"] == pytest.approx(plain["mean"])
    ratio = (found["high"] - found["low"]) / (plain["high"] - plain["low"])
    assert 1.0 < ratio < 1.06  # 57 blocks


@pytest.mark.parametrize(
    ("n", "correlation", "expected"),
    [(8, 0.0, 0.95), (16, 0.0, 0.95), (28, 0.0, 0.95), (8, 0.5, 0.86), (16, 0.5, 0.86)],
)
def test_series_are_covered_as_often_as_the_docstring_says(n, correlation, expected):
    rng = np.random.default_rng(n)
    runs = 400
    x = rng.normal(size=(n, runs))
    x[0] /= np.sqrt(1 - correlation**2)
    for t in range(1, n):
        x[t] += correlation * x[t - 1]
    zero = history(np.zeros(n))
    ends = [difference(history(series), zero) for series in x.T]
    covered = np.mean([e["low"] <= 0 <= e["high"] for e in ends])
    assert covered == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / runs))


def test_bad_input_is_named(cure):
    study, results, _ = cure
    with pytest.raises(TypeError, match="study must come from prepare"):
        verdict(results, results)
    with pytest.raises(TypeError, match="results must come from compare"):
        verdict(study, study)


@pytest.mark.parametrize("unit", [1e-9, 1e6])
def test_numbers_are_readable_in_any_unit(unit):
    table = simulated("cure", 0)
    table["y"] *= unit
    study = prepare(table, None, "ts", "y", estimator=Lines(), period="month")
    words = verdict(study, compare(study))
    mean = words.numbers.loc["frozen - chosen", "mean"]
    shown = f"{mean:.3g}" if unit < 1 else f"{mean:,.0f}"
    assert words.kind == "retrain" and f"by {shown} [" in words.headline


def test_a_loss_through_retraining_is_said_as_one():
    found = [told("none", seed)[2] for seed in range(8)]
    for words in found:
        verb = "lowers" if words.numbers.loc["frozen - chosen", "mean"] >= 0 else "raises"
        assert f"{verb} MAE by" in words.headline
    assert any("raises MAE by" in words.headline for words in found)


@pytest.mark.parametrize(
    ("saved", "said"),
    [(1.0, "lowered MAE by 1.0: a flattering"), (0.0, "by less than 0.1"), (-0.4, "raised")],
)
def test_the_gain_where_the_policy_was_chosen_is_said_as_what_it_is(cure, saved, said):
    study, results, _ = cure
    table = results.table.copy()
    table.loc[results.chosen, "earlier"] = table.loc["frozen", "earlier"] - saved
    assert said in verdict(study, replace(results, table=table)).sentences[0]
