"""The claims register: what recaps and prose say, held by the notebook's own simulation.

A claim is a function of the namespace that the notebook's cells tagged `simulate` leave behind::

    @claim("01.frozen-extrapolates", "01_the_line_that_was_right")
    def test_frozen_extrapolates(ns):
        return ns["r2_frozen"] < -5

The cells run once per seed, all claims of the notebook are asked about each run, and a claim
must hold in 98 of 100 runs. A claim that holds less often states its rate in the sentence:
``rate=0.65, wording="about two runs in three"``. A notebook on real data has no seed; `runs` names
what it is run over instead.

The sentence is followed by its claim, ``<!-- claim: 01.frozen-extrapolates -->``: each sentence of
a recap, and in the prose, that of the solutions too, each one that another seed could make false.
"""

import functools
import importlib
import math
import re
from pathlib import Path
from typing import NamedTuple

from tests.notebooks import NOTEBOOKS, code_cells, load, run, tags

SEEDS = range(1000, 1100)
AT_LEAST = 0.98
CLAIMS = {}
PRESETS = {}
RUNS = {}
COMMENT = re.compile(r"<!--\s*claim:\s*(\S+)\s*-->")
SENTENCE_END = re.compile(r"[.!?][\"'”’)*_]*(?=\s|$)")


class Claim(NamedTuple):
    """One sentence of a recap or of the prose, as a function of a namespace."""

    id: str
    notebook: str
    holds: object
    rate: float | None
    wording: str | None


def claim(claim_id, notebook, rate=None, wording=None):
    """Register a predicate; it becomes the test that the claim holds often enough.

    Parameters
    ----------
    claim_id : str
        Number of the notebook, a dot, words: ``"01.frozen-extrapolates"``.
    notebook : str
        Stem of the notebook, after ``solutions/`` for one with solutions.
    rate : float, optional
        Share of runs in which the claim holds, where the sentence states it.
    wording : str, optional
        How the sentence states it, word for word.
    """

    def register(predicate):
        number = notebook.removeprefix("solutions/")[:2]
        if not re.fullmatch(rf"{number}\.[a-z0-9]+(-[a-z0-9]+)*", claim_id):
            raise ValueError(f"claim id {claim_id!r}: use {number}. and words-with-hyphens")
        if claim_id in CLAIMS:
            raise ValueError(f"claim id {claim_id!r} is registered twice")
        if (rate is None) != (wording is None):
            raise ValueError(f"claim {claim_id!r}: give both rate and wording, or neither")
        if not predicate.__name__.startswith("test_"):
            raise ValueError(f"{predicate.__name__}: pytest only finds functions named test_...")
        CLAIMS[claim_id] = Claim(claim_id, notebook, predicate, rate, wording)

        def test(record_property):
            failing = failures_of(notebook)[claim_id]
            variable, values = runs_of(notebook)
            held = len(values) - len(failing)
            count = f"{held} of {len(values)} {variable}s"
            record_property("summary", ["claims", f"{claim_id}: {count}"])
            assert holds_often_enough(CLAIMS[claim_id], held, len(values)), (
                f"{claim_id} holds in {count}; it fails for {failing}"
            )

        test.__name__, test.__doc__ = predicate.__name__, predicate.__doc__
        return test

    return register


def preset(notebook, **variables):
    """Set variables beside `seed`, for a notebook whose own run is too long to be repeated.

    Like `seed`, the notebook sets them in a cell that is not tagged `simulate`.
    """
    PRESETS[notebook] = variables


def runs(notebook, **values):
    """Run a notebook over another variable than `seed`: ``runs(NOTEBOOK, part=range(10))``.

    With fewer than 50 values, a claim must hold for all of them.
    """
    [RUNS[notebook]] = values.items()


def runs_of(notebook):
    """The variable that a notebook is run over, and its values."""
    return RUNS.get(notebook, ("seed", SEEDS))


