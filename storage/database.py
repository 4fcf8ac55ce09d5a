"""One database for Muster's tables and the durable engine's: SQLite embedded, PostgreSQL by address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 7_201_114


class DatabaseAddressError(ValueError):
    """The database address can't be used. The message names it without its password."""


def _address(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise DatabaseAddressError(
            "MUSTER_DATABASE_URL is not a database address; expected sqlite:///PATH or postgresql://…"
        ) from error
    if parsed.drivername in ("postgres", "postgresql"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        return parsed
    shown = parsed.render_as_string(hide_password=True)
    raise DatabaseAddressError(
        f"MUSTER_DATABASE_URL '{shown}': expected an address that starts with sqlite:/// or postgresql://"
    )


def create_engine(url: str) -> sa.Engine:
    """An engine with what each database needs to be used by many threads.

    SQLite gets WAL, a busy time-out and transactions that take the write lock when they begin, so that two writers
    wait for each other instead of failing. Raises :class:`DatabaseAddressError` for an address of another kind.
    """
    address = _address(url)
    if address.get_backend_name() != "sqlite":
        return sa.create_engine(address, pool_pre_ping=True, pool_size=10, max_overflow=20)
    if address.database not in (None, "", ":memory:"):
        Path(str(address.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(address, connect_args={"timeout": 30}, pool_size=10, max_overflow=30)

    @sa.event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: object) -> None:
        connection.isolation_level = "IMMEDIATE"
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA busy_timeout=30000")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")

    return engine


class Database:
    """Sessions on the one engine. A service opens one transaction, repositories work in it, nobody else commits."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    @property
    def is_sqlite(self) -> bool:
        """True for the embedded database."""
        return self.engine.dialect.name == "sqlite"

    @property
    def address(self) -> str:
        """The address, password included: for the durable engine and for migrations, never for a log."""
        return self.engine.url.render_as_string(hide_password=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose work is committed at the end, or rolled back on an exception."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    def now(self) -> sa.ColumnElement[Any]:
        """The database's own clock, for what several processes compare (leases)."""
        return sa.func.now()


def migrate(database: Database) -> None:
    """Bring the tables to the newest version. Safe when several processes do it at once."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.engine.connect() as connection:
        if not database.is_sqlite:
            connection.execute(sa.text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
            connection.commit()
        try:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
        finally:
            if not database.is_sqlite:
                connection.rollback()
                connection.execute(sa.text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
                connection.commit()
