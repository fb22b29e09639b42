"""The sections of the page, in its order: what each shows, or why it shows nothing."""

from markupsafe import Markup

from bench.analyse.open_metrics import LEVELS, load_words, metric_name
from bench.experiments import parts
from bench.model.load import Basis, Load
from bench.report.answer import ShortAnswer, leading_verdict
from bench.report.charts.chart import Chart, ChartTable, ChartText
from bench.report.charts.hdr import hdr_chart
from bench.report.charts.measured import (
    dots_chart,
    generator_chart,
    latency_chart,
    level_of,
    memory_chart,
    reading,
)
from bench.report.charts.palette import Palette
from bench.report.charts.twin import twin_chart
from bench.report.first_screen import over_looks
from bench.report.numbers import point, with_interval
from bench.report.rankings import ranking_sentence
from bench.report.section import Body, NumberTable, Section, estimated, why_missing
from bench.report.tables import behind
from bench.report.tables import counted as counted_table
from bench.report.versions import Family, families
from bench.report.view import View, absent


ANSWER_CAPTION = "Small dots: single rounds. Mark, whisker: their mean and its {level} interval{looks}. Scales differ and begin at 0."
MOST_IN_ANSWER = 6
"""Set-ups in the first chart, which must be read in seconds."""


def answer_chart(view: View, palette: Palette, answer: ShortAnswer) -> Body:
    """The chart beside the short answer."""
    if not answer.workloads:
        return _body([], [why_missing(view, (answer.metric,))])
    targets = _in_the_answer(view)
    caption = ANSWER_CAPTION.format(
        level=level_of(view, answer.metric), looks=over_looks(view)
    )
    left_out = len({target.id for target in view.contestants} - set(targets))
    if left_out:
        caption += f" {left_out} more set-ups stand under “Requests per second”."
    words = ChartText("The numbers behind the answer", "", caption)
    notes = _void(view, answer.workloads)
    drawn = dots_chart(
        view, palette, "answer", words, answer.workloads, answer.metric, targets
    )
    return _body([drawn], notes)


def _in_the_answer(view: View) -> list[str]:
    """All contestants, or of many those that the answer is about."""
    ids = [target.id for target in view.contestants]
    verdict = leading_verdict(view)
    if not (verdict and verdict.parts) and (version_families := families(view)):
        return [
            version.target.id
            for version in _most_changed(view, version_families).versions
        ][-MOST_IN_ANSWER:]
    if len(ids) <= MOST_IN_ANSWER or verdict is None:
        return ids[:MOST_IN_ANSWER]
    pairs = [part.comparison for part in verdict.parts]
    named = [target for pair in pairs for target in (pair.subject, pair.baseline)]
    return list(dict.fromkeys(named))[:MOST_IN_ANSWER]


def _most_changed(view: View, version_families: list[Family]) -> Family:
    """The framework whose versions differ most; the first where none does."""
    steps = {step.newer: step.advantage for step in view.results.steps}

    def change(family: Family) -> float:
        own = [steps[v.target.id] for v in family.versions if v.target.id in steps]
        return max((max(e.point, e.inverse.point) for e in own), default=0.0)

    return max(version_families, key=change)


def throughput(view: View, palette: Palette) -> Body:
    """Requests per second on every workload, each under its finding."""
    charts = []
    for name in view.workloads_with("throughput"):
        words = ChartText(
            finding=ranking_sentence(view, name, "throughput").removesuffix("."),
            sub=view.workload(name),
            caption=reading(view, "throughput"),
        )
        charts.append(
            dots_chart(view, palette, f"rate-{name}", words, [name], "throughput")
        )
    notes = _void(view, view.workloads_with("throughput"))
    notes = notes if charts else [why_missing(view, ("throughput",))]
    intro = (
        f"Closed loop: {view.results.profile.clients} clients, each sends as soon as "
        "its last answer is there. Best first, every round shown."
    )
    return _body(charts, notes, intro)


