"""README as the front door: its picture, and how to cite."""

import importlib.util
import re
from pathlib import Path

import pytest
import yaml
from PIL import Image

import tasks
from tests.notebooks import load, main_notebooks

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def front_door():
    spec = importlib.util.spec_from_file_location("front_door", ROOT / "site" / "front_door.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def said(front_door):
    """What the script computes now, in words."""
    return front_door.describe(front_door.compute()[-1])


def test_picture_is_the_one_that_the_script_makes_now(front_door, said):
    with Image.open(front_door.PICTURE) as picture:
        assert picture.text["Description"] == said
        assert picture.size == (1600, 640)
        assert picture.convert("RGBA").getpixel((0, 0)) == (255, 255, 255, 255)  # in dark mode too


def test_alternative_text_says_the_numbers(said):
    [alt] = re.findall(r"!\[([^\]]*)\]\(site/front_door\.png\)", README)
    assert alt.replace("\n", " ") == said


def test_picture_has_the_numbers_of_notebook_01(said):
    [cell] = [c for c in load(main_notebooks()[1]).cells if c.id == "budgets-print"]
    printed = str(cell.outputs)
    numbers = re.findall(r"\d\.\d{3}", said)
    assert len(numbers) == 6
    assert all(number in printed for number in numbers)


def test_readme_names_tasks_that_exist_and_those_that_readers_need():
    named = set(re.findall(r"python tasks\.py (\w+)", README))
    assert {"lab", "test", "site", "wheels", "address"} <= named <= set(tasks.TASKS)


def test_bibtex_says_what_the_citation_file_says():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    [entry] = re.findall(r"@software\{.*?^    \}", README, re.DOTALL | re.MULTILINE)
    fields = dict(re.findall(r"^ +(\w+) = \{+(.*?)\}+,?$", entry, re.MULTILINE))
    names = " and ".join(author["name"] for author in citation["authors"])
    assert fields == {
        "author": names,
        "title": citation["title"],
        "note": f"Licence {citation['license']}",
    }
