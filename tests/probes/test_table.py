"""The table of probes, and the locks that their environments are made from."""

import re
from pathlib import Path

import pytest

from bench.configure.probes import load_counted, load_probes
from bench.configure.tables import DEFINITIONS, load_frameworks
from bench.errors import UsageError
from bench.model.probe import Counted
from bench.run.counting import sources
from bench.run.probing import PLAYS


APPS = DEFINITIONS.parents[1] / "apps"
GOOD = """
[[probe]]
id = "p"
title = "?"
  [[probe.case]]
  framework = "flask"
  play = "conversation"
  serve = ["x", "{port}"]
    [[probe.case.send]]
    why = "w"
    method = "GET"
    path = "/"
    status = [200]
"""


def refused(tmp_path: Path, text: str) -> str:
    """Load a table; what was refused and the hint, or 'fine'."""
    path = tmp_path / "probes.toml"
    path.write_text(text, encoding="utf-8")
    try:
        load_probes(path)
    except UsageError as error:
        return f"{error.message} | {error.hint}"
    return "fine"


def test_every_file_that_a_probe_names_exists() -> None:
    """Files of own code, scripts, and those whose lines are counted."""
    for probe in load_probes().values():
        for case in probe.cases:
            folder = APPS / "probes" / case.framework
            files = [*case.wrote, *(word for word in case.script if word[-3:] == ".py")]
            assert all((folder / name).is_file() for name in files), (probe.id, files)
            assert case.play in PLAYS
    for row in load_counted():
        folder = APPS / "probes" / row.framework
        names = [*row.resource, *([row.first] if row.first else [])]
        assert all((folder / name).is_file() for name in names)


def pins(path: Path) -> dict[str, str]:
    """The versions that a lock names."""
    versions = re.findall(r"^([a-z0-9._-]+)==(\S+)", path.read_text(), re.MULTILINE)
    return dict(versions)


@pytest.mark.parametrize("framework", [row.framework for row in load_counted()])
def test_probes_run_on_what_is_measured(framework: str) -> None:
    """The lock of the probes holds the measured one, to the last version."""
    version = load_frameworks()[framework].framework.versions[-1]
    measured = pins(APPS / framework / "locks" / f"{version}.txt")
    probed = pins(APPS / "probes" / framework / "locks" / f"{version}.txt")
    assert measured and measured.items() <= probed.items()


@pytest.mark.parametrize("row", load_counted(), ids=lambda row: row.framework)
def test_ablations_are_no_part_of_an_application(row: Counted) -> None:
    """What is counted is what a contestant runs, not what it is compared with."""
    app = APPS / row.framework
    counted = sources(app, row.left_out)
    assert counted and all(row.framework in path.parts for path in counted)
    assert not [path for path in counted if "ablations" in path.parts]


def test_a_left_out_file_that_is_gone_is_refused() -> None:
    """Else a renamed one would be counted, and nobody would see it."""
    with pytest.raises(ValueError, match="there is no gone"):
        sources(APPS / load_counted()[0].framework, ["gone.py"])


def test_a_good_table_is_fine(tmp_path: Path) -> None:
    """The refusals below are about what they change in it."""
    assert refused(tmp_path, GOOD) == "fine"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"flask"', '"flaks"', "probe 'p': no framework named 'flaks' | did you mean 'flask'?"),
        ('"conversation"', '"talk"', "play: input should be"),
        ("serve", "serves", "'serves' is not a key of this table"),
        ('serve = ["x", "{port}"]', "", "starts no server"),
        ('serve = ["x", "{port}"]', 'serve = ["x"]\nmeasured = "y"', "one server answers a case"),
        ('serve = ["x", "{port}"]', 'serve = ["x"]\nlog_says = "("', "is no regular expression"),
        ('serve = ["x", "{port}"]', 'serve = ["x"]\nsends = "y"', "no conversation named 'y'"),
        ("status = [200]", "status = []", "status"),
        ('path = "/"', 'path = "x"', "path"),
    ],
)  # fmt: skip
def test_a_fault_is_refused_by_name(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    """File, probe and key, and what to do."""
    assert old in GOOD
    assert says in refused(tmp_path, GOOD.replace(old, new, 1))


def test_two_probes_of_one_name_are_refused(tmp_path: Path) -> None:
    """Claims name them."""
    assert "is there twice" in refused(tmp_path, GOOD + GOOD)
