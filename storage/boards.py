"""Queries on the embedded board."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

import sqlalchemy as sa
from sqlmodel import Session, col, select

from planners.sprints.pushing import SprintState, WantedIssue, WantedSprint
from storage.tables import BoardIssue, BoardLink, BoardSprint, Venture

DONE = "done"
STATUSES = ("todo", "started", DONE)


class BoardChangeRefusedError(ValueError):
    """The board does not allow it in the state it is in; the text says why."""


def lock_board(session: Session, venture: str) -> None:
    """Nobody else numbers issues on the board until the transaction ends."""
    session.exec(select(Venture).where(col(Venture.key) == venture).with_for_update()).one()


def issues(session: Session, venture: str, *, after: int = 0, limit: int = 500) -> list[BoardIssue]:
    """Issues by number, a page that begins behind `after`."""
    statement = select(BoardIssue).where(col(BoardIssue.venture) == venture, col(BoardIssue.number) > after)
    return list(session.exec(statement.order_by(col(BoardIssue.number)).limit(limit)))


def issues_by_key(session: Session, venture: str, keys: Iterable[str]) -> dict[str, BoardIssue]:
    """Issues by Muster's key; keys that the board does not hold are left out."""
    statement = select(BoardIssue).where(col(BoardIssue.venture) == venture, col(BoardIssue.muster_key).in_(list(keys)))
    return {row.muster_key: row for row in session.exec(statement)}


def blockers_of(session: Session, issue_ids: Iterable[int]) -> dict[int, set[int]]:
    """Ids of the blockers of each issue that has some."""
    result: dict[int, set[int]] = {}
    statement = select(BoardLink).where(col(BoardLink.blocked).in_(list(issue_ids)))
    for link in session.exec(statement):
        result.setdefault(link.blocked, set()).add(link.blocker)
    return result


def board_sprints(session: Session, venture: str) -> list[BoardSprint]:
    """The sprints of the board by their start."""
    statement = select(BoardSprint).where(col(BoardSprint.venture) == venture)
    return list(session.exec(statement.order_by(col(BoardSprint.start), col(BoardSprint.id))))


def add_sprint(session: Session, venture: str, wanted: WantedSprint) -> BoardSprint:
    """Add a sprint; the one of the same name and start is returned when it is there."""
    statement = select(BoardSprint).where(
        col(BoardSprint.venture) == venture,
        col(BoardSprint.name) == wanted.name,
        col(BoardSprint.start) == wanted.start,
    )
    row = session.exec(statement).first()
    if row is None:
        row = BoardSprint(venture=venture, name=wanted.name, goal=wanted.goal, start=wanted.start, end=wanted.end)
        session.add(row)
        session.flush()
    return row


def change_sprint(session: Session, sprint_id: int, wanted: WantedSprint) -> BoardSprint:
    """Give a sprint that has not begun its words and dates. Raises :class:`BoardChangeRefusedError` for another."""
    row = session.get_one(BoardSprint, sprint_id, with_for_update=True)
    if row.state != SprintState.FUTURE.value:
        raise BoardChangeRefusedError(f"{row.name} is {row.state}")
    row.name, row.goal, row.start, row.end = wanted.name, wanted.goal, wanted.start, wanted.end
    session.add(row)
    session.flush()
    return row


def add_issue(session: Session, venture: str, wanted: WantedIssue, parent: int | None) -> BoardIssue:
    """Add an issue at the end of the backlog, or return the one of that key. Lock the board first."""
    row = issues_by_key(session, venture, [wanted.key]).get(wanted.key)
    if row is None:
        last = session.exec(select(sa.func.max(col(BoardIssue.number))).where(col(BoardIssue.venture) == venture)).one()
        number = (last or 0) + 1
        row = BoardIssue(
            venture=venture,
            number=number,
            muster_key=wanted.key,
            kind=wanted.kind.value,
            content=wanted.content,
            fields=_fields(wanted),
            parent=parent,
            rank=number,
        )
        session.add(row)
        session.flush()
    return row


def change_issue(session: Session, issue_id: int, wanted: WantedIssue, parent: int | None) -> BoardIssue:
    """Give an issue its words anew."""
    row = session.get_one(BoardIssue, issue_id)
    row.content, row.fields, row.parent, row.removed = wanted.content, _fields(wanted), parent, False
    session.add(row)
    session.flush()
    return row


def _fields(wanted: WantedIssue) -> dict[str, object]:
    return {
        "title": wanted.title,
        "description": wanted.description,
        "acceptance_criteria": list(wanted.acceptance_criteria),
        "points": None if wanted.points is None else str(wanted.points),
        "priority": wanted.priority.value,
        "labels": list(wanted.labels),
    }


