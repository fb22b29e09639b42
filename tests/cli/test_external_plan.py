"""`--engine external --at NAME=URL`: what may be asked, and what the plan then holds."""

from collections.abc import Sequence

import pytest

from bench.analyse.comparisons import pairs
from bench.cli.plan_text import plan_lines
from bench.cli.record import command_line
from bench.cli.run_options import RunOptions, external_plan, refuse_mixture
from bench.errors import UsageError
from bench.model.framework import Role
from bench.model.plan import Plan


FLASK = "flask=http://app.test:8001"
FLOOR = "floor=http://127.0.0.1:8002/"


def asked(*at: str, **changes: object) -> RunOptions:
    """What a person typed."""
    plain: dict[str, object] = {"profile": "standard", "engine": "external", "seed": 7}
    return RunOptions(at=at, **{**plain, **changes})  # type: ignore[arg-type]


def near(host: str, port: int) -> Sequence[str]:
    """A resolver for which everything stands here."""
    return ["127.0.0.1"]


def planned(*at: str, **changes: object) -> Plan:
    """The plan for it, without asking any real resolver."""
    return external_plan(asked(*at, **changes), near)


def test_each_address_is_a_target_and_one_is_entered_twice() -> None:
    """Contestants first, the profile's twin at the same address, nothing claimed of versions."""
    plan = planned(FLOOR, FLASK)
    flask, floor, again = plan.targets

    assert (flask.role, floor.role, again.role) == (
        Role.CONTESTANT,
        Role.FLOOR,
        Role.TWIN,
    )
    assert flask.serve == again.serve == ("http://app.test:8001",)
    assert floor.serve == ("http://127.0.0.1:8002",)
    assert again.twin_of == flask.id
    assert "3." not in flask.id and flask.version == "external"
    assert not plan.own_servers and plan.pinning.server == ()


def test_several_deployments_of_a_framework_have_labels() -> None:
    """The first one stands for its framework, the others are compared with it; each has its own agent."""
    plan = planned(
        "flask:gevent=http://app.test:1",
        "flask:sync=http://app.test:2",
        FLOOR,
        agents=("flask:sync=http://app.test:9",),
    )
    gevent, sync, floor, again = plan.targets

    assert [t.id for t in (gevent, sync)] == [
        "flask@external/gevent",
        "flask@external/sync",
    ]
    assert (gevent.role, sync.role) == (Role.CONTESTANT, Role.ABLATION)
    assert (gevent.title, sync.title) == ("Flask, gevent", "Flask, sync")
    assert sync.serve == ("http://app.test:2", "http://app.test:9")
    assert floor.deployment == "as-it-stands" and again.twin_of == gevent.id
    assert (sync, gevent) in list(pairs(plan))


def test_nothing_that_writes_and_no_experiment_is_in_the_plan() -> None:
    """The standard profile has both; a deployment that stands is not reset and not multiplied."""
    plan = planned(FLASK, FLOOR)
    works = {cell.workload for cell in plan.cells}

    assert "db-write" not in works and "db-read" in works
    assert {c.workload for c in plan.cells if c.target.startswith("floor")} == {
        "hello",
        "json",
    }
    assert not [cell for cell in plan.cells if cell.load.experiment]
    assert (plan.profile.experiments, plan.profile.probes) == ((), "none")
    text = "\n".join(plan_lines(plan, "why"))
    assert "not known" in text and "at http://app.test:8001" in text
    # Nothing shows it before the first pause, and then the window is lost.
    assert "replaces its workers (--max-requests) may pause for whole windows" in text


def test_the_command_repeats_the_addresses_and_not_the_ownership() -> None:
    """Who types it again must say himself that the server is his."""
    typed = asked(FLASK, i_own_this=True)
    words = command_line(typed, external_plan(typed, near))

    assert "--at flask=http://app.test:8001 --engine external --seed 7" in words
    assert "--i-own-this" not in words


@pytest.mark.parametrize(
    ("at", "changes", "says"),
    [
        (("flask",), {}, "there is no address"),
        (("flaks=http://127.0.0.1",), {}, "flaks"),
        ((FLASK, FLASK), {}, "twice"),
        (
            ("flask:sync=http://127.0.0.1:1", "flask:sync=http://127.0.0.1:2"),
            {},
            "twice",
        ),
        (("flask:=http://127.0.0.1:1",), {}, "'' is no label"),
        (("flask:Sync worker=http://127.0.0.1:1",), {}, "is no label"),
        (("sync:flask=http://127.0.0.1:1",), {}, "no framework named 'sync'"),
        ((FLASK, "django=http://app.test:8001/"), {}, "under another name"),
        (("flask=http://me:pw@127.0.0.1",), {}, "password"),
        ((FLASK,), {"profile": "quik"}, "quik"),
        ((FLASK,), {"workloads": "helo"}, "helo"),
        ((FLASK,), {"workloads": "hello,db-write"}, "db-write changes rows"),
        (
            (FLASK,),
            {"agents": ("django=http://127.0.0.1:9",)},
            "--agent: no deployment named",
        ),
        ((FLASK,), {"agents": ("flask=http://me:pw@127.0.0.1",)}, "password"),
        ((FLOOR,), {"workloads": "validate"}, "answers none of validate"),
    ],
)
def test_a_wrong_word_is_named(
    at: tuple[str, ...], changes: dict[str, object], says: str
) -> None:
    """Before anybody is asked anything."""
    with pytest.raises(UsageError, match=says) as refused:
        planned(*at, **changes)
    assert refused.value.hint


def test_an_address_elsewhere_is_refused_with_the_plan() -> None:
    """Not after the first connection."""

    def far(host: str, port: int) -> Sequence[str]:
        return ["93.184.216.34"]

    with pytest.raises(UsageError, match=r"93\.184\.216\.34"):
        external_plan(asked(FLASK), far)
    assert external_plan(asked(FLASK, i_own_this=True), far).targets


@pytest.mark.parametrize(
    ("engine", "at", "owned", "starting", "says"),
    [
        ("external", (), False, False, "needs at least one --at"),
        ("external", (FLASK,), False, True, "--targets, --with and --new"),
        ("auto", (FLASK,), False, False, "--at, --agent and --i-own-this"),
        ("local", (), True, False, "--at, --agent and --i-own-this"),
    ],
)
def test_what_stands_is_not_mixed_with_what_is_started(
    engine: str, at: tuple[str, ...], owned: bool, starting: bool, says: str
) -> None:
    """Each sentence says what to leave out or to add."""
    with pytest.raises(UsageError, match=says) as refused:
        refuse_mixture(engine, at, owned, starting)
    assert refused.value.hint
