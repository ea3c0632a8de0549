"""How many small faults in helpers the tests notice: ``python tasks.py mutants``.

A mutant is a copy of the project with one small fault: a + for a -, a 1 for a 2, a condition
turned round; cosmic-ray makes them. It is killed when a test fails on it. One that survives shows
a test that is missing, code that does nothing, or two ways to write the same. The sample is drawn
from the places where a mutant can stand, module by module in proportion to its lines of code, one
mutant a place. It goes by a hash of each line, so that an edit elsewhere leaves it as it is.

A mutant meets the tests that ran its line when coverage was measured, quickest first, for about
``--most`` seconds. The large libraries are imported once; each mutant is tried in a fork of this
process, on a copy of the project. What comes out stays in .mutants: an interrupted run goes on
where it stopped, and ``--again`` tries the survivors once more. Remove the folder to start
afresh. Needs Linux or macOS.
"""

import argparse
import ast
import collections
import difflib
import functools
import hashlib
import importlib
import itertools
import json
import multiprocessing
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import coverage
import pytest
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.provider import OperatorProvider

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".mutants"
DATA, TIMES, RESULTS = KEPT / "coverage", KEPT / "times.json", KEPT / "results.jsonl"
# What runs no helper in its own process, and the claims, which take long.
WITHOUT = """browser claims test_accessibility.py test_accessibility_too.py
    test_execute.py test_hygiene.py test_nbval.py test_notebooks.py test_offline.py
    test_papermill.py test_prose_numbers.py test_setup.py test_site.py test_wheels.py""".split()
IMPORTED_ONCE = """hypothesis IPython.display ipywidgets joblib matplotlib.pyplot nbclient nbformat
    pandas river.drift scipy.stats sklearn.ensemble sklearn.linear_model sklearn.model_selection
    statsmodels.api""".split()
FILES, FEW_SECONDS, MEMORY = 8, 8, 6 * 2**30
CAUGHT = ("killed", "timeout")
ARITHMETIC = {"Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow"}
BITS = {"BitOr", "BitAnd", "BitXor"}


# Mutants


def sensible(operator):
    """Whether an operator of cosmic-ray makes faults that someone could make here.

    A | for a + only ends in a TypeError, and `is` for == hangs on which objects Python shares.
    """
    what, _, change = operator.__name__.partition("_")
    old, _, new = change.partition("_")
    if what == "ReplaceBinaryOperator":
        return {old, new} <= ARITHMETIC or {old, new} <= BITS
    if what == "ReplaceComparisonOperator":
        return old.startswith("Is") or not new.startswith("Is")
    return not operator.arguments()


OPERATORS = {op.__name__: op for op in map(OperatorProvider().__getitem__, OperatorProvider())}
OPERATORS = {name: operator for name, operator in OPERATORS.items() if sensible(operator)}


def left_out(tree):
    """The nodes without behaviour of their own: annotations, decorators, and the call of main."""
    for node in ast.walk(tree):
        yield from getattr(node, "decorator_list", [])
        yield from filter(None, (getattr(node, name, None) for name in ("annotation", "returns")))
        if isinstance(node, ast.If) and "__name__" in ast.unparse(node.test):
            yield node


def places(source):
    """Where a mutant can stand: from (line, column) to [(operator, occurrence), ...]."""
    spans = [
        ((node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset))
        for node in left_out(ast.parse(source))
    ]
    nodes, found = list(ast_nodes(get_ast(source))), collections.defaultdict(list)
    for name, operator in OPERATORS.items():
        starts = (start for node in nodes for start, _ in operator().mutation_positions(node))
        for occurrence, start in enumerate(starts):
            if not any(first <= start < last for first, last in spans):
                found[start].append((name, occurrence))
    return found


def mutants(path, number, seed):
    """`number` mutants of a module as dicts, its number of places, its number of mutants."""
    source = (ROOT / path).read_text(encoding="utf-8")
    lines, found, seen, ranked = source.splitlines(), places(source), collections.Counter(), []
    for line, column in sorted(found):
        text = f"{path}|{lines[line - 1].strip()}|{column}"
        seen[text] += 1  # the same text may stand in a module twice
        ranked.append((digest(f"{seed}|{text}|{seen[text]}"), line, found[line, column]))
    taken = []
    for key, line, choices in sorted(ranked):
        if len(taken) == number:
            break
        for name, occurrence in sorted(choices, key=lambda choice: digest(f"{key}|{choice}")):
            code = mutate_code(source, OPERATORS[name](), occurrence)
            if differs(code, source):
                diff = difflib.unified_diff(lines, code.splitlines(), path, path, n=3, lineterm="")
                one = {"id": digest(f"{key}|{name}"), "path": path, "line": line}
                taken.append({**one, "diff": "\n".join(diff), "code": code})
                break
    return taken, len(found), sum(map(len, found.values()))


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def differs(code, source):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.dump(ast.parse(code)) != ast.dump(ast.parse(source))
        except SyntaxError:
            return False


