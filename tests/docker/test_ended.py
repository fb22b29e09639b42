"""What ends in the middle of a run is what is named, and nobody else."""

from pathlib import Path

import pytest

from bench.deploy.cleanup_registry import CleanupRegistry
from bench.errors import EnvironmentFailure
from bench.load.container_generator import ContainerGenerator
from bench.load.generator import LoadRequest
from bench.model.load import Load
from bench.model.run import Receipt
from tests.docker.standing import (
    docker,
    needs_engine,
    new_engine,
    placement,
    targets,
    traces,
)


pytestmark = [
    pytest.mark.docker,
    pytest.mark.live,
    pytest.mark.timeout(300),
    needs_engine,
]


def test_database_generator_relay_and_engine_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after another is killed, then the engine is out of reach; each time a run is told which it was."""
    floor = targets()["floor/uvicorn"]
    logs = tmp_path / "logs"
    with new_engine(tmp_path / "cache", logs) as engine:
        assert isinstance(engine.prepare([floor], lambda line: None)[floor.id], Receipt)
        project = f"trial-{engine._entered().token}"
        server = engine.start(floor, placement(logs), 0)

        docker("kill", f"{project}-database-1")
        with pytest.raises(
            EnvironmentFailure, match=r"PostgreSQL is gone: .* status 137"
        ):
            engine.database.connections()

        visit = LoadRequest(
            server.host, server.port, "hello", 1, Load(2, 0.1, 0.2), None
        )
        with (
            pytest.raises(
                EnvironmentFailure, match=r"the generator ended .* status 137"
            ),
            ContainerGenerator(
                engine.generator_command, engine.inside, None, engine.generator_ended
            ) as generator,
        ):
            generator.visit(visit)
            docker("kill", f"{project}-generator-1")
            generator.visit(visit)

        docker("kill", f"{project}-relay-1")
        with pytest.raises(EnvironmentFailure, match="the relay has ended"):
            engine.database.connections()
        with pytest.raises(EnvironmentFailure, match="the relay has ended"):
            engine.start(floor, placement(logs), 0)

        with monkeypatch.context() as gone:
            gone.delenv("DOCKER_CONTEXT", raising=False)
            gone.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody")
            with pytest.raises(EnvironmentFailure, match="no container engine answers"):
                engine.database.connections()
    assert traces(tmp_path / "cache") == []


def test_a_run_whose_engine_is_gone_keeps_its_own_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ended the run is told, not that its containers could not be removed then; the next run removes them."""
    cache = tmp_path / "cache"

    with (
        monkeypatch.context() as gone,
        pytest.raises(ZeroDivisionError),
        new_engine(cache, tmp_path / "logs"),
    ):
        gone.delenv("DOCKER_CONTEXT", raising=False)
        gone.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody")
        raise ZeroDivisionError
    assert traces(cache)

    CleanupRegistry(cache / "running").close()
    assert traces(cache) == []
