"""Errors of validation as a flat list of paths."""

from collections.abc import Iterator

from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler as default_handler


def exception_handler(error, context):
    """
    Answer 422 with paths where REST framework would answer 400 with a tree.

    A body beyond DATA_UPLOAD_MAX_MEMORY_SIZE is 413 where Django says 400.
    """
    if isinstance(error, RequestDataTooBig):
        return Response({"detail": str(error)}, status=413)
    if isinstance(error, RecursionError):
        return Response({"detail": "The body is nested too deeply."}, status=400)
    if not isinstance(error, ValidationError):
        return default_handler(error, context)
    errors = [{"loc": loc, "msg": msg} for loc, msg in flat(error.detail)]
    return Response({"errors": errors}, status=422)


def flat(detail, loc: tuple = ()) -> Iterator[tuple[tuple, str]]:
    """Walk the tree; errors of an object as a whole belong to its own path."""
    if isinstance(detail, ErrorDetail):
        yield loc, str(detail)
    elif isinstance(detail, dict):
        for key, below in detail.items():
            own = key == api_settings.NON_FIELD_ERRORS_KEY
            yield from flat(below, loc if own else (*loc, key))
    elif all(isinstance(below, ErrorDetail) for below in detail):
        for below in detail:
            yield from flat(below, loc)
    else:
        for index, below in enumerate(detail):
            yield from flat(below, (*loc, index))
