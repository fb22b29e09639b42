"""`bench instructions OLD NEW --gate`: two versions held to one per cent of instructions."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from typer import Typer
from typer.testing import CliRunner

from bench.cli import instructions_command
from bench.cli.instructions_command import command
from bench.configure.tables import load_frameworks
from bench.errors import EnvironmentFailure, TargetFailed, UsageError
from bench.model.framework import Target
from bench.model.instructions import CountedTwice


FLASK, _ = load_frameworks()["flask"]
OLD, NEW = "flask@3.0/gunicorn-gthread", "flask@3.1/gunicorn-gthread"
type Count = Callable[[Mapping[str, float], float], None]


def typed(*words: str) -> tuple[int, str, str]:
    """Exit status, stdout and stderr; faults of the asker are raised."""
    app = Typer()
    app.command()(command)
    done = CliRunner().invoke(app, list(words))
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def count(monkeypatch: pytest.MonkeyPatch) -> Count:
    """Sets what each target takes on every workload, and how far its second count is off."""

    def to(takes: Mapping[str, float], apart: float = 0.0) -> None:
        @contextmanager
        def programs(
            chosen: Sequence[Target], *_: Any
        ) -> Iterator[list[tuple[Any, Target]]]:
            yield [(None, one) for one in chosen if one.id in takes]

        def counted(
            _: Any, target: Target, names: Sequence[str], requests: int
        ) -> list[CountedTwice]:
            own = takes[target.id]
            return [
                CountedTwice(target.id, name, own, own * (1 + apart)) for name in names
            ]

        monkeypatch.setattr(instructions_command, "programs", programs)
        monkeypatch.setattr(instructions_command, "counted", counted)
        monkeypatch.setattr(instructions_command, "find_valgrind", lambda: None)
        monkeypatch.setattr(instructions_command, "valgrind_version", lambda: "v")

    return to


@pytest.mark.parametrize(
    ("takes", "status", "words"),
    [(101_100, 1, "1.0110 times"), (100_900, 0, "1.0090 times"), (90_000, 0, "0.90")],
)
def test_more_than_a_hundredth_is_status_1(
    count: Count, takes: float, status: int, words: str
) -> None:
    """1.1 per cent are too much, 0.9 are let pass, fewer are welcome."""
    count({OLD: 100_000, NEW: takes}, 0.0)
    ended, said, _ = typed("flask@3.0", "flask", "--workloads", "hello", "--gate")

    assert ended == status
    (line,) = (each for each in said.splitlines() if each.startswith("gate: hello"))
    assert words in line
    assert ("more than the margin of 1%" in line) == bool(status)


def test_the_order_of_the_names_decides(count: Count) -> None:
    """The newer one first: it is asked whether the older one takes more."""
    count({OLD: 100_000, NEW: 90_000}, 0.0)

    assert typed("flask@3.0", "flask", "--gate")[0] == 0
    assert typed("flask", "flask@3.0", "--gate")[0] == 1


def test_without_the_word_nothing_is_judged(count: Count) -> None:
    """Twice the instructions are a table and status 0."""
    count({OLD: 100_000, NEW: 200_000}, 0.0)
    status, said, _ = typed("flask@3.0", "flask")

    assert (status, "gate:" in said) == (0, False)


def test_counts_that_differ_from_themselves_decide_nothing(count: Count) -> None:
    """Status 3, as ever when a result is not reliable, and not for the margin."""
    count({OLD: 100_000, NEW: 105_000}, 0.002)
    status, said, _ = typed("flask@3.0", "flask", "--gate")

    assert status == 3
    assert "two counts differ" in said
    assert "more than the margin" not in said


def test_a_version_that_cannot_be_counted_is_not_let_pass(count: Count) -> None:
    """It is named, and nothing is said to be within the margin; without a gate, status 3 too."""
    count({OLD: 100_000}, 0.0)
    with pytest.raises(
        EnvironmentFailure, match=f"1 of 2 targets were not counted: {NEW}"
    ):
        typed("flask@3.0", "flask")

    with pytest.raises(TargetFailed, match=f"{NEW} could not be counted on hello"):
        typed("flask@3.0", "flask", "--gate")


def test_the_json_is_the_counts_alone(count: Count) -> None:
    """What the gate says is for people, on stderr."""
    count({OLD: 100_000, NEW: 102_000}, 0.0)
    status, said, beside = typed("flask@3.0", "flask", "--gate", "--json")

    assert (status, said[0]) == (1, "[")
    assert "gate:" not in said
    assert "more than the margin" in beside


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("flask",), "and 1 are named"),
        (("flask@*", "flask"), f"names {len(FLASK.versions)} targets"),
        (("flask", "flask@3.1"), "not two versions of one framework"),
        (("flask", "django"), "not two versions of one framework"),
    ],
)
def test_what_is_no_pair_of_versions_is_refused(
    count: Count, words: tuple[str, ...], fault: str
) -> None:
    """Before anything is counted."""
    count({}, 0.0)

    with pytest.raises(UsageError, match=fault):
        typed(*words, "--gate")


def test_an_asked_version_is_counted_or_refused(
    count: Count, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes part beside what is named; with --gate it must be one of the two."""
    monkeypatch.setattr(
        instructions_command, "requested_versions", lambda *_: ["flask@9.9"]
    )
    asked = "flask@9.9/gunicorn-gthread"
    count({asked: 100_000, NEW: 100_000}, 0.0)

    assert asked in typed("flask", "--with", "flask==9.9.*")[1]
    assert typed("flask@9.9", "flask", "--with", "flask==9.9.*", "--gate")[0] == 0
    with pytest.raises(UsageError, match=r"asked for flask@9\.9"):
        typed("flask@3.0", "flask", "--with", "flask==9.9.*", "--gate")


def test_a_target_that_serves_none_of_the_workloads_is_refused(count: Count) -> None:
    """It would be counted nowhere, and nobody would say so."""
    count({NEW: 100_000}, 0.0)

    with pytest.raises(UsageError, match="'floor' serves none of validate"):
        typed("flask", "floor", "--workloads", "validate")
