"""Requests sent at once, as a timeline: in turns is a staircase, together is a wall."""

from collections.abc import Sequence

from bench.experiments.turns.model import SetUp, Turns
from bench.model.trial import OneOfMany
from bench.report.charts.canvas import Canvas, Pen, Type, fitted, text_width
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.dots import look_tokens
from bench.report.charts.palette import Palette
from bench.report.charts.scale import Scale, from_zero, labelled_ticks
from bench.report.numbers import number
from bench.report.view import View
from bench.wording.numbers import joined, under_way


HEAD = 22.0
LANE = 6.0
GAP = 12.0
FOOT = 22.0


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
        _chart(view, palette, turns, (name, by_framework[name]), last_ms)
        for name in sorted(by_framework, key=lambda name: view.label(name).lower())
    )


def _chart(
    view: View,
    palette: Palette,
    turns: Turns,
    framework: tuple[str, Sequence[SetUp]],
    last_ms: float,
) -> Chart:
    name, set_ups = framework
    panel = HEAD + LANE * turns.at_once + GAP

    def draw(width: float) -> Canvas:
        canvas = Canvas(palette, width, panel * len(set_ups) + FOOT)
        scale = from_zero([last_ms], 2, width - 24)
        bottom = panel * len(set_ups)
        for tick, words in labelled_ticks(scale, 11.5):
            under = Type(11.5, token="muted", align="left" if tick == 0 else "center")
            canvas.text(scale.at(tick), bottom + 12, words, under)
        for place, one in enumerate(set_ups):
            _panel(view, canvas, panel * place, one, (turns, scale))
        return canvas

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
    return chart(f"turns-{name}", palette, words, ChartTable(columns, rows), draw)


def _panel(
    view: View,
    canvas: Canvas,
    top: float,
    one: SetUp,
    drawn: tuple[Turns, Scale],
) -> None:
    turns, scale = drawn
    line, text, _ = look_tokens(view, one.target)
    words = f"last after {_last_ms(one):,.0f} ms" if one.volley else "not measured"
    room = text_width(words, 11.5)
    canvas.text(
        canvas.width, top + 14, words, Type(size=11.5, token="muted", align="right")
    )
    _ground(canvas, top, turns, scale)
    title = fitted(view.label(one.target), canvas.width - room - 14, 13, bold=True)
    canvas.text(0, top + 14, title, Type(size=13, bold=True, token=text))
    for lane, request in enumerate(_by_answer(one)):
        y = top + HEAD + LANE * lane + LANE / 2
        answered_ms = request.answered_ms or 0.0
        inside_ms = max(request.sent_ms, answered_ms - turns.wait_ms)
        sent = (scale.at(request.sent_ms), y)
        entered = (scale.at(inside_ms), y)
        canvas.line(sent, entered, Pen("axis", 2.0))
        canvas.line(entered, (scale.at(answered_ms), y), Pen(line, 3.6))
    if not one.volley:
        why = fitted("no volley of this run was answered in full", canvas.width, 11.5)
        canvas.text(0, top + HEAD + 16, why, Type(size=11.5, token="muted"))


def _ground(canvas: Canvas, top: float, turns: Turns, scale: Scale) -> None:
    """Ticks as lines, and a guide at the wait itself: where all answers stand that wait together."""
    ends = (top + HEAD - 2, top + HEAD + LANE * turns.at_once + 2)
    for tick, _ in labelled_ticks(scale, 11.5):
        x = scale.at(tick)
        canvas.line((x, ends[0]), (x, ends[1]), Pen("grid"))
    guide = scale.at(turns.wait_ms)
    canvas.line((guide, ends[0]), (guide, ends[1]), Pen("muted", 1.0, "dotted"))


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
