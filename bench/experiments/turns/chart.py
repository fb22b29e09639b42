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
    for one in turns.set_ups:
        target = view.target(one.target)
        if target is not None:
            by_framework.setdefault(target.framework, []).append(one)
    last_ms = max(
        (_last_ms(one) for one in turns.set_ups if one.volley), default=turns.wait_ms
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
    panels = tuple(_panel(view, turns, one, axis) for one in set_ups)
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
    rows = tuple(_row(view, one, turns.clients) for one in set_ups)
    table, shape = ChartTable(columns, rows), Rows(panels, pitch=LANE)
    return chart(f"turns-{name}", palette, words, table, shape)


def _panel(view: View, turns: Turns, one: SetUp, axis: Axis) -> Panel:
    """A lane for each request, and a guide at the wait itself: where all answers stand that wait together."""
    look, rows = look_of(view, one.target), []
    head = Panel((), axis, title=view.label(one.target), token=look.text)
    if not one.volley:
        why = Row("", missing="no volley of this run was answered in full")
        return replace(head, rows=(why,), corner="not measured")
    for request in _by_answer(one):
        answered_ms = request.answered_ms or 0.0
        inside_ms = max(request.sent_ms, answered_ms - turns.wait_ms)
        before = Bar(request.sent_ms, inside_ms, "axis", height=2.0)
        inside = Bar(inside_ms, answered_ms, look.line, height=3.6)
        rows.append(Row("", bars=(before, inside)))
    return replace(
        head,
        rows=tuple(rows),
        corner=f"last after {_last_ms(one):,.0f} ms",
        guides=(Guide(turns.wait_ms, Pen("muted", 1.0, "dotted")),),
    )


def _by_answer(one: SetUp) -> list[OneOfMany]:
    return sorted(one.volley, key=lambda each: each.answered_ms or 0.0)


def _last_ms(one: SetUp) -> float:
    return max((each.answered_ms or 0.0 for each in one.volley), default=0.0)


def _finding(view: View, framework: str, set_ups: Sequence[SetUp]) -> str:
    known = [one.target for one in set_ups if one.met is not None or one.effective]
    name, turns = view.label(framework), view.results.found["turns"]
    if not known:
        return f"{name}: not measured"
    if turns is None or turns.in_turns is None or turns.together is None:
        return f"{name}: requests sent at once"
    serial = [each for each in known if each in turns.in_turns]
    together = [each for each in known if each in turns.together]
    rest = [each for each in known if each not in (*serial, *together)]
    said = {"in turns": serial, "together": together, "open": rest}
    told = {
        word: joined(list(map(view.label, own))) for word, own in said.items() if own
    }
    if len(told) == 1:
        return f"{name}: {next(iter(told))} on every server that was asked"
    if not rest:
        return f"{name}: in turns only as {told['in turns']}"
    return f"{name}: {'; '.join(f'{word} as {who}' for word, who in told.items())}"


def _row(view: View, one: SetUp, clients: int) -> tuple[str, ...]:
    met = {True: "yes", False: "no", None: "not known"}[one.met]
    told = f"not measured: {one.reason}"
    if one.effective is not None:
        told = under_way(one.effective, clients)
    last = [number(each, 0) for each in one.last_ms if each is not None]
    return (
        view.label(one.target),
        " ".join(last) or "not measured",
        met,
        told,
        str(one.effective.n if one.effective else 0),
    )
