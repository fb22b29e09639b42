"""The tables people edit are read strictly, and a fault in them is named."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bench.configure.probes import load_probes
from bench.configure.tables import (
    DEFINITIONS,
    FrameworkTable,
    load_frameworks,
    load_profiles,
)
from bench.configure.targets import all_targets, select, twin
from bench.errors import UsageError
from bench.model.framework import Role, Target
from bench.workloads import WORKLOADS


ABLATING = {"servers", "validators", "layers", "habits"}
PIN = re.compile(r"^([\w.-]+)==([^\s;\\]+)", re.MULTILINE)


def targets() -> tuple[Target, ...]:
    """Every target of the shipped table."""
    return all_targets(load_frameworks(), load_profiles()[1])


def chosen(*selectors: str) -> list[str]:
    """The ids that selectors name."""
    return [t.id for t in select(targets(), selectors, load_frameworks())]


def test_each_framework_has_one_contestant() -> None:
    """Every framework but the floor is entered as one default deployment, at each version."""
    contestants = [t.framework for t in targets() if t.role is Role.CONTESTANT]
    for framework, _ in load_frameworks().values():
        of_one = contestants.count(framework.name)
        assert of_one in {0, len(framework.versions)}

    assert sorted(set(contestants)) == sorted(
        {t.framework for t in targets()} - {"floor"}
    )


def test_ids_are_unique() -> None:
    """No two targets share an id."""
    ids = [target.id for target in targets()]

    assert len(ids) == len(set(ids))


def test_every_standing_version_has_a_lock() -> None:
    """What the table promises can be installed from a lock."""
    apps = DEFINITIONS.parents[1] / "apps"
    for framework, _ in load_frameworks().values():
        for version in framework.versions:
            assert (apps / framework.name / "locks" / f"{version}.txt").is_file()


def test_an_ablation_adds_to_the_lock_and_changes_nothing_in_it() -> None:
    """What its own lock holds beyond the version's is more, never another version."""
    apps = DEFINITIONS.parents[1] / "apps"
    added = [target for target in targets() if target.lock]
    assert added
    for target in added:
        locks = apps / target.framework / "locks"
        plain = dict(PIN.findall((locks / f"{target.version}.txt").read_text()))
        more = dict(PIN.findall((locks / f"{target.lock_name}.txt").read_text()))
        assert target.role is Role.ABLATION
        assert plain.items() < more.items(), target.id


def test_no_lock_lies_about_unused() -> None:
    """Every lock of an ablation belongs to one."""
    apps = DEFINITIONS.parents[1] / "apps"
    used = {f"{t.framework}/{t.lock_name}" for t in targets()}
    for path in apps.glob("*/locks/*+*.txt"):
        assert f"{path.parents[1].name}/{path.stem}" in used


def test_a_lock_of_an_ablation_is_kept_for_the_newest_version_only() -> None:
    """A framework that gets an older version does not need its ablations' locks, too."""
    table, parity = load_frameworks(), load_profiles()[1]
    framework, rows = table["flask"]
    older = replace(framework, versions=("3.0", *framework.versions))
    locked = [
        t for t in all_targets({"flask": FrameworkTable(older, rows)}, parity) if t.lock
    ]
    assert locked
    assert {target.version for target in locked} == {framework.versions[-1]}


def test_every_ablation_is_measured_beside_what_it_changes() -> None:
    """Each one is in a profile that asks for a workload of it, with its contestant."""
    profiles, _ = load_profiles()
    by_id = {target.id: target for target in targets()}
    measured = set()
    for name in ABLATING:
        ids = chosen(*profiles[name].targets)
        contestants = {
            by_id[contestant_id].framework
            for contestant_id in ids
            if by_id[contestant_id].role is Role.CONTESTANT
        }
        for target_id in ids:
            served = by_id[target_id].workloads or tuple(WORKLOADS)
            asked = set(served) & set(profiles[name].workloads)
            assert asked or by_id[target_id].role is not Role.ABLATION, (
                f"{name}: {target_id}"
            )
            assert by_id[target_id].framework in contestants | {"floor"}
            measured.add(target_id)
    ablations = {t.id for t in targets() if t.role is Role.ABLATION}
    assert ablations - measured == set()


def test_an_ablation_changes_its_contestant() -> None:
    """Command, environment or lock differ; an ablation that changed nothing would be a twin."""
    contestants = {t.framework: t for t in targets() if t.role is Role.CONTESTANT}
    for target in targets():
        if target.role is Role.ABLATION and target.framework in contestants:
            plain = contestants[target.framework]
            assert (target.serve, target.environment) != (
                plain.serve,
                plain.environment,
            ), target.id


