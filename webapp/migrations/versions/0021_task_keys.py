"""what open tasks are found by, and who did what."""

import re
import unicodedata
from datetime import date
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"

BATCH = 500


def upgrade() -> None:
    keys = op.create_table(
        "task_key",
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("token", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("queue_id", sa.BigInteger(), nullable=False),
        sa.Column("due_order", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "token", "key", "at", name=op.f("pk_task_key")),
        sqlite_with_rowid=False,
    )
    _fill(keys)
    op.create_index(
        "ix_task_key_queue",
        "task_key",
        ["queue_id", "key", "at", "due_order", "case_id", "token"],
    )
    op.create_index("ix_task_key_all", "task_key", ["key", "at", "due_order", "case_id", "token"])
    proposed = sa.text("status = 'open' AND review = 'proposed'")
    followed = sa.text("status = 'open' AND follow_up_on IS NOT NULL")
    for name, table, columns, where in (
        ("ix_task_proposed", "task", ["due_order", "case_id", "token"], proposed),
        ("ix_task_follow_up", "task", ["follow_up_on", "case_id", "token"], followed),
        ("ix_task_ended_by", "task", ["ended_by_id", "case_id"], "ended_by_id IS NOT NULL"),
        ("ix_case_started_by", "case_file", ["started_by_id", "id"], "started_by_id IS NOT NULL"),
    ):
        clause = sa.text(where) if isinstance(where, str) else where
        op.create_index(name, table, columns, sqlite_where=clause, postgresql_where=clause)


def _fill(keys: sa.Table) -> None:
    """Write the keys of the tasks that are open now, case by case."""
    connection, last = op.get_bind(), 0
    tasks = sa.text(
        "SELECT t.case_id, t.token, t.procedure_id, t.element_id, t.queue_id, t.due_order, c.search_words"
        " FROM task t JOIN case_file c ON c.id = t.case_id WHERE t.status = 'open' AND t.case_id IN"
        " (SELECT DISTINCT case_id FROM task WHERE status = 'open' AND case_id > :last"
        " ORDER BY case_id LIMIT :batch) ORDER BY t.case_id, t.token"
    )
    fields = sa.text(
        "SELECT case_id, name, value FROM case_field WHERE value <> ''"
        " AND case_id BETWEEN :first AND :last"
    )
    while True:
        found = connection.execute(tasks, {"last": last, "batch": BATCH}).all()
        if not found:
            return
        first, last = found[0].case_id, found[-1].case_id
        values: dict[int, dict[str, str]] = {}
        for row in connection.execute(fields, {"first": first, "last": last}):
            values.setdefault(row.case_id, {})[row.name] = row.value
        connection.execute(
            keys.insert(),
            [
                {
                    "case_id": row.case_id,
                    "token": row.token,
                    "key": key,
                    "at": at,
                    "queue_id": row.queue_id or 0,
                    "due_order": row.due_order,
                }
                for row in found
                for key, at in _keys(row, values.get(row.case_id, {}))
            ],
        )


# As engine.inbox.keys had it when this was released; later changes have a migration of their own.
def _keys(row: Any, values: dict[str, str]) -> set[tuple[int, float]]:
    found = {
        (_key("procedure", str(row.procedure_id)), 0.0),
        (_key("element", f"{row.procedure_id}\0{row.element_id}"), 0.0),
    }
    for word in _words(row.search_words):
        found.add((_key("word"), _packed(word)))
        bare = word.lstrip("0") if word.isdigit() else ""
        if bare:
            found.add((_key("word"), _packed(bare)))
    for name, value in values.items():
        found.add((_key(f"value:{name}", value), 0.0))
        kind, bound = _measured(value)
        if kind is not None:
            found.add((_key(f"{kind}:{name}"), bound))
        if value not in ("true", "false"):
            found |= {(_key(f"text:{name}"), _packed(word)) for word in _words(value)}
    return found


def _key(what: str, value: str = "") -> int:
    return int.from_bytes(blake2b(f"{what}\0{value}".encode(), digest_size=8).digest(), signed=True)


def _words(text: str) -> list[str]:
    spread = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(one for one in spread if not unicodedata.combining(one))
    return list(dict.fromkeys(re.findall(r"[^\W_]+", plain)))[:12]


def _packed(word: str) -> float:
    return float(int.from_bytes(word.encode()[:6].ljust(6, b"\0")))


def _measured(value: str) -> tuple[str | None, float]:
    try:
        number = float(value)
    except ValueError:
        pass
    else:
        return ("number", number) if abs(number) < 1e308 else (None, 0.0)
    try:
        return "day", float(date.fromisoformat(value[:10]).toordinal())
    except ValueError:
        return None, 0.0
