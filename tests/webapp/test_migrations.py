"""The released revisions and the models agree."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import webapp.models  # noqa: F401  the tables of the web as well
from engine.database import Base, Database
from webapp.schema import SchemaOutdated, check_schema, newest_revision, upgrade_schema


def test_the_revisions_make_exactly_the_tables_of_the_models(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    assert upgrade_schema(database) == newest_revision()
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    database.dispose()


def test_upgrading_twice_changes_nothing(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    upgrade_schema(database)
    assert upgrade_schema(database) is None
    check_schema(database)
    database.dispose()


def test_a_database_without_tables_is_not_served(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    with pytest.raises(SchemaOutdated, match="expedito upgrade"):
        check_schema(database)
    database.dispose()
