"""Whether to retrain, in words, with the uncertainty of the periods that were kept for judging."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import t as student

from helpers.compare import paired_difference
from helpers.own_data import Results, Study

CERTAIN = 0.95  # of an interval
FEW = 10  # periods to judge by; with fewer, a sentence warns
ALIKE = 1.1  # times the rows of the first fit: windows that hold more tell nothing of staleness


@dataclass(frozen=True)
class Verdict:
    """What follows for the reader.

    Parameters
    ----------
    kind : {"retrain", "no evidence", "constant", "too little data"}
        "retrain": the chosen policy costs less than the frozen model, by more than chance and by
        more than is worth the while, and naive forecasts do worse. "no evidence": that it does.
        "constant": a naive forecast cannot be told from the better of both, or beats it.
    headline : str
        One sentence with the numbers and their interval.
    sentences : list of str
        What else to know, and what to try next.
    numbers : DataFrame
        Differences of the mean cost, by name: mean, low, high and periods, in units of the metric.
        Positive: the second is better. Empty for "too little data".
    """

    kind: str
    headline: str
    sentences: list
    numbers: pd.DataFrame


def difference(first, second):
    """Mean of first - second over periods, with a 95% interval fit for few periods.

    That of `helpers.compare.paired_difference` on the column cost, with blocks of n^(1/3) periods,
    stretched about its mean, since percentile intervals are too narrow on a short series: by
    Student's t with as many values as there are blocks, against the normal.

    On normal differences it covers the truth in 95 of 100 cases if they are unrelated, from 8
    periods on; if they are correlated by .5 from one to the next, in about 85 of 100, and then 7
    of 100 intervals lie above zero where there is no gain. Unstretched it would be 81 and 65 with
    8 periods.

    Parameters
    ----------
    first, second : DataFrame
        Histories over the same batches, at least four, with the columns batch and cost.

    Returns
    -------
    dict
        ``mean``, ``low``, ``high`` and ``periods``.
    """
    n = len(first)
    block = max(1, round(n ** (1 / 3)))
    found = paired_difference(first, second, "cost", block=block)
    blocks, mean = n / block, found["mean"]
    end = (1 + CERTAIN) / 2
    stretch = student.ppf(end, blocks - 1) / student.ppf(end, np.inf)
    stretch *= np.sqrt(blocks / (blocks - 1))  # drawn again, blocks vary by (blocks - 1) / blocks
    low, high = (mean + stretch * (found[side] - mean) for side in ("low", "high"))
    return {"mean": mean, "low": low, "high": high, "periods": n}


def verdict(study, results):
    """Say whether to retrain, how often and on what, or why that cannot be said.

    The policy was chosen on the earlier periods, and only the later ones judge it.

    Parameters
    ----------
    study : Study
        From `helpers.own_data.prepare`.
    results : Results
        From `helpers.own_data.compare`.

    Returns
    -------
    Verdict
    """
    for name, value, kind, maker in [
        ("study", study, Study, "prepare"),
        ("results", results, Results, "compare"),
    ]:
        if not isinstance(value, kind):
            raise TypeError(f"{name} must come from {maker}(); got {type(value).__name__}")
    if study.too_little:
        return _too_little(study)
    numbers = _differences(study, results)
    gain = numbers.loc["frozen - chosen"]
    least = study.worth * abs(results.table.loc["frozen", "later"])
    helps = bool(gain["low"] > 0 and gain["mean"] >= least)
    beaten = numbers.loc["naive - chosen" if helps else "naive - frozen", "low"] > 0
    kind = "constant" if not beaten else "retrain" if helps else "no evidence"
    say = _Words(study, results, numbers, helps)
    return Verdict(kind, say.headline(kind), say.sentences(kind), numbers)


def _too_little(study):
    return Verdict(
        "too little data",
        f"Too little data for a verdict: {study.too_little}.",
        [
            "A shorter period makes more periods of fewer rows, a longer one fewer of more rows. "
            "Wanted are about 20 periods, with some tens of rows in each.",
            "Until then, keep a naive forecast beside the model, and write down the loss of both.",
        ],
        pd.DataFrame(columns=["mean", "low", "high", "periods"]),
    )


def _differences(study, results):
    every = results.histories
    later = {name: h[h["batch"] >= study.split] for name, h in every.items()}
    chosen, simple, frozen = (later[n] for n in (results.chosen, results.naive, "frozen"))
    pairs = {
        "frozen - chosen": (frozen, chosen),
        "naive - chosen": (simple, chosen),
        "naive - frozen": (simple, frozen),
        "mean-corrected - chosen": (later["frozen, mean-corrected"], chosen),
        "placebo - chosen": (later["placebo"], chosen),
        "naive - recent": (simple, later[results.recent]),
        "frozen - fixed, all periods": (every["frozen"], every[results.fixed]),
        "frozen - recent, all periods": (every["frozen"], every[results.recent]),
    }
    return pd.DataFrame({name: difference(*pair) for name, pair in pairs.items()}).T


class _Words:
    """Sentences about one comparison, to two figures of its main interval."""

    def __init__(self, study, results, numbers, helps):
        self.study, self.results, self.numbers, self.helps = study, results, numbers, helps
        self.later = results.table["later"]
        gain, loss = numbers.loc["frozen - chosen"], abs(self.later["frozen"])
        width = max(gain["high"] - gain["low"], loss / 100) or 1.0
        self.decimals = max(0, int(1 - np.floor(np.log10(width))))
        model = self.later[results.chosen if helps else "frozen"]
        rival = self.later[results.naive]
        ahead = self._beats_model()
        while ahead and self.decimals < 6 and self.number(model) == self.number(rival):
            self.decimals += 1  # who is ahead must be seen
        self.span = f"on the last {len(study.batches) - study.split} {study.unit}s"
        self.metric = study.metric + (", retrains paid for," if study.price else "")
        free = (results.histories[name] for name in ("frozen", results.recent))
        self._newer = difference(*(h.assign(cost=h["loss"]) for h in free))  # a price is not age

    def number(self, value):
        if self.decimals > 6:
            return f"{value:.3g}"
        return f"{round(value, self.decimals) + 0.0:,.{self.decimals}f}"

    def gain(self, metric, policy="chosen"):
        """What retraining does, either way round."""
        row = self.numbers.loc[f"frozen - {policy}"]
        if row["mean"] >= 0:
            return f"lowers {metric} by {self._interval(row)}"
        mean, high, low = (self.number(-row[c]) for c in ("mean", "low", "high"))
        return f"raises {metric} by {mean} [{low}, {high}]"

    def interval(self, name):
        return self._interval(self.numbers.loc[name])

    def _interval(self, row):
        mean, low, high = (self.number(row[c]) for c in ("mean", "low", "high"))
        return f"{mean} [{low}, {high}]"

    def headline(self, kind):
        results, metric, span = self.results, self.metric, self.span
        if kind == "constant":
            model = results.chosen if self.helps else "frozen"
            beats = self._beats_model()
            as_well = "does better than" if beats else "may do as well as"
            told = "clearly less than" if beats else "not to be told from"
            rival, other = self._rival(), "the policy chosen" if self.helps else "the frozen model"
            first = (
                f"A constant {as_well} {other if rival else 'the model'}: {span}, {results.naive} "
                f"has {metric} {self.number(self.later[results.naive])}, {told} that of the model "
                f"({'retrained ' if self.helps else ''}{model}: {self.number(self.later[model])})"
            )
            sure = "" if self.helps else f" ({self._in_vain()})"
            moved = f"{self.gain('it')} against the frozen model"
            return f"{first}; retraining {results.chosen} {moved}{sure}.{rival}"
        if kind == "retrain":
            rows = "" if self._stale() else " It may be that more rows help, not newer ones."
            return (
                f"Retrain {results.chosen}: {span} that {self.gain(metric)} against the "
                f"frozen model, and {results.naive}, the best naive forecast, is "
                f"{self.interval('naive - chosen')} worse than it.{rows}"
            )
        in_vain = self._in_vain()
        said = (
            f"{in_vain[0].upper()}{in_vain[1:]}: the policy chosen, {results.chosen}, "
            f"{self.gain(metric)} {span} against the frozen model, which beats {results.naive}, "
            f"the best naive forecast, by {self.interval('naive - frozen')}."
        )
        fixed = self.numbers.loc["frozen - fixed, all periods"]
        if fixed["low"] > 0 and fixed["mean"] >= self.study.worth * abs(self.later["frozen"]):
            words = self._fixed()
            same = results.fixed == results.chosen
            did = "on more periods it did" if same else "another policy, on more periods, did"
            said += f" Yet {did}: {words[0].lower()}{words[1:]}."
        return said

    def _in_vain(self):
        if self.numbers.loc["frozen - chosen", "low"] > 0:
            return f"retraining helps too little to count (less than {self.study.worth:.0%})"
        return "no evidence that retraining helps"

    def _stale(self):
        return self._newer["low"] > 0 and self._more_rows() <= ALIKE

    def _more_rows(self):
        """Mean rows of the windows of the policy ``recent``, in units of the first fit's."""
        edges, start = np.asarray(self.study.batches.edges), self.study.start
        newest = edges[start + 1 : -1] - edges[1 : -1 - start]
        return float(newest.mean() / edges[start])

    def _rival(self):
        """A policy that beats the constant, where the model held against it does not."""
        recent, chosen = self.results.recent, self.results.chosen
        rivals = [] if self.helps else [("naive - chosen", "the policy chosen")]
        if recent != chosen:
            rivals.append(("naive - recent", f"{recent}, fixed in advance,"))
        for name, who in rivals:
            row = self.numbers.loc[name]
            if row["low"] > 0 and row["mean"] >= self.study.worth * abs(self.later["frozen"]):
                return f" But {who} beats that constant by {self.interval(name)}."
        return ""

    def _without_price(self):
        """A policy that would beat the constant if its retrains were free."""
        every, split = self.results.histories, self.study.split
        for name in (self.results.chosen, self.results.recent) if self.study.price else ():
            pair = (every[n].assign(cost=every[n]["loss"]) for n in (self.results.naive, name))
            row = difference(*(h[h["batch"] >= split] for h in pair))
            if row["low"] > 0:
                lead = self._interval(row)
                return f"If retrains were free, {name} would beat that constant by {lead}."
        return ""

    def _once(self):
        """The constant minus the model, while the policy was chosen."""
        names = (self.results.naive, self.results.chosen if self.helps else "frozen")
        every = (self.results.histories[name] for name in names)
        return difference(*(h[h["batch"] < self.study.split] for h in every))

    def _beats_model(self):
        return self.numbers.loc["naive - chosen" if self.helps else "naive - frozen", "high"] < 0

    def sentences(self, kind):
        found = [*self._earlier(), *self._why(), *self._alternatives(kind), *self._watch()]
        return [*found, *self._next(kind)]

    def _earlier(self):
        table, study = self.results.table, self.study
        saved = table.loc["frozen", "earlier"] - table.loc[self.results.chosen, "earlier"]
        change = f"{self.metric} by {self.number(abs(saved))}"
        if self.number(abs(saved)) == self.number(0):
            least = self.number(10.0**-self.decimals)
            found = f"it changed {self.metric} by less than {least}, though it was chosen there"
        elif saved > 0:
            found = f"it lowered {change}: a flattering number, since it was chosen there"
        else:
            found = f"it raised {change}, though hardly any that retrain did better there"
        earlier = f"{study.split - study.start} {study.unit}s"
        yield f"The policy was chosen on the {earlier} before those, where {found}."
        if not self.helps or self.results.fixed != self.results.chosen:
            yield f"{self._fixed()}."
        if self.results.chosen.startswith("on alarm"):
            yield "The alarm is Page and Hinkley's test on the losses, row by row (notebook 07)."
        judged = len(study.batches) - study.split
        if judged < FEW:
            yield f"Only {judged} {study.unit}s judge it: the interval itself is uncertain."

    def _fixed(self):
        return (
            f"Over all {len(self.study.batches) - self.study.start} scored {self.study.unit}s, "
            f"{self.results.fixed}, fixed in advance, {self.gain('it', 'fixed, all periods')}"
        )

    def _why(self):
        """Newer rows, or more rows?"""
        if not self.helps:
            return
        price = ", its price left out," if self.study.price else ""
        recent = f"({self.results.recent}), the gain{price} is {self._interval(self._newer)}"
        if (more := self._more_rows()) > ALIKE:
            yield (
                f"With newer rows {recent}; but those windows hold {more:.1f} times the rows of "
                "the first fit: more rows or newer ones, this cannot say (notebooks 01 and 04)."
            )
            return
        yield f"With newer rows, but hardly more of them than the first fit had {recent}: " + (
            "the frozen model went stale."
            if self._stale()
            else "it may come from more rows rather than from newer ones (notebooks 01 and 04)."
        )

    def _alternatives(self, kind):
        rival = self.numbers.loc["mean-corrected - chosen"]
        if self.helps and rival["high"] < 0:
            mean, high, low = (self.number(-rival[c]) for c in ("mean", "low", "high"))
            yield (
                "The frozen model with its mean error taken off does better than retraining, by "
                f"{mean} [{low}, {high}]: take that instead (notebook 03)."
            )
        elif self.helps and rival["low"] <= 0:
            yield (
                "The frozen model with its mean error taken off cannot be told from retraining "
                f"(worse by {self.interval('mean-corrected - chosen')}): try that first "
                "(notebook 03)."
            )
        table = self.results.table
        retrains = table.loc[self.results.chosen, ["retrains earlier", "retrains later"]].sum()
        if self.helps and retrains < len(self.study.batches) - self.study.start - 1:
            chance = "" if self.numbers.loc["placebo - chosen", "low"] > 0 else ", maybe by chance"
            yield (
                f"Over as many retrains at random times its lead is "
                f"{self.interval('placebo - chosen')}{chance} (a placebo, notebook 08)."
            )
        best = table.loc[table["kind"] == "retrain", "later"].idxmin()
        lead = table.loc[self.results.chosen, "later"] - table.loc[best, "later"]
        told = kind == "constant" and f"But {best}, fixed" in self._rival()
        if lead > self.study.worth * abs(self.later["frozen"]) and not told:
            yield (
                f"With hindsight {best} would have been {self.number(lead)} better; but hindsight "
                "always finds something."
            )

    def _watch(self):
        drift, unit = self.results.drift, self.study.unit
        alarms = drift.groupby(["role", "batch"])["alarm"].any()
        shares = [alarms[alarms.index.get_level_values(0) == role] for role in ("input", "target")]
        inputs, target = (float(share.mean()) if len(share) else 0.0 for share in shares)
        words = f"Inputs differ from the first rows in {inputs:.0%} of the {unit}s, "
        words += f"the target in {target:.0%}"
        if not self.helps and inputs > 0.5:
            words += (
                ": whether that hurts, or a retrain would cure it, no such test says (notebook 02)"
            )
        yield (
            words + ". Where neighbouring rows are alike, such tests alarm too often (notebook 07)."
        )
        if len(estimates := self.results.estimates):
            expected, true = (estimates[f"{e}Brier score"].mean() for e in ("expected ", ""))
            yield (
                f"Without labels the frozen model expects a Brier score of {expected:.3f} of "
                f"itself; it has {true:.3f}. A gap says that its probabilities are off, not why "
                "(notebooks 01 and 02)."
            )

    def _next(self, kind):
        gain = self.numbers.loc["frozen - chosen"]
        if kind == "constant" and (once := self._once())["low"] > 0:
            yield (
                f"On the {self.study.unit}s where the policy was chosen, the model beat that "
                f"constant by {self._interval(once)}: see in the picture of the losses whether "
                "and when this ended. Next: choose what to remember (notebook 04) and how often to "
                f"retrain (08) again, with the {self.study.unit}s since, and let the coming ones "
                "judge."
            )
        elif kind == "constant" and self._rival():
            yield (
                "Next: choose what to remember (notebook 04) and how often to retrain (08) again, "
                f"and let the coming {self.study.unit}s judge."
            )
        elif kind == "constant" and (free := self._without_price()):
            yield f"{free} Next: a cheaper or a rarer retrain (notebook 08)."
        elif kind == "constant" and not self._beats_model():
            yield (
                f"Next: better inputs, or more {self.study.unit}s to judge by, before more "
                "retraining; it is not sure that the model knows more than the last outcomes "
                "(notebooks 01 and 05)."
            )
        elif kind == "constant":
            yield (
                "Next: better inputs before more retraining; the model knows little that the last "
                "outcomes do not say (notebooks 01 and 05)."
            )
        elif kind == "retrain":
            yield (
                "Next: what to remember (notebook 04), the total cost of a period (08), and a gate "
                "before a new model is shipped (09)."
            )
        elif gain["high"] > self.study.worth * abs(self.later["frozen"]):
            yield (
                f"A gain of up to {self.number(gain['high'])} is not ruled out. Next: wait for "
                f"more {self.study.unit}s, and look for what retraining does not cure "
                "(notebook 06)."
            )
        else:
            yield "Next: keep the model, and watch its loss with labels (notebook 07)."
