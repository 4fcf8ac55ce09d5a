"""What the steps of a push share: its row, what the board is known to hold, and how far it got."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import structlog
from sqlmodel import Session

from bot.adapters.boards.port import Board
from bot.flows.push_reporting import Patience, PushReporter
from planners.plan.normalise import normalise
from planners.sprints.pushing import Difference, HeldSprint, Wanted, difference, wanted_of
from storage import plans, pushes
from storage.clock import Clock
from storage.database import Database
from storage.tables import Push, PushedItem, PushedSprint

log = structlog.get_logger(__name__)

Answer = dict[str, Any]
Change = Callable[[Session, Push], None]


def done(*, more: bool = False, progress: bool = True, **values: Any) -> Answer:
    """The step is through; `more` asks for it again. Without `progress`, failures before it still count."""
    return {"status": "done", "more": more, "progress": progress, **values}


def wait(seconds: float, why: str, *, failed: bool = False, asked: float = 0.0) -> Answer:
    """The step is to be done again after a while. `asked` are the seconds of it that the board asked for."""
    return {"status": "wait", "seconds": seconds, "why": why, "failed": failed, "asked": asked}


def stop(problems: Iterable[tuple[str, str]]) -> Answer:
    """The push can't go on; each problem is (what, what to do about it)."""
    return {"status": "stop", "problems": [{"text": text, "todo": todo} for text, todo in problems]}


@dataclasses.dataclass(slots=True)
class Failures:
    """What went wrong since something last went well; made anew from recorded answers after a crash."""

    in_a_row: int = 0
    asked_seconds: float = 0.0

    def note(self, answer: Answer) -> None:
        """Count an answer."""
        if answer["status"] == "wait":
            self.in_a_row += 1 if answer["failed"] else 0
            self.asked_seconds += answer["asked"]
        elif answer.get("progress"):
            self.in_a_row, self.asked_seconds = 0, 0.0


class PushState:
    """One run of one push. What it keeps in memory is only a copy of what a new run would read again."""

    def __init__(
        self,
        push_id: str,
        attempt: int,
        database: Database,
        clock: Clock,
        boards: Callable[[str], Board],
        reporter: PushReporter,
        patience: Patience,
    ) -> None:
        self.id = push_id
        self.survey = f"{push_id}:{attempt}"
        self.database = database
        self.clock = clock
        self._boards = boards
        self.reporter = reporter
        self.patience = patience
        self.cached_board: Board | None = None
        self.cached_wanted: Wanted | None = None
        self.cached_sprints: tuple[HeldSprint, ...] | None = None

    def push(self, session: Session, *, lock: bool = False) -> Push:
        """The row of this push."""
        push = pushes.find_push(session, self.id, lock=lock)
        if push is None:
            raise KeyError(self.id)
        return push

    def read(self) -> tuple[Push, list[PushedItem]]:
        """The push and what its board is known to hold."""
        with self.database.transaction() as session:
            push = self.push(session)
            return push, pushes.items(session, push)

    def board(self) -> Board:
        """The board; what it raises when it can't be had is what a board raises."""
        if self.cached_board is None:
            with self.database.transaction() as session:
                venture = self.push(session).venture
            self.cached_board = self._boards(venture)
        return self.cached_board

    def wanted(self) -> Wanted:
        """What the plan wants the board to hold."""
        if self.cached_wanted is None:
            with self.database.transaction() as session:
                row = plans.find_sprint_plan(session, self.push(session).sprint_plan)
                if row is None:
                    raise KeyError(self.id)
                document = plans.document_of(plans.version(session, row.plan_version))
            flat = normalise(document)
            known = [epic.key for epic in flat.epics]
            known += [key for story in flat.stories for key in (story.key, *(task.key for task in story.tasks))]
            dependencies = ((blocker, story.key) for story in flat.stories for blocker in story.depends_on)
            self.cached_wanted = wanted_of(plans.sprint_plan_of(row), known, dependencies)
        return self.cached_wanted

    def sprints(self) -> tuple[HeldSprint, ...]:
        """The board's sprints with what was pushed of them."""
        if self.cached_sprints is None:
            there = self.board().sprints()
            with self.database.transaction() as session:
                known = pushes.pushed_sprints(session, self.push(session))
            self.cached_sprints = tuple(_with_push(sprint, known) for sprint in there)
        return self.cached_sprints

    def difference(self) -> Difference:
        """What is still to be done."""
        _, rows = self.read()
        return difference(self.wanted(), pushes.held_issues(rows), self.sprints())

    def did(
        self,
        phase: str,
        count: str = "",
        number: int = 0,
        *,
        change: Change | None = None,
        refused: Mapping[str, str] | None = None,
    ) -> Push:
        """Keep in one transaction: `number` operations are through, what `change` records of them, refusals."""
        with self.database.transaction() as session:
            push = self.push(session, lock=True)
            if change is not None:
                change(session, push)
            push.phase = phase
            push.done += number + len(refused or ())
            push.total = max(push.total, push.done)
            if number:
                push.counts = {**push.counts, count: push.counts.get(count, 0) + number}
            if refused:
                push.refused = {**push.refused, **refused}
            session.add(push)
        return push

    def forget(self, keys: Iterable[str]) -> None:
        """Drop what is known of these keys."""
        with self.database.transaction() as session:
            pushes.forget(session, self.push(session), keys)

    def progress(self, push: Push) -> None:
        """Tell people how far it got."""
        try:
            self.reporter.progress(push)
        except Exception:
            log.warning("push.progress_not_shown", push=push.id, exc_info=True)


def _with_push(sprint: HeldSprint, known: Mapping[str, PushedSprint]) -> HeldSprint:
    row = known.get(sprint.sprint_id)
    return sprint if row is None else dataclasses.replace(sprint, number=row.number, content=row.content)
