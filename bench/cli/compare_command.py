"""`bench compare`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any

import typer

from bench.analyse.analysis import AnalysedRun, analyse
from bench.cli.options import JsonAndMarkdown, margins
from bench.cli.places import PUBLISHED, RUNS
from bench.errors import UsageError, unknown
from bench.judge.history import differences, moved
from bench.judge.regressions import MARGINS, Gate, Judgement, SecondRun, judge_change
from bench.model.framework import Role
from bench.model.load import experiment_of
from bench.model.releases import releases_of, successions
from bench.model.run import Run
from bench.store.folder import find, read
from bench.wording.reasons import withheld


EXIT = {
    Gate.REGRESSION: 1,
    Gate.BROKEN: 1,
    Gate.ALARM: 3,
    Gate.NOT_MEASURED: 3,
    Gate.CANNOT_TELL: 3,
    Gate.CLEAR: 0,
}


def command(
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RUN] [BASE NEW] | RUN LATER-RUN",
            help="Two targets of a run (the newest run if left out), or two runs; a run alone, or nothing: all its versions in turn.",
        ),
    ] = None,
    confirm: Annotated[
        str | None,
        typer.Option(help="A second run of both, that must repeat an alarm."),
    ] = None,
    within_run: Annotated[
        bool,
        typer.Option(
            "--within-run",
            help="Let the second half of the rounds confirm the first, instead of a second run.",
        ),
    ] = False,
    margin: Annotated[
        list[str] | None,
        typer.Option(help="The slowdown that is let pass: cpu=2%, throughput=4%."),
    ] = None,
    any_machine: Annotated[
        bool,
        typer.Option("--any-machine", help="Compare runs though they cannot be equal."),
    ] = False,
    as_json: JsonAndMarkdown = False,
) -> None:
    """Is NEW slower than BASE? Exit 0 if no, 1 if so and confirmed, 3 for an alarm that is not, or if the run cannot tell."""
    what = what or []
    if len(what) > 3:  # RUN BASE NEW
        raise UsageError(
            f"{len(what)} names were given",
            "bench compare [RUN] BASE NEW, bench compare RUN, or bench compare RUN LATER-RUN",
        )
    let_pass = margins(margin, MARGINS)
    runs = _two_runs(what)
    if runs is not None:
        if confirm is not None or within_run or margin:
            option = "--within-run" if within_run else "--margin"
            option = "--confirm" if confirm else option
            raise UsageError(
                f"{option} belongs to two targets of one run",
                "history between two runs is never a gate",
            )
        _history(*runs, any_machine, as_json)
        return
    if confirm is not None and within_run:
        raise UsageError(
            "--confirm and --within-run are two ways to confirm an alarm",
            "a second run tells more: leave --within-run out",
        )
    folder = find(RUNS, PUBLISHED, what[0] if len(what) in {1, 3} else None)
    second = find(RUNS, PUBLISHED, confirm) if confirm else None
    run = read(folder)
    pairs = [(what[-2], what[-1])] if len(what) > 1 else _in_turn(run)
    confirming = confirming_by(folder, second, within_run)
    judged = [judged_pair(run, base, new, confirming, let_pass) for base, new in pairs]
    # The page's words are among its charts, which take long to load.
    from bench.report.changes import MARKDOWN, TERMINAL, judgement_text

    if as_json:
        judgements = [
            {
                "run": folder.name,
                **_facts(judgement),
                "markdown": judgement_text(judgement, folder.name, MARKDOWN),
            }
            for judgement in judged
        ]
        print(json.dumps(judgements if len(what) < 2 else judgements[0], indent=1))
    else:
        texts = (
            judgement_text(judgement, folder.name, TERMINAL) for judgement in judged
        )
        print("\n".join(texts), end="")
    ends = {EXIT[judgement.gate] for judgement in judged}
    raise typer.Exit(1 if 1 in ends else max(ends))


def _facts(judged: Judgement) -> dict[str, Any]:
    facts = asdict(judged)
    if judged.unfit is not None:
        facts["unfit"]["because"] = withheld(judged.unfit.because)
    return facts


def _two_runs(names: Sequence[str]) -> tuple[Path, Path] | None:
    """The folders, if both names are runs; targets have an @ or are no runs."""
    if len(names) != 2 or any("@" in n and not Path(n).exists() for n in names):
        return None
    return find(RUNS, PUBLISHED, names[0]), find(RUNS, PUBLISHED, names[1])


def _in_turn(run: Run) -> list[tuple[str, str]]:
    """
    Each version of a framework with the next one, by what was installed; UsageError without any.

    What was asked for beneath a release is held against that release as it stands.
    """
    releases = releases_of(run.record.plan.targets, run.record.receipts)
    pairs = [
        (old.target.id, new.target.id)
        for succession in releases.values()
        for old, new in successions(succession)
    ]
    # What could not be prepared is not in the plan, and is the newest there is.
    newest = {
        name: framework_releases[-1].head.target
        for name, framework_releases in releases.items()
    }
    pairs += [
        (base.id, failure.target)
        for failure in run.failures
        if failure.round == 0
        and (base := newest.get(failure.target.partition("@")[0])) is not None
        and failure.target.partition("/")[2] == base.deployment
    ]
    if not pairs:
        raise UsageError(
            f"run {run.record.id} holds one version of each framework",
            'measure two: bench run --with "PACKAGE==1.2.*"',
        )
    return pairs


@dataclass(frozen=True, slots=True)
class Confirming:
    """What may confirm an alarm: a second run, the run's own halves, or nothing."""

    run: Run | None = None
    name: str = ""
    within_run: bool = False