def sample(number, seed):
    """The drawn mutants of all modules, and how many places and mutants there are."""
    paths = sorted(path.relative_to(ROOT) for path in (ROOT / "helpers").rglob("*.py"))
    sizes = []
    for path in paths:
        nodes = ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
        sizes.append(len({node.lineno for node in nodes if isinstance(node, ast.stmt)}))
    ends = [number * end // sum(sizes) for end in itertools.accumulate(sizes, initial=0)]
    drawn = [
        mutants(p.as_posix(), b - a, seed) for p, a, b in zip(paths, ends, ends[1:], strict=False)
    ]
    taken, where, possible = zip(*drawn, strict=True)
    return list(itertools.chain(*taken)), sum(where), sum(possible)


# Their tests


def measure():
    """Which tests run which line: of all tests, or of those edited since, if no helper was."""
    made = DATA.stat().st_mtime if DATA.exists() else 0
    files = itertools.chain((ROOT / "helpers").rglob("*.py"), (ROOT / "tests").rglob("*.py"))
    edited = [p for p in files if p.stat().st_mtime > made]
    which = ["tests", *(f"--ignore=tests/{name}" for name in WITHOUT)]
    if not any(p.is_relative_to(ROOT / "helpers") for p in edited):
        edited = [p.relative_to(ROOT) for p in edited if p.name.startswith("test_")]
        which = [str(p) for p in edited if not {*p.parts} & {*WITHOUT}]
        which = which and ["--cov-append", *which]
    if which:
        KEPT.mkdir(exist_ok=True)
        command = "-m pytest -q -n 2 --dist loadfile -p no:cacheprovider --cov=helpers"
        command += " --cov-branch --cov-context=test --cov-report="
        env = {**os.environ, "COVERAGE_FILE": str(DATA), "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, *command.split(), *which], cwd=ROOT, env=env)


class Tests:
    """Which tests to try on a line, and how long each takes."""

    def __init__(self, unsound):
        data = coverage.CoverageData(str(DATA))
        data.read()
        self.seconds = json.loads(TIMES.read_text()) if TIMES.exists() else {}
        self.unsound = unsound  # that fail without a mutant, too
        self._ran, self._lines = {}, collections.Counter()
        for name in data.measured_files():
            path = name[name.rindex("helpers/") :]
            ran = {line: {*found} - {""} for line, found in data.contexts_by_lineno(name).items()}
            self._ran[path] = ran
            self._lines.update(
                context.rpartition("|")[0] for found in ran.values() for context in found
            )

    def of(self, path, line):
        """Tests of the line's statement, and after them the module's others."""
        first, last = span(ast.parse((ROOT / path).read_text(encoding="utf-8")), line)
        ran = self._ran.get(path, {})
        contexts = set().union(*(ran.get(line, ()) for line in range(first, last + 1)))
        every = {context.rpartition("|")[0] for found in ran.values() for context in found}
        # What a fixture ran once serves the other tests of its file, too.
        files = {name.split("::")[0] for name in contexts if name.endswith("|setup")}
        names = {context.rpartition("|")[0] for context in contexts}
        names |= {name for name in every if name.split("::")[0] in files}
        names = names or every  # a line that is run on import, or by what a test file computes
        stem = Path(path).stem
        return self._in_order(names, stem), self._in_order(every - names, stem)

    def _in_order(self, names, stem):
        # Before its first run: a test that runs few lines is quick and looks closely.
        cost = {name: self.seconds.get(name, self._lines[name] / 1000) for name in names}
        # What all use is looked at closely only by tests that call it by its name.
        calls = {file for file in {name.split("::")[0] for name in names} if stem in words_of(file)}
        order = {name: (name.split("::")[0] not in calls, cost[name], name) for name in names}
        chosen, files = [], set()
        for name in sorted(names - self.unsound, key=order.get):
            file = name.split("::")[0]
            if file in files or len(files) < FILES:
                files.add(file)
                chosen.append(name)
        return chosen[:400]


@functools.cache
def words_of(file):
    return (ROOT / file).read_text(encoding="utf-8")


def span(tree, line):
    """First and last line of the statement at a line; of one with a block, of its head."""
    first = last = line
    for node in ast.walk(tree):  # outer statements come before inner ones
        if isinstance(node, ast.stmt):
            end = node.body[0].lineno - 1 if getattr(node, "body", None) else node.end_lineno
            if node.lineno <= line <= max(end, node.lineno):
                first, last = node.lineno, max(end, node.lineno)
    return first, last


class Chosen:
    """A plugin of pytest: run the chosen tests in their order, not too long, and take notes."""

    def __init__(self, first, others, most, seconds, note):
        self._rank = {name: i for i, name in enumerate(first + others)}
        self._first, self._most, self._known = len(first), most, seconds
        self._note, self._notes = note, {"running": None, "failed": [], "seconds": {}}
        self._start = self._began = time.process_time()

    def pytest_collection_modifyitems(self, items):
        known = [item for item in items if item.nodeid in self._rank]
        slow = {item: item.get_closest_marker("slow") is not None for item in known}
        items[:] = sorted(known, key=lambda item: (slow[item], self._rank[item.nodeid]))
        self._start = time.process_time()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item):
        self._began = time.process_time()
        most = self._most if self._rank[item.nodeid] < self._first else FEW_SECONDS
        if self._began - self._start > most:
            return True  # as if it had been run
        self._write(item.nodeid)
        # Its end kills the process. A test may be the first to need what others had ready.
        signal.setitimer(signal.ITIMER_PROF, 60 + 3 * self._known.get(item.nodeid, 0))

    def pytest_collectreport(self, report):
        self.pytest_runtest_logreport(report)

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self._notes["failed"].append(report.nodeid)
        elif report.when == "teardown":
            self._notes["seconds"][report.nodeid] = round(time.process_time() - self._began, 2)

    def pytest_sessionfinish(self):
        signal.setitimer(signal.ITIMER_PROF, 0)
        self._write(None)

    def _write(self, running):
        self._notes["running"] = running
        self._note.write_text(json.dumps(self._notes), encoding="utf-8")


# Trying them


def run(folder, tests, first, others, most, *options):
    """Run tests in a fork, in `folder`: survived, killed or timeout, and which failed."""
    note = folder.parent / "note.json"
    note.write_text('{"running": null, "failed": [], "seconds": {}}', encoding="utf-8")
    child = os.fork()
    if child == 0:
        try:
            plugin = Chosen(first, others, most, tests.seconds, note)
            os._exit(in_the_fork(folder, first + others, plugin, 2 * most + 100, options))
        finally:
            os._exit(70)
    end = time.monotonic() + 20 * most + 100  # a busy machine gives a process its time late
    while not (ended := os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT)):
        if time.monotonic() > end:
            break
        time.sleep(0.02)
    try:
        os.killpg(child, signal.SIGKILL)  # with what the tests have started
    except ProcessLookupError:
        pass
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    notes = json.loads(note.read_text(encoding="utf-8"))
    tests.seconds.update(notes["seconds"])
    failed = notes["failed"] + [notes["running"]] * (notes["running"] is not None)
    if not ended or code in (-signal.SIGXCPU, -signal.SIGPROF):
        return "timeout", failed
    # 2: a file could not be imported; negative: a crash
    return (
        "survived" if code == 0 else "killed" if code in (1, 2) or code < 0 else "error"
    ), failed


