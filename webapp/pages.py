"""Templates become answers: the whole page, or only the named block that htmx asked for."""

from flask import Flask, Response, current_app, make_response, render_template, request
from jinja2 import Template
from werkzeug.http import HTTP_STATUS_CODES


def page(template: str, status: int = 200, **context: object) -> Response:
    """The page, or the block whose name is the id of the element that htmx wants to fill.

    htmx says so in `HX-Target: tag#id`; a page without a block of that name is sent whole. Both bodies have one
    URL, hence `Vary`.
    """
    body = _block(template, context) or render_template(template, **context)
    response = make_response(body, status)
    response.headers.add("Vary", "HX-Request, HX-Target")
    return response


def is_fragment_wanted() -> bool:
    """Whether htmx asks for a part of a page."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in headers


def wanted_block() -> str:
    """The id of the element that htmx wants to fill; empty for a whole page."""
    if not is_fragment_wanted() or request.headers.get("HX-Request-Type") == "full":
        return ""
    return request.headers.get("HX-Target", "").partition("#")[2]


def _block(template: str, context: dict[str, object]) -> str | None:
    name = wanted_block()
    if not name:
        return None
    found: Template = current_app.jinja_env.get_template(template)
    block = found.blocks.get(name)
    if block is None:
        return None
    current_app.update_template_context(context)
    return "".join(block(found.new_context(context)))


def register(app: Flask) -> None:
    """Make templates strict about blanks, and give them what every page needs."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["status_name"] = HTTP_STATUS_CODES.get
