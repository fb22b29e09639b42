"""
The master of load workers: divides each visit among them and puts their results together.

Started by `DistributedGenerator` as `python -m bench.load.master_process`; it
has the channel and the orders of the generator process, and sends nothing to
a target itself. It is Locust's own master: workers join, show that they live
and report statistics in Locust's protocol.
"""

# ruff: noqa: I001
from bench.load import locust_process  # first: it lets Locust patch the process

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
import os
import socket
import sys
from time import monotonic_ns
from typing import Any

import gevent
from gevent.event import Event

from bench.errors import BenchError, EnvironmentFailure
from bench.load import messages
from bench.load.generator import WorkerShare
from bench.load.joining import Credentials, own_credentials
from bench.load.loops import DRAIN_S, LIMITED_S
from bench.load.merge import merged
from bench.load.messages import ANSWER, ASK, JOIN, JOINED, LoadCommand, Message
from bench.load.worker_pool import LEAD_S, WorkerAssignment


LOOK_S = 0.25  # how often it is looked who is still there
PINGS = 3
PING_S = 5.0
PREPARE_S = 30.0
SLACK_S = 15.0  # on top of what a visit takes, before a worker is given up
TRIES = 3  # to find workers that all stay until a visit begins


class _Missed(Exception):
    """Workers of this machine that do not answer; whoever started them has others to start."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(*names)
        self.names = list(names)


class Master:
    """Carries out orders, one after another, through its workers."""

    def __init__(self, host: str, port: int, credentials: Credentials) -> None:
        self._credentials = credentials
        self._environment = locust_process.new_environment()
        self._runner: Any = locust_process.new_master(self._environment, host, port)
        self._workers: dict[str, str] = {}  # Locust's id -> name
        self._number = 0  # of the last question
        self._visits = 0
        self._answers: dict[str, Message] = {}  # to it, by Locust's id
        self._answered_ns: dict[str, int] = {}
        self._news = Event()
        # Requests that Locust's statistics report, by worker and name.
        self._counted: Counter[tuple[str, str]] = Counter()
        self._runner.register_message(JOIN, self._on_join)
        self._runner.register_message(ANSWER, self._on_answer)
        events: Any = self._environment.events
        events.worker_report.add_listener(self._on_report)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._runner.server.port)

    def answer(self, message: Message) -> Message:
        """Do what the message asks; a refusal is an answer, too."""
        try:
            return self._do(message)
        except BenchError as error:
            return messages.refusal_message(error)
        except _Missed as missed:
            return {"missed": missed.names}

    def quit(self) -> None:
        """Tell the workers that it is over, and let Locust end its greenlets."""
        for node in self._workers:
            self._runner.send_message(ASK, {"do": "quit"}, node)
        self._runner.quit()

    def _do(self, message: Message) -> Message:
        match message["do"]:
            case "await":
                return self._await(message["workers"], message["patience_s"])
            case "drop":
                gone = {
                    n for n in self._workers if self._workers[n] in message["names"]
                }
                for node in gone:
                    del self._workers[node]
                return {"dropped": len(gone)}
            case "forget":
                self._ask_all(dict.fromkeys(self._alive(), message), PING_S)
                return {"forgotten": True}
        return self._visit(messages.order_of(message), message["here"])

    def _await(self, workers: int, patience_s: float) -> Message:
        until_ns = monotonic_ns() + int(patience_s * 1e9)
        while len(self._alive()) < workers:
            if monotonic_ns() > until_ns:
                raise EnvironmentFailure(
                    f"{len(self._alive())} of {workers} load workers have joined within {patience_s:g} s",
                    hint="start the others there: bench worker --master HOST --port PORT",
                )
            gevent.sleep(LOOK_S)
        return {"workers": [self._workers[node] for node in self._alive()]}

    def _alive(self) -> list[str]:
        """Who has joined and shows signs of life, in the order of the names."""
        there = [node for node in self._workers if not self._gone(node)]
        return sorted(there, key=self._workers.__getitem__)

    def _gone(self, node: str) -> bool:
        client = self._runner.clients.get(node)
        missing = client is None or client.state == "missing"
        return missing or node not in self._workers

    def _visit(self, order: LoadCommand, here: Sequence[str]) -> Message:
        """The tally; _Missed, before anything is sent, if one of the workers that must be here is not."""
        self._visits += 1
        self._counted.clear()
        self._runner.stats.clear_all()
        visit = order.visit
        limited = visit.requests_limit is not None
        visit_s = LIMITED_S if limited else visit.load.duration_s
        for _ in range(TRIES):
            assignment = self._gather(order, here)
            patience_s = LEAD_S + assignment.longest_s + visit_s + DRAIN_S + SLACK_S
            answers = self._ask_all(self._word(assignment, order), patience_s)
            late = [node for node, answer in answers.items() if "late" in answer]
            results = {n: answer for n, answer in answers.items() if n not in late}
            # Where all were late, nothing was sent.
            if len(late) < len(assignment.names):
                break
        if not results:
            fate = "late" if len(late) == len(assignment.names) else "lost"
            raise EnvironmentFailure(
                f"every load worker was {fate} in one window: {', '.join(assignment.names.values())}",
                hint="find what ended or delayed them: generator.log",
            )
        for result in results.values():
            if "refused" in result:
                raise messages.refusal_of(result)
        return messages.tally_message(merged(visit, assignment, results, self._counted))

    def _word(
        self, assignment: WorkerAssignment, order: LoadCommand
    ) -> dict[str, Message]:
        """To go, for each worker that has just said that it is prepared."""
        now_ns = monotonic_ns()
        # Of a fixed number of requests nothing is timed.
        timed = order.visit.requests_limit is None
        warm_s = order.visit.load.warm_s
        return {
            node: {
                "do": "go",
                "after_s": assignment.after_s(node),
                "held_s": (now_ns - self._answered_ns[node]) / 1e9,
                "late_after_s": assignment.late_after_s(node, warm_s)
                if timed
                else None,
            }
            for node in assignment.names
        }

    def _gather(self, order: LoadCommand, here: Sequence[str]) -> WorkerAssignment:
        """Workers that are ready for their share; EnvironmentFailure if there are none, _Missed if one of `here` is not there."""
        for _ in range(TRIES):
            trips = self._round_trips()
            there = {self._workers[node] for node in trips}
            if missed := [name for name in here if name not in there]:
                raise _Missed(missed)
            nodes = list(trips)[: order.visit.most_workers]
            if nodes and self._prepare(order, nodes):
                names = {node: self._workers[node] for node in nodes}
                return WorkerAssignment(names, {node: trips[node] for node in nodes})
        raise EnvironmentFailure(
            "no load worker is ready for a window",
            hint="find what ended them: generator.log",
        )

    def _round_trips(self) -> dict[str, float]:
        """The shortest way to each worker and back that was seen, in seconds; who does not answer is left out."""
        trips: dict[str, float] = {}
        nodes = self._alive()
        for _ in range(PINGS):
            sent_ns = monotonic_ns()
            answers = self._ask_all({node: {"do": "ping"} for node in nodes}, PING_S)
            nodes = [node for node in nodes if node in answers]
            for node in nodes:
                trip_s = (self._answered_ns[node] - sent_ns) / 1e9
                trips[node] = min(trip_s, trips.get(node, trip_s))
        return {node: trips[node] for node in nodes}

    def _prepare(self, order: LoadCommand, nodes: Sequence[str]) -> bool:
        """Give each its share; whether all of them have it."""
        asks: dict[str, Message] = {}
        for index, node in enumerate(nodes):
            share = WorkerShare(index, len(nodes))
            visit = replace(order.visit, share=share, samples=None)
            ordered = messages.order_message(replace(order, visit=visit))
            asks[node] = {**ordered, "do": "prepare", "label": f"#{self._visits}"}
        answers = self._ask_all(asks, PREPARE_S)
        for answer in answers.values():
            if "refused" in answer:
                raise messages.refusal_of(answer)
        return len(answers) == len(nodes)

    def _ask_all(
        self, asks: Mapping[str, Message], patience_s: float
    ) -> dict[str, Message]:
        """Each worker's answer; who was lost, or took too long, is missing."""
        self._number += 1
        self._answers = {}
        for node, ask in asks.items():
            self._runner.send_message(ASK, {**ask, "number": self._number}, node)
        until_ns = monotonic_ns() + int(patience_s * 1e9)
        while monotonic_ns() < until_ns:
            owing = asks.keys() - self._answers.keys()
            if all(self._gone(node) for node in owing):
                break
            self._news.wait(LOOK_S)
            self._news.clear()
        return {node: self._answers[node] for node in asks if node in self._answers}

    def _on_join(self, environment: object, msg: Any) -> None:
        """Admit a worker that knows the token and is of the same harness."""
        answer = self._credentials.answer_to(msg.data)
        if "refused" not in answer:
            self._workers[msg.node_id] = msg.data["name"]
        self._runner.send_message(JOINED, answer, msg.node_id)

    def _on_answer(self, environment: object, msg: Any) -> None:
        # An answer to an earlier question is of a worker that was given up.
        if msg.data["number"] == self._number:
            self._answered_ns[msg.node_id] = monotonic_ns()
            self._answers[msg.node_id] = msg.data
            self._news.set()

    def _on_report(self, client_id: str, data: Mapping[str, Any]) -> None:
        for entry in data["stats"]:
            self._counted[client_id, entry["name"]] += entry["num_requests"]


def main() -> int:
    """Serve the orders that come over the inherited channel until it ends."""
    named = {"host": str, "port": int}
    arguments = locust_process.begin("The master of load workers.", **named)
    channel = socket.socket(fileno=arguments.channel)
    try:
        locust_process.pin(arguments.cpus)
        master = Master(arguments.host, arguments.port, own_credentials())
    except BenchError as error:
        channel.sendall(messages.line(messages.refusal_message(error)))
        return error.exit_status
    greeting = {"ready": True, "locust": version("locust"), "port": master.port}
    locust_process.serve(channel, greeting, master.answer)
    master.quit()
    return 0


if __name__ == "__main__":
    status = main()
    sys.stderr.flush()
    # Not by the interpreter's own end, which waits for workers that are gone
    # to take what was sent to them.
    os._exit(status)
