"""Count what is installed, imported and written for each equivalent application."""

import json
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from bench.deploy.server import fill
from bench.deploy.uv_tool import Refused
from bench.errors import TargetFailed
from bench.model.framework import Role, Target
from bench.model.probe import IMPORT_STARTS, MEASURES, Count, Counted
from bench.run.code_size import size_of
from bench.run.probing import FOLDER, Bench, runner


_PACKAGES = """
import importlib.metadata, json
print(json.dumps({
    one.metadata["Name"]: sum(
        file.locate().stat().st_size for file in one.files or ()
        if file.suffix != ".pyc" and file.locate().is_file()
    )
    for one in importlib.metadata.distributions()
}))
"""
_IMPORT = """
import importlib, json, sys, time
before, began = len(sys.modules), time.process_time_ns()
for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps([time.process_time_ns() - began, len(sys.modules) - before]))
"""


type Numbers = Mapping[str, tuple[float, str]]


def count_all(
    bench: Bench, rows: Sequence[Counted], packages: Mapping[str, str | None]
) -> Iterator[Count]:
    """Every measure of every framework; what cannot be counted says why."""
    for row in rows:
        version = bench.newest[row.framework]
        numbers: dict[str, tuple[float, str]] = {}
        faults: dict[str, str] = {}
        own = packages[row.framework] or row.framework
        for names, counter in _counters(bench, row, version, own):
            try:
                numbers |= counter()
            except (TargetFailed, Refused, OSError, SyntaxError, ValueError) as error:
                faults |= dict.fromkeys(names, f"not counted: {error}")
        for measure in MEASURES:
            value, detail = numbers.get(measure.name, (None, ""))
            detail = detail or faults.get(measure.name, "")
            yield Count(row.framework, version, measure.name, value, detail)


def _counters(
    bench: Bench, row: Counted, version: str, own: str
) -> Iterator[tuple[Sequence[str], Callable[[], Numbers]]]:
    run = _in_environment(bench, row.framework, version)
    app = bench.apps / row.framework
    probes = bench.apps / FOLDER / row.framework
    names = [measure.name for measure in MEASURES]
    yield names[:3], lambda: _packages(run, app, own)
    yield names[3:5], lambda: _import(run, row.entry)
    yield names[5:8], lambda: _written("app", sources(app, row.left_out))
    yield (
        names[8:10],
        lambda: _written("resource", [probes / n for n in row.resource]),
    )
    yield names[10:], lambda: _first(bench, row, run, probes)


def _packages(run: Callable[..., str], app: Path, own: str) -> Numbers:
    sizes: dict[str, int] = json.loads(run(["python", "-I", "-c", _PACKAGES]))
    named = [name for name in requirements(app / "requirements.in") if name != own]
    others = sorted(name for name in sizes if canonicalize_name(name) != own)
    return {
        "packages_direct": (len(named), ", ".join(named)),
        "packages_all": (len(others), ", ".join(others)),
        "packages_bytes": (sum(sizes.values()), f"{len(sizes)} distributions"),
    }


def requirements(path: Path) -> list[str]:
    """The distributions that a requirements.in names, plainly written."""
    lines = path.read_text(encoding="utf-8").splitlines()
    matches = [re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", line.strip()) for line in lines]
    return [canonicalize_name(match[0]) for match in matches if match]


def _import(run: Callable[..., str], entry: Sequence[str]) -> Numbers:
    starts: list[Any] = [
        json.loads(run(["python", "-c", _IMPORT, *entry])) for _ in range(IMPORT_STARTS)
    ]
    spent = min(cpu for cpu, _ in starts) / 1e6
    what = f"import {', '.join(entry)}"
    return {
        "import_modules": (starts[0][1], what),
        "import_cpu_ms": (round(spent, 1), what),
    }


def sources(app: Path, left_out: Sequence[str]) -> list[Path]:
    """Its files that hold code, without those files and folders; ValueError for one that is not there."""
    missing = [name for name in left_out if not (app / name).exists()]
    if missing:
        raise ValueError(f"there is no {', '.join(missing)} to leave out")
    without = {app / name for name in left_out}
    return [
        path
        for path in sorted(app.rglob("*.py"))
        if not without & {path, *path.parents}
        and path.read_text(encoding="utf-8").strip()
    ]


def _written(prefix: str, paths: Sequence[Path]) -> Numbers:
    size = size_of(paths)
    detail = ", ".join(path.name for path in paths)
    numbers: Numbers = {
        f"{prefix}_lines": (size.lines, detail),
        f"{prefix}_statements": (size.statements, detail),
    }
    return {**numbers, f"{prefix}_files": (size.files, detail)}


def _first(
    bench: Bench, row: Counted, run: Callable[..., str], probes: Path
) -> Numbers:
    if row.first is not None:
        return _written("first", [probes / row.first])
    with bench.engine.folder("count") as work:
        run([fill(word, {"work": str(work)}) for word in row.new_project])
        made = sorted(path for path in work.rglob("*.py"))
        return _written("first", made)


def _in_environment(bench: Bench, framework: str, version: str) -> Callable[..., str]:
    """What runs a command by the environment of the measured application, in its folder."""
    target = Target(
        f"{framework}@{version}/count", framework, version, "count", Role.ABLATION,
        "", "", "", ("python",), "",
    )  # fmt: skip
    return runner(bench, target, Path(tempfile.gettempdir()))