def holds_often_enough(claim, held, runs):
    """At least 98%, or a stated rate within the 95% Wilson interval of the observed one."""
    if claim.rate is None:
        return held >= AT_LEAST * runs
    z, share = 1.96, held / runs
    centre = (share + z**2 / (2 * runs)) / (1 + z**2 / runs)
    half = z * math.sqrt(share * (1 - share) / runs + z**2 / (4 * runs**2)) / (1 + z**2 / runs)
    return abs(claim.rate - centre) <= half


@functools.cache
def failures_of(notebook):
    """Map the id of each claim of a notebook to the seeds (or parts) for which it fails."""
    ours = [claim for claim in CLAIMS.values() if claim.notebook == notebook]
    presets, (variable, values) = PRESETS.get(notebook, {}), runs_of(notebook)
    return failures(load(NOTEBOOKS / f"{notebook}.ipynb"), ours, presets, values, variable=variable)


def failures(notebook, claims, variables, seeds=SEEDS, folder=NOTEBOOKS, variable="seed"):
    """Run the `simulate` cells once a seed, and ask every claim about each run."""
    cells = [c for c in code_cells(notebook) if "simulate" in tags(c)]
    compiled = [compile(c.source, f"cell {c.id}", "exec") for c in cells]
    failing = {claim.id: [] for claim in claims}
    for seed in seeds:
        namespace = {"__name__": "__main__", variable: seed, **variables}
        for code in compiled:
            run(code, namespace, folder)
        for claim in claims:
            if not claim.holds(namespace):
                failing[claim.id].append(seed)
    return failing


def import_all():
    """Fill the register from every ``tests/claims/test_NN_*.py``."""
    for path in sorted(Path(__file__).parent.glob("test_[0-9][0-9]_*.py")):
        importlib.import_module(f"tests.claims.{path.stem}")
    return CLAIMS


def recap_of(notebook):
    """The text under the heading ``## Recap``, up to the next heading."""
    sources = [c.source for c in notebook.cells if c.source.startswith("## Recap\n")]
    return re.split(r"(?m)^#+ ", sources[0])[1].partition("\n")[2] if sources else ""


def claim_faults(notebook, name, claims):
    """What is wrong between the sentences of a notebook and the register: a list of messages.

    Solutions (`name` as of `tests.notebooks.name_of`) need no recap.
    """
    *pairs, rest = COMMENT.split(recap_of(notebook))
    sentences = dict(zip(pairs[1::2], pairs[::2], strict=True))
    found = [f"a sentence without a claim: {rest.strip()!r}"] if re.search(r"\w", rest) else []
    if not sentences and not name.startswith("solutions/"):
        found.append("the recap holds no claim")
    if len(sentences) < len(pairs) / 2:
        found.append("a claim stands behind more than one sentence of the recap")
    for claim_id, sentence in sentences.items():
        if len(SENTENCE_END.findall(sentence.strip())) != 1:
            found.append(f"not one sentence before {claim_id}: {sentence.strip()!r}")
    said = [*sentences.items(), *claims_in_prose(notebook)]
    for claim_id, sentence in said:
        if not SENTENCE_END.search(sentence.strip()[-4:]):
            found.append(f"{claim_id} does not follow a sentence: {sentence.strip()[-60:]!r}")
        if claim_id not in claims or claims[claim_id].notebook != name:
            found.append(f"{claim_id} is not registered for {name}")
        elif claims[claim_id].wording and claims[claim_id].wording not in sentence:
            found.append(f"{claim_id} does not state its rate: {claims[claim_id].wording!r}")
    for unused in {c.id for c in claims.values() if c.notebook == name} - {i for i, _ in said}:
        found.append(f"{unused} is registered and in no sentence of the notebook")
    return found


def claims_in_prose(notebook):
    """Pairs of a claim outside the recap and the text before it, back to the claim before that."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and not cell.source.startswith("## Recap\n"):
            pairs = COMMENT.split(cell.source)
            yield from zip(pairs[1::2], pairs[:-1:2], strict=True)
