"""A user's mistake gets one clear sentence with the remedy and the right exit status."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


ROOT = Path(__file__).resolve().parents[2]


def bench(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a person sees who types `python -m bench WORDS`."""
    return subprocess.run(
        [sys.executable, "-m", "bench", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ("run", "--profile", "quik"),
            ["no profile named 'quik'", "did you mean 'quick'?"],
        ),
        (
            ("run", "--targets", "flaks"),
            ["no target named 'flaks'", "did you mean 'flask'?"],
        ),
        (("run", "--targets", "flask@9.9"), ["no version named '9.9'", "there are: "]),
        (("run", "--workloads", "helo"), ["'helo'", "did you mean 'hello'?"]),
        (("run", "--engine", "podman"), ["'podman'", "local"]),
        (("run", "--resume", "1999"), ["'1999'", "hint"]),
        (("run", "--resume", "x", "--seed", "1"), ["--resume", "leave out --seed"]),
        (
            (
                "run",
                "--resume",
                "x",
                "--plan",
                "--profile",
                "quick",
                "--engine",
                "auto",
            ),
            ["--resume", "leave out --profile, --engine, --plan"],
        ),
        (("run", "--targets", ",", "--plan"), ["',' names no target"]),
        (("run", "--workloads", "", "--plan"), ["'' names no target or workload"]),
        (("report", "1999"), ["'1999'", "hint"]),
        (("check", "flask/nope"), ["no deployment named 'nope'", "there are: "]),
        (("list", "cats"), ["'cats'", "targets, workloads"]),
        (("history", "keep"), ["named 'keep'", "add, list"]),
        (("load", "http://example.org/"), ["example.org"]),
        (("load", "https://127.0.0.1/"), ["https"]),
        (("load", "http://127.0.0.1:1/", "--poisson"), ["--poisson", "--rate"]),
        (
            ("run", "--engine", "local", "--load-elsewhere", "1"),
            ["loopback", "--load-workers"],
        ),
        (("worker", "--master", "8.8.8.8"), ["8.8.8.8", "--i-own-this"]),
        (("run", "--seed", "minus"), ["--seed"]),
        (("fly",), ["fly"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_wrong_word_is_named_and_answered(
    words: tuple[str, ...], says: list[str]
) -> None:
    """Exit status 2, the word that was refused, what exists instead, no traceback."""
    done = bench(*words)

    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    for part in says:
        assert part in done.stderr


def test_the_plan_is_printed_and_nothing_started() -> None:
    """--plan says what would be done and how long it takes, on stdout, at once."""
    done = bench("run", "--profile", "quick", "--seed", "5", "--plan")

    assert done.returncode == 0, done.stderr
    assert "takes about" in done.stdout
    assert "seed    5" in done.stdout
    assert "(again)" not in done.stdout
    assert "+again" in done.stdout


def test_one_processor_is_refused_with_the_remedy() -> None:
    """A server that shares its only core with the load cannot be measured."""
    done = subprocess.run(
        ["taskset", "-c", "0", sys.executable, "-m", "bench", "run", "--plan"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 3
    assert "at least 2 processors" in done.stderr


@pytest.mark.parametrize(
    "what", ["targets", "workloads", "claims", "profiles", "warnings", "runs"]
)
def test_every_list_can_be_read_by_people_and_programs(what: str) -> None:
    """Both forms work for each table."""
    import json

    assert bench("list", what).returncode == 0
    assert isinstance(json.loads(bench("list", what, "--json").stdout), list)
