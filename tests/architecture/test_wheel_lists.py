"""What `.ci/engine` downloads in few lists is what the locks name, no more and no less."""

import re
import subprocess
import sys
from pathlib import Path

import pytest


ROOT = Path(__file__).resolve().parents[2]
LOCKS = [*sorted(ROOT.glob("apps/*/locks/*.txt")), ROOT / "apps/docker/generator.txt"]
ENTRY = re.compile(r"^(\S+?)==(.*?) (?:\\|--hash)", re.MULTILINE)
"""Package and version, with the machines that it is for where it is not for all."""


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The lists of all standing locks."""
    folder = tmp_path_factory.mktemp("lists")
    program = [sys.executable, str(ROOT / ".ci" / "wheel-lists"), str(folder)]
    subprocess.run([*program, *map(str, LOCKS)], check=True, timeout=60)
    return [path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())]


def test_every_entry_of_every_lock_is_in_one_list(lists: list[str]) -> None:
    """With all of its hashes."""
    named = {each for lock in LOCKS for each in ENTRY.findall(lock.read_text())}
    listed = [each for text in lists for each in ENTRY.findall(text)]
    assert sorted(listed) == sorted(named)
    hashes = re.compile(r"--hash=\S+")
    wanted = {each for lock in LOCKS for each in hashes.findall(lock.read_text())}
    assert {each for text in lists for each in hashes.findall(text)} == wanted


def test_no_list_holds_two_versions_of_a_package(lists: list[str]) -> None:
    """As pip wants it; and the lists are few."""
    for text in lists:
        packages = [name for name, _ in ENTRY.findall(text)]
        assert len(packages) == len(set(packages))
    assert 1 < len(lists) < len(LOCKS) / 3
