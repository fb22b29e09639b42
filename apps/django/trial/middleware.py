"""What is left when all middleware of a new project are taken away."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


type View = Callable[[HttpRequest], HttpResponse]


def content_length(get_response: View) -> View:
    """
    State the length of the answer, as CommonMiddleware does among other things.

    Without it gunicorn would send every answer in chunks, and the comparison
    would be about that.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers["Content-Length"] = str(len(response.content))
        return response

    return middleware
