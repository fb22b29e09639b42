"""uv, the one program that asks the package index."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from bench.install.index_settings import UnreadableSettings
from bench.install.tools import Tool, uv_tool


LIMIT_S = 600
_MESSAGE_LINES = 6
_ROOT = Path(__file__).resolve().parents[2]
_ENVIRONMENT = "make the environment"
_LOCK = (
    *("--quiet", "--generate-hashes", "--universal", "--no-emit-index-url"),
    *("--no-header", "--python-version", "3.13", "--python", sys.executable),
)
_NO_SUCH = 1
"""uv's status where the index answered, and has no such thing; 2: it could not be asked, or uv failed."""


class Refused(Exception):
    """Why an environment or a lock cannot be had, in one sentence."""

    def __init__(self, reason: str, exists: bool | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        # False: what was asked for does not exist; None: not known.
        self.exists = exists


def compile_lock(
    *words: str,
    doing: str = "make the lock",
    given: str | None = None,
    folder: Path = _ROOT,
) -> str:
    """The lock, with hashes, for all machines and without any index's name, that uv makes in that folder; Refused with the end of its words."""
    tool = _tool(locking=True)
    words = ("pip", "compile", *_LOCK, *words, *tool.options)
    return _uv(tool, doing, words, given, folder)


def as_of() -> str | None:
    """The date, or the age, that the settings of uv or pip name for locks; None: today."""
    words = _tool(locking=True).options
    named = "--exclude-newer"
    return words[words.index(named) + 1] if named in words else None


def make_environment(path: Path) -> None:
    """An empty environment of this Python; Refused with the end of uv's words."""
    words = ("venv", "--python", sys.executable, "--no-project", str(path))
    _uv(_tool(), _ENVIRONMENT, words)


def install(lock: Path, environment: Path, *options: str) -> None:
    """Make the environment hold exactly what the lock names; Refused with the end of uv's words."""
    tool = _tool()
    python = ("--python", str(environment / "bin" / "python"))
    words = ("pip", "sync", *python, *tool.options, *options, str(lock))
    _uv(tool, _ENVIRONMENT, words)


def _tool(*, locking: bool = False) -> Tool:
    try:
        return uv_tool(os.environ, _ROOT, locking=locking)
    except UnreadableSettings as error:
        raise Refused(str(error)) from error


def _uv(
    tool: Tool,
    doing: str,
    words: tuple[str, ...],
    given: str | None = None,
    folder: Path = _ROOT,
) -> str:
    # The one of our own lock: another one may know other options.
    program = Path(sys.prefix, "bin", "uv")
    try:
        done = subprocess.run(
            [program, *words],
            env=tool.environment,
            input=given,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
    except FileNotFoundError as error:
        raise Refused(f"there is no {program}: run `make install`") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Refused(f"uv {words[0]} could not run: {error}") from error
    if done.returncode:
        why = unreachable(done.stderr)
        if why is not None:
            raise Refused(f"uv could not {doing}: {why.sentence}", why.exists)
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        said = f"uv could not {doing}: {' '.join(lines[-_MESSAGE_LINES:])}"
        raise Refused(said, False if done.returncode == _NO_SUCH else None)
    return done.stdout


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
