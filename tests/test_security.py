"""Nothing is run that was not meant to be, and a stranger's data stays data."""

import ast
import contextlib
import gzip
import json
import os
import re
import sys
import urllib.error
import urllib.request

import ipywidgets
import nbformat
import numpy as np
import pandas as pd
import psutil
import pytest

from helpers import progress, sources
from helpers.classroom import main, write_class
from helpers.exercises import check, reveal
from helpers.explore import Picture, explore
from helpers.handed_in import LARGEST, read_class
from helpers.report import write_report
from helpers.sources import open_source
from helpers.tables import read_table
from tests.browser.lab import lab
from tests.notebooks import code_cells, every_notebook, load, name_of
from tests.own_files import Lines, simulated
from tests.test_report import NASTY, Page, made
from tests.test_setup import repository_texts

# Code


FUNCTIONS = {"eval", "exec", "compile", "__import__"}
METHODS = {"eval", "exec", "popen", "getoutput", "getstatusoutput", "read_pickle", "extractall"}
QUALIFIED = {"os.system", "joblib.load", "yaml.load", "yaml.unsafe_load", "runpy.run_path"}
MODULES = {"pickle", "marshal", "shelve", "dill", "cloudpickle"}
KEYWORDS = {"shell", "allow_pickle", "description_allow_html", "tooltip_allow_html"}
# What is allowed, and why.
ALLOWED = {("benchmarks/slider_speed.py", "pickle"): "a picture, copied within one process"}


