"""What a person sees while a run goes on: what, how much is left, the ratios so far."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table

from bench.analyse.progress import RatioSoFar
from bench.cli.plan_text import minutes
from bench.model.plan import Plan
from bench.model.trial import Boot, Failure, Meeting, RoundEnd, Volley, Window
from bench.plan.duration import SETUP_S, duration, windows_in
from bench.run.instruments import Now


@dataclass(slots=True)
class Pace:
    """How much is left, from the plan at first and from what was measured later."""

    plan: Plan
    windows_before: int  # measured by an earlier part of this run
    started_s: float
    windows: int = 0

    @property
    def all_windows(self) -> int:
        """Windows of the whole plan, if it goes to its last look."""
        return windows_in(self.plan, self.plan.profile.looks[-1])

    def left_s(self, now_s: float) -> float:
        """Seconds to the end of the plan."""
        planned = (duration(self.plan).longest_s - SETUP_S) / self.all_windows
        left = self.all_windows - self.windows_before - self.windows
        # The plan's guess weighs as much as twenty windows, so that the first
        # ones do not throw the end about.
        pace = (planned * 20 + (now_s - self.started_s)) / (20 + self.windows)
        return max(0, left) * pace


@dataclass(slots=True)
class Display:
    """Draws progress on stderr: live on a terminal, a line per round elsewhere."""

    plan: Plan
    pace: Pace
    console: Console
    now: Now | None = None
    ratios: Sequence[RatioSoFar] = ()
    live: Live | None = None

    def __enter__(self) -> "Display":
        if self.console.is_terminal:
            self.live = Live(
                console=self.console, get_renderable=self._draw, refresh_per_second=4
            )
            self.live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.live:
            self.live.stop()

    def doing(self, now: Now) -> None:
        """Show what happens at this moment."""
        self.now = now

    def saw(self, event: Boot | Window | Failure | Volley | Meeting | RoundEnd) -> None:
        """Count a finished thing."""
        if isinstance(event, Window):
            self.pace.windows += 1
        elif isinstance(event, Failure):
            self.console.print(
                f"failed: {event.message}",
                style="yellow",
                markup=False,
                highlight=False,
            )

    def round_over(self, number: int, ratios: Sequence[RatioSoFar]) -> None:
        """Show the ratios after a round."""
        self.ratios = ratios
        if self.live is None:
            left = minutes(self.pace.left_s(time.monotonic()))
            self.console.print(
                f"round {number} of {self.plan.profile.looks[-1]} is done, about {left} left",
                highlight=False,
            )
            for ratio in ratios:
                if ratio.advantage is not None:
                    self.console.print(
                        f"  {ratio_text(ratio)}",
                        highlight=False,
                        markup=False,
                        soft_wrap=True,
                    )

    def _draw(self) -> RenderableType:
        done = self.pace.windows_before + self.pace.windows
        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn(f"about {minutes(self.pace.left_s(time.monotonic()))} left"),
        )
        bar.add_task(
            now_text(self.now, self.plan), total=self.pace.all_windows, completed=done
        )
        return Group(bar, ratio_table(self.ratios)) if self.ratios else bar


def now_text(now: Now | None, plan: Plan) -> str:
    """What is being measured, in one line."""
    if now is None:
        return "getting ready"
    what = f"round {now.round}/{plan.profile.looks[-1]}: {now.doing} {now.target}"
    if now.workload:
        what += f" {now.workload}"
    return what + (f" {now.cycle}/{plan.profile.cycles}" if now.cycle else "")


def ratio_table(ratios: Sequence[RatioSoFar]) -> Table:
    """The ratios so far, with their intervals."""
    table = Table(
        "ratio so far", "workload", "metric", "times", "95 % interval", box=None
    )
    for ratio in ratios:
        estimate = ratio.advantage
        values = ("–", "two rounds are needed")
        if estimate is not None:
            values = (
                f"{estimate.point:.2f}",
                f"{estimate.low:.2f} to {estimate.high:.2f}",
            )
        table.add_row(
            f"{ratio.subject} : {ratio.baseline}", ratio.workload, ratio.metric, *values
        )
    return table


def ratio_text(ratio: RatioSoFar) -> str:
    """One ratio in one line."""
    head = f"{ratio.subject} : {ratio.baseline}, {ratio.workload}, {ratio.metric}:"
    if ratio.advantage is None:
        return f"{head} no interval yet"
    e = ratio.advantage
    return f"{head} {e.point:.2f} times ({e.low:.2f} to {e.high:.2f}, {e.n} rounds)"
