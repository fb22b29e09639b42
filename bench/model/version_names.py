"""How a version that was asked for once is named: its own release, and then the packages that it was asked for with."""

import re
from collections.abc import Mapping

from packaging.utils import canonicalize_name


def version_name(own: str, asked: Mapping[str, str]) -> str:
    """The name, as part of an id and of a file's name: 3.0.3, git-1a2b3c4, 0.165.0-pydantic-2.10.6."""
    return safe("-".join([own, *(f"{name}-{what}" for name, what in asked.items())]))


def taken_apart(
    name: str, installed: Mapping[str, str]
) -> tuple[str, Mapping[str, str]]:
    """
    What a version name is made of: its own release, and what it was asked for with by package.

    `installed` are the distributions in its environment, without which
    nothing tells a package's name from a release.
    """
    plain = by_plain_name(installed)
    parts = [
        rf"{re.escape(package)}-(?:{re.escape(safe(what))}|git-[0-9a-f]{{7}}|url(?:-[0-9a-f]{{7}})?)"
        for package, what in plain.items()
    ]
    ending = re.compile(rf"(.+?)-({'|'.join(parts)})", re.IGNORECASE)
    asked: dict[str, str] = {}
    while parts and (match := ending.fullmatch(name)):
        name, part = match.groups()
        package = max(
            (package for package in plain if part.lower().startswith(f"{package}-")),
            key=len,
        )
        asked = {package: part[len(package) + 1 :], **asked}
    return name, asked


def by_plain_name(packages: Mapping[str, str]) -> dict[str, str]:
    """The same by the names that indexes use, whatever way a distribution writes its own."""
    return {canonicalize_name(name): what for name, what in packages.items()}


def safe(text: str) -> str:
    """A text as part of an id and of a file's name."""
    return re.sub(r"[^A-Za-z0-9.-]+", "-", text).strip("-.")