def dangers(source):
    """What in Python code runs data as code, text as a shell's command, or shows it as HTML."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            yield from MODULES & {name.split(".")[0] for name in names}
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            last = called.rpartition(".")[2]
            if called in FUNCTIONS | QUALIFIED or called != last and last in METHODS:
                yield called
            for keyword in node.keywords:
                if keyword.arg in KEYWORDS and ast.unparse(keyword.value) != "False":
                    yield keyword.arg


def code_for_readers():
    """Name and source of all code that a reader runs."""
    for name, text in repository_texts():
        if name.endswith(".py") and not name.startswith("tests/"):
            yield name, text
        elif name in ("tests/wheels.py", "tests/offline.py", "tests/execute.py"):  # of tasks.py
            yield name, text
    for path in every_notebook():
        yield name_of(path), "\n".join(cell.source for cell in code_cells(load(path)))


def test_no_code_runs_data():
    found = {(name, what) for name, source in code_for_readers() for what in dangers(source)}
    assert found == set(ALLOWED), found ^ set(ALLOWED)


@pytest.mark.parametrize(
    "source",
    [
        "eval(x)", "exec(x)", "builtins.eval(x)", "import pickle", "from pickle import loads",
        "os.system(x)", "subprocess.run(x, shell=True)", "pd.read_pickle(x)",
        "yaml.load(x)", "joblib.load(x)", "np.load(x, allow_pickle=True)", "import marshal",
        "ZipFile(x).extractall(y)", "os.popen(x)", "__import__(x)", "import cloudpickle.x",
        "FloatSlider(description_allow_html=True)", "run(x, shell=shell)", "frame.eval(x)",
    ],
)  # fmt: skip
def test_code_that_runs_data_is_found(source):
    assert list(dangers(source))


@pytest.mark.parametrize("source", ["re.compile(x)", "json.loads(x)", "run(x, shell=False)"])
def test_code_that_does_not_is_passed(source):
    assert not list(dangers(source))


# JupyterLab


def test_nothing_here_opens_the_server():
    """No file sets another token, password, address or origin for Jupyter."""
    setting = re.compile(
        r"(ServerApp|NotebookApp|IdentityProvider|PasswordIdentityProvider|jupyter)\W+"
        r"\w*(token|password|ip|allow_\w+|disable_check_xsrf|allow_unauthenticated_access)\b\s*="
        r"|0[.]0[.]0[.]0|JUPYTER_TOKEN",
        re.IGNORECASE,
    )
    here = {"tests/test_security.py"}
    found = [name for name, text in repository_texts() if name not in here and setting.search(text)]
    assert found == []
    for line in ("c.ServerApp.token = ''", "--ServerApp.ip=*", "--IdentityProvider.token="):
        assert setting.search(line)
    assert not [n for n, _ in repository_texts() if re.search(r"jupyter_\w*config", n)]


def ask(address, token=None, path="/api/kernels", method="GET"):
    """The status with which the server answers."""
    headers = {"Authorization": f"token {token}"} if token else {}
    request = urllib.request.Request(address + path, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.slow
def test_the_lab_keeps_its_token_and_listens_on_loopback_only(tmp_path):
    """As the README starts it; with a kernel, whose sockets count as well."""
    mine = psutil.Process()
    with lab(tmp_path) as address:
        base, token = address.split("/lab")[0], re.search(r"token=(\w+)", address)[1]
        assert len(token) >= 32
        for path in ("/api/kernels", "/api/contents", "/api/terminals"):
            assert ask(base, path=path) == 403 and ask(base, "0" * 48, path) == 403
            assert ask(base, token, path) == 200
        assert ask(base, path="/api/kernels", method="POST") == 403
        assert ask(base, token, method="POST") == 201
        listening = set()
        for process in mine.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):  # a helper of the lab that has ended
                for connection in process.net_connections(kind="inet"):
                    if connection.status == psutil.CONN_LISTEN:
                        listening.add(connection.laddr.ip)
    assert listening and listening <= {"127.0.0.1", "::1"}, listening


# HTML


ROW = '"><img src=x onerror=alert(1)>'
WORDS = [NASTY, ROW, "a & b", "' onmouseover='x", "<!--", "]]>", "&lt;b&gt;", "javascript:x"]


def foreign(text, plain):
    """Tags and attributes of a page, and those of the same page from harmless data."""
    tags = [(tag, sorted(set(attributes))) for tag, attributes in Page(text).tags]
    return {str(t) for t in tags} - {
        str((tag, sorted(set(attributes)))) for tag, attributes in Page(plain).tags
    }


def table(names, words):
    rng = np.random.default_rng(1)
    rows = 15 * 30
    days = np.repeat(np.datetime64("2021-01") + np.arange(15), 30).astype("datetime64[s]")
    frame = pd.DataFrame({"ts": days})
    for name in names:
        frame[name] = pd.Categorical(rng.choice(words, rows))
    return frame.assign(y=rng.integers(0, 2, rows))


@pytest.mark.slow
def test_no_tag_or_attribute_of_a_report_comes_from_data(tmp_path):
    plain = made(table([f"x{i}" for i in range(len(WORDS))], ["a", "b", "c"]))
    nasty = made(table(WORDS, WORDS))
    texts = [
        write_report(*found, tmp_path / f"{name}.html").read_text(encoding="utf-8")
        for name, found in {"plain": plain, "<i>'&quot;": nasty}.items()
    ]
    assert not foreign(texts[1], texts[0])
    page = Page(texts[1])
    assert all(word in page.text for word in WORDS)
    assert not [a for _, a in page.tags if any(name.startswith("on") for name in a)]


def test_no_tag_or_attribute_of_a_class_page_comes_from_data(tmp_path):
    texts = []
    for folder, words in {"plain": ["a"] * len(WORDS), "nasty": WORDS}.items():
        (tmp_path / folder).mkdir()
        for i, word in enumerate(words):
            name = f"{i} {word}" if os.name != "nt" and "/" not in word else str(i)
            lines = [
                {"check": "01.1", "verdict": "not yet", "said": word, "when": word},
                {"guess": "01.a", "what": word, "guessed": word, "truth": word, "when": word},
                {"guess": word, "what": word, "guessed": word, "truth": 1, "when": word},
                {"check": word, "verdict": "right", "said": word, "when": word},
            ]
            text = "".join(json.dumps(line) + "\n" for line in lines)
            (tmp_path / folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
        texts.append(write_class(tmp_path / folder).read_text(encoding="utf-8"))
    assert not foreign(texts[1], texts[0])
    assert all(word in Page(texts[1]).text for word in WORDS)


def test_what_cells_print_of_data_is_text(capsys, monkeypatch):
    """Checks and predictions print; tables are escaped by pandas; sliders have plain labels."""
    for word in WORDS:
        check("00.1", word, budget={"floor": 1.0, "risk": 1.0})
        reveal("00.growth", word, 1.0, word)
        shown = pd.DataFrame({word: [word]}, index=[word])._repr_html_()
        assert "<script" not in shown and "<img" not in shown and "<!--" not in shown
    assert NASTY in capsys.readouterr().out


def test_labels_of_sliders_are_text():
    from matplotlib.figure import Figure

    figure = Figure()
    [line] = figure.subplots().plot([0, 1], [0, 1])
    picture = Picture(figure, (line,), lambda x, y: line.set_ydata([x, y[0] == "z"]))
    box = explore(picture, ROW, [{"x": 1, "y": WORDS[0]}], x=(1, 3, 1, ROW), y=([*WORDS], NASTY))
    kinds = (ipywidgets.HTML, ipywidgets.HTMLMath)
    for child in [*box.children, *box.children[0].children]:
        assert not isinstance(child, kinds)
        assert not getattr(child, "description_allow_html", False)
        assert not getattr(child, "tooltip_allow_html", False)


def test_nothing_writes_a_table_for_a_spreadsheet():
    """So no cell that begins with = is carried into one; what 11 writes, it reads and removes."""
    writes = re.compile(r"to_csv\(|to_excel\(|to_clipboard\(|csv\.writer\(")
    allowed = {"helpers/sources.py", "11_your_own_data",
               "solutions/11_your_own_data"}  # fmt: skip
    found = {name: text for name, text in code_for_readers() if writes.search(text)}
    assert set(found) <= allowed
    assert len(re.findall(r"csv\.writer\(", found["helpers/sources.py"])) == 1
    assert "csv.writer(line, **how)" in found["helpers/sources.py"]  # a text in memory
    for name in ("11_your_own_data", "solutions/11_your_own_data"):
        [where] = re.findall(
            r"TemporaryDirectory\(\) as folder:\n(?:.*\n)*?.*to_csv\(file", found[name]
        )
        assert len(writes.findall(found[name])) == 1 and where.count("\n") < 4


# A stranger's files


def quickly(**names):
    """A study, its results and its verdict, from columns that are called by other names."""
    return made(simulated("cure", 1, periods=15).rename(columns=names), estimator=Lines())


def everything(folder):
    """Each file below a folder, with what it holds."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


