"""What a calibration works with: servers of known behaviour and the generator, each on its core."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import bench
from bench.child_environment import sending_environment
from bench.deploy.http_client import ask
from bench.errors import EnvironmentFailure
from bench.load.generator import LoadRequest
from bench.load.locust_generator import LocustGenerator
from bench.load.messages import LoadCommand
from bench.model.calibration import Agreement, Proof
from bench.model.estimate import Estimate
from bench.model.exchange import Request
from bench.model.load import Load
from bench.model.trial import WindowStats


ROOT = Path(bench.__file__).parent.parent
END_S = 5.0


@dataclass(frozen=True, slots=True)
class CalibrationPart:
    """What one part of a calibration found."""

    proofs: tuple[Proof, ...]
    numbers: Mapping[str, float] = field(default_factory=dict)
    agreements: tuple[Agreement, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """A known server in a process of its own."""

    pid: int
    port: int

    def url(self, path: str) -> str:
        """Where others reach it."""
        return f"http://127.0.0.1:{self.port}{path}"

    def answers(self) -> int:
        """How many requests it has answered, by its own count."""
        return int(ask("127.0.0.1", self.port, Request("GET", "/count")).body)

    def cpu_ns(self) -> int:
        """Processor time that it has used; it has one thread."""
        return int(Path(f"/proc/{self.pid}/schedstat").read_text().split()[0])


@dataclass(frozen=True, slots=True)
class CalibrationBench:
    """The generator, the cores, and a folder for samples."""

    generator: LocustGenerator
    server_cpus: tuple[int, ...]
    load_cpus: tuple[int, ...]
    folder: Path
    _servers: dict[int, int] = field(default_factory=dict)  # pid -> waited, once ended

    def waited_ns(self) -> int:
        """How long generator and servers have stood ready and had no core: others had it."""
        servers = [ended or _waited_ns(pid) for pid, ended in self._servers.items()]
        return sum(servers) + _waited_ns(self.generator.pid)

    @contextmanager
    def server(self) -> Iterator[Known]:
        """A fresh known server, ended afterwards."""
        command = [sys.executable, "-m", "bench.calibrate.known_server"]
        command += ["--cpus", cpu_list(self.server_cpus)]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=sending_environment(os.environ, str(ROOT)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            if not said:
                raise EnvironmentFailure(
                    "the server of known behaviour did not start",
                    "try it by hand: python -m bench.calibrate.known_server",
                )
            server = Known(process.pid, int(said))
            self._servers[server.pid] = 0
            yield server
            self._servers[server.pid] = _waited_ns(server.pid)
            self.generator.forget("127.0.0.1", server.port)
        finally:
            _end(process)

    def visit(
        self,
        server: Known,
        path: str,
        load: Load,
        samples: Path | None = None,
        seed: int = 1,
    ) -> WindowStats:
        """One window; EnvironmentFailure where an answer was wrong: nothing can be told then."""
        visit = LoadRequest("127.0.0.1", server.port, path, seed, load, samples)
        tally = self.generator.carry_out(LoadCommand(visit, Request("GET", path)))
        if tally.errors or not tally.requests:
            raise EnvironmentFailure(
                f"calibration: {path}: {tally.first_error or 'not one answer'}",
                "is the machine overloaded? try again when it is quieter",
            )
        return tally


def within(ratio: Estimate, limit: float) -> bool | None:
    """
    Whether a ratio that should be 1 is, to the limit.

    False needs the whole interval beyond the limit; a point beyond it with an
    interval that is not is noise, and None.
    """
    if abs(ratio.point - 1) <= limit:
        return True
    return False if ratio.low > 1 + limit or ratio.high < 1 - limit else None


def agreement(title: str, ratio: Estimate, limit: float | None) -> Agreement:
    """A ratio with its interval, to be held against 1."""
    return Agreement(title, ratio.point, ratio.low, ratio.high, limit)


def all_of(passed: Sequence[bool | None]) -> bool | None:
    """False where one is, else None where one is, else True."""
    return False if False in passed else None if None in passed else True


def ratio_text(ratio: Estimate) -> str:
    """A ratio with its interval."""
    return ratio.spelled("{:.3f}".format)


def cpu_list(cpus: Sequence[int]) -> str:
    """As the kernel's tools want it: 0,1."""
    return ",".join(str(cpu) for cpu in cpus)


def rate_rps(tally: WindowStats) -> float:
    """Right answers per second of the measured part."""
    return tally.requests / tally.measure_s


def generator_share(tally: WindowStats) -> float:
    """Of its core that the generator used."""
    return tally.generator_cpu_s / tally.measure_s


def _waited_ns(pid: int) -> int:
    """The run queue's wait of every thread (second field of schedstat); 0 of one that is gone."""
    total = 0
    for task in Path(f"/proc/{pid}/task").glob("*"):
        with suppress(OSError):
            total += int((task / "schedstat").read_text().split()[1])
    return total


def _end(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.close()
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()
