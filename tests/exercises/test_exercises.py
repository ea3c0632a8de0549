"""Every exercise: the stub, its solution, wrong answers with their hints, another right answer."""

import pytest

from tests.exercises.harness import (
    NOT_ATTEMPTED,
    NOT_YET,
    ODD,
    RIGHT,
    answers_of,
    check_of,
    exercises_of,
    fill,
    read,
    solutions_of,
    verdict,
)
from tests.notebooks import exercises, load, main_notebooks

IDS = [(path.stem, i) for path in main_notebooks() for i in exercises(load(path))]

exercise = pytest.mark.parametrize(("stem", "exercise_id"), IDS, ids=[i for _, i in IDS])


@exercise
def test_stub_is_not_attempted_yet(stem, exercise_id):
    stub = exercises_of(stem)[exercise_id]
    assert read(exercise_id, stub.printed)[0] == NOT_ATTEMPTED
    assert verdict(stub, check_of(stub.stub, "..."))[0] == NOT_ATTEMPTED


@exercise
def test_solution_is_right(stem, exercise_id):
    solution = solutions_of(stem)[exercise_id]
    assert verdict(exercises_of(stem)[exercise_id], solution)[0] == RIGHT


@exercise
def test_wrong_answers_get_the_hint_that_fits(stem, exercise_id):
    stub, wrong = exercises_of(stem)[exercise_id], answers_of(stem)[exercise_id]["wrong"]
    assert len(wrong) >= 2
    messages = set()
    for answer, fragment in wrong:
        found, message = verdict(stub, fill(stub.stub, answer))
        assert found == NOT_YET, f"{answer}\n{message}"
        assert len(fragment) > 5 and fragment in message, f"{answer}\n{message}"
        messages.add(message)
    assert len(messages) >= 2, "all wrong answers get the same hint"


@exercise
def test_other_right_answers_are_right(stem, exercise_id):
    stub, right = exercises_of(stem)[exercise_id], answers_of(stem)[exercise_id]["right"]
    assert right
    for answer in right:
        assert answer not in solutions_of(stem)[exercise_id]
        found, message = verdict(stub, fill(stub.stub, answer))
        assert found == RIGHT, f"{answer}\n{message}"


@exercise
@pytest.mark.parametrize("odd", ODD)
def test_odd_answers_are_not_right_and_never_raise(stem, exercise_id, odd):
    stub = exercises_of(stem)[exercise_id]
    assert verdict(stub, check_of(stub.stub, "odd"), odd=ODD[odd])[0] != RIGHT


@pytest.mark.parametrize("path", main_notebooks(), ids=lambda path: path.stem)
def test_every_exercise_has_its_answers_to_try(path):
    assert set(answers_of(path.stem)) == set(exercises(load(path)))
