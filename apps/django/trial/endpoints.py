"""What every view of this API has in common."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods


class WrongQuery(ValueError):
    """A parameter of the query is missing or wrong."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


def endpoint(method: str) -> Callable:
    """
    Let only this method in, and answer wrong queries with 422.

    The token against cross-site requests guards sessions kept in cookies;
    this API has none, and REST framework exempts its views for that reason.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @require_http_methods([method])
        @wraps(view)
        def wrapped(request: HttpRequest, **parts: int) -> HttpResponse:
            try:
                return view(request, **parts)
            except WrongQuery as wrong:
                errors = [{"loc": [wrong.name], "msg": str(wrong)}]
                return JsonResponse({"errors": errors}, status=422)

        return wrapped

    return decorate


def whole_number(request: HttpRequest, name: str, low: int, high: int) -> int:
    """The query's parameter as an integer within bounds; WrongQuery if it is not."""
    try:
        number = int(request.GET[name])
    except (KeyError, ValueError):
        raise WrongQuery(name, "A whole number is required.") from None
    if not low <= number <= high:
        raise WrongQuery(name, f"Must be from {low} to {high}.")
    return number
