"""What commands say of old and new: for a terminal, or as Markdown for a pull request."""

from collections.abc import Callable, Iterator, Sequence
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
from bench.model.gated import CountedChange, Gated, GatedFramework
from bench.model.history import INSTRUCTIONS, HistoryRow, KeptRun, Point
from bench.report.clean import clean, clean_text
from bench.report.markdown import code, plain, table
from bench.report.numbers import percent
from bench.wording.reasons import decides_nothing, withheld


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


TERMINAL = Style(_one_line, _one_line, str, str, _aligned)
MARKDOWN = Style(plain, code, "## {}".format, "**{}**".format, table)

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
    if sizes := _found_from(judged):
        lines += ["", sizes]
    if judged.gate is Gate.ALARM:
        typed = f"bench compare {run} {judged.base} {judged.new} --confirm SECOND-RUN"
        lines += ["", f"Measure both once more, then: {style.code(typed)}"]
    if judged.changes:
        lines += [
            "",
            *style.table(
                _HEAD, [_row(regression, style) for regression in judged.changes]
            ),
            "",
            "Above 1 the new one is slower (throughput) or costs more processor time (cpu). "
            "Only what exceeds the margin counts.",
        ]
    return "\n".join(lines) + "\n"


def _row(regression: JudgedRegression, style: Style) -> list[str]:
    slowdown, least = regression.slowdown, regression.found_from
    return [
        style.text(regression.workload),
        style.text(regression.metric),
        f"{slowdown.point:.3f}" if slowdown else "–",
        f"{slowdown.low:.3f} to {slowdown.high:.3f}" if slowdown else "–",
        percent(regression.margin),
        str(slowdown.n) if slowdown else "0",
        f"from {_percent_up(least)}" if least else "–",
        style.text(
            f"{regression.change}: {regression.because}"
            if regression.because
            else str(regression.change)
        ),
    ]


def _found_from(judged: Judgement) -> str:
    """What these rounds can find, by the workload on which they find least."""
    least: dict[str, float] = {}
    for regression in judged.changes:
        if regression.found_from is not None:
            least[regression.metric] = max(
                regression.found_from, least.get(regression.metric, 1.0)
            )
    if not least:
        return ""
    sizes = " and ".join(f"{_percent_up(f)} by {metric}" for metric, f in least.items())
    twice = (Confirmation.SECOND_RUN, Confirmation.HALVES)
    how = "find and confirm" if judged.confirmation in twice else "find"
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
        return f"{which} decides nothing: {withheld(judged.unfit.because)}."
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
    before: str,
    after: str,
    differing: Sequence[Difference],
    rows: Sequence[Moved],
    style: Style,
) -> str:
    """What differs first, then how the ratios moved; it judges nothing."""
    differences = []
    for difference in differing:
        what, *values = map(
            style.text, (difference.what, difference.before, difference.after)
        )
        differences.append([style.strong(what) if difference.grave else what, *values])
    head = ("target", "beside", "workload", "figure", "advantage, before = 1", "95 % interval")  # fmt: skip
    lines = [
        style.heading(
            f"{style.code(after)} after {style.code(before)}: history, not a gate"
        ),
        "",
        "The two were not measured side by side. A change here is a reason to do so.",
        "",
        *style.table(
            ("what differs", "before", "after"),
            differences or [["nothing that is recorded", "", ""]],
        ),
        "",
        *style.table(head, [_moved_row(moved, style) for moved in rows]),
        "",
        "Above 1 the target does better beside its reference than before.",
    ]
    return "\n".join(lines) + "\n"


def _moved_row(moved: Moved, style: Style) -> list[str]:
    name = (
        moved.after
        if moved.after == moved.before
        else f"{moved.before} → {moved.after}"
    )
    names = (name, moved.reference or "–", moved.workload, moved.metric)
    cells = [style.text(name) for name in names]
    change = moved.change
    if change is None:
        return [*cells, "–", style.text(moved.because or "")]
    return [*cells, f"{change.point:.3f}", f"{change.low:.3f} to {change.high:.3f}"]


SHORT = 10
"""Characters of a commit that are shown."""


def gated_md(gated: Gated) -> str:
    """What `bench gate` found: a heading that says it, and for each framework a table or a reason."""
    gated = clean(gated)
    commits = f"{code(gated.head[:SHORT])} against {code(gated.base[:SHORT])}"
    lines = [f"## {plain(gated.package)}: {gated.outcome}", "", f"{commits}.", ""]
    for framework in gated.frameworks:
        lines += [*_framework(framework), ""]
    return "\n".join(lines).rstrip() + "\n"


def _framework(gated: GatedFramework) -> Iterator[str]:
    yield f"### {plain(gated.title)}: {gated.outcome}"
    yield ""
    if gated.because:
        yield plain(gated.because)
    if gated.counted:
        head = ("workload", "instructions of a request, before = 1", "margin", "")
        rows = map(_counted_row, gated.counted)
        yield from table(head, rows, "-rr-")
        yield ""
        yield "Counted inside the application, twice each; without server and kernel."
    if gated.timed is not None:
        yield gated.timed["markdown"].rstrip()


def _counted_row(change: CountedChange) -> tuple[str, ...]:
    said = "**too much**" if change.too_much else "within"
    if not change.exact:
        said = "two counts of one thing differ"
    margin = f"{100 * change.margin:g}\u00a0%"
    return plain(change.workload), f"{change.times:.4f}", margin, said


FIGURES = {
    "throughput": "requests per second, bare server = 1",
    "cpu": "CPU time of the bare server, its own = 1",
    INSTRUCTIONS: "instructions per request",
}


def rows_md(runs: Sequence[KeptRun]) -> str:
    """The history of all machines, oldest run first; beneath the table, what each name of conditions stands for."""
    head = ("run", "version", "workload", *FIGURES.values(), "conditions", "note")
    rows = [_kept_row(row) for run in runs for row in run.rows()]
    lines = [*table(head, rows, "---rrr--"), ""]
    conditions = {n: facts for run in runs for n, facts in run.conditions.items()}
    for name, facts in conditions.items():
        held = "; ".join(f"{what} {value}" for what, value in facts.items())
        lines.append(f"{code(name)}: {plain(held)}")
    return "\n".join(lines) + "\n"


def _kept_row(row: HistoryRow) -> tuple[str, ...]:
    points = row.points.values()
    # Why a row decides nothing, or less than all.
    voids = filter(
        None, (decides_nothing(row.run), *(kept_point.void for kept_point in points))
    )
    return (
        _celled(row.run.id),
        _celled(row.target),
        plain(row.workload),
        *(_figure(row.points.get(metric)) for metric in FIGURES),
        ", ".join(
            dict.fromkeys(_celled(kept_point.conditions) for kept_point in points)
        ),
        plain("; ".join(dict.fromkeys(voids))),
    )


def _celled(text: str) -> str:
    """As code, in a table."""
    return code(text).replace("|", "/")


def _figure(point: Point | None) -> str:
    if point is None or point.value is None:
        return "–"
    if point.low is None or point.high is None:
        return f"{point.value:,.0f}"
    return f"{point.value:.3f} ({point.low:.3f} to {point.high:.3f})"
