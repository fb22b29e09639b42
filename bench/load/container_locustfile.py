"""
The lean client under Locust's own master and workers: `docker compose --profile load up`.

For people who want Locust's console, and load from several machines; a
measurement goes through the generator, which keeps every sample. BENCH_WORKLOAD
names what is asked for, and Locust's --host whom.
"""

import os
import socket
from typing import Any
from urllib.parse import urlsplit

import gevent

from bench.load import locust_process
from bench.load.course import Course
from bench.load.engine import Engine
from bench.load.generator import Visit
from bench.model.load import Load
from bench.workloads import workload


SHARE_S = 1.0
_FOREVER_S = 24 * 3600.0  # Locust says when it is over


# Named through its module: Locust would take an imported class for another user.
class Visitor(locust_process.Slot):
    """One connection that asks again as soon as it is answered."""

    def on_start(self) -> None:
        """Send until Locust stops this user; its statistics are fed once a second."""
        name = os.environ.get("BENCH_WORKLOAD", "hello")
        self._course, self._engine, self._address = _course(self.host or "", name)
        self._course.join()
        while True:
            gevent.sleep(SHARE_S)
            self.feed(name)

    def on_stop(self) -> None:
        """Count the rest, and close the connection."""
        if hasattr(self, "_course"):
            self._course.finish()
            self.feed(os.environ.get("BENCH_WORKLOAD", "hello"))
            self._engine.forget(*self._address)

    def feed(self, name: str) -> None:
        """Give Locust what came in since last time."""
        runner: Any = self.environment.runner
        method = workload(name).requests(0)[0].method
        batch = self._course.ledger.batch()
        locust_process.share(runner.stats, name, method, batch)


def _course(base: str, name: str) -> tuple[Course, Engine, tuple[str, int]]:
    """A closed loop of one connection to that address."""
    parts = urlsplit(base)
    host = socket.gethostbyname(parts.hostname or "127.0.0.1")
    address = host, parts.port or 80
    engine = Engine(gevent.get_hub().loop)
    load = Load(clients=1, warm_s=0.0, measure_s=_FOREVER_S)
    seed = gevent.get_hub().loop.now()
    visit = Visit(*address, name, int(seed), load, None)
    return engine.course(visit, workload(name)), engine, address
