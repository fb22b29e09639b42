"""`bench compare` on the published run, as a person types it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer import Typer
from typer.testing import CliRunner

from bench.cli import compare_command
from bench.cli.compare_command import command, target_of
from bench.cli.places import PUBLISHED
from bench.errors import UsageError
from bench.judge.history import differences
from bench.judge.regressions import Gate, Judgement
from bench.model.run import SPEED_CLASS, Run
from bench.model.trial import Failure
from bench.store.archive import ARCHIVE, read_raw
from bench.store.folder import read, read_head
from tests.cli.test_bad_input import bench


RUN = PUBLISHED / "20261122T112214Z-quick-f211"
TWIN = "flask@3.1/gunicorn-gthread+again"


def typed(*words: str) -> tuple[int, str]:
    """Exit status and output; faults of the asker are raised."""
    app = Typer()
    app.command()(command)
    done = CliRunner().invoke(app, list(words), standalone_mode=True)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout


def test_a_target_against_itself_is_no_regression() -> None:
    """The twin of a published run: exit 0, and every row says what it could have seen."""
    status, text = typed(str(RUN), "flask@3.1", TWIN)
    assert status == 0
    assert text.splitlines()[0].endswith(": no regression")
    assert text.count("no change shown") == 6


def test_one_run_of_a_slower_one_is_an_alarm() -> None:
    """Half the speed, and one run is no proof: exit 3, and what to type next."""
    status, text = typed(str(RUN), "fastapi@0.165", "flask@3.1", "--json")
    found: dict[str, Any] = json.loads(text)
    assert (status, found["gate"]) == (3, "alarm, to be confirmed")
    assert found["confirmation"] == "none"
    assert all(1.03 < each["found_from"] < 1.25 for each in found["changes"])
    status, text = typed(str(RUN), "fastapi@0.165", "flask@3.1")
    assert "flask@3.1/gunicorn-gthread --confirm SECOND-RUN" in text
    assert "By their scatter, these rounds find a slowdown of " in text


def test_a_terminal_is_no_markup() -> None:
    """Names are printed as they are typed; Markdown, in JSON, escapes them."""
    words = (str(RUN), "fastapi@0.165", "flask@3.1")
    text = typed(*words)[1]
    assert text.startswith("flask@3.1/gunicorn-gthread against fastapi@0.165/uvicorn: ")
    history = typed(str(RUN), str(RUN))[1]
    for shown in (text, history):
        assert "&" not in shown
        assert "\\" not in shown
    markdown = json.loads(typed(*words, "--json")[1])["markdown"]
    assert markdown.startswith("## flask&#64;3.1/gunicorn-gthread against ")
    assert "\n|---|---|" in markdown


def test_halves_confirm_only_where_that_is_asked_for() -> None:
    """Fourteen rounds of a version that takes a third longer: exit 3, and 1 with --within-run."""
    run = str(PUBLISHED / "20261129T201826Z-versions-74a8")
    words = (run, "fastapi@0.130.0", "fastapi@0.165", "--json")
    status, text = typed(*words)
    assert (status, json.loads(text)["gate"]) == (3, "alarm, to be confirmed")
    status, text = typed(*words, "--within-run")
    assert (status, json.loads(text)["gate"]) == (1, "regression")
    with pytest.raises(UsageError, match="two ways to confirm"):
        typed(*words, "--within-run", "--confirm", str(RUN))


def test_a_second_run_confirms(tmp_path: Path) -> None:
    """The same slowdown in another folder: exit 1."""
    copy = measured_again(tmp_path / "again")
    words = (str(RUN), "fastapi@0.165", "flask@3.1")
    status, text = typed(*words, "--confirm", str(copy))
    assert status == 1
    assert ": regression" in text.splitlines()[0]


def test_an_unfit_machine_is_told_and_is_status_3(tmp_path: Path) -> None:
    """A twin that needs a tenth more CPU time than itself: the reason, what was seen all the same, and no verdict."""
    (tmp_path / "run.json").write_bytes((RUN / "run.json").read_bytes())
    events = read_raw(RUN / "trials.jsonl").decode().splitlines()
    (tmp_path / "trials.jsonl").write_text("".join(map(dearer_twin, events)))

    done = bench("compare", str(tmp_path), "fastapi@0.165", "flask@3.1")

    assert done.returncode == 3, done.stderr
    assert done.stdout.splitlines()[0].endswith(": cannot tell")
    assert "decides nothing: a target differs from itself" in done.stdout
    assert "Traceback" not in done.stderr


def measured_again(to: Path) -> Path:
    """The published run once more, in another folder."""
    to.mkdir()
    for name in ("run.json", ARCHIVE):
        (to / name).write_bytes((RUN / name).read_bytes())
    return to


def dearer_twin(line: str) -> str:
    """The event, with more CPU time in each window of the twin."""
    event = json.loads(line)
    if event["kind"] == "window" and event["target"] == TWIN:
        event["server_cpu_ns"] = round(event["server_cpu_ns"] * 1.1)
    return json.dumps(event) + "\n"


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ((str(RUN),), "one version of each framework"),
        ((str(RUN), "flask@9", "flask@3.1"), "no target named 'flask@9'"),
        ((str(RUN), "flask@3.1", "flask@3.1"), "the same target"),
        ((str(RUN), "flask@3.1", TWIN, "--confirm", str(RUN)), "confirm itself"),
        ((str(RUN), str(RUN), "--confirm", str(RUN)), "belongs to two targets"),
    ],
)
def test_wrong_questions_are_refused(words: tuple[str, ...], fault: str) -> None:
    """Each names what was wrong."""
    with pytest.raises(UsageError, match=fault):
        typed(*words)


def test_two_targets_without_a_run_mean_the_newest(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Names with an @ are targets, though a deployment follows; two run ids would be history."""
    (tmp_path / RUN.name).symlink_to(RUN)
    monkeypatch.setattr(compare_command, "RUNS", tmp_path)
    status, text = typed("flask@3.1/gunicorn-gthread", TWIN, "--json")
    found = json.loads(text)
    assert (status, found["gate"], found["new"]) == (0, "no regression", TWIN)


