"""Machines that do tasks of cases: the services a task of a diagram may be connected to, entered by an operator."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, Instant


class Service(Base):
    """A machine that carries out service tasks. Only addresses that stand here are called."""

    __tablename__ = "service"

    key: Mapped[str] = mapped_column(
        String(60), primary_key=True
    )  # what a drawing may name as topic
    title: Mapped[str] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(String(500))
    secret: Mapped[str] = mapped_column(String(80))  # “whsec_…”: signs every call
    created_at: Mapped[datetime] = mapped_column(Instant)
