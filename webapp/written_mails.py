"""Mails that no server took, because none is set: files in the var folder, for the operator to read."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parsedate_to_datetime
from pathlib import Path

from engine.errors import NotFound
from webapp.config import Settings

_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class WrittenMail:
    """A mail as it would have been sent."""

    id: str
    to: str
    subject: str
    text: str
    written_at: datetime


def written_mails(settings: Settings, *, limit: int = 50) -> list[WrittenMail]:
    """The mails written last, the newest first."""
    files = sorted(
        settings.outbox.glob("*.eml"), key=lambda file: file.stat().st_mtime, reverse=True
    )
    return [_read(file) for file in files[:limit]]


def written_mail(settings: Settings, mail_id: str) -> WrittenMail:
    """One of them; NotFound."""
    file = settings.outbox / f"{mail_id}.eml"
    if not _ID.fullmatch(mail_id) or not file.is_file():
        raise NotFound(what="mail", name=mail_id)
    return _read(file)


def _read(file: Path) -> WrittenMail:
    mail = message_from_bytes(file.read_bytes(), EmailMessage, policy=SMTP)
    body = mail.get_body(("plain",))
    return WrittenMail(
        id=file.stem,
        to=str(mail["To"]),
        subject=str(mail["Subject"]),
        text="" if body is None else str(body.get_content()),
        written_at=parsedate_to_datetime(str(mail["Date"])),
    )
