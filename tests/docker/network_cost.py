"""
What the containers' bridge costs: the same image on the bridge and on the host's network.

    python -m tests.docker.network_cost [--rounds 8] [--windows 4] [targets …]

In each round a target is started twice, afresh: on the network of a run, and
on the host's. Generators in containers, one on each of the two networks,
visit them in turns, in random order, from the same processor. The ratio is of
server CPU time per request, bridge over host, paired by round; the times to
the first right answer and the sizes of the images stand beside it.
"""

import argparse
import random
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median

from bench.cli.run_options import chosen_targets
from bench.deploy.compose import ComposeEngine
from bench.deploy.compose_leftovers import LABEL
from bench.deploy.compose_services import INNER_DSN, SERVICE, ContainerServer
from bench.deploy.compose_usage import ControlGroup, control_group
from bench.deploy.processes import wait_until
from bench.load.container_generator import ContainerGenerator
from bench.load.generator import LoadRequest
from bench.model.estimate import Estimate
from bench.model.framework import Target
from bench.model.load import Load
from bench.model.run import Receipt
from bench.stats.interval import log_ratio
from tests.docker.standing import CORES, docker, inspect, new_engine, placement


HOST_PORT = 8765
LOAD = Load(clients=16, warm_s=0.2, measure_s=1.0)


@dataclass(frozen=True, slots=True)
class Place:
    """A server and the generator that reaches it."""

    host: str
    port: int
    account: ControlGroup
    generator: ContainerGenerator

    def cpu_us(self) -> float:
        """Server CPU per request of one visit, microseconds."""
        before = self.account.usage(memory=False).cpu_ns
        visit = LoadRequest(self.host, self.port, "hello", 1, LOAD, None)
        tally = self.generator.visit(visit)
        assert not tally.errors, tally.first_error
        spent_ns = self.account.usage(memory=False).cpu_ns - before
        return spent_ns / 1e3 / tally.requests_total


@dataclass(frozen=True, slots=True)
class Row:
    """What was found of one target."""

    target: str
    ratio: Estimate  # bridge over host
    bridge_us: float  # medians over rounds
    host_us: float
    first_answer_s: float
    image_mb: float


@contextmanager
def on_the_host(like: str, options: Sequence[str], *command: str) -> Iterator[str]:
    """A container of that one's image and labels, on the host's network; its id."""
    config = inspect(like)["Config"]
    assert isinstance(config, dict)
    names = (f"{LABEL}.home", f"{LABEL}.run")
    labels = [f"--label={name}={config['Labels'][name]}" for name in names]
    name = docker(
        *("run", "-d", "--network=host", "--init", "--read-only", "--tmpfs=/tmp"),
        *("--user=10001:10001", "--cap-drop=ALL", *labels, *options),
        *(str(config["Image"]), *command),
    )
    try:
        yield name
    finally:
        docker("rm", "--force", name)


@contextmanager
def same_on_the_host(
    server: ContainerServer, generator: ContainerGenerator
) -> Iterator[Place]:
    """The server once more, with the command and environment that the bridge's has."""
    config = inspect(server.container.name)["Config"]
    assert isinstance(config, dict)
    dsn = INNER_DSN.replace(f"@{SERVICE}:", f"@{_database(config['Labels'])}:")
    environment = [line for line in config["Env"] if "DATABASE_URL=" not in line]
    cpus = ",".join(map(str, CORES.server))
    options = [f"--env={line}" for line in (*environment, f"DATABASE_URL={dsn}")]
    options += [f"--cpuset-cpus={cpus}"]
    command = [_moved(word) for word in config["Cmd"]]
    with on_the_host(server.container.name, options, *command) as name:
        url = f"http://127.0.0.1:{HOST_PORT}/hello"
        ask = f"import urllib.request as u; u.urlopen('{url}', timeout=2)"
        asking = ["docker", "exec", name, "python", "-c", ask]
        up = wait_until(
            lambda: subprocess.run(asking, capture_output=True).returncode == 0, 30
        )
        assert up, docker("logs", name)
        identity, pid = docker("inspect", "-f", "{{.Id}} {{.State.Pid}}", name).split()
        account = control_group(identity, int(pid))
        yield Place("127.0.0.1", HOST_PORT, account, generator)


