"""Ventures, and who may do what in them."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from storage.columns import moment, new_id


class Venture(SQLModel, table=True):
    """The thing being built. `jira_board` and `jira_project` are None where the embedded board is used."""

    __tablename__ = "venture"

    key: str = Field(primary_key=True, max_length=80)
    title: str = Field(max_length=255)
    jira_project: str | None = Field(default=None, max_length=80)
    jira_board: int | None = Field(default=None)
    created_by: str = Field(max_length=40)
    created_at: dt.datetime = Field(sa_type=moment())


class AuthorityAction(StrEnum):
    """What a person may be allowed to do in a venture."""

    PLAN = "plan"
    APPROVE = "approve"
    DECIDE = "decide"


class AuthorityKind(StrEnum):
    """How the allowed people are named."""

    USER = "user"
    USER_GROUP = "user_group"


class Authority(SQLModel, table=True):
    """One user or one user group that may do one thing in one venture."""

    __tablename__ = "authority"
    __table_args__ = (sa.UniqueConstraint("venture", "action", "slack_id"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    venture: str = Field(foreign_key="venture.key", max_length=80, index=True)
    action: str = Field(max_length=20)
    kind: str = Field(max_length=20)
    slack_id: str = Field(max_length=40)
