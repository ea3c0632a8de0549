"""The other half of the notebooks' pictures: a file is one worker's."""

import pytest

from tests import visible
from tests.notebooks import main_notebooks, name_of


@pytest.mark.parametrize("path", main_notebooks()[1::2], ids=name_of)
def test_pictures_can_be_seen(path, record_property):
    visible.assert_seen(path, record_property)
