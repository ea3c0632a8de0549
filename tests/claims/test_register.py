"""The register catches a false claim, a wrong rate, and a recap that does not match it."""

import pytest

from tests import sample
from tests.claims import register
from tests.claims.register import Claim, claim_faults, failures, holds_often_enough


def entry(holds=None, rate=None, wording=None, claim_id="01.mean-is-positive"):
    return Claim(claim_id, "01_sample", holds, rate, wording)


def counted(claim, folder, variables=None):
    """The seeds, out of 1000 to 1019, for which a claim on the sample notebook fails."""
    seeds = range(1000, 1020)
    return failures(sample.complete(), [claim], variables or {}, seeds, folder)[claim.id]


def test_a_true_claim_holds_and_a_false_one_is_caught(tmp_path):
    assert counted(entry(lambda ns: ns["mean"] > 0), tmp_path) == []
    failing = counted(entry(lambda ns: ns["mean"] > 0.5), tmp_path)
    assert 0 < len(failing) < 20
    assert not holds_often_enough(entry(), 20 - len(failing), 20)


def test_each_run_gets_its_own_seed_and_the_preset_variables(tmp_path):
    means = []
    claim = entry(lambda ns: means.append((ns["seed"], ns["mean"], ns["rows_a_day"])) or True)
    counted(claim, tmp_path, {"rows_a_day": 7})
    assert [seed for seed, _, _ in means] == list(range(1000, 1020))
    assert len({mean for _, mean, _ in means}) == 20
    assert {rows for _, _, rows in means} == {7}


def test_a_notebook_may_be_run_over_another_variable(tmp_path, monkeypatch):
    monkeypatch.setattr(register, "RUNS", {})
    assert register.runs_of("10_other") == ("seed", register.SEEDS)
    register.runs("10_other", part=range(10))
    assert register.runs_of("10_other") == ("part", range(10))
    assert register.runs_of("01_sample") == ("seed", register.SEEDS)
    claim = entry(lambda ns: ns["part"] != 3 and ns["seed"] == 5)
    found = failures(sample.complete(), [claim], {"seed": 5}, range(10), tmp_path, "part")
    assert found == {claim.id: [3]}
    assert not holds_often_enough(entry(), 9, 10) and holds_often_enough(entry(), 10, 10)
    with pytest.raises(ValueError):
        register.runs("10_other", part=range(10), seed=range(10))


def test_only_simulate_cells_run(tmp_path):
    assert counted(entry(lambda ns: "guess" in ns), tmp_path) == list(range(1000, 1020))


@pytest.mark.parametrize(
    ("rate", "held", "enough"),
    [
        (None, 98, True),
        (None, 97, False),
        (0.65, 65, True),
        (0.65, 57, True),
        (0.65, 50, False),
        (0.65, 80, False),
        (0.9, 100, False),
    ],
)
def test_how_often_is_often_enough(rate, held, enough):
    assert holds_often_enough(entry(rate=rate), held, 100) == enough


@pytest.mark.parametrize(
    ("claim_id", "name", "options", "message"),
    [
        ("02.mean", "test_it", {}, "use 01."),
        ("01.Mean Is", "test_it", {}, "use 01."),
        ("01.taken", "test_it", {}, "registered twice"),
        ("01.mean", "it", {}, "functions named test_"),
        ("01.mean", "test_it", {"rate": 0.5}, "both rate and wording"),
    ],
)
def test_a_malformed_entry_is_refused(monkeypatch, claim_id, name, options, message):
    monkeypatch.setattr(register, "CLAIMS", {"01.taken": None})

    def predicate(ns):
        return True

    predicate.__name__ = name
    with pytest.raises(ValueError, match=message):
        register.claim(claim_id, "01_sample", **options)(predicate)


def test_a_registered_function_is_the_test_of_its_claim(monkeypatch):
    monkeypatch.setattr(register, "CLAIMS", {})
    monkeypatch.setattr(register, "failures_of", lambda notebook: {"01.mean": [1000, 1001, 1002]})
    test = register.claim("01.mean", "01_sample")(test_only_simulate_cells_run)
    recorded = []
    with pytest.raises(AssertionError, match="97 of 100 seeds; it fails for .1000, 1001, 1002"):
        test(lambda *property: recorded.append(property))
    assert recorded == [("summary", ["claims", "01.mean: 97 of 100 seeds"])]


