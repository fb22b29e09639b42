"""
Our generator, wrk and Locust's FastHttpUser in turns at the same nginx.

`python -m tests.load.compare_generators [--rounds N] [--seconds S] [--clients C]
[--json]`: nginx on the first processor answers a fixed JSON, each generator
runs on the second, one window each per round in changing order. Ratios are
formed within a round; the median over rounds is printed. Needs nginx and wrk.
"""

import argparse
import contextlib
import json
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from bench.load.generator import LoadRequest
from bench.load.locust_generator import LocustGenerator
from bench.load.messages import LoadCommand
from bench.model.exchange import Request
from bench.model.load import Load
from tests.load.known import ROOT


NEEDED = ("nginx", "wrk")
NGINX = """
worker_processes 1; worker_cpu_affinity {mask:b}; daemon off;
error_log {folder}/error.log; pid {folder}/pid;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 75s;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2;
  fastcgi_temp_path {folder}/3; uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  server {{
    listen 127.0.0.1:{port};
    location / {{ default_type application/json; return 200 '{{"message":"Hello, World!"}}'; }}
  }}
}}
"""

type Window = Callable[[], float]
"""Runs one window and returns its requests per second."""


def missing() -> list[str]:
    """What this machine lacks for the comparison."""
    lacking = [name for name in NEEDED if shutil.which(name) is None]
    return lacking + (["two processors"] if len(os.sched_getaffinity(0)) < 2 else [])


def processors() -> tuple[int, int]:
    """One for the server, one for the generators."""
    first, second, *_ = sorted(os.sched_getaffinity(0))
    return first, second


@contextlib.contextmanager
def nginx(cpu: int) -> Iterator[int]:
    """An nginx with a configuration of ours, pinned; its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        config = Path(folder) / "nginx.conf"
        config.write_text(NGINX.format(folder=folder, port=port, mask=1 << cpu))
        command = ["nginx", "-p", folder, "-c", str(config)]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            try:
                _wait_for(port)
                yield port
            finally:
                process.terminate()


def _wait_for(port: int) -> None:
    until = time.monotonic() + 10
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def ours(generator: LocustGenerator, port: int, clients: int, seconds: float) -> Window:
    """Our generator, recording every sample and checking every status."""
    load = Load(clients, 0.2, seconds)

    def window() -> float:
        order = LoadCommand(
            LoadRequest("127.0.0.1", port, "/hello", 1, load, None),
            Request("GET", "/hello"),
        )
        tally = generator.carry_out(order)
        assert not tally.errors, tally.first_error
        return tally.requests / tally.measure_s

    return window


def wrk(port: int, clients: int, seconds: float, cpu: int) -> Window:
    """One thread of wrk, which takes whole seconds only."""
    whole = max(1, round(seconds))
    command = ["taskset", "-c", str(cpu), "wrk", "-t1", f"-c{clients}", f"-d{whole}s"]
    command.append(f"http://127.0.0.1:{port}/hello")

    def window() -> float:
        said = subprocess.run(
            command, capture_output=True, text=True, check=True
        ).stdout
        rate = re.search(r"Requests/sec:\s+([0-9.]+)", said)
        assert rate is not None, said
        return float(rate[1])

    return window


@contextlib.contextmanager
def fast_http_user(
    port: int, clients: int, seconds: float, cpu: int
) -> Iterator[Window]:
    """Locust's FastHttpUser in a process of its own."""
    command = [sys.executable, "-m", "tests.load.fast_http_user"]
    command += [str(port), str(clients), str(cpu)]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        asked, replies = process.stdin, process.stdout

        def window() -> float:
            asked.write(f"{seconds}\n")
            asked.flush()
            return float(json.loads(replies.readline())["rate_rps"])

        yield window


def compare(rounds: int, seconds: float, clients: int) -> Mapping[str, Sequence[float]]:
    """Requests per second by generator, one figure per round."""
    server_cpu, load_cpu = processors()
    order = random.Random(1)
    with (
        nginx(server_cpu) as port,
        LocustGenerator([load_cpu]) as generator,
        fast_http_user(port, clients, seconds, load_cpu) as slow,
    ):
        windows = {
            "ours": ours(generator, port, clients, seconds),
            "wrk": wrk(port, clients, seconds, load_cpu),
            "FastHttpUser": slow,
        }
        for window in windows.values():  # connections, caches
            window()
        rates: dict[str, list[float]] = {name: [] for name in windows}
        for _ in range(rounds):
            for name in order.sample(list(windows), len(windows)):
                rates[name].append(windows[name]())
    return rates


def ratios(rates: Mapping[str, Sequence[float]], other: str) -> list[float]:
    """Ours over the other's, by round."""
    return [
        mine / theirs for mine, theirs in zip(rates["ours"], rates[other], strict=True)
    ]


def main() -> None:
    """Compare, and print a table or JSON."""
    parser = argparse.ArgumentParser(description="Compare load generators.")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if missing():
        parser.exit(3, f"this machine has no {', no '.join(missing())}\n")
    rates = compare(options.rounds, options.seconds, options.clients)
    ratios_by_name = {name: ratios(rates, name) for name in rates}
    if options.json:
        sys.stdout.write(
            json.dumps({"rates_rps": rates, "ours_over": ratios_by_name}) + "\n"
        )
        return
    sys.stdout.write("generator        requests/s   ours is   (least … most)\n")
    for name, rounds in rates.items():
        median, share = (
            statistics.median(rounds),
            statistics.median(ratios_by_name[name]),
        )
        spread = f"({min(ratios_by_name[name]):.2f} … {max(ratios_by_name[name]):.2f})"
        sys.stdout.write(f"{name:<15} {median:>11,.0f} {share:>8.2f}x   {spread}\n")


if __name__ == "__main__":
    main()
