"""What a class has done, from the progress files that people hand in, as one page.

Write it with ``python tasks.py collect FOLDER``, or from a notebook:

    from helpers.classroom import write_class
    write_class("handed-in")

Every ``*.jsonl`` file under the folder is read (`helpers.progress` writes them). The page needs
nothing else and fetches nothing; all that people wrote is escaped.
"""

import argparse
import sys
from html import escape
from pathlib import Path

from helpers import progress
from helpers.exercises import MODULES
from helpers.handed_in import exercises_in, guesses_of, hints_of, read_class
from helpers.pictures_class import guesses_picture, is_right, kind_of, number, say
from helpers.report import PAGE, items_html, picture_html, write_whole

NAME_OF_PAGE = "class.html"
LONGEST_NAME, MOST_NAMES, MOST_HINTS = 16, 8, 3
RIGHT, NOT_TRIED = "✓", "–"
LEGEND = (
    f"{RIGHT} is right, 2× is not yet after two tries (the same wrong answer again is not "
    f"counted), {NOT_TRIED} is not tried."
)
PRIVATE = "This page was made on your machine and fetches nothing."
STYLE = """\
body { max-width: 78em }
.class { font-size: 1em }
.class th, .class td { padding: .1em; white-space: nowrap }
.class td { text-align: center; min-width: 1.4em }
.class th:first-child, .class .sum { padding-right: .6em }
.class [scope="col"] { vertical-align: bottom }
.class .person { font-weight: normal }
.class .first { border-top: 2px solid #444 }
.class .person span { writing-mode: vertical-rl; transform: rotate(180deg) }
.class .right { background: #d9f0e3; font-weight: bold }
.class .not { background: #fbe3d6 }
.class [scope="row"] { position: sticky; left: 0; background: #fff }
caption { text-align: left }
.guesses { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(34em, 100%), 1fr));
 gap: 0 2em }
.wide { position: relative }
.unseen { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden }
a { color: #0072B2 }
"""


def write_class(folder, anonymous=False):
    """Write ``class.html`` into a folder of progress files; an older one is replaced.

    Parameters and errors are those of `helpers.handed_in.read_class`.

    Returns
    -------
    Path
        The page, absolute.
    """
    people, notes = read_class(folder, anonymous)
    path = Path(folder).absolute() / NAME_OF_PAGE
    write_whole(class_html(people, notes), path)
    return path


def class_html(people, notes):
    """The page as text; see `write_class`."""
    title = "What the class did"
    tried = {line["check"][:2] for p in people for line in p.lines if "check" in line}
    parts = [
        f"<h1>{title}</h1>",
        f"<p>{how_many(people)} {PRIVATE}</p>",
        '<p>On this page: <a href="#checks">checks</a>, <a href="#hints">hints</a>, '
        '<a href="#guesses">predictions</a>.</p>',
        items_html(notes),
        '<h2 id="checks">Which checks are right?</h2>',
        _checks(people, sorted(tried)),
        '<h2 id="hints">What do people stumble over?</h2>',
        *_hints(people, sorted(tried)),
        '<h2 id="guesses">What did we predict?</h2>',
        *_guesses(people),
    ]
    page = PAGE.format(title=title, body="\n".join(parts))
    return page.replace("</style>", STYLE + "</style>", 1)


def how_many(people):
    """How many people, files, and lines that were not understood, in one sentence."""
    files, odd = sum(len(person.files) for person in people), sum(p.odd for p in people)
    counted = f"{_count(len(people), 'person', 'people')} in {_count(files, 'file', 'files')}"
    return f"{counted}; lines that were not understood: {odd}."


def _count(n, one, many):
    return f"{n} {one if n == 1 else many}"


def _title(notebook):
    return f"{notebook} {MODULES[notebook].replace('_', ' ').capitalize()}"


