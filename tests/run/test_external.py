"""Deployments that stand already: shown to be right before load, known for nothing but their answers."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from bench.analyse import reasons
from bench.cli.run_options import RunOptions, external_plan, frameworks
from bench.configure.addresses import Place
from bench.configure.claims import load_claims
from bench.deploy.engine import CpuPlacement, Engine, Server
from bench.deploy.external import ExternalEngine, StandingTarget
from bench.errors import EnvironmentFailure, TargetFailed, UsageError
from bench.judge.results import results
from bench.model.framework import Target
from bench.model.plan import Plan
from bench.model.results import Results, WorkloadNote
from bench.model.run import NOT_KNOWN, Receipt, Run
from bench.model.trial import Boot, RoundEnd, Window
from bench.model.verdict import Outcome
from bench.report.page import report_page
from bench.run.contract import refuse_broken
from bench.run.contract_result import ContractResult
from bench.run.instruments import Now
from bench.run.rounds import measure
from bench.workloads import WORKLOADS
from tests.builders import PINNING, record, target
from tests.deploy.telling import telling
from tests.fakes.generator import FakeGenerator, Script
from tests.fakes.instruments import instruments
from tests.run.standing import Answer, standing, wrong


PLACING = CpuPlacement(1, 8, PINNING, Path("logs"))


def quiet(line: str) -> None:
    """Say nothing."""


def standing_at(url: str, name: str = "alpha") -> Target:
    """A target that says hello at that address."""
    return target(name, serve=(url,), workloads=("hello",))


def engine_for(
    cache: Path, *targets: Target, ask: Sequence[Sequence[str]] = ()
) -> tuple[ExternalEngine, list[str]]:
    """An engine whose resolver gives these answers one after the other, and the names it was asked."""
    names: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        names.append(host)
        return ask[len(names) - 1] if ask else [host]

    engine = ExternalEngine(cache, targets, PINNING, refuse_broken, ask=resolve)
    return engine, names


def test_it_fits_the_seam_and_knows_nothing_but_answers(tmp_path: Path) -> None:
    """No CPU time, no memory, no start, no version: None or "not known", never a number."""
    with standing() as stood:
        alpha = standing_at(stood.url)
        made, _ = engine_for(tmp_path, alpha)
        engine: Engine = made
        with engine:
            receipt = engine.prepare([alpha], quiet)[alpha.id]
            assert isinstance(receipt, Receipt)
            assert (receipt.version, receipt.known) == (NOT_KNOWN, False)
            server: Server = engine.start(alpha, PLACING, 1)
            assert (server.usage(), server.first_answer_s) == (None, None)
            assert server.process_ids() == []
            assert (engine.database.usage(), engine.database.connections()) == (
                None,
                None,
            )
            server.stop()
            server.check_alive()  # it is not ours to stop


def test_a_wrong_answer_is_refused_before_any_load(tmp_path: Path) -> None:
    """The first wrong answer is the last thing that was asked, and the check is named."""
    with standing(wrong) as stood:
        alpha = standing_at(stood.url)
        engine, _ = engine_for(tmp_path, alpha)
        with engine:
            with pytest.raises(TargetFailed, match="hello: answers") as refused:
                engine.prepare([alpha], quiet)
            with pytest.raises(TargetFailed, match="not passed the contract"):
                engine.start(alpha, PLACING, 1)
        assert stood.url in refused.value.message
        assert stood.asked == ["/hello"]


def test_what_was_not_asked_to_show_it_is_not_given_out(tmp_path: Path) -> None:
    """A right server, too, has to pass first."""
    with standing() as stood:
        alpha = standing_at(stood.url)
        engine, _ = engine_for(tmp_path, alpha)
        with engine, pytest.raises(TargetFailed, match="not passed the contract"):
            engine.start(alpha, PLACING, 1)
        assert stood.asked == []


def test_a_redirect_leads_nowhere(tmp_path: Path) -> None:
    """It is a wrong answer; who it points at is not asked."""
    with standing() as other:

        def elsewhere(path: str) -> Answer:
            return 302, {"Location": f"{other.url}{path}"}, b""

        with standing(elsewhere) as stood:
            alpha = standing_at(stood.url)
            engine, _ = engine_for(tmp_path, alpha)
            with engine, pytest.raises(TargetFailed, match="302"):
                engine.prepare([alpha], quiet)
        assert (other.asked, other.connections) == ([], 0)


def test_an_address_is_pinned_for_the_run(tmp_path: Path) -> None:
    """A name that leads elsewhere at its second look is looked at once."""
    with standing() as stood:
        alpha = standing_at(f"http://app.test:{stood.port}")
        answers = [["127.0.0.1"], ["93.184.216.34"]]
        engine, names = engine_for(tmp_path, alpha, ask=answers)
        with engine:
            engine.prepare([alpha], quiet)
            servers = [engine.start(alpha, PLACING, seed) for seed in (1, 2)]
        assert names == ["app.test"]
        assert {(s.host, s.port) for s in servers} == {("127.0.0.1", stood.port)}


def test_no_connection_is_made_while_one_address_is_elsewhere(tmp_path: Path) -> None:
    """The one of two that would be allowed is left in peace, too."""
    with standing() as stood:
        near, far = standing_at(stood.url), standing_at("http://far.test", "beta")
        answers = [["127.0.0.1"], ["93.184.216.34"]]
        engine, _ = engine_for(tmp_path, near, far, ask=answers)
        with pytest.raises(UsageError, match=r"far\.test"):
            engine.__enter__()
        assert stood.connections == 0


def test_who_is_gone_is_named(tmp_path: Path) -> None:
    """At the start that nobody listens, later that it answers no more."""
    with standing() as stood:
        alpha = standing_at(stood.url)
        engine, _ = engine_for(tmp_path, alpha)
        engine.__enter__()
        engine.prepare([alpha], quiet)
        server = engine.start(alpha, PLACING, 1)
    try:
        with pytest.raises(TargetFailed, match=alpha.id):
            server.check_alive()
    finally:
        engine.__exit__(None, None, None)
    again, _ = engine_for(tmp_path, alpha)
    with pytest.raises(EnvironmentFailure, match="nothing answers at"):
        again.__enter__()


def test_an_agent_beside_it_tells_what_it_uses(tmp_path: Path) -> None:
    """And where it falls silent there is no run, and no start, rather than a gap."""
    with standing() as stood:
        with telling(os.getpid()) as agent:
            serve = (stood.url, agent.address)
            alpha = target(serve=serve, workloads=("hello",))
            engine, _ = engine_for(tmp_path, alpha)
            engine.__enter__()
            engine.prepare([alpha], quiet)
            usage = engine.start(alpha, PLACING, 1).usage()
            assert usage is not None and usage.cpu_ns > 0
        try:
            with pytest.raises(TargetFailed, match="its agent"):
                engine.start(alpha, PLACING, 2)
            with pytest.raises(TargetFailed, match="its agent"):
                engine.prepare([alpha], quiet)
        finally:
            engine.__exit__(None, None, None)


def test_two_names_of_one_server_are_refused(tmp_path: Path) -> None:
    """Told by where they lead, not by how they are written."""
    with standing() as stood:
        first = standing_at(f"http://one.test:{stood.port}")
        other = standing_at(f"http://other.test:{stood.port}", "beta")
        here = [["127.0.0.1"]] * 2
        engine, _ = engine_for(tmp_path, first, other, ask=here)
        with pytest.raises(UsageError, match="the same server"):
            engine.__enter__()


def test_deployments_that_do_other_work_are_not_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each passed by itself; what they showed is held beside each other all the same."""

    def played(
        host: str, port: int, target: Target, **_: object
    ) -> Iterator[ContractResult]:
        yield ContractResult("GET /db/1", True, "right", seen=f"200 row of {port}")

    monkeypatch.setattr("bench.run.contract.play", played)
    alpha, beta = standing_at("http://one.test"), standing_at("http://two.test", "beta")
    here = StandingTarget(alpha, Place("127.0.0.1", 1))
    refuse_broken([here, StandingTarget(beta, Place("127.0.0.1", 1))], quiet)
    with pytest.raises(TargetFailed, match=r"the same work: same: GET /db/1"):
        refuse_broken([here, StandingTarget(beta, Place("127.0.0.1", 2))], quiet)


