"""What a run was to measure and did not: nothing in any complete round."""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.model.load import experiment_of
from bench.model.run import Run
from bench.model.trial import Failure


@dataclass(frozen=True, slots=True)
class Missing:
    """A target of a run, or some of its workloads, without one window that counts."""

    target: str
    workloads: tuple[str, ...]  # (): none of the target's were measured
    because: str | None  # in the words of the failure; None: there is none on record


def missing(run: Run) -> tuple[Missing, ...]:
    """Every target that was left out, or that has no right answer on a workload of its plan."""
    return (*_left_out(run), *_not_measured(run))


def targets_of(run: Run) -> tuple[str, ...]:
    """The ids of all targets that the run was asked for, those that were left out included."""
    planned = [target.id for target in run.record.plan.targets]
    return tuple(dict.fromkeys((*planned, *(one.target for one in _left_out(run)))))


def _left_out(run: Run) -> Iterator[Missing]:
    # What could not be prepared is not in the plan; its failure is of no round.
    for target, failure in {f.target: f for f in run.failures if not f.round}.items():
        yield Missing(target, (), failure.message)


def _not_measured(run: Run) -> Iterator[Missing]:
    plan = run.record.plan
    there = {
        (window.target, window.workload, experiment_of(window.load))
        for window in run.windows
        if window.round in run.complete_rounds and window.tally.requests
    }
    for target in plan.targets:
        wanted = dict.fromkeys(
            (cell.workload, cell.load.experiment)
            for cell in plan.cells
            if cell.target == target.id
        )
        lost = [where for where in wanted if (target.id, *where) not in there]
        if lost:
            works = tuple(dict.fromkeys(work for work, _ in lost))
            because = _because(run, target.id, set(lost))
            yield Missing(target.id, () if len(lost) == len(wanted) else works, because)


def _because(run: Run, target: str, lost: set[tuple[str, str]]) -> str | None:
    found = [f for f in run.failures if f.target == target and _concerns(f, lost)]
    return found[0].message if found else None


def _concerns(failure: Failure, lost: set[tuple[str, str]]) -> bool:
    return failure.workload is None or (failure.workload, failure.experiment) in lost
