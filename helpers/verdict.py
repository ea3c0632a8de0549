"""Whether to retrain, in words, with the uncertainty of the periods that were kept for judging."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import t as student

from helpers.compare import paired_difference


@dataclass(frozen=True)
class Verdict:
    """What follows for the reader.

    Parameters
    ----------
    kind : {"retrain", "no evidence", "constant", "too little data"}
        "retrain": the chosen policy lowers the loss against the frozen model, by more than is
        worth the while, and no naive forecast does as well. "constant": no model does better than
        a naive forecast. "no evidence": that retraining helps.
    headline : str
        One sentence with the numbers and their interval.
    sentences : list of str
        What else to know, and what to try next.
    numbers : DataFrame
        Differences of the mean cost on the later periods, by name: mean, low and high, in units of
        the metric. Positive: the second is better. Empty for "too little data".
    """

    kind: str
    headline: str
    sentences: list
    numbers: pd.DataFrame


def difference(first, second):
    """Mean of first - second over periods, with a 95% interval fit for few periods.

    That of `helpers.compare.paired_difference` on the column cost, with blocks of n^(1/3) periods,
    stretched about its mean: percentile intervals are too narrow on a short series. The factor is
    that of Student's t with as many values as there are blocks, against the normal.

    Parameters
    ----------
    first, second : DataFrame
        Histories with the columns batch and cost; at least four periods.

    Returns
    -------
    dict
        ``mean``, ``low``, ``high``.
    """
    n = len(first)
    block = max(1, round(n ** (1 / 3)))
    found = paired_difference(first, second, "cost", block=block)
    blocks = n / block
    stretch = student.ppf(0.975, blocks - 1) / 1.96 * np.sqrt(blocks / (blocks - 1))
    mean = found["mean"]
    return {"mean": mean} | {end: mean + stretch * (found[end] - mean) for end in ("low", "high")}


def verdict(study, results):
    """Say whether to retrain, how often and on what, or why that cannot be said.

    Parameters
    ----------
    study : Study
    results : Results
        Of `helpers.own_data.compare`.

    Returns
    -------
    Verdict
    """
    if study.too_little:
        return _too_little(study)
    numbers = _differences(study, results)
    later = results.table["later"]
    gain = numbers.loc["frozen - chosen"]
    least = study.worth * abs(later["frozen"])
    helps = gain["low"] > 0 and gain["mean"] > least
    against = "naive - chosen" if helps else "naive - frozen"
    beaten = numbers.loc[against, "low"] > 0
    kind = "constant" if not beaten else "retrain" if helps else "no evidence"
    say = _Words(study, results, numbers)
    return Verdict(kind, say.headline(kind, helps, gain), say.sentences(kind, helps), numbers)


def _too_little(study):
    headline = f"Too little data for a verdict: {study.too_little}."
    return Verdict(
        "too little data",
        headline,
        ["Try a shorter period if there are many rows, or wait for more rows.", *study.warnings],
        pd.DataFrame(columns=["mean", "low", "high"]),
    )


def _differences(study, results):
    later = {name: h[h["batch"] >= study.split] for name, h in results.histories.items()}
    chosen, simple = later[results.chosen], later[results.naive]
    pairs = {
        "frozen - chosen": (later["frozen"], chosen),
        "naive - chosen": (simple, chosen),
        "naive - frozen": (simple, later["frozen"]),
        "mean-corrected - chosen": (later["frozen, mean-corrected"], chosen),
        "placebo - chosen": (later["placebo"], chosen),
    }
    return pd.DataFrame({name: difference(*pair) for name, pair in pairs.items()}).T


class _Words:
    """Sentences about one comparison, with as many decimals as its smallest interval needs."""

    def __init__(self, study, results, numbers):
        self.study, self.results, self.numbers = study, results, numbers
        width = (numbers["high"] - numbers["low"]).loc["frozen - chosen"]
        width = width or abs(results.table["later"]).min() or 1
        self.decimals = int(np.clip(1 - np.floor(np.log10(width)), 0, 6))
        self.later = len(study.batches) - study.split

    def number(self, value):
        return f"{value:,.{self.decimals}f}"

    def with_interval(self, row):
        low, high = sorted([row["low"], row["high"]])
        return f"{self.number(row['mean'])} [{self.number(low)}, {self.number(high)}]"

    def headline(self, kind, helps, gain):
        study, results = self.study, self.results
        later = results.table["later"]
        span = f"on the last {self.later} {study.unit}s"
        if helps:
            first = f"Retraining {results.chosen} {span} lowers {study.metric} by {self.with_interval(gain)}"
        else:
            first = (
                f"No evidence that retraining helps: {results.chosen} {span} changes {study.metric} "
                f"by {self.with_interval(-gain)}"
            )
        against = self.numbers.loc["naive - chosen" if helps else "naive - frozen"]
        rival = "it" if helps else "the frozen model"
        if kind == "constant":
            how = "does as well" if against["mean"] <= 0 else "cannot be told from it"
            return (
                f"A constant does as well: {results.naive} has {study.metric} "
                f"{self.number(later[results.naive])} {span}, {rival} ... {how}. {first}."
            )
        return f"{first}; {results.naive} does worse than {rival} by {self.with_interval(against)}."

    def sentences(self, kind, helps):
        return [*self.results.checks]
