"""Which windows are void, and by which reason."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from bench.analyse import reasons
from bench.model.load import Load
from bench.model.plural import per_cent, plural
from bench.model.run import Run
from bench.model.trial import Window, WindowStats
from bench.model.warning import Reason, Scope
from bench.plan.schedule import servers_up


FIRST_ERROR = 200
"""Characters of it that are quoted; a server may have said anything."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A reason that one window gave, with the number that says so."""

    reason: Reason
    amount: float  # larger is worse
    text: str  # the amount, as printed


@dataclass(frozen=True, slots=True)
class Checked:
    """A window and everything that was found in it."""

    window: Window
    findings: tuple[Violation, ...]

    def beside(self, more: Violation | None) -> "Checked":
        """The window with what was found out about its whole round, once for each reason."""
        if more is None or any(f.reason is more.reason for f in self.findings):
            return self
        return Checked(self.window, (*self.findings, more))

    @property
    def void(self) -> bool:
        """Whether it counts for no metric at all."""
        return any(f.reason.scope is Scope.WINDOW for f in self.findings)

    @property
    def rate_doubts(self) -> tuple[Reason, ...]:
        """Why its throughput may not be the server's own."""
        doubtful = (Scope.THROUGHPUT, Scope.SPEED)
        return tuple(f.reason for f in self.findings if f.reason.scope in doubtful)

    @property
    def cpu_doubts(self) -> tuple[Reason, ...]:
        """Why its CPU time may not be what the server takes on its own."""
        return tuple(f.reason for f in self.findings if f.reason.scope is Scope.SPEED)


def check(window: Window, load: Load, servers: int) -> Checked:
    """Hold one window of a run with so many servers against every limit."""
    return Checked(
        window,
        (
            *_answers(window),
            *_workers(window),
            *_schedule(window),
            *_beside(window),
            *_little(window, load),
            *_machine(window, load, reasons.idle_limit(servers)),
            *_trace(window),
        ),
    )


def idle_activity(run: Run) -> Mapping[int, Violation]:
    """
    The rounds whose idle servers used more than the limit, over all visits together.

    One busy moment voids its window; background work that goes on all round
    shares the core with every window, those that stay just below the limit
    included, and its share falls on all alike.
    """
    plan = run.record.plan
    # An experiment may overload servers on purpose; what they still do then is its own.
    warm_s = {c.key: c.load.warm_s for c in plan.cells if not c.load.experiment}
    used_s: dict[int, float] = defaultdict(float)
    visited_s: dict[int, float] = defaultdict(float)
    for window in run.windows:
        if window.others_cpu_ns is not None and window.cell in warm_s:
            used_s[window.round] += window.others_cpu_ns / 1e9
            visited_s[window.round] += warm_s[window.cell] + window.tally.measure_s
    shares = {number: used_s[number] / visited_s[number] for number in visited_s}
    return {
        number: Violation(
            reasons.IDLE, share, f"{per_cent(share, 1)} of a core, all round {number}"
        )
        for number, share in shares.items()
        if share > reasons.idle_limit(servers_up(plan, number))
    }


def _answers(window: Window) -> Iterator[Violation]:
    tally = window.tally
    wrong = sum(tally.errors.values())
    if wrong:
        said = f"{wrong} of {tally.requests_total}: {_faults(tally)}"
        yield Violation(reasons.ERRORS, wrong, said)
    elif tally.locust_requests != tally.requests_total:
        apart = abs(tally.locust_requests - tally.requests_total)
        yield Violation(
            reasons.COUNT,
            apart,
            f"{tally.locust_requests} counted by Locust, {tally.requests_total} by us",
        )
    if not wrong and not tally.requests:
        # No answer is neither fast nor slow: it is no number.
        text = f"0 answers in {tally.measure_s:.1f} s"
        yield Violation(reasons.SILENT, tally.measure_s, text)


def _faults(tally: WindowStats) -> str:
    """What went wrong how often, and the first of it in the generator's words."""
    often = sorted(tally.errors.items(), key=lambda error: -error[1])
    kinds = ", ".join(f"{kind} ({count})" for kind, count in often)
    if not tally.first_error:
        return kinds
    first = " ".join(tally.first_error.split())
    return f"{kinds}; the first was: {first[:FIRST_ERROR]}"


