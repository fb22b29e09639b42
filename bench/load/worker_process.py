"""
A load worker: carries out its share of what a master orders, by its own clock.

Started by `WorkerChild` as `python -m bench.load.worker_process`, on this
machine or on another. It is one of Locust's own workers: its runner speaks
Locust's protocol, spawns Locust's users and reports Locust's statistics.
Orders and samples are custom messages of the same connection.
"""

# ruff: noqa: I001
from bench.load import locust_process  # first: it lets Locust patch the process

import os
import secrets
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from importlib import import_module
import json
from time import monotonic_ns
from typing import Any

import gevent
from gevent.event import Event
from gevent.queue import Queue

from bench.configure.addresses import is_near
from bench.errors import BenchError, EnvironmentFailure, UsageError
from bench.load import messages
from bench.load.joining import Credentials, own_credentials
from bench.load.locust_process import LoadPart
from bench.load.merge import samples_message
from bench.load.messages import ANSWER, ASK, JOIN, JOINED, Message
from bench.model.workload import Workload


JOIN_S = 10.0  # for the master's word, once it is connected
SILENCE_S = 60.0  # without a sign of life of the master
FLUSH_S = 0.2  # for the last message to leave


class Worker(locust_process.LoadProcess):
    """
    One worker of the master at `host` and `port`.

    `anywhere`: it may send load to addresses that are neither loopback nor
    private, too.
    """

    def __init__(
        self,
        workload: Callable[[str], Workload],
        host: str,
        port: int,
        credentials: Credentials,
        anywhere: bool,
    ) -> None:
        self._master = (host, port)
        self._credentials = credentials
        self._anywhere = anywhere
        self._heard_ns = monotonic_ns()
        self._asked: Queue[Message] = Queue()
        self._admitted = Event()
        self._verdict: Message = {}
        self._prepared: list[LoadPart] = []
        self._prepared_ns = monotonic_ns()
        super().__init__(workload)

    def new_runner(self) -> Any:
        """Locust's worker, connected to the master; EnvironmentFailure if nobody answers there."""
        try:
            runner: Any = self._environment.create_worker_runner(*self._master)
        except ConnectionError as error:
            host, port = self._master
            raise EnvironmentFailure(
                f"no master of load workers answers at {host} port {port}",
                hint="start the run first; does a firewall let this port through?",
            ) from error
        runner.register_message(ASK, self._on_ask)
        runner.register_message(JOINED, self._on_joined)
        events: Any = self._environment.events
        events.heartbeat_received.add_listener(self._on_heartbeat)
        return runner

    def join(self, name: str) -> None:
        """Show the master who this is; EnvironmentFailure if it says no, or cannot show the same."""
        nonce, facts = secrets.token_hex(16), json.dumps(dict(self._credentials.facts))
        proof = self._credentials.proof("worker", nonce, name, facts)
        shown = {"name": name, "nonce": nonce, "facts": facts, "proof": proof}
        self._send(JOIN, shown)
        self._admitted.wait(JOIN_S)
        if "refused" in self._verdict:
            raise messages.refusal_of(self._verdict)
        given = str(self._verdict.get("proof", ""))
        if not self._credentials.proves(given, "master", nonce):
            host, port = self._master
            raise EnvironmentFailure(
                f"what answers at {host} port {port} does not know the token of this run",
                hint="is it the master of this run? the token is the same on both machines",
            )
        gevent.spawn(self._watch)

    def serve(self) -> None:
        """Do what is asked until the master says that it is over; EnvironmentFailure if it fell silent."""
        while (message := self._asked.get())["do"] != "quit":
            answer = self.answer(message)
            self._send(ANSWER, {**answer, "number": message["number"]})
        if "silent" in message:
            raise EnvironmentFailure(
                message["silent"],
                hint="is that machine up, and the way to it? join again when the run goes on",
            )

    def leave(self) -> None:
        """Say good-bye, as Locust's workers do: nobody need wait for a heartbeat that does not come."""
        self._send("quit", {})

    def answer(self, message: Message) -> Message:
        """Do what the message asks; a refusal is an answer, too."""
        try:
            if message["do"] == "ping":
                return {}
            if message["do"] == "prepare":
                return self._prepare(message)
            if message["do"] == "go":
                return self._go(message)
        except BenchError as error:
            return messages.refusal_message(error)
        return super().answer(message)

    def spawn(self, users: int) -> None:
        """
        Let Locust start so many users.

        Not by the master's message for it: Locust drops one whose time, by the
        clock on the wall, is not later than that of the one before, and a
        clock may be set back.
        """
        events: Any = self._environment.events
        events.test_start.fire(environment=self._environment)
        self._locust.start_worker({locust_process.LoadUser.__name__: users})

    @property
    def _locust(self) -> Any:
        return self._runner

    def _prepare(self, message: Message) -> Message:
        """Render everything; nothing is sent to the target yet."""
        order = messages.order_of(message)
        host = order.visit.host
        if not self._anywhere and not is_near(host):
            raise UsageError(
                f"this worker was asked to load {host}, which is neither its loopback nor an address of a private network",
                "load is an attack on whoever did not ask for it; if that server and the way to it are yours, say so there: bench worker --i-own-this",
            )
        label = message["label"]
        self._prepared = [
            replace(part, name=f"{part.name} {label}") for part in self.parts(order)
        ]
        self._prepared_ns = monotonic_ns()
        return {"prepared": True}

    def _go(self, message: Message) -> Message:
        """
        Carry out what was prepared; it starts so long after this message came, by this machine's clock.

        Unless it was too long on its way: then the others have sent alone, and
        this one sends nothing. Its way is the time since the answer that all is
        prepared, less that for which the master held the word.
        """
        now_ns = monotonic_ns()
        parts, self._prepared = self._prepared, []
        way_s = (now_ns - self._prepared_ns) / 1e9 - message["held_s"]
        late_after_s = message["late_after_s"]
        if late_after_s is not None and way_s > late_after_s:
            sys.stderr.write(
                f"the word to go was {way_s:.1f} s under way, {late_after_s:.1f} s at most: nothing is sent\n"
            )
            return {"late": True}
        start_ns = now_ns + int(message["after_s"] * 1e9)
        for part in parts:
            part.course.start_at_ns = start_ns
        self._runner.stats.clear_all()
        self.play(parts)
        self._locust.worker_state = "ready"
        self._report()
        return {"parts": [_result(part) for part in parts]}

    def _report(self) -> None:
        """Locust's statistics to the master: now, not when Locust would, so that they are there before the samples."""
        events: Any = self._environment.events
        report: dict[str, Any] = {}
        events.report_to_master.fire(client_id=self._locust.client_id, data=report)
        self._send("stats", report)

    def _send(self, kind: str, content: Message) -> None:
        self._locust.send_message(kind, dict(content))

    def _on_ask(self, environment: object, msg: Any) -> None:
        self._asked.put(msg.data)

    def _on_joined(self, environment: object, msg: Any) -> None:
        self._verdict = msg.data
        self._heard_ns = monotonic_ns()
        self._admitted.set()

    def _on_heartbeat(self, **_: object) -> None:
        self._heard_ns = monotonic_ns()
        # Locust would give the master up by the clock on the wall.
        self._locust.last_heartbeat_timestamp = None

    def _watch(self) -> None:
        while monotonic_ns() - self._heard_ns < SILENCE_S * 1e9:
            gevent.sleep(1)
        silent = f"nothing was heard of the master for {SILENCE_S:g} s"
        self._asked.put({"do": "quit", "silent": silent})