def trust(view: View, palette: Palette) -> Body:
    """The A/A strip and the generator against its limit."""
    charts = [twin_chart(view, palette), generator_chart(view, palette)]
    missing = []
    if charts[0] is None:
        missing.append("Noise (A/A) was not measured: no target was entered twice.")
    if charts[1] is None:
        missing.append(f"Generator CPU: {why_missing(view, ('generator',))}")
    return _body([drawn for drawn in charts if drawn], missing)


def latency(view: View, palette: Palette) -> Body:
    """Median and 99th percentile of each workload that has them."""
    names = [
        note.name
        for note in view.results.workloads
        if estimated(view, note.name, ("p50", "p99"))
    ]
    charts = [latency_chart(view, palette, name) for name in names]
    intro = Markup(
        "Measured <b>at saturation</b>, in a closed loop of {} clients: a server that "
        "answers faster is also asked more often. It is not the response time that a "
        "visitor of an idle site meets."
    ).format(view.results.profile.clients)
    return _body(charts, [] if charts else [why_missing(view, ("p50", "p99"))], intro)


def same_load(view: View, palette: Palette) -> Body:
    """Percentile curves of the open loops, or why there are none."""
    loads, table = view.results.open_loads, same_load_table(view)
    intro = Markup(
        "Open loop: requests were due at times that did not wait for any answer, as "
        "visitors do not wait for each other. Timed from when each request <b>was "
        "due</b>, so that a stall counts for everybody who met it."
    )
    if loads:
        intro += (
            f" {loads[0].arrivals.value.capitalize()} arrivals; the rates follow from "
            "what the closed loop of the same round could take."
        )
    every = (
        NumberTable(
            "Response times at every open load",
            table,
            summary="Every open load: one rate for all, and shares of each one’s own capacity",
            note="From the intended send unless said otherwise. What one column hides and "
            "the other shows is how long requests waited to be sent.",
        )
        if table
        else None
    )
    return Body(
        same_load_charts(view, palette),
        same_load_missing(view),
        intro,
        tables=(every,) if every else (),
    )


def memory(view: View, palette: Palette) -> Body:
    """Memory and start-up."""
    drawn = memory_chart(view, palette)
    charts = [drawn] if drawn else []
    missing = (
        [] if drawn else [f"Memory: {why_missing(view, ('memory', 'idle_memory'))}"]
    )
    if any(view.measured(target.id, None, "startup") for target in view.contestants):
        words = ChartText(
            view.metric("startup").title,
            "From the start of the process; less is better",
            reading(view, "startup"),
        )
        charts.append(dots_chart(view, palette, "startup", words, [None], "startup"))
    else:
        missing.append(f"Start-up: {why_missing(view, ('startup',))}")
    return _body(charts, missing)


def counted(view: View, palette: Palette) -> Body:
    """What was counted of each framework, and the names behind it."""
    exhibits = view.results.exhibits
    assert exhibits is not None
    table, names = counted_table(view, exhibits), behind(view, exhibits)
    tables = [NumberTable("Counts", table)] if table else []
    if names:
        summary = "The names behind the counts"
        tables.append(NumberTable("Names behind the counts", names, summary=summary))
    intro = (
        "Each a count, named as only a proxy: it says how much is installed, loaded or "
        "written, not how hard or how good it is. The three applications meet the same "
        f"contract. Probed and counted {exhibits.made_at}."
    )
    return Body(intro=intro, tables=tuple(tables))


def _is_counted(view: View) -> bool:
    exhibits = view.results.exhibits
    return exhibits is not None and counted_table(view, exhibits) is not None


def _in_template(view: View, palette: Palette) -> Body:
    """What its own template writes from the results."""
    return Body()


def _body(charts: list[Chart], missing: list[str], intro: str = "") -> Body:
    return Body(tuple(charts), tuple(missing), intro)


