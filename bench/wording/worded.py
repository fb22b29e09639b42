"""
The sentences of verdicts, and why there are none, filled in.

This is the last thing that is done before results are written. Whatever has
its text already, as what an older results.json held, keeps it.
"""

from dataclasses import replace

from bench.model.results import Results
from bench.model.verdict import Claim, Evidence, MetricRow, Part, Verdict
from bench.wording import orders, reasons, verdicts
from bench.wording.experiments import texts
from bench.wording.names import Names


def worded(results: Results) -> Results:
    """The same results, each verdict with its sentences."""
    names, why = Names(results), results.no_verdicts
    told = results.no_verdicts_because
    if told is None and why is not None:
        told = reasons.no_verdicts_because(why, results.profile, results.rounds_done)
    return replace(
        results,
        no_verdicts_because=told,
        verdicts=tuple(_verdict(names, each) for each in results.verdicts),
    )


def _verdict(names: Names, verdict: Verdict) -> Verdict:
    claim, withheld = verdict.claim, verdict.withheld_because
    told = replace(
        verdict,
        parts=_parts(names, claim, verdict.parts),
        findings=tuple(_finding(names, each) for each in verdict.findings),
        rows=tuple(_row(names, claim, row) for row in verdict.rows),
        forced=verdict.forced or (reasons.withheld(withheld) if withheld else None),
    )
    told = replace(told, because=told.because or verdicts.because(names, told))
    return replace(told, short=told.short or verdicts.short(names, told))


def _parts(names: Names, claim: Claim, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    return tuple(
        part
        if part.because
        else replace(part, because=orders.part_because(names, claim, part, len(parts)))
        for part in parts
    )


def _finding(names: Names, finding: Evidence) -> Evidence:
    if finding.asked is None or finding.what:
        return finding
    what, value, because = texts(names, finding)
    return replace(finding, what=what, value=value, because=because)


def _row(names: Names, claim: Claim, row: MetricRow) -> MetricRow:
    told = replace(row, parts=_parts(names, claim, row.parts))
    if told.because:
        return told
    return replace(told, because=verdicts.row_because(names, claim, told))
