"""Checkers and data for notebook 02."""

import numpy as np
from scipy.special import expit

from helpers.exercises import NotAttempted, NotYet, call, number
from helpers.monitors import cbpe

_CASES = [((16, 24), (16, 80), 0.01), ((20, 30), (20, 30), 0.002), ((20, 30), (40, 46), 0.05)]

ACTIONS = ("leave it", "retrain", "find better features")
_FELL = 0.05  # accuracy; with 2,000 rows a side luck stays well below


def rows_needed(answer):
    """02.1: rows so that a frozen line's expected excess is a share of the noise variance."""
    values = np.array([number(call(answer, *case)) for case in _CASES])
    share = np.array([share for _, _, share in _CASES])
    spread, gap = np.transpose([_parts(old, new) for old, new, _ in _CASES])
    truth = (1 + spread + gap) / share
    if np.allclose(values, truth, rtol=0.05):
        old, new, _ = _CASES[0]
        return (
            f"From {old} to {new} at 1%: {truth[0]:,.0f} rows. With inputs like the old ones it "
            f"would be {2 / share[0]:,.0f}."
        )
    mistakes = [
        (2 / share, "That is for new inputs like the old ones. Where is the new range in it?"),
        ((1 + spread) / share, "Right while the middle stays. What if the mean moves as well?"),
        ((1 + gap) / share, "The new mean is in it, the new variance is not. Add it."),
        ((spread + gap) / share, "That counts the slope's error. The height's error comes on top."),
        (1 + spread + gap, "That is the factor in the brackets. Now find n from it and share."),
        (
            truth * 100,
            "A hundred times too many. share is 0.01 for one per cent, and it is a share of the "
            "noise variance: neither per cent nor the variance of 100 comes in.",
        ),
        (truth / 100, "The share is a share, such as 0.01 for one per cent. Divide by it once."),
        (truth * share**2, "You multiplied by the share. A smaller share needs more rows."),
    ]
    for wrong, hint in mistakes:
        if np.allclose(values, wrong, rtol=0.02):
            raise NotYet(hint)
    old, new, part = _CASES[int(np.argmax(~np.isclose(values, truth, rtol=0.05)))]
    raise NotYet(
        f"Not for {old} to {new} at {part:.1%}. Set share equal to lever / n, and solve for n."
    )


def _parts(old, new):
    """New variance, and squared distance of the means, over the old variance."""
    (a, b), (c, d) = old, new
    variance = (b - a) ** 2 / 12
    return (d - c) ** 2 / 12 / variance, ((c + d) / 2 - (a + b) / 2) ** 2 / variance


def expected_accuracy(answer):
    """02.2: the accuracy that a classifier expects of itself at any threshold."""
    rng = np.random.default_rng(2)
    cases = [(rng.random(500) ** power, t) for power, t in [(1, 0.5), (2, 0.2), (0.5, 0.8)]]
    values = [np.asarray(call(answer, p.copy(), t), float) for p, t in cases]
    if any(value.size == 500 for value in values):
        raise NotYet("That is one value a row. The expected accuracy is their mean.")
    values = np.array([number(value) for value in values])
    truth = np.array([cbpe(p, t) for p, t in cases])
    if np.allclose(values, truth, rtol=1e-6):
        return (
            f"With a threshold of {cases[1][1]} in place of 0.5 the same rows give {truth[1]:.2f} "
            f"in place of {cbpe(cases[1][0]):.2f}."
        )

    def is_mean_of(function):
        return np.allclose(values, [np.mean(function(p, t)) for p, t in cases], rtol=1e-6)

    if is_mean_of(lambda p, t: np.maximum(p, 1 - p)):
        raise NotYet("That is for a threshold of 0.5. At 0.2 a row with p = 0.3 is called 1.")
    if is_mean_of(lambda p, t: p >= t):
        raise NotYet("That is the share of rows called 1. How likely is each to be called rightly?")
    if is_mean_of(lambda p, t: p):
        raise NotYet("That is the expected share of ones. A row called 0 is right with 1 - p.")
    if is_mean_of(lambda p, t: np.where(p >= t, 1 - p, p)):
        raise NotYet("That is the expected share of errors. Accuracy is the rest.")
    if is_mean_of(lambda p, t: np.where(p >= t, p, 0)):
        raise NotYet("Rows called 0 can be right as well: with probability 1 - p.")
    if is_mean_of(lambda p, t: p[p >= t]):
        raise NotYet("That is over the rows called 1. Those called 0 count too, each with 1 - p.")
    if np.isclose(values[0], truth[0], rtol=1e-6):
        raise NotYet("Right at a threshold of 0.5 only. Which rows are called 1 at 0.2?")
    worst = np.argmax(np.abs(values - truth))
    raise NotYet(
        f"At threshold {cases[worst][1]} the given rows should give {truth[worst]:.3f}; yours "
        f"gives {values[worst]:.3f}. Take the mean over all rows: of p where a row is called "
        "1, of 1 - p where it is called 0."
    )