def test_profiles_name_only_what_exists() -> None:
    """Workloads and selectors of every profile are known."""
    profiles, _ = load_profiles()
    assert set(profiles) >= {"smoke", "quick", "standard", "full"}
    assert set(profiles) >= ABLATING
    for profile in profiles.values():
        assert set(profile.workloads) <= set(WORKLOADS)
        assert chosen(*profile.targets)
        assert len(chosen(profile.twin)) == 1


def test_smoke_gives_no_verdicts_and_the_others_do() -> None:
    """One round decides nothing."""
    profiles, _ = load_profiles()

    assert {p.name for p in profiles.values() if not p.verdicts} == {"smoke"}


def test_selectors() -> None:
    """A role, a framework, a version and a deployment each narrow the choice."""
    assert all("floor" not in name for name in chosen("contestant"))
    assert list(chosen("flask")) == list(chosen("flask@*/gunicorn-gthread"))[-1:]
    assert chosen("flask@2.3", "flask") == [
        "flask@2.3/gunicorn-gthread",
        *chosen("flask"),
    ]
    assert set(chosen("flask/*")) > set(chosen("flask"))
    assert len(chosen("contestant", "flask")) == len(chosen("contestant"))


@pytest.mark.parametrize(
    ("selector", "fault", "hint"),
    [
        ("flaks", "no target named 'flaks'", "did you mean 'flask'?"),
        ("flask@9.9", "no version named '9.9'", "there are: "),
        ("flask/gunicorn-gtread", "no deployment named", "gunicorn-gthread"),
    ],
)
def test_an_unknown_selector_says_what_exists(
    selector: str, fault: str, hint: str
) -> None:
    """A name that is not there is answered with the names that are."""
    with pytest.raises(UsageError) as caught:
        chosen(selector)

    assert fault in caught.value.message
    assert hint in (caught.value.hint or "")


def test_a_twin_is_the_same_under_a_second_name() -> None:
    """Everything that decides speed is equal."""
    original = targets()[0]
    second = twin(original)

    assert second.id != original.id
    assert second.twin_of == original.id
    assert (second.serve, second.environment) == (original.serve, original.environment)


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("cycles = 1", "cycels = 1", "cycels"),
        ("cycles = 1", "cycles = 0", "cycles"),
        ("looks = [1]", "looks = [3, 2]", "looks must rise"),
        ("clients = 16", 'clients = "many"', "clients"),
        ("[parity]", "[parity", "not a TOML file"),
        ("threads = 8", "", "threads"),
        ('workloads = ["hello", ', 'workloads = ["helo", ', "named 'helo'"),
        ('workloads = ["hello", ', 'workloads = ["hello", "hello", ', "'hello' is there 2 times"),
        ('[profile.open_loop]\nworkloads = ["hello"', '[profile.open_loop]\nworkloads = ["helo"', "named 'helo'"),
        ('[profile.open_loop]\nworkloads = ["hello"', '[profile.open_loop]\nworkloads = ["large"', "named 'large'"),
    ],
)  # fmt: skip
def test_a_typo_in_a_profile_is_named(
    tmp_path: Path, before: str, after: str, fault: str
) -> None:
    """File, key and remedy, and no traceback."""
    refused(tmp_path, "profiles.toml", load_profiles, (before, after), fault)


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ('interface = "wsgi"', 'interface = "http"', "interface: input should be 'wsgi' or 'asgi' (found 'http')"),
        ('role = "contestant"', 'role = "best"', "role"),
        ('role = "contestant"', 'role = "ablation"', "0 of its deployments are contestants"),
        ('role = "ablation"', 'role = "contestant"', "2 of its deployments are contestants"),
        ('role = "ablation"', 'role = "twin"', "no deployment is a twin"),
        ('role = "floor"', 'role = "contestant"', "it is a bare server"),
        ('workloads = ["validate"]', 'workloads = ["dbread"]', "no workload named 'dbread'"),
        ('workloads = ["validate"]', 'workloads = ["validate", "validate"]', "'validate' is there 2 times"),
        ('workloads = ["validate"]', "workloads = []", "workloads"),
        ("--bind={host}:{port}", "--bind={host}:{prt}", "no placeholder named 'prt'"),
        ("--bind={host}:{port}", "--bind={host}:80", "not told its port"),
        ('DJANGO_MIDDLEWARE = "none"', 'DJANGO_MIDDLEWARE = "{threds}"', "no placeholder named 'threds'"),
        ('DJANGO_MIDDLEWARE = "none"', 'DATABASE_URL = "none"', "DATABASE_URL is set by the engine"),
        ('DJANGO_MIDDLEWARE = "none"', '"A B" = "none"', "'A B' is no name of a variable"),
        ('title = "Django on granian"', 'title = "Django, no middleware"', "'Django, no middleware' is there 2 times"),
        ('title = "Django on granian"', 'title = " "', "title"),
        ('title = "Django on granian"', 'title = "Django"', "'Django' is there 2 times"),
        ('versions = ["', 'versions = ["99.9", "', "versions must rise"),
        ('deployment = "granian"', 'deployment = "gunicorn-sync"', "'gunicorn-sync' is there 2 times"),
    ],
)  # fmt: skip
def test_a_wrong_value_in_the_table_of_frameworks_is_named(
    tmp_path: Path, before: str, after: str, fault: str
) -> None:
    """When it is read, not after a measurement; with what exists instead."""
    refused(tmp_path, "frameworks.toml", load_frameworks, (before, after), fault)


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ('--port={port}', '--port={prt}', "no placeholder named 'prt'"),
        ('PYTHONPATH = "{work}:."', 'PYTHONPATH = "{wrk}:."', "no placeholder named 'wrk'"),
        ('"project", "{work}"]]', '"project", "{url}"]]', "no placeholder named 'url'"),
        ('"{url}"]', '"{port}"]', "no placeholder named 'port'"),
    ],
)  # fmt: skip
def test_a_placeholder_that_nobody_fills_is_named_in_a_probe(
    tmp_path: Path, before: str, after: str, fault: str
) -> None:
    """Each key of a case has its own: what is prepared is so before anything listens."""
    refused(tmp_path, "probes.toml", load_probes, (before, after), fault)


