"""The last word on a run that lacks something it was asked for: exit 3, and why."""

from collections.abc import Sequence
from pathlib import Path

from bench.analyse.missing import Missing, missing, targets_of
from bench.cli.places import shown
from bench.errors import EnvironmentFailure, short
from bench.model.plural import plural
from bench.model.run import Run
from bench.store.folder import LOGS, read


MOST_NAMED = 8
"""Targets whose reason is printed; the page has all of them."""


def refuse_missing(folder: Path) -> None:
    """EnvironmentFailure where a run that came to its end has nothing of a target, or of one of its workloads."""
    run = read(folder)
    found = missing(run)
    if not found:
        return
    asked, lost = targets_of(run), [one for one in found if not one.workloads]
    head = (
        "nothing was measured"
        if len(lost) == len(asked)
        else f"{len(found)} of {plural(len(asked), 'target')} not measured, or not on everything"
    )
    reasons = [_sentence(one) for one in found[:MOST_NAMED]]
    more = len(found) - MOST_NAMED
    reasons += [f"and {more} more"] if more > 0 else []
    raise EnvironmentFailure(
        "\n".join([f"{head}:", *reasons]), _hint(folder, run, found)
    )


def _sentence(one: Missing) -> str:
    where = f" on {', '.join(one.workloads)}" if one.workloads else ""
    return f"{one.target}{where}: {short(one.because or 'no right answer was counted')}"


def _hint(folder: Path, run: Run, found: Sequence[Missing]) -> str:
    plan = run.record.plan
    logs = f"logs are in {shown(folder / LOGS)}"
    if not plan.own_servers:
        return f"the page has every reason; {logs}"
    options = f" --engine {plan.engine}" if plan.engine != "local" else ""
    # A twin is what it repeats, and is not checked by itself.
    named = found[0].target.partition("+")[0]
    return f"the page has every reason, and {logs}; bench check {named}{options} plays the contract against it"
