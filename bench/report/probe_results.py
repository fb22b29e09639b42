"""What was probed and counted, as tables beside the verdicts."""

from bench.model.probe import Count, ProbeMeasure, ProbeOutcome, ProbeResults
from bench.model.verdict import Evidence, Verdict
from bench.report.charts.chart import ChartTable
from bench.report.view import View
from bench.report.words import sentence
from bench.wording.verdicts import counted as shown


PASSED = {True: "yes", False: "no", None: "could not be played"}


def evidence(view: View, verdict: Verdict) -> ChartTable | None:
    """The evidence of a verdict that is not given by trials, or None."""
    if verdict.outcomes:
        rows = tuple(_outcome(view, verdict, one) for one in verdict.outcomes)
        columns = ("framework", "passed", "sent", "came back", "seen", "what it took")
        return ChartTable(columns, rows)
    if verdict.findings:
        rows = tuple(_finding(view, one) for one in verdict.findings)
        return ChartTable(("set-up", "what", "found", "decides", "because"), rows)
    exhibits = view.results.exhibits
    if verdict.counts and exhibits is not None:
        return counted(view, exhibits, verdict.claim.counts)
    return None


def _finding(view: View, one: Evidence) -> tuple[str, ...]:
    decides = one.outcome.value if one.outcome else "nothing, it is shown beside it"
    return (
        view.label(one.subject) if one.subject else "every set-up",
        one.what,
        one.value,
        decides,
        sentence(one.because) if one.because else "–",
    )


def _outcome(view: View, verdict: Verdict, one: ProbeOutcome) -> tuple[str, ...]:
    name = f"{view.label(one.framework)} {one.version}"
    name += f", {one.name}" if one.name else ""
    own = one.decides and one.framework in verdict.claim.subjects
    decides = own and one.probe == verdict.claim.probe
    return (
        name if decides else f"{name} (beside it)",
        PASSED[one.passed],
        sentence(one.sent),
        sentence(one.came_back),
        " ".join(map(sentence, one.evidence)) or "–",
        " ".join(map(sentence, one.needed)) or "Nothing beside the framework.",
    )


def counted(
    view: View, exhibits: ProbeResults, names: tuple[str, ...] | None = None
) -> ChartTable | None:
    """Every count, or those of some names: a row for each, a column for each framework; None where nothing was counted."""
    frameworks = list(dict.fromkeys(one.framework for one in exhibits.counts))
    rows = tuple(
        _row(exhibits, measure, frameworks)
        for measure in exhibits.measures
        if names is None or measure.name in names
    )
    columns = ("counted", *(view.label(one) for one in frameworks), "unit", "by")
    return ChartTable(columns, rows) if rows and frameworks else None


def _row(
    exhibits: ProbeResults, measure: ProbeMeasure, frameworks: list[str]
) -> tuple[str, ...]:
    cells = [_cell(exhibits.count(one, measure.name), measure) for one in frameworks]
    unit = "" if measure.unit in {"bytes", "ms"} else measure.unit
    return (measure.title, *cells, unit, measure.tool)


def _cell(count: Count | None, measure: ProbeMeasure) -> str:
    if count is None:
        return "not counted"
    return shown(count, measure) if count.value is not None else count.detail


def behind(view: View, exhibits: ProbeResults) -> ChartTable | None:
    """The names behind each count: packages and files."""
    titles = {measure.name: measure.title for measure in exhibits.measures}
    rows = tuple(
        (titles[one.measure], view.label(one.framework), one.detail)
        for one in exhibits.counts
        if one.detail and one.measure in titles
    )
    return ChartTable(("counted", "framework", "what"), rows) if rows else None
