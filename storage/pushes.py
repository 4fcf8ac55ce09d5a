"""Queries on pushes and on what boards are known to hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from planners.sprints.pushing import HeldIssue, HeldSprint, SprintState, WantedIssue
from storage.locking import begin_writing
from storage.tables import Push, PushedItem, PushedSprint, SprintPlanRow, Venture

WAITING = "waiting"
CREATING, HELD = "creating", "held"


class PushRunningError(ValueError):
    """A push of this sprint plan has not ended yet."""


def push_key(push: Push) -> str:
    """The durable workflow's key: one for each attempt."""
    return push.id if push.attempt == 1 else f"{push.id}:{push.attempt}"


def request_push(
    session: Session,
    plan: SprintPlanRow,
    *,
    target: str,
    at: dt.datetime,
    channel: str | None = None,
    message_ts: str | None = None,
) -> Push:
    """Record the intent to push a sprint plan, in the transaction of its approval.

    The push that is there already is returned: two approvals are one push. One that failed is taken up again as its
    next attempt. Raises :class:`PushRunningError` when the plan was pushed to another board before it ended.
    """
    begin_writing(session)
    push_id = f"push:{plan.id}"
    push = session.exec(select(Push).where(col(Push.id) == push_id).with_for_update()).first()
    if push is None:
        push = Push(
            id=push_id,
            sprint_plan=plan.id,
            venture=plan.venture,
            target=target,
            channel=channel,
            message_ts=message_ts,
            created_at=at,
        )
    elif push.finished_at is not None and push.outcome is not None and push.outcome["status"] != "done":
        push.attempt += 1
        push.phase, push.done, push.total = WAITING, 0, 0
        push.counts, push.refused, push.outcome, push.finished_at = {}, {}, None, None
        push.target = target
        push.channel, push.message_ts = channel or push.channel, message_ts or push.message_ts
    elif push.finished_at is None and push.target != target:
        raise PushRunningError(f"sprint plan {plan.id} is being pushed to {push.target}")
    session.add(push)
    session.flush()
    return push


def find_push(session: Session, push_id: str, *, lock: bool = False) -> Push | None:
    """One push; with `lock` nobody else changes it until the transaction ends."""
    if lock:
        begin_writing(session)
    statement = select(Push).where(col(Push.id) == push_id)
    return session.exec(statement.with_for_update() if lock else statement).first()


def unstarted_pushes(session: Session, *, limit: int = 100) -> list[Push]:
    """Pushes that were asked for and have not begun, oldest first: what a crash before the start left behind."""
    statement = (
        select(Push)
        .where(col(Push.finished_at).is_(None), col(Push.phase) == WAITING)
        .order_by(col(Push.created_at), col(Push.id))
        .limit(limit)
    )
    return list(session.exec(statement))


def take_turn(session: Session, push: Push) -> Push | None:
    """Let a push begin unless another one of its venture is under way, which is then returned.

    The venture's row is locked, so of two that ask at once one begins.
    """
    begin_writing(session)
    session.exec(select(Venture).where(col(Venture.key) == push.venture).with_for_update()).one()
    other = session.exec(
        select(Push).where(
            col(Push.venture) == push.venture,
            col(Push.id) != push.id,
            col(Push.finished_at).is_(None),
            col(Push.phase) != WAITING,
        )
    ).first()
    if other is None and push.phase == WAITING:
        push.phase = "reading"
        session.add(push)
        session.flush()
    return other


def items(session: Session, push: Push) -> list[PushedItem]:
    """What the push's board is known to hold, or may hold, for its venture."""
    statement = select(PushedItem).where(col(PushedItem.venture) == push.venture, col(PushedItem.target) == push.target)
    return list(session.exec(statement.order_by(col(PushedItem.key))))


def held_issues(rows: Iterable[PushedItem]) -> dict[str, HeldIssue]:
    """The rows whose issue is known to be there, by Muster's key."""
    return {row.key: held_issue(row) for row in rows if row.state == HELD}


