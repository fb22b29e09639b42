"""
The environment of the programs that the harness starts: a short list of what passes.

Nothing else of the user's shell reaches a child. Each name stands here with the
reason why it passes. Every function is pure: it takes the shell's environment
(os.environ) and returns the child's.

This file runs on Python 3.8, too: `make install` uses it before Python 3.13 is there.
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

NPM = {
    "NODE_EXTRA_CA_CERTS": "certificates of a mirror or a proxy",
    "NPM_CONFIG_REGISTRY": "a mirror of its index",
    "npm_config_registry": "the same",
    "NPM_CONFIG_USERCONFIG": "the user's .npmrc may lie elsewhere",
    "npm_config_userconfig": "the same",
}
"""What npm may know besides."""

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

MEASURED = {
    "TMPDIR": "the user may have too little room in /tmp",
    "TZ": "times of day in logs",
}
"""What servers, the database and the load may know: nothing that changes how fast they are."""

_BEHIND_ONES_BACK = ("PG", "PYTHON", "MPL", "MATPLOTLIBRC", "LOCUST_")
_KEPT = {
    "PYTHON_IMAGE": "a setting of the harness: the base image",
    "PYTHONUNBUFFERED": "only when output is written",
    "PYTHONDONTWRITEBYTECODE": "only where bytecode is written",
    "PYTHONFAULTHANDLER": "only what a crash says",
    "PYTHONHASHSEED": "nothing of the harness itself depends on it",
}


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


def measured_environment(shell: Mapping[str, str], **own: str) -> dict[str, str]:
    """
    What a measured child gets: MEASURED, the same language everywhere, and `own` above it.

    Absent, since only these few are there: debug switches, other allocators and
    preloaded libraries (PYTHONMALLOC, PYTHONTRACEMALLOC, LD_PRELOAD, MALLOC_*,
    GLIBC_TUNABLES), numbers of threads and workers, telemetry, proxies, and
    whatever the servers, the drivers and Locust read themselves.
    """
    kept = {name: shell[name] for name in MEASURED if shell.get(name)}
    if "TMPDIR" in kept:
        kept["TMPDIR"] = os.path.abspath(kept["TMPDIR"])  # noqa: PTH100 - see above: 3.8
    own = {"PATH": os.defpath, "HOME": "/nonexistent", "LANG": "C.UTF-8", **own}
    return {**kept, **own}


def sending_environment(
    shell: Mapping[str, str], root: str, **own: str
) -> dict[str, str]:
    """
    What a Python of the harness gets that sends load or answers it: nothing but the harness and its own packages.

    `root` is the checkout: neither the current directory nor the user's own
    packages are looked into.
    """
    fixed = {"PYTHONPATH": root, "PYTHONSAFEPATH": "1", "PYTHONNOUSERSITE": "1"}
    return measured_environment(shell, **{**fixed, **own})


def behind_ones_back(shell: Mapping[str, str], root: str) -> list[str]:
    """
    The variables that libraries of the harness itself would take from the shell.

    PG*: a server, certificates and options beside the database that is named.
    PYTHON*: other packages, allocators, debug switches, encodings. MPL*: how
    charts look. LOCUST_*: how the load is sent. A PYTHONPATH that names `root`,
    the checkout, and nothing else is none of them.
    """
    return [
        name
        for name in shell
        if name.startswith(_BEHIND_ONES_BACK)
        and name not in _KEPT
        and not (name == "PYTHONPATH" and shell[name] == root)
    ]
