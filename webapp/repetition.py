"""`Idempotency-Key` on every POST: the same key again gets the same answer, and nothing is done twice.

The key comes in the header, or in the field `idempotency_key` of a form. A page may be sent twice with other answers
(after “back”): that is another request, and the rule that it breaks says so better than we could.
"""

from collections.abc import Callable
from hashlib import sha256
from secrets import token_urlsafe
from typing import IO, Any, TypeVar

from flask import Response, current_app, request

from engine.receipts import Answer, fingerprint, once
from webapp.security.sessions import current_person
from webapp.transactions import Transactional, now, session

FIELD = "idempotency_key"

View = TypeVar("View", bound=Callable[..., Any])


def register(app: Transactional) -> None:
    """Answer every POST that carries a key through its receipt."""
    app.around = _once
    app.jinja_env.globals["new_key"] = lambda: token_urlsafe(12)


def repeatable(view: View) -> View:
    """Declare that a view may well be asked again and needs no receipt, such as one that keeps what was typed."""
    view.is_repeatable = True  # type: ignore[attr-defined]  # a function's own mark
    return view


def once_for_anybody(view: View) -> View:
    """Declare that the key of its form counts although nobody is signed in, on a view that sets no cookie."""
    view.is_once_for_anybody = True  # type: ignore[attr-defined]  # a function's own mark
    return view


def _once(answer: Callable[[], Response]) -> Response:
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "is_repeatable", False):
        return answer()
    key = request.headers.get("Idempotency-Key", "").strip() or _key_of_form()
    person = current_person() if key else None
    if not key or (person is None and not getattr(view, "is_once_for_anybody", False)):
        return answer()
    made: list[Response] = []

    opened = session()

    def command() -> Answer | None:
        made.append(answer())
        # A view that started over rolled the receipt back, and works in another transaction by now:
        # the first one touched again would wait for the second, which waits for us.
        return _kept(made[0]) if session() is opened else None

    kept = once(opened, key, _asked(), command, by=person, at=now())
    return _again(kept) if kept is not None and kept.is_repeated else made[0]


def _key_of_form() -> str:
    if request.mimetype not in ("multipart/form-data", "application/x-www-form-urlencoded"):
        return ""
    key = request.form.get(FIELD, "").strip()
    return f"{key}:{_asked()[:24]}" if key else ""


def _asked() -> str:
    query = request.query_string.decode(errors="replace")
    where = f"{request.path}?{query}" if query else request.path
    if not request.form and not request.files:
        return fingerprint(request.method, where, sha256(request.get_data()).hexdigest())
    sent = sorted(
        (name, value)
        for name, value in request.form.items(multi=True)
        if name != "csrf_token"  # masked anew each time
    )
    files = sorted(
        (name, file.filename or "", _digest(file.stream))
        for name, file in request.files.items(multi=True)
    )
    return fingerprint(request.method, where, sent, *([files] if files else []))


def _digest(stream: IO[bytes]) -> str:
    found = sha256()
    while part := stream.read(1 << 16):
        found.update(part)
    stream.seek(0)
    return found.hexdigest()


def _kept(response: Response) -> Answer:
    body = {"location": response.headers.get("Location"), "type": response.content_type}
    if response.mimetype == "application/json":
        body["text"] = response.get_data(as_text=True)
    # a form shown once more, as after “Add another”: asked the same again, it is made again
    is_passing = response.status_code == 200 and response.mimetype == "text/html"
    return Answer(response.status_code, body, is_passing=is_passing)


def _again(kept: Answer) -> Response:
    response = Response(kept.body.get("text", ""), kept.status, content_type=kept.body["type"])
    if kept.body.get("location"):
        response.headers["Location"] = kept.body["location"]
    response.headers["Idempotency-Replayed"] = "true"
    return response
