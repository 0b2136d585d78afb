"""Where the web comes together: pages for people and `/api/v1` for machines, or a part of them."""

import os
import shlex
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix

from engine.database import Database
from engine.files.store import FileStore, antivirus_command
from webapp import (
    assets,
    compression,
    discovery,
    errors,
    figures,
    headers,
    navigation,
    pages,
    readings,
    repetition,
    texts,
    together,
)
from webapp.config import (
    LARGEST_FORM,
    LARGEST_REQUEST,
    OFFERED_LANGUAGES,
    PARTIAL_LANGUAGES,
    Settings,
)
from webapp.i18n import (
    LANGUAGE_NAMES,
    babel,
    chosen_language,
    chosen_locale,
    page_language,
    role_name,
    tongue,
)
from webapp.parts import Part
from webapp.security import forgery, keyring, pace, sessions
from webapp.security.access import check_access, public
from webapp.streams import Streams
from webapp.transactions import Transactional, close, start_over
from webapp.words import case_data, durations, gateways, numbers, sizes
from webapp.words import measures as measure_words
from webapp.words import sheets as sheet_words
from webapp.words import terms as term_words
from webapp.words import times as words

VERSION = "0.1.0"
# what the applications of one house share
_SHARED = ("settings", "database", "files", "clock", "streams", "figures", "paces", "readings")


def create_app(
    settings: Settings | None = None,
    *,
    database: Database | None = None,
    clock: Callable[[], datetime] | None = None,
    part: Part = Part.WHOLE,
    beside: Flask | None = None,
) -> Transactional:
    """The web application. Without arguments everything comes from the environment, as gunicorn wants it
    (`webapp/gunicorn.py`).

    `part` of it only, which shares with the application `beside` it what the process remembers (webapp/house.py).
    """
    settings = settings or Settings.from_environment(os.environ)
    app = (
        _speaking()
        if part in (Part.WHOLE, Part.API)
        else Transactional("webapp", static_folder=None)
    )
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=2_000,
        SESSION_COOKIE_NAME="expedito",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_secure,
        PERMANENT_SESSION_LIFETIME=timedelta(days=365),
        BABEL_DEFAULT_LOCALE=settings.language,
        BABEL_DEFAULT_TIMEZONE=settings.timezone,
        OPENAPI_VERSION="3.1.0",
        AUTO_404_RESPONSE=False,
    )
    if beside is not None:
        app.extensions.update({name: beside.extensions[name] for name in _SHARED})
    else:
        app.extensions["settings"] = settings
        app.extensions["database"] = database or Database(settings.database_url)
        scan = antivirus_command(shlex.split(settings.antivirus)) if settings.antivirus else None
        app.extensions["files"] = FileStore((settings.var / "files").resolve(), scan=scan)
        app.extensions["clock"] = clock or (lambda: datetime.now(UTC))
        app.extensions["streams"] = Streams(app.extensions["database"], settings.threads // 2)
    if settings.proxies:
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]

    babel.init_app(app, locale_selector=chosen_locale)
    app.jinja_env.globals.update(
        current_person=sessions.current_person,
        role_name=role_name,
        language=chosen_language,
        page_language=page_language,
        languages=OFFERED_LANGUAGES,
        partial_languages=PARTIAL_LANGUAGES,
        language_names=LANGUAGE_NAMES,
    )
    app.jinja_env.filters["tongue"] = tongue
    app.before_request(lambda: _take_files(app))
    # Last registered, first run on the way out: headers see what compression and pages have made.
    headers.register(app)
    compression.register(app)
    figures.register(app)
    sessions.register(app)
    keyring.register(app)
    pace.register(app)
    readings.register(app)
    forgery.register(app)
    texts.register(app)
    errors.register(app)
    together.register(app)
    pages.register(app)
    durations.register(app)
    measure_words.register(app)
    words.register(app)
    sizes.register(app)
    numbers.register(app)
    term_words.register(app)
    case_data.register(app)
    sheet_words.register(app)
    gateways.register(app)
    if part in (Part.WHOLE, Part.PAGES):
        from webapp.words import studies as study_words

        study_words.register(app)
    assets.register(app)
    repetition.register(app)
    app.before_request(lambda: check_access(app))
    app.teardown_request(close)

    found = discovery.modules(part)
    for blueprint in discovery.blueprints(found):
        if blueprint.name not in app.blueprints:
            app.register_blueprint(blueprint)
    navigation.register(app, discovery.navigation(found))
    if "openapi.spec" in app.view_functions:
        public(app.view_functions["openapi.spec"])
    return app


def _speaking() -> Transactional:
    from webapp.api.application import Speaking

    return Speaking(
        "webapp",
        title="Expedito",
        version=VERSION,
        spec_path="/api/v1/openapi.json",
        docs_path=None,
        json_errors=False,
        static_folder=None,  # type: ignore[arg-type]  # Flask takes None, APIFlask's hint does not
    )


def _take_files(app: Transactional) -> None:
    """Make room for files, on pages and for who may use them, before the body is read to find the token in it.

    waitress has received the request by then, up to LARGEST_FORM on its own disk; gunicorn and other servers that
    hand over the stream have not.
    """
    if request.mimetype != "multipart/form-data" or request.path.startswith("/api/"):
        return
    check_access(app)
    start_over()  # a body may be slow: meanwhile nobody waits for a transaction of ours
    if request.endpoint is not None:
        request.max_content_length = LARGEST_FORM
