"""Containers or processes: which engine a run uses, and why."""

import os

from bench.deploy.compose_tool import find_tool
from bench.deploy.database import DSN_VARIABLE
from bench.errors import EnvironmentFailure, UsageError, unknown
from bench.model.plan import EXTERNAL


ENGINES = ("auto", "compose", "local", EXTERNAL)


def choose_engine(asked: str) -> tuple[str, str]:
    """
    The engine's name, and the reason in one line.

    `auto` is compose when an engine answers, otherwise local. UsageError
    for a name that does not exist, or for compose beside a database of the user's; EnvironmentFailure when compose was asked for
    by name and cannot be had.
    """
    if asked not in ENGINES:
        raise unknown("engine", asked, list(ENGINES))
    if asked == EXTERNAL:
        return (
            EXTERNAL,
            "engine external: servers you started yourself; nothing is started",
        )
    if asked == "local":
        return "local", "engine local: processes on this machine, as asked"
    if os.environ.get(DSN_VARIABLE):
        if asked == "compose":
            raise UsageError(
                f"{DSN_VARIABLE} names a database, and containers have one of their own",
                f"unset {DSN_VARIABLE}, or use ENGINE=local",
            )
        return "local", f"engine local: {DSN_VARIABLE} names a database"
    try:
        tool = find_tool()
    except EnvironmentFailure as error:
        if asked == "compose":
            raise
        return "local", f"engine local: {error.message}"
    how = "as asked" if asked == "compose" else "a container engine answers"
    return "compose", f"engine compose: {how} (compose {tool.version})"
