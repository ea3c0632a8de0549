"""What a class predicted beside what came out: dots for numbers, bars for words.

Each builder returns a figure and its text alternative. What people wrote is shown as text,
whatever it is.
"""

import math
import re
from collections import Counter
from textwrap import fill, shorten

import numpy as np
from matplotlib.ticker import MaxNLocator

from helpers.pictures_own import plain
from helpers.plots import COLOURS, figure

EDGE = "#444444"
MOST_BARS, BINS, WIDTH, LARGEST = 8, 40, 6.2, 1e100
FAR = 3  # interquartile ranges from the quartiles; what lies beyond is drawn at the edge


def number(value):
    """A number, or a text that is one, as a float; None for all else, such as NaN or 1e300."""
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if abs(found) < LARGEST else None


def say(value):
    """A truth or a guess in words: numbers to three digits, whole ones up to 1e9 in full."""
    if isinstance(value, str) or not math.isfinite(value):
        return str(value)
    if value != round(value):
        value = float(f"{value:.3g}")
    return (f"{value + 0.0:,.9g}" if abs(value) < 1e9 else f"{value:.3g}").replace("-", "−")


def is_right(guess, truth):
    """Whether a guess in words says what came out.

    The case of letters does not matter. Of several words joined by "or" one is enough; of several
    different ones joined by "and" or commas the order does not matter.
    """
    guess, truth = tidy(guess), tidy(truth)
    wanted = parts(truth)
    if len(set(wanted)) == len(wanted) and sorted(parts(guess)) == sorted(wanted):
        return True
    return guess == truth or guess in truth.split(" or ")


def tidy(value):
    """A text without quotes and in small letters, one blank between words."""
    return " ".join(re.sub(r"[\"'`]", "", say(value)).casefold().split()).rstrip(".")


