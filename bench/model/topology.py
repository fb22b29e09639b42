"""The physical cores of a machine, as far as they matter to who runs where."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Core:
    """
    One physical core, with those of its threads that this process may use.

    What is not known of a machine is alike for all of its cores: nothing then
    tells them apart.
    """

    threads: tuple[int, ...]  # ids of processors, rising; one at least
    foreign: tuple[int, ...] = ()  # its other threads: online, and not ours to use
    kind: int = 0  # 0: of the fastest cores here, then the slower ones
    node: int = 0  # of memory
    package: int = 0
    cache: int = 0  # a number that the cores at one last-level cache have in common

    @property
    def is_first(self) -> bool:
        """Whether processor 0 is a thread of it, which gets the interrupts of many machines."""
        return 0 in self.threads or 0 in self.foreign


@dataclass(frozen=True, slots=True)
class Topology:
    """The cores that a process may use, and how much of their time."""

    cores: tuple[Core, ...]
    quota: float | None = None  # processors' worth of time; None: all of it

    @property
    def processors(self) -> tuple[int, ...]:
        """The ids of all threads of all cores, rising."""
        return tuple(sorted(cpu for core in self.cores for cpu in core.threads))


def flat(processors: Iterable[int]) -> Topology:
    """So many processors of which nothing is known: each a core of its own, all alike."""
    return Topology(tuple(Core((cpu,)) for cpu in sorted(set(processors))))


def cpu_words(cpus: Iterable[int]) -> str:
    """Processors in a few words, joined by "+": 3+7, 2+7-13."""
    runs: list[list[int]] = []
    for cpu in sorted(cpus):
        if runs and cpu == runs[-1][-1] + 1:
            runs[-1].append(cpu)
        else:
            runs.append([cpu])
    words = (
        [f"{run[0]}-{run[-1]}"] if len(run) > 2 else [str(cpu) for cpu in run]
        for run in runs
    )
    return "+".join(word for run in words for word in run)
