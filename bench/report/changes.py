"""Old against new, and one run against an older one: for a terminal, or as Markdown for a pull request."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

from bench.analyse import reasons
from bench.judge.history import Difference, Moved
from bench.judge.regressions import (
    Change,
    Confirmation,
    Gate,
    JudgedRegression,
    Judgement,
)
from bench.report.clean import clean_text
from bench.report.numbers import percent
from bench.report.summary import code, plain


@dataclass(frozen=True, slots=True)
class Style:
    """How text of a run is written into a medium."""

    text: Callable[[str], str]
    code: Callable[[str], str]
    heading: Callable[[str], str]
    strong: Callable[[str], str]
    table: Callable[[Sequence[str], Sequence[Sequence[str]]], list[str]]


def _one_line(text: str) -> str:
    return " ".join(clean_text(text).split())


def _aligned(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        .rstrip()
        for row in (head, *rows)
    ]  # fmt: skip


def _piped(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


TERMINAL = Style(_one_line, _one_line, str, str, _aligned)
MARKDOWN = Style(plain, code, "## {}".format, "**{}**".format, _piped)

_HEAD = (
    "workload", "figure", "time or cost, old = 1", "95 % interval", "margin", "rounds",
    "found 4 times in 5", "result",
)  # fmt: skip


def judgement_text(judged: Judgement, run: str, style: Style) -> str:
    """A heading that says it, what it rests on, and a row for each comparison."""
    versions = f"{style.text(judged.new)} against {style.text(judged.base)}"
    lines = [
        style.heading(f"{versions}: {judged.gate}"),
        "",
        f"{style.text(_because(judged))} Measured side by side in run {style.code(run)}. "
        f"{style.text(_confirmed_by(judged))}".rstrip(),
    ]
    if found := _found_from(judged):
        lines += ["", found]
    if judged.gate is Gate.ALARM:
        typed = f"bench compare {run} {judged.base} {judged.new} --confirm SECOND-RUN"
        lines += ["", f"Measure both once more, then: {style.code(typed)}"]
    if judged.changes:
        lines += [
            "",
            *style.table(_HEAD, [_row(each, style) for each in judged.changes]),
            "",
            "Above 1 the new one is slower (throughput) or costs more processor time (cpu). "
            "Only what exceeds the margin counts.",
        ]
    return "\n".join(lines) + "\n"


def _row(each: JudgedRegression, style: Style) -> list[str]:
    found, least = each.slowdown, each.found_from
    return [
        style.text(each.workload),
        style.text(each.metric),
        f"{found.point:.3f}" if found else "–",
        f"{found.low:.3f} to {found.high:.3f}" if found else "–",
        percent(each.margin),
        str(found.n) if found else "0",
        f"from {_percent_up(least)}" if least else "–",
        style.text(
            f"{each.change}: {each.because}" if each.because else str(each.change)
        ),
    ]


def _found_from(judged: Judgement) -> str:
    """What these rounds can find, by the workload on which they find least."""
    found: dict[str, float] = {}
    for each in judged.changes:
        if each.found_from is not None:
            found[each.metric] = max(each.found_from, found.get(each.metric, 1.0))
    if not found:
        return ""
    sizes = " and ".join(f"{_percent_up(f)} by {metric}" for metric, f in found.items())
    how = {
        Confirmation.SECOND_RUN: "find and confirm",
        Confirmation.HALVES: "find and confirm",
    }.get(judged.confirmation, "find")
    return (
        f"By their scatter, these rounds {how} a slowdown of {sizes} four times in five "
        "on every workload, and a smaller one less often."
    )


def _percent_up(ratio: float) -> str:
    return f"{ceil(round(1000 * (ratio - 1), 6)) / 10:g}\u00a0%"


def _because(judged: Judgement) -> str:
    """Why the gate says so, in a sentence."""
    if judged.gate in (Gate.BROKEN, Gate.NOT_MEASURED):
        return "; ".join(judged.missing) + "."
    if judged.unfit is not None:
        which = judged.second if judged.unfit.second else "This run"
        return f"{which} decides nothing: {judged.unfit.because}."
    slower, alarms = judged.those(Change.SLOWER), judged.those(Change.ALARM)
    if slower:
        return f"Slower beyond the margin, twice: {_names(slower)}."
    if alarms:
        return f"Slower beyond the margin: {_names(alarms)}; one run is no proof."
    untested = judged.those(Change.NOT_TESTED)
    tested = len(judged.changes) - len(untested)
    if not tested:
        why = next((c.because for c in untested if c.because), "nothing was compared")
        return f"Nothing can be told: {why}."
    rest = f"; {len(untested)} could not be tested" if untested else ""
    twice = "" if judged.confirmation is Confirmation.NONE else " twice"
    what = "comparison" if tested == 1 else "comparisons"
    return f"None of {tested} {what} shows a slowdown{twice}{rest}."


def _names(changes: Sequence[JudgedRegression]) -> str:
    return ", ".join(f"{c.workload} ({c.metric})" for c in changes)


def _confirmed_by(judged: Judgement) -> str:
    if judged.confirmation is Confirmation.SECOND_RUN:
        return f"What confirms: run {judged.second}."
    if judged.confirmation is Confirmation.HALVES:
        return "What confirms: the second half of its rounds; the first half gives the alarm."
    if judged.confirmation is Confirmation.TOO_SHORT:
        return f"Nothing confirms: halves need {2 * reasons.FEWEST_ROUNDS} rounds."
    return ""


def history_text(
    names: tuple[str, str],
    differing: Sequence[Difference],
    rows: Sequence[Moved],
    style: Style,
) -> str:
    """What differs first, then how the ratios moved; it judges nothing."""
    before, after = map(style.code, names)
    differences = [
        [
            style.strong(style.text(each.what)) if each.grave else style.text(each.what),
            style.text(each.before),
            style.text(each.after),
        ]
        for each in differing
    ]  # fmt: skip
    head = ("target", "beside", "workload", "figure", "advantage, before = 1", "95 % interval")  # fmt: skip
    lines = [
        style.heading(f"{after} after {before}: history, not a gate"),
        "",
        "The two were not measured side by side. A change here is a reason to do so.",
        "",
        *style.table(
            ("what differs", "before", "after"),
            differences or [["nothing that is recorded", "", ""]],
        ),
        "",
        *style.table(head, [_moved_row(each, style) for each in rows]),
        "",
        "Above 1 the target does better beside its reference than before.",
    ]
    return "\n".join(lines) + "\n"


def _moved_row(each: Moved, style: Style) -> list[str]:
    name = each.after if each.after == each.before else f"{each.before} → {each.after}"
    cells = [
        style.text(name),
        style.text(each.reference or "–"),
        style.text(each.workload),
        style.text(each.metric),
    ]
    if each.change is None:
        return [*cells, "–", style.text(each.because or "")]
    found = each.change
    return [*cells, f"{found.point:.3f}", f"{found.low:.3f} to {found.high:.3f}"]
