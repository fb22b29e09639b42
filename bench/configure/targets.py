"""From rows and selectors to targets."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from bench.configure.tables import FrameworkTable, Parity, TargetRow
from bench.errors import UsageError, unknown
from bench.model.framework import Framework, Role, Target


type Frameworks = dict[str, FrameworkTable]

TWIN_SUFFIX = "+again"
USUAL = (Role.CONTESTANT, Role.FLOOR)
"""The roles of the deployments that a framework's name stands for."""


def all_targets(frameworks: Frameworks, parity: Parity) -> tuple[Target, ...]:
    """Every deployment of every standing version, in the order of the table."""
    return tuple(
        _target(framework, version, row, parity)
        for framework, rows in frameworks.values()
        for version in framework.versions
        for row in rows
        # Ablations are questions about the newest version; older ones are
        # there to be compared with it, as their teams deploy them.
        if version == framework.versions[-1] or row.role in USUAL
    )


def _target(
    framework: Framework, version: str, row: TargetRow, parity: Parity
) -> Target:
    title = row.title or framework.title
    # The newest bears the plain name: it is what is meant where none is said.
    newest = version == framework.versions[-1]
    return Target(
        **row.model_dump(exclude={"title"}),
        id=f"{framework.name}@{version}/{row.deployment}",
        framework=framework.name,
        version=version,
        title=title if newest else f"{title} {version}",
        pool_connections=parity.connections,
    )


def select(
    targets: Sequence[Target], selectors: Iterable[str], newest: Frameworks
) -> tuple[Target, ...]:
    """
    The targets that the selectors name, each once, in the order of the table.

    A selector is a role, or framework[@version][/deployment] with * and ?.
    Without a version the newest is meant; without a deployment, what the
    framework's table calls contestant (or floor).
    Raises UsageError for a selector that names nothing.
    """
    chosen: set[str] = set()
    for selector in selectors:
        named = {t.id for t in targets if _matches(t, selector, newest)}
        if not named:
            raise _nothing(selector, targets)
        chosen |= named
    return tuple(target for target in targets if target.id in chosen)


def _matches(target: Target, selector: str, newest: Frameworks) -> bool:
    last_version = newest[target.framework].framework.versions[-1]
    if selector in set(Role):
        return target.role == selector and target.version == last_version
    name, slash, deployment = selector.partition("/")
    framework, at, version = name.partition("@")
    if not fnmatchcase(target.framework, framework):
        return False
    if not fnmatchcase(target.version, version if at else last_version):
        return False
    if slash:
        return fnmatchcase(target.deployment, deployment)
    return target.role in USUAL


def _nothing(selector: str, targets: Sequence[Target]) -> UsageError:
    name, _, deployment = selector.partition("/")
    framework, at, version = name.partition("@")
    of_framework = [t for t in targets if fnmatchcase(t.framework, framework)]
    if not of_framework:
        roles = ("contestant", "ablation", "floor")
        names = dict.fromkeys([*(t.framework for t in targets), *roles])
        return unknown("target", selector, list(names))
    versions = list(dict.fromkeys(t.version for t in of_framework))
    if at and not any(fnmatchcase(v, version) for v in versions):
        return unknown("version", version, versions, where=framework)
    deployments = list(dict.fromkeys(t.deployment for t in of_framework))
    return unknown("deployment", deployment, deployments, where=framework)


def with_workers(target: Target, workers: int) -> Target:
    """The same target with its own number of worker processes, as a variant that nothing else compares."""
    plural = "" if workers == 1 else "s"
    return replace(
        target,
        id=f"{target.id}+{workers}-worker{plural}",
        role=Role.ABLATION,
        title=f"{target.title}, {workers} worker{plural}",
        workers=workers,
    )


def twin(target: Target) -> Target:
    """The same target under a second name."""
    return replace(
        target,
        id=target.id + TWIN_SUFFIX,
        role=Role.TWIN,
        title=f"{target.title} (again)",
        twin_of=target.id,
    )
