"""Locks of versions that are asked for once: resolved by uv today, kept in the cache."""

import hashlib
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.utils import canonicalize_name

from bench.configure.version_requests import (
    VersionRequest,
    package_of,
    requirements,
    versioned,
)
from bench.deploy.uv_tool import Refused, compile_lock
from bench.model.releases import safe, version_name


REASON = ".refused"
"""The ending of the file that says why there is no lock."""
_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.M)
_AT = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])? @ ([^\s;\\]+)", re.M)
_COMMIT = re.compile(r"git\+\S+@([0-9a-f]{7})")


@dataclass(frozen=True, slots=True)
class ResolvedVersion:
    """A wish that has become a version; `refused` says why it has no lock."""

    framework: str
    version: (
        str  # as its target's id says it: 3.0.3, git-1a2b3c4, 0.165.0-pydantic-2.10.6
    )
    refused: str | None = None
    exists: bool | None = True  # False: the index has no such thing; None: not known


def asked_lock(cache: Path, framework: str, version: str) -> Path:
    """Where the lock of such a version is."""
    return cache / "locks" / framework / f"{version}.txt"


def resolve(
    wished: VersionRequest,
    apps: Path,
    cache: Path,
    say: Callable[[str], None],
    standing: Sequence[str] = (),
) -> ResolvedVersion:
    """
    Lock a wish as of today and give it its name; a reason instead where uv cannot.

    `standing` are the framework's standing versions. What the newest one's
    lock has is kept wherever it fits, so that nothing else differs than what
    was asked for and what that needs; without any, all is the newest.
    The index is asked each time, so that 3.0.* means today's; where it does
    not answer, what uv has kept is used, and said.
    """
    folder = apps / wished.framework
    lines = requirements((folder / "requirements.in").read_text("utf-8"), wished)
    locks = [folder / "locks" / f"{version}.txt" for version in standing]
    try:
        text = _resolved(lines, wished, say, locks[-1] if locks else None)
        version = wished.label or _version(text, wished, standing)
    except Refused as error:
        version = wished.label or safe(
            wished.typed.strip().removeprefix(wished.package)
        )
        path = asked_lock(cache, wished.framework, version)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.with_suffix(REASON).write_text(error.reason, encoding="utf-8")
        return ResolvedVersion(wished.framework, version, error.reason, error.exists)
    path = asked_lock(cache, wished.framework, version)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return ResolvedVersion(wished.framework, version)


def _resolved(
    lines: str,
    wished: VersionRequest,
    say: Callable[[str], None],
    standing: Path | None,
) -> str:
    # Of what was asked for, the newest that fits and not what stands.
    newest = [f"--upgrade-package={name}" for name in versioned(wished)]
    try:
        return compiled(lines, *newest, standing=standing)
    except Refused as error:
        if error.exists is False:
            raise
        try:
            text = compiled(lines, "--offline", *newest, standing=standing)
        except Refused:
            raise error from None
    say(f"--with {wished.typed!r}: the index did not answer; resolved from uv's cache")
    return text


def compiled(lines: str, *options: str, standing: Path | None = None) -> str:
    """
    The lock of some requirements, with hashes and without any index's name; Refused with uv's words.

    Of what `standing` locks, everything is kept that fits.
    """
    words = ("-", "--no-annotate", *options)
    if standing is None or not standing.is_file():
        return compile_lock(*words, given=lines)
    with TemporaryDirectory(prefix="bench-lock-") as folder:
        # uv prefers the versions of a file that it writes again.
        lock = Path(folder) / "lock.txt"
        shutil.copyfile(standing, lock)
        compile_lock(*words, "--output-file", str(lock), given=lines)
        return lock.read_text(encoding="utf-8")


def pins(lock: str) -> dict[str, str]:
    """What a lock holds: versions by package; git-<commit> for what comes from one, url-<hash> from another address."""
    versions: dict[str, str] = {
        canonicalize_name(name): version for name, version in _PIN.findall(lock)
    }
    return versions | {
        canonicalize_name(name): _of_address(url) for name, url in _AT.findall(lock)
    }


def _of_address(url: str) -> str:
    commit = _COMMIT.match(url)
    if commit:
        return f"git-{commit.group(1)}"
    return f"url-{hashlib.sha256(url.encode()).hexdigest()[:7]}"


def _version(lock: str, wished: VersionRequest, standing: Sequence[str]) -> str:
    versions = pins(lock)
    names = [package_of(r) for r in wished.requirements]
    for name in names:
        if name not in versions:
            raise Refused(
                f"{name} is not needed on this Python, so it has no version", False
            )
    asked = {name: versions[name] for name in names if name != wished.package}
    name = version_name(versions[wished.package], asked)
    # The first release of a series may be called as the series: 6.1 is 6.1.0.
    return f"{name}.0" if name in standing else name
