"""Every target of the table meets the contract, and contestants do equal work."""

import pytest

from bench.model.framework import Role
from bench.run.contract import compare
from bench.run.contract_errors import CASES
from bench.workloads import WORKLOADS
from bench.workloads.vectors import INVALID, VALID, VECTORS
from tests.contract.stages import Played, Stage, bare, played_once


pytestmark = pytest.mark.live


def test_every_wrong_question_about_a_served_route_gets_its_answer(
    played: Played,
) -> None:
    """None is left out because other routes are not served; each gets the agreed status and never a 500."""
    served = played.target.workloads or tuple(WORKLOADS)
    for case in CASES:
        asked = {*case.needs} <= {*served} and not (case.routed and bare(played.target))
        assert (case.name in played.findings) == asked, case.name
        if asked:
            ok = played.findings[case.name].ok
            free = case.recorded or case.of_validator
            assert ok is True or (free and ok is None), case.name


def test_nothing_breaks_the_contract(played: Played) -> None:
    """No finding of the target is a breach; what may differ is only recorded."""
    broken = [
        f"{f.name}: {f.detail}" for f in played.findings.values() if f.ok is False
    ]
    assert not broken, "\n".join(broken)


def test_every_served_workload_is_answered(played: Played) -> None:
    """What the table says a target serves was asked, and answered rightly."""
    served = played.target.workloads or tuple(WORKLOADS)
    for name in served:
        assert played.findings[f"{name}: answers"].ok is True


def test_every_body_of_a_served_route_is_sent(played: Played) -> None:
    """Each body of a served route is taken or refused as agreed, and a refusal names every wrong place."""
    served = played.target.workloads or tuple(WORKLOADS)
    for vector in VECTORS:
        if vector.workload in served:
            finding = played.findings[f"{vector.workload}: {vector.name}"]
            assert finding.ok is True, finding.detail


def test_whole_contract_is_played(whole: Played) -> None:
    """A target that serves everything is asked about everything, statements too."""
    sent = len(VECTORS) + len(CASES)
    assert len(whole.findings) >= sent + len(WORKLOADS) + 20
    assert "statements of GET /queries?n=3&seed=2" in whole.findings
    assert "rendezvous" in whole.findings


def test_contestants_show_the_same(stage: Stage) -> None:
    """Status, values, places of errors and content types are equal between contestants."""
    contestants = [t for t in stage.targets if t.role is Role.CONTESTANT]
    findings = {t.id: played_once(stage, t) for t in contestants}
    compared = list(compare(findings))
    different = [f"{f.name}: {f.detail}" for f in compared if f.ok is False]
    assert not different, "\n".join(different)
    assert sum(f.ok is True for f in compared) > len(VALID) + len(INVALID)


def test_same_layer_same_statements(stage: Stage) -> None:
    """Two deployments of one application ask the database the same."""
    by_app: dict[tuple[str, str], set[str]] = {}
    for target in stage.targets:
        if target.workloads is None:
            for finding in played_once(stage, target):
                if finding.name.startswith("statements of"):
                    key = (target.framework, finding.name)
                    by_app.setdefault(key, set()).add(finding.seen or "")
    assert by_app
    assert {
        key: statements for key, statements in by_app.items() if len(statements) != 1
    } == {}
