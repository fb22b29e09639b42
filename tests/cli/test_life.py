"""The life of a real run: to its end, interrupted, killed, continued; nothing is left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.cli.copied import ROOT, copy_of_the_product


pytestmark = pytest.mark.live

SMALL = (
    *("--profile", "smoke", "--engine", "local"),
    *("--targets", "fastapi,floor", "--workloads", "hello,json"),
)
WINDOWS = 8  # four targets with the twin, two workloads, one cycle
PATIENCE_S = 120


@contextmanager
def running(
    runs: Path,
    *words: str,
    root: Path = ROOT,
    started: tuple[str, ...] = ("-m", "bench"),
) -> Iterator[subprocess.Popen[str]]:
    """`python -m bench WORDS` as a process of its own; killed if the test leaves early."""
    process = subprocess.Popen(
        [sys.executable, *started, *words],
        cwd=root,
        env={**os.environ, "BENCH_RUNS": str(runs)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def finished(runs: Path, *words: str) -> tuple[int, str, str]:
    """Exit status, stdout and stderr of a command that came to its end."""
    with running(runs, *words) as process:
        out, err = process.communicate(timeout=PATIENCE_S)
        return process.returncode, out, err


def windows(folder: Path) -> Counter[tuple[int, str, str, int]]:
    """How often each window stands in a run folder."""
    lines = (folder / "trials.jsonl").read_text().splitlines()
    found = [json.loads(line) for line in lines]
    return Counter(
        (w["round"], w["target"], w["workload"], w["cycle"])
        for w in found
        if w["kind"] == "window"
    )


def wait_for_windows(process: subprocess.Popen[str], runs: Path, count: int) -> Path:
    """The folder of the only run, once it holds so many windows."""
    for _ in range(PATIENCE_S * 10):
        assert process.poll() is None, process.communicate()[1]
        folders = [path.parent for path in runs.glob("*/run.json")]
        if folders and sum(windows(folders[0]).values()) >= count:
            return folders[0]
        time.sleep(0.1)
    raise AssertionError(f"{runs}: no {count} windows within {PATIENCE_S} s")


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Everything that the harness has started."""
    return psutil.Process(process.pid).children(recursive=True)


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that still run; a zombie that waits for its reaper does not."""
    return [
        p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE
    ]


def test_a_run_comes_to_its_page(tmp_path: Path) -> None:
    """Exit 0, the page's path on stdout, every window on disk with its samples, nothing left."""
    status, out, err = finished(tmp_path, "run", *SMALL)

    assert status == 0, err
    page = ROOT / out.strip()
    folder = page.parent
    assert "smoke" in page.read_text()
    found = windows(folder)
    assert set(found.values()) == {1}
    assert len(list((folder / "samples").glob("*.npz"))) == len(found) == WINDOWS
    names = {"report.html", "summary.md", "results.json", "results.csv"}
    assert names <= {path.name for path in folder.iterdir()}


def test_a_program_gets_what_came_out_and_nothing_else(tmp_path: Path) -> None:
    """--json --quiet: one object on stdout, nothing on stderr; another extent is recorded, and decides nothing."""
    extent = ("--rounds", "1", "--clients", "2", "--measure-s", "0.1")
    chosen = ("--profile", "quick", "--engine", "local", "--targets", "floor")
    words = (*chosen, "--workloads", "hello", *extent, "--json", "--quiet")
    status, out, err = finished(tmp_path, "run", *words)

    assert (status, err) == (0, ""), err
    found = json.loads(out)
    folder = Path(found["results"]).parent
    head = json.loads((folder / "run.json").read_text())
    made = head["plan"]["profile"]
    assert (found["complete"], found["rounds"], found["missing"]) == (True, 1, [])
    assert (made["looks"], made["clients"], made["measure_s"]) == ([1], 2, 0.1)
    assert made["below"] == ["rounds", "clients", "measure_s"]
    assert " ".join(extent) in head["command"]
    assert "Fewer rounds" in found["no_verdicts_because"]
    assert Path(found["page"]).is_file()


def test_control_c_keeps_what_was_measured_and_the_run_can_go_on(
    tmp_path: Path,
) -> None:
    """Exit 130 and how to resume; no process left; resuming measures only what was missing."""
    with running(tmp_path, "run", *SMALL) as process:
        folder = wait_for_windows(process, tmp_path, 2)
        started = family(process)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE_S)

    assert process.returncode == 130
    assert f"RESUME={folder.name}" in err
    assert "Traceback" not in err
    assert len(started) >= 3
    assert alive(started) == []
    before = (folder / "trials.jsonl").read_text()
    assert finished(tmp_path, "run", "--resume", folder.name)[0] == 0
    after = (folder / "trials.jsonl").read_text()
    assert after.startswith(before)
    assert set(windows(folder).values()) == {1}
    assert len(windows(folder)) == WINDOWS


def test_two_runs_at_once_are_refused(tmp_path: Path) -> None:
    """The second one would disturb the first: exit 3 with the reason."""
    long = ("--profile", "quick", "--engine", "local", "--workloads", "hello")
    with running(tmp_path / "first", "run", *long) as process:
        wait_for_windows(process, tmp_path / "first", 1)
        status, _, err = finished(tmp_path / "second", "run", *SMALL)

    assert status == 3
    assert "another" in err
    assert "hint" in err


def broken_run(
    tmp_path: Path, *replaced: tuple[str, str]
) -> tuple[subprocess.CompletedProcess[str], Path]:
    """A run of a copy in which commands of the table are others, and its folder."""
    broken = copy_of_the_product(tmp_path / "copy")
    table = broken / "bench" / "definitions" / "frameworks.toml"
    text = table.read_text()
    for before, after in replaced:
        assert before in text
        text = text.replace(before, after)
    table.write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "bench", "run", *SMALL],
        cwd=broken,
        env={**os.environ, "BENCH_RUNS": str(tmp_path / "runs")},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    (folder,) = [path.parent for path in (tmp_path / "runs").glob("*/run.json")]
    return done, folder


def test_a_server_that_dies_at_start_is_named_with_its_log(tmp_path: Path) -> None:
    """One target that cannot start does not end the run of the others; the last word names it, exit 3."""
    done, folder = broken_run(tmp_path, ("asgi:app", "asgi:nothing"))
    failures = [
        json.loads(line)
        for line in (folder / "trials.jsonl").read_text().splitlines()
        if '"kind":"failure"' in line
    ]

    assert done.returncode == 3, done.stderr
    assert "1 of 4 targets" in done.stderr
    assert "floor@1/uvicorn" in done.stderr.partition("error: ")[2]
    assert done.stdout.strip().endswith("report.html")
    assert {f["target"].split("@")[0] for f in failures} == {"floor"}
    assert any("nothing" in (f["log_tail"] or "") for f in failures)
    assert {target.split("/")[0].split("@")[0] for _, target, _, _ in windows(folder)}


def test_a_run_without_a_window_says_so_and_goes_no_further(tmp_path: Path) -> None:
    """No server starts: a page, one sentence with the reasons, exit 3; and so again for --resume."""
    broken = (":app", ":nothing")
    done, folder = broken_run(tmp_path, broken)
    again = finished(tmp_path / "runs", "run", "--resume", folder.name)

    assert not windows(folder)
    for status, out, err in ((done.returncode, done.stdout, done.stderr), again):
        assert status == 3, err
        assert out.strip().endswith("report.html")
        assert "error: nothing was measured:" in err
