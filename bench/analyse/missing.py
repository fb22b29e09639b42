"""What a run was to measure and did not: nothing in any complete round."""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.model.load import experiment_of
from bench.model.run import Run


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
    return tuple(
        dict.fromkeys((*planned, *(left_out.target for left_out in _left_out(run))))
    )


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
            because = [
                failure.message
                for failure in run.failures
                if failure.target == target.id
                and (
                    failure.workload is None
                    or (failure.workload, failure.experiment) in lost
                )
            ]
            whole = len(lost) == len(wanted)
            yield Missing(target.id, () if whole else works, next(iter(because), None))
