"""A refusal and a list come at once: what measures, judges and draws is not loaded for them."""

import subprocess
import sys
from pathlib import Path

import pytest


ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("numpy", "scipy", "arro3", "matplotlib", "gevent")
LOOK = f"""
import sys
from bench.cli.main import main
try:
    main()
except SystemExit:
    pass
print("loaded:", *[name for name in {HEAVY!r} if name in sys.modules])
"""


@pytest.mark.parametrize(
    "words",
    [
        ("list", "warnings"),
        ("run", "--profile", "quik"),
        ("run", "--plan"),
        ("run", "--resume", "1999"),
        ("report", "1999"),
        ("check", "flask/nope"),
    ],
    ids=" ".join,
)
def test_what_starts_nothing_loads_nothing_heavy(words: tuple[str, ...]) -> None:
    """No array, no statistics, no data frame, no drawing, no event loop."""
    done = subprocess.run(
        [sys.executable, "-c", LOOK, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1].split() == ["loaded:"]


def test_the_list_of_commands_draws_nothing() -> None:
    """All commands are loaded to name them, and none of them loads what draws."""
    done = subprocess.run(
        [sys.executable, "-c", LOOK, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = done.stdout.splitlines()[-1].split()
    assert not {"arro3", "matplotlib"} & set(loaded)
