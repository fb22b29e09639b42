"""The house: who may know whom, and who may import what."""

import ast
import re
from functools import cache
from itertools import pairwise
from pathlib import Path


ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "bench"

LAYERS = (
    {"errors", "child_environment", "experiments"},
    {"model"},
    {"workloads", "stats", "install"},
    {"configure", "plan", "store"},
    {"deploy", "load", "analyse"},
    {"run", "judge", "calibrate"},
    {"wording"},
    {"report", "selftest"},
    {"cli"},
    {"__main__"},
)
"""Lowest first; rooms on one row do not know each other."""

ROLES = {
    "model": "model", "analyse": "analyse", "questions": "judge",
    "words": "wording", "section": "report", "chart": "report",
}  # fmt: skip
"""A file of an experiment stands in the room of its role, which its name is."""

TOP_LEVEL = {
    "apps", "bench", "reports", "tests", "docker-compose.yml", "Makefile",
    "README.md", "CHANGELOG.md", "action.yml", "LICENSE", "CITATION.cff", "pyproject.toml", "requirements.lock", "requirements-dev.lock",
    ".python-version", ".gitignore", ".gitattributes", ".ci", ".github", ".dockerignore",
}  # fmt: skip


def files() -> list[Path]:
    """Every Python file of the harness."""
    return sorted(BENCH.rglob("*.py"))


def module(path: Path) -> str:
    """The dotted name of a file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports(path: Path) -> set[str]:
    """Every module that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def room(name: str) -> str:
    """The room in which a module stands; that of its role, if it is an experiment's."""
    parts = name.split(".")
    inside = parts[1] == "experiments" and len(parts) > 3
    return ROLES[parts[3]] if inside else parts[1]


def height(name: str) -> int | None:
    """The row on which a module of the harness stands; None for `bench` itself."""
    if not name.startswith("bench."):
        return None
    rows = [row for row, rooms in enumerate(LAYERS) if room(name) in rooms]
    return rows[0] if rows else None


def test_imports_point_down() -> None:
    """A file imports from its own room and from lower rows only."""
    broken = [
        f"{module(path)} must not import {name}"
        for path in files()
        for name in sorted(imports(path))
        if not _points_down(module(path), name)
    ]

    assert not broken, "\n".join(broken)


def _points_down(importer: str, name: str) -> bool:
    if not name.startswith("bench.") or importer == "bench":
        return True
    below, here = height(name), height(importer)
    assert below is not None, f"{importer} imports {name}: no such room"
    assert here is not None, f"{importer} stands in no room of LAYERS"
    return room(name) == room(importer) or below < here


def test_experiments_are_known_by_their_list_alone() -> None:
    """No other package imports one of them, and none of them imports another."""
    found = [
        f"{module(path)} imports {name}"
        for path in files()
        for name in imports(path)
        if name.startswith("bench.experiments.")
        and len(name.split(".")) > 3
        and module(path).split(".")[1:3] != name.split(".")[1:3]
    ]

    assert not found, "\n".join(found)


def test_no_import_cycle() -> None:
    """No file imports itself over others."""
    names = {module(path): path for path in files()}
    graph = {
        name: {target for target in imports(path) if target in names} - {name}
        for name, path in names.items()
    }
    # A package's __init__ is loaded with each of its modules; importing a
    # sibling by its full path is no cycle unless the __init__ imports back.
    state: dict[str, int] = {}

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert state.get(name) != 1, " -> ".join((*trail, name))
        if state.get(name) == 2:
            return
        state[name] = 1
        for target in sorted(graph[name]):
            visit(target, (*trail, name))
        state[name] = 2

    for name in names:
        visit(name, ())


def test_only_one_file_imports_locust() -> None:
    """Importing Locust patches the whole process, so exactly one file does it."""
    importers = [
        module(path)
        for path in files()
        if any(name.split(".")[0] == "locust" for name in imports(path))
    ]

    assert len(importers) == 1, importers


def test_two_shapes_and_the_sparkline_alone_draw() -> None:
    """Every other chart is data for one of the shapes, and places nothing itself."""
    charts = "bench.report.charts"
    drawing = {module(p) for p in files() if f"{charts}.canvas.Canvas" in imports(p)}

    assert drawing == {f"{charts}.{name}" for name in ("rows", "lines", "spark")}


def test_apps_import_nothing_of_the_harness() -> None:
    """What is measured does not know who measures it."""
    for path in (ROOT / "apps").rglob("*.py"):
        assert not {name for name in imports(path) if name.split(".")[0] == "bench"}


def test_the_harness_names_no_framework() -> None:
    """A framework is a folder and a table; no code outside them knows one by name."""
    names = re.compile(r"\b(django|flask|fastapi)\b", re.IGNORECASE)
    found = [
        f"{module(path)}:{number}: {line.strip()}"
        for path in files()
        if path != BENCH / "__init__.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if names.search(line) and not is_product_name(line)
    ]

    assert not found, "\n".join(found)


def is_product_name(line: str) -> bool:
    """The title of the product itself may name the three."""
    return "on trial" in line


GIVEN = {
    "bench.deploy.direct",  # counted instruction by instruction, as it is
    "bench.workloads.html_page",  # as html.parser hands them over
}
"""Where a parameter may be pairs of different things."""


def test_no_parameter_is_an_anonymous_tuple_of_different_things() -> None:
    """What goes together has a type that names its parts, or is several parameters."""
    broken = [
        f"{module(path)}:{parameter.lineno} {function.name}: {parameter.arg}"
        for path in files()
        if module(path) not in GIVEN
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for parameter in (
            *function.args.posonlyargs,
            *function.args.args,
            *function.args.kwonlyargs,
        )
        if parameter.annotation and _is_mixed(parameter.annotation)
    ]

    assert not broken, "\n".join(broken)


def _is_mixed(annotation: ast.expr) -> bool:
    return any(
        isinstance(part, ast.Subscript)
        and ast.unparse(part.value) == "tuple"
        and isinstance(part.slice, ast.Tuple)
        and len({ast.unparse(kind) for kind in part.slice.elts} - {"..."}) > 1
        for part in ast.walk(annotation)
    )


def test_files_are_small() -> None:
    """A file tells one story in at most 500 lines."""
    lines = {
        module(p): len(p.read_text(encoding="utf-8").splitlines()) for p in files()
    }

    assert {name: count for name, count in lines.items() if count > 500} == {}


def test_the_top_level_is_the_agreed_one() -> None:
    """Nothing is added to the top level by accident."""
    import subprocess

    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    top = {line.split("/")[0] for line in listed}

    assert top - TOP_LEVEL == set()
    assert {
        "apps",
        "bench",
        "reports",
        "docker-compose.yml",
        "Makefile",
        "tests",
    } <= top


def test_layers_are_complete_and_distinct() -> None:
    """Every room stands on exactly one row."""
    rooms = [room for row in LAYERS for room in row]
    on_disk = {
        path.stem if path.is_file() else path.name
        for path in BENCH.iterdir()
        if (path.is_dir() and list(path.glob("*.py"))) or path.suffix == ".py"
    }

    assert len(rooms) == len(set(rooms))
    assert on_disk - {"__init__"} == set(rooms)
    assert all(not (low & high) for low, high in pairwise(LAYERS))