def parts(text):
    """What commas and "and" join."""
    return [part for part in re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", text) if part]


def kind_of(guesses, truth):
    """How guesses can be shown: "numbers", "words", or "texts" that cannot be called right."""
    numbers = sum(number(guess) is not None for guess in guesses)
    if number(truth) is not None:
        return "numbers" if numbers else "texts"
    return "texts" if 2 * numbers > len(guesses) else "words"


def guesses_picture(guesses, truth):
    """All guesses at one thing beside what came out.

    Parameters
    ----------
    guesses : list of int, float or str
        One a person, at least one.
    truth : int, float or str

    Returns
    -------
    Figure, str
        The figure and its text alternative.
    """
    if kind_of(guesses, truth) == "numbers":
        return _dots([n for g in guesses if (n := number(g)) is not None], truth)
    return _bars(guesses, truth)


def _dots(values, truth):
    values, line = np.sort(values), number(truth)
    low, high, log = _limits(values, line)
    drawn = np.clip(values, low, high)
    edges = np.geomspace(low, high, BINS + 1) if log else np.linspace(low, high, BINS + 1)
    place = np.clip(np.searchsorted(edges, drawn, "right") - 1, 0, BINS - 1)
    across = np.array([drawn[place == p].mean() for p in place])
    height = np.array([1 + np.sum(place[:i] == p) for i, p in enumerate(place)])
    top = max(height.max(), 3)
    fig, ax = figure(height=1.7 + min(top, 40) * 0.05, width=WIDTH)
    size = min(9, 75 / top + 2)
    for beyond, marker in [(values < low, "<"), (values > high, ">"), (None, "o")]:
        here = (low <= values) & (values <= high) if beyond is None else beyond
        ax.plot(across[here], height[here], ls="", marker=marker, ms=size,
                mfc=COLOURS["guess"], mec=EDGE, mew=0.8)  # fmt: skip
    if log:
        ax.set_xscale("log")
        ax.xaxis.set_major_formatter(lambda x, _: say(x))
        ax.xaxis.set_minor_formatter(lambda x, _: "")
    ax.axvline(line, color=COLOURS["truth"])
    pad = (high / low) ** 0.04 if log else (high - low) * 0.04
    ax.set_xlim((low / pad, high * pad) if log else (low - pad, high + pad))
    ax.set(ylim=(0, top + 1), xlabel="guess", ylabel="people")
    ax.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    share = np.searchsorted(edges, line) / BINS
    side = "left" if share < 0.3 else "right" if share > 0.7 else "center"
    ax.annotate(f"came out: {say(truth)}", (line, 1), (0, 3), ha=side, weight="bold",
                xycoords=ax.get_xaxis_transform(), textcoords="offset points")  # fmt: skip
    return fig, _said_of_numbers(values, truth, (values < low).sum() + (values > high).sum())


def _limits(values, line):
    """The range that is drawn, with the truth in it, and whether its scale is logarithmic."""
    shown = np.append(values, line)
    log = shown.min() > 0 and max(np.quantile(values, 0.9), line) / shown.min() > 50
    scaled = np.log(shown) if log else shown
    first, third = np.quantile(scaled[:-1], [0.25, 0.75])
    spread = max(third - first, abs(scaled[-1] - np.median(scaled[:-1])) / FAR, 1e-9)
    low = min(max(scaled.min(), first - FAR * spread), scaled[-1])
    high = max(min(scaled.max(), third + FAR * spread), scaled[-1])
    if high - low < 1e-6 * max(abs(high), 1):
        pad = max(abs(high) / 10, 0.05)
        low, high = low - pad, high + pad
    return (np.exp(low), np.exp(high), log) if log else (low, high, log)


def _said_of_numbers(values, truth, beyond):
    line = number(truth)
    below, above = np.sum(values < line), np.sum(values > line)
    if len(values) == 1:
        said = f"One guess, {say(values[0])}"
    else:
        first, third = np.quantile(values, [0.25, 0.75])
        said = f"{len(values)} guesses from {say(values[0])} to {say(values[-1])}"
        said += f", the middle half from {say(first)} to {say(third)}"
    said += f"; {say(truth)} came out: {below} below it, {above} above it"
    return said + (f", {beyond} off the picture." if beyond else ".")


def _bars(guesses, truth):
    rows = tally(guesses, truth)
    names = [f"✓ {name}" if right else name for name, _, right in rows]
    labels = [fill(plain(name), 26) for name in names]
    lines = sum(1 + label.count("\n") for label in labels)
    fig, ax = figure(height=0.9 + 0.27 * lines, width=WIDTH)
    counts = [count for _, count, _ in rows]
    bars = ax.barh(range(len(rows)), counts, height=0.7, edgecolor=EDGE)
    for bar, (_, count, right) in zip(bars, rows, strict=True):
        bar.set(facecolor=COLOURS["retrained" if right else "floor"], hatch="" if right else "//")
        ax.annotate(str(count), (count, bar.get_y() + 0.35), (4, 0), textcoords="offset points",
                    va="center", weight="bold" if right else "normal")  # fmt: skip
    ax.set_yticks(range(len(rows)), labels)
    for label, (_, _, right) in zip(ax.get_yticklabels(), rows, strict=True):
        label.set_weight("bold" if right else "normal")
    ax.invert_yaxis()
    ax.set(xlabel="people", xlim=(0, max(counts) * 1.1 + 0.3))
    ax.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    ax.grid(visible=False, axis="y")
    said = ", ".join(f"{count} {shorten(name, 60, placeholder='…')}" for name, count, _ in rows)
    return fig, f"Guesses, most often first: {said}; what came out: {say(truth)}."


def tally(guesses, truth):
    """How often each answer was given: [(answer, people, whether it is right)].

    The commonest first, or by size if all are numbers. The truth has a row of its own if nobody
    gave it; answers beyond the first eight are put together.
    """
    spelt = {}
    for guess in guesses:
        spelt.setdefault(tidy(guess), Counter())[say(guess)] += 1
    marked = kind_of(guesses, truth) == "words"
    rows = []
    for spellings in spelt.values():
        name = spellings.most_common(1)[0][0]
        rows.append((name, spellings.total(), marked and is_right(name, truth)))
    rows.sort(key=lambda row: (not row[2], -row[1], row[0]))
    rows, rest = rows[:MOST_BARS], rows[MOST_BARS:]
    by_size = [number(row[0].replace("−", "-").replace(",", "")) for row in rows]
    if None not in by_size:
        rows = [row for _, row in sorted(zip(by_size, rows, strict=True))]
    else:
        rows.sort(key=lambda row: -row[1])
    if marked and not any(right for *_, right in rows):
        rows.append((say(truth), 0, True))
    if rest:
        rows.append((f"{len(rest)} other answers", sum(count for _, count, _ in rest), False))
    return rows
