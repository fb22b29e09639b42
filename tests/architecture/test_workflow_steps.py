"""What the workflows run, run here: each script with programs beside it that only say what they were asked."""

import json
import re
import shutil
from pathlib import Path

import pytest

from bench.judge.regressions import Gate
from tests.architecture.steps import ROOT, Stand, script


pytestmark = pytest.mark.skipif(
    shutil.which("jq") is None, reason="jq is not installed"
)


def judged(new: str, base: str, gate: Gate) -> dict[str, str]:
    """As much of what `bench compare --json` prints as the workflow reads."""
    markdown = f"## {new.replace('@', '&#64;')}: {gate}\n\nWhat was seen of {new}.\n"
    return {"new": new, "base": base, "gate": gate, "markdown": markdown}


COMPARISON = [
    judged("flask@3.2/gunicorn", "flask@3.1/gunicorn", Gate.REGRESSION),
    judged("django@6.2/gunicorn", "django@6.1/gunicorn", Gate.CLEAR),
    judged("django@6.3/gunicorn", "django@6.2/gunicorn", Gate.ALARM),
    judged("fastapi@0.200/uvicorn", "fastapi@0.165/uvicorn", Gate.BROKEN),
    judged("fastapi@0.201/uvicorn", "fastapi@0.165/uvicorn", Gate.NOT_MEASURED),
]
SLOWER = "flask@3.2/gunicorn against flask@3.1/gunicorn: regression"
BROKEN = "fastapi@0.200/uvicorn against fastapi@0.165/uvicorn: not measured twice"


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    """An empty one."""
    return Stand(tmp_path)


NEW = {"with": ["flask==3.2.0", "a + b==2"], "beneath": ["pin"]}


@pytest.mark.parametrize(("status", "passes"), [(0, True), (1, True), (2, False), (3, False)])  # fmt: skip
def test_whether_anything_is_new_is_handed_on(
    stand: Stand, status: int, passes: bool
) -> None:
    """0 and 1 are answers; an index that cannot be asked fails the night. Today's locks become a patch, and are not what is measured."""
    stand.program(
        ".venv/bin/python",
        f"echo '{json.dumps(NEW)}'; echo 'flask==3.2' > apps/lock; exit {status}",
    )
    (stand.folder / "apps").mkdir()
    (stand.folder / "apps/lock").write_text("flask==3.1\n")
    for words in ("init --quiet", "add apps", "-c user.name=a -c user.email=a@b commit --quiet -m a"):  # fmt: skip
        assert stand.run(f"git {words}").returncode == 0
    done = stand.run(script("news", "Is anything new?"))

    assert (done.returncode == 0) is passes, done.stderr
    assert (f"new={status}" in stand.said("out")) is passes
    assert stand.said("calls") == "python -m bench versions --json --write\n"
    if passes:
        assert "+flask==3.2\n" in stand.said("locks.patch")
        assert stand.said("apps/lock") == "flask==3.1\n"
        assert re.fullmatch(
            r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n", stand.said("as-of.txt")
        )
        assert "new: flask==3.2.0, a + b==2" in stand.said("summary")


@pytest.mark.parametrize(("job", "name", "folder"), [("news", "Old and new, side by side", "."), ("confirm", "The same, as of the same moment", "first")])  # fmt: skip
def test_both_machines_install_the_same(
    stand: Stand, job: str, name: str, folder: str
) -> None:
    """What the first one was told, as of its moment; wishes with spaces stay whole."""
    stand.ours()
    stand.program(
        ".venv/bin/python",
        'printf "<%s>" "$@" > words; echo "$UV_EXCLUDE_NEWER" > moment',
    )
    given = stand.folder / folder
    given.mkdir(exist_ok=True)
    (given / "versions.json").write_text(json.dumps(NEW))
    (given / "as-of.txt").write_text("2026-11-30T03:30:00Z\n")
    done = stand.run(script(job, name))

    assert done.returncode == 0, done.stderr
    assert stand.said("moment") == "2026-11-30T03:30:00Z\n"
    assert stand.said("words").startswith("<-m><bench><run><--profile><versions>")
    assert stand.said("words").endswith("<--with=flask==3.2.0><--with=a + b==2>")


