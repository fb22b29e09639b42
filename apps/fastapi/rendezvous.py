"""A meeting place for requests that are inside one process at the same time."""

import asyncio


_waiting: list[asyncio.Event] = []


async def meet(parties: int, timeout_s: float) -> bool:
    """Wait for the others; False when they did not come in time."""
    mine = asyncio.Event()
    _waiting.append(mine)
    if len(_waiting) >= parties:
        for party in _waiting:
            party.set()
        _waiting.clear()
    try:
        async with asyncio.timeout(timeout_s):
            await mine.wait()
    except TimeoutError:
        return mine.is_set()
    finally:
        if mine in _waiting:
            _waiting.remove(mine)
    return True
