"""Queries on ventures and on who may do what in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from storage.tables import Authority, AuthorityAction, AuthorityKind, Venture


@dataclass(frozen=True, slots=True)
class Allowed:
    """The Slack ids that may do one thing: people, and user groups whose members may."""

    users: frozenset[str]
    groups: frozenset[str]


def find_venture(session: Session, key: str) -> Venture | None:
    """The venture of that key, compared without case."""
    return session.exec(select(Venture).where(sa.func.lower(col(Venture.key)) == key.lower())).first()


def list_ventures(session: Session, *, limit: int = 100, after: str = "") -> list[Venture]:
    """Ventures by key, a page of at most `limit` that begins behind `after`."""
    statement = select(Venture).where(col(Venture.key) > after).order_by(col(Venture.key)).limit(limit)
    return list(session.exec(statement))


def add_venture(session: Session, venture: Venture) -> None:
    """Store a new venture; its creator may do everything in it."""
    session.add(venture)
    session.flush()
    for action in AuthorityAction:
        allow(session, venture.key, action, [venture.created_by])


def allow(session: Session, venture: str, action: AuthorityAction, slack_ids: Iterable[str]) -> None:
    """Let people (U…, W…) and user groups (S…) do one thing in a venture; who may already is left alone."""
    present = {row.slack_id for row in _rows(session, venture, action)}
    for slack_id in dict.fromkeys(slack_ids):
        if slack_id in present:
            continue
        kind = AuthorityKind.USER_GROUP if slack_id.startswith("S") else AuthorityKind.USER
        session.add(Authority(venture=venture, action=action.value, kind=kind.value, slack_id=slack_id))
    session.flush()


def withdraw(session: Session, venture: str, action: AuthorityAction, slack_ids: Iterable[str]) -> None:
    """Take one permission away again."""
    session.execute(
        sa.delete(Authority).where(
            col(Authority.venture) == venture,
            col(Authority.action) == action.value,
            col(Authority.slack_id).in_(list(slack_ids)),
        )
    )


def allowed(session: Session, venture: str, action: AuthorityAction) -> Allowed:
    """Who may do one thing in a venture."""
    rows = _rows(session, venture, action)
    return Allowed(
        users=frozenset(row.slack_id for row in rows if row.kind == AuthorityKind.USER.value),
        groups=frozenset(row.slack_id for row in rows if row.kind == AuthorityKind.USER_GROUP.value),
    )


def new_venture(
    key: str, title: str, *, by: str, at: dt.datetime, jira_project: str | None = None, jira_board: int | None = None
) -> Venture:
    """A venture that is not stored yet."""
    return Venture(key=key, title=title, created_by=by, created_at=at, jira_project=jira_project, jira_board=jira_board)


def _rows(session: Session, venture: str, action: AuthorityAction) -> list[Authority]:
    statement = select(Authority).where(col(Authority.venture) == venture, col(Authority.action) == action.value)
    return list(session.exec(statement))
