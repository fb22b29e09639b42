"""Looks at the machine, against programs that do a known thing on a known core."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bench.deploy.processes import cpu_ns
from bench.deploy.trace import Tracer, core_times, waits_ns


pytestmark = [pytest.mark.live, pytest.mark.timed]
CORE = min(os.sched_getaffinity(0))
SPIN = """
import os, sys, time
os.sched_setaffinity(0, {int(sys.argv[1])})
print(flush=True)
end = time.monotonic() + 20
while time.monotonic() < end:
    pass
"""


@contextmanager
def spinning(core: int) -> Iterator[int]:
    """A program that does nothing but work, on one core; its id. It ends itself after 20 s."""
    child = subprocess.Popen(
        [sys.executable, "-c", SPIN, str(core)], stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    try:
        child.stdout.readline()
        yield child.pid
    finally:
        child.kill()
        child.communicate()


def spent_ns(pid: int) -> int:
    """CPU time so far of a program that lives."""
    spent = cpu_ns(pid)
    assert spent is not None
    return spent


def test_a_stranger_on_the_servers_core_is_seen_and_the_server_is_not() -> None:
    """What the core did is the spinner's CPU time and more; called the server's own, it is gone."""
    tracer = Tracer((CORE,), None)
    with spinning(CORE) as pid:
        used, before = spent_ns(pid), tracer.look([os.getpid()])
        time.sleep(0.8)
        after = tracer.look([os.getpid()])
        used = spent_ns(pid) - used
    all_of_it = tracer.between(before, after, 0)
    rest = tracer.between(before, after, used)

    assert all_of_it.foreign_s is not None and rest.foreign_s is not None
    assert used > 0
    assert all_of_it.foreign_s > 0.85 * used / 1e9
    assert all_of_it.foreign_s <= all_of_it.elapsed_s + 0.05
    assert rest.foreign_s == pytest.approx(
        max(0.0, all_of_it.foreign_s - used / 1e9), abs=1e-6
    )


def test_two_that_share_a_core_wait_for_each_other() -> None:
    """Each of two spinners on one core was ready and did not run for about as long as it ran."""
    with spinning(CORE) as pid, spinning(CORE):
        tracer = Tracer((CORE,), pid)
        before, ran = tracer.look([pid]), spent_ns(pid)
        time.sleep(0.8)
        after = tracer.look([pid])
        ran = spent_ns(pid) - ran
    trace = tracer.between(before, after, 0)

    assert trace.generator_wait_s is not None and trace.server_wait_s is not None
    assert trace.generator_wait_s > 0.5 * ran / 1e9
    assert trace.generator_wait_s == trace.server_wait_s


def test_of_another_machines_server_nothing_is_claimed() -> None:
    """Without processes here, the processors here say nothing about it."""
    tracer = Tracer((CORE,), None)
    trace = tracer.between(tracer.look([]), tracer.look([]), 0)

    assert trace.foreign_s is None
    assert trace.server_wait_s is None
    assert trace.generator_wait_s is None
    assert trace.frequency_mhz is None


def test_what_does_not_exist_is_none() -> None:
    """A core that is not there, a process that is gone."""
    assert core_times([10_000]) is None
    assert core_times([CORE]) is not None
    assert waits_ns([2**22 + 1]) is None
