"""A whole round through the seam, in real containers."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from bench.cli.checking import play_target
from bench.deploy.compose import ComposeEngine
from bench.deploy.compose_images import ASKED, pinned
from bench.deploy.compose_leftovers import LABEL, home
from bench.deploy.compose_services import ContainerServer
from bench.deploy.compose_usage import StatsAccount
from bench.deploy.requested_locks import asked_lock
from bench.errors import EnvironmentFailure, TargetFailed
from bench.load.container_generator import ContainerGenerator
from bench.load.generator import LoadRequest
from bench.load.samples import quantiles, read_samples
from bench.model.load import Load
from bench.model.run import Receipt
from bench.run.contract import ContractResult, verify
from tests.docker.standing import (
    ROOT,
    any_image,
    docker,
    inspect,
    needs_engine,
    new_engine,
    placement,
    targets,
    traces,
)


pytestmark = [
    pytest.mark.docker,
    pytest.mark.live,
    pytest.mark.timeout(600),
    needs_engine,
]

NAMES = ("django/gunicorn-gthread", "flask/gunicorn-gthread", "fastapi/uvicorn")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache and a run folder of this module's own."""
    return tmp_path_factory.mktemp("containers")


@pytest.fixture(scope="module")
def left(place: Path) -> str:
    """What a run of the same checkout left when it was killed, and its ledger was lost with it."""
    return marked_container(home(place / "cache"))


@pytest.fixture(scope="module")
def bystander() -> Iterator[str]:
    """A container of another checkout."""
    name = marked_container("somebody-else")
    yield name
    docker("rm", "-f", name)


def marked_container(whose: str) -> str:
    """A container that bears our label with that owner."""
    label = f"{LABEL}.home={whose}"
    return docker("create", "--label", label, "--network=none", any_image(), "true")[
        :12
    ]


@pytest.fixture(scope="module")
def engine(place: Path, left: str, bystander: str) -> Iterator[ComposeEngine]:
    """An entered engine with the images of the three contestants."""
    with new_engine(place / "cache", place / "logs") as entered:
        chosen = [targets()[name] for name in NAMES]
        receipts = entered.prepare(chosen, lambda line: None)
        assert all(isinstance(r, Receipt) for r in receipts.values()), receipts
        yield entered
    assert traces(place / "cache") == []


@pytest.fixture(scope="module")
def servers(engine: ComposeEngine, place: Path) -> Iterator[dict[str, ContainerServer]]:
    """All three, up at once."""
    with ExitStack() as stack:
        started = {}
        for name in NAMES:
            server = engine.start(targets()[name], placement(place / "logs"), 7)
            stack.callback(server.stop)
            started[name] = server
        yield started


@pytest.fixture(scope="module")
def generator(engine: ComposeEngine, place: Path) -> Iterator[ContainerGenerator]:
    """The generator in its container."""
    with ContainerGenerator(
        engine.generator_command, engine.inside, place / "logs/generator.log"
    ) as started:
        yield started


def test_what_a_killed_run_left_is_removed_and_nothing_else(
    engine: ComposeEngine, left: str, bystander: str
) -> None:
    """Containers that bear the label of this checkout are gone, those of another are not."""
    known = docker("ps", "--all", "--quiet").split()

    assert left not in known
    assert bystander in known


@pytest.mark.parametrize("name", NAMES)
def test_answers_are_right_from_outside(
    name: str, servers: dict[str, ContainerServer]
) -> None:
    """The harness reaches every server of a round, and each does the work."""
    server = servers[name]

    for workload in ("hello", "validate", "db-read"):
        assert verify(server.host, server.port, workload) is None
    assert server.first_answer_s > 0


@pytest.mark.parametrize("name", NAMES)
def test_a_visit_costs_its_server_and_nobody_else(
    name: str,
    servers: dict[str, ContainerServer],
    engine: ComposeEngine,
    generator: ContainerGenerator,
) -> None:
    """CPU time comes from the visited container's own account, and the database's from its own."""
    server = servers[name]
    others = [other for other in servers.values() if other is not server]
    database_before = engine.database.usage()
    before = server.usage(memory=False)
    idle_before = sum(other.usage(memory=False).cpu_ns for other in others)

    tally = generator.visit(
        LoadRequest(server.host, server.port, "db-read", 1, Load(4, 0.1, 0.5), None)
    )

    spent_ns = server.usage().cpu_ns - before.cpu_ns
    idle_ns = sum(other.usage(memory=False).cpu_ns for other in others) - idle_before
    database_after = engine.database.usage()
    assert tally.requests > 0 and not tally.errors
    # A request cannot cost less than 10 us, nor the visit more than its processor.
    assert 10_000 * tally.requests_total < spent_ns < 5_000_000_000
    assert idle_ns < spent_ns / 2
    assert database_before is not None and database_after is not None
    assert database_after.cpu_ns > database_before.cpu_ns
    assert before.memory_bytes is None
    assert (server.usage().memory_bytes or 0) > 1 << 20
    server.check_alive()


