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
    because = results.no_verdicts_because
    if because is None and why is not None:
        because = reasons.no_verdicts_because(why, results.profile, results.rounds_done)
    return replace(
        results,
        no_verdicts_because=because,
        verdicts=tuple(_verdict(names, verdict) for verdict in results.verdicts),
    )


def _verdict(names: Names, verdict: Verdict) -> Verdict:
    claim, withheld = verdict.claim, verdict.withheld_because
    with_words = replace(
        verdict,
        parts=_parts(names, claim, verdict.parts),
        findings=tuple(_finding(names, finding) for finding in verdict.findings),
        rows=tuple(_row(names, claim, row) for row in verdict.rows),
        forced=verdict.forced or (reasons.withheld(withheld) if withheld else None),
    )
    with_words = replace(
        with_words, because=with_words.because or verdicts.because(names, with_words)
    )
    return replace(
        with_words, short=with_words.short or verdicts.short(names, with_words)
    )


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
    with_words = replace(row, parts=_parts(names, claim, row.parts))
    if with_words.because:
        return with_words
    return replace(with_words, because=verdicts.row_because(names, claim, with_words))
