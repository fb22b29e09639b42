"""
Which tests may run beside which.

What the folders that are named below state does not depend on how long
anything takes: `make test` runs them in five parts beside each other. All other
tests that start something are `timed`, as are those that say so themselves:
they have the machine for themselves.
"""

from pathlib import Path

import pytest


HERE = Path(__file__).parent
STARTING = {"live", "docker"}
BESIDE = ("docker", "deploy", "contract", "probes", "cli", "load", "run")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what starts something and stands in no such folder."""
    marks = {mark.name for mark in item.iter_markers()}
    if STARTING & marks and item.path.relative_to(HERE).parts[0] not in BESIDE:
        item.add_marker(pytest.mark.timed)
