"""One profile for all property tests: the same examples at every run, and nothing kept on disk.

``HYPOTHESIS_PROFILE=search python -m pytest tests/property`` looks at many others, each time anew.
"""

import os

from hypothesis import settings

settings.register_profile(
    "workbook", derandomize=True, deadline=None, database=None, print_blob=True, max_examples=60
)
settings.register_profile(
    "search", settings.get_profile("workbook"), derandomize=False, max_examples=1000
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "workbook"))
