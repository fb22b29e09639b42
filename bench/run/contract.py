"""
The contract, played over HTTP against one live target.

Every target gets the same suite, and what they show is then compared with
each other (`compare`): that the work is equal is a finding, not a promise.
"""

import http.client
from collections.abc import Callable, Iterator, Sequence

from bench.configure.addresses import Place
from bench.deploy.engine import Say
from bench.deploy.external import StandingTarget
from bench.deploy.http_client import ask_on, connected
from bench.errors import TargetFailed
from bench.model.framework import Role, Target
from bench.model.plural import plural
from bench.run.contract_bodies import bodies, strictness
from bench.run.contract_connections import connections
from bench.run.contract_errors import errors
from bench.run.contract_result import ContractResult, Subject, compare
from bench.run.contract_rows import answers, goldens, statement_counts
from bench.workloads import workload


__all__ = ["ContractResult", "compare", "play", "verify"]

VERIFIED_REQUESTS = 12
VERIFY_SEED = 7

SECTIONS: Sequence[Callable[[Subject], Iterator[ContractResult]]] = (
    answers,
    goldens,
    bodies,
    strictness,
    errors,
    connections,
    statement_counts,
)


def play(
    host: str,
    port: int,
    target: Target,
    *,
    reset: Callable[[], None],
    statements: Callable[[], list[str]] | None = None,
    workers: int = 1,
    bare: bool = False,
) -> Iterator[ContractResult]:
    """
    Play the whole contract, as far as the target serves it.

    `reset` brings the rows back to the seed: it is called before and after
    anything is written. `statements` returns what the database was asked by
    this target since it was last called; None: statements are not counted.
    `workers` is how many processes answer at that address; `bare`: there is
    no framework behind it.
    """
    subject = Subject(host, port, target, reset, statements, workers, bare)
    for section in SECTIONS:
        try:
            yield from section(subject)
        except (OSError, http.client.HTTPException) as error:
            name = section.__name__.replace("_", " ")
            yield ContractResult(
                f"{name}: no answer", False, f"{type(error).__name__}: {error}"
            )


def verify(host: str, port: int, workload_name: str) -> str | None:
    """
    Say what is wrong with the first wrong answer out of a dozen, or None.

    Quick enough to be asked before every trial. Raises UsageError if there
    is no such workload.
    """
    work = workload(workload_name)
    requests = work.requests(VERIFY_SEED)
    asked = [requests[n % len(requests)] for n in range(VERIFIED_REQUESTS)]
    for request in asked:
        try:
            with connected(host, port) as connection:
                wrong = work.check(request, ask_on(connection, request))
        except (OSError, http.client.HTTPException) as error:
            wrong = f"no answer: {type(error).__name__}: {error}"
        if wrong:
            return f"{request.method} {request.path}: {wrong}"
    return None


DESCRIBED = frozenset({"keep-alive", "rendezvous"})
"""
What holds a deployment against its own description, which one that stands has not.

Whether it keeps connections is counted in every window anyway, and two requests
need not meet in a server of more processes than anybody told.
"""


def refuse_broken(standing: Sequence[StandingTarget], say: Say) -> None:
    """
    Play the contract against each, as far as its target serves it, then compare them.

    TargetFailed at the first check that fails: another server, reached by
    a slip of the finger, gets no more than it must. Nothing that writes is
    played, so nothing has to be reset.
    """
    results = {}
    for target, place in standing:
        results[target.id] = _passed(target, place)
        shown = sum(finding.ok is True for finding in results[target.id])
        say(
            f"contract: {target.serve[0]} passed {plural(shown, 'check')} for {target.id}"
        )
    for finding in compare(results):
        if finding.ok is False:
            raise TargetFailed(
                f"the deployments do not do the same work: {finding.name}: {finding.detail}",
                "what answers differently is not compared; nothing was loaded",
            )


def _passed(target: Target, place: Place) -> list[ContractResult]:
    results = []
    for finding in play(
        place.host, place.port, target, reset=_nothing, bare=target.role is Role.FLOOR
    ):
        if finding.ok is False and finding.name not in DESCRIBED:
            raise TargetFailed(
                f"{target.id}: {target.serve[0]} does not pass the contract: "
                f"{finding.name}: {finding.detail}",
                "nothing was loaded; apps/README.md says what is asked, and "
                "--workloads what is to be asked of it",
            )
        results.append(finding)
    return results


def _nothing() -> None:
    """No rows were changed."""
