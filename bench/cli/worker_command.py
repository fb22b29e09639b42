"""`bench worker`."""

import ipaddress
import os
import socket
import sys
from typing import Annotated

import typer

from bench.cli.record import joining_facts
from bench.configure.addresses import is_near
from bench.errors import UsageError
from bench.load.distributed_generator import Post, WorkerChild
from bench.load.joining import Credentials, token_of_run


def command(
    master: Annotated[
        str, typer.Option(help="The machine of the run, as its output names it.")
    ],
    port: Annotated[int, typer.Option(min=1, max=65535)] = 5557,
    cpu: Annotated[
        int | None, typer.Option(help="The processor to send from; else any.", min=0)
    ] = None,
    i_own_this: Annotated[
        bool,
        typer.Option(
            "--i-own-this",
            help="Master and targets may be neither loopback nor in a private network.",
        ),
    ] = False,
) -> None:
    """Send a part of the load of a run on another machine, until that run is over."""
    host = _address(master, i_own_this)
    credentials = Credentials(token_of_run(), joining_facts())
    name = f"{socket.gethostname()}-{os.getpid()}"
    cpus = () if cpu is None else (cpu,)
    post = Post(host, port, name, cpus, anywhere=i_own_this)
    print(f"joining {host} port {port} as {name}", file=sys.stderr)
    child = WorkerChild(post, credentials)
    try:
        child.joined(None)
        print("joined: sends when the run says so; Ctrl-C leaves", file=sys.stderr)
        child.ended()
    finally:
        child.end()
    print("the run is over", file=sys.stderr)


def _address(master: str, i_own_this: bool) -> str:
    """The master's address in numbers, so that the name cannot lead elsewhere later."""
    try:
        resolved = socket.getaddrinfo(master, None, socket.AF_INET, socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UsageError(
            f"the master {master!r} is not known: {error}",
            "write its address in numbers",
        ) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in resolved))
    for address in addresses:
        if ipaddress.ip_address(address).is_unspecified:
            raise UsageError(
                f"{master} is no single machine's address",
                "name the machine as the output of its run does",
            )
        if not i_own_this and not is_near(address):
            shown = address if address == master else f"{master} is {address}, which"
            raise UsageError(
                f"{shown} is neither this machine's loopback nor an address of a private network",
                "whoever is there says what this machine loads; if it is yours, say so: --i-own-this",
            )
    return addresses[0]
