"""Settings, all from environment variables.

EXPEDITO_DATABASE_URL  where everything is kept; default: a SQLite file in the var folder
EXPEDITO_VAR           folder for the SQLite file, uploaded files, the secret key and the key that signs copies of
                       case files; default `var`
EXPEDITO_SECRET_KEY    signs cookies; default: made at the first start and kept in the var folder
EXPEDITO_HOST          address to listen on; default 127.0.0.1
EXPEDITO_PORT          port to listen on; default 8000
EXPEDITO_THREADS       requests served at once by one process; default 8
EXPEDITO_URL           address people type, e.g. https://tramites.example.gob.pe; https makes cookies secure
EXPEDITO_PROXIES       how many trusted proxies stand in front; default 0: forwarded headers are ignored
EXPEDITO_LANGUAGE      language for those whose browser asks for none of ours, en or es; default en
EXPEDITO_JURISDICTION  country (a file of processes/jurisdictions) in whose custom pages write and read numbers, money
                       and dates where no procedure names its own; default PE
EXPEDITO_TIMEZONE      zone in which dates are shown and read and the record's days close; default America/Lima
EXPEDITO_ANTIVIRUS     program that checks an upload, e.g. `clamdscan --no-summary`: called with the file's path,
                       exit status 0 means clean; default: none
EXPEDITO_SMTP_URL      mail server, e.g. `smtp://localhost`, `smtps://user:password@mail.example.gob.pe`; default: none,
                       and mails are written to `outbox/` in the var folder
EXPEDITO_MAIL_FROM     who mails come from, e.g. `Mesa de partes <mesa@example.gob.pe>`; needed with a mail server
EXPEDITO_WEBHOOK_HOSTS hosts inside the own network that webhooks and services may call, by commas; default none
EXPEDITO_FRAME_HOSTS   hosts whose pages a form may embed over https, separated by commas, e.g. `maps.example.gob.pe`;
                       default none: a form offers a link
EXPEDITO_REGISTRIES    TOML file that names registries of other entities (engine/connectors/README.md); default none
EXPEDITO_LOG           `plain` lines for people or `json` lines for machines; default plain
"""

import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.calendars.jurisdiction import DEFAULT, jurisdiction_codes
from engine.connectors.registry import Registry, registries
from engine.errors import Refusal
from engine.outbox import is_address

LARGEST_REQUEST = 32 * 1024 * 1024  # bytes that may be read into memory
# bytes of a page's form with its files, kept on disk while it is read: enough to read the answers beside a file that is
# too large, so that the form can come back with them
LARGEST_FORM = 4 * LARGEST_REQUEST

LANGUAGES = ("en", "es")
# Spoken with the words that are certain; everything else is said in the language it falls back to.
PARTIAL_LANGUAGES = {"qu": "es"}
OFFERED_LANGUAGES = (*LANGUAGES, *PARTIAL_LANGUAGES)
NO_SERVER_SENDER = "Expedito <expedito@localhost>"  # of mails that are only written to files


