"""Whether what a page showed is still what is kept: of two who open a page, the second is told what the first did."""

import hashlib
import json
from typing import Any

from engine.errors import Conflict


class ChangedMeanwhile(Conflict):
    """A page that shows what was kept before somebody kept something else."""

    sentence = (
        "This was changed on another page since you opened it. Look at it there first; "
        "what you keep now replaces it where yours differs."
    )


def seal(said: Any) -> str:
    """Names a JSON value as it stands, so that a page can tell whether it is still the one it showed."""
    told = json.dumps(said, sort_keys=True, default=str).encode()
    return hashlib.sha256(told).hexdigest()[:16]


def refuse_if_changed(said: Any, seen: str) -> None:
    """Raises ChangedMeanwhile where a page saw something else; a page that says nothing of what it saw is not asked."""
    if seen and seen != seal(said):
        raise ChangedMeanwhile()
