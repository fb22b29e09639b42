"""A visit with a surge in it: what waited when it ended, and how soon it was over."""

from collections.abc import Sequence
from statistics import median

from bench.model.plan import Cell
from bench.model.trial import SLOT_S, Slot, Window


CALM_TIMES = 2.0
"""A quarter of a second is calm again if its median is at most this many times that before the surge..."""
CALM_LEAST_MS = 25.0
"""...or this, a tenth of that quarter second."""
ANSWERED_SHARE = 0.99
"""Of the requests due in a quarter of a second that is calm, those that must be answered rightly."""


def part(window: Window, first_s: float, end_s: float) -> Sequence[Slot]:
    """The slots that lie wholly between two moments of the measured part."""
    slots = window.tally.slots or ()
    first, end = -(-first_s // SLOT_S), end_s // SLOT_S
    return slots[int(first) : int(end)]


def left_waiting(window: Window, cell: Cell) -> float:
    """Requests due by the end of the surge, less the answers until then."""
    surge = cell.load.surge
    slots = part(window, 0.0, surge.until_s) if surge else ()
    return float(max(0, sum(s.due for s in slots) - sum(s.answered for s in slots)))


def recovery_s(window: Window, cell: Cell) -> float | None:
    """
    Seconds from the end of the surge until response times are back.

    To the end of the first quarter of a second in which nearly everything was
    answered, the median is what it was before the surge, and no more requests
    wait at its end than came in it: a server may be quick with new requests
    while old ones starve. As long as was watched, if there is none. None: nothing was answered before the surge, so
    nobody knows what to come back to.
    """
    surge = cell.load.surge
    assert surge is not None
    calm = [s.p50_us for s in part(window, 0.0, surge.from_s) if s.p50_us is not None]
    if not calm:
        return None
    limit_us = max(CALM_TIMES * median(calm), CALM_LEAST_MS * 1000)
    watched_s = watched_s_of(cell)
    for position, slot in enumerate(
        part(window, surge.until_s, surge.until_s + watched_s), 1
    ):
        back = slot.p50_us is not None and slot.p50_us <= limit_us
        until = part(window, 0.0, surge.until_s + position * SLOT_S)
        # Those that were lost wait for nothing any more.
        left = sum(s.right for s in until) - sum(s.answered for s in until)
        if back and slot.right >= ANSWERED_SHARE * slot.due and left <= slot.due:
            return min(position * SLOT_S, watched_s)
    return watched_s


def watched_s_of(cell: Cell) -> float:
    """How long the visit goes on after the surge; 0 without one."""
    surge = cell.load.surge
    return cell.load.measure_s - surge.until_s if surge else 0.0
