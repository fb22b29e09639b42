"""`bench versions`."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from bench.cli.options import INDEX_MUST_ANSWER, AsJson
from bench.cli.places import PUBLISHED, ROOT, RUNS, shown
from bench.cli.run_options import frameworks
from bench.deploy import committed_locks
from bench.deploy.committed_locks import Lock, Package
from bench.deploy.uv_tool import Refused, as_of
from bench.errors import EnvironmentFailure, UsageError, unknown
from bench.model.framework import Framework
from bench.model.releases import by_plain_name
from bench.report.clean import clean_text
from bench.store.folder import read_head, run_folders


@dataclass(frozen=True, slots=True)
class VersionNews:
    """A package with the version that was measured last, and what is new about it."""

    package: Package
    measured: str | None

    @property
    def news(self) -> str:
        """In a word; empty if there is none."""
        package = self.package
        if package.is_new:
            return "new"
        if self.measured is not None and self.measured != package.locked:
            return "not measured yet"
        return ""


@dataclass(frozen=True, slots=True)
class News:
    """What the index has since."""

    seen: list[VersionNews]
    releases: dict[str, str]  # that no standing version covers, by package
    locks: list[Lock]  # that would be others today
    version_requests: list[str]  # what `bench run --with` measures of it

    @property
    def named(self) -> bool:
        """Whether anything of it is a reason to measure."""
        return bool(self.releases) or any(lock.news for lock in self.locks)

    @property
    def beneath(self) -> list[str]:
        """The packages that are newer and that no requirements name."""
        return sorted({name for lock in self.locks for name in lock.newer - lock.named})


def command(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="Frameworks, or framework@version: that lock alone; all if left out."
        ),
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Make the locks as of today.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """
    What is newer at the package index than what is locked and measured.

    Exit 1 if that is a framework, or a server, validator or driver that its
    requirements name; pins beneath them are only told.
    """
    alone = [name for name in names or () if "@" in name]
    if alone:
        _one_by_one(alone, names or (), write)
        return
    chosen = _chosen(names or [])
    try:
        # The newest release of each framework's package that no version here covers.
        releases = {
            framework.package: committed_locks.uncovered(framework)
            for framework in chosen
            if framework.package
        }
        locks = [
            (framework, committed_locks.today(ROOT, framework, version))
            for framework in chosen
            for version in framework.versions
        ]
        changed = [lock for _, lock in locks if lock.changed]
        # What rests on a lock that changed is made again with it.
        still = [
            framework for framework in chosen if not _newest_of(framework, changed)
        ]
        changed += [
            lock
            for framework in still
            for lock in committed_locks.dependents(ROOT, framework)
            if lock.changed
        ]
    except Refused as error:
        raise EnvironmentFailure(
            f"nothing newer can be known: {error.reason}",
            INDEX_MUST_ANSWER,
        ) from error
    measured = _measured()
    news_of_packages = [
        VersionNews(
            package,
            measured.get((package.framework, package.version), {}).get(package.package),
        )
        for framework, lock in locks
        for package in committed_locks.packages(ROOT, framework, lock)
    ]
    uncovered = {name: release for name, release in releases.items() if release}
    newest = {
        owner.name: lock
        for owner, lock in locks
        if lock.path.stem == owner.versions[-1]
    }
    version_requests = [
        committed_locks.request_for(
            framework, releases.get(framework.package or ""), newest.get(framework.name)
        )
        for framework in chosen
    ]
    news = News(
        news_of_packages,
        uncovered,
        changed,
        [request for request in version_requests if request is not None],
    )
    if as_json:
        _json(news)
    else:
        _table(news)
    reason = news.named  # before the locks are those of today
    if write:
        _write(chosen, changed)
    if reason:
        raise typer.Exit(1)


def _one_by_one(alone: Sequence[str], names: Sequence[str], write: bool) -> None:
    """Some locks as of today, and no other: that of a version that was added, say."""
    if len(alone) < len(names) or not write:
        raise UsageError(
            f"{', '.join(alone)}: a version is named to make its lock",
            "bench versions FRAMEWORK@VERSION --write, and nothing else",
        )
    made = []
    for name in alone:
        framework, _, version = name.partition("@")
        (known_framework,) = _chosen([framework])
        if version not in known_framework.versions:
            raise unknown(
                "version", version, list(known_framework.versions), where=framework
            )
        try:
            made.append(committed_locks.today(ROOT, known_framework, version))
        except Refused as error:
            raise EnvironmentFailure(
                f"{name}: {error.reason}", "name a version that the package index has"
            ) from error
    for lock in made:
        _replace(lock)


def _chosen(names: list[str]) -> list[Framework]:
    table = {framework.name: framework for framework in frameworks()}
    for name in names:
        if name not in table:
            raise unknown("framework", name, list(table))
    return [table[name] for name in names or table]


def _measured() -> dict[tuple[str, str], dict[str, str]]:
    """What each version of a framework ran on in the last run that measured it."""
    measured: dict[tuple[str, str], dict[str, str]] = {}
    folders = sorted(
        [*run_folders(PUBLISHED), *run_folders(RUNS)], key=lambda folder: folder.name
    )
    for folder in folders:
        try:
            record = read_head(folder)
        except UsageError:
            continue  # of another format; `bench report` says so
        for target in record.plan.targets:
            receipt = record.receipts.get(target.id)
            if receipt is not None:
                packages = by_plain_name(receipt.packages)
                measured[target.framework, target.version] = packages
    return measured


def _table(news: News) -> None:
    date = as_of()
    if date:
        print(f"the index as of {date}, as uv or pip was told", file=sys.stderr)
    print(f"{'version':18} {'package':22} {'measured':12} {'locked':12} newest")
    for package_news in news.seen:
        package = package_news.package
        name = f"{package.framework}@{package.version}"
        cells = [
            package_news.measured or "never",
            package.locked or "none",
            package.newest or "none",
        ]
        line = (
            f"{name:18} {package.package:22} {cells[0]:12} {cells[1]:12} {cells[2]:12}"
        )
        # What was measured is told by a run folder, perhaps somebody else's.
        print(clean_text(f"{line} {package_news.news}").rstrip())
    for name, release in news.releases.items():
        print(
            f"{name} {release} is out, and no standing version is that one: "
            f'bench run --with "{name}=={release}" measures it beside the newest'
        )
    if news.beneath:
        print(f"also newer, no reason to measure: {', '.join(news.beneath)}")
    for lock in news.locks:
        named = ", ".join(sorted(lock.news)) or "only pins beneath what it names"
        age = "older" if lock.newer else "newer"
        print(f"{age} than the index: {shown(lock.path)} ({named})", file=sys.stderr)
    if news.locks:
        print("bench versions --write makes them anew", file=sys.stderr)


def _json(news: News) -> None:
    rows = [
        asdict(package_news.package)
        | {"measured": package_news.measured, "news": package_news.news}
        for package_news in news.seen
    ]
    content = {
        "packages": rows,
        "releases": news.releases,
        "locks": [
            {"path": shown(lock.path), "named": sorted(lock.news)}
            for lock in news.locks
        ],
        "beneath": news.beneath,
        "with": news.version_requests,
    }
    print(json.dumps(content, indent=1))


def _write(chosen: list[Framework], changed: list[Lock]) -> None:
    """Write what changed, then what holds the newest version's lock and something more."""
    for lock in changed:
        _replace(lock)
    for framework in chosen:
        if _newest_of(framework, changed):
            for lock in committed_locks.dependents(ROOT, framework):
                if lock.changed:
                    _replace(lock)


def _newest_of(framework: Framework, changed: list[Lock]) -> bool:
    """Whether the lock of a framework's newest version is among them."""
    own = ROOT / "apps" / framework.name / "locks" / f"{framework.versions[-1]}.txt"
    return own in [lock.path for lock in changed]


def _replace(lock: Lock) -> None:
    lock.path.parent.mkdir(parents=True, exist_ok=True)
    lock.path.write_text(lock.today, encoding="utf-8")
    print(f"written: {shown(lock.path)}", file=sys.stderr)