@pytest.mark.parametrize(
    ("status", "measured", "ends"),
    [(0, True, 0), (3, True, 0), (3, False, 3), (2, False, 2), (70, True, 70), (130, True, 130)],
)  # fmt: skip
def test_a_version_that_cannot_be_had_ends_no_night(
    stand: Stand, status: int, measured: bool, ends: int
) -> None:
    """The run has the rest, and what is missing is judged by `bench compare`; a night without a run is red."""
    stand.ours()
    stand.program(".venv/bin/python", f"exit {status}")
    (stand.folder / "reports/runs").mkdir(parents=True)
    if measured:
        stand.measured("20260102T000000Z-versions-0002")
    (stand.folder / "versions.json").write_text(json.dumps(NEW))
    (stand.folder / "as-of.txt").write_text("2026-11-30T03:30:00Z\n")
    done = stand.run(script("news", "Old and new, side by side"))

    assert done.returncode == ends, done.stderr
    assert "--keep-going" in stand.said("calls")


def test_news_of_older_versions_only_is_not_measured(stand: Stand) -> None:
    """Their locks are renewed; there is nothing to hold beside the newest."""
    stand.ours()
    stand.program(".venv/bin/python", "exit 1")
    (stand.folder / "versions.json").write_text('{"with": [], "beneath": []}')
    done = stand.run(script("news", "Old and new, side by side"))

    assert done.returncode == 0, done.stderr
    assert stand.said("calls") == ""


@pytest.mark.parametrize(
    ("gate", "again"),
    [
        (Gate.CLEAR, "false"),
        (Gate.CANNOT_TELL, "false"),
        (Gate.ALARM, "true"),
        (Gate.NOT_MEASURED, "true"),
    ],
)
def test_what_must_be_confirmed_is_measured_again(
    stand: Stand, gate: Gate, again: str
) -> None:
    """An alarm, and a version that was not measured; the run goes to the next jobs, both texts to the summary."""
    stand.measured("20260101T000000Z-versions-0001")
    stand.measured("20260102T000000Z-versions-0002")
    found = [judged("a@2/server", "a@1/server", each) for each in (Gate.CLEAR, gate)]
    status = 0 if gate is Gate.CLEAR else 3
    (stand.folder / "as-of.txt").write_text("moment\n")
    stand.program(".venv/bin/python", f"echo '{json.dumps(found)}'; exit {status}")
    done = stand.run(script("news", "Has any become slower?"))

    assert done.returncode == 0, done.stderr
    name = "20260102T000000Z-versions-0002"
    assert stand.said("calls").endswith(f"compare {name} --json\n")
    assert stand.said("summary").count("What was seen of") == 2
    assert stand.said("summary").endswith("the summary\n")
    command = "UV_EXCLUDE_NEWER=moment .venv/bin/python -m bench run --with 'a b'"
    assert stand.said("out") == f"again={again}\nrun={name}\ncommand={command}\n"


@pytest.mark.parametrize("status", [1, 2, 70, 137])
def test_what_is_no_answer_of_one_run_fails_the_night(
    stand: Stand, status: int
) -> None:
    """One run confirms nothing, so 1 is a fault there like every other status."""
    stand.measured("20260102T000000Z-versions-0002")
    stand.program(".venv/bin/python", f"echo '[]'; exit {status}")
    done = stand.run(script("news", "Has any become slower?"))

    assert done.returncode != 0
    assert stand.said("out") == ""


def test_a_night_that_measured_nothing_judges_nothing(stand: Stand) -> None:
    """What was new was an older version's package: no run, no status, no failure."""
    (stand.folder / "reports/runs").mkdir(parents=True)
    done = stand.run(script("news", "Has any become slower?"))

    assert done.returncode == 0, done.stderr
    assert stand.said("out") == ""


@pytest.mark.parametrize("status", [0, 1, 3, 2, 70, 137])
def test_the_second_machine_repeats_the_first_ones_alarm(
    stand: Stand, status: int
) -> None:
    """The first run comes from its artifact, the second is the one made here; what is no answer fails."""
    stand.measured("20260102T000000Z-versions-0002")
    stand.program(".venv/bin/python", f"echo '[]'; exit {status}")
    done = stand.run(script("confirm", "Does it alarm again?"), FIRST="one")

    assert (done.returncode == 0) is (status in {0, 1, 3}), done.stderr
    assert stand.said("out") == (f"status={status}\n" if done.returncode == 0 else "")
    assert stand.said("calls") == (
        "python -m bench compare first/reports/runs/one --confirm "
        "reports/runs/20260102T000000Z-versions-0002 --json\n"
    )


