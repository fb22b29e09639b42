"""What the machine did beside the measuring, over all windows of a run: the typical one and the worst."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from bench.analyse.windows import Trials
from bench.model.results import TraceRow
from bench.model.trial import Window


@dataclass(frozen=True, slots=True)
class _Look:
    id: str
    title: str
    unit: str
    of_window: Callable[[Window], float | None]
    worst: Callable[[Sequence[float]], float] = max


def machine_trace(trials: Trials) -> Iterator[TraceRow]:
    """A row for everything that is traced; None where no window was told of it."""
    cores = trials.run.record.machine.cores
    windows = trials.windows
    for look in (_steal(cores), *_LOOKS):
        values = [v for v in map(look.of_window, windows) if v is not None]
        yield TraceRow(
            look.id,
            look.title,
            look.unit,
            median(values) if values else None,
            look.worst(values) if values else None,
            len(values),
            len(windows),
        )


def _steal(cores: int) -> _Look:
    """Of all processors; only the traced windows know how long they took as a whole."""

    def share(window: Window) -> float | None:
        if window.trace is None or window.steal_s is None:
            return None
        return 100 * window.steal_s / (window.trace.elapsed_s * cores)

    return _Look("steal", "Kept back by the hypervisor", "% of all processors", share)


def _percent(name: str) -> Callable[[Window], float | None]:
    """A time of the trace as per cent of the window's."""

    def share(window: Window) -> float | None:
        if window.trace is None:
            return None
        value: float | None = getattr(window.trace, name)
        return None if value is None else 100 * value / window.trace.elapsed_s

    return share


def _count(name: str) -> Callable[[Window], float | None]:
    def count(window: Window) -> float | None:
        value = getattr(window.trace, name) if window.trace else None
        return None if value is None else float(value)

    return count


_LOOKS = (
    _Look("foreign", "The server’s core at work for other programs", "% of a core", _percent("foreign_s")),
    _Look("server_wait", "Server threads, together, ready and not running", "% of the window", _percent("server_wait_s")),
    _Look("generator_wait", "Generator ready and not running", "% of the window", _percent("generator_wait_s")),
    _Look("pressure", "Somebody on this machine waited for a processor", "% of the window", _percent("pressure_s")),
    _Look("frequency", "Frequency of the server’s core (worst: lowest)", "MHz", _count("frequency_mhz"), min),
    _Look("throttles", "Slowed down by heat", "times", _count("throttles")),
    _Look("swapped", "Moved to swap and back", "pages", _count("swapped_pages")),
)  # fmt: skip
