"""The scripted engine keeps the seam's promises, so that tests may build on it."""

from pathlib import Path

import pytest

from bench.deploy.engine import CpuPlacement, Database, Engine, Server
from bench.errors import TargetFailed
from bench.model.run import Receipt
from tests.builders import PINNING, target
from tests.fakes.engine import FakeEngine, Script


PLACING = CpuPlacement(1, 8, PINNING, Path("logs"))
ALPHA, BETA = target("alpha"), target("beta")


def test_it_fits_the_seam() -> None:
    """Engine, server and database can stand where real ones do."""
    fake = FakeEngine()
    engine: Engine = fake
    with engine:
        server: Server = engine.start(ALPHA, PLACING, 1)
        database: Database = engine.database
        usage = server.usage()
        assert usage is not None and usage.cpu_ns == 0
        assert database.connections() == {}
    assert fake.events == ["enter", f"start {ALPHA.id}", "exit"]
    assert fake.running == []


def test_requests_cost_what_the_script_says() -> None:
    """CPU time is requests times the scripted cost times the round's noise."""
    script = Script(cpu_us={ALPHA.id: 50}, noise=lambda _, number: float(number))
    with FakeEngine(script) as engine:
        engine.start(ALPHA, PLACING, 1)
        alpha, beta = (engine.start(t, PLACING, 2) for t in (ALPHA, BETA))
        engine.answered(alpha.port, 10)
        engine.answered(beta.port, 10)
        assert alpha.usage().cpu_ns == 10 * 50 * 2 * 1000
        assert beta.usage().cpu_ns == 10 * 100 * 1000
        assert engine.database.usage().cpu_ns == 20 * 20 * 1000  # type: ignore[union-attr]


def test_failures_come_in_their_rounds() -> None:
    """A target that shall not start, and one that shall die, do so once."""
    script = Script(fails_to_start={ALPHA.id: (2,)}, dies={BETA.id: (1,)})
    with FakeEngine(script) as engine:
        engine.start(ALPHA, PLACING, 1)
        with pytest.raises(TargetFailed, match="did not start"):
            engine.start(ALPHA, PLACING, 1)
        engine.start(ALPHA, PLACING, 1)
        beta = engine.start(BETA, PLACING, 1)
        beta.check_alive()
        engine.answered(beta.port, 1)
        with pytest.raises(TargetFailed, match="is gone"):
            beta.usage()
        again = engine.start(BETA, PLACING, 1)
        engine.answered(again.port, 1)
        again.check_alive()


def test_refused_environments_have_their_reason() -> None:
    """The others have a receipt."""
    with FakeEngine(Script(refuses={ALPHA.id: "no lock"})) as engine:
        receipts = engine.prepare([ALPHA, BETA], lambda line: None)
    assert receipts[ALPHA.id] == "no lock"
    assert isinstance(receipts[BETA.id], Receipt)


def test_a_stopped_server_answers_nobody() -> None:
    """What is asked of a port without a server is refused, as in life."""
    with FakeEngine() as engine:
        server = engine.start(ALPHA, PLACING, 1)
        server.stop()
        with pytest.raises(ConnectionRefusedError):
            engine.answered(server.port, 1)
