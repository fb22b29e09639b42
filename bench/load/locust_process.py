"""
The generator process: Locust spawns and stops the users, the engine sends.

Started by `LocustGenerator` as `python -m bench.load.locust_process`. This is
the only file that imports Locust, which patches the whole process; it must
come before everything that opens sockets. One Locust user is one connection
slot: it joins the visit's course and holds until the runner stops it.
"""

# ruff: noqa: I001
import locust
from locust.env import Environment
from locust.exception import RPCError
from locust.runners import MasterRunner, Runner
from locust.stats import RequestStats, StatsEntry, StatsError, bucket_response_time

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
import gc
from importlib import import_module
import json
import os
from pathlib import Path
import resource
import signal
import socket
import sys
import time
import traceback
from types import TracebackType
from typing import ClassVar

import gevent
from gevent.event import Event
from gevent.queue import Queue
import numpy as np

from bench.errors import BenchError, EnvironmentFailure
from bench.load import messages
from bench.load.engine import LoadEngine
from bench.load.generator import LoadRequest, beside
from bench.load.latency_recorder import Batch
from bench.load.loops import LoadLoop
from bench.load.messages import LoadCommand, Message
from bench.load.samples import write_samples
from bench.model.exchange import Reply, Request
from bench.model.trial import WindowStats
from bench.model.workload import Workload


SHARE_S = 1.0  # how often Locust's statistics are fed
SPARE_FILES = 64  # beside connections: libraries, channel, log, timer, samples


class LoadUser(locust.User):
    """One connection."""

    # The visit under way, one entry for each connection that is yet to join.
    waiting: ClassVar[list[LoadLoop]] = []

    @locust.task
    def hold(self) -> None:
        """Join a course under way and hold the slot until the runner stops it."""
        if LoadUser.waiting:
            LoadUser.waiting.pop().join()
        Event().wait()


def share(stats: RequestStats, name: str, method: str, batch: Batch) -> None:
    """
    Merge what came in since last time into Locust's statistics.

    Wrong answers are requests without a response time, as Locust calls them.
    """
    entry = StatsEntry(stats, name, method)
    now = time.time()
    count = len(batch.latency_ns) + batch.wrong
    entry.num_requests = count
    entry.num_none_requests = batch.wrong
    entry.num_failures = batch.faults
    if count:
        entry.last_request_timestamp = now
        entry.num_reqs_per_sec[int(now)] = count
    if batch.faults:
        entry.num_fail_per_sec[int(now)] = batch.faults
    if len(batch.latency_ns):
        latency_ms = batch.latency_ns / 1e6
        entry.total_response_time = float(latency_ms.sum())  # type: ignore[assignment]
        entry.min_response_time = float(latency_ms.min())  # type: ignore[assignment]
        entry.max_response_time = float(latency_ms.max())  # type: ignore[assignment]
        counts = np.bincount((latency_ms + 0.5).astype(np.int64))
        for milliseconds in np.flatnonzero(counts):
            bucket = bucket_response_time(int(milliseconds))
            entry.response_times[bucket] += int(counts[milliseconds])
    stats.get(name, method).extend(entry)
    stats.total.extend(entry)


def report(stats: RequestStats, name: str, method: str, error: str, count: int) -> None:
    """Count so many failed requests in Locust's table of errors."""
    key = StatsError.create_key(method, name, error)
    entry = stats.errors.setdefault(key, StatsError(method, name, error))
    entry.occurrences += count


def new_environment() -> Environment:
    """Locust's surroundings of a process: its statistics, its events, one kind of user."""
    return Environment(user_classes=[LoadUser])


def new_master(environment: Environment, host: str, port: int) -> MasterRunner:
    """Locust's master, listening there (port 0: any free one); EnvironmentFailure if it cannot."""
    try:
        return environment.create_master_runner(host, port)
    except (SystemExit, RPCError) as error:
        # Locust itself ends the process where the port is taken.
        reason = "it is taken" if isinstance(error, SystemExit) else error
        raise EnvironmentFailure(
            f"load workers cannot be awaited at {host} port {port}: {reason}",
            hint="is another run waiting there? choose another port",
        ) from error


