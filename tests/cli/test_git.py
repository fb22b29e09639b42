"""Which commit measured: of this checkout, whoever owns it, and of no repository around it."""

import os
import subprocess
from pathlib import Path

import pytest

from bench.cli.record import git


NOBODY = 65534


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """One commit and one file that is not in it."""
    root = tmp_path / "ä checkout"
    root.mkdir()
    for words in (
        ("init", "-q"),
        ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "a"),
    ):  # fmt: skip
        subprocess.run(["git", *words], cwd=root, check=True)
    (root / "new").touch()
    return root


def head(root: Path) -> str | None:
    """The commit."""
    return git("rev-parse", "HEAD", root=root)


def test_a_checkout_is_asked_whatever_the_shell_says(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIT_DIR and its kind, and settings in the environment, speak of other repositories."""
    commit = head(repository)
    assert commit is not None and len(commit) == 40
    for name, value in {
        "GIT_DIR": "/nowhere",
        "GIT_WORK_TREE": "/",
        "GIT_INDEX_FILE": "/nowhere",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "status.showUntrackedFiles",
        "GIT_CONFIG_VALUE_0": "no",
    }.items():
        monkeypatch.setenv(name, value)

    assert head(repository) == commit
    assert git("status", "--porcelain", root=repository) == "?? new"


def test_a_folder_inside_of_another_repository_has_no_commit(repository: Path) -> None:
    """An archive that was unpacked there: the commit around it is another product's."""
    (repository / "archive").mkdir()

    assert head(repository / "archive") is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_checkout_of_another_user_is_asked_all_the_same(repository: Path) -> None:
    """git refuses it to protect us from what its settings may start; we run its code anyway."""
    commit = head(repository)
    for path in (repository, *repository.rglob("*")):
        os.chown(path, NOBODY, NOBODY)

    plain = subprocess.run(["git", "rev-parse", "HEAD"], cwd=repository, env={"PATH": os.defpath, "HOME": "/nonexistent"}, capture_output=True)  # fmt: skip
    assert plain.returncode != 0, "this git does not care, so the test shows nothing"
    assert head(repository) == commit


def test_without_git_nothing_is_known(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a commit nor how many files were changed."""
    monkeypatch.setenv("PATH", "/nowhere")

    assert head(repository) is None
    assert git("status", "--porcelain", root=repository) is None
