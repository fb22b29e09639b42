"""What a URL leads to, and whether load may go there."""

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from bench.errors import EnvironmentFailure, UsageError


type Resolve = Callable[[str, int], Sequence[str]]
"""Every address of a name, as numbers, in the order in which to try them; OSError if there is none."""

CONNECT_S = 5.0  # whether anybody listens

# RFC 1918 and RFC 4193. Not `is_private`: that also holds link-local addresses,
# where clouds keep what tells their secrets, and networks kept for documents.
_PRIVATE = tuple(
    ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)

_HINT = "write it as http://127.0.0.1:8001"


@dataclass(frozen=True, slots=True)
class Place:
    """One server of a URL, by the number of its address: pinned, so that a name cannot lead elsewhere later."""

    host: str
    port: int


def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the machine's own resolver; OSError if it knows no such name."""
    entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in entries))


def http_parts(url: str, hint: str = _HINT, *, path: bool = False) -> SplitResult:
    """
    The parts of a plain http:// address, which may have a path or not; UsageError, with this hint, for any other.

    What looks like a password is not repeated in the message.
    """
    if "@" in (re.split("(?<![:/])[/?#]", url)[0] if path else url):
        raise UsageError(
            "an address has a user name or a password in it, which would be kept and shown",
            hint,
        )
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise UsageError(f"{url!r} is not an address: {error}", hint) from error
    if parts.scheme == "https":
        raise UsageError(
            f"{url!r}: the load generator speaks no TLS",
            "name the address behind it; TLS would cost alike for every framework",
        )
    # urlsplit passes over some control characters in silence.
    plain = url.isascii() and url.isprintable() and " " not in url
    if parts.scheme != "http" or not host or port == 0 or not plain:
        raise UsageError(f"{url!r} is not an http:// address with a host", hint)
    if not path and (parts.path not in {"", "/"} or parts.query or parts.fragment):
        raise UsageError(
            f"{url!r} has more than a host and a port",
            f"the paths are the contract's own: {hint}",
        )
    return parts


def numbers(url: str, parts: SplitResult, ask: Resolve = resolve) -> tuple[Place, ...]:
    """Every place that a URL means, by its number; UsageError for a name that nobody knows."""
    host, port = parts.hostname or "", parts.port or 80
    try:
        addresses = ask(host, port)
    except (OSError, UnicodeError) as error:
        raise UsageError(
            f"{url}: the name {host!r} is not known: {error}",
            "write the address in numbers, or mend the name",
        ) from error
    if not addresses:
        raise UsageError(f"{url}: the name {host!r} has no address", _HINT)
    return tuple(Place(address, port) for address in addresses)


def places(
    url: str, i_own_this: bool = False, ask: Resolve = resolve
) -> tuple[Place, ...]:
    """
    Every place that a URL without a path means, if load may go to all of them.

    UsageError if one is neither loopback nor private and nobody said that it
    is theirs, or if it can be nobody's. The resolver is asked once.
    """
    parts = http_parts(url)
    standing = numbers(url, parts, ask)
    for place in standing:
        _refuse_elsewhere(url, parts.hostname or "", place.host, i_own_this)
    return standing


def is_near(host: str) -> bool:
    """Whether an address in numbers is this machine's loopback or of a private network."""
    try:
        address = _inner(ip_address(host))
    except ValueError:
        return False
    return address.is_loopback or any(address in network for network in _PRIVATE)


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one only wraps (::ffff:8.8.8.8), else itself."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _refuse_elsewhere(url: str, host: str, text: str, i_own_this: bool) -> None:
    # Every one of them, whichever answers: a name must not be half ours.
    address = _inner(ip_address(text))
    shown = text if text == host else f"{host} is {text}, which"
    if address.is_unspecified or address.is_multicast:
        raise UsageError(f"{url}: {shown} is no single server's address", _HINT)
    if i_own_this or is_near(text):
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
        "start what is to answer there; the harness does not",
    )


def listens(place: Place) -> str | None:
    """None if a connection can be made there, else why not."""
    try:
        socket.create_connection((place.host, place.port), CONNECT_S).close()
    except OSError as error:
        return str(error) or type(error).__name__
    return None
