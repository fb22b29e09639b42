"""Which version comes after which: the releases of a framework in one run, and what was asked for beneath them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion
from packaging.version import Version as Number

from bench.model.framework import Role, Target
from bench.model.run import Receipt


@dataclass(frozen=True, slots=True)
class Version:
    """A target, as what was installed tells it from other versions of its framework."""

    target: Target
    own: str  # its own release, as its name says it: 3.1, 3.1.3, git-1a2b3c4
    number: Number  # the same, as installed
    asked: Mapping[str, str]  # what it was asked for with: release by package
    packages: Mapping[str, str]  # all that is installed, by plain name

    @property
    def is_release(self) -> bool:
        """Whether its name is a release's, and not a commit's or an address'."""
        return _parsed(self.own) is not None


@dataclass(frozen=True, slots=True)
class Release:
    """One release of a framework, and beside it those that differ from it in what is beneath."""

    head: Version  # as it stands, wherever that was measured
    older: tuple[Version, ...] = ()  # beneath them is what came before
    newer: tuple[Version, ...] = ()  # what came after, or something else

    @property
    def versions(self) -> tuple[Version, ...]:
        """All of them, in the order of time."""
        return (*self.older, self.head, *self.newer)

    @property
    def in_turn(self) -> tuple[Version, ...]:
        """Those of them that are a version of the framework itself, in the order of time."""
        return tuple(v for v in self.versions if v is self.head or not v.asked)


def releases_of(
    targets: Iterable[Target], receipts: Mapping[str, Receipt]
) -> dict[str, tuple[Release, ...]]:
    """
    Each framework's releases among the contestants, oldest first.

    `targets` are in the order of the run, in which the standing version comes
    after those that were asked for once. One that was asked for with other
    packages is no release of its own where its release takes part as it is, be
    it at another patch; what is resolved today is often one ahead of a lock.
    Of several commits with one number, the one that was typed first is the
    oldest; a standing release of that number is older than all of them.
    """
    by_name: dict[str, list[Version]] = {}
    for target in targets:
        if target.role is Role.CONTESTANT:
            made = _version(target, receipts.get(target.id))
            by_name.setdefault(target.framework, []).append(made)
    return {name: tuple(_releases(versions)) for name, versions in by_name.items()}


def successions(releases: Iterable[Release]) -> list[tuple[Version, Version]]:
    """The old one and the new one of each step: within a release, and then from release to release."""
    releases = list(releases)
    steps: list[tuple[Version, Version]] = []
    for release in releases:
        own = release.in_turn
        steps += [(other, release.head) for other in release.older if other not in own]
        steps += pairwise(own)
        steps += [(release.head, other) for other in release.newer if other not in own]
    return steps + list(pairwise(release.head for release in releases))


def _version(target: Target, receipt: Receipt | None) -> Version:
    installed = receipt.packages if receipt else {}
    own, asked = taken_apart(target.version, installed)
    number = _number(receipt.version if receipt else own)
    return Version(target, own, number, asked, by_plain_name(installed))


def _releases(versions: list[Version]) -> list[Release]:
    groups: dict[Number, list[Version]] = {}
    for version in versions:
        if not version.asked:
            groups.setdefault(version.number, []).append(version)
    plain = [version for group in groups.values() for version in group]
    for version in versions:
        if version.asked:
            groups.setdefault(_home(version, plain), []).append(version)
    return [_release(group) for _, group in sorted(groups.items())]


def _home(version: Version, plain: list[Version]) -> Number:
    """The number of the release that it stands beside: the same, else the nearest patch before or after it."""
    mine = version.number
    near = {e.number for e in plain if e.number.release[:2] == mine.release[:2]}
    before = [number for number in near if number <= mine]
    return max(before, default=min(near, default=mine))


def _release(group: list[Version]) -> Release:
    group = sorted(group, key=_beneath)
    plain = [version for version in group if not version.asked]
    head = (plain or group)[-1]
    others = [version for version in group if version is not head]
    typed = not head.asked and not head.is_release
    older = tuple(
        version
        for version in others
        if _on_older(version, head) or (typed and not version.asked)
    )
    return Release(
        head, older, tuple(version for version in others if version not in older)
    )


def _beneath(version: Version) -> list[tuple[str, Number]]:
    """What it was asked for with, in an order that can be sorted."""
    return sorted((name, _number(version.packages[name])) for name in version.asked)


def _on_older(version: Version, head: Version) -> bool:
    return any(
        number < _number(head.packages[name])
        for name, number in _beneath(version)
        if name in head.packages
    )


def _number(words: str) -> Number:
    """A release that can be put in order, however it is written."""
    numbers = ".".join(re.findall(r"\d{1,9}", words)[:3])
    return _parsed(words) or Number(numbers or "0")


def _parsed(words: str) -> Number | None:
    try:
        return Number(words)
    except InvalidVersion:
        return None


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
