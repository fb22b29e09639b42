"""The whole calibration: every part in turn, five minutes at most."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from bench.calibrate import ceiling, clocks, reference_generators, theory
from bench.calibrate.calibration_bench import CalibrationBench, CalibrationPart
from bench.deploy.scratch import scratch
from bench.load.locust_generator import LocustGenerator
from bench.model.calibration import CALIBRATION_SCHEMA, Calibration
from bench.model.plan import Pinning
from bench.model.run import Machine


QUIET_SHARE = 0.02
"""Of the time, that generator and server together may wait for a core on a quiet machine."""

type Say = Callable[[str], None]


@contextmanager
def stand(cores: Pinning) -> Iterator[CalibrationBench]:
    """The generator on the cores that it has in runs, servers on theirs."""
    with (
        scratch("calibrate") as folder,
        LocustGenerator(cores.load) as generator,
    ):
        yield CalibrationBench(generator, cores.server[:1], cores.load, folder)


def calibrate(cores: Pinning, machine: Machine, now: datetime, say: Say) -> Calibration:
    """Measure everything; EnvironmentFailure where a part cannot be measured at all."""
    started_s = time.monotonic()
    parts: list[CalibrationPart] = []
    with stand(cores) as here:
        for doing, part in _parts(here):
            say(doing)
            parts.append(_watched(here, part))
    numbers = {name: value for part in parts for name, value in part.numbers.items()}
    return Calibration(
        schema=CALIBRATION_SCHEMA,
        created_at=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        fingerprint=machine.fingerprint,
        cpu_model=machine.cpu_model,
        took_s=round(time.monotonic() - started_s, 1),
        closed_ceiling_rps=numbers["closed_ceiling_rps"],
        open_ceiling_rps=numbers.get("open_ceiling_rps"),
        proofs=tuple(proof for part in parts for proof in part.proofs),
        numbers=numbers,
        agreements=tuple(a for part in parts for a in part.agreements),
    )


def _watched(
    here: CalibrationBench, part: Callable[[], CalibrationPart]
) -> CalibrationPart:
    """
    A part, with what others did meanwhile.

    A limit that was missed while generator or server had to wait for their
    cores says nothing of either: that is "not measured", and why. Counts must
    agree on the busiest machine.
    """
    before_ns, started_ns = here.waited_ns(), time.monotonic_ns()
    calibrated = part()
    share = (here.waited_ns() - before_ns) / (time.monotonic_ns() - started_ns)
    if share <= QUIET_SHARE:
        return calibrated
    why = f"too busy to tell: they waited {share:.0%} of the time for their cores"
    return replace(
        calibrated,
        proofs=tuple(
            replace(proof, passed=None, measured=f"{proof.measured} ({why})")
            if proof.passed is False and proof.id != "count"
            else proof
            for proof in calibrated.proofs
        ),
    )


def _parts(
    here: CalibrationBench,
) -> Iterator[tuple[str, Callable[[], CalibrationPart]]]:
    yield "clocks and timers", clocks.clocks
    with here.server() as server:
        reached: list[float] = []

        def closed() -> CalibrationPart:
            part = ceiling.closed_ceiling(here, server)
            reached.append(part.numbers["closed_reached_rps"])
            return part

        yield "ceiling, closed loop", closed
        yield (
            "ceiling, open loop",
            lambda: ceiling.open_ceiling(here, server, reached[0]),
        )
        yield "added latency", lambda: ceiling.added_latency(here, server)
        yield "fixed service time", lambda: theory.fixed(here, server)
        yield "serial queue", lambda: theory.serial_queue(here, server)
        yield "stalls", lambda: theory.stall(here, server)
        yield "other generators", lambda: reference_generators.witnesses(here, server)
    yield "noise: a server entered twice", lambda: reference_generators.twin(here)
