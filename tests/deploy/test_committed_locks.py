"""The committed locks against the index: what is new, what is covered, what is not known."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from packaging.specifiers import SpecifierSet

from bench.cli import versions_command
from bench.cli.versions_command import command
from bench.configure.tables import load_frameworks
from bench.deploy import committed_locks
from bench.deploy.committed_locks import releases_between
from bench.deploy.requested_locks import pins
from bench.deploy.uv_tool import Refused
from bench.errors import EnvironmentFailure, UsageError
from bench.model.framework import Framework
from tests.deploy.test_environments import write_wheel


LOOK = next(iter(load_frameworks().values()))[0].look
GOOD = Framework("good", "Good", "tiny-thing", ("1.2", "2.0"), LOOK)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one framework, locked at 1.2.3 and 2.0.0, and an index with these."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for version in ("1.2.3", "2.0.0"):
        write_wheel(wheels, version)
    folder = tmp_path / "apps/good"
    (folder / "locks").mkdir(parents=True)
    (folder / "requirements.in").write_text("tiny-thing==2.0.*\n")
    monkeypatch.setenv("UV_NO_INDEX", "1")
    monkeypatch.setenv("UV_FIND_LINKS", str(wheels))
    monkeypatch.setattr(versions_command, "ROOT", tmp_path)
    monkeypatch.setattr(versions_command, "frameworks", lambda: (GOOD,))
    monkeypatch.setattr(versions_command, "run_folders", lambda folder: [])
    for version in GOOD.versions:
        lock = committed_locks.today(tmp_path, GOOD, version)
        lock.path.write_text(lock.today)
    return tmp_path


def states(root: Path) -> list[tuple[str, bool]]:
    return [
        (version, bool(committed_locks.today(root, GOOD, version).news))
        for version in GOOD.versions
    ]


@pytest.mark.live
def test_nothing_is_new_where_nothing_was_released(root: Path) -> None:
    """Locks are made again to the same, each with its version's pin."""
    assert states(root) == [("1.2", False), ("2.0", False)]
    text = (root / "apps/good/locks/1.2.txt").read_text()
    assert pins(text) == {"tiny-thing": "1.2.3"}
    assert str(root) not in text
    assert committed_locks.news(root, GOOD) is None


@pytest.mark.live
def test_a_patch_is_news_of_its_version_only(root: Path) -> None:
    """2.0.1 appears: the lock of 2.0 is old, that of 1.2 is not; wished for by its pattern."""
    write_wheel(root / "wheels", "2.0.1")
    assert states(root) == [("1.2", False), ("2.0", True)]
    assert committed_locks.news(root, GOOD) == "tiny-thing==2.0.*"


@pytest.mark.live
def test_a_release_that_no_version_covers_is_news(root: Path) -> None:
    """3.0.0 appears: every lock stays as it is, and the release is named."""
    write_wheel(root / "wheels", "3.0.0")
    assert states(root) == [("1.2", False), ("2.0", False)]
    assert committed_locks.uncovered(GOOD) == "3.0.0"
    assert committed_locks.news(root, GOOD) == "tiny-thing==3.0.0"


@pytest.mark.live
def test_an_index_of_an_earlier_day_has_no_news(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is locked is newer: nothing to measure, exit 0; --write takes what there was."""
    lock = root / "apps/good/locks/2.0.txt"
    lock.write_text(lock.read_text().replace("2.0.0", "2.0.1"))
    assert committed_locks.news(root, GOOD) is None
    monkeypatch.setattr(committed_locks, "newest_release", lambda package: "0.9")
    monkeypatch.setenv("UV_EXCLUDE_NEWER", "2025-06-01")
    command(["good"], write=True)

    output = capsys.readouterr()
    assert "newer than the index" in output.err
    assert "the index as of 2025-06-01" in output.err
    assert "new" not in output.out.split()[5:]
    assert pins(lock.read_text()) == {"tiny-thing": "2.0.0"}


@pytest.mark.live
def test_the_command_tells_writes_and_is_content(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 1 with news, the lock written on demand; afterwards nothing is new."""
    write_wheel(root / "wheels", "2.0.1")
    with pytest.raises(typer.Exit) as ended:
        command(["good"], write=True)
    assert ended.value.exit_code == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].split() == [
        *("good@2.0", "tiny-thing", "never", "2.0.0", "2.0.1", "new")
    ]
    command(["good"])


@pytest.mark.live
def test_one_lock_is_made_alone(root: Path) -> None:
    """That of a version which was added; the others stay as they are, however old."""
    locks = root / "apps/good/locks"
    (locks / "1.2.txt").unlink()
    before = (locks / "2.0.txt").read_text()
    write_wheel(root / "wheels", "2.0.1")
    command(["good@1.2"], write=True)

    assert "tiny-thing==1.2" in (locks / "1.2.txt").read_text()
    assert (locks / "2.0.txt").read_text() == before
    for names, write in (
        (["good@1.2"], False),
        (["good", "good@1.2"], True),
        (["good@9"], True),
    ):
        with pytest.raises(UsageError):
            command(names, write=write)


