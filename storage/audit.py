"""The record of decisions and outside effects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from storage.tables import AuditEntry


def record(
    session: Session,
    *,
    at: dt.datetime,
    actor: str,
    action: str,
    subject: str,
    venture: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add one entry, in the same transaction as what it records."""
    session.add(
        AuditEntry(at=at, actor=actor, action=action, subject=subject[:200], venture=venture, detail=dict(detail or {}))
    )


def entries(session: Session, *, venture: str | None = None, after: int = 0, limit: int = 100) -> list[AuditEntry]:
    """Entries in the order they were added, a page that begins behind the id `after`."""
    statement = select(AuditEntry).where(col(AuditEntry.id) > after)
    if venture is not None:
        statement = statement.where(col(AuditEntry.venture) == venture)
    return list(session.exec(statement.order_by(col(AuditEntry.id)).limit(limit)))
