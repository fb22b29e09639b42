"""Deployments that stand already, as they are named: `--at NAME=URL`."""

from collections.abc import Sequence

from bench.configure.targets import Frameworks
from bench.errors import AskedWrongly, unknown
from bench.model.framework import Role, Target
from bench.model.run import NOT_KNOWN
from bench.model.workload import Workload


AS_IT_STANDS = "as-it-stands"


def standing_targets(
    named: Sequence[str], frameworks: Frameworks, workloads: Sequence[Workload]
) -> tuple[Target, ...]:
    """
    A target for each NAME=URL, contestants before bare servers.

    NAME is a framework of the table, once; which version and which server of
    it stands there, nobody told. It serves those of the workloads that its
    kind answers. AskedWrongly for what cannot be read.
    """
    urls: dict[str, str] = {}
    for text in named:
        name, equals, url = text.partition("=")
        if not equals or not url:
            raise AskedWrongly(
                f"--at {name}: there is no address",
                "write it as --at NAME=http://127.0.0.1:8001",
            )
        if name not in frameworks:
            raise unknown("framework", name, list(frameworks), where="--at")
        if name in urls:
            raise AskedWrongly(
                f"--at {name} is there twice",
                "one deployment of a framework in a run; the twin is entered by itself",
            )
        urls[name] = url.removesuffix("/")
    targets = [_target(name, url, frameworks, workloads) for name, url in urls.items()]
    return tuple(sorted(targets, key=lambda target: target.role is Role.FLOOR))


def _target(
    name: str, url: str, frameworks: Frameworks, workloads: Sequence[Workload]
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
        serve=(url,),
        why="It stood before the run: nothing of it was started, placed or looked into.",
        workloads=served,
    )