def _result(part: LoadPart) -> Message:
    """What the part left, with every sample. Locust's count is the master's to tell."""
    recorder = part.course.recorder
    samples = recorder.samples()
    return {
        "name": part.name,
        "tally": asdict(recorder.tally(samples, 0)),
        "samples": samples_message(samples),
    }


def _end_with(channel: socket.socket, joined: Sequence[Worker]) -> None:
    """The end of the channel is the end of this process, even in a visit."""
    while channel.recv(1):
        pass
    for worker in joined:
        worker.leave()
        gevent.sleep(FLUSH_S)
    os._exit(0)


def main() -> int:
    """Join, say so over the inherited channel, and serve until it is over."""
    named = {"workloads": str, "name": str, "master": str, "port": int}
    arguments = locust_process.begin("A load worker.", **named, anywhere=bool)
    locust_process.open_many()
    channel = socket.socket(fileno=arguments.channel)
    joined: list[Worker] = []
    gevent.spawn(_end_with, channel, joined)
    try:
        locust_process.pin(arguments.cpus)
        worker = Worker(
            import_module(arguments.workloads).workload,
            arguments.master,
            arguments.port,
            own_credentials(),
            arguments.anywhere,
        )
        worker.join(arguments.name)
        joined.append(worker)
        channel.sendall(messages.line({"joined": arguments.name}))
        worker.serve()
    except BenchError as error:
        channel.sendall(messages.line(messages.refusal_message(error)))
        return error.exit_status
    channel.sendall(messages.line({"ended": True}))
    return 0


if __name__ == "__main__":
    status = main()
    gevent.sleep(FLUSH_S)
    sys.stderr.flush()
    # Not by the interpreter's own end, which waits for a master that is gone
    # to take what was sent to it.
    os._exit(status)
