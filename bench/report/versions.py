"""What trend.html is about: the versions of each framework in one run, how each is called, and the question."""

from collections.abc import Mapping
from dataclasses import dataclass

from packaging.utils import canonicalize_name

from bench.model import releases
from bench.model.framework import Target
from bench.model.releases import releases_of, successions
from bench.report.view import View
from bench.wording.numbers import joined


MOST_NAMED = 3
"""Packages that a question names; more of them are called packages."""


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One set-up of a framework, and how it is called."""

    target: Target
    release: str  # of the framework: 3.1
    head: bool  # the release as it stands, wherever that was measured
    asked: Mapping[str, str]  # what it was asked for with: release by package
    packages: Mapping[str, str]  # all that is installed

    @property
    def name(self) -> str:
        """Where nothing else says which release it is: 3.1, or 3.1 on gunicorn 26.2.0."""
        return f"{self.release} {self._on}" if self.asked else self.release

    def beside(self, other: "VersionRow") -> str:
        """After the other one was named: without the release where both have it."""
        if self.release != other.release or not (self.asked or other.asked):
            return self.name
        return self._on if self.asked else "as it stands"

    @property
    def _on(self) -> str:
        return f"on {joined([f'{name} {what}' for name, what in self.asked.items()])}"


@dataclass(frozen=True, slots=True)
class Family:
    """The versions of one framework, in the order of time, and which follows which."""

    versions: tuple[VersionRow, ...]
    steps: tuple[tuple[VersionRow, VersionRow], ...]  # the old one and the new one

    @property
    def heads(self) -> tuple[VersionRow, ...]:
        """Its releases, oldest first."""
        return tuple(version for version in self.versions if version.head)

    def lines(self, version: VersionRow) -> tuple[str, ...]:
        """How one is called beneath its mark, line by line."""
        if not version.asked:
            return (version.release,)
        packages = [word for pair in version.asked.items() for word in pair]
        return (*([version.release] if len(self.heads) > 1 else []), *packages)


def families(view: View) -> list[Family]:
    """Each framework that takes part with more than one version, in the order of the frameworks."""
    by_framework = releases_of(view.results.targets, view.results.receipts)
    order = [framework.name for framework in view.results.frameworks]
    made = [
        _family(by_framework[name])
        for name in sorted(
            by_framework, key=lambda n: order.index(n) if n in order else 99
        )
    ]
    return [family for family in made if family.steps]


def _family(framework_releases: tuple[releases.Release, ...]) -> Family:
    made = {
        version.target.id: _named(version, release.head)
        for release in framework_releases
        for version in release.versions
    }
    steps = [
        (made[old.target.id], made[new.target.id])
        for old, new in successions(framework_releases)
    ]
    return Family(tuple(made.values()), tuple(steps))


def _named(version: releases.Version, head: releases.Version) -> VersionRow:
    # What was installed says 3.1.3 where the standing one is called 3.1.
    same = bool(version.asked) and version.number == head.number
    commits = any(row.own.startswith("git-") for row in (version, head))
    return VersionRow(
        version.target,
        head.own if same and not commits else version.own,
        version is head,
        version.asked,
        version.packages,
    )


def only_beneath(version_families: list[Family]) -> bool:
    """Whether each framework takes part with one release: only what it was asked for with differs."""
    return all(
        len(family.heads) == 1
        and all(version.head or version.asked for version in family.versions)
        for family in version_families
    )


def asked_for(version_families: list[Family]) -> list[str]:
    """The packages that were asked for beneath some release, by name."""
    return sorted(
        {p for f in version_families for version in f.versions for p in version.asked}
    )


def also_differ(view: View, version_families: list[Family]) -> list[str]:
    """The packages that are not the same in all versions of some framework, and that nobody asked for, by name."""
    own = {canonicalize_name(f.package or "") for f in view.results.frameworks}
    names: set[str] = set()
    for family in version_families:
        installed = [version.packages for version in family.versions]
        names |= {
            name
            for name in {name for packages in installed for name in packages}
            if len({packages.get(name) for packages in installed}) > 1
        }
    return sorted(names - own - set(asked_for(version_families)))


def question(version_families: list[Family]) -> str:
    """What a run with these versions asks."""
    if only_beneath(version_families):
        return _question_beneath(version_families)
    if all(
        version.head or version.asked
        for f in version_families
        for version in f.versions
    ):
        return "Does a newer release run faster?"
    return "Does a newer version run faster?"


def _question_beneath(version_families: list[Family]) -> str:
    names = asked_for(version_families)
    anew = all(
        name in family.heads[-1].packages
        for family in version_families
        for version in family.versions
        for name in version.asked
    )
    if not anew or len(names) > MOST_NAMED:
        return "Do other packages beneath a framework make a difference?"
    return f"Does a newer {joined(names, 'or')} make a difference?"