@dataclass(frozen=True, slots=True)
class LoadPart:
    """One workload of a visit under way."""

    visit: LoadRequest
    course: LoadLoop
    name: str  # of its requests, in Locust's statistics
    method: str

    @property
    def clients(self) -> int:
        """Connections that must join before it starts."""
        return self.visit.connections


class LoadProcess:
    """Carries out orders, one after another."""

    def __init__(self, workload: Callable[[str], Workload]) -> None:
        self._workload = workload
        self._engine = LoadEngine(gevent.get_hub().loop)
        self._environment = new_environment()
        self._runner = self.new_runner()
        self._environment.events.test_start.add_listener(_settle_memory)  # type: ignore[no-untyped-call]

    def new_runner(self) -> Runner:
        """Locust's runner of this process."""
        return self._environment.create_local_runner()

    def spawn(self, users: int) -> None:
        """Let Locust start so many users."""
        self._runner.start(users, spawn_rate=users)

    def answer(self, message: Message) -> Message:
        """Do what the message asks; a refusal is an answer, too."""
        try:
            if message["do"] == "forget":
                self._engine.forget(message["host"], message["port"])
                return {"forgotten": True}
            return self._visit(messages.order_of(message))
        except BenchError as error:
            return messages.refusal_message(error)

    def quit(self) -> None:
        """Let Locust end its greenlets."""
        self._runner.quit()

    def _visit(self, order: LoadCommand) -> Message:
        parts = self.parts(order)
        self.play(parts)
        tallies = [self._tally(part) for part in parts]
        return messages.tally_message(
            replace(tallies[0], beside=tallies[1] if len(parts) > 1 else None)
        )

    def parts(self, order: LoadCommand) -> list[LoadPart]:
        """The workload of an order and, if there is one, the other that is sent beside it; nothing is sent yet."""
        visit = order.visit
        if order.request is None:
            workload = self._workload(visit.workload)
        else:
            workload = repeated(order.request)
        other = beside(visit)
        clients = visit.connections + (other.connections if other else 0)
        kept = self._engine.open_elsewhere(visit.host, visit.port)
        _refuse_beyond_files(clients, kept)
        parts = [self._part(visit, workload, workload.name)]
        if other is not None:
            work = self._workload(other.workload)
            name = f"{work.name} beside"
            parts.append(self._part(other, work, name, first=visit.connections))
        return parts

    def play(self, parts: list[LoadPart]) -> None:
        """Send it all, and return when the last request is answered or given up."""
        # Whoever joins last starts the visit, so the first workload joins last:
        # what is beside it is under way when it begins.
        LoadUser.waiting = [part.course for part in parts for _ in range(part.clients)]
        self.spawn(len(LoadUser.waiting))
        for part in parts:
            while not part.course.finished.wait(SHARE_S):
                self._share(parts)
        self._share(parts)
        self._runner.stop()

    def _part(
        self, visit: LoadRequest, workload: Workload, name: str, first: int = 0
    ) -> LoadPart:
        course = self._engine.course(visit, workload, first)
        method = workload.requests(visit.seed)[0].method
        return LoadPart(visit, course, name, method)

    def _share(self, parts: list[LoadPart]) -> None:
        for part in parts:
            batch = part.course.recorder.batch()
            share(self._runner.stats, part.name, part.method, batch)

    def _tally(self, part: LoadPart) -> WindowStats:
        samples = part.course.recorder.samples()
        if part.visit.samples is not None:
            write_samples(part.visit.samples, samples)
        counted = self._runner.stats.get(part.name, part.method).num_requests
        return part.course.recorder.tally(samples, counted)


