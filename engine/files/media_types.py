"""What kind of file some bytes are, told by the bytes; the name only decides between kinds that look alike."""

from collections.abc import Iterable

LOOKED_AT = 8_192  # bytes from the start of a file

UNKNOWN = "application/octet-stream"
TEXT = "text/plain"

# What browsers show without running anything in it. No HTML, SVG or XML: they carry scripts.
SAFE_INLINE = frozenset(
    {"application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp", TEXT}
)

_STARTS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"BM", "image/bmp"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypheix", "image/heic"),
    (4, b"ftypmif1", "image/heif"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (8, b"WAVE", "audio/wav"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"MZ", "application/x-msdownload"),
    (0, b"\x7fELF", "application/x-executable"),
)

_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
# Inside a zip, the first names say which kind of document it is.
_ZIPPED: tuple[tuple[bytes, str], ...] = (
    (b"mimetype" + _OPEN_DOCUMENT.encode() + b"text", _OPEN_DOCUMENT + "text"),
    (b"mimetype" + _OPEN_DOCUMENT.encode() + b"spreadsheet", _OPEN_DOCUMENT + "spreadsheet"),
    (b"mimetype" + _OPEN_DOCUMENT.encode() + b"presentation", _OPEN_DOCUMENT + "presentation"),
    (b"word/", _OFFICE + "wordprocessingml.document"),
    (b"xl/", _OFFICE + "spreadsheetml.sheet"),
    (b"ppt/", _OFFICE + "presentationml.presentation"),
)
_BY_ENDING = {
    "docx": _OFFICE + "wordprocessingml.document",
    "xlsx": _OFFICE + "spreadsheetml.sheet",
    "pptx": _OFFICE + "presentationml.presentation",
    "odt": _OPEN_DOCUMENT + "text",
    "ods": _OPEN_DOCUMENT + "spreadsheet",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
}
_TEXTS = {"csv": "text/csv", "json": "application/json"}

# The endings by which a form names kinds (`accept=".pdf,.jpg"`).
_ENDINGS: dict[str, frozenset[str]] = {
    "pdf": frozenset({"application/pdf"}),
    "png": frozenset({"image/png"}),
    "jpg": frozenset({"image/jpeg"}),
    "jpeg": frozenset({"image/jpeg"}),
    "gif": frozenset({"image/gif"}),
    "webp": frozenset({"image/webp"}),
    "tif": frozenset({"image/tiff"}),
    "tiff": frozenset({"image/tiff"}),
    "bmp": frozenset({"image/bmp"}),
    "heic": frozenset({"image/heic", "image/heif"}),
    "mp4": frozenset({"video/mp4"}),
    "mp3": frozenset({"audio/mpeg"}),
    "wav": frozenset({"audio/wav"}),
    "ogg": frozenset({"audio/ogg"}),
    "rtf": frozenset({"application/rtf"}),
    "zip": frozenset({"application/zip"}),
    "7z": frozenset({"application/x-7z-compressed"}),
    "rar": frozenset({"application/vnd.rar"}),
    "txt": frozenset({TEXT}),
    "xml": frozenset({"text/xml"}),
    "html": frozenset({"text/html"}),
    "svg": frozenset({"image/svg+xml"}),
    **{ending: frozenset({kind}) for ending, kind in (_BY_ENDING | _TEXTS).items()},
}


def media_type_of(head: bytes, name: str = "") -> str:
    """The media type of a file with this beginning; `application/octet-stream` when nothing fits."""
    ending = name.rpartition(".")[2].lower()
    for offset, magic, kind in _STARTS:
        if head[offset : offset + len(magic)] == magic:
            return kind
    if head.startswith(b"PK\x03\x04"):
        return _zipped(head, ending)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):  # the container of the older Office
        return _BY_ENDING.get(ending, UNKNOWN) if ending in ("doc", "xls", "ppt") else UNKNOWN
    return _text(head, ending)


def _zipped(head: bytes, ending: str) -> str:
    for inside, kind in _ZIPPED:
        if inside in head:
            return kind
    # the telling name may stand far behind a large first part
    return _BY_ENDING[ending] if ending in ("docx", "xlsx", "pptx") else "application/zip"


def _text(head: bytes, ending: str) -> str:
    if b"\0" in head or not head:
        return UNKNOWN
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1024].lower()
    if b"<svg" in start:
        return "image/svg+xml"
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<script")):
        return "text/html"
    if start.startswith(b"<?xml"):
        return "text/xml"
    if any(byte < 9 or 13 < byte < 32 for byte in head):
        return UNKNOWN
    return _TEXTS.get(ending, TEXT)


def is_accepted(media_type: str, accept: Iterable[str]) -> bool:
    """Whether a kind is among those of an `accept` list: `.pdf`, `image/png`, `image/*`; an empty list takes all."""
    wanted = [one.strip().lower() for one in accept if one.strip()]
    return not wanted or any(_covers(one, media_type) for one in wanted)


def _covers(wanted: str, media_type: str) -> bool:
    if wanted in ("*", "*/*"):
        return True
    if wanted.startswith("."):
        return media_type in _ENDINGS.get(wanted[1:], frozenset())
    if wanted.endswith("/*"):
        return media_type.startswith(wanted[:-1]) and media_type != "image/svg+xml"
    return media_type == wanted