needs_links = pytest.mark.skipif(os.name == "nt", reason="links need rights there")


@needs_links
def test_pages_replace_a_link_and_not_what_it_leads_to(tmp_path):
    """As unpacked from what somebody handed in: the names of pages lead out."""
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "secret").write_text("mine")
    for name in ("class.html", "report.html"):
        (inside / name).symlink_to(outside / "secret")
    (inside / "Ana.jsonl").write_text('{"check": "01.1", "verdict": "right", "said": ""}\n')
    before = everything(outside)
    write_class(inside)
    write_report(*quickly(), inside / "report.html")
    assert everything(outside) == before
    for name in ("class.html", "report.html"):
        assert not (inside / name).is_symlink() and "</html>" in (inside / name).read_text("utf-8")


@needs_links
def test_links_loops_and_what_is_no_file_are_named_and_not_read(tmp_path, capsys):
    folder = tmp_path / "class"
    folder.mkdir()
    line = '{"check": "01.1", "verdict": "right", "said": ""}\n'
    (folder / "Ana.jsonl").write_text(line)
    (tmp_path / "Bo's own.jsonl").write_text(line)
    (folder / "Bo.jsonl").symlink_to(tmp_path / "Bo's own.jsonl")
    (folder / "endless.jsonl").symlink_to("/dev/zero")
    (folder / "loop.jsonl").symlink_to(folder / "loop.jsonl")
    (folder / "round").symlink_to(folder)
    os.mkfifo(folder / "waits.jsonl")
    with (folder / "large.jsonl").open("wb") as file:
        file.truncate(LARGEST + 1)
    people, notes = read_class(folder)
    assert {p.name: len(p.lines) for p in people if p.lines} == {"Ana": 1}
    link = "a link, or what is no file, is not read."
    assert notes == [
        *(f"{name}: {link}" for name in ("Bo", "endless")),
        "large: a file of more than 10 MB is not read.",
        *(f"{name}: {link}" for name in ("loop", "waits")),
    ]
    main([str(folder)])
    assert "1 of 6" in Page((folder / "class.html").read_text("utf-8")).text


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="names that Linux alone takes")
def test_names_do_not_steer_the_terminal(tmp_path, capsys):
    """Colours, a bell, another title, text from right to left, and what is no UTF-8."""
    line = b'{"check": "01.1", "verdict": "right", "said": ""}\n?\n'
    for name in (b"a\x1b[31mb", b"a\x07", b"\x1b]0;title\x07", "\u202etxt".encode(), b"\xff\xfe"):
        with open(os.fsencode(tmp_path) + b"/" + name + b".jsonl", "wb") as file:
            file.write(line)
    main([str(tmp_path)])
    printed = capsys.readouterr().out
    assert all(sign.isprintable() or sign == "\n" for sign in printed), ascii(printed)
    assert "a?[31mb: lines that were not understood: 1." in printed


@pytest.mark.slow
def test_thousands_of_files_are_a_page_as_well(tmp_path):
    for i in range(1000):
        lines = [
            {"check": f"01.{k}", "verdict": "right", "said": "", "when": f"{i}"} for k in (1, 2, 3)
        ]
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (tmp_path / f"{i}.jsonl").write_text(text)
    assert "1000 people in 1000 files" in write_class(tmp_path).read_text("utf-8")


