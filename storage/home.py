"""Queries for one person's page: what of theirs is open, and where they have a say."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlmodel import Session, col, select

from storage.plans import OPEN
from storage.tables import Authority, AuthorityKind, PlanVersion, SprintPlanRow, Venture


def open_plans_of(session: Session, user: str, *, limit: int) -> tuple[list[SprintPlanRow], int]:
    """A person's own sprint plans that are not through, newest first, and how many there are in all."""
    mine = (
        col(SprintPlanRow.created_by) == user,
        col(SprintPlanRow.status).in_([status.value for status in OPEN]),
    )
    statement = select(SprintPlanRow).where(*mine).order_by(col(SprintPlanRow.created_at).desc()).limit(limit)
    total = session.execute(sa.select(sa.func.count()).select_from(SprintPlanRow).where(*mine)).scalar_one()
    return list(session.exec(statement)), int(total)


def groups_with_a_say(session: Session, *, limit: int = 50) -> list[str]:
    """User groups that may do something in some venture."""
    statement = (
        select(col(Authority.slack_id))
        .where(col(Authority.kind) == AuthorityKind.USER_GROUP.value)
        .distinct()
        .order_by(col(Authority.slack_id))
        .limit(limit)
    )
    return list(session.exec(statement))


def ventures_of(
    session: Session, slack_ids: Iterable[str] | None, *, after: str = "", limit: int = 20
) -> list[tuple[Venture, int | None]]:
    """Ventures in which one of these ids may do something (every venture with None), with their plan's newest number.

    By key, a page that begins behind `after`.
    """
    newest = (
        sa.select(sa.func.max(col(PlanVersion.number)))
        .where(col(PlanVersion.venture) == col(Venture.key))
        .scalar_subquery()
    )
    statement = sa.select(Venture, newest).where(col(Venture.key) > after).order_by(col(Venture.key)).limit(limit)
    if slack_ids is not None:
        named = sa.select(col(Authority.venture)).where(col(Authority.slack_id).in_(list(slack_ids)))
        statement = statement.where(col(Venture.key).in_(named))
    return [(venture, number) for venture, number in session.execute(statement)]