def test_the_values_of_another_variable_are_counted_and_all_must_hold(monkeypatch):
    monkeypatch.setattr(register, "CLAIMS", {})
    monkeypatch.setattr(register, "RUNS", {"01_sample": ("part", range(10))})
    monkeypatch.setattr(register, "failures_of", lambda notebook: {"01.mean": [3]})
    test = register.claim("01.mean", "01_sample")(test_only_simulate_cells_run)
    with pytest.raises(AssertionError, match="holds in 9 of 10 parts; it fails for .3"):
        test(lambda *property: None)


GOOD = "- The mean is positive. <!-- claim: 01.mean-is-positive -->\n"


@pytest.mark.parametrize(
    ("recap", "message"),
    [
        (GOOD, None),
        (f"What to keep:\n\n{GOOD}\n### More\n\nAnother sentence. And another.", None),
        (GOOD.replace(" <", "\n<"), None),
        (GOOD + "- It is large.\n", "a sentence without a claim"),
        ("- It is large.\n", "the recap holds no claim"),
        ("- It is large.\n" + GOOD, "not one sentence before"),
        (GOOD.replace("The mean", "It is large! The mean"), "not one sentence before"),
        (GOOD.replace("positive.", "positive"), "not one sentence before"),
        (GOOD + "- Large. <!-- claim: 01.mean-is-large -->", "01.mean-is-large is not registered"),
        (GOOD + GOOD, "more than one sentence"),
        (GOOD.replace("01.mean-is-positive", "01.other"), "in no sentence of the notebook"),
    ],
)
def test_recaps_and_register_match(recap, message):
    notebook = sample.notebook(sample.md("recap", f"## Recap\n\n{recap}"))
    found = claim_faults(notebook, "01_sample", {"01.mean-is-positive": entry()})
    assert any(message in fault for fault in found) if message else found == []


def test_a_claim_with_a_rate_states_it():
    notebook = sample.complete()
    stated = {"01.mean-is-positive": entry(rate=1, wording="mean is positive")}
    assert claim_faults(notebook, "01_sample", stated) == []
    silent = {"01.mean-is-positive": entry(rate=0.5, wording="in half of the runs")}
    assert "does not state its rate" in claim_faults(notebook, "01_sample", silent)[0]


def test_a_claim_of_another_notebook_does_not_count():
    other = {"01.mean-is-positive": entry()._replace(notebook="01_other")}
    assert len(claim_faults(sample.complete(), "01_sample", other)) == 1


PROSE = "The frozen model fails. It fails by much. <!-- claim: 01.much -->\n\nThe next text."


@pytest.mark.parametrize(
    ("prose", "message"),
    [
        (PROSE, None),
        (PROSE + " Often. <!-- claim: 01.mean-is-positive -->", None),
        ("Nothing is claimed.", "01.much is registered and in no sentence"),
        (PROSE.replace("much.", "much"), "does not follow a sentence"),
        (PROSE + " Often. <!-- claim: 01.often -->", "01.often is not registered"),
    ],
)
def test_claims_in_the_prose_are_registered_and_said(prose, message):
    cells = [sample.md("prose", prose), sample.md("recap", f"## Recap\n\n{GOOD}")]
    claims = {"01.mean-is-positive": entry(), "01.much": entry(claim_id="01.much")}
    found = claim_faults(sample.notebook(*cells), "01_sample", claims)
    assert any(message in fault for fault in found) if message else found == []


def test_a_rate_is_stated_in_the_prose_too():
    cells = [sample.md("prose", PROSE), sample.md("recap", f"## Recap\n\n{GOOD}")]
    claims = {"01.mean-is-positive": entry()}
    claims["01.much"] = entry(rate=0.5, wording="in half of the runs", claim_id="01.much")
    [fault] = claim_faults(sample.notebook(*cells), "01_sample", claims)
    assert "does not state its rate" in fault