@pytest.fixture(scope="module")
def urls() -> Iterator[list[str]]:
    """Two right servers for a whole run."""
    with standing() as first, standing() as other:
        yield [first.url, other.url]


@pytest.fixture(scope="module")
def run(urls: list[str], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Six rounds against them, with a generator that sends nothing: what a run can know."""
    folder = tmp_path_factory.mktemp("run")
    at = (f"flask={urls[0]}", f"django={urls[1]}")
    asked = RunOptions("quick", workloads="hello", engine="external", seed=7, at=at)
    plan = external_plan(asked, lambda host, port: [host])
    factors = (1.0, 1.02, 0.99, 1.01, 0.98, 1.03, 0.97)
    engine = ExternalEngine(folder / "cache", plan.targets, plan.pinning, refuse_broken)
    with engine, FakeGenerator(otherwise=Script(factors=factors)) as generator:
        receipts = engine.prepare(plan.targets, quiet)
        tools = instruments(engine, generator, folder, fingerprint=lambda: "abcd1234")
        measured = measure(plan, tools, dict(WORKLOADS), None, lambda number: False)
        events = [event for event in measured if not isinstance(event, Now)]
    received = {k: r for k, r in receipts.items() if isinstance(r, Receipt)}
    return Run(
        record(plan, receipts=received, database=engine.database.facts()),
        tuple(e for e in events if isinstance(e, Boot)),
        tuple(e for e in events if isinstance(e, Window)),
        (),
        tuple(e for e in events if isinstance(e, RoundEnd)),
    )


@pytest.fixture(scope="module")
def understood(run: Run) -> Results:
    """The same, judged by the project's own claims."""
    notes = [WorkloadNote(w.name, w.title, w.why) for w in WORKLOADS.values()]
    return results(run, load_claims(), frameworks(), notes)


def plan_of(run: Run) -> Plan:
    """Its plan."""
    return run.record.plan


def test_a_run_holds_none_where_nobody_told(run: Run) -> None:
    """Every planned window is there, and none has a zero for what was not measured."""
    profile = plan_of(run).profile
    assert len(run.windows) == profile.looks[-1] * 3 * profile.cycles
    for window in run.windows:
        assert window.server_cpu_ns is None and window.server_memory_bytes is None
        assert window.database_cpu_ns is None and window.others_cpu_ns is None
    assert {b.first_answer_s for b in run.boots} == {None}
    assert {b.idle_memory_bytes for b in run.boots} == {None}
    assert all(not end.database_connections for end in run.ends)


def test_no_verdict_rests_on_servers_that_nobody_started(understood: Results) -> None:
    """The ratios are there; the closed list says why they decide nothing."""
    (warning,) = [w for w in understood.warnings if w.reason is reasons.AFRESH]
    outcomes = {verdict.outcome for verdict in understood.verdicts}
    rates = [c for c in understood.comparisons if c.metric == "throughput"]

    assert "8 rounds" in warning.detail
    assert outcomes.isdisjoint({Outcome.SUPPORTED, Outcome.REFUTED})
    assert rates and all(comparison.advantage is not None for comparison in rates)


def test_a_check_that_could_not_look_does_not_pass(understood: Results) -> None:
    """Whether servers rested, shared cores, opened connections: nobody told."""
    passed = {check.id: check.passed for check in understood.checks}

    for check in ("idle", "throttled", "database", "python", "foreign"):
        assert passed[check] is None, check
    assert passed["cores"] is not True
    assert passed["afresh"] is False
    noise = understood.checks[0]
    assert noise.passed is not None and "(throughput)" in noise.measured
    assert "(CPU)" not in noise.measured


def test_the_page_says_what_is_not_known(understood: Results) -> None:
    """And claims nothing of fresh starts, workers or optimised interpreters."""
    page = report_page(understood).html

    assert "Servers were not started afresh" in page
    assert "stood before and after" in page
    assert "started afresh in each" not in page
    assert "worker process per app" not in page
    assert "CPU time per request" in page and "not measured" in page
    assert "If your work looks like" not in page
