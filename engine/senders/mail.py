"""Sends mails over SMTP, or, where no server is set, writes each as a file that the operator can read."""

import os
import smtplib
import ssl
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from engine.errors import N_, Said
from engine.files.store import sync_folder
from engine.jobs import GiveUp
from engine.models import Job
from engine.outbox import is_address, stable_id

TIME_LIMIT = 20  # seconds the server may be silent


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mails go. `is_tls`: encrypted from the first byte; else STARTTLS where the server offers it."""

    host: str
    port: int
    is_tls: bool = False
    user: str = ""
    password: str = ""

    @classmethod
    def from_url(cls, url: str) -> "SmtpServer":
        """``smtp://host``, ``smtps://user:password@host:465``; ValueError for anything else."""
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path.strip("/"):
            raise ValueError("give smtp://host or smtps://user:password@host:465")
        is_tls = parts.scheme == "smtps"
        return cls(
            parts.hostname,
            parts.port or (465 if is_tls else 25),
            is_tls,
            unquote(parts.username or ""),
            unquote(parts.password or ""),
        )


class NotEncrypted(Exception):
    """The server would have read the password in the clear."""


class MailSender:
    """A worker's sender of mails.

    `sender` is ``Name <address>``; `folder` is where mails are written when there is no server. `link` tells the
    address of what a mail leads to (`leads_to` of engine.outbox.send_mail), if it has one.
    """

    def __init__(
        self,
        server: SmtpServer | None,
        sender: str,
        folder: Path,
        link: Callable[[str], str | None] = lambda leads_to: None,
    ) -> None:
        self.server = server
        self.link = link
        self.sender = sender
        self.address = parseaddr(sender)[1]
        self.folder = folder

    def __call__(self, job: Job) -> None:
        """Send the mail; GiveUp when the receiver will never take it."""
        to = str(job.payload["to"])
        if not is_address(to):
            raise GiveUp(Said(N_("“{to}” is no mail address"), {"to": to[:80]}))
        link = self.link(str(job.payload.get("leads_to") or ""))
        mail = mail_of(job.payload, stable_id(job.key), self.sender, link).as_bytes()
        if self.server is None:
            self._write(mail, stable_id(job.key))
        else:
            _send(self.server, self.address, to, mail)

    def _write(self, mail: bytes, name: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = self.folder / f"{name}.part"
        with part.open("wb") as written:
            written.write(mail)
            written.flush()
            os.fsync(written.fileno())  # the job that asks for it is gone for good in a moment
        part.replace(self.folder / f"{name}.eml")
        sync_folder(self.folder)
        sync_folder(self.folder.parent)


def mail_of(
    payload: dict[str, Any], mail_id: str, sender: str, link: str | None = None
) -> EmailMessage:
    """The mail, the same bytes each time it is made from the same job; `link`: where it leads, its last line."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = payload["to"]
    mail["Subject"] = payload["subject"]
    mail["Date"] = format_datetime(datetime.fromisoformat(payload["written_at"]))
    mail["Message-ID"] = f"<{mail_id}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine answers this
    text = payload["text"] if link is None else f"{payload['text'].rstrip()}\n\n{link}\n"
    mail.set_content(text, cte="quoted-printable")
    if payload.get("html"):
        mail.add_alternative(payload["html"], subtype="html", cte="quoted-printable")
        mail.set_boundary(f"part-{mail_id}")
    return mail


def _send(server: SmtpServer, sender: str, to: str, mail: bytes) -> None:
    kind = smtplib.SMTP_SSL if server.is_tls else smtplib.SMTP
    try:
        with closing(kind(server.host, server.port, timeout=TIME_LIMIT)) as smtp:
            smtp.ehlo()
            is_encrypted = server.is_tls
            if not is_encrypted and smtp.has_extn("starttls"):
                smtp.starttls(context=ssl.create_default_context())
                smtp.ehlo()
                is_encrypted = True
            if server.user:
                if not is_encrypted and not _is_here(server.host):
                    host = {"host": server.host}
                    raise NotEncrypted(
                        Said(N_("{host} offers no encryption for the password"), host)
                    )
                smtp.login(server.user, server.password)
            smtp.sendmail(sender, [to], mail)
            # The mail is theirs: however they say good-bye, sending it again would make two of it.
            with suppress(smtplib.SMTPException, OSError):
                smtp.quit()
    except smtplib.SMTPRecipientsRefused as refused:
        code, said = refused.recipients[to]
        if 500 <= code < 600:
            told = {"to": to, "code": code, "why": _text(said)}
            raise GiveUp(Said(N_("{to} is refused: {code} {why}"), told)) from refused
        raise
    except smtplib.SMTPDataError as refused:
        if 500 <= refused.smtp_code < 600:
            told = {"code": refused.smtp_code, "why": _text(refused.smtp_error)}
            raise GiveUp(Said(N_("the mail is refused: {code} {why}"), told)) from refused
        raise


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _text(said: bytes | str) -> str:
    return said if isinstance(said, str) else said.decode("utf-8", "replace")
