"""Who decided what, and when."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlmodel import Field, SQLModel

from storage.columns import Json, moment


class AuditEntry(SQLModel, table=True):
    """One decision or outside effect. Rows are only ever added."""

    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, primary_key=True)
    at: dt.datetime = Field(sa_type=moment(), index=True)
    actor: str = Field(max_length=80)
    action: str = Field(max_length=80)
    subject: str = Field(max_length=200, index=True)
    venture: str | None = Field(default=None, max_length=80, index=True)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
