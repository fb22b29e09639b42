"""Locks of versions that are asked for once: resolved by uv today, kept in the cache."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name

from bench.configure.wishes import Wish, package_of, requirements
from bench.deploy.uv_tool import Refused, compile_lock
from bench.model.version_names import safe, version_name


REASON = ".refused"
"""The ending of the file that says why there is no lock."""
_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.M)
_COMMIT = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*) @ git\+\S+@([0-9a-f]{7})", re.M)
_AT = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*) @ ", re.M)


@dataclass(frozen=True, slots=True)
class Asked:
    """A wish that has become a version; `refused` says why it has no lock."""

    framework: str
    version: (
        str  # as its target's id says it: 3.0.3, git-1a2b3c4, 0.165.0-pydantic-2.10.6
    )
    refused: str | None = None


def asked_lock(cache: Path, framework: str, version: str) -> Path:
    """Where the lock of such a version is."""
    return cache / "locks" / framework / f"{version}.txt"


def resolve(wished: Wish, apps: Path, cache: Path, say: Callable[[str], None]) -> Asked:
    """
    Lock a wish as of today and give it its name; a reason instead where uv cannot.

    The index is asked each time, so that 3.0.* means today's; where it does
    not answer, what uv has kept is used, and said.
    """
    standing = (apps / wished.framework / "requirements.in").read_text("utf-8")
    try:
        text = _resolved(requirements(standing, wished), wished, say)
    except Refused as error:
        version = safe(wished.typed.strip().removeprefix(wished.package))
        path = asked_lock(cache, wished.framework, version)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.with_suffix(REASON).write_text(error.reason, encoding="utf-8")
        return Asked(wished.framework, version, error.reason)
    version = _version(text, wished)
    path = asked_lock(cache, wished.framework, version)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return Asked(wished.framework, version)


def _resolved(lines: str, wished: Wish, say: Callable[[str], None]) -> str:
    try:
        return compiled(lines)
    except Refused as error:
        try:
            text = compiled(lines, "--offline")
        except Refused:
            raise error from None
    say(f"--with {wished.typed!r}: the index did not answer; resolved from uv's cache")
    return text


def compiled(lines: str, *options: str) -> str:
    """The lock of some requirements, with hashes and without any index's name; Refused with uv's words."""
    date = os.environ.get("UV_EXCLUDE_NEWER")
    as_of = ("--exclude-newer", date) if date else ()
    return compile_lock("-", "--quiet", *_PLAIN, *as_of, *options, given=lines)


_PLAIN = (
    *("--generate-hashes", "--universal", "--no-emit-index-url"),
    *("--no-header", "--no-annotate", "--python-version", "3.13"),
)


def pins(lock: str) -> dict[str, str]:
    """What a lock holds: versions by package, git-<commit> for what comes from one."""
    found: dict[str, str] = {
        canonicalize_name(name): version for name, version in _PIN.findall(lock)
    }
    found |= {canonicalize_name(name): "url" for name in _AT.findall(lock)}
    return found | {
        canonicalize_name(name): f"git-{commit}"
        for name, commit in _COMMIT.findall(lock)
    }


def _version(lock: str, wished: Wish) -> str:
    found = pins(lock)
    names = [package_of(r) for r in wished.requirements]
    asked = {name: found[name] for name in names if name != wished.package}
    return version_name(found[wished.package], asked)
