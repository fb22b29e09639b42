"""`bench history` on published runs, as a person types it."""

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer import Typer
from typer.testing import CliRunner

from bench.cli import history_command, places, rendering
from bench.cli.counting import changed_since
from bench.cli.history_command import command
from bench.cli.instructions_command import followed_targets
from bench.cli.places import PUBLISHED
from bench.errors import UsageError
from bench.model.framework import Role
from bench.model.history import INSTRUCTIONS
from bench.model.instructions import CountedTwice, Instructions
from bench.model.verdict import Withheld
from bench.store.archive import ARCHIVE
from bench.store.documents import read_instructions, write_instructions
from bench.store.folder import read_head
from bench.store.history import keep
from tests.kept_runs import FLASK as KEPT
from tests.kept_runs import night, point


RUN = PUBLISHED / "20261122T112214Z-quick-f211"
FLASK = "flask@3.1/gunicorn-gthread"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of runs with one run in it, nothing published, and no history yet."""
    for name in ("run.json", ARCHIVE):
        (tmp_path / RUN.name).mkdir(exist_ok=True)
        shutil.copy(RUN / name, tmp_path / RUN.name / name)
    history = tmp_path / "history.sqlite"
    for module in (history_command, rendering):
        monkeypatch.setattr(module, "HISTORY", history)
    for module in (history_command, places):
        monkeypatch.setattr(module, "PUBLISHED", tmp_path / "none")
    monkeypatch.setattr(history_command, "RUNS", tmp_path)
    return tmp_path


def typed(*words: str) -> tuple[int, str, str]:
    """Exit status, output, and what was said beside it; faults of the asker are raised."""
    app = Typer()
    app.command()(command)
    done = CliRunner().invoke(app, list(words), standalone_mode=True)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


def dump(folder: Path) -> list[str]:
    """Everything that the file holds, as SQL."""
    with closing(sqlite3.connect(folder / "history.sqlite")) as file:
        return list(file.iterdump())


def test_a_stored_run_is_kept_once(here: Path) -> None:
    """Without names what is not kept yet, with a name that run again: the same rows in the end."""
    status, text, _ = typed("add")
    assert (status, text.splitlines()) == (0, [f"kept: {RUN.name}, 6 figures"])
    before = dump(here)
    assert typed("add")[1] == ""
    assert "nothing is new" in typed("add")[2]
    assert typed("add", RUN.name)[1].startswith(f"kept: {RUN.name}")
    assert dump(here) == before


def test_what_is_kept_is_what_the_results_say(here: Path) -> None:
    """One row per version: each ratio to the floor, to the last digit of results.json; what was never measured is not there."""
    typed("add")
    status, text, _ = typed("list", "--json")
    rows: list[dict[str, Any]] = json.loads(text)
    told: dict[str, Any] = json.loads((RUN / "results.json").read_text("utf-8"))
    known_ratios = {
        each["metric"]: each["advantage"]
        for each in told["comparisons"]
        if each["subject"] == FLASK
        and each["baseline"].startswith("floor@")
        and each["workload"] == "hello"
    }
    assert status == 0
    assert len(rows) == 3
    (flask,) = (row for row in rows if row["target"] == FLASK)
    assert (flask["run"], flask["workload"]) == (RUN.name, "hello")
    assert {figure["metric"] for figure in flask["figures"]} == {"cpu", "throughput"}
    for figure in flask["figures"]:
        ratio = known_ratios[figure["metric"]]
        assert figure["value"] == pytest.approx(ratio["point"], rel=1e-9)
        assert figure["low"] == pytest.approx(ratio["low"], rel=1e-9)
        assert (figure["n"], figure["void"]) == (ratio["n"], None)


def test_the_list_has_a_row_for_each_run_and_version(here: Path) -> None:
    """With ratio, interval, count and what it may not decide; conditions beneath."""
    count = point(371_234.5, metric=INSTRUCTIONS, conditions="ba9876543210")
    keep(here / "history.sqlite", night(1, [point(), count]))
    marked = [point(0.25, void="the generator was the limit")]
    twin = Withheld("twin", "The twin differs", "by 3 %")
    keep(here / "history.sqlite", night(2, marked, decides_nothing=twin))
    status, text, _ = typed("list")
    lines = text.splitlines()
    assert status == 0
    assert [line.split(" | ") for line in lines[2:4]] == [
        [
            "| `20260101T032300Z-versions-0001`",
            *(f"`{KEPT}`", "hello", "–", "0.500 (0.490 to 0.510)", "371,234"),
            *("`0123456789ab`, `ba9876543210`", " |"),
        ],
        [
            "| `20260102T032300Z-versions-0002`",
            *(
                f"`{KEPT}`",
                "hello",
                "–",
                "0.250 (0.245 to 0.255)",
                "–",
                "`0123456789ab`",
            ),
            "the twin differs: by 3 %; the generator was the limit |",
        ],
    ]
    assert "`0123456789ab`: machine Test CPU, 2 cores (abcd1234); engine local" in lines


def test_a_run_that_decided_nothing_is_left_out_with_its_reason(here: Path) -> None:
    """Beside the others in silence on stdout; by its name it is refused."""
    head = json.loads((here / RUN.name / "run.json").read_text("utf-8"))
    head["plan"]["profile"] |= {"name": "smoke", "verdicts": False}
    (here / RUN.name / "run.json").write_text(json.dumps(head))
    status, text, said = typed("add")
    assert (status, text) == (0, "")
    assert f"left out: run {RUN.name} is not kept: The smoke profile" in said
    with pytest.raises(UsageError, match="gives no verdicts"):
        typed("add", RUN.name)


def test_counts_come_with_the_next_add(here: Path) -> None:
    """A run whose files have changed is kept again, without being named."""
    typed("add")
    counted = Instructions(
        schema=1,
        made_at="2026-11-22T12:00:00Z",
        fingerprint="f",
        python="3.13.0",
        valgrind="valgrind-3.19.0",
        requests=200,
        counts=(CountedTwice(FLASK, "hello", 371_000.0, 371_001.0),),
    )
    write_instructions(here / RUN.name, counted)
    assert read_instructions(here / RUN.name) == counted
    assert typed("add")[1] == f"kept: {RUN.name}, 7 figures\n"
    rows = json.loads(typed("list", "--json")[1])
    figures = [figure for row in rows for figure in row["figures"]]
    counts = [f["value"] for f in figures if f["metric"] == INSTRUCTIONS]
    assert counts == [371_000.0]


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("keep",), "no part of the history named 'keep'"),
        (("list", "2026"), "looks at everything"),
        (("list",), "no history yet"),
        (("check",), "nothing pairs the runs of different days"),
        (("add", "1999"), "no run '1999'"),
    ],
)
def test_wrong_questions_are_refused(
    words: tuple[str, ...], fault: str, here: Path
) -> None:
    """Each names what was wrong, and writes nothing."""
    with pytest.raises(UsageError, match=fault):
        typed(*words)
    assert not (here / "history.sqlite").exists()


def test_whoever_asks_for_a_change_is_told_what_judges() -> None:
    """The command that looked for changes of level is gone; those that exist are named."""
    with pytest.raises(UsageError) as caught:
        typed("check")
    for named in ("bench compare RUN1 RUN2", "bench run --new", "bench bisect"):
        assert named in (caught.value.hint or "")


def test_counts_are_those_of_what_the_run_measured() -> None:
    """Its contestants and floors, on the same packages and application; else the reason."""
    record = read_head(RUN)
    assert {t.role for t in followed_targets(record)} == {Role.CONTESTANT, Role.FLOOR}
    ran_on = record.receipts[FLASK]
    assert changed_since(ran_on, ran_on) is None
    assert "did not measure" in (changed_since(None, ran_on) or "")
    newer = replace(ran_on, packages={**ran_on.packages, "Werkzeug": "9.9"})
    assert "packages" in (changed_since(ran_on, newer) or "")
    edited = replace(ran_on, app_sha256="0" * 64)
    assert "application" in (changed_since(ran_on, edited) or "")


@pytest.mark.parametrize(
    ("text", "fault"),
    [("{", "instructions.json"), ('{"schema": 9}', "format 9"), ("[]", "instructions")],
)
def test_broken_counts_are_refused(text: str, fault: str, tmp_path: Path) -> None:
    """By the file's name, with the command that makes them anew."""
    (tmp_path / "instructions.json").write_text(text)
    with pytest.raises(UsageError, match=fault) as caught:
        read_instructions(tmp_path)
    assert "bench instructions --into" in (caught.value.hint or "")
