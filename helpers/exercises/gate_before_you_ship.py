"""Checkers for notebook 09."""

import numpy as np

from helpers.exercises import NotAttempted, NotYet, call, close, number
from helpers.gates import paired_labels, paired_power, unpaired_labels

VERDICTS = ("fine", "stale", "seen by the challenger", "seen by the champion")


def labels_needed(answer, pilot, level, power):
    """09.1: labels by Connor's formula or by the exact power, from a pilot's counts."""
    value = number(answer)
    wins, defeats = (pilot[name] / pilot["rows"] for name in ("challenger alone", "champion alone"))
    truth = paired_labels(wins, defeats, level / 2, power)
    if close(value, truth, rel=0.03):
        return (
            f"{truth:,} rows: the pilot's {pilot['rows']} were enough to see how often the two "
            "disagree, and far too few to say which is better."
        )
    p = 0.8  # the pilot does not say it; near it rows apart take 0.5 to 1.5 times as many
    mistakes = [
        (paired_labels(wins, defeats, level, power), "The level is two-sided. A gate uses one side "
         "of it: pass half."),
        (paired_labels(wins, defeats), "That is for the default level and power."),
        (paired_labels(wins, defeats, level / 2), "The level is right, the power the default."),
        (paired_labels(wins, defeats, power=power), "The power is right, the level the default."),
        (truth * (wins + defeats), "That many disagreements are needed. How many rows must be "
         "labelled to see them?"),
    ]  # fmt: skip
    for wrong, hint in mistakes:
        if close(value, wrong, rel=0.01):
            raise NotYet(hint)
    if value < 1:
        raise NotYet("The answer should be a number of rows, at least 1.")
    reached = paired_power(int(min(value, 1e6)), wins, defeats, level / 2)
    said = f"With {value:,.0f} rows the power is {reached:.0%}; {power:.0%} was asked for."
    apart = unpaired_labels(p, p + wins - defeats, level / 2, power)
    if max(0.5 * apart, 1.2 * truth) < value < 1.5 * apart:
        said += " Did you count rows apart? Here both models see the same rows."
    raise NotYet(said)


def which_rows(answer, gates, change):
    """09.2: what is wrong with each hold-out, from the rows that each part uses."""
    if not isinstance(answer, dict) or set(answer) != set(gates):
        raise NotYet(f"The answer should be a dict with the keys {', '.join(gates)}.")
    if any(value is ... for value in answer.values()):
        raise NotAttempted
    for name, gate in gates.items():
        if not isinstance(answer[name], str) or answer[name] not in VERDICTS:
            raise NotYet(f"{name}: choose one of {', '.join(map(repr, VERDICTS))}.")
        truth = _verdict(gate, change)
        if answer[name] == truth:
            continue
        lo, hi = gate["hold-out"]
        where = f"{name}: the hold-out is rows {lo:,} to {hi:,}"
        hints = {
            "fine": f"{where}. Neither model learned from them, and all come after the change.",
            "stale": f"{where}, and the world changed at {change:,}.",
            "seen by the challenger": f"{where}. What did the challenger learn from?",
            "seen by the champion": f"{where}. What did the champion learn from?",
        }
        raise NotYet(hints[truth])
    return (
        "A hold-out must be newer than the change and unknown to both: one that flatters the "
        "champion is as wrong as one that flatters the challenger."
    )


def _verdict(gate, change):
    lo, hi = gate["hold-out"]
    if lo < change:
        return "stale"
    for model in ("challenger", "champion"):
        first, last = gate[model]
        if first < hi and lo < last:
            return f"seen by the {model}"
    return "fine"


