"""The same application with the four headers that Django's new project sends: `gunicorn ablations.security_headers:app`."""

from flask import Response

from app import app


@app.after_request
def secure(response: Response) -> Response:
    """Say what a browser may do with the answer."""
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    return response
