"""A meeting place for requests that are inside one process at the same time."""

from threading import Event, Lock


_lock = Lock()
_waiting: list[Event] = []


def meet(parties: int, timeout_s: float) -> bool:
    """Wait for the others; False when they did not come in time."""
    mine = Event()
    with _lock:
        _waiting.append(mine)
        if len(_waiting) >= parties:
            for party in _waiting:
                party.set()
            _waiting.clear()
    if mine.wait(timeout_s):
        return True
    with _lock:
        if mine in _waiting:
            _waiting.remove(mine)
    return mine.is_set()
