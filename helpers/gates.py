"""Champion against challenger: decide on labels that both were scored on, and how many it takes.

A gate's decision is a function ``better(champion_losses, challenger_losses) -> bool`` of two
arrays, one loss a row, the same rows in the same order. `better_mean` and `significantly_better`
are such functions; `helpers.policies` puts them into a policy.

In all of this module ``level`` is one-sided: the chance that a challenger which is no better is
promoted. A two-sided test at 5% has level 0.025.

Classifiers that are right or wrong agree on most rows, and such rows say nothing about which is
better. *Wins* are the share of rows where only the challenger is right, *defeats* the share where
only the champion is. The gap in accuracy is wins - defeats.
"""

from numbers import Integral

import numpy as np
from scipy import stats

TESTS = ("mid-p", "exact", "t", "wilcoxon")


def better_mean(champion, challenger):
    """Whether the challenger's mean loss is lower; on a tie the champion stays.

    Parameters
    ----------
    champion, challenger : array of shape (n,)
        Losses on the same rows.

    Returns
    -------
    bool
    """
    champion, challenger = _paired(champion, challenger)
    return bool(challenger.mean() < champion.mean())


def significantly_better(level, test=None):
    """Decide by a paired one-sided test: is the challenger's loss lower, beyond chance?

    Parameters
    ----------
    level : float
        Share of challengers no better than the champion that may pass, above 0 and below 0.5.
    test : str, optional
        ``"mid-p"`` or ``"exact"``, McNemar's test for losses of 0 and 1; ``"t"`` or
        ``"wilcoxon"``, the paired t-test on the mean difference (for many rows, or differences
        close to normal) and the signed-rank test (differences symmetric around their median).
        Default: mid-p for losses of 0 and 1, else t.

    Returns
    -------
    callable
        ``better(champion_losses, challenger_losses)`` -> bool.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, what was wrong and what to do.

    References
    ----------
    Q. McNemar, "Note on the sampling error of the difference between correlated proportions or
    percentages", *Psychometrika* 12, 1947. M. W. Fagerland, S. Lydersen, P. Laake, "The McNemar
    test for binary matched-pairs data: mid-p and asymptotic are better than exact conditional",
    *BMC Medical Research Methodology* 13, 2013.
    """
    level = _level(level)
    if test is not None and test not in TESTS:
        raise ValueError(f"test must be one of {', '.join(TESTS)}; got {test!r}")

    def better(champion, challenger):
        champion, challenger = _paired(champion, challenger)
        binary = np.isin(champion, (0, 1)).all() and np.isin(challenger, (0, 1)).all()
        chosen = test or ("mid-p" if binary else "t")
        difference = champion - challenger
        if chosen in ("mid-p", "exact"):
            if not binary:
                raise ValueError(
                    f"test {chosen!r} is for losses of 0 and 1; these are real numbers: use "
                    '"t" or "wilcoxon"'
                )
            wins, defeats = int((difference > 0).sum()), int((difference < 0).sum())
            return bool(mcnemar(wins, defeats, mid=chosen == "mid-p") <= level)
        if len(difference) < 2:
            raise ValueError(f"a test needs at least 2 rows; got {len(difference)}")
        if np.ptp(difference) == 0:  # no spread to test against
            return bool(difference[0] > 0)
        compare = stats.ttest_1samp if chosen == "t" else _signed_rank
        return bool(compare(difference, 0, alternative="greater").pvalue <= level)

    return better


def _signed_rank(difference, zero, alternative):
    return stats.wilcoxon(difference - zero, alternative=alternative)


def mcnemar(wins, defeats, mid=True):
    """One-sided p-value of McNemar's test that the challenger is better.

    Given their number m, the disagreements of two equally good models are m tosses of a coin. The
    exact p-value is P(wins or more); the mid-p counts half of the probability of just so many, and
    is hardly ever above its level while losing less power (Fagerland et al. 2013).

    Parameters
    ----------
    wins, defeats : int or array of int
        Numbers of rows where only the challenger, only the champion is right.
    mid : bool
        Mid-p, or exact.

    Returns
    -------
    float or array
    """
    wins, defeats = np.asarray(wins), np.asarray(defeats)
    for name, value in [("wins", wins), ("defeats", defeats)]:
        if not np.issubdtype(value.dtype, np.integer) or (value < 0).any():
            raise ValueError(f"{name} must be a number of rows, whole and at least 0; got {value}")
    m = wins + defeats
    share = 0.5 if mid else 1.0
    return stats.binom.sf(wins, m, 0.5) + share * stats.binom.pmf(wins, m, 0.5)


