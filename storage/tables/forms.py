"""What Slack's messages and modals are too small, or too short-lived, to hold."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlmodel import Field, SQLModel

from storage.columns import Json, moment, new_id


class PlanForm(SQLModel, table=True):
    """One `/sprint-plan` form: where it was opened, what was filled in, and what came of it.

    `values` holds the answers as they were given, so that the form can be shown again with every value kept.
    """

    __tablename__ = "plan_form"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    created_by: str = Field(max_length=40)
    channel: str = Field(max_length=40)
    response_url: str = Field(default="", max_length=500)
    view_id: str = Field(default="", max_length=80)
    values: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    problems: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    sprint_plan: str | None = Field(default=None, max_length=32)
    created_at: dt.datetime = Field(sa_type=moment(), index=True)


class PlanProposal(SQLModel, table=True):
    """An adjusted sprint plan that is shown, and not kept yet. It replaces revision `base_revision` when it is."""

    __tablename__ = "plan_proposal"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    sprint_plan: str = Field(foreign_key="sprint_plan.id", max_length=32, index=True)
    base_revision: int
    options: dict[str, Any] = Field(sa_type=Json)
    result: dict[str, Any] | None = Field(default=None, sa_type=Json)
    channel: str = Field(default="", max_length=40)
    response_url: str = Field(default="", max_length=500)
    view_id: str = Field(default="", max_length=80)
    created_by: str = Field(max_length=40)
    created_at: dt.datetime = Field(sa_type=moment(), index=True)


class PlanPicture(SQLModel, table=True):
    """A picture of a sprint plan that was uploaded to a conversation, by what it shows (`digest`)."""

    __tablename__ = "plan_picture"

    sprint_plan: str = Field(foreign_key="sprint_plan.id", primary_key=True, max_length=32)
    digest: str = Field(primary_key=True, max_length=64)
    conversation: str = Field(primary_key=True, max_length=40)
    file_id: str = Field(max_length=40)
    permalink: str = Field(default="", max_length=500)
