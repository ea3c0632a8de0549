"""Numbers in prose: each must stand in the nearest output above, or be set by the code above.

A number counts as printed where it has the same digits, the same sign and the same percent sign.
The nearest outputs are those since the last heading, and the last one before that heading.
"""

import ast
import re

from tests.notebooks import pictures, tags, texts

NUMBER = re.compile(
    r"(?<![\w.])(?:(?<![\w)\]%])(?P<sign>[-+−–]))?"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)*|\.\d+)"
    r"(?P<exponent>e[-+]?\d+)?(?P<ordinal>(?:st|nd|rd|th)\b)?(?P<percent>\s?%|\s(?:per ?cent)\b)?"
)
NOT_PROSE = [
    r"(?s)<!--.*?-->",
    r"(?ms)^#+ (?:References|Further reading)\s.*?(?=^#|\Z)",
    r"(?ms)^```.*?^```",
    r"(?m)^#+ .*$",
    r"(?m)^.*\*\*Time:\*\*.*$",
    r"(?m)^\s*\d+[.)]\s",  # the marker of an ordered list
    r"`[^`]*`",
    r"(?s)\$\$.*?\$\$|\$[^$\n]+\$",
    r"(?m)(?:^\|.*\n)*^\|.*\.ipynb.*$(?:\n\|.*$)*",  # a table of notebooks
    r"\[[^\]]*\]\([^)]*\.ipynb[^)]*\)",  # a link to a notebook, with its number
    r"\]\([^)]*\)|</?[a-zA-Z][^>]*>",  # the target of a link, a tag
    # (Gama et al., 2014; Webb et al., 2016), (2014), (McMahon, 2023, ch. 3)
    r"\((?:\s*(?:see )?(?:[A-Z][^()\d]*)?\b(?:19|20)\d\d[a-z]?[;,]?)+"
    r"(?:\s*(?:ch|sec|pp?)\. ?[\d–-]+)?\)",
    r"\b0\d\.\d\b|\b[Nn]otebooks? \d\d\b",  # another notebook, or an exercise there
]


def numbers(text):
    """The numbers in `text`, as one would type them: ``1,000`` is 1000, ``−3`` -3, ``5 %`` 5%."""
    found = []
    for match in NUMBER.finditer(text):
        if match["ordinal"]:
            continue
        sign = "-" if match["sign"] and match["sign"] in "-−–" else ""
        digits = match["digits"].replace(",", "")
        found.append(sign + digits + (match["exponent"] or "") + ("%" if match["percent"] else ""))
    return found


def prose_numbers(markdown, exempt=()):
    """The numbers that `markdown` states, without the wordings in `exempt`."""
    for pattern in [*NOT_PROSE, *(rf"(?<![\w.]){re.escape(words)}(?!\w)" for words in exempt)]:
        markdown = re.sub(pattern, " ", markdown)
    return numbers(markdown)


def constants(node):
    """The values of the numbers written in code; a minus belongs to its number."""
    minus = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    if minus and isinstance(node.operand, ast.Constant):
        return {-node.operand.value}
    if isinstance(node, ast.Constant):
        return {node.value} if type(node.value) in (int, float) else set()
    return set().union(*map(constants, ast.iter_child_nodes(node)))


def alternatives(tree):
    """The words typed into ``alt=``: prose too, unlike what an f-string fills in."""
    nodes = [node.value for node in ast.walk(tree) if getattr(node, "arg", None) == "alt"]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif not isinstance(node, ast.FormattedValue):
            nodes += ast.iter_child_nodes(node)


def unfounded(notebook, exempt=()):
    """The numbers in prose that no output and no code above bears out.

    Parameters
    ----------
    notebook : NotebookNode
    exempt : sequence of str
        Wordings that another test holds, such as the rate of a claim.

    Returns
    -------
    list of (str, str)
        Id of the cell and the number as normalised.
    """
    exempt = [*exempt, *(tag for cell in notebook.cells for tag in tags(cell) if "." in tag)]
    set_by_code, since_heading, before, found = set(), set(), set(), []

    def check(cell, prose, printed):
        for number in prose:
            by_code = not number.endswith("%") and value(number) in set_by_code
            if not by_code and number not in printed:
                found.append((cell.id, number))

    latest, code_seen = set(), False
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            if re.search(r"(?m)^#+ ", cell.source):
                since_heading, before = set(), latest
            if code_seen:
                check(cell, prose_numbers(cell.source, exempt), since_heading | before)
        elif cell.cell_type == "code" and "nbval-skip" not in tags(cell):
            code_seen = True
            tree = ast.parse(cell.source)
            set_by_code |= constants(tree)
            typed = [n for words in alternatives(tree) for n in numbers(words)]
            printed = set(numbers("\n".join(texts(cell))))
            check(cell, typed, since_heading | before | printed_beside_pictures(cell))
            if printed:
                latest, since_heading = printed, since_heading | printed
    return found


def printed_beside_pictures(cell):
    """The numbers in a cell's outputs that are not alternatives of pictures."""
    alts = [output.data.get("text/plain") for output in pictures(cell)]
    return set(numbers("\n".join(text for text in texts(cell) if text not in alts)))


def value(number):
    """The value of a normalised number; None for what is none, such as ``3.11.2``."""
    try:
        return float(number)
    except ValueError:
        return None
