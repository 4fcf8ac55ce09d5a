"""Begins a transaction that writes, before it reads what it decides on."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import Session


def begin_writing(session: Session) -> None:
    """Let nobody else write until this transaction ends, where the database can't lock a single row.

    SQLite ignores ``FOR UPDATE``, and its driver opens a transaction at the first write only: without this, two who
    decide at once both read the undecided row. On PostgreSQL the row's own lock does it.
    """
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        return
    driver = connection.connection.dbapi_connection
    if driver is not None and not driver.in_transaction:
        connection.execute(sa.text("BEGIN IMMEDIATE"))
