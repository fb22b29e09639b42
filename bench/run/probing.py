"""Play probes: make the environment, start what must be up, send, clean up, write it down."""

import http.client
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import psycopg

from bench.deploy.engine import CpuPlacement, Say
from bench.deploy.environments import Environments, run_script
from bench.deploy.local import LocalEngine
from bench.deploy.readiness import HOST
from bench.deploy.server import LocalServer, Where, fill, surroundings
from bench.deploy.uv_tool import Refused
from bench.errors import TargetFailed, UsageError
from bench.model.framework import Role, Target
from bench.model.probe import Case, Probe, ProbeOutcome
from bench.model.releases import by_plain_name
from bench.run.code_size import size_of
from bench.run.probe_plays import (
    ObservedRequests,
    Play,
    ProbeSession,
    contract,
    conversation,
    in_process,
    injection,
    script,
    wrong_types,
)


FOLDER = "probes"  # below apps/, one folder in it for each framework
PLAYS: Mapping[str, Play] = {
    "conversation": conversation,
    "wrong-types": wrong_types,
    "injection": injection,
    "contract": contract,
    "in-process": in_process,
    "script": script,
}


@dataclass(frozen=True, slots=True)
class Bench:
    """What all probes are played with: an entered engine, and what exists."""

    engine: LocalEngine
    environments: Environments
    apps: Path
    placement: CpuPlacement
    targets: Sequence[Target]
    newest: Mapping[str, str]  # framework -> the version that is probed
    say: Say


def play_probes(bench: Bench, probes: Sequence[Probe]) -> Iterator[ProbeOutcome]:
    """Every case of every probe, one after the other; none stops the others."""
    for probe in probes:
        for case in probe.cases:
            yield _play(bench, probe, case)


def _play(bench: Bench, probe: Probe, case: Case) -> ProbeOutcome:
    version = bench.newest[case.framework]
    own = _own_target(probe, case, version)
    target = own if case.measured is None else _measured(bench, probe, case, version)
    # What scripts run in is always the probes' own environment.
    receipts = bench.engine.prepare([own, target], bench.say)
    refused = [r for r in receipts.values() if isinstance(r, str)]
    receipt = refused[0] if refused else receipts[target.id]
    packages = {} if isinstance(receipt, str) else receipt.packages
    outcome = ProbeOutcome(
        probe=probe.id,
        framework=case.framework,
        name=case.name,
        version=version if isinstance(receipt, str) else receipt.version,
        decides=case.decides,
        passed=None,
        sent="nothing",
        came_back="",
        evidence=(),
        needed=tuple(_needed(bench.apps, case, packages)),
    )
    if isinstance(receipt, str):
        return replace(outcome, came_back=f"it could not be played: {receipt}")
    try:
        observed = _observe(bench, own, target, case)
    except (TargetFailed, OSError, http.client.HTTPException, psycopg.Error) as error:
        said = getattr(error, "message", None) or f"{type(error).__name__}: {error}"
        here = f"{bench.apps.parent}/"
        return replace(
            outcome,
            came_back=f"it could not be played: {said}".replace(here, ""),
            evidence=tuple(line.replace(here, "") for line in _tail(error)),
        )
    return replace(outcome, **asdict(observed))


def _observe(bench: Bench, own: Target, target: Target, case: Case) -> ObservedRequests:
    with bench.engine.folder("probe") as place, ExitStack() as end:
        values = {"work": str(place), "app": str(bench.apps / case.framework)}
        target = _filled(target, values)
        run = runner(bench, _filled(own, values), place)
        for command in case.clean:
            # Pushed first: what was prepared by half is cleaned, too.
            end.callback(run, [fill(word, values) for word in command])
        for command in case.prepare:
            run([fill(word, values) for word in command])
        end.enter_context(_rows_kept(bench))
        server, port = None, 0
        if case.serve or case.measured is not None:
            server = bench.engine.start(target, bench.placement, hash_seed=0)
            end.callback(server.stop)
            port = server.port
        values["url"] = f"http://{HOST}:{port}"
        words = [fill(word, values) for word in case.script]
        dsn, reset = bench.engine.database.dsn, bench.engine.database.reset
        stand = ProbeSession(
            case, target, HOST, port, dsn, reset, lambda given: run(words, given)
        )
        return _with_log(PLAYS[case.play](stand), case, server)


def _with_log(
    observed: ObservedRequests, case: Case, server: LocalServer | None
) -> ObservedRequests:
    """What the server's own log says, where the case asks for it."""
    if case.log_says is None:
        return observed
    log = server.log_tail() if server is not None else ""
    lines = [line.strip() for line in log.splitlines()]
    said = [line for line in lines if re.search(case.log_says, line)]
    words = f"its log says: {plain(said[0])}" if said else "its log says nothing of it"
    passed = observed.passed and bool(said)
    return replace(observed, passed=passed, came_back=f"{observed.came_back}; {words}")


def plain(line: str) -> str:
    """A line of a log without the colours of a terminal."""
    return re.sub(r"\x1b\[[0-9;]*m", "", line)


@contextmanager
def _rows_kept(bench: Bench) -> Iterator[None]:
    """The rows are the seed's again afterwards, whatever a probe wrote."""
    try:
        yield
    finally:
        bench.engine.database.remake()


def _measured(bench: Bench, probe: Probe, case: Case, version: str) -> Target:
    wanted = (case.framework, version, case.measured)
    for target in bench.targets:
        if (target.framework, target.version, target.deployment) == wanted:
            return target
    raise UsageError(
        f"probe {probe.id!r}: {case.framework} has no deployment {case.measured!r}",
        "`bench list targets` shows those that exist",
    )


def _own_target(probe: Probe, case: Case, version: str) -> Target:
    """The case's own program as a target, in the environment of the probes."""
    folder = f"{FOLDER}/{case.framework}"
    return Target(
        id=f"{folder}@{version}/{probe.id}",
        framework=folder,
        version=version,
        deployment=probe.id,
        role=Role.ABLATION,
        title=probe.title,
        interface="",
        concurrency="",
        serve=case.serve or case.script or ("python",),
        why=probe.title,
        environment=case.environment,
    )


def _filled(target: Target, values: Mapping[str, str]) -> Target:
    return replace(
        target,
        serve=tuple(fill(word, values) for word in target.serve),
        environment={n: fill(v, values) for n, v in target.environment.items()},
    )


def runner(bench: Bench, target: Target, home: Path) -> Callable[..., str]:
    """What runs a command by the target's environment, in its folder; TargetFailed where that is none."""

    def run(words: Sequence[str], given: str = "") -> str:
        try:
            environment = bench.environments.path(target.framework, target.version)
        except Refused as error:
            raise TargetFailed(error.reason) from error
        folder, database = bench.apps / target.framework, bench.engine.database
        where = Where(environment, folder, home, database.dsn, database.sslmode)
        values = {"port": "0", "connections": "2"}
        own = surroundings(target, where, values, hash_seed=0)
        variables = {**own, **bench.engine.mark}
        return run_script(environment, words, folder, variables, given)

    return run


def _needed(apps: Path, case: Case, packages: Mapping[str, str]) -> Iterator[str]:
    versions = by_plain_name(packages)
    for name in case.added:
        yield f"{name} {versions.get(name, 'not installed')}"
    for name in case.wrote:
        size = size_of([apps / FOLDER / case.framework / name])
        yield f"{size.statements} statements of own code ({name})"
    if case.note:
        yield case.note


def _tail(error: Exception) -> tuple[str, ...]:
    tail = getattr(error, "log_tail", None) or ""
    return tuple(plain(line) for line in tail.splitlines()[-6:])
