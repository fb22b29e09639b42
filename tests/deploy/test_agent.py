"""The agent beside a server that stands: it tells what the process itself counts, and nothing once that has ended."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from bench.configure.addresses import Place
from bench.deploy.agent import Agent, AgentClient
from bench.deploy.processes import memory_bytes
from bench.errors import EnvironmentFailure, TargetFailed, UsageError
from tests.deploy.telling import telling
from tests.run.standing import TEXT, standing


BURN = """
import sys, time
for line in sys.stdin:
    end = time.process_time() + float(line)
    while time.process_time() < end:
        pass
    print(time.process_time_ns(), flush=True)
"""


@pytest.fixture
def burner() -> Iterator[subprocess.Popen[str]]:
    """A process that uses as much CPU time as it is told, and says how much it used in all."""
    with subprocess.Popen(
        [sys.executable, "-c", BURN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.kill()


def burn(process: subprocess.Popen[str], seconds: float) -> int:
    """Let it; what it says it has used so far, in nanoseconds."""
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(f"{seconds}\n")
    process.stdin.flush()
    return int(process.stdout.readline())


def asking(port: int) -> AgentClient:
    """Who asks the agent at that port."""
    return AgentClient("alpha", Place("127.0.0.1", port))


def test_it_tells_what_the_process_itself_counts(
    burner: subprocess.Popen[str],
) -> None:
    """CPU time to a few per cent of what the process says; memory only when asked for it."""
    with telling(burner.pid) as agent:
        witness = asking(agent.server_address[1])
        burn(burner, 0.0)
        first = witness.usage(memory=True)
        used_ns = burn(burner, 0.1)
        second = witness.usage(memory=False)

    assert first.cpu_ns < used_ns <= second.cpu_ns
    assert second.cpu_ns == pytest.approx(used_ns, rel=0.1)
    assert (first.processes, second.processes) == (1, 1)
    assert second.memory_bytes is None
    # Not every kernel tells it.
    resident_bytes = memory_bytes([burner.pid])
    assert bool(first.memory_bytes) is (resident_bytes is not None)


def test_a_process_that_ended_has_no_usage(burner: subprocess.Popen[str]) -> None:
    """Not the last that was known: nobody could tell it from a server at rest."""
    with telling(burner.pid) as agent:
        witness = asking(agent.server_address[1])
        witness.usage(memory=False)
        burner.kill()
        burner.wait()
        with pytest.raises(TargetFailed, match="the process has ended"):
            witness.usage(memory=False)


def test_no_process_and_no_port_are_refused() -> None:
    """Each with what to do."""
    with pytest.raises(UsageError, match="no process 99999999"):
        Agent(99_999_999)
    with standing() as taken, pytest.raises(EnvironmentFailure, match=str(taken.port)):
        Agent(os.getpid(), port=taken.port)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"Hello, World!", "not what an agent says"),
        (b'{"cpu_ns":"1","memory_bytes":null,"processes":1}', "not what an agent says"),
        (b'{"cpu_ns":1,"memory_bytes":null}', "not what an agent says"),
        (b"[" * 100_000, "not what an agent says"),
    ],
)
def test_what_is_no_agent_is_not_believed(body: bytes, says: str) -> None:
    """An answer of another form is no number."""
    with standing(lambda path: (200, TEXT, body)) as stood:
        witness = asking(stood.port)
        with pytest.raises(TargetFailed, match=says):
            witness.usage(memory=False)


def test_nobody_there_is_no_zero() -> None:
    """A server without such a path, and then no server at all."""
    with standing() as stood:
        witness = asking(stood.port)
        with pytest.raises(TargetFailed, match="status 404"):
            witness.usage(memory=False)
    with pytest.raises(TargetFailed, match="tells nothing"):
        witness.usage(memory=False)