def in_the_fork(folder, names, plugin, seconds, options):
    os.setsid()
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    log = os.open(folder.parent / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.chdir(folder)
    for name in [name for name in sys.modules if name.split(".")[0] in ("helpers", "tests")]:
        del sys.modules[name]
    sys.path[:] = [str(folder), *(path for path in sys.path if path not in ("", str(ROOT)))]
    os.environ["PYTHONPATH"] = str(folder)
    fixed = "-q --tb=short -p no:cacheprovider -p no:xdist -p no:pytest_cov -p no:nbval".split()
    files = dict.fromkeys(name.split("::")[0] for name in names)
    return int(pytest.main([*fixed, *options, *files], plugins=[plugin]))


def attempt(mutant, folder, tests, most):
    """Try a mutant on its tests: its status, and the test that noticed it."""
    first, others = tests.of(mutant["path"], mutant["line"])
    if not first + others:
        return "survived", "no test runs it"
    target = folder / mutant["path"]
    original, made = target.read_bytes(), target.stat().st_mtime
    target.write_text(mutant["code"], encoding="utf-8")
    # Python must not take the compiled original for it, if their lengths are the same.
    os.utime(target, (made + 1000, made + 1000))
    status, failed = run(folder, tests, first, others, most, "-x")
    target.write_bytes(original)
    os.utime(target, (made, made))
    return status, failed[0] if failed else None


def copy_of_the_project(temporary):
    folder = Path(temporary) / "project"
    ignored = shutil.ignore_patterns(".venv*", ".mutants", ".git", "__pycache__")
    shutil.copytree(ROOT, folder, ignore=ignored)
    subprocess.run([sys.executable, "-m", "compileall", "-q", "helpers"], cwd=folder, check=True)
    sys.dont_write_bytecode = True
    return folder


def work(todo, most, unsound):
    """Try mutants one after the other and append what became of them to the results."""
    tests = Tests(unsound)
    with tempfile.TemporaryDirectory() as temporary:
        folder = copy_of_the_project(temporary)
        for mutant in todo:
            start, used = time.monotonic(), cpu()
            status, test = attempt(mutant, folder, tests, most)
            row = {key: mutant[key] for key in ("id", "path", "line", "diff")}
            row |= {"status": status, "by": test, "cpu": round(cpu() - used, 1)}
            row["seconds"] = round(time.monotonic() - start, 1)
            with RESULTS.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
            TIMES.write_text(json.dumps(tests.seconds, indent=0), encoding="utf-8")


def unsound_among(names):
    """Those that fail without a mutant, too: what they noticed was something else."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = copy_of_the_project(temporary)
        status, failed = run(folder, Tests(set()), names, [], 1000)
    return set(failed)


def cpu():
    return sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])


def results():
    """The latest result of each mutant that was tried."""
    rows = RESULTS.read_text(encoding="utf-8").splitlines() if RESULTS.exists() else []
    return {row["id"]: row for row in map(json.loads, rows)}


def report(drawn):
    known = results()
    rows = [known[mutant["id"]] for mutant in drawn]
    alive = [f"{row['diff']}\n# {row['by'] or ''}" for row in rows if row["status"] == "survived"]
    (KEPT / "survivors.diff").write_text("\n\n".join(alive) + "\n", encoding="utf-8")
    table = collections.defaultdict(collections.Counter)
    for row in rows:
        for name in (row["path"], "all"):
            table[name][row["status"]] += 1
    for name, counts in table.items():
        print(f"{name:56}", *(f"{count:4} {status}" for status, count in sorted(counts.items())))
    caught = sum(table["all"][status] for status in CAUGHT)
    print(f"{caught} of {len(rows)} killed ({100 * caught / len(rows):.1f}%), timeouts included,")
    print(
        f"in {sum(row['cpu'] for row in rows):.0f} s of CPU. The survivors: .mutants/survivors.diff"
    )


def main():
    parser = argparse.ArgumentParser(prog="tasks.py mutants", description=__doc__.split("\n")[0])
    parser.add_argument("--sample", type=int, default=300, help="how many mutants (default 300)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1, help="processes (default 1)")
    parser.add_argument("--most", type=int, default=30, help="seconds of tests for a mutant")
    parser.add_argument("--again", action="store_true", help="try the survivors once more")
    args = parser.parse_args()
    measure()
    drawn, where, possible = sample(args.sample, args.seed)
    done = {key for key, row in results().items() if not args.again or row["status"] != "survived"}
    todo = [mutant for mutant in drawn if mutant["id"] not in done]
    print(
        f"{possible} mutants at {where} places; {len(drawn)} drawn, {len(todo)} to try", flush=True
    )
    for name in IMPORTED_ONCE:
        importlib.import_module(name)
    unsound = set()
    while todo:
        context, parts = (
            multiprocessing.get_context("fork"),
            [todo[i :: args.jobs] for i in range(args.jobs)],
        )
        jobs = [context.Process(target=work, args=(part, args.most, unsound)) for part in parts]
        for job in jobs:
            job.start()
        for job in jobs:
            job.join()
        tried = {row["id"]: row["by"] for row in results().values() if row["status"] in CAUGHT}
        tried = {mutant["id"]: tried.get(mutant["id"]) for mutant in drawn}
        unsound |= unsound_among(sorted({*tried.values()} - {None}))
        todo = [mutant for mutant in drawn if tried[mutant["id"]] in unsound]
    report(drawn)


if __name__ == "__main__":
    main()