def paired_labels(wins, defeats, level=0.025, power=0.8):
    """Labelled rows for a paired test of two accuracies, by Connor's formula.

    n = (z_level sqrt(psi) + z_power sqrt(psi - gap^2))^2 / gap^2, psi = wins + defeats the share of
    disagreements and gap = wins - defeats; a normal approximation to McNemar's test. Where it comes
    to fewer than some 20 disagreements it is rough: `paired_power` is exact.

    Parameters
    ----------
    wins, defeats : float
        Shares of rows where only the challenger, only the champion is right; wins > defeats.
    level : float
        One-sided: 0.025 is a two-sided 5%.
    power : float
        Chance to promote a challenger that is better by wins - defeats.

    Returns
    -------
    int
        Rows, rounded up.

    References
    ----------
    R. J. Connor, "Sample size for testing differences in proportions for the paired-sample
    design", *Biometrics* 43, 1987. O. S. Miettinen, "The matched pairs design in the case of
    all-or-none responses", *Biometrics* 24, 1968.
    """
    gap, psi = _shares(wins, defeats)
    z_level, z_power = _reach(level, power)
    z = z_level * psi**0.5 + z_power * (psi - gap**2) ** 0.5
    return int(np.ceil((z / gap) ** 2))


def unpaired_labels(champion, challenger, level=0.025, power=0.8):
    """Labelled rows an arm for a test of two accuracies on different rows.

    n = (z_level + z_power)^2 (p (1 - p) + q (1 - q)) / (q - p)^2, the usual formula for two
    proportions with unpooled variances (Fleiss, Levin and Paik 2003, chapter 4, without the
    correction for continuity).

    Parameters
    ----------
    champion, challenger : float
        Accuracies p and q, q > p.
    level, power
        As for `paired_labels`.

    Returns
    -------
    int
        Rows for each of the two, rounded up.
    """
    gap, variance = _accuracies(champion, challenger)
    return int(np.ceil(sum(_reach(level, power)) ** 2 * variance / gap**2))


def mean_labels(gap, sd, level=0.025, power=0.8):
    """Labelled rows for a paired test of two mean losses: ((z_level + z_power) sd / gap)^2.

    Parameters
    ----------
    gap : float
        How much lower the challenger's mean loss is, > 0.
    sd : float
        Standard deviation of the rows' differences in loss, in the same units.
    level, power
        As for `paired_labels`. A normal approximation, for some tens of rows and more.

    Returns
    -------
    int
        Rows, rounded up.
    """
    for name, value in [("gap", gap), ("sd", sd)]:
        if not (np.ndim(value) == 0 and np.isfinite(value) and value > 0):
            raise ValueError(f"{name} must be a number above 0, in units of the loss; got {value}")
    return int(np.ceil((sum(_reach(level, power)) * sd / gap) ** 2))


def paired_power(n, wins, defeats, level=0.025):
    """Chance that McNemar's mid-p test promotes the challenger, exact.

    Sums over the number of disagreements, binomial(n, psi), and given it over the wins,
    binomial(m, wins / psi).

    Parameters
    ----------
    n : int
        Labelled rows.
    wins, defeats, level
        As for `paired_labels`; wins = defeats gives the chance of a false promotion.

    Returns
    -------
    float
    """
    level = _level(level)
    m, weight, p = _disagreements(n, wins, defeats)
    k = stats.binom.isf(level, m, 0.5).astype(int)
    k += stats.binom.sf(k, m, 0.5) + 0.5 * stats.binom.pmf(k, m, 0.5) > level
    return float(weight @ stats.binom.sf(k - 1, m, p))


