"""The route of the page; it is made when it is first asked for, since most services never are."""

from collections.abc import Callable
from functools import cache

from flask import Flask, Response, request

__all__ = ["REFERENCE_ROUTE", "add_reference"]

REFERENCE_ROUTE = "/docs"


def add_reference(app: Flask, description: bytes) -> None:
    """Serve the page of a description from an application."""
    app.add_url_rule(
        REFERENCE_ROUTE, endpoint=REFERENCE_ROUTE, view_func=_view(description), methods=["GET"]
    )


def _view(description: bytes) -> Callable[[], Response]:
    @cache
    def made() -> tuple[bytes, str]:
        from verifier.reference.render import policy_of, render  # with the reader of YAML

        html, style = render(description)
        return html, policy_of(style)

    def page() -> Response:
        html, policy = made()
        answer = Response(html, content_type="text/html; charset=utf-8")
        answer.headers["Content-Security-Policy"] = policy
        answer.headers["Content-Language"] = "en"
        answer.headers["Cache-Control"] = "no-cache"
        answer.add_etag()
        answer.make_conditional(request)
        return answer

    return page
