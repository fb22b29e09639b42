"""Probes on a real PostgreSQL, with real servers; and one that is open on purpose."""

import os
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from bench.configure.probes import load_probes
from bench.configure.tables import load_frameworks, load_profiles
from bench.configure.targets import all_targets
from bench.deploy.cores import pinning
from bench.deploy.engine import CpuPlacement
from bench.deploy.environments import Environments
from bench.deploy.local import LocalEngine, Options
from bench.model.probe import ProbeOutcome
from bench.run.probe_plays import ProbeSession, injection, state, teeth
from bench.run.probing import Bench, play_probes
from bench.workloads.probes import STRINGS
from tests.caches import cache_of
from tests.contract.stages import ROOT
from tests.probes.test_plays import Answer, serving, stand


pytestmark = pytest.mark.live
PLAYED = ("standards", "csrf", "admin", "resource")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """An engine with a cache of its own: a run may go on beside the tests."""
    table = load_frameworks()
    packages = {name: framework.package for name, (framework, _) in table.items()}
    packages |= {f"probes/{name}": package for name, package in packages.items()}
    logs = tmp_path_factory.mktemp("logs")
    cores = pinning(sorted(os.sched_getaffinity(0)))
    # Of its own: the contract tests keep theirs locked for the whole session.
    cache = cache_of("probes")
    with LocalEngine(ROOT, cache, logs, cores, packages, Options(wait_s=60)) as engine:
        yield Bench(
            engine,
            Environments(ROOT / "apps", cache / "environments"),
            ROOT / "apps",
            CpuPlacement(1, 8, cores, logs),
            all_targets(table, load_profiles()[1]),
            {name: framework.versions[-1] for name, (framework, _) in table.items()},
            lambda line: None,
        )


@pytest.fixture(scope="module")
def played(bench: Bench) -> dict[tuple[str, str, str], ProbeOutcome]:
    """Some probes, played once; the rows before and after are compared."""
    probes = load_probes()
    before = state(bench.engine.database.dsn)
    outcomes = list(play_probes(bench, [probes[name] for name in PLAYED]))
    assert state(bench.engine.database.dsn) == before, "a probe left something behind"
    return {
        (outcome.probe, outcome.framework, outcome.name): outcome
        for outcome in outcomes
    }


@pytest.mark.parametrize(
    ("probe", "framework", "passed"),
    [
        ("csrf", "django", True),
        ("csrf", "flask", False),
        ("csrf", "fastapi", False),
        ("admin", "django", True),
        ("admin", "flask", False),
        ("standards", "django", False),
        ("resource", "django", True),
        ("resource", "flask", True),
        ("resource", "fastapi", True),
    ],
)
def test_a_probe_gives_what_is_known(
    played: dict[tuple[str, str, str], ProbeOutcome],
    probe: str,
    framework: str,
    passed: bool,
) -> None:
    """Facts that each framework's documentation states, seen on the live thing."""
    outcome = played[probe, framework, ""]
    assert outcome.passed is passed, outcome
    assert outcome.version[0].isdigit() and outcome.sent and outcome.came_back


def test_standards_are_met(
    played: dict[tuple[str, str, str], ProbeOutcome],
) -> None:
    """A real validator finds no fault, and the token flow answers."""
    outcomes = [
        outcome
        for (probe, framework, _), outcome in played.items()
        if probe == "standards" and framework == "fastapi"
    ]
    assert len(outcomes) == 3 and all(outcome.passed for outcome in outcomes), outcomes


def glued(dsn: str, path: str) -> Answer:
    """What a careless program does: text put into a query, and committed."""
    text = parse_qs(urlsplit(path).query).get("message", [""])[0]
    query = f"SELECT id, message FROM fortune WHERE message = '{text}'"
    try:
        with psycopg.connect(dsn) as connection:
            cursor = connection.execute(query.encode())
            rows = cursor.fetchall() if cursor.description else []
    except psycopg.Error:
        return 400, {}, b"{}"
    return 200, {}, b"[]" if not rows else b'[{"id":1}]'


def test_an_application_that_glues_text_is_found(bench: Bench) -> None:
    """A probe that passes everybody would show nothing."""
    database = bench.engine.database
    with serving(lambda method, path, *rest: glued(database.dsn, path)) as port:
        plain = stand(port)
        open_ = ProbeSession(
            plain.case, plain.target, "127.0.0.1", port, database.dsn, database.reset,
            plain.script,
        )  # fmt: skip
        try:
            outcome = injection(open_)
        finally:
            with psycopg.connect(database.dsn, autocommit=True) as connection:
                connection.execute("DROP TABLE IF EXISTS planted")
            database.remake()
    assert not outcome.passed
    assert any("OR '1'='1" in line for line in outcome.evidence), outcome.evidence


def test_a_dropped_table_is_a_failure_and_comes_back(bench: Bench) -> None:
    """A table that is gone must not pass for a probe that could not be played."""
    database = bench.engine.database
    before = state(database.dsn)

    def dropping(method: str, path: str, *rest: object) -> Answer:
        with psycopg.connect(database.dsn, autocommit=True) as connection:
            connection.execute("DROP TABLE IF EXISTS fortune")
        return 404, {}, b""

    with serving(dropping) as port:
        plain = stand(port)
        outcome = injection(
            ProbeSession(
                plain.case, plain.target, "127.0.0.1", port, database.dsn,
                database.reset, plain.script,
            )
        )  # fmt: skip
    database.remake()
    assert not outcome.passed and "rows or tables" in outcome.came_back
    assert state(database.dsn) == before


def test_the_strings_bite(bench: Bench) -> None:
    """Two thirds of them where text is glued in; and trying them changes nothing."""
    dsn = bench.engine.database.dsn
    before = state(dsn)
    assert teeth(dsn) >= len(STRINGS) * 2 // 3
    assert state(dsn) == before
