"""The releases of a package at the index, between two."""

from packaging.version import InvalidVersion, Version

from bench.deploy.committed_locks import newest_release
from bench.deploy.uv_tool import Refused
from bench.errors import UsageError


NEWEST = "newest"


def releases_between(package: str, old: str, new: str) -> list[str]:
    """
    Every release from `old` to `new`, oldest first; `new` may be "newest".

    Asked of the index by uv, one after the other, so that candidates, yanked
    releases and those that this Python cannot install are left out. Refused
    if it does not answer; UsageError if a bound is no version or nothing
    lies between them.
    """
    low = _version(old)
    found: list[str] = []
    version = _below(package, "" if new == NEWEST else f"<={_version(new)}")
    while version is not None and Version(version) >= low:
        found.append(version)
        version = _below(package, f"<{version}")
    if len(found) < 2:
        raise UsageError(
            f"{package}: from {old} to {new} the index has {found[0] if found else 'no release'}",
            "name an older and a newer release",
        )
    return found[::-1]


def _below(package: str, bound: str) -> str | None:
    """The newest release within a bound; None where the index has none."""
    try:
        return newest_release(f"{package}{bound}")
    except Refused:
        newest_release(package)  # Refused again: then it is the index that fails
        return None


def _version(text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion as error:
        raise UsageError(
            f"{text!r} is not a version", f"write it as in 4.2.1; or {NEWEST!r}"
        ) from error
