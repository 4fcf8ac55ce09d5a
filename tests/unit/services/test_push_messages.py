"""The message of a push: one, edited no more often than Slack allows, ending with what a person needs."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from bot.adapters.boards.boards import Boards
from bot.adapters.workspace.errors import SlackRefused
from bot.blocks.cards import RETRY
from bot.flows.cards import Cards
from bot.services.push_messages import PushMessages
from storage.clock import ManualClock
from storage.database import Database
from storage.plans import find_sprint_plan
from storage.pushes import find_push
from storage.tables import Push
from tests.peers.blocks import check_blocks
from tests.support.push_plans import approved_push, many

OUTCOME: dict[str, Any] = {
    "status": "done",
    "counts": {"created": 7, "moved": 0},
    "board": {"name": "ATL: Atlas", "url": "https://jira.example/boards/1"},
    "epics": [{"key": "ATL-1", "title": "Base & <more>", "url": "https://jira.example/browse/ATL-1"}],
    "sprints": [{"name": "Sprint 1", "start": "2027-01-11", "end": "2027-01-22", "goal": "g"}],
    "kept": [{"key": "ATL-3", "reason": "it is in an active sprint"}],
    "refused": [],
    "problems": [],
}


class Sent:
    """Messages in memory. `absent` are channels that the bot is not in."""

    rich = True

    def __init__(self) -> None:
        self.posts: list[tuple[str, str, Any]] = []
        self.edits: list[tuple[str, str, str, Any]] = []
        self.absent: set[str] = set()
        self.knows_plans = True

    def post(self, channel: str, text: str, blocks: Any) -> str:
        """Post."""
        if channel in self.absent:
            raise SlackRefused("chat.postMessage", "not_in_channel")
        if not self.knows_plans and any(block["type"] == "plan" for block in blocks):
            raise SlackRefused("chat.postMessage", "invalid_blocks")
        self.posts.append((channel, text, blocks))
        return f"{len(self.posts)}.0"

    def edit(self, channel: str, ts: str, text: str, blocks: Any) -> None:
        """Edit."""
        self.edits.append((channel, ts, text, blocks))

    def direct(self, user: str) -> str:
        """A direct conversation."""
        return f"D{user}"


@pytest.fixture
def sent() -> Sent:
    """Slack."""
    return Sent()


@pytest.fixture
def push(sqlite_database: Database) -> Push:
    """An approved push."""
    found = approved_push(sqlite_database, many(20))
    found.channel, found.total = "C1", 100
    with sqlite_database.transaction() as session:
        stored = find_push(session, found.id, lock=True)
        assert stored is not None
        stored.channel = "C1"
        session.add(stored)
    return found


@pytest.fixture
def reporter(sqlite_database: Database, clock: ManualClock, sent: Sent) -> PushMessages:
    """The reporter."""
    messages: Any = sent
    return PushMessages(sqlite_database, clock, messages, Cards(sqlite_database, Boards(sqlite_database), rich=True))


def test_a_hundred_steps_in_a_second_are_one_message(
    reporter: PushMessages, push: Push, sent: Sent, clock: ManualClock
) -> None:
    for done in range(100):
        push.done, push.phase = done, "creating"
        reporter.progress(push)
        clock.advance(dt.timedelta(milliseconds=10))
    assert len(sent.posts) == 1
    assert sent.edits == []


def test_a_long_push_is_edited_now_and_then(reporter: PushMessages, push: Push, sent: Sent, clock: ManualClock) -> None:
    for _ in range(60):
        reporter.progress(push)
        clock.advance(dt.timedelta(seconds=1))
    assert len(sent.posts) == 1
    assert 25 <= len(sent.edits) <= 30
    assert {ts for _, ts, _, _ in sent.edits} == {"1.0"}


def test_after_a_restart_the_same_message_is_edited(
    reporter: PushMessages, push: Push, sent: Sent, sqlite_database: Database, clock: ManualClock
) -> None:
    reporter.progress(push)
    messages: Any = sent
    again = PushMessages(sqlite_database, clock, messages, Cards(sqlite_database, Boards(sqlite_database), rich=True))
    with sqlite_database.transaction() as session:
        fresh = find_push(session, push.id)
    assert fresh is not None
    again.progress(fresh)
    assert len(sent.posts) == 1
    assert len(sent.edits) == 1


def test_where_the_bot_is_not_the_approver_is_told_directly(reporter: PushMessages, push: Push, sent: Sent) -> None:
    sent.absent.add("C1")
    reporter.progress(push)
    assert sent.posts[0][0].startswith("D")


def test_a_workspace_without_plan_blocks_gets_a_plain_message(reporter: PushMessages, push: Push, sent: Sent) -> None:
    sent.knows_plans = False
    push.phase, push.done = "creating", 40
    reporter.progress(push)
    check_blocks(sent.posts[0][2])
    assert "40 of 100 steps" in str(sent.posts[0][2])


def test_the_end_comes_with_links(reporter: PushMessages, push: Push, sent: Sent) -> None:
    push.outcome = OUTCOME
    reporter.finished(push)
    text = str(sent.posts[0][2])
    assert "<https://jira.example/browse/ATL-1|ATL-1 Base &amp; &lt;more&gt;>" in text
    assert "<https://jira.example/boards/1|ATL: Atlas>" in text
    assert "ATL-3: it is in an active sprint" in text
    assert "7 created" in text
    assert "0 moved" not in text
    assert "Sprint 1: 11 Jan to 22 Jan 2027" in text
    assert RETRY not in text
    check_blocks(sent.posts[0][2])


def test_links_taken_off_and_a_new_order_are_counted(reporter: PushMessages, push: Push, sent: Sent) -> None:
    push.outcome = OUTCOME | {"counts": {"unlinked": 2, "ranked": 12}}
    reporter.finished(push)
    assert "12 put in order, 2 links taken off" in str(sent.posts[0][2])


def test_a_failure_says_what_happened_what_to_do_and_offers_to_go_on(
    reporter: PushMessages, push: Push, sent: Sent, sqlite_database: Database
) -> None:
    problem = {"text": "Jira refuses the token", "todo": "Make a new one and set MUSTER_JIRA_TOKEN."}
    push.outcome = OUTCOME | {"status": "failed", "board": None, "problems": [problem]}
    reporter.finished(push)
    text = str(sent.posts[0][2])
    assert "Jira refuses the token" in text
    assert "set MUSTER_JIRA_TOKEN" in text
    with sqlite_database.transaction() as session:
        row = find_sprint_plan(session, push.sprint_plan)
    assert row is not None
    assert f"{row.id}:{row.revision}" in text
    assert RETRY in text
    check_blocks(sent.posts[0][2])


def test_a_shared_card_follows_the_push(
    reporter: PushMessages, push: Push, sent: Sent, sqlite_database: Database
) -> None:
    with sqlite_database.transaction() as session:
        row = find_sprint_plan(session, push.sprint_plan, lock=True)
        assert row is not None
        row.channel, row.message_ts = "C1", "77.0"
        session.add(row)
    push.outcome = OUTCOME
    reporter.finished(push)
    assert [(channel, ts) for channel, ts, _, _ in sent.edits] == [("C1", "77.0")]