class WrongSetting(Refusal):
    """An environment variable holds what cannot be used."""

    sentence = "The setting {name} cannot be “{value}”: {reason}."


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation may choose; each field is the environment variable of its name."""

    database_url: str
    var: Path
    secret_key: str
    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 8
    url: str = ""
    proxies: int = 0
    language: str = "en"
    jurisdiction: str = DEFAULT
    timezone: str = "America/Lima"
    antivirus: str = ""
    log: str = "plain"
    smtp_url: str = ""
    mail_from: str = NO_SERVER_SENDER
    webhook_hosts: tuple[str, ...] = ()
    frame_hosts: tuple[str, ...] = ()
    registries: Mapping[str, Registry] = field(default_factory=dict)

    @property
    def is_secure(self) -> bool:
        """Whether people reach this installation over https."""
        return self.url.startswith("https://")

    @property
    def outbox(self) -> Path:
        """Where mails are written that no server takes."""
        return self.var / "outbox"

    @property
    def exports(self) -> Path:
        """Where signed copies of case files lie until they are fetched."""
        return self.var / "exports"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """The settings of this process; makes the var folder and the secret key where absent.

        Raises WrongSetting for a value that cannot be used.
        """

        def text(name: str, default: str) -> str:
            return environment.get(f"EXPEDITO_{name}", "").strip() or default

        var = Path(text("VAR", "var"))
        var.mkdir(parents=True, exist_ok=True, mode=0o700)
        return cls(
            database_url=database_url(environment),
            var=var,
            secret_key=text("SECRET_KEY", "") or _kept_secret(var / "secret_key"),
            host=text("HOST", "127.0.0.1"),
            port=_whole("PORT", text("PORT", "8000"), 0, 65535),
            threads=_whole("THREADS", text("THREADS", "8"), 1, 256),
            url=text("URL", "").rstrip("/"),
            proxies=_whole("PROXIES", text("PROXIES", "0"), 0, 9),
            language=_one_of("LANGUAGE", text("LANGUAGE", "en"), LANGUAGES),
            jurisdiction=_one_of(
                "JURISDICTION", text("JURISDICTION", DEFAULT), jurisdiction_codes()
            ),
            timezone=_zone("TIMEZONE", text("TIMEZONE", "America/Lima")),
            antivirus=text("ANTIVIRUS", ""),
            log=_one_of("LOG", text("LOG", "plain"), ("plain", "json")),
            smtp_url=_smtp_url(text("SMTP_URL", "")),
            mail_from=_mail_from(text("MAIL_FROM", ""), has_server=bool(text("SMTP_URL", ""))),
            webhook_hosts=tuple(text("WEBHOOK_HOSTS", "").replace(",", " ").split()),
            frame_hosts=_hosts("FRAME_HOSTS", text("FRAME_HOSTS", "")),
            registries=_registries(text("REGISTRIES", "")),
        )


def database_url(environment: Mapping[str, str] = os.environ) -> str:
    """Where everything is kept; nothing is made or opened."""
    var = Path(environment.get("EXPEDITO_VAR", "").strip() or "var")
    said = environment.get("EXPEDITO_DATABASE_URL", "").strip()
    return said or f"sqlite:///{var / 'expedito.sqlite'}"


def _kept_secret(path: Path) -> str:
    """The secret of this installation; made by whoever comes first, read by everyone else."""
    try:
        # x: of two processes starting together only one makes it
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as made:
            made.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    secret = path.read_text().strip()
    if len(secret) < 32:
        raise WrongSetting(
            name="EXPEDITO_SECRET_KEY",
            value="…",
            reason=f"{path} holds fewer than 32 characters; remove it and start again",
        )
    return secret


def _registries(path: str) -> dict[str, Registry]:
    if not path:
        return {}
    try:
        return registries(tomllib.loads(Path(path).read_text("utf-8")))
    except (OSError, ValueError) as problem:
        raise WrongSetting(name="EXPEDITO_REGISTRIES", value=path, reason=problem) from problem


def _hosts(name: str, value: str) -> tuple[str, ...]:
    """Names of hosts, with a port where it is not the usual one; they land in a header, so nothing else passes."""
    hosts = tuple(value.lower().replace(",", " ").split())
    for host in hosts:
        if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?", host):
            raise WrongSetting(
                name=f"EXPEDITO_{name}",
                value=host,
                reason="give names of hosts such as maps.example.gob.pe, separated by commas",
            )
    return hosts


def _whole(name: str, value: str, least: int, most: int) -> int:
    if value.isascii() and value.isdigit() and least <= int(value) <= most:
        return int(value)
    raise WrongSetting(
        name=f"EXPEDITO_{name}", value=value, reason=f"give a number from {least} to {most}"
    )


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value in allowed:
        return value
    raise WrongSetting(
        name=f"EXPEDITO_{name}", value=value, reason=f"give one of {', '.join(allowed)}"
    )


def _smtp_url(value: str) -> str:
    if not value:
        return value
    from engine.senders.mail import SmtpServer

    try:
        SmtpServer.from_url(value)
    except ValueError as error:
        # The value may hold a password, and this sentence lands in a log.
        raise WrongSetting(name="EXPEDITO_SMTP_URL", value="…", reason=str(error)) from None
    return value


def _mail_from(value: str, *, has_server: bool) -> str:
    if not value and not has_server:
        return NO_SERVER_SENDER
    if not is_address(parseaddr(value)[1]) or not value.isprintable():
        raise WrongSetting(
            name="EXPEDITO_MAIL_FROM",
            value=value,
            reason="give one such as Name <name@example.org>",
        )
    return value


def _zone(name: str, value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise WrongSetting(
            name=f"EXPEDITO_{name}", value=value, reason="no such time zone"
        ) from None
    return value
