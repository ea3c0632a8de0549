"""The pictures of notebook 12: a decision tree drawn from its own code, and the retrain rule."""

import ast
import inspect
import re
import textwrap

import numpy as np

from helpers import plots
from helpers.explore import Picture

OTHERWISE = "otherwise"
_QUESTION, _ANSWER = 0.36, 0.87  # where their middles are drawn


class _Plain(ast.NodeTransformer):
    """``s["loss up"]`` as it is read aloud: loss up."""

    def visit_Subscript(self, node):
        return ast.Name(id=node.slice.value)


def questions(*functions):
    """The questions that a decision tree asks, read from the code of its functions.

    Parameters
    ----------
    *functions : callable
        Each a chain of ``if <condition on s["..."]>: return "<answer>"`` with a last ``return``
        of an answer, or of None to go on with the next function.

    Returns
    -------
    list of list of (str, str)
        For each function its pairs of condition and answer, in order. The very last answer has the
        condition `OTHERWISE`.

    Raises
    ------
    ValueError
        If a function is not such a chain: then no picture would tell the whole of it.
    """
    if not functions:
        raise ValueError("functions must hold at least one function; got none")
    parts = [_chain(function) for function in functions]
    for function, (_, last) in zip(functions, parts, strict=True):
        if (last is None) != (function is not functions[-1]):
            raise ValueError(
                f"{function.__name__} must end in `return None`, and the last function must not"
            )
    found = [pairs for pairs, _ in parts]
    found[-1].append((OTHERWISE, parts[-1][1]))
    return found


def _chain(function):
    [definition] = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    *steps, last = [n for n in definition.body if not _is_docstring(n)]
    if not isinstance(last, ast.Return) or not all(_asks(step) for step in steps):
        raise ValueError(f"{function.__name__} must be a chain of `if ...: return ...`")
    pairs = [(_in_words(step.test), step.body[0].value.value) for step in steps]
    return pairs, last.value.value


def _is_docstring(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _asks(step):
    returns = isinstance(step, ast.If) and not step.orelse and len(step.body) == 1
    return returns and isinstance(step.body[0], ast.Return)


def _in_words(test):
    return ast.unparse(_Plain().visit(test))


def tree_picture(tree, signals):
    """A decision tree as a picture: questions downwards, answers beside them.

    Parameters
    ----------
    tree : list of list of (str, str)
        From `questions`; each list becomes a column.
    signals : dict of str to str
        What each signal in the conditions says.

    Returns
    -------
    Figure
    """
    rows = max(map(len, tree))
    fig, axes = plots.figure(len(tree), width=5.6 * len(tree), height=1.25 * rows)
    first = 1
    for ax, column in zip(np.atleast_1d(axes), tree, strict=True):
        ax.set(xlim=(0, 1), ylim=(-rows + 0.45, 0.62))
        ax.axis("off")
        for i, (condition, answer) in enumerate(column):
            _box(ax, _ANSWER, -i, answer.replace(" ", "\n", 1), fc="#CFE6F5", weight="bold")
            if condition == OTHERWISE:
                _arrow(ax, (_QUESTION, _ANSWER - 0.11), (-i, -i), "no")
                ax.plot([_QUESTION] * 2, [-i + 0.62, -i], color="black", lw=1.5)
                continue
            _box(ax, _QUESTION, -i, _asked(first + i, condition, signals), fc="white", size=9)
            _arrow(ax, (0.69, _ANSWER - 0.11), (-i, -i), "yes")
            if i + 1 == len(column):
                ax.text(_QUESTION, -i - 0.5, f"no: go on with {first + i + 1}", ha="center")
            elif column[i + 1][0] != OTHERWISE:
                _arrow(ax, (_QUESTION, _QUESTION), (-i - 0.38, -i - 0.62), "no")
        first += len(column)
    return fig


def _asked(number, condition, signals):
    names = [name for name in signals if re.search(rf"\b{name}\b", condition)]
    said = [textwrap.fill(f"{name}: {signals[name]}", 52) for name in names]
    return "\n".join([f"{number}.  {condition}?", *said])


def _box(ax, x, y, words, fc, **style):
    box = {"boxstyle": "round,pad=0.35", "fc": fc, "ec": "black"}
    ax.text(x, y, words, bbox=box, ha="center", va="center", **style)


def _arrow(ax, xs, ys, word):
    ax.annotate("", (xs[1], ys[1]), (xs[0], ys[0]), arrowprops={"arrowstyle": "->", "lw": 1.5})
    shift = (6, -4) if xs[0] == xs[1] else (0, 4)
    ax.annotate(word, (np.mean(xs), np.mean(ys)), shift, textcoords="offset points", size=9)


def rule_picture(rows, staleness, prices):
    """The rule of the error budget: what a retrain gains until the next chance, and its price.

    Parameters
    ----------
    rows : int
        The longest time to the next chance that is drawn, in rows served.
    staleness, prices : sequence of float
        What the sliders can reach; they fix the axes.

    Returns
    -------
    Picture
        ``update(staleness=, price=)`` moves it.
    """
    top = 1.1 * max(*prices, 1e-9)
    served = np.array([0.0, rows])
    fig, ax = plots.figure(width=7)
    gain = plots.draw_curve(ax, served, 0 * served, "retrained", "gain: staleness x rows")
    cost = plots.draw_curve(ax, served, 0 * served, "frozen", "price of a retrain")
    [tie] = ax.plot([], [], "o", color="black", ms=9, label="the two are equal")
    ax.axhline(0, color="black", lw=1, zorder=0)
    low = min(0.0, min(staleness)) * rows
    ax.set(xlim=(0, rows), ylim=(max(low, -0.4 * top) - 0.05 * top, top))
    ax.set(xlabel="rows served until the next chance", ylabel="units of loss")
    plots.legend_below(fig, ax)
    heading = ax.set_title(" ")

    def update(staleness, price):
        gain.set_ydata(staleness * served)
        cost.set_ydata([price, price])
        even = price / staleness if staleness > 0 else np.inf
        tie.set_data([even] if even <= rows else [], [price] if even <= rows else [])
        said = f"it pays if the next chance is more than {even:,.0f} rows away"
        if staleness <= 0:
            said = "no staleness: a retrain gains nothing"
        if staleness < 0:
            said = "negative staleness: a retrain loses"
        heading.set_text(said)

    return Picture(fig, (gain, cost, tie, heading), update)
