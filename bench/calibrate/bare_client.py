"""
The least that a client can cost: one blocking socket, one request at a time.

`python -m bench.calibrate.bare_client --port P --rate R --seconds S [--cpus 1]`
prints the exchanges' median and 99th percentile in microseconds as JSON. What
our generator sees beyond it at the same rate is what our generator adds.
"""

import argparse
import json
import os
import socket
import sys
import time

import numpy as np


REQUEST = b"GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def exchanges_ns(port: int, rate_rps: float, seconds: float) -> list[int]:
    """How long each exchange took, sent at even times or at once where it is late."""
    durations_ns = []
    alarm = os.timerfd_create(time.CLOCK_MONOTONIC)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        due_ns = time.monotonic_ns()
        for _ in range(int(rate_rps * seconds)):
            due_ns += int(1e9 / rate_rps)
            if due_ns > time.monotonic_ns():
                os.timerfd_settime_ns(alarm, flags=os.TFD_TIMER_ABSTIME, initial=due_ns)
                os.read(alarm, 8)
            before_ns = time.monotonic_ns()
            connection.send(REQUEST)
            if not connection.recv(65536):
                break
            durations_ns.append(time.monotonic_ns() - before_ns)
    os.close(alarm)
    return durations_ns


def main() -> None:
    """Exchange, and print two quantiles."""
    parser = argparse.ArgumentParser(description="One blocking socket.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--cpus", default="")
    asked = parser.parse_args()
    if asked.cpus:
        os.sched_setaffinity(0, {int(cpu) for cpu in asked.cpus.split(",")})
    took = np.array(exchanges_ns(asked.port, asked.rate, asked.seconds)) / 1000
    p50, p99 = (float(value) for value in np.quantile(took, (0.5, 0.99)))
    sys.stdout.write(json.dumps({"p50_us": p50, "p99_us": p99}) + "\n")


if __name__ == "__main__":
    main()
