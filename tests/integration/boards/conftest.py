"""The three boards, each behind the same handles, and a push that runs in the test's thread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.adapters.boards.embedded import EmbeddedBoard
from bot.adapters.boards.jira import JiraBoard
from bot.adapters.boards.port import Board
from bot.flows.push import Patience, PushFlow
from planners.sprints.model import SprintPlan
from planners.sprints.pushing import HeldIssue
from storage import boards
from storage.clock import ManualClock
from storage.database import Database, create_engine, migrate
from storage.tables import Push, SprintPlanRow
from storage.ventures import add_venture, find_venture, new_venture
from tests.peers import require
from tests.peers.jira_fake import FakeJira, Options
from tests.peers.postgres import fresh_database
from tests.support.direct_engine import DirectEngine
from tests.support.push_plans import AT, approved_push

VENTURE = "atlas"


@dataclass
class Reported:
    """A reporter that keeps what it was told."""

    shown: list[tuple[int, int, str]] = field(default_factory=list)
    ends: list[dict[str, Any] | None] = field(default_factory=list)

    def progress(self, push: Push) -> None:
        """Keep it."""
        self.shown.append((push.done, push.total, push.phase))

    def finished(self, push: Push) -> None:
        """Keep it."""
        self.ends.append(push.outcome)


@dataclass
class Rig:
    """One kind of board with everything around it."""

    kind: str
    database: Database
    clock: ManualClock
    fake: FakeJira | None = None
    reported: Reported = field(default_factory=Reported)
    patience: Patience = field(default_factory=Patience)

    def __post_init__(self) -> None:
        self.engine = DirectEngine(self.clock)
        self.flow = PushFlow(self.engine.as_engine, self.database, self.clock, self.board, self.reported, self.patience)

    def board(self, venture: str = VENTURE) -> Board:
        """A new connection to the board."""
        if self.fake is None:
            return EmbeddedBoard(self.database, venture)
        return JiraBoard(self.fake.url, email=self.email, token=self.fake.token, venture=venture, project="MUS")

    @property
    def email(self) -> str | None:
        """With what Cloud is told who Muster is."""
        return self.fake.email if self.fake is not None and self.kind == "cloud" else None

    def push(self, plan: SprintPlan) -> dict[str, Any]:
        """Approve a plan and push it; the outcome."""
        push = approved_push(self.database, plan, target=self.board().target)
        self.flow.start(push)
        return self.flow.result(push)

    def held(self, keys: frozenset[str] = frozenset()) -> dict[str, HeldIssue]:
        """What the board holds, by Muster's key; a key that is there twice fails."""
        found: dict[str, HeldIssue] = {}
        cursor: str | None = None
        while True:
            page = self.board().find(keys, cursor)
            for issue in page.issues:
                assert issue.key not in found, f"{issue.key} is there twice"
                found[issue.key] = issue
            cursor = page.next
            if cursor is None:
                return found

    def sprint_of(self) -> dict[str, str | None]:
        """The name of the open sprint that each item is in."""
        names = {sprint.sprint_id: sprint.name for sprint in self.board().sprints()}
        return {key: names.get(issue.current_sprint or "") for key, issue in self.held().items()}

    def begin_sprint(self, sprint_id: str) -> None:
        """Start a sprint, as a person would."""
        if self.fake is not None:
            self.fake.start_sprint(int(sprint_id))
            return
        with self.database.transaction() as session:
            boards.start_sprint(session, VENTURE, int(sprint_id))

    def end_sprint(self, sprint_id: str) -> None:
        """Close a sprint, as a person would."""
        if self.fake is not None:
            self.fake.close_sprint(int(sprint_id))
            return
        with self.database.transaction() as session:
            boards.close_sprint(session, VENTURE, int(sprint_id))

    def finish_item(self, key: str) -> None:
        """Do the work of an item, as a person would."""
        if self.fake is not None:
            self.fake.set_status(self.held()[key].issue_key, "Done")
            return
        with self.database.transaction() as session:
            boards.set_status(session, VENTURE, key, "done")

    def sprint_plan(self, plan_id: str) -> SprintPlanRow:
        """A stored sprint plan."""
        with self.database.transaction() as session:
            return session.get_one(SprintPlanRow, plan_id)


def with_venture(database: Database) -> None:
    """Let the venture be there."""
    with database.transaction() as session:
        if find_venture(session, VENTURE) is None:
            add_venture(session, new_venture(VENTURE, "Atlas", by="U1", at=AT))


def _rig(kind: str, database: Database, clock: ManualClock, options: Options | None = None) -> Iterator[Rig]:
    with_venture(database)
    if kind == "embedded":
        yield Rig(kind, database, clock)
        return
    fake = FakeJira(options or Options(deployment="Cloud" if kind == "cloud" else "Server"))
    try:
        yield Rig(kind, database, clock, fake)
    finally:
        fake.stop()


@pytest.fixture
def postgres() -> Iterator[Database]:
    """A PostgreSQL database with the tables."""
    database = Database(create_engine(require("PostgreSQL", fresh_database)))
    migrate(database)
    yield database
    database.engine.dispose()


@pytest.fixture(params=["embedded", "embedded-postgres", "cloud", "server"])
def rig(request: pytest.FixtureRequest, clock: ManualClock) -> Iterator[Rig]:
    """Each board in turn; the embedded one on both databases."""
    kind, _, server = str(request.param).partition("-")
    database: Database = request.getfixturevalue(server or "sqlite_database")
    yield from _rig(kind, database, clock)


@pytest.fixture(params=["cloud", "server"])
def jira_rig(request: pytest.FixtureRequest, sqlite_database: Database, clock: ManualClock) -> Iterator[Rig]:
    """Both kinds of Jira in turn."""
    yield from _rig(request.param, sqlite_database, clock)


@pytest.fixture
def cloud_rig(sqlite_database: Database, clock: ManualClock) -> Iterator[Rig]:
    """Jira Cloud."""
    yield from _rig("cloud", sqlite_database, clock)
