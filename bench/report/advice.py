"""What it means for you: per situation, from significant ratios or not at all."""

from dataclasses import dataclass

from bench.model.doubt import Scope
from bench.report.answer import Answer
from bench.report.standing import Kind, standing
from bench.report.view import View


@dataclass(frozen=True, slots=True)
class Advice:
    """A situation and what this run can say about it."""

    situation: str
    sentence: str


def advice(view: View, answer: Answer) -> tuple[Advice, ...]:
    """At most three pieces; none where the run may not judge."""
    noise = view.check("noise")
    if any(each.reason.scope is Scope.RUN for each in view.results.warnings):
        return ()
    if len(view.contestants) < 2:
        return ()  # nothing to choose between
    if view.results.no_verdicts_because or (noise and noise.passed is False):
        return ()
    found = [
        Advice(f"If your work looks like “{view.workload(name)}”", _speed(view, name))
        for name in answer.workloads[:2]
    ]
    found += [_memory(view, name) for name in view.workloads_with("memory")[:1]]
    return tuple(found)


def _speed(view: View, workload: str) -> str:
    """By throughput; by CPU time where throughput was not to be judged."""
    by_rate = standing(view, workload, "throughput")
    if by_rate.kind is not Kind.NOT_COMPARED:
        return by_rate.sentence
    return standing(view, workload, "cpu").sentence


def _memory(view: View, workload: str) -> Advice:
    return Advice("If memory is scarce", standing(view, workload, "memory").sentence)
