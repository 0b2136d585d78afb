"""Notifications: what a person should know, in the page until read and by mail as they wish."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from engine.calendars.jurisdiction import DEFAULT, jurisdiction
from engine.ids import new_id
from engine.models import Case, MailChoice, MailWish, Notification, NotificationKind, Person
from engine.notification_words import digest_words, mail_words
from engine.outbox import send_mail

MOST_TOLD = 200  # people told of one thing
DIGEST_AT = time(7, 30)  # in the place's zone
KEPT = timedelta(days=90)
SHOWN = 50


@dataclass(frozen=True, slots=True)
class About:
    """What a notification is about: a task by its names, perhaps within a case."""

    case_id: int | None = None
    token: int | None = None
    number: str = ""  # of the case
    task: str = ""
    by: str = ""  # full name of who did it
    words: str = ""  # the beginning of what was written
    since: str = ""  # first and last day, ISO
    until: str = ""
    met: str = ""  # of 100 in time, and how many are wanted
    wanted: str = ""
    procedure: str = ""


def tell(
    session: Session,
    kind: NotificationKind,
    people: Iterable[int],
    about: About,
    *,
    by: Person | None,
    at: datetime,
) -> int:
    """Tell these people, but not who did it, and not twice the same unread thing; how many were told.

    One query and one statement, and one more for each mail to send at once.
    """
    wanted = sorted({one for one in people if by is None or one != by.id})[:MOST_TOLD]
    if not wanted:
        return 0
    rows = session.execute(
        select(Person.id, Person.email, Person.locale, MailChoice.wish)
        .outerjoin(MailChoice, MailChoice.person_id == Person.id)
        .where(Person.id.in_(wanted), Person.is_active)
        .order_by(Person.id)
    ).all()
    data = {
        name: value[:200]
        for name, value in (
            ("number", about.number),
            ("task", about.task),
            ("by", about.by or (by.full_name if by is not None else "")),
            ("words", about.words),
            ("since", about.since),
            ("until", about.until),
            ("met", about.met),
            ("wanted", about.wanted),
            ("procedure", about.procedure),
        )
        if value
    }
    for row in rows:
        wish = row.wish or MailWish.AT_ONCE
        is_digest = wish == MailWish.DIGEST and bool(row.email)
        notification = Notification(
            id=new_id(at),
            person_id=row.id,
            kind=kind.value,
            case_id=about.case_id,
            token=about.token,
            data=data,
            at=at,
            mail_at=next_digest(at) if is_digest else None,
        )
        session.add(notification)
        if wish == MailWish.AT_ONCE and row.email:
            subject, text = mail_words(kind, data, row.locale)
            send_mail(
                session,
                to=row.email,
                subject=subject,
                text=text,
                leads_to="notices",
                key=f"notification:{notification.id}",
                at=at,
            )
    session.flush()
    return len(rows)


def notifications(session: Session, person: Person, *, limit: int = SHOWN) -> list[Notification]:
    """The latest notifications of a person, the newest first."""
    return list(
        session.scalars(
            select(Notification)
            .where(Notification.person_id == person.id)
            .order_by(Notification.id.desc())
            .limit(limit)
        )
    )


_UNREAD = select(func.count(), func.max(Notification.id)).where(
    Notification.person_id == bindparam("person"), Notification.read_at.is_(None)
)


def unread(session: Session, person: Person) -> tuple[int, int]:
    """How many the person has not read, and the newest one's id (0: none): what a page asks now and then."""
    count, newest = session.execute(_UNREAD, {"person": person.id}).one()
    return count, newest or 0


def unread_of(session: Session, people: Iterable[int]) -> dict[int, tuple[int, int]]:
    """The same of several persons, by id, in one question."""
    wanted = set(people)
    rows = session.execute(
        select(Notification.person_id, func.count(), func.max(Notification.id))
        .where(Notification.person_id.in_(wanted), Notification.read_at.is_(None))
        .group_by(Notification.person_id)
    )
    return dict.fromkeys(wanted, (0, 0)) | {row[0]: (row[1], row[2]) for row in rows}


def read_notifications(session: Session, person: Person, *, at: datetime) -> None:
    """All of them are read now; a digest need not tell them any more."""
    session.execute(
        update(Notification)
        .where(Notification.person_id == person.id, Notification.read_at.is_(None))
        .values(read_at=at, mail_at=None)
        .execution_options(synchronize_session=False)
    )


def mail_wish(session: Session, person: Person) -> MailWish:
    """When the person wants mail."""
    said = session.get(MailChoice, person.id)
    return MailWish.AT_ONCE if said is None else MailWish(said.wish)


def set_mail_wish(session: Session, person: Person, wish: MailWish) -> None:
    """Mail as the person wishes from now on."""
    session.merge(MailChoice(person_id=person.id, wish=wish.value))
    session.flush()


def next_digest(at: datetime) -> datetime:
    """When the next digest goes out."""
    zone = jurisdiction(DEFAULT).zone
    today = datetime.combine(at.astimezone(zone).date(), DIGEST_AT, zone)
    return today if at < today else today + timedelta(days=1)


def send_digests(session: Session, *, at: datetime, limit: int = 100) -> int:
    """Mail everybody whose digest is due what they have not read; how many mails. Run by the worker now and then."""
    due = (
        select(Notification.person_id)
        .where(Notification.mail_at.is_not(None), Notification.mail_at <= at)
        .distinct()
        .limit(limit)
    )
    people = session.scalars(select(Person).where(Person.id.in_(due)).with_for_update()).all()
    sent = 0
    for person in people:
        rows = session.scalars(
            select(Notification)
            .where(Notification.person_id == person.id, Notification.mail_at <= at)
            .order_by(Notification.id)
        ).all()
        told: list[tuple[NotificationKind, dict[str, Any]]] = [
            (NotificationKind(row.kind), row.data) for row in rows if row.read_at is None
        ]
        if told and person.email and person.is_active:
            subject, text = digest_words(told, person.locale)
            key = f"digest:{person.id}:{at.date().isoformat()}:{rows[-1].id}"
            send_mail(
                session,
                to=person.email,
                subject=subject,
                text=text,
                leads_to="notices",
                key=key,
                at=at,
            )
            sent += 1
        for row in rows:
            row.mail_at = None
    session.flush()
    return sent


def forget_notifications(session: Session, *, at: datetime) -> None:
    """Drop what is read and old."""
    session.execute(
        delete(Notification)
        .where(Notification.read_at.is_not(None), Notification.at < at - KEPT)
        .execution_options(synchronize_session=False)
    )


def about_case(case: Case, **more: Any) -> About:
    """A notification about a case."""
    return About(case_id=case.id, number=case.number, **more)
