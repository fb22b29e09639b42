"""A section of the page: its name, when it stands there, and what it shows."""

from collections.abc import Callable
from dataclasses import dataclass

from bench.report.charts.chart import Chart, ChartTable
from bench.report.charts.palette import Palette
from bench.report.view import View


@dataclass(frozen=True, slots=True)
class NumberTable:
    """A table beneath the charts: under a heading, folded behind a summary, or plain."""

    label: str  # for readers that hear the page
    table: ChartTable
    heading: str = ""
    summary: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Body:
    """What a section shows: charts, or the reasons for which there are none."""

    charts: tuple[Chart, ...] = ()
    missing: tuple[str, ...] = ()
    intro: str = ""  # markup.Markup where words in it are bold
    legend: tuple[tuple[str, str], ...] = ()  # a colour's class, and what it is
    tables: tuple[NumberTable, ...] = ()


def always(view: View) -> bool:
    """Also where nothing was measured: the section then says so."""
    return True


@dataclass(frozen=True, slots=True)
class Section:
    """One entry of the page and of its navigation."""

    id: str
    title: str
    short: str  # in the navigation
    render: Callable[[View, Palette], Body]
    when: Callable[[View], bool] = always
    template: str = "section.html.j2"


def estimated(view: View, workload: str, metrics: tuple[str, ...]) -> bool:
    """Whether one of these has an interval for some contestant."""
    quantities = [
        view.quantity(target.id, workload, metric)
        for target in view.contestants
        for metric in metrics
    ]
    return any(quantity and quantity.estimate for quantity in quantities)


def why_missing(view: View, metrics: tuple[str, ...]) -> str:
    """That they were not measured, with the reason."""
    reason = view.why_missing(metrics)
    return "not measured." if reason == "not measured" else f"not measured: {reason}."
