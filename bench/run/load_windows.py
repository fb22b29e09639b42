"""One visit of the generator to one server, with what it cost."""

from dataclasses import replace
from time import sleep

from bench.deploy.engine import Server
from bench.deploy.trace import Moment, difference
from bench.errors import TargetFailed
from bench.load.faults import Fault
from bench.load.generator import LoadRequest
from bench.model.plan import Cell
from bench.model.trial import Usage, Window, WindowStats
from bench.plan.schedule import arrival_seed
from bench.run.instruments import Round
from bench.store.folder import sample_path


REST_S = 15.0  # the most that is waited for a server to come to rest
LOOK_S = 0.2
AT_REST = 0.05  # of a core: below it a server rests
UNTOLD_REST_S = 3.0  # for a server of which nobody tells whether it rests


def warm_up(state: Round, server: Server, cell: Cell) -> None:
    """
    Check the target's answers, then send the fixed number of warm-up requests.

    TargetFailed when an answer is wrong, or when it stops to answer: nothing is
    measured of a target that does not do the work.
    """
    wrong = state.tools.verify(server.host, server.port, cell.workload)
    if wrong is not None:
        raise TargetFailed(
            f"{cell.target}: {cell.workload}: {wrong}",
            f"play the whole contract: bench check {cell.target}",
        )
    requests = state.plan.warmup_requests(cell)
    if requests:
        tally = state.tools.generator.visit(
            LoadRequest(
                server.host,
                server.port,
                cell.workload,
                state.seed,
                replace(cell.load, beside=None),
                samples=None,
                requests_limit=requests,
            )
        )
        server.check_alive()
        _refuse_silence(cell, tally)
        if Fault.UNFINISHED in tally.errors:
            raise TargetFailed(
                f"{cell.target}: {cell.workload}: it stopped answering while it was "
                f"warmed up, after {tally.requests_total} of {requests} requests",
                "the server's log is in the run folder, below logs/",
            )


def measure_window(state: Round, cell: Cell, cycle: int) -> Window:
    """
    Visit one cell for one window.

    CPU time is read before and after the whole visit and is to be divided by
    `tally.requests_total`: both then cover the same requests, whatever the
    clocks of three processes say.
    """
    server = state.servers[cell.target]
    # A twin that stands already is the same server under another name.
    here = (server.host, server.port)
    others = [s for s in state.servers.values() if (s.host, s.port) != here]
    load = cell.load
    samples = sample_path(
        state.number,
        cell.workload,
        cycle,
        cell.target,
        load.name if load.is_open or load.experiment else "",
    )
    database = state.tools.engine.database
    steal_before = state.tools.steal_s()
    others_before = _cpu_ns(others)
    database_before = database.usage()
    started_at = state.tools.utc_now()
    before = server.usage(memory=False)
    look_before = _look(state, server)

    tally = state.tools.generator.visit(
        LoadRequest(
            server.host,
            server.port,
            cell.workload,
            state.seed,
            load,
            samples=state.tools.folder / samples,
            arrival_seed=(
                arrival_seed(state.plan, state.number, cell, cycle)
                if load.is_open
                else None
            ),
        )
    )

    server.check_alive()
    after = server.usage()
    look_after = _look(state, server)
    database_after = database.usage()
    others_after = _cpu_ns(others)
    others_ns = difference(others_before, others_after)
    server_ns = _spent_ns(before, after)
    _refuse_silence(cell, tally)
    _note_connections(state)
    beside = tally.beside.errors if tally.beside else {}
    if load.is_open and (tally.errors or beside):
        _let_rest(server)
    return Window(
        round=state.number,
        cycle=cycle,
        target=cell.target,
        workload=cell.workload,
        load=load.name,
        started_at=started_at,
        tally=tally,
        server_cpu_ns=server_ns,
        server_memory_bytes=after.memory_bytes if after else None,
        database_cpu_ns=_spent_ns(database_before, database_after),
        others_cpu_ns=others_ns,
        steal_s=difference(steal_before, state.tools.steal_s()),
        throttled_s=_throttled_s(before, after),
        samples=samples,
        trace=(
            state.tools.tracer.between(
                look_before,
                look_after,
                None if server_ns is None else server_ns + (others_ns or 0),
            )
            if state.tools.tracer and look_before and look_after
            else None
        ),
        rate_rps=load.rate_rps,
    )


def _let_rest(server: Server) -> None:
    """
    Wait until a server that was given up on has worked off what it had accepted.

    Else the next window would meet the leftovers of this one. After REST_S the
    wait ends; a server that works on then is seen in the windows of the others.
    Where nobody tells what it does, the wait has a fixed length.
    """
    for _ in range(round(REST_S / LOOK_S)):
        before = server.usage(memory=False)
        sleep(LOOK_S if before else UNTOLD_REST_S)
        spent_ns = _spent_ns(before, server.usage(memory=False))
        if spent_ns is None or spent_ns < AT_REST * LOOK_S * 1e9:
            return


def _look(state: Round, server: Server) -> Moment | None:
    tracer = state.tools.tracer
    # It watches the cores of the usual number of workers; of a server that
    # runs on more it would tell nothing true.
    own = server.target.workers
    if tracer is None or own not in (None, state.plan.workers):
        return None
    return tracer.look(server.process_ids())


def _cpu_ns(servers: list[Server]) -> int | None:
    """What servers that nobody visits have used; None when there are none, or one is gone or does not tell."""
    try:
        used = [server.usage(memory=False) for server in servers]
    except TargetFailed:
        return None
    used_ns = [usage.cpu_ns for usage in used if usage is not None]
    return sum(used_ns) if used_ns and len(used_ns) == len(used) else None


def _spent_ns(before: Usage | None, after: Usage | None) -> int | None:
    return after.cpu_ns - before.cpu_ns if before and after else None


def _throttled_s(before: Usage | None, after: Usage | None) -> float | None:
    if before is None or after is None:
        return None
    stopped_ns = difference(before.throttled_ns, after.throttled_ns)
    return None if stopped_ns is None else stopped_ns / 1e9


def _refuse_silence(cell: Cell, tally: WindowStats) -> None:
    if tally.requests_total == 0:
        raise TargetFailed(
            f"{cell.target}: {cell.workload}: not one request was answered"
            + (f": {tally.first_error}" if tally.first_error else ""),
            "the server's log is in the run folder, below logs/",
        )


def _note_connections(state: Round) -> None:
    open_now = state.tools.engine.database.connections()
    if open_now is None:
        return
    for target_id, server in state.servers.items():
        count = open_now.get(server.application_name, 0)
        most = state.most_connections
        most[target_id] = max(count, most.get(target_id, 0))