def _void(view: View, workloads: tuple[str, ...]) -> list[str]:
    """What stands in the charts but decides nothing, with the reason."""
    ids = {target.id for target in view.contestants}
    void = dict.fromkeys(
        (comparison.workload, comparison.void)
        for comparison in view.results.comparisons
        if comparison.void
        and comparison.metric == "throughput"
        and comparison.workload in workloads
        and {comparison.subject, comparison.baseline} <= ids
    )
    reasons: dict[str, list[str]] = {}
    for workload, reason in void:
        reasons.setdefault(reason or "", []).append(view.workload(workload))
    return [
        f"Throughput decides nothing for {', '.join(names)}: {reason}"
        for reason, names in reasons.items()
    ]


def sections() -> tuple[Section, ...]:
    """All that the page holds beneath the short answer; its navigation is made of them."""
    return (*_BEFORE, *parts("section"), *_AFTER)


_BEFORE = (
    Section("claims", "The claims, one by one", "Claims", _in_template, template="claims.html.j2"),
    Section("trust", "How far to trust this run", "Trust", trust, template="trust.html.j2"),
    Section("throughput", "Requests per second", "Throughput", throughput),
    Section("latency", "Response time", "Response time", latency),
    Section("same-load", "Response time at the same load", "At the same load", same_load),
)  # fmt: skip
_AFTER = (
    Section("memory", "Memory and start-up", "Memory, start-up", memory),
    Section("counted", "Counted, not timed", "Counted", counted, when=_is_counted),
    Section("tested", "What was tested", "What was tested", _in_template, template="tested.html.j2"),
    Section("again", "Run it again", "Run it again", _in_template, template="again.html.j2"),
    Section("doubts", "Failures and warnings", "Warnings", _in_template, template="doubts.html.j2"),
)  # fmt: skip


NO_OPEN_LOOPS = (
    "Not measured: this run’s profile ({profile}) holds closed loops only; "
    "the standard profile has open loops."
)


def same_load_charts(view: View, palette: Palette) -> tuple[Chart, ...]:
    """One chart for each workload and load that is one rate for all."""
    charts = [
        hdr_chart(view, palette, note.name, load)
        for note in view.results.workloads
        for load in view.results.open_loads
        if load.basis is not Basis.OWN
    ]
    return tuple(drawn for drawn in charts if drawn is not None)


def same_load_missing(view: View) -> tuple[str, ...]:
    """Why there is nothing, where there is nothing."""
    if not view.results.open_loads:
        return (NO_OPEN_LOOPS.format(profile=view.results.profile.name),)
    return () if view.results.curves else ("Not measured: no open window counts.",)


def same_load_table(view: View) -> ChartTable | None:
    """Every contestant at every open load; None without open loads."""
    rows = tuple(
        _load_row(view, target.id, note.name, load)
        for note in view.results.workloads
        for load in view.results.open_loads
        for target in view.contestants
        if view.quantity(target.id, note.name, metric_name("rate", load.name))
    )
    if not rows:
        return None
    columns = ("workload", "load", "set-up", "requests/s", "p50, ms", "p90, ms")
    tail = (
        "p99, ms",
        "p99.9, ms",
        "p99 from the actual send, ms",
        "sent late",
        "CPU per request, µs",
    )
    return ChartTable((*columns, *tail), rows)


def _load_row(view: View, target: str, workload: str, load: Load) -> tuple[str, ...]:
    names = (view.workload(workload), load_words(load), view.label(target))
    rate = _load_cell(view, target, workload, "rate", load, short=True)
    quantiles = [_load_cell(view, target, workload, name, load) for name in LEVELS]
    service = _load_cell(view, target, workload, "service_p99", load)
    late = _load_cell(view, target, workload, "late", load, short=True, unit="\u00a0%")
    cpu = _load_cell(view, target, workload, "cpu", load)
    return (*names, rate, *quantiles, service, late, cpu)


def _load_cell(
    view: View,
    target: str,
    workload: str,
    what: str,
    load: Load,
    short: bool = False,
    unit: str = "",
) -> str:
    quantity = view.quantity(target, workload, metric_name(what, load.name))
    if quantity is None or quantity.estimate is None:
        return absent(quantity.reason if quantity else None)
    said = point(quantity.estimate) if short else with_interval(quantity.estimate)
    return f"{said}{unit}"