def add_link(session: Session, blocker: int, blocked: int) -> None:
    """Say that one issue blocks another. Nothing happens when it does already."""
    if session.get(BoardLink, (blocker, blocked)) is None:
        session.add(BoardLink(blocker=blocker, blocked=blocked))
        session.flush()


def remove_link(session: Session, blocker: int, blocked: int) -> None:
    """Take away that one issue blocks another. Nothing happens when it does not."""
    session.execute(sa.delete(BoardLink).where(col(BoardLink.blocker) == blocker, col(BoardLink.blocked) == blocked))


def ranking(session: Session, venture: str) -> list[int]:
    """Ids of all issues of the board, highest first."""
    statement = select(BoardIssue.id).where(col(BoardIssue.venture) == venture)
    rows = session.exec(statement.order_by(col(BoardIssue.rank), col(BoardIssue.number)))
    return [issue_id for issue_id in rows if issue_id is not None]


def rank_behind(session: Session, venture: str, anchor: int, issue_ids: Sequence[int]) -> None:
    """Let issues stand right behind another one, in this order. Lock the board first."""
    moved = set(issue_ids)
    order = [issue_id for issue_id in ranking(session, venture) if issue_id not in moved]
    at = order.index(anchor) + 1
    order[at:at] = issue_ids
    session.execute(sa.update(BoardIssue), [{"id": one, "rank": rank} for rank, one in enumerate(order, start=1)])


def place(session: Session, issue_ids: Iterable[int], sprint_id: int | None) -> None:
    """Put issues into a sprint in this order, or into the backlog with None.

    Raises :class:`BoardChangeRefusedError` for a closed sprint.
    """
    if sprint_id is not None and session.get_one(BoardSprint, sprint_id).state == SprintState.CLOSED.value:
        raise BoardChangeRefusedError("the sprint is closed")
    for issue_id in issue_ids:
        row = session.get_one(BoardIssue, issue_id)
        row.sprint = sprint_id
        session.add(row)
    session.flush()


def mark_removed(session: Session, issue_id: int) -> None:
    """Mark an issue as no longer in the plan."""
    row = session.get_one(BoardIssue, issue_id)
    row.removed = True
    session.add(row)
    session.flush()


def set_status(session: Session, venture: str, key: str, status: str) -> None:
    """Set where the work on an issue stands: todo, started or done."""
    if status not in STATUSES:
        raise ValueError(f"status '{status}': expected todo, started or done")
    row = issues_by_key(session, venture, [key])[key]
    row.status = status
    session.add(row)
    session.flush()


def start_sprint(session: Session, venture: str, sprint_id: int) -> BoardSprint:
    """Begin a sprint; what is in it now is what the team committed to.

    Raises :class:`BoardChangeRefusedError` unless it is a future one and no other is active.
    """
    lock_board(session, venture)
    rows = {row.id: row for row in board_sprints(session, venture)}
    row = rows[sprint_id]
    active = [other.name for other in rows.values() if other.state == SprintState.ACTIVE.value]
    if active or row.state != SprintState.FUTURE.value:
        raise BoardChangeRefusedError(f"{active[0]} is active" if active else f"{row.name} is {row.state}")
    row.state, row.committed = SprintState.ACTIVE.value, _points(_in_sprint(session, sprint_id))
    session.add(row)
    session.flush()
    return row


def close_sprint(session: Session, venture: str, sprint_id: int) -> BoardSprint:
    """End the active sprint: what is done stays in it and counts as completed, the rest goes back to the backlog.

    Raises :class:`BoardChangeRefusedError` when it is not active.
    """
    lock_board(session, venture)
    row = session.get_one(BoardSprint, sprint_id)
    if row.state != SprintState.ACTIVE.value:
        raise BoardChangeRefusedError(f"{row.name} is {row.state}")
    inside = _in_sprint(session, sprint_id)
    row.state, row.completed = SprintState.CLOSED.value, _points(i for i in inside if i.status == DONE)
    place(session, [issue.id for issue in inside if issue.status != DONE and issue.id is not None], None)
    session.add(row)
    session.flush()
    return row


def _in_sprint(session: Session, sprint_id: int) -> list[BoardIssue]:
    return list(session.exec(select(BoardIssue).where(col(BoardIssue.sprint) == sprint_id)))


def _points(rows: Iterable[BoardIssue]) -> int:
    """Hundredths of a point of issues together."""
    return sum(int(Decimal(row.fields["points"]) * 100) for row in rows if row.fields["points"] is not None)
