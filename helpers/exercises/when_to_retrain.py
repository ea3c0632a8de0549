"""Checkers for notebook 08."""

import numpy as np

from helpers.backtest import Batches, backtest
from helpers.costs import best_period, cheapest_schedule
from helpers.exercises import NotAttempted, NotYet, call, close, number
from helpers.league import run_rule
from helpers.linear import LinearLearner
from helpers.policies import Policy, last

STREAMS = 10


def period(answer, prices, labels, staleness, age):
    """08.1: the square-root law with the whole price of a retrain, to within 3%."""
    value, c, slope = number(answer), prices.retrain(labels), staleness / age
    truth = best_period(c, slope)
    if close(value, truth, rel=0.03):
        return (
            f"Price {c:g}, slope {slope:.2g} a row: {truth:.0f} rows. The valley is flat, so the "
            "nearest convenient period will do."
        )
    slips = [
        (best_period(prices.training, slope), "The labels of a retrain cost money, too."),
        (best_period(prices.label * labels, slope), "That pays for the labels. And the training?"),
        (np.sqrt(c / slope), "Staleness is not at its full height all along. On average over a "
         "period it is half of that, and this is where the 2 in the law comes from."),
        (best_period(c, staleness), f"Staleness reached {staleness:g} after {age:g} rows. By how "
         "much does it grow in one row?"),
        (2 * c / slope, "That is the square of the period."),
        (c / slope, "That is half the square of the period."),
        (c / staleness, "That is how long it takes, at this staleness, to lose the price of a "
         "retrain. But staleness begins at zero and keeps growing: set the slope of "
         "price / T + growth * T / 2 to zero."),
        ((1.5 * c / slope) ** (1 / 3), "The cube root is for a ramp, whose staleness grows with "
         "the square of the age. This one grows in a straight line."),
    ]  # fmt: skip
    for wrong, hint in slips:
        if close(value, wrong, rel=0.03):
            raise NotYet(hint)
    if value <= 0:
        raise NotYet("A period is a positive number of rows.")
    errors, retrains = slope * value / 2, c / value
    more = "seldom" if errors > retrains else "often"
    raise NotYet(
        f"With {value:.0f} rows staleness costs {errors:.3f} a row and retrains cost "
        f"{retrains:.3f}: too {more}. At the best period the two are equal."
    )


def never_wins(answer, errors, steps):
    """08.2: the price above which the cheapest schedule is empty, to within 1%."""
    value = number(answer)
    if value < 0:
        raise NotYet("A price is at least 0.")
    retrains = [
        int(cheapest_schedule(errors, steps, price)[1].sum())
        for price in (0.99 * value, 1.01 * value)
    ]
    if retrains[0] > 0 and retrains[1] == 0:
        return (
            "One retrain in the middle saves the most that a single one can save. Above that "
            "price no schedule pays, below it at least that one does."
        )
    if retrains[1] > 0:
        raise NotYet(
            f"At a price of {1.01 * value:.4g} the cheapest schedule still has {retrains[1]} "
            "retrain(s). How much can a single retrain save, if it comes at the best time?"
        )
    lost = float(np.sum(errors(0)))
    if close(value, lost):
        raise NotYet(
            f"{lost:.4g} is all that is lost without a retrain. One retrain does not save all of "
            "it: the new model gets old as well."
        )
    raise NotYet(
        f"At a price of {0.99 * value:.4g} it is cheapest to do nothing, but so it is at lower "
        "prices. Which is the lowest of them? Try halving."
    )


