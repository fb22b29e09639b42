"""What a person sees while a run goes on, and that the page can be made at any moment of it."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from bench.analyse.progress import ratios_so_far
from bench.cli.plan_text import plan_lines
from bench.cli.progress import Display, ProgressPace, basis
from bench.cli.rendering import render
from bench.cli.run_options import RunOptions, plan_for
from bench.model.estimate import Comparison, Estimate
from bench.model.plan import Plan
from bench.model.trial import Failure, RoundEnd
from bench.plan.make import Extent
from bench.run.instruments import Now
from bench.run.rounds import Event
from bench.store.folder import TRIALS, create
from bench.store.records import to_line
from tests.builders import plan, record
from tests.run.test_rounds import as_run, collect


def shown(this: Plan, events: list[Event], height: int = 40, live: bool = True) -> str:
    """The last picture on a terminal of that height, or the lines elsewhere."""
    written = io.StringIO()
    console = Console(
        file=written, width=110, height=height, force_terminal=live, no_color=True
    )
    display = Display(this, ProgressPace(this, 0, 0.0), console)
    for number, event in enumerate(events):
        display.doing(Now(1, "measuring", this.targets[0].id, "hello", 1))
        display.saw(event)
        if isinstance(event, RoundEnd):
            display.live = None if not live else object()  # type: ignore[assignment]
            display.round_over(
                event.round, ratios_so_far(as_run(this, events[: number + 1]))
            )
    if live:
        written.truncate(0)
        console.print(display._draw())
    return written.getvalue()


def events_of(this: Plan, folder: Path) -> list[Event]:
    """A run with fakes, to its end."""
    return collect(this, folder)[0]


def test_a_terminal_shows_rounds_windows_time_and_ratios(tmp_path: Path) -> None:
    """Both metrics of a pair stand in one line, with their intervals and what these rest on."""
    this = plan(workloads=("hello", "json"), looks=(3,))
    text = shown(this, events_of(this, tmp_path))

    assert "3 of 3 rounds done, 24 of 24 windows, about 0 s left" in text
    assert "round 1/3: measuring alpha@1.0/server hello 1/2" in text
    assert "Alpha : Beta" in text
    assert "1.00 (1.00 to 1.00)" in text
    assert "95 % intervals of 3 rounds" in text


def test_elsewhere_each_round_is_a_line_with_its_ratios(tmp_path: Path) -> None:
    """A log of CI has the same words and no control characters."""
    this = plan(looks=(2, 4))
    text = shown(this, events_of(this, tmp_path), live=False)

    assert "1 of at most 4 rounds done, 4 of 16 windows" in text
    assert "; hello, requests/s: Alpha : Beta 1.00 (1.00 to 1.00)" in text
    assert "\x1b" not in text


def test_a_small_terminal_says_what_it_leaves_out(tmp_path: Path) -> None:
    """Nothing scrolls out unsaid."""
    names = [f"t{number}" for number in range(6)]
    this = plan(*names, looks=(2,))
    text = shown(this, events_of(this, tmp_path), height=12)

    assert "10 more" in text
    assert len(text.splitlines()) <= 12


def test_failures_are_counted(tmp_path: Path) -> None:
    """A number that stays, beside the line that scrolled away."""
    this = plan(looks=(1,))
    failed = Failure(1, this.targets[0].id, "hello", "it died")
    text = shown(this, [failed, *events_of(this, tmp_path)])

    assert ", 1 failed" in text


def test_the_level_is_that_of_the_schedule() -> None:
    """Where a run looks more often, its intervals are wider than 95 %."""

    ratio = Comparison(
        "a", "b", "hello", "cpu", Estimate(1, 0.9, 1.1, 0.9842, 6), (), None, None
    )
    assert basis([ratio]) == "98.42 % intervals of 6 rounds"


@pytest.mark.parametrize("kept", [0, 1, 3, 7, 11, 20])
def test_a_page_can_be_made_at_any_moment(tmp_path: Path, kept: int) -> None:
    """Of what is stored: nothing yet, in a round, between two, with a torn last line."""
    this = plan(looks=(3,))
    events = events_of(this, tmp_path / "samples")
    with create(tmp_path, record(this)) as writer:
        for event in events[:kept]:
            writer.append(event)
        folder = writer.folder
    with (folder / TRIALS).open("a", encoding="utf-8") as file:
        file.write(to_line(events[kept])[:20])
    html = render(folder).read_text(encoding="utf-8")
    whole = sum(isinstance(each, RoundEnd) for each in events[:kept])

    assert f"{whole} of 3 planned rounds were done" in html
    assert f"{whole} complete round{'' if whole == 1 else 's'}" in html
    assert kept <= len(events)


def test_time_left_follows_the_pace_that_was_measured() -> None:
    """Windows that take twice as long as planned double what is left."""
    this = plan(looks=(100,))
    slow, fast = (ProgressPace(this, 0, 0.0) for _ in range(2))
    for pace, now_s in ((slow, 400.0), (fast, 100.0)):
        pace.windows = 100
        pace.left_s(now_s)

    assert slow.left_s(400.0) > 2 * fast.left_s(100.0)


def test_no_experiment_is_announced_for_more_rounds_than_the_run_has() -> None:
    """Its profile may plan seven, and the run two."""
    plan = plan_for(RunOptions("standard", seed=1, extent=Extent(rounds=2)))
    text = "\n".join(plan_lines(plan, ""))
    assert set(re.findall(r"in each of the first (.+)", text)) == {"2 rounds"}
