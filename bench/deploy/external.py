"""The engine that starts nothing: deployments that stand already, somebody's own."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple, Self

from bench.configure.addresses import (
    Place,
    Resolve,
    answering,
    listens,
    places,
    resolve,
)
from bench.deploy.agent import AgentClient
from bench.deploy.cleanup_registry import alone_here, undisturbed
from bench.deploy.engine import CpuPlacement, Say
from bench.errors import TargetFailed, UsageError
from bench.model.framework import Target
from bench.model.plan import EXTERNAL, Pinning
from bench.model.run import NOT_KNOWN, Receipt
from bench.model.trial import Usage


class StandingTarget(NamedTuple):
    """A target, and where it stands."""

    target: Target
    place: Place


type Admit = Callable[[Sequence[StandingTarget], Say], None]
"""Plays the contract against them; TargetFailed names the check that failed."""

UNTOUCHED = {
    "version": NOT_KNOWN,
    "source": "each deployment's own: neither reset nor looked into",
}


def agent_of(target: Target) -> str | None:
    """The URL of the agent beside it, behind its own in `serve`; None if there is none."""
    return target.serve[1] if len(target.serve) > 1 else None


class StandingServer:
    """A server that was there before the run and stays after it: only its answers are known, and what an agent tells."""

    def __init__(
        self, target: Target, place: Place, witness: AgentClient | None = None
    ) -> None:
        """Note where it stands; TargetFailed if nobody listens there, or its agent tells nothing."""
        self._witness = witness
        self.target = target
        self.host = place.host
        self.port = place.port
        where = f"at {place.host} port {place.port}"
        self.command: tuple[str, ...] = (target.serve[0], where)
        self.application_name = NOT_KNOWN
        self.first_answer_s: float | None = None
        self.check_alive()
        self.usage(memory=False)

    def usage(self, memory: bool = True) -> Usage | None:
        """What its agent tells; None without one: its processes are not ours to look into."""
        return self._witness.usage(memory) if self._witness else None

    def check_alive(self) -> None:
        """TargetFailed if nobody listens there any more."""
        refusal = listens(Place(self.host, self.port))
        if refusal is not None:
            raise TargetFailed(
                f"{self.target.id}: nothing answers at {self.target.serve[0]} "
                f"({self.host} port {self.port}): {refusal}",
                "the harness neither starts nor restarts it: its owner must",
            )

    def process_ids(self) -> list[int]:
        """None: they are not known."""
        return []

    def stop(self) -> None:
        """Leave it as it is: it is not ours to stop."""


class UntouchedDatabase:
    """Whatever rows the deployments have; the contract tells whether they are the right ones."""

    dsn = ""

    def facts(self) -> Mapping[str, str]:
        """That nothing is known."""
        return UNTOUCHED

    def reset(self) -> None:
        """Nothing: no workload that writes is ever sent to a deployment that stands."""

    def usage(self) -> Usage | None:
        """None: it is not ours to look into."""
        return None

    def connections(self) -> Mapping[str, int] | None:
        """None: nobody tells."""
        return None


class ExternalEngine:
    """
    Implements the seam with servers that stand already, each at the first URL of its `serve`.

    With `i_own_this` load may go beyond loopback and private networks. A URL, that of an agent too, is resolved once, when the engine is entered,
    and the address is kept to the end: neither a changed name nor a redirect
    leads load elsewhere. No target is given out of which `prepare` did not show
    that it passes `admit`.
    """

    name = EXTERNAL

    def __init__(
        self,
        cache: Path,
        targets: Sequence[Target],
        cores: Pinning,
        admit: Admit,
        i_own_this: bool = False,
        ask: Resolve = resolve,
    ) -> None:
        self._cache = cache
        self._targets = targets
        self._cores = cores
        self._admit = admit
        self._i_own_this = i_own_this
        self._ask = ask
        self._open: ExitStack | None = None
        self._places: dict[str, Place] = {}  # by URL
        self._admitted: set[str] = set()  # URLs
        self.database = UntouchedDatabase()

    def __enter__(self) -> Self:
        """
        Look up where the URLs lead, and keep other runs off this machine meanwhile.

        UsageError for an address where no load may go; EnvironmentFailure where
        nobody listens, or while another run lives.
        """
        urls = dict.fromkeys(url for target in self._targets for url in target.serve)
        # All of them are judged before the first connection is made.
        places_by_url = {url: places(url, self._i_own_this, self._ask) for url in urls}
        with ExitStack() as stack:
            stack.enter_context(alone_here(self._cache, self._cores.harness))
            self._places = {
                url: answering(url, among) for url, among in places_by_url.items()
            }
            self._refuse_one_for_two()
            self._open = stack.pop_all()
        return self

    def __exit__(self, *error: Any) -> None:
        """Forget where they stand; nothing was started."""
        if self._open is not None:
            with undisturbed():
                self._open.close()
            self._open = None
            self._places = {}
            self._admitted = set()

    def prepare(
        self, targets: Sequence[Target], say: Say
    ) -> Mapping[str, Receipt | str]:
        """
        Let each URL show that it passes the contract; the receipts say that nothing else is known.

        TargetFailed, with the check that failed, for the first one that does
        not, and for an agent that tells nothing.
        """
        by_url: dict[str, Target] = {}
        for target in targets:
            # A twin is the same URL once more: one proof is enough.
            by_url.setdefault(target.serve[0], target)
        standing = [StandingTarget(t, self._places[url]) for url, t in by_url.items()]
        self._admit(standing, say)
        for target in by_url.values():
            witness = self._witness(target)
            if witness:
                witness.usage(memory=True)
        self._admitted.update(by_url)
        return {target.id: unknown_receipt() for target in targets}

    def start(
        self, target: Target, placement: CpuPlacement, hash_seed: int
    ) -> StandingServer:
        """The target as it stands; TargetFailed if it did not pass the contract, or is gone."""
        url = target.serve[0]
        if url not in self._admitted:
            raise TargetFailed(
                f"{target.id}: {url} has not passed the contract",
                "no load is sent to what was not shown to do the work",
            )
        return StandingServer(target, self._places[url], self._witness(target))

    def _witness(self, target: Target) -> AgentClient | None:
        agent = agent_of(target)
        return AgentClient(target.id, self._places[agent]) if agent else None

    def _refuse_one_for_two(self) -> None:
        urls: dict[Place, str] = {}
        for url, place in self._places.items():
            if place in urls:
                raise UsageError(
                    f"{urls[place]} and {url} are the same server "
                    f"({place.host} port {place.port})",
                    "name each server once; the twin is entered by itself",
                )
            urls[place] = url


def unknown_receipt() -> Receipt:
    """The receipt of what nobody looked into."""
    return Receipt(
        version=NOT_KNOWN,
        python=NOT_KNOWN,
        packages={},
        lock_sha256=NOT_KNOWN,
        app_sha256=NOT_KNOWN,
    )
