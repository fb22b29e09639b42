"""
Which tests may run beside which.

Those that start servers are sorted here. Where a folder is named below, what
it tests does not depend on how long anything takes: its tests run one after
the other, beside those of another folder. All others are `timed`: they need
the machine for themselves.
"""

from pathlib import Path

import pytest


HERE = Path(__file__).parent
STARTING = {"live", "docker"}
BESIDE = ("contract", "cli", "docker", "deploy", "probes")
"""The folders that take longest first, so that two workers end at about the same time."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what starts something by its folder, and put it in the order of BESIDE."""
    for item in items:
        folder = _folder(item)
        if not _starts(item):
            continue
        if folder in BESIDE:
            item.add_marker(pytest.mark.xdist_group(folder))
        else:
            item.add_marker(pytest.mark.timed)
    items.sort(key=_turn)


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(HERE).parts[0]


def _starts(item: pytest.Item) -> bool:
    return not STARTING.isdisjoint(mark.name for mark in item.iter_markers())


def _turn(item: pytest.Item) -> int:
    folder = _folder(item)
    return BESIDE.index(folder) if _starts(item) and folder in BESIDE else -1
