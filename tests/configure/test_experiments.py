"""Experiments in the table of profiles, and the targets that they start."""

import re
from pathlib import Path

import pytest

from bench.cli.run_options import RunOptions, chosen_targets, plan_for, worker_levels
from bench.configure.tables import DEFINITIONS, load_frameworks, load_profiles
from bench.configure.targets import all_targets, select, with_workers
from bench.errors import UsageError
from bench.model.framework import Role
from bench.model.topology import flat
from bench.workloads import WORKLOADS


def changed(tmp_path: Path, old: str, new: str) -> Path:
    """The shipped table with one thing changed in it."""
    text = (DEFINITIONS / "profiles.toml").read_text()
    assert old in text
    path = tmp_path / "profiles.toml"
    path.write_text(text.replace(old, new))
    return path


def test_an_experiment_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    """By its name, its profile, and with what exists."""
    path = changed(tmp_path, 'experiments = ["turns"]', 'experiments = ["turn"]')
    with pytest.raises(UsageError, match="turn") as refused:
        load_profiles(path)
    assert "profile 'turns'" in str(refused.value.message)
    assert "turns" in str(refused.value.hint)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("at_once = 8", "at_once = 65", "at_once"),
        ("at_once = 8", "at_ones = 8", "at_ones"),
        ("clients = [1, 8]", "clients = []", "clients"),
        ("workers = [1, 2, 4]", "workers = [0]", "workers"),
    ],
)
def test_what_is_wrong_in_an_experiment_is_named(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    """The key, not a traceback."""
    with pytest.raises(UsageError, match=says):
        load_profiles(changed(tmp_path, old, new))


def test_every_experiment_of_the_table_can_be_played() -> None:
    """Its targets and workloads exist, and each workload is answered by some of them."""
    profiles, parity = load_profiles()
    table = load_frameworks()
    experiments = {e.name: e for p in profiles.values() for e in p.experiments}
    assert {"turns", "scaling", "workers"} <= set(experiments)
    for experiment in experiments.values():
        selected = select(all_targets(table, parity), experiment.targets, table)
        for name in experiment.workloads:
            assert name in WORKLOADS
            assert any(t.serves(name) for t in selected)


def test_closed_loops_come_with_the_name_of_their_experiment() -> None:
    """So that no window of it is taken for one of the headline's."""
    experiment = load_profiles()[0]["turns"].experiment("turns")
    assert experiment is not None
    assert [load.name for load in experiment.loads] == [
        "turns.closed-1",
        "turns.closed-8",
    ]


def test_turns_are_asked_of_every_kind_of_server() -> None:
    """Development server, sync, gthread, gevent and an event loop, wherever a framework has them."""
    experiment = load_profiles()[0]["turns"].experiment("turns")
    assert experiment is not None
    table = load_frameworks()
    selected = select(all_targets(table, load_profiles()[1]), experiment.targets, table)
    servers = {
        (t.framework, t.deployment) for t in selected if t.role is not Role.FLOOR
    }
    kinds = (
        "gunicorn-sync",
        "gunicorn-gthread",
        "gunicorn-gevent",
        "development-server",
    )
    for target in all_targets(table, load_profiles()[1]):
        if target.deployment in kinds and target.role is not Role.FLOOR and target.framework != "floor":  # fmt: skip
            assert (target.framework, target.deployment) in servers
    assert {name for name, server in servers if re.fullmatch("uvicorn", server)} == {
        "django",
        "fastapi",
    }


def test_a_target_with_workers_of_its_own_is_a_variant() -> None:
    """Another id and title, no contestant, the same command."""
    table = load_frameworks()
    target = select(all_targets(table, load_profiles()[1]), ["flask"], table)[0]
    two = with_workers(target, 2)
    assert (two.workers, two.role, two.serve) == (2, Role.ABLATION, target.serve)
    assert two.id == f"{target.id}+2-workers" and two.title == "Flask, 2 workers"
    assert with_workers(target, 1).title == "Flask, 1 worker"


def test_workers_need_a_core_each() -> None:
    """Those that fit; none where a single one is left, since there is nothing to compare."""
    assert worker_levels((1, 2, 4), 4) == (1, 2, 4)
    assert worker_levels((1, 2, 4), 3) == (1, 2)
    assert worker_levels((1, 2, 4), 1) == ()


@pytest.mark.parametrize(("processors", "levels"), [(2, 0), (4, 2), (6, 3), (64, 3)])
def test_workers_are_varied_where_there_are_processors_for_them(
    monkeypatch: pytest.MonkeyPatch, processors: int, levels: int
) -> None:
    """Two processors: none. Four: one and two workers of each contestant; six or more: four, too."""
    monkeypatch.setattr(
        "bench.cli.run_options.topology", lambda: flat(range(processors))
    )
    this = plan_for(RunOptions("scaling", None, None, "local", "", 1))
    varied = [t for t in this.targets if t.workers is not None]
    assert len(varied) == levels * len(chosen_targets(["contestant"]))
    assert this.workers == len(this.pinning.server) == 1, "the headline's stay one"
    assert {c.target for c in this.cells if c.load.experiment == "workers"} == {
        t.id for t in varied
    }


def test_what_was_asked_for_by_name_limits_experiments_too() -> None:
    """One framework asked for: an experiment starts no other."""
    this = plan_for(
        RunOptions("turns", "flask,flask/gunicorn-sync", None, "local", "", 1)
    )
    assert {t.framework for t in this.targets} == {"flask"}
    played = {c.target for c in this.cells if c.load.experiment == "turns"}
    assert {name.rpartition("/")[2] for name in played} == {
        "gunicorn-gthread",
        "gunicorn-sync",
    }
