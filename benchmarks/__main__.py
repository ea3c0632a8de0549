"""Measure, print the table, and put it into README.md: ``python -m benchmarks [name ...]``."""

import argparse
import os
import platform
import sys
from datetime import date
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

FOLDER = Path(__file__).resolve().parent
README = FOLDER / "README.md"
HEADING = "## Results\n"
PACKAGES = ["numpy", "pandas", "scikit-learn", "matplotlib", "ipywidgets", "river", "nbval"]


def modules(words=()):
    """Names of the measuring modules that contain one of the words; all if there are none."""
    names = sorted(p.stem for p in FOLDER.glob("*.py") if p.stem.endswith(("_speed", "_cost")))
    chosen = [n for n in names if any(word in n for word in words)] if words else names
    if not chosen:
        raise SystemExit(f"no module here contains {' or '.join(words)}: choose from {names}")
    return chosen


def measure(names, quick=False):
    """The rows of all the modules, printed as they come."""
    rows = []
    for name in names:
        print(name, flush=True)
        started = perf_counter()
        for row in import_module(f"benchmarks.{name}").measure(quick):
            print(f"  {verdict(row):14} {ratio(row):22} {row['what']}; {row['note']}", flush=True)
            rows.append(row)
        print(f"  in {perf_counter() - started:.0f} s", flush=True)
    return rows


def met(row):
    """Whether a row meets its goal; None if it has none."""
    if not row["goal"]:
        return None
    sign, limit = row["goal"].split()
    return row["ratio"] >= float(limit) if sign == ">=" else row["ratio"] <= float(limit)


def verdict(row):
    """Whether the goal was met, or by how much it was missed, in words."""
    if met(row) is None:
        return ""
    if met(row):
        return "met"
    off = row["ratio"] / float(row["goal"].split()[1])
    return f"missed by {abs(off - 1):.0%}" if off < 2 else f"missed: {off:.1f} x"


def ratio(row):
    """The ratio and its spread in three digits."""
    middle, low, high = (f"{row[key]:.3g}" for key in ("ratio", "low", "high"))
    return middle if low == high else f"{middle} [{low} to {high}]"


def table(rows):
    """The rows as Markdown, with the day, the machine and the versions."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    lines = [
        f"{date.today():%d %B %Y}; {machine()}; Python {platform.python_version()}, {versions}.",
        "",
        "| what | ratio [5% to 95%] | goal | | medians, settings, agreement |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        goal = row["goal"].replace(">=", "at least").replace("<=", "at most")
        cells = row["what"], ratio(row), goal, verdict(row), row["note"]
        lines.append("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def machine():
    """Processor and system, without the name of the host."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        found = [x.split(":")[1] for x in cpuinfo.read_text().splitlines() if "model name" in x]
        name = found[0].strip() if found else name
    return f"{os.cpu_count()} x {name}, {platform.system()}"


def main(arguments=None):
    """Measure what was asked for; write the table if that was everything, at full size."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__.splitlines()[0])
    parser.add_argument("words", nargs="*", help="only modules whose names contain one of these")
    parser.add_argument("--quick", action="store_true", help="tiny sizes: does everything work?")
    options = parser.parse_args(arguments)
    rows = measure(modules(options.words), options.quick)
    if options.quick:
        return 0
    text = table(rows)
    print("\n" + text)
    if not options.words:
        above = README.read_text(encoding="utf-8").split(HEADING)[0]
        README.write_text(above + HEADING + "\n" + text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
