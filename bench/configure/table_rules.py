"""What the rows of the tables may say beyond their types; each fault is named with its place."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from packaging.version import InvalidVersion, Version

from bench.errors import UsageError, told, unknown
from bench.model.framework import Role
from bench.workloads import WORKLOADS


PLACES = ("host", "port", "workers", "threads", "connections")
"""What the engine fills in a command and in the values of variables."""
GIVEN = ("DATABASE_URL", "POOL_CONNECTIONS", "APPLICATION_NAME")
"""Variables that every target gets from the engine."""
_PLACE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def refuse_twice(where: str, names: Iterable[str]) -> None:
    """UsageError for a name that stands there more than once."""
    for name, times in Counter(names).items():
        if times > 1:
            raise UsageError(
                f"{where} {told(name)} is there {times} times",
                "give each a name of its own: the last one would hide the others",
            )


def refuse_workloads(where: str, names: Sequence[str] | None) -> None:
    """UsageError for a workload that does not exist, or stands there twice."""
    for name in names or ():
        if name not in WORKLOADS:
            raise unknown("workload", name, list(WORKLOADS), where)
    refuse_twice(f"{where}: workload", names or ())


def refuse_places(
    where: str, texts: Iterable[str], filled: Sequence[str] = PLACES
) -> None:
    """UsageError for a placeholder that nobody fills."""
    for text in texts:
        for name in _PLACE.findall(text):
            if name not in filled:
                raise unknown("placeholder", name, list(filled), where)


def refuse_no_port(where: str, serve: Sequence[str]) -> None:
    """UsageError for a command that is not told where to listen."""
    if not any("{port}" in word for word in serve):
        raise UsageError(
            f"{where}: serve: the command is not told its port",
            "write {port} where the server expects it",
        )


def refuse_variables(where: str, names: Iterable[str]) -> None:
    """UsageError for a variable that cannot be set, or that the engine sets."""
    for name in names:
        if name in GIVEN:
            raise UsageError(
                f"{where}: environment: {name} is set by the engine, alike for all",
                "leave it out",
            )
        if not _VARIABLE.fullmatch(name):
            raise UsageError(
                f"{where}: environment: {told(name)} is no name of a variable",
                "letters, digits and _, and no digit first",
            )


def refuse_order(where: str, versions: Sequence[str]) -> None:
    """UsageError where versions do not rise: the last one is taken for the newest."""
    try:
        numbers = [Version(version) for version in versions]
    except InvalidVersion:
        return  # names that are no numbers have the order that they are given
    if numbers != sorted(numbers):
        raise UsageError(
            f"{where}: versions must rise, found {told(list(versions))}",
            "write the oldest first: the last one is meant where no version is said",
        )


def refuse_roles(where: str, package: str | None, roles: Sequence[Role]) -> None:
    """UsageError where a framework has not one default deployment, or a bare server has one."""
    if package is None:
        if Role.CONTESTANT in roles or Role.FLOOR not in roles:
            raise UsageError(
                f"{where}: without a package it is a bare server, whose deployments are floor or ablation",
                "name its package, or give it the role floor",
            )
    elif roles.count(Role.CONTESTANT) != 1 or Role.FLOOR in roles:
        raise UsageError(
            f"{where}: {roles.count(Role.CONTESTANT)} of its deployments are contestants",
            "one has the role contestant, as a team that loves it deploys it; the others are ablations",
        )
    if Role.TWIN in roles:
        raise UsageError(
            f"{where}: no deployment is a twin", "a profile names what is entered twice"
        )
