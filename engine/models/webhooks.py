"""Who is told what happens: addresses of other systems, entered by an operator."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, Instant


class Webhook(Base):
    """An address that is called when facts of some kinds are written. Only addresses that stand here are called."""

    __tablename__ = "webhook"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    url: Mapped[str] = mapped_column(String(500), unique=True)
    secret: Mapped[str] = mapped_column(String(80))  # “whsec_…”: signs every call
    facts: Mapped[list[str]] = mapped_column(JSON)  # types of facts, e.g. “case_started”
    created_at: Mapped[datetime] = mapped_column(Instant)
