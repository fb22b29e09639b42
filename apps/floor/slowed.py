"""
The bare application after a known amount of work: for the harness' own tests.

STEPS counts passes through an empty loop before every answer. Each pass is
the same few instructions, so what two numbers of steps cost differs by a
known share, on any machine and at any clock.
"""

import os
from collections.abc import Callable, Iterable
from typing import Any

import wsgi


STEPS = int(os.environ.get("STEPS", "0"))


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Work, then answer."""
    for _ in range(STEPS):
        pass
    return wsgi.app(environ, start_response)
