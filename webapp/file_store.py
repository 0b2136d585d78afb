"""Uploaded files, each under the sha256 of its bytes in the var folder; the same bytes are kept once."""

import hashlib
import os
import tempfile
from pathlib import Path

from flask import current_app


def keep(content: bytes) -> str:
    """Keep the bytes; their sha256. On disk before the transaction that names them commits."""
    name = hashlib.sha256(content).hexdigest()
    target = _folder() / name[:2] / name
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, made = tempfile.mkstemp(dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(made).replace(target)
    return name


def path_of(sha256: str) -> Path | None:
    """Where the bytes lie; None when they are not here."""
    if len(sha256) != 64 or not sha256.isalnum():
        return None
    path = _folder() / sha256[:2] / sha256
    return path.resolve() if path.is_file() else None


def _folder() -> Path:
    var: Path = current_app.extensions["settings"].var
    return var / "files"