def test_the_engine_tells_the_same_as_the_kernel(
    servers: dict[str, ContainerServer],
) -> None:
    """Where control groups are out of sight the engine's own counters serve: they lie between two readings."""
    server = servers["fastapi/uvicorn"]
    account = StatsAccount(server.container.tool, server.container.name)

    before = server.usage()
    told = account.usage()
    after = server.usage()

    assert before.cpu_ns <= told.cpu_ns <= after.cpu_ns
    assert told.memory_bytes is not None and before.memory_bytes is not None
    assert abs(told.memory_bytes - before.memory_bytes) < before.memory_bytes / 4
    assert account.usage(memory=False).memory_bytes is None


def test_an_engine_in_a_virtual_machine_is_served(
    engine: ComposeEngine, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the processes of the containers in sight, a server lives, is accounted for and is missed when it dies."""

    def out_of_sight(container_id: str, pid: int) -> None:
        raise EnvironmentFailure("out of sight")

    monkeypatch.setattr("bench.deploy.compose_services.control_group", out_of_sight)
    floor = targets()["floor/uvicorn"]
    assert isinstance(engine.prepare([floor], lambda line: None)[floor.id], Receipt)

    server = engine.start(floor, placement(place / "logs"), 0)

    assert server.usage().cpu_ns > 0
    server.check_alive()
    docker("kill", server.container.name)
    with pytest.raises(TargetFailed):
        server.usage()
    with pytest.raises(TargetFailed, match="status 137"):
        server.check_alive()
    server.stop()


def test_samples_come_back_exactly(
    place: Path, servers: dict[str, ContainerServer], generator: ContainerGenerator
) -> None:
    """The file of raw latencies holds every request of the tally, and gives its quantiles."""
    server = servers["fastapi/uvicorn"]
    path = place / "samples/deep/window.npz"

    tally = generator.visit(
        LoadRequest(server.host, server.port, "hello", 3, Load(4, 0.1, 0.4), path)
    )

    samples = read_samples(path)
    assert len(samples.latency_ns) == tally.requests > 0
    assert quantiles(samples.latency_ns) == tally.latency_us
    assert [file.name for file in path.parent.iterdir()] == ["window.npz"]


def test_connections_are_told_apart(
    servers: dict[str, ContainerServer], engine: ComposeEngine
) -> None:
    """PostgreSQL counts each server's connections under a name of its own."""
    counted = engine.database.connections()

    names = [server.application_name for server in servers.values()]
    assert len(set(names)) == len(names)
    for server in servers.values():
        assert verify(server.host, server.port, "db-read") is None
        assert 1 <= counted.get(server.application_name, 1) <= 8


def test_statements_are_seen(
    servers: dict[str, ContainerServer], engine: ComposeEngine
) -> None:
    """The database's log tells what one server asked, while it is watched."""
    server = servers["flask/gunicorn-gthread"]
    engine.database.watch_statements(True)
    try:
        assert verify(server.host, server.port, "db-read") is None
        seen = engine.database.statements(server.application_name)
        again = engine.database.statements(server.application_name)
        assert verify(server.host, server.port, "db-read") is None
        later = engine.database.statements(server.application_name)
    finally:
        engine.database.watch_statements(False)

    assert any("FROM world" in statement for statement in seen)
    assert again == [], "each statement is told once"
    assert len(later) == len(seen)


def test_containers_may_do_little(servers: dict[str, ContainerServer]) -> None:
    """No root, no capability, nothing written, nothing published, no way out, one processor."""
    for server in servers.values():
        known = inspect(server.container.name)
        config, host = known["Config"], known["HostConfig"]
        assert isinstance(config, dict) and isinstance(host, dict)
        assert config["User"] == "10001:10001"
        assert host["CapDrop"] == ["ALL"] and not host["CapAdd"]
        assert host["ReadonlyRootfs"] and not host["Privileged"]
        assert "no-new-privileges:true" in host["SecurityOpt"]
        assert host["CpusetCpus"] == "0"
        assert host["Memory"] > 0 and host["PidsLimit"] > 0
        assert not host["PortBindings"]
        networks = inspect(server.container.name)["NetworkSettings"]
        assert isinstance(networks, dict)
        assert not any(networks["Ports"].values()) if networks["Ports"] else True
        (network,) = networks["Networks"]
        assert docker("network", "inspect", "-f", "{{.Internal}}", network) == "true"


def test_the_image_tells_its_versions(servers: dict[str, ContainerServer]) -> None:
    """Labels name framework, version, lock and every package with its exact version."""
    for name, server in servers.items():
        config = inspect(server.container.name)["Config"]
        assert isinstance(config, dict)
        labels = config["Labels"]
        framework = name.partition("/")[0]
        assert labels["org.frameworks-on-trial.framework"] == framework
        packages = labels["org.frameworks-on-trial.packages"].split()
        assert any(re.fullmatch(rf"{framework}==[\d.]+", pin) for pin in packages)
        kept = docker("exec", server.container.name, "cat", "/opt/venv/lock.txt")
        lock = ROOT / labels["org.frameworks-on-trial.lock"]
        assert kept.strip() == lock.read_text(encoding="utf-8").strip()
        assert set(packages) == set(pinned(kept).split())


def test_no_compiler_is_left_in_an_image(servers: dict[str, ContainerServer]) -> None:
    """Packages come as wheels; what could build one is not there to be found."""
    look = "for name in gcc cc g++ c++ clang make ld; do command -v $name; done; true"
    for server in servers.values():
        assert docker("exec", server.container.name, "sh", "-c", look) == ""


def test_the_same_words_run_as_locally(servers: dict[str, ContainerServer]) -> None:
    """The command in the container is the table's, with the container's address."""
    server = servers["fastapi/uvicorn"]

    assert server.command[0] == "uvicorn"
    assert "--host=0.0.0.0" in server.command and "--port=8000" in server.command
    config = inspect(server.container.name)["Config"]
    assert isinstance(config, dict)
    assert tuple(config["Cmd"]) == server.command
    assert "PYTHONHASHSEED=7" in config["Env"]


def test_a_server_that_cannot_start_says_why(
    engine: ComposeEngine, place: Path
) -> None:
    """TargetFailed with the end of the log; the log is in the run folder, the container gone."""
    good = targets()["flask/gunicorn-gthread"]
    bad = replace(good, id="flask@3.1/broken", serve=("gunicorn", "nowhere:app"))

    with pytest.raises(TargetFailed) as failure:
        engine.start(bad, placement(place / "logs"), 0)

    assert "did not start" in failure.value.message or "status" in failure.value.message
    assert "nowhere" in (failure.value.log_tail or "")
    logs = list((place / "logs").glob("flask@3.1-broken-*.log"))
    assert len(logs) == 1 and "nowhere" in logs[0].read_text()
    listed = docker("ps", "--all", "--format", "{{.Command}}", "--no-trunc")
    assert "nowhere:app" not in listed


def test_a_program_that_is_not_there_is_named(
    engine: ComposeEngine, place: Path
) -> None:
    """A command that the image does not have fails as that target's failure."""
    good = targets()["flask/gunicorn-gthread"]
    bad = replace(good, id="flask@3.1/absent", serve=("granian-of-nobody", "app:app"))

    with pytest.raises(TargetFailed) as failure:
        engine.start(bad, placement(place / "logs"), 0)

    assert "granian-of-nobody" in (failure.value.message + str(failure.value.log_tail))


def test_too_little_memory_is_named(
    engine: ComposeEngine, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that is killed for want of memory fails with that as the reason, long before the limit of time."""
    monkeypatch.setenv("APP_MEMORY", "16m")

    with pytest.raises(TargetFailed, match=r"want of memory \(APP_MEMORY\)"):
        engine.start(targets()["django/gunicorn-gthread"], placement(place / "logs"), 0)


def test_a_server_that_died_is_noticed(engine: ComposeEngine, place: Path) -> None:
    """After its container was killed, both questions about a server raise TargetFailed."""
    floor = targets()["floor/uvicorn"]
    assert isinstance(engine.prepare([floor], lambda line: None)[floor.id], Receipt)
    server = engine.start(floor, placement(place / "logs"), 0)
    docker("kill", server.container.name)

    with pytest.raises(TargetFailed):
        server.usage()
    with pytest.raises(TargetFailed, match="status 137"):
        server.check_alive()
    server.stop()
    server.stop()


def test_the_log_of_commands_names_no_place(engine: ComposeEngine, place: Path) -> None:
    """compose.log is published with a run: it has every command, and no path of this machine."""
    text = (place / "logs/compose.log").read_text()

    assert " up -d " in text and " run -d " in text
    assert str(ROOT) not in text and str(place) not in text


def test_an_image_is_built_once(engine: ComposeEngine) -> None:
    """Preparing again builds nothing."""
    built = engine.images_built

    engine.prepare([targets()[name] for name in NAMES], lambda line: None)

    assert engine.images_built == built


def test_a_version_without_lock_is_refused(engine: ComposeEngine, place: Path) -> None:
    """No lock: a reason instead of a receipt, and a start fails as that target's failure."""
    unknown = replace(targets()["flask/gunicorn-gthread"], version="0.1")

    reason = engine.prepare([unknown], lambda line: None)[unknown.id]

    assert isinstance(reason, str) and "no lock for flask 0.1" in reason
    with pytest.raises(TargetFailed, match="no lock"):
        engine.start(unknown, placement(place / "logs"), 0)


def test_the_whole_contract_holds_in_a_container(
    engine: ComposeEngine, place: Path
) -> None:
    """What `bench check --engine compose` plays: answers, bodies that are wrong, and what the database is asked."""
    flask = targets()["flask/gunicorn-gthread"]
    told: list[ContractResult] = []

    found = play_target(
        engine, flask, placement(place / "logs"), lambda _, one: told.append(one)
    )

    assert told == found and len(found) > 100
    assert [one for one in found if one.ok is False] == []
    assert any("statement" in one.name for one in found)


def test_a_version_asked_for_once_is_built_of_its_own_lock(
    engine: ComposeEngine, place: Path
) -> None:
    """What --with locked in the cache becomes an image with those packages; its lock does not stay in the tree."""
    standing = ROOT / "apps/flask/locks/3.0.txt"
    asked = asked_lock(place / "cache", "flask", "3.0-asked")
    asked.parent.mkdir(parents=True)
    asked.write_text(standing.read_text() + "\n# asked for\n")
    wished = replace(targets()["flask/gunicorn-gthread"], version="3.0-asked")

    receipt = engine.prepare([wished], lambda line: None)[wished.id]

    assert isinstance(receipt, Receipt), receipt
    assert f"flask=={receipt.version}" in standing.read_text().lower()
    assert receipt.version.startswith("3.0.")
    assert [p.name for p in (ROOT / ASKED).iterdir()] == [".gitignore"]


def test_packages_out_of_reach_are_named(engine: ComposeEngine, place: Path) -> None:
    """A build that fails for want of a package is the reason why that target has no receipt."""
    asked = asked_lock(place / "cache", "flask", "3.0-beyond")
    asked.parent.mkdir(parents=True, exist_ok=True)
    asked.write_text(f"no-such-package-of-ours==1.0 --hash=sha256:{'0' * 64}\n")
    wished = replace(targets()["flask/gunicorn-gthread"], version="3.0-beyond")

    reason = engine.prepare([wished], lambda line: None)[wished.id]

    assert isinstance(reason, str)
    assert "the image cannot be built: its packages are not within reach" in reason


def test_a_build_network_that_is_not_there_is_the_reason(
    engine: ComposeEngine, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has to be built cannot be: that target has the reason instead of a receipt."""
    asked = asked_lock(place / "cache", "flask", "3.0-unbuilt")
    asked.parent.mkdir(parents=True, exist_ok=True)
    asked.write_text(f"# {place}\n")
    unbuilt = replace(targets()["flask/gunicorn-gthread"], version="3.0-unbuilt")
    monkeypatch.setenv("BUILD_NETWORK", "nosuch")

    reason = engine.prepare([unbuilt], lambda line: None)[unbuilt.id]

    assert isinstance(reason, str)
    assert "the network that images are built in does not exist" in reason


def test_a_version_from_a_commit_runs_as_a_process(
    engine: ComposeEngine, place: Path
) -> None:
    """Images are made of wheels: the reason says so, and what to do instead stands in the hint."""
    asked = asked_lock(place / "cache", "flask", "git-1234567")
    asked.parent.mkdir(parents=True, exist_ok=True)
    asked.write_text("flask @ git+https://example.invalid/flask@1234567\n")
    wished = replace(targets()["flask/gunicorn-gthread"], version="git-1234567")

    reason = engine.prepare([wished], lambda line: None)[wished.id]

    assert isinstance(reason, str) and "comes from a commit" in reason
