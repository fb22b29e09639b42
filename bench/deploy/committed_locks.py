"""The committed locks, and what the package index would make of them today."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.version import InvalidVersion, Version

from bench.configure.version_requests import package_of
from bench.deploy.requested_locks import pins
from bench.deploy.uv_tool import Refused, compile_lock
from bench.errors import UsageError
from bench.model.framework import Framework


@dataclass(frozen=True, slots=True)
class Package:
    """One package that a version's requirements name, in the lock and at the index."""

    framework: str
    version: str
    package: str
    locked: str | None
    newest: str | None  # that fits with the version, today

    @property
    def is_new(self) -> bool:
        """Whether the index has another than the lock, and not an older one."""
        return _is_new(self.newest, self.locked)


@dataclass(frozen=True, slots=True)
class Lock:
    """A committed lock and its text as of today."""

    path: Path
    today: str
    named: frozenset[str]
    """What the requirements of any app name: frameworks, servers, validators, drivers."""
    timed: bool = True  # False: probes run on it, which are not timed

    @property
    def changed(self) -> frozenset[str]:
        """The packages of which today's holds another version, named or pinned beneath."""
        return frozenset(name for name, now, locked in self._each() if now != locked)

    @property
    def newer(self) -> frozenset[str]:
        """Those of them that are not older: the index may be asked as of an earlier day."""
        return frozenset(
            name
            for name, *both in self._each()
            if (all(both) or name in self.named) and _is_new(*both)
        )

    @property
    def news(self) -> frozenset[str]:
        """Those that are a reason to measure."""
        return self.newer & self.named if self.timed else frozenset()

    @property
    def locked(self) -> dict[str, str]:
        """What it pins as it is committed; nothing where there is none yet."""
        there = self.path.is_file()
        return pins(self.path.read_text(encoding="utf-8")) if there else {}

    def _each(self) -> Iterator[tuple[str, str | None, str | None]]:
        """Each package with its version of today and the locked one."""
        locked, now = self.locked, pins(self.today)
        for name in {*locked, *now}:
            yield name, now.get(name), locked.get(name)


def _is_new(now: str | None, locked: str | None) -> bool:
    # A commit or another address is neither older nor newer.
    plain = [
        Version(version) for version in (now, locked) if version and "-" not in version
    ]
    return now != locked and (len(plain) < 2 or plain[0] > plain[1])


def newest_release(package: str) -> str:
    """The newest release of a package at the index; Refused if it does not answer."""
    lines = compile_lock("-", "--no-deps", doing="ask the index", given=package)
    return pins(lines)[package_of(package)]


def uncovered(framework: Framework) -> str | None:
    """The newest release of a framework, if no standing version is that one; Refused if the index does not answer."""
    if framework.package is None:
        return None
    newest = newest_release(framework.package)
    standing = any(f"{newest}.".startswith(f"{v}.") for v in framework.versions)
    older = Version(newest) < Version(framework.versions[-1])
    return None if standing or older else newest


def news(root: Path, framework: Framework) -> str | None:
    """What to wish for to measure what the index has and the newest lock has not; None if nothing is new."""
    if framework.package is None:
        return None
    release = uncovered(framework)
    newest = None if release else today(root, framework, framework.versions[-1])
    return request_for(framework, release, newest)


def request_for(
    framework: Framework, release: str | None, newest: Lock | None
) -> str | None:
    """That wish, where the uncovered release and the newest version's lock are known."""
    if release is not None:
        return f"{framework.package}=={release}"
    if framework.package and newest is not None and newest.news:
        now = pins(newest.today)
        # By their versions: what is asked for by name is taken, the rest stays as locked.
        beside = sorted(newest.news & now.keys() - {framework.package})
        own = f"{framework.package}=={framework.versions[-1]}.*"
        return " + ".join([own, *(f"{name}=={now[name]}" for name in beside)])
    return None


def today(root: Path, framework: Framework, version: str) -> Lock:
    """The lock of a standing version as of today; Refused with uv's words."""
    folder = Path("apps") / framework.name
    source = folder / "requirements.in"
    own = root / folder / f"requirements@{version}.in"
    lines = (root / source).read_text(encoding="utf-8").splitlines()
    if framework.package and version != framework.versions[-1]:
        lines = [line for line in lines if package_of(line) != framework.package]
        lines.append(f"{framework.package}=={version}.*")
    lines += own.read_text(encoding="utf-8").splitlines() if own.is_file() else []
    text = compile_lock("-", given="\n".join(lines) + "\n")
    return Lock(
        root / folder / "locks" / f"{version}.txt",
        text.replace("-r -\n", f"-r {source}\n"),
        named(root),
    )


def packages(root: Path, framework: Framework, lock: Lock) -> list[Package]:
    """What requirements.in names by itself, as it is locked and as it would be."""
    source = root / "apps" / framework.name / "requirements.in"
    names = map(package_of, source.read_text(encoding="utf-8").splitlines())
    locked, now = lock.locked, pins(lock.today)
    return [
        Package(framework.name, lock.path.stem, name, locked.get(name), now.get(name))
        for name in names
        if name
    ]


def dependents(root: Path, framework: Framework) -> Iterator[Lock]:
    """The locks that hold the newest version's and something more, as of today; write that one first."""
    newest = framework.versions[-1]
    folder = Path("apps") / framework.name
    for source in sorted((root / folder).glob("requirements+*.in")):
        extra = source.stem.partition("+")[2]
        lock = root / folder / "locks" / f"{newest}+{extra}.txt"
        yield Lock(lock, _of_file(root, folder / source.name), named(root))
    probes = Path("apps/probes") / framework.name
    if (root / probes / "requirements.in").is_file():
        constraint = ("-c", str(folder / "locks" / f"{newest}.txt"))
        text = _of_file(root, probes / "requirements.in", *constraint)
        path = root / probes / "locks" / f"{newest}.txt"
        yield Lock(path, text, named(root), timed=False)


def named(root: Path) -> frozenset[str]:
    """
    The packages that the requirements of any app name.

    Of all apps together: what one names as its validator may be what another
    framework brings with it.
    """
    lines = (
        line
        for path in (root / "apps").glob("*/requirements*.in")
        for line in path.read_text(encoding="utf-8").splitlines()
    )
    return frozenset(name for line in lines if (name := package_of(line)))


def _of_file(root: Path, source: Path, *options: str) -> str:
    return compile_lock(*options, str(source), folder=root)


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
    releases: list[str] = []
    version = _below(package, "" if new == NEWEST else f"<={_version(new)}")
    while version is not None and Version(version) >= low:
        releases.append(version)
        version = _below(package, f"<{version}")
    if len(releases) < 2:
        raise UsageError(
            f"{package}: from {old} to {new} the index has {releases[0] if releases else 'no release'}",
            "name an older and a newer release",
        )
    return releases[::-1]


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
