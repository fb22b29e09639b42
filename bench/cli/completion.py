"""What a shell may complete beside commands and options; nothing where it cannot be known."""

from collections.abc import Callable, Iterator
from contextlib import suppress

from bench.cli.places import PUBLISHED, RUNS
from bench.errors import BenchError


type Complete = Callable[[str], list[str]]


def profiles(begun: str) -> list[str]:
    """The names of profiles that begin so."""
    from bench.configure.tables import load_profiles

    return _beginning(begun, lambda: iter(load_profiles()[0]))


def workloads(begun: str) -> list[str]:
    """The names of workloads that continue a list of them, separated by commas."""
    from bench.workloads import WORKLOADS

    return _listed(begun, lambda: iter(WORKLOADS))


def targets(begun: str) -> list[str]:
    """Targets and roles that continue a list of them, separated by commas."""
    from bench.cli.run_options import chosen_targets

    def named() -> Iterator[str]:
        yield from ("contestant", "ablation", "floor")
        yield from (target.id for target in chosen_targets(["*@*/*"]))

    return _listed(begun, named)


def runs(begun: str) -> list[str]:
    """The runs whose ids begin so."""
    from bench.store.folder import run_folders

    folders = (*run_folders(PUBLISHED), *run_folders(RUNS))
    return _beginning(begun, lambda: (folder.name for folder in folders))


def _listed(begun: str, names: Callable[[], Iterator[str]]) -> list[str]:
    before, comma, last = begun.rpartition(",")
    return [f"{before}{comma}{name}" for name in _beginning(last, names)]


def _beginning(begun: str, names: Callable[[], Iterator[str]]) -> list[str]:
    # A table with a fault in it is told by the command, not by the Tab key.
    with suppress(BenchError):
        return sorted({name for name in names() if name.startswith(begun)})
    return []