@pytest.mark.live
def test_what_an_ablation_needs_besides_is_looked_at_too(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its package was released anew, the framework was not: exit 1, its lock named and written."""
    write_wheel(root / "wheels", "0.1", name="more")
    source = root / "apps/good/requirements+more.in"
    source.write_text("-c locks/2.0.txt\n-r requirements.in\nmore\n")
    (lock,) = committed_locks.dependents(root, GOOD)
    lock.path.write_text(lock.today)
    command(["good"])

    write_wheel(root / "wheels", "0.2", name="more")
    with pytest.raises(typer.Exit) as ended:
        command(["good"], write=True)
    assert ended.value.exit_code == 1
    assert "older than the index: " in (errors := capsys.readouterr().err)
    assert "2.0+more.txt" in errors
    assert pins(lock.path.read_text()) == {"tiny-thing": "2.0.0", "more": "0.2"}
    command(["good"])


@pytest.mark.live
def test_without_an_index_it_says_so(root: Path) -> None:
    """No answer is no news and no calm: the command refuses."""
    for path in (root / "wheels").iterdir():
        path.unlink()
    with pytest.raises(Refused, match="ask the index"):
        committed_locks.newest_release("tiny-thing")
    with pytest.raises(EnvironmentFailure, match="nothing newer can be known"):
        command(["good"])


@pytest.mark.live
def test_a_pin_beneath_is_told_and_is_no_news(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the framework needs was released anew: exit 0, nothing to measure; --write renews the locks."""
    write_wheel(root / "wheels", "0.1", name="beneath")
    write_wheel(root / "wheels", "2.0.1", needs="beneath")
    with pytest.raises(typer.Exit):
        command(["good"], write=True)
    capsys.readouterr()

    write_wheel(root / "wheels", "0.2", name="beneath")
    command(["good"], as_json=True)
    report = json.loads(capsys.readouterr().out)
    assert (report["beneath"], report["with"]) == (["beneath"], [])
    assert [lock["named"] for lock in report["locks"]] == [[]]
    assert committed_locks.news(root, GOOD) is None

    command(["good"], write=True)
    assert "also newer, no reason to measure: beneath" in capsys.readouterr().out
    assert pins((root / "apps/good/locks/2.0.txt").read_text())["beneath"] == "0.2"


@pytest.mark.live
def test_what_is_to_be_measured_is_told_to_programs(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As `bench run --with` takes it."""
    write_wheel(root / "wheels", "2.0.1")
    with pytest.raises(typer.Exit):
        command(["good"], as_json=True)
    assert json.loads(capsys.readouterr().out)["with"] == ["tiny-thing==2.0.*"]

    write_wheel(root / "wheels", "3.0.0")
    with pytest.raises(typer.Exit):
        command(["good"], as_json=True)
    assert json.loads(capsys.readouterr().out)["with"] == ["tiny-thing==3.0.0"]


@pytest.mark.live
def test_a_newer_validator_is_wished_for_by_its_version(root: Path) -> None:
    """The framework is as before; what is new beneath it would be left as locked otherwise."""
    source = root / "apps/good/requirements.in"
    source.write_text("tiny-thing==2.0.*\nchecks\n")
    write_wheel(root / "wheels", "0.1", name="checks")
    lock = committed_locks.today(root, GOOD, "2.0")
    lock.path.write_text(lock.today)
    assert committed_locks.news(root, GOOD) is None

    write_wheel(root / "wheels", "0.2", name="checks")
    assert committed_locks.news(root, GOOD) == "tiny-thing==2.0.* + checks==0.2"


THERE = ("1.0", "1.1", "1.1.1", "1.2")
type Index = Callable[[], None]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An index with four releases; what it was asked."""
    requirements: list[str] = []

    def newest(requirement: str) -> str:
        requirements.append(requirement)
        if len(requirements) > 10:
            raise Refused("the index does not answer any more")
        fitting = SpecifierSet(requirement.removeprefix("p"))
        releases = [release for release in THERE if release in fitting]
        if not releases:
            raise Refused("nothing fits")
        return releases[-1]

    monkeypatch.setattr(committed_locks, "newest_release", newest)
    return requirements


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("1.0", "newest", THERE),
        ("1.1", "1.2", THERE[1:]),
        ("1.0.5", "1.1.9", THERE[1:3]),
        ("0.1", "1.1", THERE[:2]),
    ],
)
def test_both_ends_belong_to_it(
    asked: list[str], old: str, new: str, found: tuple[str, ...]
) -> None:
    """Oldest first, also where an end is no release, or older than all."""
    assert releases_between("p", old, new) == list(found)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("1.2", "newest", "has 1.2"),
        ("3", "newest", "has no release"),
        ("one", "newest", "'one' is not a version"),
        ("1", "==2", "'==2' is not a version"),
    ],
)
def test_fewer_than_two_are_refused(
    asked: list[str], old: str, new: str, fault: str
) -> None:
    """In a sentence that says what there is."""
    with pytest.raises(UsageError, match=fault):
        releases_between("p", old, new)


def test_an_index_that_falls_silent_is_no_end_of_the_list(asked: list[str]) -> None:
    """Half a list would look like all there is."""
    asked.extend([""] * 8)  # two more answers, then silence

    with pytest.raises(Refused, match="any more"):
        releases_between("p", "1.0", "newest")
