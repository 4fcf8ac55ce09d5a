"""What keeps the machinery honest: events already seen, and which process is alive."""

from __future__ import annotations

import datetime as dt

from sqlmodel import Field, SQLModel

from storage.columns import moment


class SeenEvent(SQLModel, table=True):
    """An event or interaction that was accepted once already."""

    __tablename__ = "seen_event"

    id: str = Field(primary_key=True, max_length=200)
    at: dt.datetime = Field(sa_type=moment(), index=True)


class Lease(SQLModel, table=True):
    """A living process, by its heartbeat on the database's clock."""

    __tablename__ = "lease"

    executor: str = Field(primary_key=True, max_length=80)
    renewed_at: dt.datetime = Field(sa_type=moment(), index=True)
