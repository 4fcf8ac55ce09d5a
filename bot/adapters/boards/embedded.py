"""The board in Muster's own database, for teams without Jira."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from sqlmodel import Session

from bot.adapters.boards.pins import all_held, pins_of
from bot.adapters.boards.port import BoardInfo, BoardRefused, Created, Finding, HeldPage, NewIssue, Pins
from planners.plan.models import HistoricSprint
from planners.sprints.pushing import HeldIssue, HeldSprint, SprintState, WantedSprint
from storage import boards
from storage.database import Database
from storage.tables import BoardIssue, BoardSprint

PAGE = 500


class EmbeddedBoard:
    """The port on Muster's own tables. Each call is one transaction, so nothing is ever half done."""

    target = "embedded"
    chunk = 500
    settle_seconds = 0.0

    def __init__(self, database: Database, venture: str) -> None:
        self._database = database
        self._venture = venture

    def describe(self) -> BoardInfo:
        """Its name; it has no page of its own."""
        return BoardInfo(name=f"{self._venture} (Muster's own board)")

    def issue_url(self, issue_key: str) -> str | None:
        """None: it has no pages."""
        return None

    def check(self) -> list[Finding]:
        """It needs nothing but the database."""
        with self._database.transaction() as session:
            count = len(boards.board_sprints(session, self._venture))
        return [Finding("board", f"Muster's own board of {self._venture} has {count} sprints")]

    def find(self, keys: Collection[str], cursor: str | None = None) -> HeldPage:
        """The issues by number."""
        with self._database.transaction() as session:
            rows = boards.issues(session, self._venture, after=int(cursor or 0), limit=PAGE)
            more = str(rows[-1].number) if len(rows) == PAGE else None
            return HeldPage(tuple(self._held(session, rows)), more)

    def look_up(self, keys: Sequence[str], known: Mapping[str, str]) -> dict[str, HeldIssue]:
        """Issues by key: here the key alone finds them."""
        with self._database.transaction() as session:
            rows = boards.issues_by_key(session, self._venture, keys)
            return {issue.key: issue for issue in self._held(session, list(rows.values()))}

    def sprints(self) -> tuple[HeldSprint, ...]:
        """The sprints by their start."""
        with self._database.transaction() as session:
            return tuple(map(_held_sprint, boards.board_sprints(session, self._venture)))

    def create_sprint(self, wanted: WantedSprint) -> HeldSprint:
        """Add a sprint unless it is there."""
        with self._database.transaction() as session:
            boards.lock_board(session, self._venture)
            return _held_sprint(boards.add_sprint(session, self._venture, wanted))

    def change_sprint(self, sprint_id: str, wanted: WantedSprint) -> HeldSprint:
        """Change a future sprint."""
        with self._database.transaction() as session:
            try:
                return _held_sprint(boards.change_sprint(session, int(sprint_id), wanted))
            except boards.BoardChangeRefusedError as error:
                raise BoardRefused(wanted.name, str(error)) from error

    def create(self, issues: Sequence[NewIssue]) -> Created:
        """Create issues in one transaction."""
        with self._database.transaction() as session:
            boards.lock_board(session, self._venture)
            rows = [boards.add_issue(session, self._venture, new.wanted, _parent_id(new)) for new in issues]
            return Created(tuple(self._held(session, rows)))

    def update(self, there: HeldIssue, wanted: NewIssue) -> None:
        """Change an issue's words."""
        with self._database.transaction() as session:
            boards.change_issue(session, int(there.issue_id), wanted.wanted, _parent_id(wanted))

    def mark_removed(self, there: HeldIssue) -> None:
        """Mark an issue as no longer in the plan."""
        with self._database.transaction() as session:
            boards.mark_removed(session, int(there.issue_id))

    def link(self, blocker: HeldIssue, blocked: HeldIssue) -> None:
        """Add a link unless it is there."""
        with self._database.transaction() as session:
            boards.add_link(session, int(blocker.issue_id), int(blocked.issue_id))

    def unlink(self, blocker: HeldIssue, blocked: HeldIssue) -> None:
        """Take a link away."""
        with self._database.transaction() as session:
            boards.remove_link(session, int(blocker.issue_id), int(blocked.issue_id))

    def move_to_sprint(self, sprint_id: str, issues: Sequence[HeldIssue]) -> None:
        """Put issues into a sprint."""
        with self._database.transaction() as session:
            try:
                boards.place(session, [int(issue.issue_id) for issue in issues], int(sprint_id))
            except boards.BoardChangeRefusedError as error:
                raise BoardRefused(f"sprint {sprint_id}", str(error)) from error

    def move_to_backlog(self, issues: Sequence[HeldIssue]) -> None:
        """Take issues out of their sprints."""
        with self._database.transaction() as session:
            boards.place(session, [int(issue.issue_id) for issue in issues], None)

    def ranking(self) -> tuple[str, ...]:
        """All issues by rank."""
        with self._database.transaction() as session:
            return tuple(str(issue_id) for issue_id in boards.ranking(session, self._venture))

    def rank(self, anchor: HeldIssue, issues: Sequence[HeldIssue]) -> None:
        """Put issues behind another one."""
        with self._database.transaction() as session:
            boards.lock_board(session, self._venture)
            boards.rank_behind(session, self._venture, int(anchor.issue_id), [int(i.issue_id) for i in issues])

    def velocity_history(self, limit: int = 12) -> tuple[HistoricSprint, ...]:
        """Closed sprints with what was counted when they began and ended."""
        with self._database.transaction() as session:
            rows = boards.board_sprints(session, self._venture)
        closed = [row for row in rows if row.state == SprintState.CLOSED.value and row.completed is not None]
        return tuple(
            HistoricSprint(
                name=row.name,
                completed_points=Decimal(row.completed or 0) / 100,
                committed_points=None if row.committed is None else Decimal(row.committed) / 100,
            )
            for row in closed[-limit:]
        )

    def pinned(self, keys: Collection[str], first_day: dt.date, sprint_days: int) -> Pins:
        """What is in the active and the closed sprints."""
        return pins_of(all_held(self, keys), self.sprints(), first_day, sprint_days)

    def _held(self, session: Session, rows: Sequence[BoardIssue]) -> list[HeldIssue]:
        blockers = boards.blockers_of(session, [row.id for row in rows if row.id is not None])
        states = {row.id: row.state for row in boards.board_sprints(session, self._venture)}
        return [
            HeldIssue(
                key=row.muster_key,
                issue_id=str(row.id),
                issue_key=f"{self._venture.upper()}-{row.number}",
                content=row.content,
                sprint_id=None if row.sprint is None else str(row.sprint),
                sprint_state=None if row.sprint is None else SprintState(states[row.sprint]),
                blockers=frozenset(str(blocker) for blocker in blockers.get(row.id or 0, ())),
                removed=row.removed,
                finished=row.status == boards.DONE,
            )
            for row in rows
        ]


def _parent_id(new: NewIssue) -> int | None:
    return None if new.parent is None else int(new.parent.issue_id)


def _held_sprint(row: BoardSprint) -> HeldSprint:
    return HeldSprint(
        sprint_id=str(row.id),
        name=row.name,
        state=SprintState(row.state),
        goal=row.goal,
        start=row.start,
        end=row.end,
    )
