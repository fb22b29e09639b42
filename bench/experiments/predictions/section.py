"""The section on models: cheap requests alone and beside predictions, and the predictions themselves."""

from bench.experiments.predictions.model import Predictions, Serving
from bench.model.estimate import RoundSeries
from bench.model.framework import Role, Target
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.measured import in_order, two_states
from bench.report.charts.palette import Palette
from bench.report.numbers import percent, point, with_interval
from bench.report.section import Body, Section
from bench.report.view import View, absent


_COLUMNS = (
    "set-up",
    "cheap requests alone, p99, ms",
    "beside predictions, p99, ms",
    "times as long",
    "predictions beside them, median, ms",
    "predictions/s, nothing beside them",
)


def serves(view: View) -> bool:
    """Whether it was played; a run that did not play it has no such section."""
    return view.results.found["predictions"] is not None


def served(view: View, palette: Palette) -> Body:
    """Cheap requests beside a model, or why there are none."""
    intro = (
        "Cheap requests at one rate for all, first alone, then while predictions that "
        "take a processor some milliseconds arrive beside them, at one rate for all, "
        "too. A server that computes in its event loop delays every client."
    )
    intro = " ".join([intro, *pitfalls(view)])
    return Body(predictions_charts(view, palette), predictions_missing(view), intro)


def predictions_charts(view: View, palette: Palette) -> tuple[Chart, ...]:
    """The tail of cheap requests in both states; nothing if it was not measured."""
    predictions: Predictions | None = view.results.found["predictions"]
    if predictions is None:
        return ()
    rows = [
        (target.id, serving.alone_ms.estimate, serving.beside_ms.estimate)
        for target, serving in _servings(view, predictions)
    ]
    if not any(alone or beside for _, alone, beside in rows):
        return ()
    words = ChartText(
        finding="Cheap requests while a model computes",
        sub=_sub(view, predictions),
        caption="99th percentile of the cheap requests, from when each was due. Hollow mark: alone. Filled mark: predictions beside them, with its interval. Axis from zero.",
    )
    table = ChartTable(
        _COLUMNS,
        tuple(_row(view, serving) for _, serving in _servings(view, predictions)),
    )
    shape = two_states(view, in_order(view, rows), "ms")
    return (chart("predictions", palette, words, table, shape),)


def predictions_missing(view: View) -> tuple[str, ...]:
    """Why there is nothing, where it was played; a run that did not play it has no section."""
    predictions: Predictions | None = view.results.found["predictions"]
    if predictions is None:
        return ()
    measured = [
        series.estimate
        for serving in predictions.servings
        for series in (serving.alone_ms, serving.beside_ms)
    ]
    return () if any(measured) else ("Not measured: no window of it counts.",)


def pitfalls(view: View) -> tuple[str, ...]:
    """The set-ups that are shown for contrast, with what they are."""
    predictions: Predictions | None = view.results.found["predictions"]
    return tuple(
        f"{view.label(target.id)}: {target.why}"
        for target, _ in (_servings(view, predictions) if predictions else ())
        if target.role is not Role.CONTESTANT
    )


def _servings(view: View, predictions: Predictions) -> list[tuple[Target, Serving]]:
    pairs = [(view.target(serving.target), serving) for serving in predictions.servings]
    return [(target, serving) for target, serving in pairs if target is not None]


def _sub(view: View, predictions: Predictions) -> str:
    rates = [rate for rate in predictions.heavy_rps if rate]
    asked = f" ({min(rates):.0f} to {max(rates):.0f} a second)" if rates else ""
    return (
        f"{view.workload(predictions.cheap)}, {predictions.cheap_rps:g} a second, alone and beside "
        f"predictions at {percent(predictions.share)} of what the slowest can do{asked}; less is better"
    )


def _row(view: View, serving: Serving) -> tuple[str, ...]:
    return (
        view.label(serving.target),
        _cell(serving.alone_ms),
        _cell(serving.beside_ms),
        _cell(serving.times),
        _cell(serving.prediction_ms, short=True),
        _cell(serving.capacity_rps),
    )


def _cell(series: RoundSeries, short: bool = False) -> str:
    estimate = series.estimate
    if estimate is None:
        return absent(_reason(series))
    return point(estimate) if short else with_interval(estimate)


def _reason(series: RoundSeries) -> str:
    if any(value is not None for value in series.rounds):
        return "one round has no interval"
    return "no round is left of which half the windows count, with 1,000 requests"


SECTION = Section(
    "models", "While a model computes", "Beside a model", served, when=serves
)
