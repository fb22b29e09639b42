"""
`bench selftest aa` and `slowdown` with real servers: what they report is of one mind with their status.

How much a self-test finds depends on the machine's hour, so that is its own to
judge and nothing here states it: other tests may run beside these.
"""

import json
from pathlib import Path

import pytest

from tests.cli.copied import copy_of_the_product
from tests.cli.test_selftest import bench, needs_valgrind


pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.timeout(960)]


@pytest.fixture
def product(tmp_path: Path) -> Path:
    """With a lock of its own: a run may go on beside it."""
    return copy_of_the_product(tmp_path / "copy")


def test_a_target_under_three_names_is_compared_with_itself(
    product: Path, tmp_path: Path
) -> None:
    """Real servers: three pairs by two metrics, what chance allows beside what was called; the status follows from it."""
    words = ("selftest", "aa", "--entries", "3", "--seed", "3")
    done = bench(tmp_path, *words, root=product)
    (path,) = (tmp_path / "selftest").glob("*-aa.json")
    stored = json.loads(path.read_text())

    assert done.returncode in (0, 1), done.stderr
    assert [row["cases"] for row in stored["rows"]] == [3] * 4
    within = all(row["low"] <= row["share"] <= row["high"] for row in stored["rows"])
    assert stored["passed"] is within is (done.returncode == 0)


@needs_valgrind
def test_an_injected_slowdown_is_looked_for(product: Path, tmp_path: Path) -> None:
    """
    Real servers with 0, 3, 5 and 10 % more instructions: what was found beside what had to be.

    A machine that scatters too much fails the self-test by itself, and says so.
    """
    short = ("--entries", "3", "--cycles", "4", "--measure-s", "0.1")
    words = ("selftest", "slowdown", *short, "--seed", "3")
    done = bench(tmp_path, *words, limit_s=900, root=product)
    (path,) = (tmp_path / "selftest").glob("*-slowdown.json")
    stored = json.loads(path.read_text())
    rows = {row["what"]: row for row in stored["rows"]}

    assert done.returncode in (0, 1), done.stderr
    by_cpu = [rows[f"{share}% slower, cpu"] for share in (0, 3, 5, 10)]
    assert [row["cases"] for row in by_cpu] == [3, 9, 9, 9]
    # Not even noise may call every pair of copies different.
    assert by_cpu[0]["high"] < 1
    assert all(row["judged"] for row in by_cpu)
    # Counted again, what was added is within a tenth of a per cent of it.
    counted = [float(row["expected"].partition("%")[0]) for row in by_cpu[1:]]
    assert counted == [pytest.approx(share, abs=0.1) for share in (3, 5, 10)]
    within = all(
        row["low"] <= row["share"] <= row["high"]
        for row in rows.values()
        if row["judged"]
    )
    assert stored["passed"] is within is (done.returncode == 0)
    if rows["can 10% be found here?"]["share"] >= 0.8:
        assert by_cpu[-1]["share"] > 0, done.stdout
