"""
From a plan to events, one finished thing at a time.

A round starts every server afresh (but for engines whose servers stand
already, which say so) and leaves all of them up; the generator
visits them in short windows, in random order, so that a machine that is slow
for ten seconds is slow for everybody. Nothing here saves, prints or decides:
events are yielded, and the caller has stored one before it asks for the next.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress

from bench.deploy.cores import cores_for
from bench.deploy.engine import CpuPlacement, Server
from bench.errors import EnvironmentFailure, TargetFailed
from bench.model.plan import Cell, Plan
from bench.model.run import Run
from bench.model.trial import Boot, Burst, Failure, Overlap, RoundEnd, Window
from bench.model.workload import Workload
from bench.plan.schedule import Block, Turn, blocks, boot_order, hash_seed, volley_order
from bench.run.at_once import meet, volley
from bench.run.instruments import Instruments, Now, Round
from bench.run.load_windows import measure_window, warm_up
from bench.run.rates import settle, settled


type Event = Boot | Window | Failure | Burst | Overlap | RoundEnd


def measure(
    plan: Plan,
    tools: Instruments,
    workloads: dict[str, Workload],
    before: Run | None,
    enough: Callable[[int], bool],
) -> Iterator[Event | Now]:
    """
    Measure round after round until the plan's end, or until `enough(rounds)`.

    `before` is what an interrupted run has already measured: its windows are
    kept, and none is measured twice.
    """
    finished = set(before.complete_rounds) if before else set()
    met = before.meetings if before else ()
    meetings = {(m.target, m.experiment) for m in met if m.met is not None}
    for number in range(1, plan.profile.looks[-1] + 1):
        if number not in finished:
            state = Round(number, plan, tools, workloads, meetings=meetings)
            failed: list[Failure] = []
            if before is not None:
                state.windows = [w for w in before.windows if w.round == number]
                sent = [v for v in before.volleys if v.round == number]
                state.volleys = {(v.target, v.workload, v.experiment) for v in sent}
                failed = [f for f in before.failures if f.round == number]
            yield from _one_round(state, failed)
        if number in plan.profile.looks[:-1] and enough(number):
            return


def _one_round(state: Round, failed: Sequence[Failure]) -> Iterator[Event | Now]:
    state.tools.engine.database.reset()
    with ExitStack() as stack:
        gone = {failure.target for failure in failed if failure.workload is None}
        yield from _boot(state, stack, gone)
        for block in blocks(state.plan, state.number):
            skip = {
                failure.target
                for failure in failed
                if failure.workload == block.workload
                and failure.experiment == block.experiment
            }
            yield from _one_workload(state, block, skip)
    yield RoundEnd(
        state.number, dict(state.most_connections), state.tools.fingerprint()
    )


def _boot(
    state: Round, stack: ExitStack, skip: set[str]
) -> Iterator[Boot | Failure | Now]:
    for target_id in boot_order(state.plan, state.number):
        if target_id in skip:
            continue
        yield Now(state.number, "starting", target_id)
        try:
            server = _start(state, target_id)
        except TargetFailed as error:
            _refuse_to_blame(state)
            yield failure(state.number, target_id, None, error)
            continue
        stack.callback(_end, state, server)
        state.servers[target_id] = server
        usage = server.usage()
        stood = server.first_answer_s is None
        yield Boot(
            round=state.number,
            target=target_id,
            first_answer_s=server.first_answer_s,
            idle_memory_bytes=usage.memory_bytes if usage else None,
            command=server.command,
            hash_seed=None if stood else hash_seed(state.plan, state.number, target_id),
        )


def _start(state: Round, target_id: str) -> Server:
    plan = state.plan
    target = plan.target(target_id)
    workers, pinning = plan.workers, plan.pinning
    if target.workers is not None:
        workers, pinning = target.workers, cores_for(pinning, target.workers)
    placement = CpuPlacement(
        workers, plan.threads, pinning, state.tools.folder / "logs"
    )
    seed = hash_seed(plan, state.number, target_id)
    return state.tools.engine.start(target, placement, seed)


def _end(state: Round, server: Server) -> None:
    # A generator that is gone has forgotten its connections already.
    with suppress(EnvironmentFailure):
        state.tools.generator.forget(server.host, server.port)
    server.stop()


def _one_workload(state: Round, block: Block, skip: set[str]) -> Iterator[Event | Now]:
    workload = state.workloads[block.workload]
    closed = _left(state, _turns(block.cycles))
    opened = _left(state, block.open_turns)
    waiting = {turn.cell.target for turn in (*closed, *opened)}
    # Warm-up is at the most clients that the block has, not at those that
    # happen to come first.
    turns = _turns(block.cycles) or block.open_turns
    first = sorted(
        (t.cell for t in turns if t.number == 1), key=lambda cell: cell.load.clients
    )
    waiting |= {cell.target for cell in first if _volley_missing(state, cell)}
    live = {cell.target: cell for cell in first if cell.target in waiting}
    live = {t: c for t, c in live.items() if t in state.servers and t not in skip}
    for target_id, cell in sorted(live.items()):
        yield Now(state.number, "warming up", target_id, workload.name)
        try:
            warm_up(state, state.servers[target_id], cell)
        except TargetFailed as error:
            live.pop(target_id)
            yield from _drop(state, cell, error)
    yield from _windows(state, closed, live)
    yield from _open_loops(state, opened, live)
    yield from _at_once(state, block, live)
    if workload.writes:
        state.tools.engine.database.reset()


def _volley_missing(state: Round, cell: Cell) -> bool:
    experiment = state.plan.profile.experiment(cell.load.experiment)
    if experiment is None or not experiment.at_once:
        return False
    return (cell.target, cell.workload, experiment.name) not in state.volleys


def _at_once(
    state: Round, block: Block, live: dict[str, Cell]
) -> Iterator[Burst | Overlap | Failure | Now]:
    """A volley to each target of the block, where the experiment has them, and one meeting in a run."""
    experiment = state.plan.profile.experiment(block.experiment)
    if experiment is None:
        return
    for target in volley_order(state.plan, state.number, block, live):
        cell = live[target]
        if not _volley_missing(state, cell):
            continue
        yield Now(state.number, "sending at once to", target, block.workload)
        try:
            # The volley comes last: where it is stored, nothing is missing.
            if (target, experiment.name) not in state.meetings:
                meeting = meet(state, cell)
                yield meeting
                if meeting.met is not None:
                    state.meetings.add((target, experiment.name))
            yield volley(state, cell, experiment.at_once)
        except TargetFailed as error:
            live.pop(target)
            yield from _drop(state, cell, error)


def _turns(cycles: tuple[tuple[Cell, ...], ...]) -> tuple[Turn, ...]:
    return tuple(
        Turn(cell, number) for number, cells in enumerate(cycles, 1) for cell in cells
    )


def _left(state: Round, turns: Sequence[Turn]) -> list[Turn]:
    """What is still to be measured."""
    return [turn for turn in turns if not state.has(turn.cell, turn.number)]


def _open_loops(
    state: Round, turns: list[Turn], live: dict[str, Cell]
) -> Iterator[Window | Failure | Now]:
    """The open cells at their rates, which the closed loop has told by now, with the closed ones around them."""
    cells = [t.cell for t in turns if t.cell.load.is_open and t.cell.target in live]
    rates = settle(state, cells)
    ready = {cell.key: settled(state, cell, rates) for cell in cells}
    for cell in cells:
        if ready[cell.key] is None and cell.target in live:
            del live[cell.target]
            unknown = TargetFailed(
                f"{cell.target}: {cell.workload}: no window of the closed loop was "
                "answered rightly, so its capacity is not known"
            )
            yield from _drop(state, cell, unknown)
    timed = [
        Turn(timed_cell, turn.number)
        for turn in turns
        if (
            timed_cell := ready.get(turn.cell.key)
            if turn.cell.load.is_open
            else turn.cell
        )
    ]
    yield from _windows(state, timed, live)


def _windows(
    state: Round, turns: list[Turn], live: dict[str, Cell]
) -> Iterator[Window | Failure | Now]:
    for turn in turns:
        cell, number = turn.cell, turn.number
        if cell.target not in live:
            continue
        yield Now(state.number, "measuring", cell.target, cell.workload, number)
        try:
            window = measure_window(state, cell, number)
            state.windows.append(window)
            yield window
        except TargetFailed as error:
            live.pop(cell.target)
            yield from _drop(state, cell, error)


def _drop(state: Round, cell: Cell, error: TargetFailed) -> Iterator[Failure]:
    """A target failed on a workload; if its server is gone, the rest of the round is lost too."""
    _refuse_to_blame(state)
    experiment = cell.load.experiment
    yield failure(state.number, cell.target, cell.workload, error, experiment)
    try:
        state.servers[cell.target].check_alive()
    except TargetFailed as gone:
        del state.servers[cell.target]
        yield failure(state.number, cell.target, None, gone, experiment)


def _refuse_to_blame(state: Round) -> None:
    """
    EnvironmentFailure if the database is gone: then it is no target's fault.

    A failure on record would take the target out of its round for good, also
    when the run is continued.
    """
    state.tools.engine.database.connections()


def failure(
    number: int,
    target_id: str,
    workload: str | None,
    error: TargetFailed,
    experiment: str = "",
) -> Failure:
    """An error as data."""
    said = (error.message, error.hint, error.log_tail)
    return Failure(number, target_id, workload, *said, experiment)