def test_two_runs_are_history() -> None:
    """A run after itself: nothing differs, every ratio stands still, nothing is judged."""
    status, text = typed(str(RUN), str(RUN), "--json")
    found = json.loads(text)
    assert (status, found["gate"], found["differences"]) == (0, None, [])
    points = [row["change"]["point"] for row in found["moved"] if row["change"]]
    assert len(points) == 18
    assert all(abs(point - 1) < 1e-9 for point in points)


def test_another_machine_is_refused_unless_told(tmp_path: Path) -> None:
    """The fingerprint is in the list of what must be equal; the message names both."""
    head = json.loads((RUN / "run.json").read_text())
    head["machine"]["fingerprint"] = "elsewhere"
    (tmp_path / "run.json").write_text(json.dumps(head))
    (tmp_path / "trials.jsonl").write_bytes(read_raw(RUN / "trials.jsonl"))
    with pytest.raises(UsageError, match="elsewhere"):
        typed(str(RUN), str(tmp_path))
    status, text = typed(str(RUN), str(tmp_path), "--any-machine")
    assert status == 0
    assert "elsewhere" in text


def test_a_machine_of_half_the_speed_is_another_one() -> None:
    """Two runs that know their speed class; where one does not, as older ones, it is not held against them."""
    older = read_head(RUN)
    known, slower = (
        replace(older, machine=replace(older.machine, details={SPEED_CLASS: each}))
        for each in ("46", "44")
    )

    (found,) = differences(known, slower)
    assert (found.before, found.after, found.grave) == ("46", "44", True)
    assert differences(known, known) == ()
    assert differences(older, known) == differences(known, older) == ()


def test_packages_that_differ_are_told_by_target() -> None:
    """A newer Werkzeug beside the same Flask is named."""
    before = read_head(RUN)
    name = "flask@3.1/gunicorn-gthread"
    receipt = before.receipts[name]
    newer = replace(receipt, packages={**receipt.packages, "Werkzeug": "9.9"})
    after = replace(before, receipts={**before.receipts, name: newer})
    told = differences(before, after)
    assert {(d.what, d.after) for d in told} >= {
        ("flask/gunicorn-gthread: Werkzeug", "9.9")
    }
    assert not any(d.grave for d in told)