def _settle_memory(environment: Environment) -> None:
    """Collect now, and never again look at what is there: no collector in the window."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def end_on_error(
    context: object | None,
    kind: type[BaseException] | None,
    error: BaseException | str | None,
    trace: TracebackType | None,
) -> None:
    """A callback that failed leaves a visit that never ends: end instead, loudly."""
    if kind is not None and issubclass(kind, gevent.GreenletExit):
        return
    sys.stderr.write("".join(traceback.format_exception(kind, error, trace)))  # type: ignore[arg-type]
    sys.stderr.flush()
    os._exit(70)


def _receive(channel: socket.socket, orders: "Queue[Message]") -> None:
    """Queue what comes in; the end of the channel is the end of this process, even in a visit."""
    with channel.makefile("rb") as lines:
        for line in lines:
            orders.put(json.loads(line))
    os._exit(0)


def begin(description: str, **more: type) -> argparse.Namespace:
    """What a process that has a channel to its parent is started with; the parent ends it, not Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gevent.get_hub().handle_error = end_on_error  # type: ignore[method-assign, assignment]
    parser = argparse.ArgumentParser(description=description)
    for name, kind in {"channel": int, "cpus": str, **more}.items():
        parser.add_argument(f"--{name}", type=kind, required=True)
    return parser.parse_args()


def serve(
    channel: socket.socket, greeting: Message, answer: Callable[[Message], Message]
) -> None:
    """Greet, and answer the orders that come over the inherited channel until it ends."""
    orders: Queue[Message] = Queue()
    gevent.spawn(_receive, channel, orders)
    channel.sendall(messages.line(greeting))
    while (order := orders.get())["do"] != "quit":
        channel.sendall(messages.line(answer(order)))


def main() -> int:
    """Serve the orders that come over the inherited channel until it ends."""
    arguments = begin("The generator process.", workloads=str)
    open_many()
    channel = socket.socket(fileno=arguments.channel)
    try:
        pin(arguments.cpus)
    except EnvironmentFailure as error:
        channel.sendall(messages.line(messages.refusal_message(error)))
        return error.exit_status
    process = LoadProcess(import_module(arguments.workloads).workload)
    greeting = {"ready": True, "locust": locust.__version__}
    serve(channel, greeting, process.answer)
    process.quit()
    return 0


def repeated(request: Request) -> Workload:
    """Send it again and again; the answer's body is read to its end but not looked at."""

    def check(asked: Request, reply: Reply) -> str | None:
        return None if 200 <= reply.status < 300 else f"status {reply.status}"

    return Workload(
        name=request.path,
        title=request.path,
        why="What an address of this machine answers, under load.",
        requests=lambda seed: (request,),
        check=check,
    )


def pin(cpus: str) -> None:
    """Put every thread of this process on these processors ("0,3"; "": anywhere); EnvironmentFailure if that cannot be."""
    try:
        if cpus:
            # Imports have started threads, and each is pinned on its own.
            for thread in Path("/proc/self/task").iterdir():
                wanted = {int(cpu) for cpu in cpus.split(",")}
                os.sched_setaffinity(int(thread.name), wanted)
    except OSError as error:
        raise EnvironmentFailure(
            f"the generator cannot be pinned to processors {cpus}: {error}",
            hint="name processors that this machine has and allows",
        ) from error


def open_many() -> None:
    """Have as many connections as the machine allows: the lower limit is for programs that use select."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _refuse_beyond_files(clients: int, kept: int) -> None:
    """EnvironmentFailure where so many connections, beside those kept to other servers, cannot be opened."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = clients + kept + SPARE_FILES
    if limit != resource.RLIM_INFINITY and needed > limit:
        raise EnvironmentFailure(
            f"{clients} connections, beside {kept} to other servers, need some "
            f"{needed} open files, and the generator may have {limit}",
            hint="raise the limit (ulimit -n), or ask for fewer clients",
        )


if __name__ == "__main__":
    sys.exit(main())
