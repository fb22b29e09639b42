"""What trend.html is about: the versions of each framework in one run, how each is called, and the question."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.model.framework import Target
from bench.model.releases import Release, beneath, releases_of, successions
from bench.report.view import View, joined, lower_first


MOST_NAMED = 3
"""Packages that a question names; more of them are called packages."""


@dataclass(frozen=True, slots=True)
class Version:
    """One set-up of a framework, and how it is called."""

    target: Target
    release: str  # of the framework as it stands: 3.1
    stands: bool
    asked: Mapping[str, str]  # what it was asked for with: release by package

    @property
    def name(self) -> str:
        """Where nothing else says which release it is: 3.1, or 3.1 on gunicorn 26.2.0."""
        return f"{self.release} {self._on}" if self.asked else self.target.version

    @property
    def lines(self) -> tuple[str, ...]:
        """Beneath its mark, which stands beside those of its release."""
        words = tuple(word for pair in self.asked.items() for word in pair)
        return words or (self.target.version,)

    def beside(self, other: "Version") -> str:
        """After the other one was named: without the release where both have it."""
        if self.release != other.release:
            return self.name
        if self.stands:
            return "as it stands"
        return self._on if self.asked else self.name

    @property
    def _on(self) -> str:
        return f"on {joined([f'{name} {what}' for name, what in self.asked.items()])}"


@dataclass(frozen=True, slots=True)
class Family:
    """The versions of one framework, in the order of time, and which follows which."""

    versions: tuple[Version, ...]
    steps: tuple[tuple[Version, Version], ...]  # the old one and the new one

    @property
    def standing(self) -> tuple[Version, ...]:
        """Its releases, oldest first, without what was asked for beneath them."""
        return tuple(each for each in self.versions if each.stands)


def families(view: View) -> list[Family]:
    """Each framework that takes part with more than one version, in the order of the frameworks."""
    found = releases_of(view.results.targets, view.results.receipts)
    order = [framework.name for framework in view.results.frameworks]
    made = [
        _family(view, found[name])
        for name in sorted(found, key=lambda n: order.index(n) if n in order else 99)
    ]
    return [family for family in made if family.steps]


def _family(view: View, releases: tuple[Release, ...]) -> Family:
    made = {
        target.id: Version(
            target,
            release.stands.version,
            target is release.stands,
            {} if target is release.stands else beneath(target, view.results.receipts),
        )
        for release in releases
        for target in release.targets
    }
    steps = [(made[old.id], made[new.id]) for old, new in successions(releases)]
    return Family(tuple(made.values()), tuple(steps))


def only_beneath(found: list[Family]) -> bool:
    """Whether no framework takes part with two releases: only what stands beneath differs."""
    return all(len(family.standing) == 1 for family in found)


def asked_of(view: View) -> str | None:
    """The question of a run's trend.html inside a sentence; None where it has no such page."""
    found = families(view)
    return lower_first(question(found)) if found else None


def question(found: list[Family]) -> str:
    """What a run with these versions asks."""
    if not only_beneath(found):
        return "Does a newer release run faster?"
    names = asked_for(found)
    if not 0 < len(names) <= MOST_NAMED:
        return "Do newer packages beneath make a difference?"
    return f"Does a newer {joined(names, 'or')} make a difference?"


def asked_for(found: list[Family]) -> list[str]:
    """The packages that were asked for beneath some release, by name."""
    named = {
        package.lower(): package
        for family in found
        for version in family.versions
        for package in version.asked
    }
    return [named[each] for each in sorted(named)]
