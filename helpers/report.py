"""The verdict on a reader's own data as one HTML file that needs nothing else.

Pictures are inside it, there is no script, and it fetches nothing. Names and values come from a
reader's file, so all of them are escaped.
"""

import base64
import contextlib
import os
import platform
import tempfile
import warnings
from datetime import date
from html import escape
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pandas as pd

from helpers import pictures_own
from helpers.own_data import Results, Study
from helpers.plots import png
from helpers.verdict import Verdict

PACKAGES = ["drift-workbook", "numpy", "pandas", "scikit-learn", "scipy", "matplotlib"]
MOST_ROWS = 200  # of a table
PRIVATE = "No data left this machine: everything was computed here, and this page fetches nothing."
PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #111 }}
.verdict {{ border-left: 6px solid #0072B2; padding: .2em 1em; font-size: 1.15em }}
.warning {{ border-left: 6px solid #D55E00; padding-left: 1em }}
img {{ max-width: 100%; height: auto }}
.wide {{ overflow-x: auto }}
table {{ border-collapse: collapse; font-size: .9em }}
th, td {{ border-bottom: 1px solid #ccc; padding: .2em .6em; text-align: left }}
td.number {{ text-align: right; font-variant-numeric: tabular-nums }}
</style>
</head>
<body>
{body}
</body>
</html>
"""


def write_report(study, results, words, path):
    """Write verdict, pictures, tables and settings into one HTML file.

    Parameters
    ----------
    study : helpers.own_data.Study
    results : helpers.own_data.Results
    words : helpers.verdict.Verdict
    path : str or Path
        The file, in a folder that exists; it ends in .html. An older report there is replaced,
        once the new one is complete.

    Returns
    -------
    Path
        The file, absolute.

    Raises
    ------
    TypeError, ValueError, OSError
        Naming the argument, what was wrong and what to do.
    """
    for name, value, kind in [
        ("study", study, Study),
        ("results", results, Results),
        ("words", words, Verdict),
    ]:
        if not isinstance(value, kind):
            raise TypeError(f"{name} must be a {kind.__name__}; got {type(value).__name__}")
    path = _checked(path)
    write_whole(report_html(study, results, words), path)
    return path


def report_html(study, results, words):
    """The page as text; see `write_report`."""
    title = f"Should {study.target!r} be predicted by a retrained model?"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<div class="verdict"><p><strong>{escape(words.headline)}</strong></p></div>',
        items_html(words.sentences),
        f"<p>{PRIVATE}</p>",
        *_warned(study),
        _section("Loss of each period", picture_html(*pictures_own.losses_picture(study, results))),
        _section("Policies", _policies(study, results)),
        _section("Differences", _differences(study, words)),
        _section("Drift of inputs and target", _drift(study, results)),
        _section("Without labels", picture_html(*pictures_own.estimate_picture(study, results))),
        _section("What was read", "<p>Read, dropped and set aside add up to kept.</p>"
                 + _table(study.read_report, index=False)),
        _section("Periods", _table(periods(study))),
        _section("Settings", _table(_settings(study))),
        _section("Versions", _table(_versions())),
    ]  # fmt: skip
    return PAGE.format(title=escape(title), body="\n".join(parts))


def _warned(study):
    if study.warnings:
        yield f'<div class="warning"><h2>Warnings</h2>{items_html(study.warnings)}</div>'


def _policies(study, results):
    if not len(results.table):
        return "<p>Nothing was compared: there is too little data.</p>"
    return (
        f"<p>Mean {escape(study.metric)} of a {escape(str(study.unit))}, with the price of the "
        f"retrains. On the earlier {study.split - study.start} {study.unit}s the policy was chosen "
        f"({escape(results.chosen)}); the later {len(study.batches) - study.split} judge it. Of "
        f"the naive forecasts the best on the later ones counts ({escape(results.naive)}).</p>"
        + _table(results.table)
        + items_html(results.checks)
    )


def _differences(study, words):
    picture = picture_html(*pictures_own.differences_picture(study, words))
    if not len(words.numbers):
        return picture
    said = (
        "<p>Mean of first minus second over the periods, with a 95% block-bootstrap interval "
        "fit for few periods; where neighbouring periods are alike it is a little too narrow. "
        "Positive: the second is better.</p>"
    )
    return picture + said + _table(words.numbers.astype({"periods": int}))


def _drift(study, results):
    picture = picture_html(*pictures_own.drift_picture(study, results))
    if not len(results.drift):
        return picture
    by = results.drift.groupby(["column", "role", "test"], sort=False)
    found = by.agg(alarms=("alarm", "mean"), psi=("psi", "median"), worst=("psi", "max"))
    found.columns = ["share of periods with alarm", "median PSI", "largest PSI"]
    said = "<p>Each period against the rows of the first fit. Drift need not hurt the model.</p>"
    return picture + said + _table(found.reset_index(), index=False)


def periods(study):
    """What the periods are for, and how large they are.

    Parameters
    ----------
    study : helpers.own_data.Study

    Returns
    -------
    DataFrame
        One row a part ("first fit", "to choose by", "to judge by"), with its number of periods and
        rows, the rows in its smallest, median and largest period, and where it begins.
    """
    sizes = pd.Series(study.batches.edges[1:] - study.batches.edges[:-1])
    when, names = study.batches.when, ["first fit", "to choose by", "to judge by"]
    cuts = [0, study.start, study.split, len(sizes)]
    rows = {}
    for name, a, b in zip(names, cuts, cuts[1:], strict=False):
        if a < b:
            part = sizes[a:b]
            sizes_of = part.sum(), part.min(), int(part.median()), part.max()
            rows[name] = (b - a, *sizes_of, str(when[a])[:10])
    columns = ["periods", "rows", "fewest", "median", "most", "from"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def _settings(study):
    values = {
        "task": study.why,
        "metric": study.metric,
        "model": f"{study.model}: {type(study.estimator).__name__}",
        "time": study.time,
        "target": study.target,
        "features": ", ".join(map(str, study.features)),
        "period": study.period,
        "price of a retrain": f"{study.price:g} (units of the metric times rows)",
        "rows of the source that one row stands for": f"{study.weight:.3g}",
        "label delay": f"{study.delay} periods",
        "smallest gain that counts": f"{study.worth:.0%} of the frozen model's loss",
    }
    return pd.DataFrame({"value": values})


def _versions():
    found = {"written on": date.today().isoformat(), "Python": platform.python_version()}
    for name in PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return pd.DataFrame({"value": found})


def _section(title, body):
    return f"<h2>{title}</h2>\n{body}"


def items_html(texts):
    """Texts as a list, all escaped; nothing where there are none."""
    items = "".join(f"<li>{escape(str(text))}</li>" for text in texts)
    return f"<ul>{items}</ul>" if items else ""


def picture_html(fig, alt):
    """A figure inside the page, with its text alternative."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of letters that the font does not have
        data = base64.b64encode(png(fig)).decode()
    return f'<p><img src="data:image/png;base64,{data}" alt="{escape(alt)}"></p>'


def _table(table, index=True):
    """A table as HTML, scrolled by keys as well; numbers to four figures or whole, all escaped."""
    heads = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in table.columns)
    rows = [f"<tr>{'<td></td>' if index else ''}{heads}</tr>"]
    for label, *values in table.head(MOST_ROWS).itertuples():
        head = f'<th scope="row">{escape(str(label))}</th>' if index else ""
        rows.append(f"<tr>{head}{''.join(map(_cell, values))}</tr>")
    cut = len(table) - MOST_ROWS
    more = f"<p>{cut:,} more rows are not shown.</p>" if cut > 0 else ""
    return f'<div class="wide" tabindex="0"><table>{"".join(rows)}</table></div>{more}'


def _cell(value):
    if pd.api.types.is_float(value):
        text = format(value, ",.0f" if abs(value) >= 1e4 else ",.4g")
        return f'<td class="number">{"" if value != value else text}</td>'
    if pd.api.types.is_integer(value):
        return f'<td class="number">{value:,}</td>'
    return f"<td>{escape(str(value))}</td>"


def _checked(path):
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"path must be a file name; got {type(path).__name__}")
    path = Path(path).absolute()
    if path.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"path must end in .html, so that a browser opens it; got {path.name!r}")
    if path.is_dir():
        raise IsADirectoryError(f"path {path} is a folder; name a file in it")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"path: there is no folder {path.parent}; make it, or name another")
    return path


def write_whole(text, path):
    """Write a page whole or not at all: into a new file beside it, which then takes its place."""
    partial = None
    try:
        handle, partial = tempfile.mkstemp(".part", path.name, path.parent)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(partial).chmod(0o644)
        Path(partial).replace(path)
    except OSError as error:
        if partial is not None:
            Path(partial).unlink(missing_ok=True)
        raise OSError(
            error.errno,
            f"path: the page could not be written into the folder {path.parent} "
            f"({error.strerror}); free some space, or name another folder",
        ) from error