def _shown(name):
    name = progress.short(name)
    return escape(name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…")


def _checks(people, notebooks):
    if not notebooks:
        return "<p>Nobody has tried an exercise yet.</p>"
    names = "".join(
        f'<th scope="col" class="person"><span>{_shown(person.name)}</span></th>'
        for person in people
    )
    rows = [f'<tr><th scope="col">exercise</th><th scope="col">right</th>{names}</tr>']
    for notebook in notebooks:
        for i, exercise in enumerate(exercises_in(notebook)):
            found = [person.verdict(exercise) for person in people]
            right = sum(is_right for is_right, _ in found)
            cells = "".join(_cell(*verdict) for verdict in found)
            share = f'<td class="sum">{right} of {len(people)}</td>'
            first = "" if i else ' class="first"'
            rows.append(f'<tr{first}><th scope="row">{exercise}</th>{share}{cells}</tr>')
    what = "Exercises and people"
    table = f'<table class="class"><caption>{what}</caption>{"".join(rows)}</table>'
    titles = "; ".join(map(_title, notebooks))
    rest = [n for n in MODULES if n not in notebooks]
    none = f" Nobody has tried an exercise of {', '.join(rest)}." if rest else ""
    said = f"<p>{titles}.{none}</p>\n<p>{LEGEND}</p>"
    scrolled = f'<div class="wide" tabindex="0" role="region" aria-label="{what}">{table}</div>'
    return f"{said}\n{scrolled}"


def _cell(right, tries):
    if right:
        look, symbol, said = "right", RIGHT, "right"
    elif tries:
        look, symbol = "not", f"{tries}×"
        said = f"not yet, {_count(tries, 'try', 'tries')}"
    else:
        look, symbol, said = "none", NOT_TRIED, "not tried"
    said = f'<span aria-hidden="true">{symbol}</span><span class="unseen">{said}</span>'
    return f'<td class="{look}">{said}</td>'


def _hints(people, notebooks):
    told = {i: hints_of(people, i) for notebook in notebooks for i in exercises_in(notebook)}
    if not any(told.values()):
        yield "<p>No hint has been given yet.</p>"
    for exercise, hints in told.items():
        if hints:
            yield f"<h3>{exercise}</h3>"
            shown = [f"{_count(n, 'person', 'people')}: {hint}" for hint, n in hints[:MOST_HINTS]]
            more = len(hints) - MOST_HINTS
            yield items_html(
                shown + [f"and {_count(more, 'other hint', 'other hints')}"] * (more > 0)
            )


def _guesses(people):
    found, notebook = guesses_of(people), None
    if not found:
        yield "<p>Nobody has predicted anything yet.</p>"
    for key, guess in found.items():
        if notebook != key[:2]:
            if notebook:
                yield "</div>"
            notebook = key[:2]
            yield f'<h3>{_title(notebook)}</h3>\n<div class="guesses">'
        picture = picture_html(*guesses_picture(list(guess.guessed.values()), guess.truth))
        said = f"<p>{_said(guess, people)}</p>"
        yield f"<div><h4>{escape(guess.what)} ({key})</h4>\n{picture}\n{said}</div>"
    if notebook:
        yield "</div>"


def _said(guess, people):
    """The sentences below a picture of guesses."""
    guesses, kind = list(guess.guessed.values()), kind_of(guess.guessed.values(), guess.truth)
    said = [f"{len(guesses)} of {_count(len(people), 'person', 'people')}."]
    if kind == "words":
        said.append(f"{sum(is_right(g, guess.truth) for g in guesses)} right.")
    said.append(f"What came out: {say(guess.truth)}.")
    words = sorted({say(g) for g in guesses if number(g) is None})
    if kind == "numbers" and words:
        said.append(f"Not a number: {'; '.join(words)}.")
    missing = [person.name for person in people if person.name not in guess.guessed]
    if 0 < len(missing) <= MOST_NAMES:
        said.append(f"None from {', '.join(missing)}.")
    if guess.elsewhere:
        said.append(f"Something else came out for {guess.elsewhere}.")
    return escape(" ".join(said))


def main(arguments=None):
    """Write class.html into a folder of progress files."""
    parser = argparse.ArgumentParser("python tasks.py collect", description=main.__doc__)
    parser.add_argument("folder", metavar="FOLDER", help="with a .jsonl file for each person")
    parser.add_argument("--anonymous", action="store_true", help="number the people")
    wanted = parser.parse_args(arguments)
    try:
        people, notes = read_class(wanted.folder, wanted.anonymous)
        path = Path(wanted.folder).absolute() / NAME_OF_PAGE
        write_whole(class_html(people, notes), path)
    except OSError as error:
        sys.exit(f"collect: {error if error.errno is None else error.strerror}.")
    print(*notes, f"{how_many(people)} Written: {path}", sep="\n")


if __name__ == "__main__":
    main()
