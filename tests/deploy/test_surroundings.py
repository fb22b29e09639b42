"""What a machine may lack: locks, rights of root, a name for the user, room for a socket's path."""

import errno
import fcntl
import os
import shutil
from pathlib import Path

import pytest

from bench.deploy import binaries, postgres
from bench.deploy.binaries import find_binaries, reachable, unprivileged
from bench.deploy.cleanup_registry import CleanupRegistry
from bench.deploy.scratch import scratch
from bench.errors import EnvironmentFailure
from tests.deploy.places import make_root, tiny_engine


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs it as another")


def without_locks(*_: object) -> None:
    """What the kernel says on a network file system whose server has no locks."""
    raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))


def test_a_file_system_without_locks_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two runs could not be kept apart: a sentence that names the folder and the remedy."""
    monkeypatch.setattr(fcntl, "flock", without_locks)

    with pytest.raises(EnvironmentFailure, match="No locks available") as refused:
        CleanupRegistry(tmp_path / "running")
    assert str(tmp_path / "running") in refused.value.message
    assert "local disk" in (refused.value.hint or "")


def test_a_temporary_folder_needs_no_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is made and removed; nobody is invited to sweep it."""
    monkeypatch.setattr(fcntl, "flock", without_locks)

    with scratch("test") as folder:
        assert folder.is_dir()
    assert not folder.parent.exists()


@as_root
def test_a_root_without_the_rights_of_root_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container without CAP_CHOWN: cause and remedy, and no word about a database of the user's."""

    def refused(*_: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "chown", refused)
    with (
        pytest.raises(
            EnvironmentFailure, match="may not become another user"
        ) as failure,
        tiny_engine(make_root(tmp_path)),
    ):
        pass
    assert "CAP_CHOWN" in failure.value.message
    assert (failure.value.hint or "").startswith("run as an ordinary user")


def test_a_user_without_a_name_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`docker run --user 12345`: initdb asks for the name, and says less than we do."""

    def nobody(number: int) -> None:
        raise KeyError(f"getpwuid(): uid not found: {number}")

    monkeypatch.setattr(postgres.pwd, "getpwuid", nobody)  # type: ignore[attr-defined]
    with (
        pytest.raises(EnvironmentFailure, match="no entry in /etc/passwd"),
        tiny_engine(make_root(tmp_path)),
    ):
        pass


@as_root
def test_programs_of_a_private_checkout_are_copied_with_rights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cloned under umask 077: the copies can be read and run by PostgreSQL's user."""
    user = unprivileged()
    assert user is not None
    programs = find_binaries()
    package = programs.folder.parents[1]
    private = tmp_path / package.name
    shutil.copytree(package, private, symlinks=True, ignore=binaries._LEFT_OUT)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, tmp_path / libraries.name, symlinks=True)
    for path in tmp_path.rglob("*"):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & 0o700)
    here = private / programs.folder.relative_to(package)
    theirs = binaries.Binaries(here, programs.version, "embedded")
    before = os.umask(0o077)
    cleanup = CleanupRegistry(tmp_path / "running")
    try:
        folder = cleanup.make_folder(Path("/dev/shm"), "test")
        copied = reachable(theirs, user, folder)
        assert copied.folder.is_relative_to(folder)
        assert binaries._runs_as(copied.folder, user)
    finally:
        os.umask(before)
        cleanup.close()


@pytest.mark.live
def test_a_long_temporary_folder_is_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A little /dev/shm and a TMPDIR of 150 characters: nobody uses a socket, so there is none."""
    long = tmp_path / ("x" * 150)
    long.mkdir()
    tmp_path.chmod(0o755)
    monkeypatch.setattr(postgres, "roomy_folder", lambda need: long)
    for folder in (long, *long.parents):
        if folder.stat().st_mode & 0o001 == 0:
            folder.chmod(folder.stat().st_mode | 0o011)  # pytest keeps its own private
    with tiny_engine(make_root(tmp_path)) as engine:
        assert engine.database.facts()["source"].endswith("the temporary folder")
        engine.database.reset()