BY_HAND = {"PROFILE": "quick", "TARGETS": "", "BESIDE": "fastapi + pydantic==2.11.*"}


def test_a_run_by_hand_asks_for_what_was_typed(stand: Stand) -> None:
    """Words with spaces stay whole; what was left empty is not asked for."""
    stand.measured("20260102T000000Z-quick-0002")
    stand.program(
        ".venv/bin/python",
        """printf "<%s>" "$@" > words; echo '{"longest_s": 900.5}'""",
    )
    done = stand.run(script("run", "Measure"), **BY_HAND, KIND="github-hosted")

    assert done.returncode == 0, done.stderr
    assert stand.said("words").endswith("<--with><fastapi + pydantic==2.11.*>")
    assert "--targets" not in stand.said("words")


@pytest.mark.parametrize(("kind", "status"), [("github-hosted", 2), ("self-hosted", 0)])
def test_a_run_that_a_hosted_runner_would_end_is_refused(
    stand: Stand, kind: str, status: int
) -> None:
    """Nine hours: before anything is measured, with what to do; a runner of one's own may take them."""
    stand.measured("20260102T000000Z-quick-0002")
    stand.program(".venv/bin/python", """echo '{"longest_s": 33083.3}'""")
    done = stand.run(script("run", "Measure"), **BY_HAND, KIND=kind)

    assert done.returncode == status, done.stderr
    assert stand.said("calls").count("bench run") == (1 if status else 2)
    assert ("may take 551 minutes" in done.stdout) is bool(status)


@pytest.mark.parametrize(
    ("known", "opened"),
    [
        ([], [SLOWER, BROKEN]),
        ([SLOWER], [BROKEN]),
        ([f"{SLOWER} again"], [SLOWER, BROKEN]),
        ([SLOWER, BROKEN], []),
    ],
)
def test_an_issue_for_each_that_is_worse_and_not_known(
    stand: Stand, known: list[str], opened: list[str]
) -> None:
    """With its own part of the comparison; one that is open says nothing new, and one that was closed was accepted."""
    titles = "\n".join(known)
    stand.program(
        "bin/gh",
        f'if [ "$2" = list ]; then echo "{titles}"; else cat "$6" >> bodies; fi',
    )
    (stand.folder / "comparison.json").write_text(json.dumps(COMPARISON))
    stand.ours()
    done = stand.run(script("tell", "Open it, unless there is one already"), **LINKS)

    assert done.returncode == 0, done.stderr
    found = re.findall(r"^gh issue create --title (.*) --body-file", stand.said("calls"), re.M)  # fmt: skip
    assert found == opened
    assert "issue list --state all" in stand.said("calls")
    if opened == [BROKEN]:
        assert "What was seen of fastapi@0.200/uvicorn.\n" in stand.said("bodies")
        for link in (*LINKS.values(), "https://a.site/runs/first/report.html"):
            assert link.rstrip("/") in stand.said("bodies")
        assert "flask" not in stand.said("bodies")


LINKS = {
    "WORKFLOW_RUN": "https://forge/o/r/actions/runs/7",
    "PAGES": "https://a.site/",
    "FIRST": "first",
    "FIRST_DATA": "https://forge/artifacts/1",
    "SECOND_DATA": "https://forge/artifacts/2",
    "COMMAND": ".venv/bin/python -m bench run --with 'a b'",
}


def test_without_anything_worse_there_is_no_issue(stand: Stand) -> None:
    """The step is harmless where it has nothing to say."""
    stand.program("bin/gh", "true")
    clear = judged("a@2/server", "a@1/server", Gate.CLEAR)
    (stand.folder / "comparison.json").write_text(json.dumps(clear))
    done = stand.run(f"{ROOT}/.ci/tell comparison.json")

    assert done.returncode == 0, done.stderr
    assert "create" not in stand.said("calls")
