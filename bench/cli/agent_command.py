"""`bench agent`."""

from typing import Annotated

import typer

from bench.deploy.agent import Agent


def command(
    pid: Annotated[
        int,
        typer.Argument(
            help="The server's first process; what came of it is counted too.", min=1
        ),
    ],
    host: Annotated[
        str, typer.Option(help="Where to listen; it tells numbers to whoever asks.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0: any free one.", min=0, max=65535)] = 0,
) -> None:
    """Tell over HTTP what a server's processes have used, until Ctrl-C; for `bench run --agent`."""
    with Agent(pid, host, port) as agent:
        print(agent.address, flush=True)
        agent.serve_forever()
