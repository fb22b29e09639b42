"""Versions that somebody asks for beside the standing ones: `--with "PACKAGE==1.2.*"`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from bench.configure.tables import FrameworkTable
from bench.configure.targets import Frameworks
from bench.errors import UsageError


_AND = re.compile(r"\s\+\s")
_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_LABEL = re.compile(r"\s*([a-z][a-z-]*[a-z])\s*=(?!=)\s*(?=[A-Za-z])")
"""A name before a requirement, which begins with a letter where PACKAGE=1.2 does not."""
_SECRET = re.compile(r"(?<!ssh)://[^/\s@]*@|://[^/\s@]*:[^/\s@]*@")
"""A user's password or token in an address; over SSH a name alone is none."""
_NEARLY = re.compile(
    r"([A-Za-z0-9][A-Za-z0-9._-]*?)\s*(?:==|[=@ -])\s*v?([0-9]+(?:\.[0-9]+)*)[.*x]*"
)
"""What people type for PACKAGE==1.2.*: PACKAGE=1.2, PACKAGE@1.2, PACKAGE 1.2, PACKAGE-1.2.x."""


@dataclass(frozen=True, slots=True)
class VersionRequest:
    """A framework at a version, perhaps with other packages at theirs."""

    typed: str
    framework: str
    package: str  # its distribution
    requirements: tuple[str, ...]  # as typed, each a line of its own
    label: str | None = None  # its version's name, where one was typed


def version_request(typed: str, frameworks: Frameworks) -> VersionRequest:
    """
    Read "PACKAGE==1.2.*", "PACKAGE@git+https://…", or "PACKAGE + OTHER==2.1".

    "base=PACKAGE@git+https://…" gives the version a name that people can type.
    One part names a framework's own package; the others go with it.
    UsageError says what is missing; whether a version exists is uv's to say.
    """
    labelled = _LABEL.match(typed)
    rest = typed[labelled.end() :] if labelled else typed
    parts = tuple(part.strip() for part in _AND.split(rest) if part.strip())
    for part in parts:
        _refuse_unreadable(typed, part)
    packages = {f.package: f.name for f, _ in frameworks.values() if f.package}
    named = [name for name in map(package_of, parts) if name in packages]
    if len(named) != 1:
        listed = " and ".join(named) or "none"
        raise UsageError(
            f"--with {typed!r}: it must name one framework, and names {listed}",
            f"there are {', '.join(packages)}; another package goes with one of them: "
            f'--with "{next(iter(packages))} + PACKAGE==1.2.*"',
        )
    if len(parts) == 1 and canonicalize_name(parts[0]) == named[0]:
        raise UsageError(
            f"--with {typed!r} names no version", f"say which: {named[0]}==1.2.*"
        )
    label = labelled[1] if labelled else None
    return VersionRequest(typed, packages[named[0]], named[0], parts, label)


def package_of(requirement: str) -> str:
    """The name that a requirement begins with, written as indexes write it."""
    name = _NAME.match(requirement)
    return canonicalize_name(name.group(1)) if name else ""


def versioned(wished: VersionRequest) -> list[str]:
    """The packages that a wish says a version or an address of."""
    return [
        package_of(r)
        for r in wished.requirements
        if canonicalize_name(r) != package_of(r)
    ]


def requirements(standing: str, wished: VersionRequest) -> str:
    """
    The lines of requirements.in with the wish in them.

    The framework's own line gives way if the wish says which version; of
    other packages the line stays (it may name extras) and the wish is added.
    """
    lines = standing.splitlines()
    bare = wished.package not in versioned(wished)
    if not bare:
        lines = [line for line in lines if package_of(line) != wished.package]
    added = [
        requirement
        for requirement in wished.requirements
        if not (bare and package_of(requirement) == wished.package)
    ]
    return "\n".join([*lines, *added]) + "\n"


def with_versions(frameworks: Frameworks, requested: Sequence[str]) -> Frameworks:
    """
    The table with versions that were asked for, as framework@version.

    They come first, in the order in which they were typed: the newest standing
    one stays the newest.
    """
    table: Frameworks = {}
    for name, (framework, rows) in frameworks.items():
        standing = framework.versions
        own = (request.removeprefix(f"{name}@") for request in requested)
        new = dict.fromkeys(v for v in own if "@" not in v and v not in standing)
        newer = replace(framework, versions=(*new, *standing))
        table[name] = FrameworkTable(newer, rows)
    return table


def _refuse_unreadable(typed: str, part: str) -> None:
    """UsageError for what is no requirement, or names what may change beneath a run."""
    if _SECRET.search(part):
        raise UsageError(
            f"--with {package_of(part)}: its address holds a user name or a password, "
            "which the run would keep and its page show",
            "leave it out of the address: git and uv ask ~/.netrc, and git its credential helpers",
        )
    nearly = _NEARLY.fullmatch(part)
    try:
        requirement = Requirement(part)  # PEP 508
    except InvalidRequirement as error:
        said = f"--with {typed!r}: {part!r} is no requirement"
        raise UsageError(said, _meant(nearly)) from error
    if nearly and not requirement.specifier:
        raise UsageError(f"--with {typed!r}: {part!r} is no version", _meant(nearly))
    if requirement.url and not re.match(r"(git\+|https?://)", requirement.url):
        raise UsageError(
            f"--with {typed!r}: {requirement.url} may change beneath a run",
            "name a commit: package@git+file:///path/to/clone@COMMIT",
        )


def _meant(nearly: re.Match[str] | None) -> str:
    if nearly is None:
        return "write PACKAGE==1.2.*, PACKAGE@git+URL@COMMIT or PACKAGE + OTHER==2.1"
    return f"did you mean {nearly.group(1)}=={nearly.group(2)}.*?"
