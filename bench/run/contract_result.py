"""What the contract suite finds, of one target and between targets."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.deploy.http_client import ask
from bench.model.exchange import Reply, Request
from bench.model.framework import Target
from bench.model.plural import plural


@dataclass(frozen=True, slots=True)
class ContractResult:
    """
    One fact about one target, or about several beside each other.

    `ok` is None where the contract forces nothing and the fact is recorded.
    `seen` is what other targets are compared with; None: not compared.
    """

    name: str
    ok: bool | None
    detail: str
    seen: str | None = None
    binding: bool = True  # False: targets may differ, and the difference is shown


@dataclass(frozen=True, slots=True)
class Subject:
    """One live target, and what its caller can do for the suite."""

    host: str
    port: int
    target: Target
    reset: Callable[[], None]
    statements: Callable[[], list[str]] | None
    workers: int
    bare: bool = False  # a server without a framework, which has routes and no methods

    def serves(self, workload: str) -> bool:
        """Whether the target answers that workload at all."""
        return self.target.serves(workload)

    def ask(self, request: Request) -> Reply:
        """The answer to one request on a connection of its own; OSError if there is none."""
        return ask(self.host, self.port, request)

    def get(self, path: str) -> Reply:
        """The answer to a GET, likewise."""
        return self.ask(Request("GET", path))


def compare(
    findings: Mapping[str, Sequence[ContractResult]],
) -> Iterator[ContractResult]:
    """
    Hold the targets of a run beside each other, by target id.

    Yields one finding for each fact that more than one target has: ok is
    True where all show the same, False where they must and do not, None
    where they differ and may.
    """
    by_fact: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    free: set[str] = set()
    for target, results in findings.items():
        for finding in results:
            if finding.seen is not None:
                by_fact[finding.name][finding.seen].append(target)
                if not finding.binding:
                    free.add(finding.name)
    for name, groups in by_fact.items():
        if sum(map(len, groups.values())) > 1:
            yield _between(name, groups, free=name in free)


def _between(name: str, groups: Mapping[str, list[str]], free: bool) -> ContractResult:
    if len(groups) == 1:
        (value, targets), *_ = groups.items()
        return ContractResult(
            f"same: {name}", True, f"{plural(len(targets), 'target')}: {value}"
        )
    parts = [f"{value}: {', '.join(targets)}" for value, targets in groups.items()]
    return ContractResult(f"same: {name}", None if free else False, " | ".join(parts))
