"""The parts of a policy by themselves, and the input that they refuse."""

import numpy as np
import pytest

from helpers.policies import Policy, at, every, everything, last, never

EDGES = np.array([0, 5, 7, 20, 21, 40])


def test_when():
    assert never()(7, None) is None
    assert every(3)(7, None) == 10
    assert every(1)(0, None) == 1


def test_at_is_the_next_of_its_times():
    when = at([12, 3, 8, 8])
    assert [when(now, None) for now in (0, 3, 7, 8, 11, 12, 50)] == [3, 8, 8, 12, 12, None, None]
    assert at([])(0, None) is None


@pytest.mark.parametrize(
    "times",
    [(9, 4), {4, 9}, range(4, 10, 5), np.array([9, 4]), (t for t in (9, 4))],
    ids=["tuple", "set", "range", "array", "generator"],
)
def test_at_takes_any_sequence(times):
    when = at(times)
    assert [when(now, None) for now in (0, 4, 9)] == [4, 9, None]


def test_at_keeps_its_own_copy():
    times = [4, 9]
    when = at(times)
    times.clear()
    assert when(0, None) == 4


def test_remember():
    assert everything()(EDGES, 4) == (0, 21)
    assert last(1)(EDGES, 4) == (20, 21)
    assert last(3)(EDGES, 4) == (5, 21)
    assert last(4)(EDGES, 4) == last(9)(EDGES, 4) == (0, 21)


def test_a_policy_is_never_and_everything_by_default():
    policy = Policy()
    assert policy.when(3, None) is None and policy.remember(EDGES, 3) == (0, 20)


@pytest.mark.parametrize("make", [every, last], ids=["every", "last"])
@pytest.mark.parametrize(
    ("k", "kind"),
    [
        (0, ValueError),
        (-2, ValueError),
        (2.0, TypeError),
        (2.5, TypeError),
        (np.nan, TypeError),
        (True, TypeError),
        ("2", TypeError),
        (None, TypeError),
        ([2], TypeError),
    ],
)
def test_k_is_a_whole_number_of_at_least_one_batch(make, k, kind):
    with pytest.raises(kind, match="k must be (at least 1|a whole number of) batch"):
        make(k)


@pytest.mark.parametrize(
    "times", [5, None, [2.0], [np.nan], ["4"], [3, "x"], [True], [[3, 4]]], ids=repr
)
def test_at_refuses_what_is_not_a_list_of_batches(times):
    with pytest.raises(TypeError, match="times must be .*whole batch numbers"):
        at(times)


@pytest.mark.parametrize(
    ("parts", "argument", "remedy"),
    [
        ({"when": 4}, "when must be a function", "every(4)"),
        ({"when": None}, "when must be a function", "every(4)"),
        ({"remember": "everything"}, "remember must be a function", "last(8)"),
        ({"when": never}, "when got never itself", "call it"),
        ({"when": every}, "when got every itself", "call it"),
        ({"when": at}, "when got at itself", "call it"),
        ({"remember": last}, "remember got last itself", "call it"),
        ({"remember": everything}, "remember got everything itself", "call it"),
    ],
)
def test_a_policy_refuses_parts_that_are_not_made(parts, argument, remedy):
    with pytest.raises(TypeError) as error:
        Policy(**parts)
    assert argument in str(error.value) and remedy in str(error.value)
