"""The embedded board: where the backlog goes when no Jira is configured."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from storage.columns import Json


class BoardSprint(SQLModel, table=True):
    """A sprint on a venture's embedded board.

    `state` is future, active or closed. What was committed is counted when it starts and what was completed when it
    closes, in hundredths of a point, so that later changes do not rewrite history.
    """

    __tablename__ = "board_sprint"
    __table_args__ = (sa.UniqueConstraint("venture", "name", "start"),)

    id: int | None = Field(default=None, primary_key=True)
    venture: str = Field(max_length=80, index=True)
    name: str = Field(max_length=255)
    goal: str = Field(default="", sa_type=sa.Text)
    start: dt.date
    end: dt.date
    state: str = Field(default="future", max_length=20)
    committed: int | None = Field(default=None)
    completed: int | None = Field(default=None)


class BoardIssue(SQLModel, table=True):
    """An epic, story or task on the embedded board, named like in Jira: VENTURE-1.

    `content` is the digest of what was pushed. `status` is todo, started or done. Lower `rank` stands higher.
    """

    __tablename__ = "board_issue"
    __table_args__ = (sa.UniqueConstraint("venture", "muster_key"), sa.UniqueConstraint("venture", "number"))

    id: int | None = Field(default=None, primary_key=True)
    venture: str = Field(max_length=80, index=True)
    number: int
    muster_key: str = Field(max_length=200)
    kind: str = Field(max_length=20)
    content: str = Field(max_length=64)
    fields: dict[str, Any] = Field(sa_type=Json)
    status: str = Field(default="todo", max_length=20)
    removed: bool = Field(default=False)
    parent: int | None = Field(default=None, foreign_key="board_issue.id", index=True)
    sprint: int | None = Field(default=None, foreign_key="board_sprint.id", index=True)
    rank: int = Field(default=0)


class BoardLink(SQLModel, table=True):
    """`blocker` must be done before `blocked`."""

    __tablename__ = "board_link"

    blocker: int = Field(foreign_key="board_issue.id", primary_key=True)
    blocked: int = Field(foreign_key="board_issue.id", primary_key=True)