def test_the_python_of_the_targets_is_what_must_be_equal() -> None:
    """In containers it is the images', whatever the harness runs on."""
    before = read_head(RUN)
    images = {
        name: replace(receipt, python="3.13.5")
        for name, receipt in before.receipts.items()
    }

    (told,) = differences(before, replace(before, receipts=images))

    assert (told.what, told.after, told.grave) == ("Python", "3.13.5", True)


def test_a_version_that_cannot_answer_a_workload_is_no_clear_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """All else is as fast as before, but `validate` went wrong in every round; another run that measured it changes nothing."""
    run = read(RUN)
    gone = tuple(w for w in run.windows if (w.target, w.workload) != (TWIN, "validate"))
    said = tuple(
        Failure(number, TWIN, "validate", "wrong status 500") for number in range(1, 7)
    )
    broken = replace(run, windows=gone, failures=said)
    monkeypatch.setattr(
        compare_command,
        "read",
        lambda folder: run if folder.name == "whole" else broken,
    )
    whole = measured_again(tmp_path / "whole")
    words = (str(RUN), "flask@3.1/gunicorn-gthread", TWIN, "--json")
    gates = {
        (): (3, "not measured"),
        ("--confirm", str(whole)): (3, "not measured"),
    }
    for confirm, expected in gates.items():
        status, text = typed(*words, *confirm)
        assert (status, json.loads(text)["gate"]) == expected
        assert "on validate: wrong status 500" in text


def test_a_version_that_two_runs_could_not_measure_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It could not be prepared in either: exit 1, with the reason of each."""
    run = read(RUN)
    refused = Failure(0, "flask@9.9/gunicorn-gthread", None, "no such version")
    monkeypatch.setattr(
        compare_command, "read", lambda folder: replace(run, failures=(refused,))
    )
    again = str(measured_again(tmp_path / "again"))
    words = (str(RUN), "flask@3.1", "flask@9.9", "--confirm", again, "--json")
    status, text = typed(*words)
    found = json.loads(text)
    assert (status, found["gate"]) == (1, "not measured twice")
    assert [why.endswith("no such version") for why in found["missing"]] == [True, True]


def test_a_refused_target_can_be_named() -> None:
    """A version that could not be prepared is found among the failures."""
    run = read(RUN)
    refused = Failure(0, "flask@9.9/gunicorn-gthread", None, "no such version")
    assert target_of(replace(run, failures=(refused,)), "flask@9.9") == refused.target


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The pairs that a command without names judges, in order."""
    pairs: list[tuple[str, str]] = []

    def judged(run: Run, base: str, new: str, *_: object) -> Judgement:
        pairs.append((base, new))
        return Judgement(base, new, Gate.CLEAR)

    monkeypatch.setattr(compare_command, "judged_pair", judged)
    return pairs


def test_what_stands_beneath_is_compared_with_the_release_above_it(
    asked: list[tuple[str, str]],
) -> None:
    """A published run: each set-up against the same release as it stands, and not with one another."""
    typed(str(PUBLISHED / "20261130T044613Z-dependencies-4fe0"))

    assert len(asked) == 5
    assert all(
        old.split("@")[1].count("-") > new.split("@")[1].count("-")
        for old, new in asked
    )


def test_a_version_that_could_not_be_prepared_is_the_new_one(
    asked: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the same deployment; another one of the standing version is nothing to compare."""
    run = read(RUN)
    other = Failure(0, "flask@3.1/granian", None, "no such package")
    refused = Failure(0, "flask@9.9/gunicorn-gthread", None, "no such version")

    def failing(*failures: Failure) -> None:
        changed = replace(run, failures=failures)
        monkeypatch.setattr(compare_command, "read", lambda folder: changed)

    failing(other, refused)
    typed(str(RUN))
    assert asked == [("flask@3.1/gunicorn-gthread", "flask@9.9/gunicorn-gthread")]
    failing(other)
    with pytest.raises(UsageError, match="holds one version of each framework"):
        typed(str(RUN))
