"""What every test may use."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from storage.clock import ManualClock
from storage.database import Database, create_engine, migrate
from tests.peers import require
from tests.peers.postgres import fresh_database

pytest_plugins = ["tests.peers.fixtures"]

# CI tries the same examples each time, so that luck does not decide whether a change lands; elsewhere runs explore.
# Deadlines are off in both: they measure how busy the machine is.
settings.register_profile("ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci" if os.environ.get("CI") else "explore")


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands at a Monday morning."""
    return ManualClock(dt.datetime(2027, 1, 4, 9, 0, tzinfo=dt.UTC))


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Iterator[Database]:
    """A migrated database in a file of its own."""
    database = Database(create_engine(f"sqlite:///{tmp_path / 'muster.db'}"))
    migrate(database)
    yield database
    database.engine.dispose()


@pytest.fixture
def empty_postgres() -> str:
    """The address of a new, empty PostgreSQL database."""
    return require("PostgreSQL", fresh_database)


@pytest.fixture
def postgres_database(empty_postgres: str) -> Iterator[Database]:
    """A migrated PostgreSQL database of its own."""
    database = Database(create_engine(empty_postgres))
    migrate(database)
    yield database
    database.engine.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Database:
    """Each test that takes it runs on both databases."""
    found: Database = request.getfixturevalue(f"{request.param}_database")
    return found
