"""What a push sends and what it reads keeps to Atlassian's own description of Jira Cloud."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from bot.adapters.boards.jira import JiraBoard
from bot.adapters.boards.port import Board
from storage.clock import ManualClock
from storage.database import Database
from tests.integration.boards.conftest import VENTURE, Rig, with_venture
from tests.integration.boards.test_push import plan_of, small
from tests.peers import require
from tests.peers.prism import JiraContract, Prism, jira_contract, prism
from tests.support.push_plans import many, story


@pytest.fixture(scope="module")
def proxy() -> Iterator[Prism]:
    """One Prism for this module."""
    with ExitStack() as running:
        yield require("Prism", lambda: running.enter_context(prism()))


@dataclass
class CheckedRig(Rig):
    """Jira Cloud behind Prism."""

    contract: JiraContract | None = None

    def board(self, venture: str = VENTURE) -> Board:
        """A connection through Prism."""
        assert self.contract is not None
        fake = self.contract.fake
        return JiraBoard(self.contract.url, email=fake.email, token=fake.token, venture=venture, project="MUS")


@pytest.fixture
def checked(proxy: Prism, sqlite_database: Database, clock: ManualClock) -> Iterator[CheckedRig]:
    """A rig whose calls are checked, at the end too."""
    with_venture(sqlite_database)
    with jira_contract(proxy) as contract:
        yield CheckedRig("cloud", sqlite_database, clock, contract.fake, contract=contract)
        assert [line for line in contract.violations() if "socket hang up" not in line] == []


@pytest.mark.peer
def test_a_push_and_its_changes_keep_to_the_description(checked: CheckedRig) -> None:
    assert checked.push(small())["status"] == "done"
    outcome = checked.push(
        plan_of(
            story(1, sprint=2, epic="login", title="New", tasks=1), story(4, sprint=3), story(5, sprint=3), goals=""
        )
    )
    assert outcome["status"] == "done"
    assert outcome["counts"]["updated"]
    assert outcome["counts"]["removed"]


@pytest.mark.peer
def test_unlinking_and_ranking_keep_to_the_description(checked: CheckedRig) -> None:
    checked.push(plan_of(story(1, sprint=1), story(2, sprint=1), story(3, sprint=1)))
    alone = story(3, sprint=1).model_copy(update={"depends_on": ()})
    counts = checked.push(plan_of(alone, story(2, sprint=1), story(1, sprint=1)))["counts"]
    assert (counts["unlinked"], counts["ranked"]) == (1, 2)


@pytest.mark.peer
def test_looking_for_what_was_created_without_an_answer_keeps_to_the_description(checked: CheckedRig) -> None:
    assert checked.fake is not None
    checked.fake.fault("/issue/bulk$", action="drop_after", nth=2)
    checked.fake.fault("/issueLink$", action="drop_after", nth=2)
    assert checked.push(many(60))["status"] == "done"
    assert len(checked.held()) == 60


@pytest.mark.peer
def test_checks_pins_and_history_keep_to_the_description(checked: CheckedRig) -> None:
    assert checked.fake is not None
    start, end = "2026-12-07T09:00:00+00:00", "2026-12-18T17:00:00+00:00"
    checked.fake.seed_closed_sprint("Before", start, end, done=[3, 5], left=[8])
    checked.push(small())
    assert all(finding.well for finding in checked.board().check())
    assert checked.board().pinned(frozenset({"s1"}), dt.date(2027, 1, 4), 14).sprints == ()
    (closed,) = checked.board().velocity_history()
    assert closed.name == "Before"
