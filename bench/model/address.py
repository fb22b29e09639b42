"""Which addresses load may go to without a word: this machine's and those of private networks."""

from ipaddress import IPv4Address, IPv6Address, ip_network


# RFC 1918 and RFC 4193. Not `is_private`: that also holds link-local addresses,
# where clouds keep what tells their secrets, and networks kept for documents.
_PRIVATE = tuple(
    ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)


def inner(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one only wraps (::ffff:8.8.8.8), else itself."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def is_near(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is this machine's loopback or of a private network (RFC 1918, RFC 4193)."""
    address = inner(address)
    return address.is_loopback or any(address in network for network in _PRIVATE)
