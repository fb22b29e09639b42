"""What a person sees while a run goes on: what, how much is left, the ratios so far."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from bench.cli.plan_text import minutes
from bench.model.estimate import Comparison, Estimate
from bench.model.framework import Role, Target
from bench.model.plan import Plan
from bench.model.plural import plural
from bench.model.trial import Boot, Burst, Failure, Overlap, RoundEnd, Window
from bench.plan.duration import SETUP_S, duration, windows_in
from bench.report.clean import clean_text
from bench.run.instruments import Now


MOST_RATIOS = 3
"""Ratios of a round's line; the page has all of them."""


@dataclass(slots=True)
class ProgressPace:
    """How much is left, from the plan at first and from what was measured later."""

    plan: Plan
    windows_before: int  # measured by an earlier part of this run
    started_s: float
    windows: int = 0

    @property
    def all_windows(self) -> int:
        """Windows of the whole plan, if it goes to its last look."""
        return windows_in(self.plan, self.plan.profile.looks[-1])

    @property
    def done(self) -> int:
        """Windows that are finished, those of an earlier part included."""
        return self.windows_before + self.windows

    def left_s(self, now_s: float) -> float:
        """Seconds to the end of the plan."""
        planned = (duration(self.plan).longest_s - SETUP_S) / self.all_windows
        left = self.all_windows - self.done
        # The plan's guess weighs as much as twenty windows, so that the first
        # ones do not throw the end about.
        pace = (planned * 20 + (now_s - self.started_s)) / (20 + self.windows)
        return max(0, left) * pace


@dataclass(slots=True)
class Display:
    """Draws progress on stderr: live on a terminal, a line per round elsewhere."""

    plan: Plan
    pace: ProgressPace
    console: Console
    now: Now | None = None
    ratios: Sequence[Comparison] = ()
    rounds: int = 0  # complete ones
    failures: int = 0
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

    def saw(self, event: Boot | Window | Failure | Burst | Overlap | RoundEnd) -> None:
        """Count a finished thing."""
        if isinstance(event, Window):
            self.pace.windows += 1
        elif isinstance(event, Failure):
            self.failures += 1
            self.console.print(
                f"failed: {clean_text(event.message)}",
                style="yellow",
                markup=False,
                highlight=False,
            )

    def round_over(self, number: int, ratios: Sequence[Comparison]) -> None:
        """Show the ratios after a round."""
        self.ratios, self.rounds = ratios, number
        if self.live is not None:
            return
        headline = headline_text(self.plan, ratios)
        line = f"{self._standing()}; {headline}" if headline else self._standing()
        self.console.print(line, highlight=False, markup=False, soft_wrap=True)

    def _standing(self) -> str:
        """Rounds, windows and time in one line."""
        looks = self.plan.profile.looks
        most = f"{'at most ' if len(looks) > 1 else ''}{plural(looks[-1], 'round')}"
        words = (
            f"{self.rounds} of {most} done",
            f"{self.pace.done:,} of {plural(self.pace.all_windows, 'window')}",
            f"about {minutes(self.pace.left_s(time.monotonic()))} left",
        )
        failed = f", {self.failures} failed" if self.failures else ""
        return f"{', '.join(words)}{failed}"

    def _draw(self) -> RenderableType:
        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
        )
        bar.add_task(
            now_text(self.now, self.plan),
            total=self.pace.all_windows,
            completed=self.pace.done,
        )
        parts: list[RenderableType] = [bar, Text(self._standing())]
        if any(ratio.advantage for ratio in self.ratios):
            room = max(3, self.console.height - 7)
            parts.append(ratio_table(self.plan, self.ratios, room))
        elif self.ratios:
            parts.append(Text(f"{basis(self.ratios)}: ratios come with the next"))
        return Group(*parts)


def now_text(now: Now | None, plan: Plan) -> str:
    """What is being measured, in one line."""
    if now is None:
        return "getting ready"
    what = f"round {now.round}/{plan.profile.looks[-1]}: {now.doing} {now.target}"
    if now.workload:
        what += f" {now.workload}"
    return what + (f" {now.cycle}/{plan.profile.cycles}" if now.cycle else "")


def ratio_table(plan: Plan, ratios: Sequence[Comparison], room: int) -> Table:
    """The ratios so far with their intervals: a line for each pair and workload, as many as fit."""
    metrics = list(dict.fromkeys(ratio.metric for ratio in ratios))
    lines: dict[tuple[str, str], dict[str, str]] = {}
    for ratio in ratios:
        cells = lines.setdefault((pair_text(plan, ratio), ratio.workload), {})
        cells[ratio.metric] = span_text(ratio.advantage)
    table = Table("times better", "workload", *metrics, box=None, caption=basis(ratios))
    for (pair, workload), cells in list(lines.items())[:room]:
        table.add_row(pair, workload, *(cells.get(metric, "–") for metric in metrics))
    if len(lines) > room:
        table.add_row(f"… {len(lines) - room} more", "", *("" for _ in metrics))
    return table


def basis(ratios: Sequence[Comparison]) -> str:
    """What the intervals rest on: their level, and the rounds of the last look."""
    estimates = [ratio.advantage for ratio in ratios if ratio.advantage is not None]
    if not estimates:
        return "an interval needs two rounds"
    level = f"{100 * estimates[0].level:.2f}".rstrip("0").rstrip(".")
    return f"{level} % intervals of {max(estimate.n for estimate in estimates)} rounds"


def pair_text(plan: Plan, ratio: Comparison) -> str:
    """Both by the names that the page has for them."""
    subject, baseline = plan.target(ratio.subject), plan.target(ratio.baseline)
    if subject.title == baseline.title or _shared(plan, subject, baseline):
        return f"{ratio.subject} : {ratio.baseline}"
    return f"{subject.title} : {baseline.title}"


def _shared(plan: Plan, *targets: Target) -> bool:
    titles = [target.title for target in plan.targets]
    return any(titles.count(target.title) > 1 for target in targets)


def span_text(estimate: Estimate | None) -> str:
    """A ratio with its interval, or that there is none yet."""
    return estimate.spelled("{:.2f}".format) if estimate else "no interval yet"


def headline_text(plan: Plan, ratios: Sequence[Comparison]) -> str:
    """The first workload's throughput, as ratios of the default deployments; "" without an interval."""
    own = {t.id for t in plan.targets if t.role is Role.CONTESTANT}
    headline = [
        ratio
        for ratio in ratios
        if ratio.metric == "throughput"
        and ratio.advantage is not None
        and {ratio.subject, ratio.baseline} <= own
    ]
    first = [ratio for ratio in headline if ratio.workload == headline[0].workload]
    said = [
        f"{pair_text(plan, ratio)} {span_text(ratio.advantage)}"
        for ratio in first[:MOST_RATIOS]
    ]
    return f"{first[0].workload}, requests/s: {', '.join(said)}" if said else ""
