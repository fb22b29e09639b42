"""What a run came to: for programs, and for its exit status."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.analyse.missing import Missing, missing, targets_of
from bench.cli.places import shown
from bench.errors import EnvironmentFailure, short
from bench.model.plural import plural
from bench.model.run import Run
from bench.store.folder import LOGS, read


def outcome(folder: Path, page: Path, complete: bool) -> dict[str, Any]:
    """The run's places, what it lacks, its verdicts and the ratios that may decide; results.json has the rest."""
    # What judges and draws takes seconds to load, and no refusal waits for it.
    from bench.cli.rendering import stored_results

    run, results = read(folder), stored_results(page.parent)
    return {
        "run": run.record.id,
        "complete": complete,
        "rounds": len(run.complete_rounds),
        "windows": len(run.windows),
        "missing": [asdict(lack) for lack in missing(run)] if complete else [],
        "page": str(page.resolve()),
        "results": str(page.with_name("results.json").resolve()),
        "no_verdicts_because": results.no_verdicts_because,
        "verdicts": [
            {"claim": verdict.claim.id, "outcome": verdict.outcome.value}
            for verdict in results.verdicts
        ],
        "comparisons": [
            {
                "subject": pair.subject,
                "baseline": pair.baseline,
                "workload": pair.workload,
                "metric": pair.metric,
                "advantage": pair.advantage.point,
                "low": pair.advantage.low,
                "high": pair.advantage.high,
                "level": pair.advantage.level,
            }
            for pair in results.comparisons
            if pair.advantage is not None and pair.void is None
        ],
    }


MOST_NAMED = 8
"""Targets whose reason is printed; the page has all of them."""


def refuse_missing(folder: Path) -> None:
    """EnvironmentFailure where a run that came to its end has nothing of a target, or of one of its workloads."""
    run = read(folder)
    lacks = missing(run)
    if not lacks:
        return
    asked = targets_of(run)
    head = f"{len(lacks)} of {plural(len(asked), 'target')} not measured, or not on everything"
    if sum(not lack.workloads for lack in lacks) == len(asked):
        head = "nothing was measured"
    reasons = [_sentence(lack) for lack in lacks[:MOST_NAMED]]
    more = len(lacks) - MOST_NAMED
    reasons += [f"and {more} more"] if more > 0 else []
    raise EnvironmentFailure(
        "\n".join([f"{head}:", *reasons]), _hint(folder, run, lacks[0])
    )


def _sentence(lack: Missing) -> str:
    where = f" on {', '.join(lack.workloads)}" if lack.workloads else ""
    because = short(lack.because or "no right answer was counted")
    return f"{lack.target}{where}: {because}"


def _hint(folder: Path, run: Run, first: Missing) -> str:
    plan = run.record.plan
    logs = f"logs are in {shown(folder / LOGS)}"
    if not plan.own_servers:
        return f"the page has every reason; {logs}"
    options = f" --engine {plan.engine}" if plan.engine != "local" else ""
    # A twin is what it repeats, and is not checked by itself.
    named = first.target.partition("+")[0]
    return f"the page has every reason, and {logs}; bench check {named}{options} plays the contract against it"
