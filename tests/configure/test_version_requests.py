"""Versions asked for by hand: what is typed, and what it makes of the table."""

import pytest

from bench.cli.run_options import RunOptions, chosen_targets, plan_for
from bench.configure.tables import load_frameworks, load_profiles, profile_requests
from bench.configure.targets import all_targets, select
from bench.configure.version_requests import (
    VersionRequest,
    requirements,
    version_request,
    with_versions,
)
from bench.deploy.requested_locks import ResolvedVersion as Locked
from bench.errors import UsageError
from bench.model.framework import Role


TABLE = load_frameworks()
STANDING = "# a comment\nasyncpg\nfastapi==0.165.*\nuvicorn[standard]\n"


def lines(typed: str) -> list[str]:
    """The requirements that a wish makes of STANDING."""
    return requirements(STANDING, version_request(typed, TABLE)).splitlines()[1:]


def test_a_version_takes_the_place_of_the_standing_one() -> None:
    """The framework's own pin gives way; everything else stays."""
    assert lines("fastapi==0.115.*") == [
        "asyncpg",
        "uvicorn[standard]",
        "fastapi==0.115.*",
    ]


def test_another_package_goes_with_the_standing_framework() -> None:
    """A bare framework keeps its pin, and the other's extras are kept."""
    assert lines("FastAPI + uvicorn==0.30.*") == [
        "asyncpg",
        "fastapi==0.165.*",
        "uvicorn[standard]",
        "uvicorn==0.30.*",
    ]


def test_a_commit_is_a_version() -> None:
    """A requirement by address needs no spaces."""
    assert "fastapi@git+https://example.org/x@abc" in lines(
        "fastapi@git+https://example.org/x@abc"
    )


@pytest.mark.parametrize("typed", ["gunicorn==25.*", "flask==3.0.* + django==6.0.*"])
def test_one_framework_must_be_named(typed: str) -> None:
    """None or two are refused, with what exists and how to say it."""
    with pytest.raises(UsageError, match="must name one framework") as refused:
        version_request(typed, TABLE)
    assert "django, flask, fastapi" in (refused.value.hint or "")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("flask=3.0", "did you mean flask==3.0.*?"),
        ("flask@3.0", "did you mean flask==3.0.*?"),
        ("flask 3.0", "did you mean flask==3.0.*?"),
        ("flask-3", "did you mean flask==3.*?"),
        ("flask==3.0.x", "did you mean flask==3.0.*?"),
        ("fastapi + pydantic=2.11", "did you mean pydantic==2.11.*?"),
        ("fastapi + -r /etc/passwd", "write PACKAGE==1.2.*"),
        ("flask==3.0.*+werkzeug==3.1", "PACKAGE + OTHER==2.1"),
        ("flask", "say which: flask==1.2.*"),
    ],
)
def test_what_says_no_version_is_refused(typed: str, meant: str) -> None:
    """It was taken for the standing version, or handed to the installer as an option."""
    with pytest.raises(UsageError) as refused:
        version_request(typed, TABLE)
    assert repr(typed) in refused.value.message
    assert meant in (refused.value.hint or "")


def test_a_target_that_was_named_takes_part_or_is_refused() -> None:
    """One that serves none of the workloads; one that the profile brings along is only mentioned."""
    said: list[str] = []
    with pytest.raises(UsageError, match="'floor' serves none of db-read") as refused:
        plan_for(
            RunOptions("quick", targets="flask,floor", workloads="db-read", seed=1)
        )
    plan = plan_for(RunOptions("quick", workloads="db-read", seed=1), said.append)

    assert "hello" in (refused.value.hint or "")
    assert not [t.id for t in plan.targets if t.role is Role.FLOOR]
    assert any("floor@1" in line and "db-read" in line for line in said)


def test_a_folder_is_refused() -> None:
    """What may change beneath a run is no version."""
    with pytest.raises(UsageError, match="may change"):
        version_request("flask @ file:///work/flask", TABLE)


@pytest.mark.parametrize(
    "address",
    [
        "git+https://me:hunter2@host/r@abc",
        "git+https://hunter2@host/r@abc",
        "git+ssh://git:hunter2@host/r@abc",
        "https://:hunter2@host/r.whl and more",
    ],
)
def test_a_password_in_an_address_is_refused_and_not_repeated(address: str) -> None:
    """A run keeps what was typed, and its page shows it."""
    with pytest.raises(UsageError, match="password") as refused:
        version_request(f"flask@{address}", TABLE)
    assert "hunter2" not in f"{refused.value.message} {refused.value.hint}"


def test_an_address_without_a_password_is_taken() -> None:
    """A name alone says who asks over SSH; a commit has its @, too."""
    for address in (
        "git+ssh://git@host.invalid/r@abc",
        "git+https://h.invalid:1/r@abc",
    ):
        assert version_request(f"flask@{address}", TABLE).framework == "flask"


def test_wished_versions_are_older_than_the_newest() -> None:
    """Whoever says no version means the standing newest, even beside a wish."""
    typed = ["flask@9.8", "flask@9.9", "flask@9.8"]
    standing = TABLE["flask"].framework.versions
    assert with_versions(TABLE, typed)["flask"].framework.versions == (
        "9.8",
        "9.9",
        *standing,
    )
    table = with_versions(TABLE, ["flask@9.9"])
    assert (
        table["flask"].framework.versions[-1] == TABLE["flask"].framework.versions[-1]
    )
    selected = select(
        all_targets(table, load_profiles()[1]), ["flask", "flask@9.9"], table
    )
    assert [t.version for t in selected] == [
        "9.9",
        TABLE["flask"].framework.versions[-1],
    ]
    assert [t.title for t in selected] == ["Flask 9.9", "Flask"]


def test_no_profile_grew_with_the_older_versions() -> None:
    """Role and name select the newest version's deployments only."""
    newest = {name: framework.versions[-1] for name, (framework, _) in TABLE.items()}
    for name, profile in load_profiles()[0].items():
        chosen = chosen_targets(list(profile.targets))
        older = [t.id for t in chosen if t.version != newest[t.framework]]
        assert bool(older) == (name == "versions"), name


def test_older_versions_are_entered_as_their_teams_deploy_them() -> None:
    """Their ablations are not: those are questions about the newest."""
    entered = all_targets(TABLE, load_profiles()[1])
    for target in entered:
        if target.version != TABLE[target.framework].framework.versions[-1]:
            assert target.role is Role.CONTESTANT


def test_a_profile_may_have_wishes_of_its_own() -> None:
    """Each is one that could be typed; other profiles, and those that nobody knows, have none."""
    standing = profile_requests("dependencies")
    packages = {
        version_request(typed, TABLE).requirements[1].partition("=")[0]
        for typed in standing
    }

    assert {"gunicorn", "uvicorn", "pydantic"} <= packages
    assert profile_requests("quick") == profile_requests("nobody") == ()


def test_named_targets_leave_a_profiles_wishes_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As they leave out its targets; what is typed beside them stays."""
    asked: list[str] = []

    def locked(request: VersionRequest, *_: object) -> Locked:
        asked.append(request.typed)
        return Locked(request.framework, "9.9")

    monkeypatch.setattr("bench.cli.run_options.resolve", locked)
    plan = plan_for(RunOptions("dependencies", seed=1))
    assert asked == list(profile_requests("dependencies"))
    assert {t.id for t in plan.targets} >= {"flask@9.9/gunicorn-gthread"}

    asked.clear()
    typed = "flask==3.0.*"
    plan_for(
        RunOptions("dependencies", targets="flask", version_requests=(typed,), seed=1)
    )
    assert asked == [typed]
