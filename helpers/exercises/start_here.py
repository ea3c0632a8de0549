"""Checkers for notebook 00."""

from helpers.exercises import NotYet, call, close, number


def ready(answer):
    """00.0: part of the environment's test."""
    if answer == "ready":
        return "Answers can be checked."
    raise NotYet('The answer here is the word "ready".')


def what_retraining_removes(answer, budget):
    """00.1: the part of the risk that a retrain takes away."""
    value = number(answer)
    if close(value, budget["staleness"], abs=5e-4):
        return "Retraining removes the staleness, and nothing but the staleness."
    if close(value, budget["risk"], abs=5e-4):
        raise NotYet("That is the whole risk. A fresh fit still pays for three of the four terms.")
    if close(value, budget["risk"] - budget["floor"], abs=5e-4):
        raise NotYet("A fresh fit is still only a line, fitted to few rows. What does that cost?")
    if close(value, budget["risk"] - budget["staleness"], abs=5e-4):
        raise NotYet("That is what remains after a retrain. What goes?")
    for term in ("floor", "approximation", "estimation"):
        if close(value, budget[term], abs=5e-4):
            raise NotYet(f"That is the {term}. A fresh fit on today's rows has it as well.")
    if close(value, budget["staleness"] / budget["risk"], abs=5e-3):
        raise NotYet("That is the share. Give the amount, in the units of the risk.")
    if close(value, budget["staleness"], rel=0.05):
        raise NotYet(
            "Very close. Take the staleness of month 20 itself, with three decimals; the "
            "difference between two months is not quite the same."
        )
    raise NotYet("Set the slider to month 20: which term is only in the left bar?")


def worth_it(answer):
    """00.2: retrain if and only if staleness x rows > cost."""
    for staleness, rows, cost in [(0.04, 1000, 50), (0.04, 2000, 50), (-0.01, 5000, 10), (2, 3, 5)]:
        verdict, truth = call(answer, staleness, rows, cost), staleness * rows > cost
        if not isinstance(verdict, bool | int) and type(verdict).__name__ not in ("bool", "bool_"):
            raise NotYet("The function should return True or False.")
        if bool(verdict) == truth:
            continue
        case = f"staleness {staleness}, {rows} rows, cost {cost}"
        gain = f"The gain is {staleness * rows:g} in all"
        if staleness < 0:
            raise NotYet(f"{case}: here the deployed model beats a fresh one. Why replace it?")
        raise NotYet(f"{case}: you say {bool(verdict)}. {gain}, the cost {cost}.")
    return "Retrain when staleness times the rows still to serve exceeds the cost."


CHECKERS = {"00.0": ready, "00.1": what_retraining_removes, "00.2": worth_it}
