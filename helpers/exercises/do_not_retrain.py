"""Checkers and the scoreboard of notebook 06."""

import numpy as np
import pandas as pd

from helpers.exercises import NotYet, call, close, number
from helpers.incident_worlds import INCH, lend, people
from helpers.incidents import ACTIONS
from helpers.memory import break_even_rows


def scoreboard(guesses, cases):
    """Guesses beside right actions.

    Parameters
    ----------
    guesses : sequence of str
        One a case; ``...`` where there is none.
    cases : sequence of helpers.incidents.Incident

    Returns
    -------
    DataFrame
        One row a case, its index the number from 1 on; prints how many were right. An answer
        that is none of the six actions is marked as such.
    """
    if len(guesses) != len(cases):
        raise ValueError(
            f"guesses must hold one for each of {len(cases)} cases; got {len(guesses)}"
        )
    rows = []
    for guess, case in zip(guesses, cases, strict=True):
        if guess is ...:
            rows.append(("-", case.action, ""))
        else:
            said = str(guess).strip().lower()
            right = "yes" if said == case.action else "no" if said in ACTIONS else "no such action"
            rows.append((str(guess), case.action, right))
    made = sum(row[2] != "" for row in rows)
    print(f"{sum(row[2] == 'yes' for row in rows)} right of {made} predicted")
    index = pd.Index(range(1, len(rows) + 1), name="case")
    return pd.DataFrame(rows, columns=["your action", "right action", "right?"], index=index)


def in_inches(answer):
    """06.1: marks rows in inches, whatever their share; at most 1 row in 100 may be wrong."""
    rng = np.random.default_rng(0)
    training = people(rng, 500)[0][:, 0]
    for share in (0.3, 0.0, 0.04, 1.0):
        heights = rng.normal(172, 8, 400)
        inches = rng.random(400) < share
        new = np.where(inches, heights / INCH, heights)
        marks = np.asarray(call(answer, new.copy(), training.copy()))
        if marks.shape != new.shape:
            raise NotYet(
                f"Give one True or False for each of the {len(new)} rows; yours has shape "
                f"{marks.shape}. Compare the array, not its mean."
            )
        if not np.isin(marks, [0, 1]).all():
            raise NotYet("Give True or False for each row, not a number.")
        marks = marks.astype(bool)
        if np.mean(marks != inches) <= 0.01:
            continue
        of = f"With {share:.0%} of the rows in inches"
        if abs(marks.mean() - share) > 0.1 and share in (0, 1):
            trap = "all of them look alike" if share else "some are always the smallest"
            raise NotYet(
                f"{of} yours marks {marks.mean():.0%}. Does it compare new rows with each other? "
                f"Then {trap}. Compare them with training time."
            )
        if np.mean(marks == ~inches) > 0.9:
            raise NotYet(f"{of} yours marks the others: inches give the smaller numbers.")
        if marks[~inches].mean() > 0.01:
            raise NotYet(
                f"{of} yours also marks {marks[~inches].mean():.0%} of the sound ones. Small "
                "people are no inches: look where the two units lie."
            )
        raise NotYet(f"{of} yours misses {1 - marks[inches].mean():.0%} of them.")
    return "Centimetres and inches of adults do not overlap, so one cut tells them apart."


_ROUNDS, _RUNS, _WANTED = 5, 400, 0.9


def _share_open(rate):
    rights = [lend(10_000 + seed, rate, _ROUNDS)[_ROUNDS, 1] for seed in range(_RUNS)]
    return float(np.mean(np.array(rights) >= 0.7))


def exploration(answer):
    """06.2: the smallest rate in whole per cent; those that 100 runs cannot tell from it count."""
    rate = number(answer)
    if rate > 1 and rate <= 100:
        raise NotYet("Give a share, such as 0.05 for 5%.")
    if not 0 <= rate <= 1:
        raise NotYet("A rate is a share between 0 and 1.")
    se = np.sqrt(_WANTED * (1 - _WANTED) / 100)
    here = _share_open(rate)
    if here < _WANTED - 2 * se:
        raise NotYet(
            f"With {rate:.1%} explored B is open after 5 rounds in {here:.0%} of runs only."
        )
    less = rate - 0.01
    if less > 0 and _share_open(less) > _WANTED + se:
        raise NotYet(
            f"It works, but so does less: with {less:.1%} B is open in {_share_open(less):.0%} "
            "of the runs, at a smaller price."
        )
    return (
        f"That is about {500 * rate:.0f} loans a round at risk, for {here:.0%} of the runs; and "
        "they stop once B is open."
    )


def waiting(answer, d, noise_variance, change, labels_a_week):
    """06.3: break-even rows over the rows a week; whole weeks count too."""
    weeks, rows = number(answer), break_even_rows(d, noise_variance, change)
    exact = rows / labels_a_week
    if close(weeks, exact) or weeks == np.ceil(exact):
        return (
            f"{rows:.0f} labels, so {exact:.1f} weeks. That is a tie: a retrain that is to pay "
            "waits longer."
        )
    if weeks == np.floor(exact):
        raise NotYet(
            f"{weeks:.0f} weeks bring {weeks * labels_a_week:.0f} labels, and {rows:.0f} are "
            "needed."
        )
    if close(weeks, rows):
        raise NotYet("That is the number of labels. How many weeks do they take?")
    if close(weeks, break_even_rows(d, noise_variance, change**2) / labels_a_week):
        raise NotYet("The change is given squared already.")
    if close(weeks, break_even_rows(d, noise_variance**2, change) / labels_a_week):
        raise NotYet("The noise variance is a square already.")
    if close(weeks, (d * noise_variance / change) / labels_a_week):
        raise NotYet("The d + 1 rows are missing that the fit needs before it is any good.")
    raise NotYet("Put d, the noise variance and the change into the formula, then count weeks.")


def tenth(answer, case):
    """06.4: the action of a case, with a hint from its truth for each other one."""
    answer = answer.strip().lower() if isinstance(answer, str) else answer
    if not isinstance(answer, str) or answer not in ACTIONS:
        raise NotYet(f"Choose one of: {', '.join(ACTIONS)}.")
    truth = case.truth
    if answer == case.action:
        return (
            f"True risk {truth.kept[1]:.2f} kept, {truth.retrained[1]:.2f} retrained, "
            f"{truth.remedied[1]:.2f} once the sensor moves again."
        )
    if answer == "retrain":
        raise NotYet(
            f"It would help: true risk {truth.kept[1]:.2f} to {truth.retrained[1]:.2f}. But "
            "there is something better, which leaves about half of that. Look at the checks of the "
            "rows first."
        )
    if answer == "explore":
        raise NotYet("No rows are without labels. Look at the other checks.")
    if answer == "wait for labels":
        raise NotYet("There are far more labels than a retrain needs. Look at the checks.")
    if answer == "get a feature":
        raise NotYet("There is a column already that would do, if it moved. Look at the checks.")
    raise NotYet("The loss is far up, and two looks explain little of it. Look at the checks.")


CHECKERS = {"06.1": in_inches, "06.2": exploration, "06.3": waiting, "06.4": tenth}
