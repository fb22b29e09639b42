"""Nights that stay published, and the locks that they renew: the scripts, with stand-ins for gh, curl and make."""

import json
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.architecture.steps import Stand, script


pytestmark = pytest.mark.skipif(
    shutil.which("jq") is None, reason="jq is not installed"
)
NIGHTS = {"GH_REPO": "o/r"}
FETCH = ("pages", "The nights before", "pages")
GIT = "git -c user.name=a -c user.email=a@b"


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    """A checkout with the project's scripts, and a forge that knows where the site is."""
    made = Stand(tmp_path)
    made.ours()
    made.program("bin/gh", "echo https://o.site/r/")
    return made


def published(stand: Stand, status: int) -> None:
    """A site that answers so; what it holds is in `old`."""
    stand.program(
        "bin/curl",
        f'while [ $# -gt 0 ]; do [ "$1" != --output ] || cp nights.tar.gz "$2"; shift; done; printf {status}',
    )
    old = stand.folder / "old/runs/20260101T000000Z-versions-0001"
    old.mkdir(parents=True)
    (old / "run.json").write_text("{}")
    (stand.folder / "old/history.sqlite").write_text("kept")
    with tarfile.open(stand.folder / "nights.tar.gz", "w:gz") as archive:
        archive.add(stand.folder / "old/runs", "runs")
        archive.add(stand.folder / "old/history.sqlite", "history.sqlite")


def test_the_nights_before_come_back_from_the_site(stand: Stand) -> None:
    """Runs and history for the pages; the history alone for a night."""
    published(stand, 200)
    done = stand.run(script("news", "The history of the nights before"), **NIGHTS)
    assert done.returncode == 0, done.stderr
    assert stand.said("reports/history.sqlite") == "kept"
    assert not (stand.folder / "reports/runs").exists()

    done = stand.run(script(*FETCH), **NIGHTS)
    assert done.returncode == 0, done.stderr
    assert "https://o.site/r/nights.tar.gz" in stand.said("calls")
    assert (stand.folder / "reports/runs/20260101T000000Z-versions-0001/run.json").exists()  # fmt: skip


@pytest.mark.parametrize(("status", "passes"), [(404, True), (500, False), (0, False)])
def test_a_site_that_fails_is_not_an_empty_one(
    stand: Stand, status: int, passes: bool
) -> None:
    """To publish without the nights before would lose them."""
    published(stand, status)
    done = stand.run(script(*FETCH), **NIGHTS)

    assert (done.returncode == 0) is passes, done.stderr
    assert not (stand.folder / "reports").exists()


def test_without_a_site_a_night_goes_on(stand: Stand) -> None:
    """It says which setting is missing."""
    stand.program("bin/gh", "exit 1")
    done = stand.run(script(*FETCH), **NIGHTS)

    assert done.returncode == 0, done.stderr
    assert "Source: GitHub Actions" in done.stdout


def test_the_site_holds_what_the_next_night_fetches(stand: Stand) -> None:
    """The newest nights with their pages, without raw samples, and the history; older nights make room."""
    stand.program("bin/make", "mkdir site")
    for number in (1, 2, 3):
        stand.measured(f"2026010{number}T000000Z-versions-000{number}")
    samples = stand.folder / "reports/runs/20260103T000000Z-versions-0003/samples"
    samples.mkdir()
    (samples / "raw.npz").write_text("raw")
    (stand.folder / "reports/history.sqlite").write_text("kept")
    done = stand.run(script("pages", "The site", "pages"), KEEP="2")

    assert done.returncode == 0, done.stderr
    assert stand.said("calls") == "make site SITE=site RUN=\n"
    with tarfile.open(stand.folder / "site/nights.tar.gz") as archive:
        names = archive.getnames()
    assert "history.sqlite" in names
    assert "runs/20260102T000000Z-versions-0002/run.json" in names
    assert not [n for n in names if "0001" in n or "samples" in n]


def test_before_the_first_night_the_newest_published_run_is_shown(stand: Stand) -> None:
    """A push to main has a site, too."""
    stand.program("bin/make", "mkdir site")
    for name in ("20260101T000000Z-quick-0001", "20260102T000000Z-quick-0002"):
        folder = stand.folder / "reports/published" / name
        folder.mkdir(parents=True)
        (folder / "run.json").write_text("{}")
    done = stand.run(script("pages", "The site", "pages"))

    assert done.returncode == 0, done.stderr
    assert stand.said("calls") == "make site SITE=site RUN=20260102T000000Z-quick-0002\n"  # fmt: skip


@pytest.fixture
def checkout(stand: Stand) -> Stand:
    """A repository with a lock, a forge to push to, and a night that renewed it."""
    (stand.folder / "apps").mkdir()
    lock = stand.folder / "apps/lock"
    lock.write_text("flask==3.1\n")
    night = stand.folder / "night"
    night.mkdir()
    for words in (
        "git init --quiet --bare forge",
        "git init --quiet --initial-branch main",
        "git add apps",
        f"{GIT} commit --quiet -m a",
        "echo 'flask==3.2' > apps/lock; git diff --binary > night/locks.patch; git checkout --quiet apps",
        # The forge's address leads to the folder.
        "git config url.forge.insteadOf https://github.com/o/r.git",
    ):
        done = stand.run(words)
        assert done.returncode == 0, done.stderr
    row = {"framework": "flask", "version": "3.1", "package": "flask"}
    versions = {
        "packages": [{**row, "locked": "3.1", "newest": "3.2"}],
        "beneath": ["pin"],
        "releases": {"flask": "4.0"},
    }
    (night / "versions.json").write_text(json.dumps(versions))
    (night / "comparison.json").write_text(json.dumps([{"markdown": "## judged\n"}]))
    return stand


@pytest.mark.parametrize(("number", "word"), [("", "create"), ("12", "edit 12")])
def test_the_locks_become_a_pull_request(
    checkout: Stand, number: str, word: str
) -> None:
    """The patch on a branch of its own, the comparison in the text; the one that is open is brought up to date."""
    checkout.program(
        "bin/gh",
        f'[ "$2" != list ] || echo {number}; while [ $# -gt 0 ]; do [ "$1" != --body-file ] || cp "$2" body; shift; done',
    )
    done = checkout.run(
        script("renew", "Open it, or bring it up to date"),
        GH_REPO="o/r",
        WORKFLOW_RUN="https://run",
    )

    assert done.returncode == 0, done.stderr
    assert f"gh pr {word}" in checkout.said("calls")
    pushed = subprocess.run(
        ["git", "-C", checkout.folder / "forge", "show", "renew-locks:apps/lock"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert pushed.stdout == "flask==3.2\n"
    body = checkout.said("body")
    assert "| flask@3.1 | flask | 3.1 | 3.2 |" in body
    assert "## judged" in body
    assert "`flask` 4.0 is out" in body
    assert "https://run" in body


def test_locks_of_today_need_no_pull_request(checkout: Stand) -> None:
    """Nothing is pushed, nothing is opened."""
    (checkout.folder / "night/locks.patch").write_text("")
    done = checkout.run(script("renew", "Open it, or bring it up to date"), GH_REPO="o/r")  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert checkout.said("calls") == ""
