"""Whether deployments that stand already may be measured: the contract is played first."""

from collections.abc import Sequence

from bench.configure.addresses import Place
from bench.deploy.engine import Say
from bench.errors import TargetFailed
from bench.model.framework import Role, Target
from bench.model.plural import plural
from bench.run.contract import compare, play
from bench.run.contract_result import ContractResult


DESCRIBED = frozenset({"keep-alive", "rendezvous"})
"""
What holds a deployment against its own description, which one that stands has not.

Whether it keeps connections is counted in every window anyway, and two requests
need not meet in a server of more processes than anybody told.
"""


def refuse_broken(standing: Sequence[tuple[Target, Place]], say: Say) -> None:
    """
    Play the contract against each, as far as its target serves it, then compare them.

    TargetFailed at the first check that fails: another server, reached by
    a slip of the finger, gets no more than it must. Nothing that writes is
    played, so nothing has to be reset.
    """
    found = {}
    for target, place in standing:
        found[target.id] = _passed(target, place)
        shown = sum(finding.ok is True for finding in found[target.id])
        say(
            f"contract: {target.serve[0]} passed {plural(shown, 'check')} for {target.id}"
        )
    for finding in compare(found):
        if finding.ok is False:
            raise TargetFailed(
                f"the deployments do not do the same work: {finding.name}: {finding.detail}",
                "what answers differently is not compared; nothing was loaded",
            )


def _passed(target: Target, place: Place) -> list[ContractResult]:
    found = []
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
        found.append(finding)
    return found


def _nothing() -> None:
    """No rows were changed."""
