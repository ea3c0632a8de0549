"""One thread per fit, notebooks run twice, and a summary of what the tests measured."""

import os
import signal

from tests import offline, twice

# Before numpy is imported, and inherited by every kernel that nbval starts.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
os.environ["WORKBOOK_PROGRESS"] = ""  # no test writes into a reader's record

# A shell that starts the tests in the background has them ignore Ctrl-C, and some tests press it.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config):
    """Have nbval run each notebook twice."""
    config.pluginmanager.register(twice)


def pytest_terminal_summary(terminalreporter):
    """Print the lines that tests recorded with ``record_property("summary", [section, line])``."""
    sections = {"network": [f"the network was {offline.state()}"]}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "teardown":  # of skipped tests, too
                for name, value in report.user_properties:
                    if name == "summary":
                        sections.setdefault(value[0], []).append(value[1])
    for section, lines in sorted(sections.items()):
        terminalreporter.section(section)
        for line in sorted(lines):
            terminalreporter.write_line(line)
