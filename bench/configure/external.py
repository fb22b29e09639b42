"""Deployments that stand already, as they are named: `--at NAME=URL`, `--agent NAME=URL`."""

import re
from collections.abc import Sequence

from bench.configure.targets import Frameworks
from bench.errors import UsageError, unknown
from bench.model.framework import Role, Target
from bench.model.run import NOT_KNOWN
from bench.model.workload import Workload


AS_IT_STANDS = "as-it-stands"
_LABEL = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")


def standing_targets(
    at: Sequence[str],
    agents: Sequence[str],
    frameworks: Frameworks,
    workloads: Sequence[Workload],
) -> tuple[Target, ...]:
    """
    A target for each NAME=URL, contestants before bare servers; its agent's URL comes second.

    NAME is a framework of the table, or FRAMEWORK:LABEL where several of its
    deployments stand; which version and which server it is, nobody told. The
    first one stands for its framework, the others are compared with it. Each
    serves those of the workloads that its kind answers. UsageError for what
    cannot be read.
    """
    urls = _by_name("--at", at)
    for name in urls:
        _refuse_name(name, list(frameworks))
    witnesses = _by_name("--agent", agents)
    for name in witnesses:
        if name not in urls:
            raise unknown("deployment", name, list(urls), where="--agent")
    first: dict[str, str] = {}
    for name in urls:
        first.setdefault(_framework(name), name)
    targets = [
        _target(
            name,
            (url, witnesses[name]) if name in witnesses else (url,),
            frameworks,
            workloads,
            first[_framework(name)] == name,
        )
        for name, url in urls.items()
    ]
    return tuple(sorted(targets, key=lambda target: target.role is Role.FLOOR))


def _framework(name: str) -> str:
    return name.partition(":")[0]


def _refuse_name(name: str, existing: list[str]) -> None:
    framework, colon, label = name.partition(":")
    if framework not in existing:
        raise unknown("framework", framework, existing, where="--at")
    if colon and not _LABEL.fullmatch(label):
        raise UsageError(
            f"--at {name}: {label!r} is no label",
            f"lower-case letters, digits, . _ and -: {framework}:sync",
        )


def _by_name(option: str, named: Sequence[str]) -> dict[str, str]:
    urls: dict[str, str] = {}
    for text in named:
        name, equals, url = text.partition("=")
        if not equals or not url:
            raise UsageError(
                f"{option} {name}: there is no address",
                f"write it as {option} NAME=http://127.0.0.1:8001",
            )
        if name in urls:
            raise UsageError(
                f"{option} {name} is there twice",
                f"give each deployment a label: {name.partition(':')[0]}:sync=…; the twin is entered by itself",
            )
        urls[name] = url.removesuffix("/")
        if list(urls.values()).count(urls[name]) > 1:
            raise UsageError(
                f"{option} {name}: its address is there already under another name",
                "two names for one server would be told apart by nothing but noise",
            )
    return urls


def _target(
    name: str,
    serve: tuple[str, ...],
    frameworks: Frameworks,
    workloads: Sequence[Workload],
    is_first: bool,
) -> Target:
    framework, _ = frameworks[_framework(name)]
    label = name.partition(":")[2]
    bare = framework.package is None
    role = Role.FLOOR if bare else Role.CONTESTANT if is_first else Role.ABLATION
    served = tuple(work.name for work in workloads if work.floor or not bare)
    if not served:
        names = ", ".join(work.name for work in workloads)
        raise UsageError(
            f"--at {name}: a bare server answers none of {names}",
            "leave it out, or choose other workloads: --workloads hello",
        )
    return Target(
        id=f"{framework.name}@external/{label or AS_IT_STANDS}",
        framework=framework.name,
        version="external",
        deployment=label or AS_IT_STANDS,
        role=role,
        title=f"{framework.title}, {label}" if label else framework.title,
        interface=NOT_KNOWN,
        concurrency="As its owner runs it",
        serve=serve,
        why="It stood before the run: nothing of it was started, placed or looked into.",
        workloads=served,
    )
