"""Is this machine ready for the workbook? Versions, a picture, a slider and a check."""

import sys
from importlib.metadata import PackageNotFoundError, requires, version


def wrong_versions(distribution="drift-workbook"):
    """Packages that are missing or out of the range which the workbook declares.

    Parameters
    ----------
    distribution : str
        The installed distribution whose requirements count.

    Returns
    -------
    list of str
        One line per package, with the remedy; empty when all is well.
    """
    from packaging.requirements import Requirement

    try:
        wanted = [Requirement(line) for line in requires(distribution) or []]
    except PackageNotFoundError:
        return [f"{distribution} is not installed: run `python tasks.py lab` in its folder"]
    wrong = []
    for need in wanted:
        if need.marker and not need.marker.evaluate({"extra": ""}):
            continue
        try:
            found = version(need.name)
        except PackageNotFoundError:
            wrong.append(f"{need.name} is missing: pip install '{need.name}{need.specifier}'")
            continue
        if not need.specifier.contains(found, prereleases=True):
            wrong.append(f"{need.name} is {found}: pip install '{need.name}{need.specifier}'")
    return wrong


def check_environment():
    """Print whether the versions fit, run a check, and return a slider above a picture."""
    from helpers.exercises import check
    from helpers.explore import Picture, explore
    from helpers.plots import figure

    wrong = wrong_versions()
    print("versions: " + ("fine" if not wrong else "; ".join(wrong) + f" (Python {sys.version})"))
    check("00.0", "ready")
    fig, ax = figure(width=5, height=1.6)
    ax.set(xlim=(-0.5, 10.5), ylim=(-1, 1), yticks=[], xlabel="the slider moves the dot")
    (dot,) = ax.plot([0], [0], "o", ms=16)
    return explore(
        Picture(fig, (dot,), lambda position: dot.set_xdata([position])),
        alt="A dot on a line from 0 to 10; the slider moves it.",
        strip=[{"position": 5}],
        position=(0, 10, 1, "position"),
    )
