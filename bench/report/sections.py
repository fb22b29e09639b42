"""What each section of the page shows, or why it shows nothing."""

from dataclasses import dataclass

from bench.report.answer import ShortAnswer, leading_verdict
from bench.report.charts.answer import dots_chart, level_of, reading
from bench.report.charts.chart import Chart, ChartText
from bench.report.charts.cost import cost_chart, untold
from bench.report.charts.generator import generator_chart
from bench.report.charts.latency import latency_chart
from bench.report.charts.memory import memory_chart
from bench.report.charts.palette import Palette
from bench.report.charts.twin import twin_chart
from bench.report.concurrency import crowd_charts, crowds_missing
from bench.report.conditions import over_looks
from bench.report.predictions import predictions_charts, predictions_missing
from bench.report.rankings import ranking_sentence
from bench.report.same_load import same_load_charts, same_load_missing
from bench.report.stress import stress_charts, stress_missing
from bench.report.versions import Family, families
from bench.report.view import View


ANSWER_CAPTION = "Small dots: single rounds. Mark, whisker: their mean and its {level} interval{looks}. Scales differ and begin at 0."
MOST_IN_ANSWER = 6
"""Set-ups in the first chart, which must be read in seconds."""


@dataclass(frozen=True, slots=True)
class Section:
    """Charts, or the reason for which there are none."""

    charts: tuple[Chart, ...]
    missing: tuple[str, ...]


def answer_chart(view: View, palette: Palette, answer: ShortAnswer) -> Section:
    """The chart beside the short answer."""
    if not answer.workloads:
        return _section([], [_why(view, (answer.metric,))])
    targets = _in_the_answer(view)
    caption = ANSWER_CAPTION.format(
        level=level_of(view, answer.metric), looks=over_looks(view)
    )
    left_out = len({each.id for each in view.contestants} - set(targets))
    if left_out:
        caption += f" {left_out} more set-ups stand under “Requests per second”."
    words = ChartText("The numbers behind the answer", "", caption)
    cells = tuple((name, answer.metric) for name in answer.workloads)
    notes = _void(view, answer.workloads)
    drawn = dots_chart(view, palette, "answer", words, cells, targets)
    return _section([drawn], notes)


def _in_the_answer(view: View) -> list[str]:
    """All contestants, or of many those that the answer is about."""
    ids = [target.id for target in view.contestants]
    verdict = leading_verdict(view)
    if not (verdict and verdict.parts) and (found := families(view)):
        return [each.target.id for each in _most_changed(view, found).versions][
            -MOST_IN_ANSWER:
        ]
    if len(ids) <= MOST_IN_ANSWER or verdict is None:
        return ids[:MOST_IN_ANSWER]
    pairs = [part.comparison for part in verdict.parts]
    named = [one for pair in pairs for one in (pair.subject, pair.baseline)]
    return list(dict.fromkeys(named))[:MOST_IN_ANSWER]


def _most_changed(view: View, found: list[Family]) -> Family:
    """The framework whose versions differ most; the first where none does."""
    steps = {each.newer: each.advantage for each in view.results.steps}

    def change(family: Family) -> float:
        own = [steps[v.target.id] for v in family.versions if v.target.id in steps]
        return max((max(e.point, e.inverse.point) for e in own), default=0.0)

    return max(found, key=change)


def throughput(view: View, palette: Palette) -> Section:
    """Requests per second on every workload, each under its finding."""
    charts = []
    for name in view.workloads_with("throughput"):
        words = ChartText(
            finding=ranking_sentence(view, name, "throughput").removesuffix("."),
            sub=view.workload(name),
            caption=reading(view, "throughput"),
        )
        cells = ((name, "throughput"),)
        charts.append(dots_chart(view, palette, f"rate-{name}", words, cells))
    notes = _void(view, view.workloads_with("throughput"))
    return _section(charts, notes if charts else [_why(view, ("throughput",))])


