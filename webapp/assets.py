"""Static files with the hash of their content in the address, so that browsers keep them for a year.

Served compressed from memory: no other server is needed in front.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, request, url_for

from webapp.compression import accepts_gzip
from webapp.security.access import public

ROOT = Path(__file__).parent / "static"
_FOREVER = "public, max-age=31536000, immutable"
_COMPRESSIBLE = (".css", ".js", ".svg", ".json", ".txt", ".webmanifest")
_TYPES = {".woff2": "font/woff2", ".woff": "font/woff", ".js": "text/javascript; charset=utf-8"}

pages = Blueprint("assets", __name__)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent."""

    content: bytes
    compressed: bytes | None
    media_type: str
    hash: str


@pages.get("/static/<path:name>")
@public
def file(name: str) -> Response:
    """A static file; kept for ever when asked for by its hash."""
    found = asset(name)
    if found is None:
        abort(404)
    is_zipped = found.compressed is not None and accepts_gzip()
    body = found.compressed if is_zipped and found.compressed is not None else found.content
    response = Response(body, content_type=found.media_type)
    if is_zipped:
        response.headers["Content-Encoding"] = "gzip"
    if found.compressed is not None:
        response.vary.add("Accept-Encoding")
    response.set_etag(found.hash + ("-gzip" if is_zipped else ""))
    response.headers["Cache-Control"] = (
        _FOREVER if request.args.get("v") == found.hash else "public, max-age=0, must-revalidate"
    )
    response.make_conditional(request)
    return response


def asset_url(name: str) -> str:
    """The address of a static file, with its hash."""
    found = asset(name)
    return url_for("assets.file", name=name, v=found.hash if found else None)


def asset(name: str) -> Asset | None:
    """A static file, read and compressed once; None where there is none."""
    path = (ROOT / name).resolve()
    if not path.is_relative_to(ROOT.resolve()) or not path.is_file():
        return None
    stat = path.stat()
    return _read(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=256)
def _read(path: Path, _modified: int, _size: int) -> Asset:
    content = path.read_bytes()
    guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if guessed.startswith("text/"):
        guessed += "; charset=utf-8"
    return Asset(
        content=content,
        compressed=gzip.compress(content, 9, mtime=0) if path.suffix in _COMPRESSIBLE else None,
        media_type=_TYPES.get(path.suffix, guessed),
        hash=hashlib.sha256(content).hexdigest()[:16],
    )


def register(app: Flask) -> None:
    """Serve the files and give templates `asset(name)`."""
    app.register_blueprint(pages)
    app.jinja_env.globals["asset"] = asset_url