def _workers(window: Window) -> Iterator[Violation]:
    """Without all of its load a window is another one than was planned."""
    parts = window.tally.workers
    lost = [part.name for part in parts if part.lost]
    if lost:
        text = f"{', '.join(lost)} of {len(parts)} workers"
        yield Violation(reasons.WORKER, len(lost), text)


def _schedule(window: Window) -> Iterator[Violation]:
    tally = window.tally
    if not tally.offered:
        return
    answered = tally.requests / tally.offered
    if answered < reasons.OFFERED_SHARE:
        yield Violation(
            reasons.OFFERED,
            1 - answered,
            f"{per_cent(answered, 1)} of the offered requests",
        )
    # What waited for a connection was late by the server's doing: to void that
    # would throw away exactly the windows in which the server was slow.
    late = (tally.late_sends - tally.starved_sends) / tally.offered
    if late > reasons.LATE_SHARE:
        yield Violation(reasons.LATE, late, f"{per_cent(late, 1)} of the sends")


def _beside(window: Window) -> Iterator[Violation]:
    """The other workload of the visit must have been sent and answered as well."""
    if window.tally.beside is not None:
        other = replace(window, tally=window.tally.beside)
        yield from _answers(other)
        yield from _schedule(other)


def _machine(window: Window, load: Load, idle_limit: float) -> Iterator[Violation]:
    generator = window.tally.generator_cpu_s / window.tally.measure_s
    if generator > reasons.GENERATOR_SHARE:
        # Near its limit the generator makes a rate a lower bound; a response time
        # of an open loop is wrong then.
        wrong = load.is_open and not load.experiment
        reason = reasons.BUSY if wrong else reasons.GENERATOR
        yield Violation(reason, generator, f"{per_cent(generator)} of its core")
    visit_s = load.warm_s + window.tally.measure_s
    idle = (window.others_cpu_ns or 0) / 1e9 / visit_s
    if idle > idle_limit:
        yield Violation(reasons.IDLE, idle, f"{per_cent(idle, 1)} of a core")
    if window.throttled_s:
        yield Violation(
            reasons.THROTTLED, window.throttled_s, f"{window.throttled_s:.2f} s stopped"
        )


def _little(window: Window, load: Load) -> Iterator[Violation]:
    """In a closed loop every client always has one request under way."""
    tally = window.tally
    if load.is_open or not tally.latency_us or not tally.latency_mean_us:
        return
    if tally.errors or any(part.lost for part in tally.workers):
        return  # who failed has no latency, and who is lost is not counted
    under_way = tally.requests / tally.measure_s * tally.latency_mean_us / 1e6
    apart = abs(under_way / load.clients - 1)
    # An answer that falls beside an edge of the window is counted or not by
    # chance: of each client at most the two longest there were.
    edges = 2 * tally.latency_us.max / 1e6 / tally.measure_s
    if apart <= reasons.LITTLE + edges:
        return
    said = f"{under_way:.1f} requests under way, of {load.clients} clients"
    opened = tally.connections_opened
    # Connections outlive a window. Where the server has closed some, its clients
    # waited longer than any answer tells: that is no fault of ours.
    if under_way < load.clients and 0 < opened < tally.requests / 2:
        connections = plural(opened, "connection")
        yield Violation(reasons.RESTARTED, apart, f"{said}, {connections} opened anew")
        return
    yield Violation(reasons.LITTLE_LAW, apart, said)


def _trace(window: Window) -> Iterator[Violation]:
    trace = window.trace
    if trace is None:
        return
    foreign = (trace.foreign_s or 0.0) / trace.elapsed_s
    if foreign > reasons.FOREIGN_SHARE:
        yield Violation(reasons.FOREIGN, foreign, f"{per_cent(foreign)} of a core")
    waited = (trace.generator_wait_s or 0.0) / trace.elapsed_s
    if waited > reasons.WAIT_SHARE:
        yield Violation(reasons.WAITED, waited, f"{per_cent(waited)} of the window")
    if trace.throttles:
        yield Violation(reasons.HOT, trace.throttles, f"{trace.throttles} times")
    if (trace.swapped_pages or 0) > reasons.SWAPPED_PAGES:
        pages = trace.swapped_pages or 0
        yield Violation(reasons.SWAP, pages, f"{pages} pages")
