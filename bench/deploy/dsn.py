"""The address of a database that the user names, understood alike by every application, or refused."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict

from bench.errors import UsageError


DSN_VARIABLE = "BENCH_DATABASE_DSN"
_EXAMPLE = "postgresql://USER:PASSWORD@HOST:5432/DATABASE"
_TAKEN = {"host", "port", "user", "password", "dbname", "sslmode"}
_SSL_MODES = ("disable", "allow", "prefer", "require")
_PLAIN = re.compile(r"[A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """Where a database is, in the one form that all drivers read; `sslmode` is "" if nobody chose one."""

    url: str
    sslmode: str = ""


def address_of(given: str) -> DatabaseAddress:
    """
    What a user wrote: postgresql://, postgres:// or libpq's words (host=… user=…).

    UsageError, by its name, for what not all drivers understand: the
    applications get nothing else of the user's shell and files, so the address
    must be complete.
    """
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(given).items()}
    except psycopg.Error:
        # libpq repeats the part that it stumbled over, which may be the password.
        raise _refused("cannot be read as an address of PostgreSQL") from None
    if others := sorted(set(parts) - _TAKEN):
        raise _refused(
            f"has {', '.join(others)}, which not every driver of the applications "
            "understands"
        )
    sslmode = parts.get("sslmode", "")
    if sslmode and sslmode not in _SSL_MODES:
        raise _refused(
            f"has sslmode={sslmode}, which needs a certificate that the applications "
            f"do not have; there are: {', '.join(_SSL_MODES)}"
        )
    user = parts.get("user", "")
    if not user:
        raise _refused("names no user")
    who = quote(user, safe="")
    if parts.get("password"):
        who += f":{quote(parts['password'], safe='')}"
    name = parts.get("dbname", user)
    if not _PLAIN.fullmatch(name):
        # Not by its name: after an unescaped / it is a part of the password.
        raise _refused(
            "names a database with other characters than letters, digits, _, . and -"
        )
    return DatabaseAddress(f"postgresql://{who}@{_place(parts)}/{name}", sslmode)


def _place(parts: Mapping[str, str]) -> str:
    host, port = parts.get("host", ""), parts.get("port", "5432")
    if not host or host.startswith(("/", "@")) or "," in host:
        raise _refused("must name one host that is reached over TCP")
    if not port.isdigit():
        raise _refused("must name one port, by its number")
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _refused(what: str) -> UsageError:
    return UsageError(
        f"{DSN_VARIABLE} {what}",
        f"write it as {_EXAMPLE}; in a password, / is %2F and @ is %40",
    )
