"""
Questions beside the headline comparison, each of them a folder.

A file's name is its role, and its role is the floor on which it stands:

    model.py      what was found, and which rules of claims ask for it
    analyse.py    windows in, what was found out
    questions.py  what was found in, questions with estimates and p-values out
    words.py      the sentences of its verdicts
    section.py    its section of the page; chart.py draws

One that no claim asks for has neither questions.py nor words.py. The list below
is all that the other packages know of them.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import Any


EXPERIMENTS = ("turns", "scaling", "stress", "predictions", "costs", "mix")
"""In the order of results.json and of the page."""


def parts(role: str) -> tuple[Any, ...]:
    """What each experiment gives to one floor: `MODEL` of its model.py, `SECTION` of its section.py."""
    names = (f"{__name__}.{name}.{role}" for name in EXPERIMENTS)
    modules = (import_module(name) for name in names if find_spec(name))
    return tuple(getattr(module, role.upper()) for module in modules)
