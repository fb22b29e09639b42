"""The lines of trials.jsonl, from first to last: each an event that can be counted with, or a fault by its number."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.errors import UsageError
from bench.model.trial import Burst, Window
from bench.store.archive import read_raw
from bench.store.records import Event, from_line
from bench.store.validate import refuse_event


type Place = tuple[object, ...]
"""What tells the windows of a run apart, and the volleys."""


def read_events(path: Path, most: Mapping[str, int]) -> Iterator[Event]:
    """
    The events of a file, in order; none if it is neither there nor in the archive beside it.

    `most` is how many windows each cell of the plan has in a round. A last
    line without its end is passed over. Raises UsageError with the number
    of the first line that is wrong.
    """
    try:
        content = read_raw(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", "check the file") from error
    seen: dict[Place, int] = {}
    # At line feeds and nowhere else: splitlines() would also part at a carriage
    # return, and take what stands before it for a torn line.
    for number, line in enumerate(content.split(b"\n")[:-1], 1):
        try:
            event = from_line(line.decode("utf-8"))
            refuse_event(event, most)
            _refuse_twice(seen, event, number)
        except ValueError as error:
            raise UsageError(
                f"{path}: line {number} cannot be read: {str(error).splitlines()[0]}",
                "the file was changed or damaged; the lines before it are whole: "
                f"head -n {number - 1} keeps them",
            ) from error
        yield event


def _refuse_twice(seen: dict[Place, int], event: Event, number: int) -> None:
    match event:
        case Window():
            what = (event.target, event.workload, event.load, event.cycle)
            place: Place = ("window", event.round, *what)
        case Burst():
            place = ("volley", event.round, event.target, event.workload)
            place = (*place, event.experiment)
        case _:
            return
    first = seen.setdefault(place, number)
    if first != number:
        raise ValueError(f"it repeats the {place[0]} of line {first}")
