"""The harness reaches an exercise, fills its stub and refuses whatever check() may not print."""

import pytest

from tests import sample
from tests.exercises.harness import ODD, check_of, fill, reach, read, verdict
from tests.notebooks import exercises

STUB = "rows = [1, 2]\nanswer = ...  # your count\ncheck('01.1', answer)"


@pytest.fixture(scope="module")
def reached(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebooks")
    return reach(sample.complete(), folder), folder


def test_exercises_are_reached_with_the_variables_of_their_moment(reached):
    met, _ = reached
    assert list(met) == ["01.1", "01.2"]
    assert len(met["01.1"].namespace["rows"]) == 20
    assert read("01.1", met["01.1"].printed)[0] == "not attempted yet"


def test_answers_take_the_place_of_the_stub(reached):
    met, folder = reached
    for answer, found in [("answer = 20", "right"), ("answer = 19", "not yet")]:
        assert verdict(met["01.1"], fill(met["01.1"].stub, answer), folder)[0] == found
    solution = exercises(sample.solutions(), "solution")["01.2"]
    assert verdict(met["01.2"], solution.source, folder)[0] == "right"
    assert "less" in verdict(met["01.1"], fill(met["01.1"].stub, "answer = 21"), folder)[1]
    assert met["01.1"].namespace["answer"] is ...


def test_fill_keeps_the_rest_of_the_stub():
    filled = fill(STUB, "a = 1\nanswer = a")
    assert filled == "rows = [1, 2]\na = 1\nanswer = a\ncheck('01.1', answer)"
    function = "import math\n\ndef f(x):\n    return ...\n\ncheck('01.1', f, rows=rows)"
    assert fill(function, "f = abs") == "import math\n\nf = abs\n\ncheck('01.1', f, rows=rows)"
    with pytest.raises(AssertionError, match="nothing to fill in"):
        fill("answer = 1\ncheck('01.1', answer)", "answer = 2")


def test_check_of_puts_another_answer_into_the_call():
    stub = "answer = ...\ncheck('01.1', answer, rows=rows)"
    assert check_of(stub, "odd") == "check('01.1', odd, rows=rows)"


@pytest.mark.parametrize(
    "printed",
    [
        "",
        "01.1: correct. Yes.",
        "01.1: right.",
        "01.2: right. Yes.",
        "01.1: right. Yes.\n01.1: not yet. No.",
        "01.1: not yet No.",
    ],
)
def test_anything_but_one_message_is_refused(printed):
    with pytest.raises(AssertionError):
        read("01.1", printed)


def test_a_check_that_raises_is_caught(reached):
    met, folder = reached
    source = check_of(met["01.1"].stub, "odd")
    with pytest.raises(RuntimeError):  # the sample's check is not careful
        verdict(met["01.1"], source, folder, odd=ODD["hostile"])
