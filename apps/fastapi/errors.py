"""Errors of validation in the form of the contract."""

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse


async def wrong(request: Request, error: RequestValidationError) -> JSONResponse:
    """Answer 422 with the path of everything that was wrong; 400 if it is no JSON."""
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return JSONResponse({"detail": "The body is not JSON."}, status_code=400)
    errors = [{"loc": one["loc"][1:], "msg": one["msg"]} for one in found]
    return JSONResponse({"errors": errors}, status_code=422)