def trust(view: View, palette: Palette) -> Section:
    """The A/A strip and the generator against its limit."""
    found = [twin_chart(view, palette), generator_chart(view, palette)]
    missing = []
    if found[0] is None:
        missing.append("Noise (A/A) was not measured: no target was entered twice.")
    if found[1] is None:
        missing.append(f"Generator CPU: {_why(view, ('generator',))}")
    return _section([each for each in found if each], missing)


def latency(view: View, palette: Palette) -> Section:
    """Median and 99th percentile of each workload that has them."""
    names = [
        note.name
        for note in view.results.workloads
        if _estimated(view, note.name, ("p50", "p99"))
    ]
    charts = [latency_chart(view, palette, name) for name in names]
    return _section(charts, [] if charts else [_why(view, ("p50", "p99"))])


def same_load(view: View, palette: Palette) -> Section:
    """Percentile curves of the open loops, or why there are none."""
    charts = same_load_charts(view, palette)
    return Section(charts, same_load_missing(view))


def crowds(view: View, palette: Palette) -> Section:
    """Requests at once, and throughput as clients rise."""
    return Section(crowd_charts(view, palette), crowds_missing(view))


def high_load(view: View, palette: Palette) -> Section:
    """Response time against offered rate, or why it was not measured."""
    return Section(stress_charts(view, palette), stress_missing(view))


def predictions(view: View, palette: Palette) -> Section:
    """Cheap requests beside a model, or why there are none."""
    return Section(predictions_charts(view, palette), predictions_missing(view))


def cost(view: View, palette: Palette) -> Section:
    """CPU per request of each workload, and its parts as far as they can be told apart."""
    names = [
        note.name
        for note in view.results.workloads
        if _estimated(view, note.name, ("cpu",))
    ]
    charts = [cost_chart(view, palette, name) for name in names]
    missing = [] if charts else [_why(view, ("cpu",))]
    whole = [view.workload(name) for name in names if untold(view, name)]
    if whole:
        missing.append(
            f"Nothing in this run tells the parts apart of: {', '.join(whole)}."
        )
    return _section(charts, missing)


def memory(view: View, palette: Palette) -> Section:
    """Memory and start-up."""
    found = memory_chart(view, palette)
    charts = [found] if found else []
    missing = [] if found else [f"Memory: {_why(view, ('memory', 'idle_memory'))}"]
    if any(view.measured(each.id, None, "startup") for each in view.contestants):
        words = ChartText(
            view.metric("startup").title,
            "From the start of the process; less is better",
            reading(view, "startup"),
        )
        cells = ((None, "startup"),)
        charts.append(dots_chart(view, palette, "startup", words, cells))
    else:
        missing.append(f"Start-up: {_why(view, ('startup',))}")
    return _section(charts, missing)


def _section(charts: list[Chart], missing: list[str]) -> Section:
    return Section(tuple(charts), tuple(missing))


def _estimated(view: View, workload: str, metrics: tuple[str, ...]) -> bool:
    found = [
        view.quantity(target.id, workload, metric)
        for target in view.contestants
        for metric in metrics
    ]
    return any(each and each.estimate for each in found)


def _void(view: View, workloads: tuple[str, ...]) -> list[str]:
    """What stands in the charts but decides nothing, with the reason."""
    ids = {target.id for target in view.contestants}
    found = dict.fromkeys(
        (each.workload, each.void)
        for each in view.results.comparisons
        if each.void
        and each.metric == "throughput"
        and each.workload in workloads
        and {each.subject, each.baseline} <= ids
    )
    reasons: dict[str, list[str]] = {}
    for workload, reason in found:
        reasons.setdefault(reason or "", []).append(view.workload(workload))
    return [
        f"Throughput decides nothing for {', '.join(names)}: {reason}"
        for reason, names in reasons.items()
    ]


def _why(view: View, metrics: tuple[str, ...]) -> str:
    reason = view.why_missing(metrics)
    return "not measured." if reason == "not measured" else f"not measured: {reason}."
