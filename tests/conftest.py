"""
Which tests may run beside which.

Where a folder is named below, what its tests state does not depend on how
long anything takes: they run one after the other, beside those of another
folder. All others that start something are `timed`, as are those that say so
themselves: they have the machine for themselves.
"""

from pathlib import Path

import pytest


HERE = Path(__file__).parent
STARTING = {"live", "docker"}
BESIDE = ("docker", "contract", "cli", "deploy", "probes")
"""The folders that take longest first, so that the workers end at about the same time."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what starts something by its folder, and put it in the order of BESIDE."""
    for item in items:
        if STARTING.isdisjoint(mark.name for mark in item.iter_markers()):
            continue
        folder = _folder(item)
        if folder in BESIDE:
            item.add_marker(pytest.mark.xdist_group(folder))
        else:
            item.add_marker(pytest.mark.timed)
    items.sort(key=_turn)


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(HERE).parts[0]


def _turn(item: pytest.Item) -> int:
    folder = _folder(item)
    return BESIDE.index(folder) if folder in BESIDE else len(BESIDE)
