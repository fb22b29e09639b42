"""`bench run --with "PACKAGE@git+file:///…@COMMIT"`: a clone's commit beside the released versions."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from bench.cli import run_options
from bench.cli.places import ROOT
from bench.cli.run_command import command
from bench.configure.version_requests import package_of
from bench.deploy.requested_locks import asked_lock
from bench.errors import EnvironmentFailure, UsageError
from tests.deploy.test_environments import write_wheel


PYPROJECT = """\
[project]
name = "Flask"
version = "{}"
dependencies = ["werkzeug"]
"""

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed"),
]


def git(folder: Path, *words: str) -> str:
    """What git says in a clone, whatever this machine has configured."""
    own = ("-c", "user.name=a", "-c", "user.email=a@example.invalid")
    done = subprocess.run(
        ["git", *own, "-c", "commit.gpgsign=false", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone of two commits, and an index in a folder with what the application wants besides."""
    folder, wheels = tmp_path / "clone", tmp_path / "wheels"
    folder.mkdir()
    wheels.mkdir()
    git(folder, "init", "--quiet")
    for version in ("3.2.0.dev1", "3.2.0.dev2"):
        (folder / "pyproject.toml").write_text(PYPROJECT.format(version))
        git(folder, "add", ".")
        git(folder, "commit", "--quiet", "-m", version)
    standing = (ROOT / "apps/flask/requirements.in").read_text("utf-8").splitlines()
    for name in {"werkzeug", *map(package_of, standing)} - {"", "flask"}:
        write_wheel(wheels, "1.0", name.replace("-", "_"))
    own = tmp_path / "uv.toml"
    own.write_text(f"no-index = true\nfind-links = [{json.dumps(str(wheels))}]\n")
    monkeypatch.setenv("UV_CONFIG_FILE", str(own))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    monkeypatch.setattr(run_options, "CACHE", tmp_path / "cache")
    return folder


def planned(*version_requests: str, going_on: bool = False) -> str:
    """The plan of a run that is asked for and not begun; what refuses it is raised."""
    app = Typer()
    app.command()(command)
    words = ["--engine", "local", "--profile", "smoke", "--plan"]
    words += [
        word
        for version_request in version_requests
        for word in ("--with", version_request)
    ]
    words += ["--keep-going"] if going_on else []
    done = CliRunner().invoke(app, words)
    if done.exception is not None:
        raise done.exception
    return done.stdout


def test_a_commit_of_a_clone_is_planned_beside_the_releases(
    clone: Path, tmp_path: Path
) -> None:
    """The older commit is named in full in the lock and in short in the plan; everything else comes from the index."""
    commit = git(clone, "rev-parse", "HEAD~1")
    plan = planned(f"flask@git+{clone.as_uri()}@{commit}")

    version = f"git-{commit[:7]}"
    assert f"flask@{version}/gunicorn-gthread" in plan
    lock = asked_lock(tmp_path / "cache", "flask", version).read_text()
    assert f"@{commit}" in lock
    assert "werkzeug==1.0" in lock


def test_a_commit_that_is_not_there_is_refused_with_the_reason(
    clone: Path, tmp_path: Path
) -> None:
    """All that cannot be had is listed and nothing begins; --keep-going plans the rest, and the reason waits in the place of the lock."""
    commit = f"flask@git+{clone.as_uri()}@{'0' * 40}"
    nowhere = f"flask@git+{(clone / 'nowhere').as_uri()}@{'1' * 40}"
    there = f"flask@git+{clone.as_uri()}@{git(clone, 'rev-parse', 'HEAD')}"
    with pytest.raises(UsageError) as refused:
        planned(commit, nowhere, there, "flask==99.*", "flask + no-such-thing==1.*")
    said = refused.value.message

    assert "4 of 5 versions" in said
    for typed in (commit, nowhere, "flask==99.*", "flask + no-such-thing==1.*"):
        assert f"--with {typed!r}" in said
    assert repr(there) not in said
    assert "--keep-going" in (refused.value.hint or "")
    assert "flask@git-" in planned(commit, going_on=True)
    (reason,) = (tmp_path / "cache/locks/flask").glob("*0000*")
    assert "0" * 40 in reason.read_text()


def test_an_index_that_does_not_answer_is_no_mistake_of_the_asker(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was asked wrongly: the machine is the reason."""
    monkeypatch.delenv("UV_CONFIG_FILE")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:1/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(EnvironmentFailure, match="flask==3"):
        planned("flask==3.*")
