"""Checkers and data for notebook 03."""

import numpy as np
import pandas as pd

from helpers.adaptation import effective_sample_size, importance_weights, kitagawa
from helpers.exercises import NotAttempted, NotYet, call, close, number
from helpers.worlds import World, normal, sudden

CHOICES = ("weight", "leave")


def surveys():
    """Three surveys for 03.1.

    Returns
    -------
    dict of str to tuple
        Name -> (x of shape (n,), the normal mix of scipy.stats that x was drawn from).
    """
    from scipy.stats import norm

    rng = np.random.default_rng(3)
    mixes = {"A": (400, norm(0.75, 0.4)), "B": (100, norm(1.5, 0.5)), "C": (60, norm(2, 0.4))}
    return {name: (mix.rvs(n, random_state=rng), mix) for name, (n, mix) in mixes.items()}


def survey_sizes(answer, archive, new_mix):
    """03.1: the effective sample size of each survey's rows under the new mix."""
    _same_keys(answer, archive)
    truth = {}
    for name, (x, mix) in archive.items():
        w = importance_weights(x, mix.pdf, new_mix.pdf)
        truth[name], value = effective_sample_size(w), number(answer[name])
        if close(value, truth[name], rel=0.01, abs=0.06):
            continue
        if close(value, len(x), rel=1e-9):
            raise NotYet(f"{name}: that is the number of rows. How many of them count?")
        upside_down = 1 / w
        if close(value, effective_sample_size(upside_down), rel=0.01):
            raise NotYet(f"{name}: the ratio is upside down. The new mix belongs on top.")
        if close(value, 1 / truth[name], rel=0.01):
            raise NotYet(f"{name}: that fraction is upside down. The squared sum belongs on top.")
        if close(value, w.sum(), rel=0.01):
            raise NotYet(
                f"{name}: that is the sum of the weights. On average over many surveys it is n, "
                "whatever the weights are, so it cannot tell how many rows count."
            )
        if close(value, w.sum() / (w**2).sum(), rel=0.01):
            raise NotYet(f"{name}: square the sum on top. As it is, the scale of w still matters.")
        if close(value, truth[name] / len(x), rel=0.01):
            raise NotYet(f"{name}: that is the share of rows that count. How many are they?")
        if value < 1:
            raise NotYet(f"{name}: at least one row always counts; {value:.3g} is less.")
        raise NotYet(
            f"{name}: not {value:.3g}. Its weights are new_mix.pdf(x) / mix.pdf(x), with its own x "
            "and its own mix."
        )
    rows = {name: len(x) for name, (x, _) in archive.items()}
    most, best = max(rows, key=rows.get), max(truth, key=truth.get)
    return (
        f"{most} has the most rows ({rows[most]}) and is worth {truth[most]:.1f}; {best} has "
        f"{rows[best]} and is worth {truth[best]:.1f}. Where the rows lie counts."
    )


def cases():
    """Three designs for 03.2.

    Returns
    -------
    dict of str to tuple
        Name -> (world, old mix, new mix, n), the arguments of the notebook's ``race``.
    """
    from scipy.stats import norm

    cubic = World(
        normal(sudden(0.5, 0, at=1), sudden(0.5, 0.3, at=1)),
        lambda X, t: X[:, 0] ** 3 - X[:, 0],
        noise=0.3,
    )
    faint = World(
        normal(sudden(1, 2, at=1), sudden(0.5, 0.25, at=1)),
        lambda X, t: X[:, 0] + 0.1 * X[:, 0] ** 2,
        noise=0.3,
    )
    narrow = (norm(1, 0.5), norm(2, 0.25))
    return {
        "A": (cubic, norm(0.5, 0.5), norm(0, 0.3), 100),
        "B": (faint, *narrow, 50),
        "C": (faint, *narrow, 5000),
    }


def weight_or_leave(answer, designs):
    """03.2: whichever gives the line the smaller mean excess, by 200 draws of each design."""
    _same_keys(answer, designs)
    reasons = []
    for name, (world, old, new, n) in designs.items():
        choice = answer[name]
        if not isinstance(choice, str) or choice not in CHOICES:
            raise NotYet(f'{name}: choose "weight" or "leave".')
        plain, weighted, ess = _mean_excess(world, old, new, n)
        truth = "weight" if weighted < plain else "leave"
        reasons.append(f"{name} {plain:.3f} against {weighted:.3f} weighted")
        if choice == truth:
            continue
        if truth == "leave":
            raise NotYet(
                f"{name}: the line is a little wrong there, but of {n} rows an effective {ess:.0f} "
                "or so are left. Does the gain outweigh that price? Let race tell."
            )
        raise NotYet(
            f"{name}: how wrong is the unweighted line there? With {n} rows an effective {ess:.0f} "
            "are left to fit a better one. Let race tell."
        )
    return f"Mean excess: {'; '.join(reasons)}. The more rows, the less the price matters."


_REPEATS = 200


def _mean_excess(world, old, new, n):
    """Mean excess of the unweighted and of the weighted line, and the mean ESS."""
    X, y = world.sample(np.random.default_rng(0), n * _REPEATS, t=0)
    x, y = X.reshape(_REPEATS, n), y.reshape(_REPEATS, n)
    w = new.pdf(x) / old.pdf(x)
    points, p = world.points(1)
    grid, f = points[:, 0], world.mean(points, 1)

    def excess(x, y, w):
        w = w / w.sum(axis=1, keepdims=True)
        x_mean, y_mean = (w * x).sum(axis=1, keepdims=True), (w * y).sum(axis=1, keepdims=True)
        slope = (w * (x - x_mean) * (y - y_mean)).sum(axis=1) / (w * (x - x_mean) ** 2).sum(axis=1)
        lines = y_mean + slope[:, None] * (grid - x_mean)
        return (lines - f) ** 2 @ p

    best = excess(grid[None], f[None], p[None])
    ess = (w.sum(axis=1) ** 2 / (w**2).sum(axis=1)).mean()
    return (*((excess(x, y, v) - best).mean() for v in (np.ones_like(w), w)), ess)


