"""What the command line says of itself."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bench.cli.contents import COMMANDS
from bench.cli.main import program


ROOT = Path(__file__).resolve().parents[2]
NARROW = {"COLUMNS": "80", "TERMINAL_WIDTH": "80"}


def help_of(*words: str) -> str:
    """What a terminal of 80 columns shows."""
    done = CliRunner().invoke(program(words[0]), list(words), env=NARROW)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_list_of_commands_is_whole_on_80_columns() -> None:
    """Every summary ends with its full stop on its own line."""
    said = help_of("-h")
    for name, entry in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(entry.summary)}$", said, re.MULTILINE)
        assert entry.summary.endswith((".", "?"))
    assert said == help_of("--help")


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_explains_itself(name: str) -> None:
    """-h as --help; its own sentence; examples that use its own options and fit the terminal."""
    said = help_of(name, "-h")
    body, _, shown = said.partition("Examples:\n")

    assert said == help_of(name, "--help")
    assert len(body.split("Options:")[0].splitlines()) > 3, "no sentence of its own"
    assert [line.strip() for line in shown.splitlines() if line.strip()] == [
        f"bench {example}" for example in COMMANDS[name].examples
    ]
    assert max(map(len, said.splitlines())) <= 80
    for example in COMMANDS[name].examples:
        words = shlex.split(example)
        assert words[0] == name
        for word in words:
            if word.startswith("-"):
                assert re.search(rf"(^|[ ,]){word}\b", body), f"{example}: {word}"


def typed(*words: str, **environment: str) -> str:
    """What a shell gets from the command."""
    done = subprocess.run(
        [sys.executable, "-m", "bench", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_the_version_is_told_with_the_commit() -> None:
    """As pyproject.toml has it."""
    (version,) = re.findall(
        r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE
    )
    assert re.fullmatch(rf"\S+ {version}( \([0-9a-f]+\))?\n", typed("--version"))


@pytest.mark.parametrize(
    ("line", "completes"),
    [
        ("bench ru", {"run"}),
        ("bench run --prof", {"--profile"}),
        ("bench run --profile sta", {"standard"}),
        ("bench run --workloads hello,db-r", {"hello,db-read"}),
        ("bench run --targets floor@1/uv", {"floor@1/uvicorn"}),
        ("bench report 20261122T1618", {"20261122T161813Z-standard-9f2e"}),
    ],
)
def test_a_shell_completes_what_is_begun(line: str, completes: set[str]) -> None:
    """Commands, options, and names from the tables and the run folders."""
    last = str(len(line.split()) - 1)
    said = typed(_BENCH_COMPLETE="complete_bash", COMP_WORDS=line, COMP_CWORD=last)

    assert set(said.split()) == completes
