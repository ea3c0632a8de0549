"""Each notebook runs twice in one kernel: Run All, and then Run All again without a restart.

nbval compares both runs with the stored outputs, so the second run gives what the first one gave.
`tests.conftest` registers this plugin of pytest; solutions run once.
"""

import pytest
from nbval.plugin import IPyNbCell, IPyNbFile


class Twice(IPyNbFile):
    """A notebook whose cells are collected twice; the second ones are called "again"."""

    def collect(self):
        """Yield nbval's items, then the same cells once more for the same kernel."""
        first = list(super().collect())
        yield from first
        for item in first:
            yield IPyNbCell.from_parent(
                self,
                name=f"{item.name} again",
                cell_num=item.cell_num,
                cell=item.cell,
                options=item.options,
            )


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    """Put `Twice` in the place of nbval's own collector."""
    collectors = yield
    if file_path.parent.name == "solutions":
        return collectors
    return [
        Twice.from_parent(parent, path=file_path) if type(c) is IPyNbFile else c for c in collectors
    ]