def gate_of_many(answer):
    """09.3: a gate for many challengers whose chance of a false promotion is the level."""
    level, n, k = 0.05, 400, 10
    rng = np.random.default_rng(9)
    champion, *challengers = (rng.random((k + 1, 600, n)) < 0.2).astype(float)
    challengers = np.swapaxes(challengers, 0, 1)
    better, worse = (rng.random((2, 20, n)) < [[[0.05]], [[0.4]]]).astype(float)
    found = []
    for i in range(20):
        trial = challengers[i].copy()
        trial[:] = worse[i]
        trial[i % k] = better[i]
        found.append(_chosen(answer, champion[i].copy(), trial, level))
    if any(f is not None and f != i % k for i, f in enumerate(found)):
        raise NotYet(
            "One challenger was much better than the champion, the others much worse, and your "
            "gate promoted one of the worse. Losses: lower is better."
        )
    if sum(f is None for f in found) > 1:
        raise NotYet(
            "One challenger in ten was much better, wrong in 5% of the rows against the "
            f"champion's 20%, and in {sum(f is None for f in found)} of 20 trials nobody passed. "
            "Does your function return its choice, and does it choose the lowest loss?"
        )

    def promoted(level):
        pairs = zip(champion, challengers, strict=True)
        return np.mean([_chosen(answer, a, b.copy(), level) is not None for a, b in pairs])

    def most(level):
        return level + 3 * (level * (1 - level) / len(champion)) ** 0.5

    passed = promoted(level)
    if passed > most(level):
        if passed > 0.7:
            hint = "The best of ten nearly always leads. Ask for more than a lead."
        elif passed > 0.4:
            hint = "That is nearly a coin. Where you judge, too, ask for more than a lead."
        elif passed > 4 * level:
            hint = "Each test alone keeps the level; ten tests do not."
        else:
            hint = "That is too often. How many challengers share the level?"
        raise NotYet(
            f"Of ten challengers no better than the champion, your gate promoted one in "
            f"{passed:.0%} of trials; {level:.0%} was the level. {hint}"
        )
    strict = promoted(0.01)
    if strict > most(0.01):
        raise NotYet(
            f"At a level of 5% it keeps its promise. At one of 1%, on the same rows, it promoted "
            f"one in {strict:.1%} of trials. Does your gate use the level that it is given?"
        )
    small = 0
    for _ in range(20):
        losses = (rng.random((4, 2000)) < [[0.2], [0.2], [0.14], [0.2]]).astype(float)
        small += _chosen(answer, losses[0], losses[1:], 0.2) == 1
    if small < 15:
        raise NotYet(
            "Of three challengers one was wrong in 14% of 2,000 rows and the others, like the "
            f"champion, in 20%. At a level of 20% your gate found it in {small} of 20 trials. Do "
            "its limits follow the number of challengers and of rows, and the level?"
        )
    return (
        f"Ten challengers no better than the champion: one gets through in {passed:.1%} of trials. "
        "A level divided by k, or a second sample for the best one: both keep the promise."
    )


def _chosen(gate, champion, challengers, level):
    """The number of the challenger that a gate promotes, or None."""
    if not callable(gate):
        raise NotYet("The answer should be a function: give its name, without brackets.")
    result, k = gate(champion, challengers, level), len(challengers)
    if result is ...:
        raise NotAttempted
    if result is None or result is False:
        return None
    if isinstance(result, bool | np.bool_):
        raise NotYet("Say which one: return the challenger's number, counted from 0, or None.")
    value = number(result)
    if value != int(value) or not 0 <= value < k:
        raise NotYet(f"The number of a challenger is a whole number from 0 to {k - 1}; got {value}")
    return int(value)


def break_even(answer):
    """09.4: quiet periods between changes at which a gate costs as much as it saves."""
    cases = np.array([(0.1, 4.0, 1), (0.05, 2.0, 3), (0.2, 1.0, 2), (0.01, 0.5, 1)])
    values = np.array([number(call(answer, *case)) for case in cases])
    saving, staleness, waited = cases.T
    truth = staleness * waited / saving
    if np.allclose(values, truth, rtol=0.01):
        first = ", ".join(f"{value:g}" for value in cases[0])
        return (
            f"({first}) gives {truth[0]:g}: with fewer quiet periods than that between two "
            "changes, ship without waiting."
        )
    mistakes = [
        (1 / truth, "Upside down: a larger saving should allow more frequent changes."),
        (staleness / saving, "How many periods does the gate wait? Each costs the staleness."),
        (staleness * (waited + 1) / saving, "The period in which the change happens is stale with "
         "or without a gate. Count the periods waited only."),
        (staleness * waited, "That is what one change costs. How long must the gate save for it?"),
        (staleness * waited / saving - waited, "Close: quiet periods are asked for, and the "
         "periods waited are not among them. Nothing is to be taken off."),
        (staleness * waited / saving + waited, "Close: that is the time from change to change. "
         "Of it, the periods waited are not quiet."),
    ]  # fmt: skip
    for wrong, hint in mistakes:
        if np.allclose(values, wrong, rtol=0.01):
            raise NotYet(hint)
    raise NotYet(
        f"With a saving of {saving[1]:g}, a staleness of {staleness[1]:g} and {waited[1]:g} "
        f"periods waited, one change costs {staleness[1] * waited[1]:g}. How many periods of "
        "saving pay for that?"
    )


CHECKERS = {
    "09.1": labels_needed,
    "09.2": which_rows,
    "09.3": gate_of_many,
    "09.4": break_even,
}