def held_issue(row: PushedItem) -> HeldIssue:
    """A row as the value that planners compare."""
    return HeldIssue(
        key=row.key,
        issue_id=row.issue_id,
        issue_key=row.issue_key,
        content=row.content,
        sprint_id=row.sprint_id,
        sprint_state=SprintState(row.sprint_state) if row.sprint_state else None,
        blockers=frozenset(row.blockers),
        own_blockers=frozenset(row.own_blockers),
        removed=row.removed,
        finished=row.finished,
    )


def mark_creating(session: Session, push: Push, issues: Iterable[WantedIssue], at: dt.datetime) -> None:
    """Remember that the board is about to be asked to create these, which are not known yet, and with which words."""
    session.add_all(
        PushedItem(
            venture=push.venture,
            target=push.target,
            key=issue.key,
            state=CREATING,
            content=issue.content,
            marked_at=at,
        )
        for issue in issues
    )
    session.flush()


def forget(session: Session, push: Push, keys: Iterable[str]) -> None:
    """Drop what is known of these keys: the board does not hold them."""
    session.execute(
        sa.delete(PushedItem).where(
            col(PushedItem.venture) == push.venture,
            col(PushedItem.target) == push.target,
            col(PushedItem.key).in_(list(keys)),
        )
    )


def remember(session: Session, push: Push, issues: Iterable[HeldIssue], survey: str) -> None:
    """Store what the board holds, as it says now. An empty `content` leaves what is known of the same issue.

    A link that Muster made and that is no longer there is not its own when somebody makes it again.
    """
    for issue in issues:
        row = session.get(PushedItem, (push.venture, push.target, issue.key))
        same = row is not None and (row.issue_id == issue.issue_id or row.state == CREATING)
        known = row.content if row is not None and same else ""
        if row is None:
            row = PushedItem(venture=push.venture, target=push.target, key=issue.key)
        row.state, row.marked_at, row.looks = HELD, None, 0
        row.issue_id, row.issue_key = issue.issue_id, issue.issue_key
        row.content = issue.content or known
        row.sprint_id = issue.sprint_id
        row.sprint_state = issue.sprint_state.value if issue.sprint_state else None
        row.blockers = sorted(issue.blockers)
        if not same:
            row.own_blockers, row.linking = [], False
        elif not row.linking:
            row.own_blockers = sorted(issue.blockers.intersection(row.own_blockers))
        row.removed, row.finished = issue.removed, issue.finished
        row.survey = survey
        session.add(row)
    session.flush()


def remember_survey(session: Session, push: Push, issues: Iterable[HeldIssue], survey: str) -> None:
    """Store what a reading of the board found. An issue that is known stays the one: a copy has its marks too."""
    for issue in issues:
        row = session.get(PushedItem, (push.venture, push.target, issue.key))
        if row is None or row.state == CREATING or row.issue_id == issue.issue_id:
            remember(session, push, [issue], survey)


def change_items(session: Session, push: Push, keys: Iterable[str], **values: Any) -> None:
    """Set columns of what is known, after the board did as it was told."""
    session.execute(
        sa.update(PushedItem)
        .where(
            col(PushedItem.venture) == push.venture,
            col(PushedItem.target) == push.target,
            col(PushedItem.key).in_(list(keys)),
        )
        .values(**values)
    )


def pushed_sprints(session: Session, push: Push) -> dict[str, PushedSprint]:
    """The sprints that Muster made or took over on the push's board, by their id there."""
    statement = select(PushedSprint).where(
        col(PushedSprint.venture) == push.venture, col(PushedSprint.target) == push.target
    )
    return {row.sprint_id: row for row in session.exec(statement)}


def remember_sprint(session: Session, push: Push, sprint: HeldSprint, number: int, content: str) -> None:
    """Store which sprint of the board is number `number` of the plan."""
    session.merge(
        PushedSprint(
            venture=push.venture, target=push.target, sprint_id=sprint.sprint_id, number=number, content=content
        )
    )
    session.flush()
