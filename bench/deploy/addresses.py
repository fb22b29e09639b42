"""Where a deployment that stands already is, and whether load may go there."""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from bench.errors import EnvironmentFailure, UsageError
from bench.model.address import inner, is_near


type Resolve = Callable[[str, int], Sequence[str]]
"""Every address of a name, as numbers, in the order in which to try them; OSError if there is none."""

CONNECT_S = 5.0  # whether anybody listens

_HINT = "write it as http://127.0.0.1:8001"


@dataclass(frozen=True, slots=True)
class Place:
    """One server of a URL, by the number of its address: pinned, so that a name cannot lead elsewhere later."""

    host: str
    port: int


def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the machine's own resolver; OSError if it knows no such name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def read_url(url: str) -> tuple[str, int]:
    """
    The host and the port of a plain http:// address without a path; UsageError for any other.

    What looks like a password is not repeated in the message.
    """
    if "@" in url:
        raise UsageError(
            "an address has a user name or a password in it, and would be stored with the run",
            f"{_HINT}; the contract knows no passwords",
        )
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise UsageError(f"{url!r} is not an address: {error}", _HINT) from error
    if parts.scheme == "https":
        raise UsageError(
            f"{url!r}: the load generator speaks no TLS",
            "name the address behind it; TLS would cost alike for every framework",
        )
    if parts.scheme != "http" or not host or port == 0 or not _plain(url):
        raise UsageError(f"{url!r} is not an http:// address with a host", _HINT)
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise UsageError(
            f"{url!r} has more than a host and a port",
            f"the paths are the contract's own: {_HINT}",
        )
    return host, 80 if port is None else port


def places(
    url: str, i_own_this: bool = False, ask: Resolve = resolve
) -> tuple[Place, ...]:
    """
    Every place that a URL means, if load may go to all of them.

    UsageError if one is neither loopback nor private and nobody said that it
    is theirs, or if it can be nobody's. The resolver is asked once.
    """
    host, port = read_url(url)
    try:
        found = ask(host, port)
    except (OSError, UnicodeError) as error:
        raise UsageError(
            f"{url}: the name {host!r} is not known: {error}",
            "write the address in numbers, or mend the name",
        ) from error
    if not found:
        raise UsageError(f"{url}: the name {host!r} has no address", _HINT)
    for text in found:
        _refuse_elsewhere(url, host, text, i_own_this)
    return tuple(Place(text, port) for text in found)


def _refuse_elsewhere(url: str, host: str, text: str, i_own_this: bool) -> None:
    # Every one of them, whichever answers: a name must not be half ours.
    address = inner(ip_address(text))
    shown = text if text == host else f"{host} is {text}, which"
    if address.is_unspecified or address.is_multicast:
        raise UsageError(f"{url}: {shown} is no single server's address", _HINT)
    if i_own_this or is_near(address):
        return
    raise UsageError(
        f"{url}: {shown} is neither this machine's loopback nor an address of a private network",
        "load is an attack on whoever did not ask for it; if that server and the way to it are yours, say so: --i-own-this",
    )


def answering(url: str, among: Sequence[Place]) -> Place:
    """The first of these places where somebody listens; EnvironmentFailure if nobody does."""
    refusals = []
    for place in among:
        refusal = listens(place)
        if refusal is None:
            return place
        refusals.append(f"{place.host} port {place.port}: {refusal}")
    raise EnvironmentFailure(
        f"nothing answers at {url}: {'; '.join(refusals)}",
        "start the deployment first; the harness starts nothing of it",
    )


def listens(place: Place) -> str | None:
    """None if a connection can be made there, else why not."""
    try:
        socket.create_connection((place.host, place.port), CONNECT_S).close()
    except OSError as error:
        return str(error) or type(error).__name__
    return None


def _plain(url: str) -> bool:
    # urlsplit passes over some control characters in silence.
    return url.isascii() and url.isprintable() and " " not in url
