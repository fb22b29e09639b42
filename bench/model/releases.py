"""Which version comes after which: the releases of a framework in one run, and what was asked for beneath them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from bench.model.framework import Role, Target
from bench.model.run import Receipt


type Receipts = Mapping[str, Receipt]


@dataclass(frozen=True, slots=True)
class Release:
    """One release of a framework: as it stands, and beside that with other packages beneath it."""

    stands: Target
    older: tuple[Target, ...] = ()  # beneath them is what came before
    newer: tuple[Target, ...] = ()  # beneath them is what came after, or the same

    @property
    def targets(self) -> tuple[Target, ...]:
        """All of them, in the order of time."""
        return (*self.older, self.stands, *self.newer)


def releases_of(
    targets: Iterable[Target], receipts: Receipts
) -> dict[str, tuple[Release, ...]]:
    """
    Each framework's releases among the contestants, oldest first, by what was installed.

    `targets` are in the order of the run, in which the standing version of a
    number comes after those that were asked for once.
    """
    by_name: dict[str, dict[tuple[int, ...], list[Target]]] = {}
    for target in targets:
        if target.role is Role.CONTESTANT:
            numbers = by_name.setdefault(target.framework, {})
            numbers.setdefault(_number(target, receipts), []).append(target)
    return {
        name: tuple(_release(group, receipts) for _, group in sorted(numbers.items()))
        for name, numbers in by_name.items()
    }


def successions(releases: Iterable[Release]) -> list[tuple[Target, Target]]:
    """The old one and the new one of each step: what is beneath a release, and then from release to release."""
    releases = list(releases)
    found = []
    for each in releases:
        found += [(other, each.stands) for other in each.older]
        found += [(each.stands, other) for other in each.newer]
    return found + list(pairwise(each.stands for each in releases))


def beneath(target: Target, receipts: Receipts) -> dict[str, str]:
    """What a version was asked for with, as its name says: release by package; nothing if it stands as it is."""
    receipt = receipts.get(target.id)
    if receipt is None:
        return {}
    name = f"{target.version}-".lower()
    return {
        package: release
        for package, release in receipt.packages.items()
        if f"-{re.sub(r'[-_.]+', '-', package)}-{release}-".lower() in name
    }


def _release(group: list[Target], receipts: Receipts) -> Release:
    plain = [each for each in group if not beneath(each, receipts)]
    stands = (plain or group)[-1]
    others = [each for each in group if each is not stands]
    older = tuple(each for each in others if _on_older(each, stands, receipts))
    newer = tuple(each for each in others if each not in older)
    return Release(stands, older, newer)


def _on_older(one: Target, stands: Target, receipts: Receipts) -> bool:
    receipt = receipts.get(stands.id)
    theirs = receipt.packages if receipt else {}
    return any(
        _numbers(release) < _numbers(theirs[package])
        for package, release in beneath(one, receipts).items()
        if package in theirs
    )


def _number(target: Target, receipts: Receipts) -> tuple[int, ...]:
    receipt = receipts.get(target.id)
    return _numbers(receipt.version if receipt else target.version)


def _numbers(version: str) -> tuple[int, ...]:
    """A release as numbers that can be put in order."""
    return tuple(int(word) for word in re.findall(r"\d{1,9}", version)[:3])
