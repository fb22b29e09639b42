"""
Locust's own fastest client, for comparison with ours.

`python -m tests.load.fast_http_user PORT CLIENTS CPU` starts its users, then
reads a number of seconds per line and prints a JSON line with the requests
that Locust counted in that time. Between lines its users are stopped.
"""

# ruff: noqa: I001
from locust import FastHttpUser, task
from locust.env import Environment

import json
import os
import sys
import time

import gevent


class Asker(FastHttpUser):
    """Asks for the same page again and again."""

    @task
    def ask(self) -> None:
        """One request."""
        self.client.get("/hello")


def main() -> None:
    """Serve windows until standard input ends."""
    port, clients, cpu = (int(word) for word in sys.argv[1:4])
    for thread in os.listdir("/proc/self/task"):  # noqa: PTH208
        os.sched_setaffinity(int(thread), {cpu})
    Asker.host = f"http://127.0.0.1:{port}"
    environment = Environment(user_classes=[Asker])
    runner = environment.create_local_runner()
    for line in sys.stdin:
        runner.start(clients, spawn_rate=clients)
        gevent.sleep(0.5)
        requests, begin = runner.stats.total.num_requests, time.monotonic()
        gevent.sleep(float(line))
        requests = runner.stats.total.num_requests - requests
        seconds = time.monotonic() - begin
        runner.stop()
        sys.stdout.write(json.dumps({"rate_rps": requests / seconds}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
