"""Requests sent at once, as a timeline: in turns is a staircase, together is a wall."""

from collections.abc import Sequence
from dataclasses import replace

from bench.experiments.turns.model import SetUp, Turns
from bench.model.trial import OneOfMany
from bench.report.charts.canvas import Pen
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.palette import Palette, look_of
from bench.report.charts.rows import Bar, Panel, Row, Rows
from bench.report.charts.scale import Axis, Guide
from bench.report.numbers import number
from bench.report.view import View
from bench.wording.numbers import joined, under_way


LANE = 6.0
"""Pixels from one request to the next."""


def turns_charts(view: View, palette: Palette) -> tuple[Chart, ...]:
    """A chart for each framework, a panel in it for each of its set-ups, all on one scale."""
    turns: Turns | None = view.results.found["turns"]
    if turns is None:
        return ()
    by_framework: dict[str, list[SetUp]] = {}
    for set_up in turns.set_ups:
        target = view.target(set_up.target)
        if target is not None:
            by_framework.setdefault(target.framework, []).append(set_up)
    last_ms = max(
        (_last_ms(set_up) for set_up in turns.set_ups if set_up.volley),
        default=turns.wait_ms,
    )
    return tuple(
        _chart(view, palette, turns, name, by_framework[name], last_ms)
        for name in sorted(by_framework, key=lambda name: view.label(name).lower())
    )


def _chart(
    view: View,
    palette: Palette,
    turns: Turns,
    name: str,
    set_ups: Sequence[SetUp],
    last_ms: float,
) -> Chart:
    axis = Axis(holds=(last_ms,))
    panels = tuple(_panel(view, turns, set_up, axis) for set_up in set_ups)
    words = ChartText(
        finding=_finding(view, name, set_ups),
        sub=(
            f"{turns.at_once} requests sent at once, each waits {turns.wait_ms:g} ms "
            "in the application; milliseconds until its answer"
        ),
        caption=(
            f"Each line is one request. Coloured: the last {turns.wait_ms:g} ms before "
            "its answer, which it spent in the application at the latest. Grey: the "
            "time before. A staircase is in turns, a wall is together. Dotted: "
            f"{turns.wait_ms:g} ms. The round whose last answer is the median."
        ),
    )
    columns = ("set-up", "last answer, ms", "met", "under way at once", "rounds")
    rows = tuple(_row(view, set_up, turns.clients) for set_up in set_ups)
    table, shape = ChartTable(columns, rows), Rows(panels, pitch=LANE)
    return chart(f"turns-{name}", palette, words, table, shape)


def _panel(view: View, turns: Turns, set_up: SetUp, axis: Axis) -> Panel:
    """A lane for each request, and a guide at the wait itself: where all answers stand that wait together."""
    look, rows = look_of(view, set_up.target), []
    head = Panel((), axis, title=view.label(set_up.target), token=look.text)
    if not set_up.volley:
        why = Row("", missing="no volley of this run was answered in full")
        return replace(head, rows=(why,), corner="not measured")
    for request in _by_answer(set_up):
        answered_ms = request.answered_ms or 0.0
        inside_ms = max(request.sent_ms, answered_ms - turns.wait_ms)
        before = Bar(request.sent_ms, inside_ms, "axis", height=2.0)
        inside = Bar(inside_ms, answered_ms, look.line, height=3.6)
        rows.append(Row("", bars=(before, inside)))
    return replace(
        head,
        rows=tuple(rows),
        corner=f"last after {_last_ms(set_up):,.0f} ms",
        guides=(Guide(turns.wait_ms, Pen("muted", 1.0, "dotted")),),
    )


def _by_answer(set_up: SetUp) -> list[OneOfMany]:
    return sorted(set_up.volley, key=lambda request: request.answered_ms or 0.0)


def _last_ms(set_up: SetUp) -> float:
    return max((request.answered_ms or 0.0 for request in set_up.volley), default=0.0)


def _finding(view: View, framework: str, set_ups: Sequence[SetUp]) -> str:
    measured = [
        set_up.target
        for set_up in set_ups
        if set_up.met is not None or set_up.effective
    ]
    name, turns = view.label(framework), view.results.found["turns"]
    if not measured:
        return f"{name}: not measured"
    if turns is None or turns.in_turns is None or turns.together is None:
        return f"{name}: requests sent at once"
    serial = [target for target in measured if target in turns.in_turns]
    together = [target for target in measured if target in turns.together]
    rest = [target for target in measured if target not in (*serial, *together)]
    said = {"in turns": serial, "together": together, "open": rest}
    named = {
        word: joined(list(map(view.label, own))) for word, own in said.items() if own
    }
    if len(named) == 1:
        return f"{name}: {next(iter(named))} on every server that was asked"
    if not rest:
        return f"{name}: in turns only as {named['in turns']}"
    return f"{name}: {'; '.join(f'{word} as {who}' for word, who in named.items())}"


def _row(view: View, set_up: SetUp, clients: int) -> tuple[str, ...]:
    met = {True: "yes", False: "no", None: "not known"}[set_up.met]
    at_once = f"not measured: {set_up.reason}"
    if set_up.effective is not None:
        at_once = under_way(set_up.effective, clients)
    last = [number(ms, 0) for ms in set_up.last_ms if ms is not None]
    return (
        view.label(set_up.target),
        " ".join(last) or "not measured",
        met,
        at_once,
        str(set_up.effective.n if set_up.effective else 0),
    )
