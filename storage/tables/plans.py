"""Handed-in plans, the sprint plans made from them, and what was pushed."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from storage.columns import Json, moment, new_id


class PlanVersion(SQLModel, table=True):
    """One handed-in plan document. The newest number of a venture is its stored plan."""

    __tablename__ = "plan_version"
    __table_args__ = (sa.UniqueConstraint("venture", "number"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    venture: str = Field(foreign_key="venture.key", max_length=80, index=True)
    number: int
    source: str = Field(default="", max_length=255)
    digest: str = Field(max_length=64)
    document: dict[str, Any] = Field(sa_type=Json)
    created_by: str = Field(max_length=40)
    created_at: dt.datetime = Field(sa_type=moment())


class SprintPlanStatus(StrEnum):
    """Where a sprint plan stands. Only these moves exist: see `storage.plans.MOVES`."""

    PREVIEW = "preview"
    SHARED = "shared"
    APPROVED = "approved"
    PUSHED = "pushed"
    FAILED = "failed"
    DISCARDED = "discarded"


class SprintPlanRow(SQLModel, table=True):
    """One sprint plan, from preview to pushed. `result` is a `planners.sprints.model.SprintPlan` as JSON.

    `channel` and `message_ts` name its card in Slack. `revision` grows with every change, so that a click on an
    outdated card is recognised.
    """

    __tablename__ = "sprint_plan"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    venture: str = Field(foreign_key="venture.key", max_length=80, index=True)
    plan_version: str = Field(foreign_key="plan_version.id", max_length=32, index=True)
    status: str = Field(default=SprintPlanStatus.PREVIEW.value, max_length=20, index=True)
    revision: int = Field(default=1)
    digest: str = Field(max_length=64)
    result: dict[str, Any] = Field(sa_type=Json)
    channel: str | None = Field(default=None, max_length=40)
    message_ts: str | None = Field(default=None, max_length=40)
    created_by: str = Field(max_length=40)
    created_at: dt.datetime = Field(sa_type=moment())
    decided_by: str | None = Field(default=None, max_length=40)
    decided_at: dt.datetime | None = Field(default=None, sa_type=moment())


class Push(SQLModel, table=True):
    """The push of one approved sprint plan to `target`, the lasting name of a board.

    `attempt` grows when a failed push is taken up again. `done` of `total` operations are through. `counts` says how
    many of each kind, `refused` maps keys that the board would not take to its reason.
    """

    __tablename__ = "push"

    id: str = Field(primary_key=True, max_length=120)
    sprint_plan: str = Field(foreign_key="sprint_plan.id", max_length=32, unique=True)
    venture: str = Field(foreign_key="venture.key", max_length=80, index=True)
    target: str = Field(max_length=200)
    attempt: int = Field(default=1)
    phase: str = Field(default="waiting", max_length=40)
    done: int = Field(default=0)
    total: int = Field(default=0)
    counts: dict[str, int] = Field(default_factory=dict, sa_type=Json)
    refused: dict[str, str] = Field(default_factory=dict, sa_type=Json)
    outcome: dict[str, Any] | None = Field(default=None, sa_type=Json)
    channel: str | None = Field(default=None, max_length=40)
    message_ts: str | None = Field(default=None, max_length=40)
    created_at: dt.datetime = Field(sa_type=moment())
    finished_at: dt.datetime | None = Field(default=None, sa_type=moment(), index=True)


class PushedItem(SQLModel, table=True):
    """What a board holds for one of Muster's keys, as last seen. The board's own mark decides.

    `state` is creating from before the board is asked to create it until the answer is known, then held. A row that
    stays creating (`marked_at`, looked for `looks` times) may exist on the board without anybody knowing.
    `blockers` are issue ids; `own_blockers` those that Muster linked or, while `linking`, is linking. `survey` names
    the push attempt that saw it last.
    """

    __tablename__ = "pushed_item"

    venture: str = Field(primary_key=True, max_length=80)
    target: str = Field(primary_key=True, max_length=200)
    key: str = Field(primary_key=True, max_length=200)
    state: str = Field(default="held", max_length=20)
    issue_id: str = Field(default="", max_length=40)
    issue_key: str = Field(default="", max_length=80)
    content: str = Field(default="", max_length=64)
    sprint_id: str | None = Field(default=None, max_length=40)
    sprint_state: str | None = Field(default=None, max_length=20)
    blockers: list[str] = Field(default_factory=list, sa_type=Json)
    own_blockers: list[str] = Field(default_factory=list, sa_type=Json)
    linking: bool = Field(default=False)
    removed: bool = Field(default=False)
    finished: bool = Field(default=False)
    survey: str = Field(default="", max_length=140)
    marked_at: dt.datetime | None = Field(default=None, sa_type=moment())
    looks: int = Field(default=0)


class PushedSprint(SQLModel, table=True):
    """A sprint that Muster made or took over on a board: `number` in the plan, `content` is what was pushed."""

    __tablename__ = "pushed_sprint"

    venture: str = Field(primary_key=True, max_length=80)
    target: str = Field(primary_key=True, max_length=200)
    sprint_id: str = Field(primary_key=True, max_length=40)
    number: int
    content: str = Field(default="", max_length=64)
