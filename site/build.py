"""Build the notebooks as pages that need no kernel and no network.

    python site/build.py [folder]

The pages are made from the notebooks and texts where they are; without a folder they go to
``site/html``. What a reader without a kernel cannot use is left out or said in words.
"""

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from urllib.parse import unquote

import nbformat
from myst_parser.slugs import github_slugify
from sphinx.cmd.build import build_main

SITE = Path(__file__).resolve().parent
ROOT = SITE.parent
HTML = SITE / "html"
START = "README.md"  # becomes the start page, index.md
SOLUTIONS = "notebooks/solutions"
PAGES = [START, "TEACHING.md", "CONTRIBUTING.md", "benchmarks/README.md", "teaching/*.md"]
NOTEBOOKS = ["notebooks/*.ipynb", f"{SOLUTIONS}/*.ipynb"]
# Cells that do something only where there is a kernel: fetch the package, count what is solved.
KERNEL_ONLY = {"colab", "progress"}

READING = """
> You are reading the workbook as pages: every result and picture is here, and nothing needs a
> network or runs. To drag the sliders and have your answers checked, get the repository and run
> `python tasks.py lab` in its folder.
"""
SLIDER = "*When the notebook runs, a slider moves this picture. Here are frames from its way.*"
EXERCISE = "*When the notebook runs, your answer is checked here. [A solution to {0}]({1}#{2})*"
APART = """# Solutions and answers

Kept apart, so that you meet them only when you want to. The search leaves them out. Try an
exercise first: one that you got wrong and then understood stays with you.
"""


def found(patterns):
    """Paths of the repository's files that match, from its root, in order."""
    return [p.relative_to(ROOT) for pattern in patterns for p in sorted(ROOT.glob(pattern))]


def page_source(path):
    """Where a file of the repository stands among the sources of the pages."""
    if path == Path(START):
        return Path("index.md")
    return path / "index.md" if path == Path(SOLUTIONS) else path


def convert(text, path, sources):
    """Markdown of the file at `path` for the pages: links follow, comments go.

    Files it links to that are no pages are copied to the folder `sources`.
    """

    def link(match):
        before, target, after = match.groups()
        name, mark, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target):
            return match[0]
        if name:
            there = Path(os.path.normpath(path.parent / name))
            moved = page_source(there)
            if (ROOT / there).is_file() and there not in pages:
                (sources / there).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / there, sources / there)
            name = Path(os.path.relpath(moved, path.parent)).as_posix()
        # JupyterLab keeps capitals and commas in the addresses of headings, MyST does not.
        return before + name + mark + github_slugify(unquote(anchor)) + after

    pages = found(PAGES + NOTEBOOKS)
    text = re.sub(r"(\]\()([^)\s]+)(\))", link, text)
    text = re.sub(r"(<img\b[^>]*\bsrc=\")([^\"]+)(\")", link, text)
    return re.sub(r" ?<!--.*?-->", "", text, flags=re.DOTALL)


def convert_notebook(notebook, path, sources):
    """The notebook at `path` as a reader without a kernel should see it."""
    cells = []
    for cell in notebook.cells:
        tags = set(cell.metadata.get("tags", []))
        if cell.id in KERNEL_ONLY:
            continue
        cells.append(cell)
        if cell.cell_type == "markdown":
            cell.source = convert(cell.source, path, sources)
            continue
        pictures = [o for o in cell.outputs if "image/png" in o.get("data", {})]
        if pictures:
            [picture] = pictures  # MyST has one alternative for all the pictures of a cell
            cell.metadata["mystnb"] = {"image": {"alt": picture.data["text/plain"]}}
        if "explore" in tags:
            cells.append(nbformat.v4.new_markdown_cell(SLIDER))
        if "exercise" in tags:
            cell.outputs = []  # "not attempted yet"
            cells.append(nbformat.v4.new_markdown_cell(solution_to(tags, path)))
    notebook.cells = cells
    return notebook


def solution_to(tags, path):
    """A line that leads from an exercise to its solution."""
    [exercise] = [tag for tag in tags if re.fullmatch(r"\d\d\.\d+", tag)]
    solutions = nbformat.read(ROOT / SOLUTIONS / path.name, as_version=4)
    text = "\n".join(c.source for c in solutions.cells if c.cell_type == "markdown")
    heading = re.search(rf"^#+ (.*\b{re.escape(exercise)}\b.*)$", text, re.MULTILINE)[1]
    return EXERCISE.format(exercise, f"solutions/{path.name}", github_slugify(heading))


def contents(caption, paths, hidden=True):
    """A table of contents in MyST, for the side bar if hidden; nothing without pages."""
    names = "\n".join("/" + page_source(path).with_suffix("").as_posix() for path in paths)
    options = (":hidden:\n" if hidden else "") + (f":caption: {caption}\n" if caption else "")
    return f"\n```{{toctree}}\n{options}:titlesonly:\n\n{names}\n```\n" if names else ""


def is_answers(path):
    """Whether a page gives away what the reader is asked."""
    return path.parent == Path(SOLUTIONS) or "answers" in path.stem


def gather(sources):
    """Write the sources of all pages to the folder `sources`."""
    pages, notebooks = found(PAGES), found(NOTEBOOKS)
    texts = {path: convert((ROOT / path).read_text("utf-8"), path, sources) for path in pages}
    for path in notebooks:
        notebook = nbformat.read(ROOT / path, as_version=4)
        texts[path] = nbformat.writes(convert_notebook(notebook, path, sources))

    title, rest = texts[Path(START)].split("\n", 1)
    open_pages = [path for path in pages + notebooks if not is_answers(path)]
    teachers = [p for p in open_pages if p.stem == "TEACHING" or p.parent == Path("teaching")]
    chapters = [path for path in open_pages if path in notebooks]
    others = [p for p in open_pages if p not in teachers + chapters and p != Path(START)]
    texts[Path(START)] = f"{title}\n{READING}{rest}" + "".join(
        [
            contents("Notebooks", chapters),
            contents("For teachers", teachers),
            contents("More", [*others, Path(SOLUTIONS)]),
        ]
    )
    apart = [path for path in notebooks + pages if is_answers(path)]
    texts[Path(SOLUTIONS)] = APART + contents("", apart, hidden=False)
    for path, text in texts.items():
        target = sources / page_source(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def build(html=HTML):
    """Build the pages in the folder `html`, in the place of what it held; return an exit code."""
    with tempfile.TemporaryDirectory() as folder:
        sources, new = Path(folder, "sources"), Path(folder, "html")
        gather(sources)
        options = ["-q", "-W", "--keep-going", "-b", "html", "-c", str(SITE)]
        code = build_main([*options, "-d", str(Path(folder, "trees")), str(sources), str(new)])
        if code == 0:
            for left_over in (".buildinfo", "objects.inv"):  # for other builds, not for readers
                (new / left_over).unlink()
            shutil.rmtree(html, ignore_errors=True)
            shutil.move(new, html)
            print(f"Open {Path(html) / 'index.html'} in a browser.")
    return code


if __name__ == "__main__":
    sys.exit(build(*map(Path, sys.argv[1:2])))
