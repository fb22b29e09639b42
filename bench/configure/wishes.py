"""Versions that somebody asks for beside the standing ones: `--with "PACKAGE==1.2.*"`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from packaging.utils import canonicalize_name

from bench.configure.targets import Frameworks
from bench.errors import AskedWrongly


_AND = re.compile(r"\s\+\s")
_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


@dataclass(frozen=True, slots=True)
class Wish:
    """A framework at a version, perhaps with other packages at theirs."""

    typed: str
    framework: str
    package: str  # its distribution
    requirements: tuple[str, ...]  # as typed, each a line of its own


def wish(typed: str, frameworks: Frameworks) -> Wish:
    """
    Read "PACKAGE==1.2.*", "PACKAGE@git+https://…", or "PACKAGE + OTHER==2.1".

    One part names a framework's own package; the others go with it.
    AskedWrongly says what is missing; whether a version exists is uv's to say.
    """
    parts = tuple(part.strip() for part in _AND.split(typed) if part.strip())
    packages = {f.package: f.name for f, _ in frameworks.values() if f.package}
    named = [name for name in map(package_of, parts) if name in packages]
    if len(named) != 1:
        found = " and ".join(named) or "none"
        raise AskedWrongly(
            f"--with {typed!r}: it must name one framework, and names {found}",
            f"there are {', '.join(packages)}; another package goes with one of them: "
            f'--with "{next(iter(packages))} + PACKAGE==1.2.*"',
        )
    for part in parts:
        _refuse_folders(typed, part)
    return Wish(typed, packages[named[0]], named[0], parts)


def package_of(requirement: str) -> str:
    """The name that a requirement begins with, written as indexes write it."""
    found = _NAME.match(requirement)
    return canonicalize_name(found.group(1)) if found else ""


def requirements(standing: str, wished: Wish) -> str:
    """
    The lines of requirements.in with the wish in them.

    The framework's own line gives way if the wish says which version; of
    other packages the line stays (it may name extras) and the wish is added.
    """
    lines = standing.splitlines()
    own = next(r for r in wished.requirements if package_of(r) == wished.package)
    bare = canonicalize_name(own) == wished.package
    if not bare:
        lines = [line for line in lines if package_of(line) != wished.package]
    added = [r for r in wished.requirements if not (bare and r is own)]
    return "\n".join([*lines, *added]) + "\n"


def with_versions(
    frameworks: Frameworks, asked: Sequence[tuple[str, str]]
) -> Frameworks:
    """
    The table with versions (framework, version) that were asked for.

    They come first, in the order in which they were typed: the newest standing
    one stays the newest.
    """
    table: Frameworks = {}
    for name, (framework, rows) in frameworks.items():
        standing = framework.versions
        new = dict.fromkeys(v for of, v in asked if of == name and v not in standing)
        table[name] = (replace(framework, versions=(*new, *standing)), rows)
    return table


def _refuse_folders(typed: str, part: str) -> None:
    _, at, where = part.partition("@")
    if at and not re.match(r"\s*(git\+|https?://)", where):
        raise AskedWrongly(
            f"--with {typed!r}: {where.strip()} may change beneath a run",
            "name a commit: package@git+file:///path/to/clone@COMMIT",
        )
