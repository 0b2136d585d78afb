"""The press as an installation needs it: knowing where its files lie and at which address letters are checked."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from engine.database import Database
from engine.files.store import FileStore
from webapp.config import Settings

if TYPE_CHECKING:
    from engine.letters.press import LetterPress

CHECK_PATH = "/verify"


def letter_press(
    settings: Settings, database: Database, clock: Callable[[], datetime]
) -> "LetterPress":
    """The press for a worker: `Worker(…, senders={JobKind.LETTER: letter_press(…)})`."""
    from engine.letters.press import LetterPress  # pages only ask for the address

    # Without EXPEDITO_URL letters lead to this machine, which is right for a trial and nothing else.
    address = settings.url or f"http://{settings.host}:{settings.port}"
    files = FileStore((settings.var / "files").resolve())
    return LetterPress(database, files, clock, f"{address}{CHECK_PATH}")