def confirming_by(
    folder: Path, second: Path | None, within_run: bool = False
) -> Confirming:
    """By what an alarm of that run is confirmed; UsageError if by itself."""
    if second is None:
        return Confirming(within_run=within_run)
    if second.resolve() == folder.resolve():
        raise UsageError("a run cannot confirm itself", "measure again: bench run")
    return Confirming(read(second), second.name)


def judged_pair(
    run: Run,
    base: str,
    new: str,
    confirming: Confirming,
    let_pass: Mapping[str, float] = MARGINS,
) -> Judgement:
    """What became of NEW beside BASE in that run; UsageError if it holds no such pair."""
    old_id, new_id = target_of(run, base), target_of(run, new)
    if old_id == new_id:
        raise UsageError(
            f"{base!r} and {new!r} are the same target, {old_id}",
            "its twin is another one: the same with +again",
        )
    runs, second = [run], None
    if confirming.run is not None:
        runs.append(_holding(confirming.run, old_id, new_id))
        second = SecondRun(confirming.name, analyse(confirming.run))
    workloads = _both_serve(run, old_id, new_id)
    judged = judge_change(
        *(analyse(run), old_id, new_id, workloads, second),
        confirming.within_run,
        let_pass,
    )
    missing = [_missing(measured_run, old_id, new_id) for measured_run in runs]
    reasons = tuple(
        f"run {measured_run.record.id}: {why}"
        for measured_run, why in zip(runs, missing, strict=True)
        if why
    )
    if len(reasons) == 2:
        return replace(judged, gate=Gate.BROKEN, missing=reasons)
    if reasons and judged.gate is not Gate.REGRESSION:
        return replace(judged, gate=Gate.NOT_MEASURED, missing=reasons)
    return judged


def _both_serve(run: Run, old_id: str, new_id: str) -> list[str]:
    """What both were measured on side by side: of the headline windows, or in an experiment where they share none."""
    cells = run.record.plan.cells
    for headline in (True, False):
        old, new = (
            [
                cell.workload
                for cell in cells
                if cell.target == name and headline is not bool(cell.load.experiment)
            ]
            for name in (old_id, new_id)
        )
        if shared := [name for name in dict.fromkeys(old) if name in new]:
            return shared
    return []


def _holding(second: Run, *ids: str) -> Run:
    """The confirming run, if it measured both; its machine may be another one, all the better."""
    there = {target.id for target in second.record.plan.targets}
    # What could not be prepared is in no plan, and was asked for all the same.
    there |= {failure.target for failure in second.failures}
    missing = [name for name in ids if name not in there]
    if missing:
        raise UsageError(
            f"run {second.record.id} did not measure {' and '.join(missing)}",
            "confirm with a run of the same two targets",
        )
    return second


def target_of(run: Run, name: str) -> str:
    """The id of a target of the run: its id, or framework@version; UsageError lists what exists."""
    ids = [target.id for target in run.record.plan.targets]
    ids += [f.target for f in run.failures if f.target not in ids]
    if name in ids:
        return name
    matching = [
        i for i in ids if "+" not in i and fnmatchcase(i.partition("/")[0], name)
    ]
    usual = [
        t.id
        for t in run.record.plan.targets
        if t.id in matching and t.role is Role.CONTESTANT
    ]
    matching = list(dict.fromkeys(matching))
    if len(usual) == 1:
        return usual[0]
    if len(matching) == 1:
        return matching[0]
    raise unknown("target", name, list(dict.fromkeys(ids)), where=run.record.id)


def _missing(run: Run, base: str, target: str) -> str | None:
    """Why a target has no trial at all, or none of a workload that its base answered; None if it has all."""
    answered = {
        name: {
            window.workload
            for window in run.windows
            # Nobody takes part in experiments by being a target of the run.
            if window.target == name and not experiment_of(window.load)
        }
        for name in (base, target)
    }
    missing = sorted(answered[base] - answered[target])
    if answered[target] and not missing:
        return None
    said = [
        f.message
        for f in run.failures
        if f.target == target and (not missing or f.workload in {None, *missing})
    ]
    what = f"on {', '.join(missing)}" if answered[target] else "at all"
    return f"{target} was not measured {what}: {said[0] if said else 'no round was finished'}"


def _history(earlier: Path, later: Path, any_machine: bool, as_json: bool) -> None:
    before, after = read(earlier), read(later)
    differing = differences(before.record, after.record)
    grave = [difference for difference in differing if difference.grave]
    if grave and not any_machine:
        differences_text = "; ".join(
            f"{d.what}: {d.before} and {d.after}" for d in grave
        )
        raise UsageError(
            f"the two runs cannot be compared: {differences_text}",
            "measure both versions in one run, or add --any-machine and read with care",
        )
    rows = moved(*(AnalysedRun(run.record, analyse(run)) for run in (before, after)))
    if as_json:
        history: dict[str, Any] = {
            "before": earlier.name,
            "after": later.name,
            "gate": None,
            "differences": [asdict(difference) for difference in differing],
            "moved": [asdict(row) for row in rows],
        }
        print(json.dumps(history, indent=1))
    else:
        from bench.report.changes import TERMINAL, history_text

        text = history_text(earlier.name, later.name, differing, rows, TERMINAL)
        print(text, end="")
