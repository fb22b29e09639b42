"""
The environment of the programs that the harness starts: a short list of what passes.

Nothing else of the user's shell reaches a child. Each name stands here with the
reason why it passes. Every function is pure: it takes the shell's environment
(os.environ) and returns the child's.

This file runs on Python 3.8, too: `make setup` uses it before Python 3.13 is there.
"""

from __future__ import annotations

import os
from collections.abc import Mapping


USER = {
    "PATH": "programs are found on it",
    "HOME": "caches and credentials of the user lie there",
    "USER": "programs ask who starts them",
    "LOGNAME": "the same, in its older name",
    "TMPDIR": "the user may have too little room in /tmp",
    "TZ": "dates in logs",
    "LANG": "the encoding of file names",
    "LC_ALL": "the same; it goes before LANG",
    "LC_CTYPE": "the same; it goes before LANG",
    "XDG_CACHE_HOME": "where the user wants caches",
}
"""What every child may know."""

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
NETWORK = {
    **dict.fromkeys(_PROXIES, "the way to the package index"),
    **{name.lower(): "the way to the package index" for name in _PROXIES},
    "SSL_CERT_FILE": "certificates of a mirror or a proxy",
    "SSL_CERT_DIR": "the same, as a folder",
    "SSL_CLIENT_CERT": "the certificate that a mirror asks for",
    "REQUESTS_CA_BUNDLE": "the same as SSL_CERT_FILE, for pip",
    "CURL_CA_BUNDLE": "the same as SSL_CERT_FILE, for git and pip",
    "GIT_SSL_CAINFO": "the same as SSL_CERT_FILE, for git",
    "NETRC": "credentials of a mirror",
    "SSH_AUTH_SOCK": "keys for a repository that is fetched over SSH",
}
"""What a child may know that asks a package index or fetches a repository."""

INSTALLERS = {
    "XDG_DATA_HOME": "uv keeps credentials and Pythons there",
    "UV_CACHE_DIR": "where uv keeps what it fetched",
    "UV_CREDENTIALS_DIR": "where `uv auth login` keeps credentials",
    "UV_LINK_MODE": "some file systems have no hard links",
    "UV_OFFLINE": "the user wants nothing fetched",
    "UV_HTTP_TIMEOUT": "slow mirrors",
    "UV_HTTP_RETRIES": "unsteady mirrors",
    "UV_PYTHON_DOWNLOADS": "the user wants no Python fetched",
    "UV_PYTHON_INSTALL_MIRROR": "where Python itself is fetched from",
    "PIP_CACHE_DIR": "where pip keeps what it fetched",
    "PIP_DEFAULT_TIMEOUT": "slow mirrors",
    "PIP_TIMEOUT": "slow mirrors",
    "PIP_RETRIES": "unsteady mirrors",
}
"""What uv and pip may know besides; which index they ask is bench/install's to say."""

CONTAINERS = {
    **dict.fromkeys(
        ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_API_VERSION"),
        "which container engine",
    ),
    **dict.fromkeys(
        ("DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"), "the way to it"
    ),
    "DOCKER_CONFIG": "contexts, credentials and plugins of the docker program",
    "XDG_RUNTIME_DIR": "where a rootless engine's socket lies",
    "DOCKER_BUILDKIT": "which builder",
    "BUILDX_BUILDER": "the same",
    "BUILDX_CONFIG": "the same",
}
"""What docker and compose may know."""


def child_environment(
    shell: Mapping[str, str], *passing: Mapping[str, str], **own: str
) -> dict[str, str]:
    """
    What a child gets: of the shell what USER and `passing` name, and `own` above it.

    `passing` are tables of this module: names of variables, each with its reason.
    An empty variable does not pass: programs take it for a setting.
    """
    names = {name for table in (USER, *passing) for name in table}
    kept = {name: shell[name] for name in sorted(names) if shell.get(name)}
    kept.setdefault("PATH", os.defpath)
    return {**kept, **own}
