"""What the newest FastAPI does by itself and older ones do not; the newest takes none of it."""

from inspect import signature
from typing import Annotated, Any

import fastapi
from fastapi import Depends, FastAPI, HTTPException, Query
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from schemas import BIGGEST, Chosen


async def chosen(
    n: Annotated[int, Query(ge=1, le=500)],
    seed: Annotated[int, Query(ge=0, le=BIGGEST)],
) -> Chosen:
    """What 0.115 and later read from the query by the model itself."""
    return Chosen(n=n, seed=seed)


VERSION = tuple(map(int, fastapi.__version__.split(".")[:2]))
FROM_QUERY: Any = Query() if VERSION >= (0, 115) else Depends(chosen)


def body_limit(size: int) -> dict[str, Any]:
    """The limit of a body in bytes: FastAPI's own, or a middleware where it has none."""
    if "max_body_size" in signature(FastAPI).parameters:
        return {"max_body_size": size}
    return {"middleware": [Middleware(BodyLimit, size=size)]}


class BodyLimit:
    """Answer 413 to a body that is longer than it may be, and take an undeclared one for bytes."""

    def __init__(self, app: ASGIApp, size: int) -> None:
        self.app = app
        self.size = size

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what is received; requests without a body pass as they are."""
        if scope["type"] != "http" or scope["method"] == "GET":
            return await self.app(scope, receive, send)
        if not any(name == b"content-type" for name, _ in scope["headers"]):
            # A body of no stated kind was taken for JSON; the contract refuses it.
            plain = (b"content-type", b"application/octet-stream")
            scope = scope | {"headers": [*scope["headers"], plain]}
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.size:
                # FastAPI hands this on as it is: other faults of reading are 400.
                raise HTTPException(status_code=413)
            return message

        return await self.app(scope, counted, send)