def five_mondays():
    """Five Mondays for 02.3: deployed classifiers, reference rows and new rows, with labels.

    Returns
    -------
    dict of str to tuple
        Name -> (model, X_old, y_old, X_new, y_new): a fitted classifier, 2,000 reference rows that
        it was not fitted to and 2,000 new rows, X of shape (2000, 2) and y of 0 and 1.
    """
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(5)
    wide, tilted, right = np.array([1.5, 1.0]), np.array([-1.0, 1.5]), np.array([1.2, 0.0])

    def logit(X):
        return X @ wide

    def bowl(X):
        return 2 * (X[:, 0] ** 2 - 1) + 0.5 * X[:, 1]

    def case(before, after, old=(0, 1), new=(0, 1)):
        spells = [(3000, old, before), (2000, old, before), (2000, new, after)]
        X = [mean + sd * rng.normal(size=(n, 2)) for n, (mean, sd), _ in spells]
        chances = [expit(f(rows)) for rows, (_, _, f) in zip(X, spells, strict=True)]
        y = [(rng.random(len(p)) < p).astype(int) for p in chances]
        return LogisticRegression().fit(X[0], y[0]), X[1], y[1], X[2], y[2]

    return {
        "A": case(logit, logit, new=(0, 0.3)),
        "B": case(logit, logit, new=(np.array([0.8, -1.2]), 1)),
        "C": case(bowl, bowl, old=(right, 0.4), new=(-right, 0.4)),
        "D": case(logit, lambda X: X @ tilted),
        "E": case(logit, logit),
    }


def what_to_do(answer, cases):
    """02.3: what each Monday calls for, found by retraining on half of its new rows."""
    if not isinstance(answer, dict) or set(answer) != set(cases):
        raise NotYet(f"The answer should be a dict with the keys {', '.join(cases)}.")
    if any(value is ... for value in answer.values()):
        raise NotAttempted
    for name, case in cases.items():
        if not isinstance(answer[name], str) or answer[name] not in ACTIONS:
            raise NotYet(f'{name}: choose one of "{ACTIONS[0]}", "{ACTIONS[1]}", "{ACTIONS[2]}".')
        before, now, retrained = _accuracies(case)
        fell, gains = before - now > _FELL, retrained - now > _FELL
        truth = ACTIONS[0] if not fell else ACTIONS[1] if gains else ACTIONS[2]
        if answer[name] == truth:
            continue
        rates = f"accuracy on labels was {before:.2f} and is {now:.2f}"
        if not fell:
            raise NotYet(f"{name}: {rates}. Whatever the alarm says, what is there to cure?")
        if answer[name] == ACTIONS[0]:
            raise NotYet(f"{name}: {rates}. Customers feel that, with or without an alarm.")
        again = f"fitted to half of the new rows, a model reaches {retrained:.2f} on the other half"
        if gains:
            raise NotYet(f"{name}: {rates}; {again}. The features it has are good enough for that.")
        raise NotYet(
            f"{name}: {rates}; {again}. Claim and labels agree: the model knows its doubts."
        )
    return (
        "Labels say whether there is damage; if the claim fell with them, the rows got harder, and "
        "if it did not, the model is wrong about its rows."
    )


def _accuracies(case):
    """Accuracy on the old rows, on the new ones, and of a retrain on half of the new ones."""
    from sklearn.base import clone

    model, X_old, y_old, X_new, y_new = case
    half = len(X_new) // 2
    again = clone(model).fit(X_new[:half], y_new[:half])
    return (
        model.score(X_old, y_old),
        model.score(X_new, y_new),
        again.score(X_new[half:], y_new[half:]),
    )


CHECKERS = {"02.1": rows_needed, "02.2": expected_accuracy, "02.3": what_to_do}