def packed(path, *parts):
    with gzip.open(path, "wb", compresslevel=1) as file:
        for part, times in parts:
            for _ in range(times):
                file.write(part)
    return path


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([(b"t,x,y\n", 1), (b"1," * 500_000, 60)], "the next line has more than 10,485,760 char"),
        ([(b"a" * 1_000_000, 60)], "field larger than field limit"),
        ([(b't,x,y\n1,"', 1), (b"a\n" * 500_000, 60)], "field larger than field limit"),
        ([(b"t,x,y\n", 1), (b"1," * 500_000 + b"\n", 1)], "it has 500001 cells, the header 3"),
    ],
    ids=["a line without end", "no line at all", "a cell without end", "a wide row"],
)
def test_a_small_file_that_unpacks_to_much_is_refused_plainly(tmp_path, parts, message):
    path = packed(tmp_path / "bomb.csv.gz", *parts)
    assert path.stat().st_size < 1_000_000
    before = psutil.Process().memory_info().rss
    with pytest.raises(ValueError, match=message):
        read_table(path, "t", "x")
    assert psutil.Process().memory_info().rss - before < 200e6


def test_a_line_of_the_greatest_length_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "LONGEST", 20)
    path = tmp_path / "some.csv"
    path.write_bytes(b"t,x\n" + b"1," + b"a" * 16 + b"\n2,b\r\n3,c")
    assert open_source(path).load(["t"])["t"].tolist() == [1, 2, 3]
    path.write_bytes(b"t,x\n" + b"1," + b"a" * 18 + b"\n")
    with pytest.raises(ValueError, match="line 1: the next line has more than 20 characters"):
        open_source(path).load(["t"])


class Touches:
    """An object that, unpickled, makes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (self.path, "w")


def test_a_parquet_file_unpickles_nothing(tmp_path):
    """A type of Python's own was unpickled once (CVE-2023-47248); an object may be bytes."""
    import pickle  # the only way to show that it is not read

    import pyarrow as pa
    from pyarrow import parquet

    made = tmp_path / "made"
    foul = pickle.dumps(Touches(str(made)))
    pickle.loads(foul).close()
    assert made.exists()
    made.unlink()
    mark = {"ARROW:extension:name": "arrow.py_extension_type", "ARROW:extension:metadata": foul}
    fields = [pa.field("t", pa.int64()), pa.field("x", pa.int64(), metadata=mark)]
    fields += [pa.field("o", pa.binary())]
    frame = pa.table([[1, 2], [3, 4], [foul, foul]], schema=pa.schema(fields))
    frame = frame.replace_schema_metadata({"pandas": foul})
    parquet.write_table(frame, tmp_path / "foul.parquet")
    loaded = open_source(tmp_path / "foul.parquet").load(["t", "x", "o"])
    assert loaded["x"].tolist() == [3, 4] and loaded["o"][0] == foul
    assert not made.exists()


def test_names_in_a_file_are_no_paths(tmp_path, monkeypatch):
    """Columns and keys that look like paths make no file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "work").mkdir()
    paths = ["../out", str(tmp_path / "absolute")]
    write_report(*quickly(x1=paths[0], x2=paths[1]), "work/report.html")
    line = {"guess": "01.a", "what": "../../out", "guessed": paths[1], "truth": 1, "when": "/x"}
    (tmp_path / "work" / "..jsonl").write_text(json.dumps(line) + "\n")
    (tmp_path / "work" / "Ana.jsonl").write_text(json.dumps(line) + "\n")
    write_class("work")
    assert set(everything(tmp_path)) == {
        "work",
        *(f"work/{name}" for name in ("report.html", "class.html", "Ana.jsonl", "..jsonl")),
    }


def test_a_progress_file_that_is_not_ones_own_runs_and_writes_nothing(tmp_path, monkeypatch):
    path = tmp_path / "progress.jsonl"
    foul = [{"check": "../../x", "verdict": "right", "said": "__import__('os')"}, {"guess": "$(x)"}]
    path.write_text("".join(json.dumps(line) + "\n" for line in foul) + "[" * 10_000)
    monkeypatch.setenv("WORKBOOK_PROGRESS", str(path))
    assert progress.done() == {"../../x"} and progress.recorded()[1] == 2
    assert os.listdir(tmp_path) == ["progress.jsonl"]


def test_a_notebook_that_was_handed_in_is_not_trusted():
    """Committed notebooks carry no script that a browser would run."""
    for path in every_notebook():
        for cell in code_cells(load(path)):
            for output in cell.get("outputs", []):
                for mime, text in output.get("data", {}).items():
                    assert mime not in ("application/javascript", "image/svg+xml"), cell.id
                    if mime == "text/html":
                        assert not re.search(r"<script|\bon\w+=|<iframe", text), cell.id
        assert not nbformat.read(path, 4).metadata.get("widgets")
