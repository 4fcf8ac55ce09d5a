"""The migrations make exactly the tables that the code declares, also when several processes migrate at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlmodel import SQLModel

import storage.tables  # noqa: F401
from storage.database import Database, DatabaseAddressError, create_engine, migrate


def test_the_migrations_match_the_tables(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": _ours, "render_as_batch": database.is_sqlite}
        )
        assert compare_metadata(context, SQLModel.metadata) == []


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or name in SQLModel.metadata.tables


def test_four_processes_migrate_at_once(empty_postgres: str) -> None:
    databases = [Database(create_engine(empty_postgres)) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, databases))
    with databases[0].engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() is not None
    for database in databases:
        database.engine.dispose()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://root:hunter2@db/muster", "mysql://root:***@db/muster"),
        ("not an address", "expected sqlite:///PATH or postgresql://"),
    ],
)
def test_another_database_is_refused_without_showing_the_password(url: str, said: str) -> None:
    with pytest.raises(DatabaseAddressError) as refused:
        create_engine(url)
    assert said in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_the_folder_of_the_embedded_database_is_made(tmp_path: Path) -> None:
    database = Database(create_engine(f"sqlite:///{tmp_path / 'a' / 'b' / 'muster.db'}"))
    migrate(database)
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    database.engine.dispose()
