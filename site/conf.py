"""Sphinx's settings for the pages; `build.py` gathers their sources and starts Sphinx."""

import importlib.util
from pathlib import Path

project = html_title = "Drift and retraining: a workbook"
extensions = ["myst_nb"]
nb_execution_mode = "off"
nb_ipywidgets_js = {}  # no widgets without a kernel, and these scripts would come from a network
myst_enable_extensions = ["dollarmath", "amsmath", "html_image"]
myst_heading_anchors = 4
smartquotes = False  # as JupyterLab shows them

# One file of MathJax, from the package that brings it; as SVG it needs no fonts. Its module has
# hyphens in its name, and as an extension it would copy twelve times as much.
[_mathjax] = importlib.util.find_spec("sphinx-mathjax-offline").submodule_search_locations
mathjax_path = "tex-svg.js"
html_static_path = ["static", str(Path(_mathjax) / "static" / "mathjax" / mathjax_path)]

html_theme = "furo"
html_theme_options = {"top_of_page_buttons": [], "navigation_with_keys": True}
html_css_files = ["workbook.css"]
html_js_files = ["workbook.js"]
html_copy_source = False
html_use_index = False
html_show_copyright = False


def leave_out_of_search(app, doctree):
    """Nobody should meet a solution by searching for a word."""
    if "solutions" in app.env.docname or "answers" in app.env.docname:
        app.env.metadata[app.env.docname]["nosearch"] = True


def setup(app):
    app.connect("doctree-read", leave_out_of_search)
