"""
The lean client under Locust's own master and workers: `docker compose --profile load up`.

For people who want Locust's console, and load from several machines; a
measurement goes through the generator, which keeps every sample. BENCH_WORKLOAD
names what is asked for, and Locust's --host whom.
"""

import itertools
import os
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import gevent

from bench.errors import UsageError
from bench.load import locust_process
from bench.load.answers import Answers, Variant, variants
from bench.load.connection import Connection
from bench.load.loops import ClosedLoop
from bench.load.parser import Heads
from bench.model.load import Load
from bench.model.workload import Workload
from bench.workloads import workload


VARIABLE = "BENCH_WORKLOAD"
SHARE_S = 1.0
BODY_BYTES = 4 * 1024 * 1024
"""The most that one answer may hold; there may be hundreds of users."""
_FOREVER = Load(clients=1, warm_s=0.0, measure_s=24 * 3600.0)  # Locust ends it


def chosen() -> Workload:
    """The workload that was asked for; this process, the master's too, ends at once where there is none."""
    try:
        return workload(os.environ.get(VARIABLE) or "hello")
    except UsageError as error:
        sys.exit(f"{VARIABLE}: {error.message}: {error.hint}")


WORKLOAD = chosen()
# Made once, before Locust starts its clock: large bodies take seconds.
REQUESTS = WORKLOAD.requests(int(time.time()))
_users = itertools.count()
_examples: dict[str, str] = {}  # what was seen first, by kind of failure


@dataclass(frozen=True, slots=True)
class Aim:
    """One server, with what every user sends it and what is known of its answers."""

    host: str
    port: int
    sendable: Sequence[Variant]
    answers: Answers


@cache
def aim(base: str) -> Aim:
    """The server at that address; what is sent there is rendered once."""
    parts = urlsplit(base)
    host = socket.gethostbyname(parts.hostname or "127.0.0.1")
    port = parts.port or 80
    ready = replace(WORKLOAD, requests=lambda seed: REQUESTS)
    made = variants(ready, 0, host, port)
    return Aim(host, port, made, Answers(WORKLOAD.check))


# Named through its module: Locust would take an imported class for another user.
class ContainerUser(locust_process.LoadUser):
    """One connection that asks again as soon as it is answered."""

    def on_start(self) -> None:
        """Send until Locust stops this user; its statistics are fed once a second."""
        at, loop = aim(self.host or ""), gevent.get_hub().loop
        self._connection = Connection(loop, at.host, at.port, Heads())
        self._connection.hold_at_most(BODY_BYTES)
        # In step, all users would want the same rows at once.
        first = next(_users) % len(at.sendable)
        sendable = [*at.sendable[first:], *at.sendable[:first]]
        self._reported: dict[str, int] = {}
        self._course = ClosedLoop(
            loop, _FOREVER, [self._connection], sendable, at.answers
        )
        self._course.join()
        while True:
            gevent.sleep(SHARE_S)
            self.feed()

    def on_stop(self) -> None:
        """Count the rest, and close the connection."""
        if hasattr(self, "_course"):
            self._course.finish()
            self.feed()
            self._connection.close()

    def feed(self) -> None:
        """Give Locust what came in since last time, with the reasons of what failed."""
        runner: Any = self.environment.runner
        recorder, method = self._course.recorder, REQUESTS[0].method
        locust_process.share(runner.stats, WORKLOAD.name, method, recorder.batch())
        for kind, count in recorder.faults.items():
            news = count - self._reported.get(kind, 0)
            self._reported[kind] = count
            if news:
                # Its example is the process's first; else each row had a line.
                example = _examples.setdefault(
                    kind, f"{kind}: {recorder.examples[kind]}"
                )
                locust_process.report(
                    runner.stats, WORKLOAD.name, method, example, news
                )