_PEOPLE = [(0.8, 0.5, 0.1), (0.3, 0.5, 0.1), (0.5, 0.2, 0.6), (0.95, 0.4, 0.05), (0.6, 0.3, 0.3)]


def new_probability(answer):
    """03.3: P(ill|x) under another share, for several people."""
    values = np.array([number(call(answer, *person)) for person in _PEOPLE])
    p, old, new = np.array(_PEOPLE).T
    ill, healthy = p * new / old, (1 - p) * (1 - new) / (1 - old)

    def like(wrong):
        return np.allclose(values, wrong, rtol=0.01, atol=0.003)

    if like(ill / (ill + healthy)):
        return (
            f"From {p[0]} it falls to {values[0]:.2f}, across one half: the same reading is no "
            "alarm any more. The odds are multiplied by the ratio of the prior odds."
        )
    swapped = p * old / new, (1 - p) * (1 - old) / (1 - new)
    if like(swapped[0] / sum(swapped)):
        raise NotYet("Old and new are swapped: a rarer illness should lower the probability.")
    if like(ill):
        raise NotYet(
            f"Only the ill are rescaled. For {_PEOPLE[2]} that makes {ill[2]:.2f}, above 1. "
            "Rescale the healthy too, by their own shares, and divide by the sum."
        )
    if like(np.minimum(ill, 1)):
        raise NotYet("Cutting at 1 hides that the healthy were forgotten. Rescale both classes.")
    if like(ill / (ill + 1 - p)):
        raise NotYet("The healthy keep their old weight. Their share has moved too.")
    if like(ill / healthy):
        raise NotYet("Those are the odds. The probability is odds / (1 + odds).")
    if like(p + new - old) or like(np.clip(p + new - old, 0, 1)):
        raise NotYet("A shift of the share is no shift of each probability. Think of the odds.")
    if like(p):
        raise NotYet("Unchanged. The probability was right for the old share only.")
    if not close(values[-1], p[-1], rel=0.01):
        raise NotYet(
            f"Where old and new are both {old[-1]}, nothing should change: {p[-1]} became "
            f"{values[-1]:.3g}."
        )
    raise NotYet(
        f"For {_PEOPLE[0]} yours is {values[0]:.3g}. The odds of ill to healthy start at "
        f"{p[0] / (1 - p[0]):.3g}; which factor do they get?"
    )


def branches():
    """Three branches of a bank for 03.4.

    Returns
    -------
    DataFrame
        One row a branch: its share of the applications and its error rate, before and after.
    """
    columns = {
        "share_before": [0.6, 0.3, 0.1],
        "errors_before": [0.04, 0.10, 0.20],
        "share_after": [0.2, 0.3, 0.5],
        "errors_after": [0.035, 0.09, 0.18],
    }
    return pd.DataFrame(columns, index=["city", "suburb", "online"])


def mix_and_rate(answer, bank):
    """03.4: Kitagawa's two parts, as a pair."""
    if not isinstance(answer, list | tuple | np.ndarray | pd.Series) or len(answer) != 2:
        raise NotYet("The answer should be a pair: the mix part, then the rate part.")
    if any(part is ... for part in answer):
        raise NotAttempted
    s0, r0, s1, r1 = bank.to_numpy(float).T
    truth, whole = np.array(kitagawa(s0, r0, s1, r1)), s1 @ r1 - s0 @ r0
    values = np.array([number(part) for part in answer])

    def like(wrong):
        return np.allclose(values, wrong, rtol=0.01, atol=2e-4)

    if like(truth):
        return (
            f"Each branch got better ({truth[1]:+.3f} as a whole), and more applications come from "
            f"where it is hardest ({truth[0]:+.3f}): no reason to take the retrain back."
        )
    if like(truth[::-1]):
        raise NotYet("The right numbers in the wrong order: the mix part first.")
    if like(-truth):
        raise NotYet("The signs are turned around: after minus before.")
    if like(100 * truth):
        raise NotYet("That is in percentage points. Leave it in the units of the rates.")
    one_sided = [((s1 - s0) @ r, (r1 - r0) @ s) for r in (r0, r1) for s in (s0, s1)]
    if any(like(wrong) for wrong in one_sided):
        total = "" if np.isclose(values.sum(), whole) else " Yours do not add up to it."
        raise NotYet(
            f"The parts should add up to the whole change, {whole:.3f}, without favour to before "
            f"or after.{total} Take the mean of the old and the new rates, and of the shares."
        )
    if like([truth[0] / whole, truth[1] / whole]):
        raise NotYet("Those are shares of the change. The parts themselves are asked for.")
    if np.allclose(values, truth, rtol=0, atol=0.0055):
        raise NotYet("Close. Give three decimals, such as 0.123.")
    if np.isclose(values.sum(), whole, atol=2e-4):
        raise NotYet(
            "They add up to the change, but are not its two parts. For the mix part only the "
            "shares move, each at the mean of its branch's two error rates."
        )
    raise NotYet(f"The two should add up to the whole change, {whole:.3f}; {values.sum():.3f} now.")


def _same_keys(answer, given):
    if not isinstance(answer, dict) or set(answer) != set(given):
        raise NotYet(f"The answer should be a dict with the keys {', '.join(given)}.")
    if any(value is ... for value in answer.values()):
        raise NotAttempted


CHECKERS = {
    "03.1": survey_sizes,
    "03.2": weight_or_leave,
    "03.3": new_probability,
    "03.4": mix_and_rate,
}
