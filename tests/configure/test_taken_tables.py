"""
Damaged tables that are taken for good all the same: what they lead to is no traceback either.

A plan of such a profile is made and can be told, or is refused; a run is judged
by such claims.
"""

import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.cli import run_options
from bench.cli.plan_text import plan_lines
from bench.configure.claims import load_claims
from bench.configure.tables import (
    DEFINITIONS,
    load_frameworks,
    load_profiles,
    profile_requests,
)
from bench.configure.version_requests import version_request
from bench.errors import BenchError, UsageError
from bench.judge.results import SupplementaryResults, results
from bench.model.plan import Profile
from bench.model.results import Results, WorkloadNote
from bench.model.run import Run
from tests.analyse.builders import Truth, make_run
from tests.damage import bent, few, toml


type Row = dict[str, Any]

PROFILES, FRAMEWORKS = "profiles.toml", "frameworks.toml"


def written(
    data: st.DataObject, name: str, folder: Path, of: Callable[[Row], bool] = bool
) -> Path:
    """
    A table of ours in one row of which texts and numbers are others.

    They are of the right type, so that much of it is taken.
    """
    whole = tomllib.loads((DEFINITIONS / name).read_text(encoding="utf-8"))
    kind = data.draw(st.sampled_from([k for k in whole if isinstance(whole[k], list)]))
    rows = [number for number, row in enumerate(whole[kind]) if of(row)]
    number = data.draw(st.sampled_from(rows or [0]))
    whole[kind][number] = data.draw(bent(whole[kind][number]))
    path = folder / name
    path.write_text(toml(whole), encoding="utf-8")
    return path


def taken[Table](load: Callable[[Path], Table], path: Path) -> Table | None:
    """The table, or None where it is refused."""
    try:
        return load(path)
    except UsageError:
        return None


def concerned(profiles: dict[str, Profile], path: Path) -> list[str]:
    """Those profiles of a table that are others than ours; all if it is another table."""
    ours, _ = load_profiles()
    other = [name for name in profiles if profiles[name] != ours.get(name)]
    return other if path.name == PROFILES and other else list(profiles)


@contextmanager
def instead(name: str, path: Path) -> Iterator[None]:
    """The command line reads this table in the place of ours; nothing is locked for it."""
    with pytest.MonkeyPatch.context() as patch:
        load = load_profiles if name == PROFILES else load_frameworks
        patch.setattr(run_options, f"load_{Path(name).stem}", partial(load, path))
        patch.setattr(run_options, "profile_requests", lambda profile: ())
        yield


@pytest.mark.parametrize("name", [PROFILES, FRAMEWORKS])
@few(80)
@given(data=st.data())
def test_a_plan_is_made_and_told_or_refused(
    name: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Of any profile; each refusal has a remedy."""
    path = written(data, name, tmp_path_factory.getbasetemp())
    profiles = taken(load_profiles, path) if name == PROFILES else load_profiles()
    if profiles is None or (name == FRAMEWORKS and not taken(load_frameworks, path)):
        return
    profile = data.draw(st.sampled_from(concerned(profiles[0], path)))
    with instead(name, path):
        try:
            plan = run_options.plan_for(run_options.RunOptions(profile, seed=1))
        except BenchError as error:
            assert error.hint
            return
        assert plan.cells and "\n".join(plan_lines(plan, ""))


@few(80)
@given(data=st.data())
def test_wishes_of_a_profile_are_read_or_refused(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What a profile measures beside its targets is typed by people, too."""
    path = written(
        data, PROFILES, tmp_path_factory.getbasetemp(), lambda row: "with" in row
    )
    profiles = taken(load_profiles, path)
    for profile in profiles[0] if profiles else ():
        for typed in profile_requests(profile, path):
            try:
                assert version_request(typed, load_frameworks()).requirements
            except UsageError as error:
                assert error.hint


@cache
def quiet_run() -> Run:
    """Six rounds of a machine on which nothing happens."""
    return make_run(Truth(seed=3))


def judged(path: Path) -> Results | None:
    """That run, judged by the table; None where it is refused."""
    claims = taken(load_claims, path)
    if claims is None:
        return None
    frameworks = tuple(framework for framework, _ in load_frameworks().values())
    note = WorkloadNote("hello", "Hello", "why")
    beside = SupplementaryResults(None, "ab" * 32, path.name)
    return results(quiet_run(), claims, frameworks, [note], (), beside)


@pytest.mark.parametrize("name", ["claims.toml", "example-claims.toml"])
@few(60)
@given(data=st.data())
def test_a_run_is_judged_by_claims_that_were_taken(
    name: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """One verdict for each claim, whatever is in their texts, names and margins."""
    path = written(data, name, tmp_path_factory.getbasetemp())
    judgement = judged(path)
    if judgement is not None:
        assert len(judgement.verdicts) == len(load_claims(path))