def effect(answer):
    """08.3: unbiased for the effect of a retrain, in worlds where it is known."""
    worlds = [(-0.5, 1), (0.4, 2), (0.0, 3)]
    for change, seed in worlds:
        before, after, retrained = _weeks(change, seed)
        value = number(call(answer, before, after, retrained))
        gain = after - before
        groups = [after[retrained], after[~retrained]]
        se = np.sqrt(sum(g.var(ddof=1) / len(g) for g in groups))
        if abs(value - change) < 4 * se:
            continue
        tails = gain[~retrained].mean()
        slips = [
            (gain[retrained].mean(), "That is what came after the retrains, luck included. Weeks "
             f"that were left alone changed by {tails:.2f} as well. Compare with those."),
            (gain.mean(), "That is the change of all bad weeks, retrained or not. What is the "
             "difference between the two kinds?"),
            (tails, "Those are the weeks left alone, the placebo. Now compare the others with "
             "them."),
            (-change, "The size is right, the sign is not: negative if the retrain lowers the "
             "error."),
        ]  # fmt: skip
        for wrong, hint in slips:
            if abs(value - wrong) < 2 * se:
                raise NotYet(hint)
        raise NotYet(
            f"In a world where a retrain changes the error by {change:g} your function gives "
            f"{value:.2f}. Take the mean over the retrained, minus the mean over those left alone."
        )
    return (
        "The coin makes the two groups alike, so that what luck gives back is the same in both "
        "and drops out."
    )


def _weeks(change, seed):
    """Bad weeks of a company whose retrains change the error by ``change`` on average."""
    rng = np.random.default_rng(seed)
    weeks = rng.gamma(5, 0.4, (80_000, 2))
    bad = weeks[weeks[:, 0] > np.quantile(weeks[:, 0], 0.95)]
    retrained = rng.random(len(bad)) < 0.4
    after = bad[:, 1] + change * retrained
    return bad[:, 0], after, retrained


def beats_placebo(answer, streams, price):
    """08.4: cheaper than the same times in other streams, by more than 2 standard errors."""
    if not callable(answer):
        raise NotYet("The answer should be a function: give its name, without brackets.")
    rows, window, S = streams.X.shape[2], streams.window, min(STREAMS, len(streams.X))
    some = type(streams)(streams.X[:S], streams.noise[:S], streams.b[:S], window)
    times = np.zeros(some.X.shape[:2], bool)
    for i in range(S):
        times[i, window:] = _history(answer, some, i)["retrained"]
    retrains = times.sum(axis=1).mean()
    if retrains == 0:
        raise NotYet(
            "Your policy never retrains. Does it return the number of a batch, such as batch + 1? "
            "Is the threshold ever reached? A fresh model's loss is a little above 1 a row."
        )

    def cost(shift):
        rolled = np.roll(times, shift, axis=0)
        run = run_rule(some, lambda now: rolled[:, now.t])
        return run.excess.mean(axis=1) + price * run.retrained.mean(axis=1) / rows

    mine, placebo = cost(0), np.mean([cost(shift) for shift in range(1, S)], axis=0)
    gap = mine - placebo
    if gap.mean() < -2 * gap.std(ddof=1) / S**0.5:
        return (
            f"{mine.mean():.2f} a row; the same times in other streams cost {placebo.mean():.2f}. "
            f"With {retrains:.0f} retrains a stream, the difference is the skill of your timing."
        )
    if retrains > times.shape[1] / 3:
        raise NotYet(
            f"It retrains {retrains:.0f} times a stream. So often no timing is needed, and none "
            "shows. Raise the threshold."
        )
    raise NotYet(
        f"{mine.mean():.2f} a row with {retrains:.0f} retrains a stream; the same times in other "
        f"streams cost {placebo.mean():.2f}. Your times fit other streams as well as their own. "
        "What do the losses look like just after a jump, and what would you fit there?"
    )


def _history(answer, streams, i):
    def when(now, scored):
        following = answer(now, scored)
        if following is ...:
            raise NotAttempted
        return following

    X, y = streams.X[i], streams.outcomes()[i].ravel()
    edges = np.arange(len(X) + 1) * X.shape[1]
    learner = LinearLearner(Batches(X.reshape(len(y), -1), y, edges), intercept=False)
    return backtest(learner, Policy(when, last(streams.window)), start=streams.window)


CHECKERS = {"08.1": period, "08.2": never_wins, "08.3": effect, "08.4": beats_placebo}