def _database(labels: dict[str, str]) -> str:
    """The address of the run's PostgreSQL."""
    project = "com.docker.compose.project"
    wanted = (f"{project}={labels[project]}", f"com.docker.compose.service={SERVICE}")
    name = docker("ps", "-q", *(f"--filter=label={label}" for label in wanted))
    template = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    return docker("inspect", "-f", template, name)


def _moved(word: str) -> str:
    """A word of the server's command, for the host's loopback."""
    word = word.replace("0.0.0.0", "127.0.0.1")
    return re.sub(r"\b8000$", str(HOST_PORT), word)


def cost(targets: Sequence[Target], rounds: int, windows: int) -> Iterator[Row]:
    """Measure alternately; a row for each target."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        engine = stack.enter_context(new_engine(folder / "cache", folder / "logs"))
        refused = engine.prepare(targets, _say)
        assert all(isinstance(r, Receipt) for r in refused.values()), refused
        inner = stack.enter_context(
            ContainerGenerator(engine.generator_command, engine.inside)
        )
        cpus = ",".join(map(str, CORES.load))
        options = [f"--cpuset-cpus={cpus}", "--tmpfs=/samples"]
        idle = on_the_host(engine.generator_command[3], options, "sleep", "infinity")
        command = ("docker", "exec", "-i", stack.enter_context(idle), "python", "-m")
        outer = stack.enter_context(
            ContainerGenerator(command, lambda host, port: (host, port))
        )
        for target in targets:
            seen: dict[str, list[float]] = defaultdict(list)
            for number in range(rounds):
                _one_round(engine, target, (inner, outer), (windows, number), seen)
            yield _row(target, seen)


def _one_round(
    engine: ComposeEngine,
    target: Target,
    generators: tuple[ContainerGenerator, ContainerGenerator],
    windows_and_seed: tuple[int, int],
    seen: dict[str, list[float]],
) -> None:
    windows, seed = windows_and_seed
    order = random.Random(seed)
    server = engine.start(target, placement(Path(tempfile.gettempdir())), 1)
    try:
        account = server.container.account()
        assert isinstance(account, ControlGroup)
        bridge = Place(server.host, server.port, account, generators[0])
        with same_on_the_host(server, generators[1]) as host:
            places = {"bridge": bridge, "host": host}
            for place in places.values():
                place.cpu_us()  # the first visit warms up
            found: dict[str, list[float]] = defaultdict(list)
            for _ in range(windows):
                for name in order.sample(sorted(places), 2):
                    found[name].append(places[name].cpu_us())
        for name, values in found.items():
            seen[name].append(median(values))
        seen["first answer"].append(server.first_answer_s)
        image = str(inspect(server.container.name)["Image"])
        size = docker("image", "inspect", "-f", "{{.Size}}", image)
        seen["size"].append(int(size) / 1e6)
    finally:
        server.stop()


def _row(target: Target, seen: dict[str, list[float]]) -> Row:
    bridge, host = seen["bridge"], seen["host"]
    return Row(
        target.id,
        log_ratio(bridge, host, 0.95),
        median(bridge),
        median(host),
        fmean(seen["first answer"]),
        seen["size"][0],
    )


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("targets", nargs="*", default=["contestant", "floor"])
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--windows", type=int, default=4)
    asked = parser.parse_args()
    _say(
        f"{'target':30} {'bridge us':>9} {'host us':>8}  bridge/host (95 %)"
        f"{'':14} first answer  image"
    )
    for row in cost(chosen_targets(asked.targets), asked.rounds, asked.windows):
        e = row.ratio
        span = f"{e.point:.3f} ({e.low:.3f} to {e.high:.3f}, n = {e.n})"
        _say(
            f"{row.target:30} {row.bridge_us:9.1f} {row.host_us:8.1f}  {span:32} "
            f"{row.first_answer_s:8.2f} s  {row.image_mb:5.0f} MB"
        )


if __name__ == "__main__":
    main()
