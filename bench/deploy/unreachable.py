"""Why a package index or a repository gave nothing, read out of the words of uv, git and ssh."""

import re
from typing import NamedTuple
from urllib.parse import urlsplit


class Unreachable(NamedTuple):
    """One sentence with cause and remedy, and whether what was asked for may exist."""

    sentence: str
    exists: bool | None  # False: it does not; None: not known


_KINDS: tuple[tuple[str, str, bool | None], ...] = (
    (
        r"Could not resolve (?:host|proxy)|Could not resolve hostname|dns error|failed to lookup address|Temporary failure in name resolution",
        "its host is not known here: is it spelt rightly, or is the network down?",
        None,
    ),
    (
        r"Connection refused|Couldn't connect to server|Could not connect to server",
        "the connection is refused: does a server listen there, or at the proxy that HTTPS_PROXY names?",
        None,
    ),
    (
        r"certificate|TLS|SSL|[Hh]andshake",
        "its certificate is not trusted here: name the file of its authority in SSL_CERT_FILE and GIT_SSL_CAINFO",
        None,
    ),
    (
        r"timed out|timeout|unreachable|Operation too slow|No route to host|Connection reset|early EOF|remote end hung up",
        "it does not answer, or not to the end: is the network up?",
        None,
    ),
    (r"error: 5\d\d|\(5\d\d |HTTP 5\d\d", "it answers with an error of its own", None),
    (
        r"Authentication failed|publickey|error: 40[13]|\(40[13] ",
        "it does not let you in: give git or uv the credentials that it asks for",
        None,
    ),
    (
        r"could not read Username|terminal prompts disabled",
        "there is no such repository, or it asks for credentials that git does not have",
        False,
    ),
    (
        r"not found$|' not found|does not appear to be a git repository|error: 404|\(404 |No such file or directory",
        "there is nothing at that address",
        False,
    ),
    (
        r"couldn't find remote ref|[Ff]ailed to find branch, tag, or commit|not our ref|failed to fetch branch, tag, or commit",
        "it has no such commit, branch or tag",
        False,
    ),
)
_FETCHING = re.compile(
    r"Git operation failed|git fetch|Failed to (?:fetch|download)|error sending request"
)
_ADDRESS = re.compile(r"\b(?:https?|ssh|git|file)://[^\s'\"`)]+")


def unreachable(said: str) -> Unreachable | None:
    """What such words mean; None where they are about something else, as a version that nobody has."""
    address = _ADDRESS.search(said)
    if address is None or not _FETCHING.search(said):
        return None
    for pattern, sentence, exists in _KINDS:
        if re.search(pattern, said, re.MULTILINE):
            return Unreachable(f"{_plain(address[0])}: {sentence}", exists)
    return None


def _plain(address: str) -> str:
    """Without credentials."""
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
