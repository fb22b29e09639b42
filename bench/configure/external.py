"""Deployments that stand already, as they are named: `--at NAME=URL`, `--agent NAME=URL`."""

from collections.abc import Sequence

from bench.configure.targets import Frameworks
from bench.errors import AskedWrongly, unknown
from bench.model.framework import Role, Target
from bench.model.run import NOT_KNOWN
from bench.model.workload import Workload


AS_IT_STANDS = "as-it-stands"


def standing_targets(
    at: Sequence[str],
    agents: Sequence[str],
    frameworks: Frameworks,
    workloads: Sequence[Workload],
) -> tuple[Target, ...]:
    """
    A target for each NAME=URL, contestants before bare servers; its agent's URL comes second.

    NAME is a framework of the table, once; which version and which server of
    it stands there, nobody told. It serves those of the workloads that its
    kind answers. AskedWrongly for what cannot be read.
    """
    urls = _by_name("--at", at, list(frameworks))
    witnesses = _by_name("--agent", agents, list(urls))
    targets = [
        _target(
            name,
            (url, witnesses[name]) if name in witnesses else (url,),
            frameworks,
            workloads,
        )
        for name, url in urls.items()
    ]
    return tuple(sorted(targets, key=lambda target: target.role is Role.FLOOR))


def _by_name(option: str, named: Sequence[str], known: list[str]) -> dict[str, str]:
    urls: dict[str, str] = {}
    for text in named:
        name, equals, url = text.partition("=")
        if not equals or not url:
            raise AskedWrongly(
                f"{option} {name}: there is no address",
                f"write it as {option} NAME=http://127.0.0.1:8001",
            )
        if name not in known:
            raise unknown("framework", name, known, where=option)
        if name in urls:
            raise AskedWrongly(
                f"{option} {name} is there twice",
                "one deployment of a framework in a run; the twin is entered by itself",
            )
        urls[name] = url.removesuffix("/")
        if list(urls.values()).count(urls[name]) > 1:
            raise AskedWrongly(
                f"{option} {name}: its address is there already under another name",
                "two names for one server would be told apart by nothing but noise",
            )
    return urls


def _target(
    name: str,
    serve: tuple[str, ...],
    frameworks: Frameworks,
    workloads: Sequence[Workload],
) -> Target:
    framework, _ = frameworks[name]
    bare = framework.package is None
    served = tuple(work.name for work in workloads if work.floor or not bare)
    if not served:
        names = ", ".join(work.name for work in workloads)
        raise AskedWrongly(
            f"--at {name}: a bare server answers none of {names}",
            "leave it out, or choose other workloads: --workloads hello",
        )
    return Target(
        id=f"{name}@external/{AS_IT_STANDS}",
        framework=name,
        version="external",
        deployment=AS_IT_STANDS,
        role=Role.FLOOR if bare else Role.CONTESTANT,
        title=framework.title,
        interface=NOT_KNOWN,
        concurrency="As its owner runs it",
        serve=serve,
        why="It stood before the run: nothing of it was started, placed or looked into.",
        workloads=served,
    )