def refused(
    folder: Path,
    name: str,
    load: Callable[[Path], object],
    change: tuple[str, str],
    fault: str,
) -> None:
    """The shipped table with one change is refused, with file, fault and remedy."""
    text = (DEFINITIONS / name).read_text(encoding="utf-8")
    assert change[0] in text
    path = folder / name
    path.write_text(text.replace(*change, 1), encoding="utf-8")

    with pytest.raises(UsageError) as caught:
        load(path)

    assert str(path) in caught.value.message
    assert fault in caught.value.message
    assert caught.value.hint


def test_the_stress_experiment_is_what_its_claims_say() -> None:
    """Shares from a tenth of capacity to past it, a surge to 150 % for 2.5 s, seven rounds, in the profiles to quote."""
    profiles = load_profiles()[0]
    for name in ("stress", "standard", "full"):
        experiment = profiles[name].experiment("stress")
        assert experiment is not None and experiment.rounds == 7
        shares = [load.share for load in experiment.loads if load.share]
        assert shares == [0.1, 0.4, 0.7, 0.9, 1.1, 0.3]
        surge = experiment.loads[-1].surge
        assert surge is not None
        assert surge.times * 0.3 == pytest.approx(1.5) and surge.lasts_s == 2.5
        # Longer than response times may take to be back, or nobody could fail to be.
        assert experiment.loads[-1].measure_s - surge.until_s > 2 * surge.lasts_s
    assert profiles["quick"].experiment("stress") is None


def test_an_experiment_plays_what_is_beside_the_others(tmp_path: Path) -> None:
    """A second workload without a closed loop of its own would have no rate: refused by name."""
    text = (DEFINITIONS / "profiles.toml").read_text(encoding="utf-8")
    wrong = text.replace(
        'beside = { workload = "predict-heavy"', 'beside = { workload = "predict"'
    )
    assert wrong != text
    path = tmp_path / "profiles.toml"
    path.write_text(wrong, encoding="utf-8")
    with pytest.raises(UsageError, match=r"predict-heavy.*found 'predict'"):
        load_profiles(path)


def test_the_experiment_on_predictions_is_played_alone_and_beside() -> None:
    """Each open loop is there twice, and the predictions have a closed loop."""
    profiles, _ = load_profiles()
    for name in ("predictions", "standard", "full"):
        experiment = profiles[name].experiment("predictions")
        assert experiment is not None
        cheap = experiment.loads_of("hello")
        assert [load.beside is not None for load in cheap] == [False, True]
        assert len({load.rate_rps for load in cheap}) == 1
        assert [load.is_open for load in experiment.loads_of("predict-heavy")] == [
            False
        ]
        windows = (4 * len(cheap) + 4) * experiment.cycles
        assert windows * cheap[0].duration_s < 75, "its time in a round of standard"


def test_a_table_that_was_changed_is_read_anew(tmp_path: Path) -> None:
    """What was parsed once is kept by its text, not by its file."""
    path = tmp_path / "frameworks.toml"
    text = (DEFINITIONS / "frameworks.toml").read_text(encoding="utf-8")
    titles = []
    for name in ("Flask", "Another one"):
        path.write_text(text.replace('title = "Flask"', f'title = "{name}"'), "utf-8")
        titles.append(
            {framework.title for framework, _ in load_frameworks(path).values()}
        )

    assert titles[0] - titles[1] == {"Flask"}
    assert titles[1] - titles[0] == {"Another one"}
