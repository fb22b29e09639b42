"""METHODOLOGY.md names the limits of the calibration and of the windows as the code has them."""

from pathlib import Path

import pytest

from bench.analyse import reasons
from bench.calibrate import calibrate, ceiling, clocks, reference_generators, theory
from bench.load.engine import BODIES_BYTES, BODY_BYTES
from bench.load.loops import DRAIN_S


TEXT = (Path(__file__).parents[2] / "bench" / "METHODOLOGY.md").read_text()

CALIBRATION = {
    "| clock, timers |": f"| {clocks.RESOLUTION_LIMIT_US:g} µs; {clocks.LATE_LIMIT_MS:g} ms at p99 |",
    "| ceiling, closed loop |": f"| {ceiling.COST_LIMIT_US:g} µs each |",
    "| ceiling, open loop |": "most of three windows",
    "| added latency |": f"| {ceiling.ADDED_LIMIT_US:g} µs at the median |",
    "| fixed time |": f"| {100 * theory.FIXED_LIMIT:g} % |",
    "| serial queue |": f"| {100 * theory.QUEUE_LIMIT:g} %, median of nine windows |",
    "| stall |": f"| {100 * theory.STALL_LIMIT:g} % |",
    "| other generators |": f"| {100 * reference_generators.WITNESS_LIMIT:g} % |",
    "| noise |": f"| p of {reference_generators.SAME_P / 2:g} |",
}
WINDOWS = (
    f"grew by more than {100 * reasons.GROWTH:g} % from the first cycle to the last",
    f"the window ends at most {DRAIN_S:g} s after its time",
    f"above {BODY_BYTES / 2**20:g} MiB for one, {BODIES_BYTES / 2**20:g} MiB for all",
    f"less than {100 * reasons.OFFERED_SHARE:g} % of what was due was answered",
    f"sent more than {100 * reasons.LATE_SHARE:g} % over 5 ms late",
    f"used more than {100 * reasons.GENERATOR_SHARE:g} % of its core",
    f"More than {100 * reasons.FOREIGN_SHARE:g} % of the server's core for other programs",
    f"above {100 * reasons.IDLE_SHARE:g} % of a core together (or {100 * reasons.IDLE_SHARE_EACH:g} % each",
    f"(Little's law) within {100 * reasons.LITTLE:g} %",
    f"A cell above {100 * reasons.CEILING_SHARE:g} % of the closed-loop ceiling",
    f"waited more than {100 * calibrate.QUIET_SHARE:g} % of the time",
)


@pytest.mark.parametrize("row", CALIBRATION)
def test_the_table_of_the_calibration_has_the_limits_of_the_code(row: str) -> None:
    """Row by row."""
    (line,) = [line for line in TEXT.splitlines() if line.startswith(row)]
    assert CALIBRATION[row] in line
    assert ceiling.TRIES == 3 and theory.QUEUE_WINDOWS == 9  # written as words


@pytest.mark.parametrize("words", WINDOWS)
def test_the_limits_of_windows_are_those_of_the_code(words: str) -> None:
    """Word by word."""
    assert words in TEXT
