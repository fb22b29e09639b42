"""The same application with the four headers that Django's new project sends: `uvicorn ablations.security_headers:app`."""

from collections.abc import Awaitable, Callable

from fastapi import Request, Response

from app import app


@app.middleware("http")
async def secure(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    """Say what a browser may do with the answer."""
    response = await call_next(request)
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    return response
