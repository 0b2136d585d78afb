"""What cases wait to be told, and messages that came before anyone waited."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, Instant


class Subscription(Base):
    """A token that waits for a message or a signal; there as long as the token waits."""

    __tablename__ = "subscription"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    token: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(8))  # message, signal
    name: Mapped[str] = mapped_column(String(200))
    correlation: Mapped[str] = mapped_column(String(64))  # engine.correlation.awaited_key
    since: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("ix_subscription_name", "kind", "name", "correlation", "since"),)


class BufferedMessage(Base):
    """A message nobody waited for yet; the first case that waits for it takes it, until it expires."""

    __tablename__ = "buffered_message"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(200))
    correlation: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    sent_by_id: Mapped[int | None] = mapped_column(BigInteger)
    sender_id: Mapped[int | None] = mapped_column(BigInteger)  # the case that threw it
    sent_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)

    __table_args__ = (Index("ix_buffered_message_name", "name", "correlation", "sent_at"),)


class StartTrigger(Base):
    """How the current version of a procedure begins by itself: by a message, a signal or a timer."""

    __tablename__ = "start_trigger"

    procedure_id: Mapped[int] = mapped_column(
        ForeignKey("procedure.id", ondelete="CASCADE"), primary_key=True
    )
    element_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    kind: Mapped[str] = mapped_column(String(8))  # message, signal, timer
    name: Mapped[str] = mapped_column(String(200))  # of the message or signal; text of the timer

    __table_args__ = (Index("ix_start_trigger_name", "kind", "name"),)
