"""An agent in a thread of the tests."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from bench.deploy.agent import Agent


@contextmanager
def telling(pid: int) -> Iterator[Agent]:
    """An agent on that process, for as long as it is needed."""
    with Agent(pid) as agent:
        thread = threading.Thread(target=agent.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield agent
        finally:
            agent.shutdown()
            thread.join()
