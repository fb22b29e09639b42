"""
Which tests may run beside which.

What the folders that are named below state does not depend on how long
anything takes: `make test` runs them in five parts beside each other. All other
tests that start something are `timed`, as are those that say so themselves:
they have the machine for themselves.
"""

import os
import signal
import time
from collections import defaultdict
from pathlib import Path

import pytest

from bench.child_environment import behind_ones_back


HERE = Path(__file__).parent

# As the harness itself begins: what libraries would take from the shell is gone,
# and Ctrl-C is not ignored, as it is in the background of a script.
for name in behind_ones_back(os.environ, str(HERE.parent)):
    del os.environ[name]
for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
    if signal.getsignal(number) is signal.SIG_IGN:
        usual = signal.default_int_handler
        signal.signal(number, usual if number == signal.SIGINT else signal.SIG_DFL)

BEGUN_S = time.monotonic()
STARTING = {"live", "docker"}
BESIDE = ("docker", "deploy", "contract", "probes", "cli", "load", "run")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what starts something and stands in no such folder."""
    marks = {mark.name for mark in item.iter_markers()}
    if STARTING & marks and item.path.relative_to(HERE).parts[0] not in BESIDE:
        item.add_marker(pytest.mark.timed)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Add what the session and each test took, in seconds, to the file that DURATIONS names."""
    path = os.environ.get("DURATIONS")
    # The workers of pytest-xdist report to the one that started them.
    if path is None or hasattr(terminalreporter.config, "workerinput"):
        return
    took: dict[str, float] = defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                took[report.nodeid] += report.duration
    words = " ".join(terminalreporter.config.invocation_params.args)
    took[f"pytest {words}"] = time.monotonic() - BEGUN_S
    # At once: five sessions write to it.
    with Path(path).open("a", encoding="utf-8") as file:
        file.write("".join(f"{s:.2f}\t{test}\n" for test, s in took.items()))
