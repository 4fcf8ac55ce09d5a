"""Queries of the machinery: events seen once, leases of living processes."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import Session, col

from storage.tables import Lease, SeenEvent

SWEEP_LOCK = 7_201_115


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def seen_before(session: Session, event: str, at: dt.datetime) -> bool:
    """Record an event id. True when it was recorded before, also by another process at the same moment."""
    insert = sqlite_insert if _is_sqlite(session) else postgres_insert
    statement = insert(SeenEvent).values(id=event[:200], at=at).on_conflict_do_nothing()
    return session.execute(statement.returning(col(SeenEvent.id))).first() is None


def forget_events(session: Session, before: dt.datetime) -> int:
    """Delete event ids older than `before`; how many there were."""
    result = session.execute(sa.delete(SeenEvent).where(col(SeenEvent.at) < before))
    return int(result.rowcount)  # type: ignore[attr-defined]


def renew_lease(session: Session, executor: str) -> None:
    """Say that a process is alive, by the database's clock (PostgreSQL)."""
    statement = postgres_insert(Lease).values(executor=executor, renewed_at=sa.func.clock_timestamp())
    session.execute(
        statement.on_conflict_do_update(index_elements=["executor"], set_={"renewed_at": sa.func.clock_timestamp()})
    )


def release_lease(session: Session, executor: str) -> None:
    """Say that a process ends."""
    session.execute(sa.delete(Lease).where(col(Lease.executor) == executor))


def live_executors(session: Session, seconds: float) -> set[str]:
    """The processes whose lease was renewed within `seconds`, by the database's clock (PostgreSQL)."""
    oldest = sa.func.clock_timestamp() - sa.func.make_interval(0, 0, 0, 0, 0, 0, seconds)
    rows = session.execute(sa.select(col(Lease.executor)).where(col(Lease.renewed_at) > oldest))
    return set(rows.scalars())


def sweeping(session: Session) -> bool:
    """Become the one who sweeps until the end of this transaction (PostgreSQL). False when another one is."""
    return bool(session.execute(sa.select(sa.func.pg_try_advisory_xact_lock(SWEEP_LOCK))).scalar())
