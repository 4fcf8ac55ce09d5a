"""Queries on forms, on adjustments that wait for a decision, and on uploaded pictures."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from storage.locking import begin_writing
from storage.tables import PlanForm, PlanPicture, PlanProposal


def add_form(
    session: Session, *, by: str, channel: str, response_url: str, values: dict[str, Any], at: dt.datetime
) -> PlanForm:
    """Store a form that is about to be shown."""
    row = PlanForm(created_by=by, channel=channel, response_url=response_url, values=values, created_at=at)
    session.add(row)
    session.flush()
    return row


def find_form(session: Session, form_id: str, *, lock: bool = False) -> PlanForm | None:
    """One form; with `lock` nobody else changes it until the transaction ends."""
    if lock:
        begin_writing(session)
    statement = select(PlanForm).where(col(PlanForm.id) == form_id)
    return session.exec(statement.with_for_update() if lock else statement).first()


def add_proposal(
    session: Session,
    sprint_plan: str,
    *,
    base_revision: int,
    options: dict[str, Any],
    channel: str,
    response_url: str,
    by: str,
    at: dt.datetime,
) -> PlanProposal:
    """Store an adjustment that is about to be computed."""
    row = PlanProposal(
        sprint_plan=sprint_plan,
        base_revision=base_revision,
        options=options,
        channel=channel,
        response_url=response_url,
        created_by=by,
        created_at=at,
    )
    session.add(row)
    session.flush()
    return row


def find_proposal(session: Session, proposal_id: str) -> PlanProposal | None:
    """One adjustment."""
    return session.get(PlanProposal, proposal_id)


def find_picture(session: Session, sprint_plan: str, digest: str, conversation: str) -> PlanPicture | None:
    """The picture of that plan's content in that conversation, when it was uploaded already."""
    return session.get(PlanPicture, (sprint_plan, digest, conversation))


def keep_picture(session: Session, picture: PlanPicture) -> None:
    """Remember an uploaded picture."""
    session.merge(picture)


def forget_forms(session: Session, before: dt.datetime) -> int:
    """Delete forms and adjustments older than `before`; how many there were."""
    gone = session.execute(sa.delete(PlanForm).where(col(PlanForm.created_at) < before))
    adjusted = session.execute(sa.delete(PlanProposal).where(col(PlanProposal.created_at) < before))
    return int(gone.rowcount) + int(adjusted.rowcount)  # type: ignore[attr-defined]