def unpaired_power(n, champion, challenger, level=0.025):
    """Chance that a test on different rows promotes the challenger, ``n`` rows an arm.

    The normal approximation behind `unpaired_labels`.

    Parameters
    ----------
    n : int or array of int
        Labelled rows for each of the two.
    champion, challenger, level
        As for `unpaired_labels`.

    Returns
    -------
    float or array
    """
    gap, variance = _accuracies(champion, challenger)
    return stats.norm.cdf(gap * np.sqrt(np.asarray(n) / variance) - stats.norm.isf(_level(level)))


def chance_not_ahead(n, wins, defeats):
    """Chance that the challenger is not ahead on ``n`` rows: behind or level with the champion.

    Parameters
    ----------
    n : int
        Labelled rows.
    wins, defeats : float
        As for `paired_labels`.

    Returns
    -------
    float
        Exact: one minus the chance that `better_mean` promotes it.
    """
    m, weight, p = _disagreements(n, wins, defeats)
    return float(weight @ stats.binom.cdf(m // 2, m, p))


def _disagreements(n, wins, defeats):
    """Possible numbers of disagreements, their probabilities, and a win's share of them."""
    if not isinstance(n, Integral) or isinstance(n, bool) or n < 1:
        raise ValueError(f"n must be a whole number of labelled rows, at least 1; got {n!r}")
    psi = _discordance(wins, defeats)
    low, high = stats.binom.ppf([1e-14, 1 - 1e-14], n, psi)
    m = np.arange(int(low), int(high) + 1)
    return m, stats.binom.pmf(m, n, psi), wins / psi


def _discordance(wins, defeats):
    for name, value in [("wins", wins), ("defeats", defeats)]:
        if not (np.ndim(value) == 0 and 0 <= value <= 1):
            raise ValueError(
                f"{name} must be a share of the rows, from 0 to 1; got {value!r}. Divide the "
                "number of such rows by the number of all."
            )
    if not 0 < wins + defeats <= 1:
        raise ValueError(
            f"wins + defeats must be above 0 and at most 1; got {wins + defeats:g}. Two models "
            "that never disagree are equally good."
        )
    return wins + defeats


def _shares(wins, defeats):
    psi = _discordance(wins, defeats)
    if not wins > defeats:
        raise ValueError(
            f"wins must be above defeats; got {wins} and {defeats}. No number of labels shows that "
            "a challenger is better if it is not."
        )
    return wins - defeats, psi


def _accuracies(champion, challenger):
    for name, value in [("champion", champion), ("challenger", challenger)]:
        if not (np.ndim(value) == 0 and 0 < value < 1):
            raise ValueError(f"{name} must be an accuracy between 0 and 1; got {value!r}")
    if not challenger > champion:
        raise ValueError(
            f"challenger must be above champion; got {challenger} and {champion}. No number of "
            "labels shows that a challenger is better if it is not."
        )
    variance = champion * (1 - champion) + challenger * (1 - challenger)
    return challenger - champion, variance


def _level(level):
    if not (np.ndim(level) == 0 and 0 < level < 0.5):
        raise ValueError(f"level must be above 0 and below 0.5, such as 0.025; got {level!r}")
    return float(level)


def _reach(level, power):
    """How far into the normal distribution the level and the power reach."""
    if not (np.ndim(power) == 0 and 0.5 <= power < 1):
        raise ValueError(f"power must be from 0.5 to below 1, such as 0.8; got {power!r}")
    return stats.norm.isf(_level(level)), stats.norm.ppf(power)


def _paired(champion, challenger):
    arrays = []
    for name, losses in [("champion", champion), ("challenger", challenger)]:
        losses = np.asarray(losses, float)
        if losses.ndim != 1 or len(losses) == 0:
            raise ValueError(
                f"{name} must hold one loss a row, at least one; got shape {losses.shape}. A gate "
                "needs labelled rows that neither model has seen."
            )
        if not np.isfinite(losses).all():
            bad = int((~np.isfinite(losses)).argmax())
            raise ValueError(f"{name} has NaN or infinity, first in row {bad}: leave out the row")
        arrays.append(losses)
    if len(arrays[0]) != len(arrays[1]):
        raise ValueError(
            f"champion and challenger must be scored on the same rows; got {len(arrays[0])} and "
            f"{len(arrays[1])} losses"
        )
    return arrays
