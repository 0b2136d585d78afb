"""Connections that outlive what they are connected to."""

from sqlalchemy import text

from engine.database import Database


def test_a_connection_that_the_server_ended_is_replaced_before_it_is_used(
    postgres_database: Database,
) -> None:
    with postgres_database.reading() as session:
        first = session.scalar(text("SELECT pg_backend_pid()"))
    other = Database(postgres_database.engine.url.render_as_string(hide_password=False))
    with other.reading() as session:
        # waits until it is gone
        assert session.scalar(text(f"SELECT pg_terminate_backend({first}, 5000)"))
    other.dispose()
    with postgres_database.reading() as session:
        assert session.scalar(text("SELECT pg_backend_pid()")) != first
