"""
The run's side of the test with workers in namespaces of their own.

`python -m tests.load.apart HOST PORT` serves a known server at HOST, awaits
two workers there, and prints what two visits saw, beside the server's own
count, as one JSON object.
"""

import json
import sys
from dataclasses import asdict
from typing import Any

from bench.cli.record import joining_facts
from bench.load.arrivals import due_times
from bench.load.distributed_generator import DistributedGenerator
from bench.load.generator import LoadRequest
from bench.load.joining import Credentials, token_of_run
from bench.load.messages import LoadCommand
from bench.load.worker_pool import WorkerPool
from bench.model.exchange import Request
from bench.model.load import Arrivals, Load
from tests.load.known import Known


CLOSED = Load(6, 0.2, 1.0)
OPEN = Load(32, 0.2, 1.0, 80.0, Arrivals.POISSON)


def main() -> None:
    """Visit twice, closed and open."""
    host, port = sys.argv[1], int(sys.argv[2])
    server = Known(host=host)
    credentials = Credentials(token_of_run(), joining_facts())
    visits: list[dict[str, Any]] = []
    try:
        with DistributedGenerator(
            (), WorkerPool(0, 2, host, port), credentials
        ) as made:
            for load in (CLOSED, OPEN):
                before = server.count()["requests"]
                visit = LoadRequest(host, server.port, "right", 1, load, None)
                tally = made.carry_out(LoadCommand(visit, Request("GET", "/right?n=1")))
                counted = server.count()["requests"] - before
                due = None if load.rate_rps is None else len(due_times(load, 1))
                visits.append({"tally": asdict(tally), "seen": counted, "due": due})
    finally:
        server.end()
    json.dump(visits, sys.stdout)


if __name__ == "__main__":
    main()
