"""What is missing in a Jira is named, with what to do about it, before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from bot.adapters.boards.boards import Boards
from bot.adapters.boards.embedded import EmbeddedBoard
from bot.adapters.boards.jira import JiraBoard
from bot.adapters.boards.port import BoardMisconfigured, Finding
from storage.database import Database
from storage.tables import Venture
from storage.ventures import add_venture, new_venture
from tests.peers.jira_fake import FakeJira, Options
from tests.support.push_plans import AT

Start = Callable[..., FakeJira]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts Jiras that are set up in some way."""
    with ExitStack() as running:

        def jira(deployment: str = "Cloud", **options: Any) -> FakeJira:
            fake = FakeJira(Options(deployment=deployment, **options))  # type: ignore[arg-type]
            running.callback(fake.stop)
            return fake

        yield jira


def board(fake: FakeJira, **changes: Any) -> JiraBoard:
    email = fake.email if fake.options.deployment == "Cloud" else None
    return JiraBoard(
        **{"url": fake.url, "email": email, "token": fake.token, "venture": "atlas", "project": "MUS", **changes}
    )


def problems(found: JiraBoard) -> list[Finding]:
    return [finding for finding in found.check() if not finding.well]


@pytest.mark.parametrize("deployment", ["Cloud", "Server"])
@pytest.mark.parametrize(
    ("options", "named", "todo"),
    [
        ({"without_fields": frozenset({"Story Points", "Story point estimate"})}, "story points", "estimation"),
        ({"without_fields": frozenset({"Sprint"})}, "Sprint", "Jira Software"),
        ({"without_fields": frozenset({"Labels"})}, "Labels", "screens of"),
        ({"without_types": frozenset({"Epic"})}, "epic", "Add Epic"),
        ({"without_types": frozenset({"Story", "Task", "Bug"})}, "story", "Add Story"),
        ({"without_types": frozenset({"Subtask", "Sub-task"})}, "task", "Add Sub-task"),
        ({"without_links": frozenset({"Blocks"})}, "'blocks'", "Issue linking"),
        ({"denied": frozenset({"MANAGE_SPRINTS_PERMISSION"})}, "MANAGE_SPRINTS_PERMISSION", "permission scheme"),
        ({"board_type": "kanban"}, "kanban", "Create a Scrum board"),
    ],
)
def test_what_is_missing_is_named_with_what_to_do(
    start: Start, deployment: str, options: dict[str, Any], named: str, todo: str
) -> None:
    found = problems(board(start(deployment, **options)))
    assert any(named in problem.text and todo in problem.todo for problem in found), found


@pytest.mark.parametrize("name", ["Epic Link", "Epic Name"])
def test_data_center_needs_its_epic_fields(start: Start, name: str) -> None:
    found = problems(board(start("Server", without_fields=frozenset({name}))))
    assert [problem.name for problem in found] == [f"field {name}"]


def test_every_problem_is_named_at_once_and_nothing_is_written(start: Start) -> None:
    fake = start("Cloud", without_types=frozenset({"Epic"}), without_links=frozenset({"Blocks"}), board_type="kanban")
    with pytest.raises(BoardMisconfigured) as raised:
        board(fake).find(frozenset())
    assert {problem.name for problem in raised.value.problems} == {"board", "issue type epic", "link type"}
    assert all(entry["method"] == "GET" for entry in fake.log)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"token": "wrong"}, "does not accept"),
        ({"project": "NONE"}, "no Jira project NONE"),
        ({"board": 99}, "no board 99"),
        ({"url": "http://127.0.0.1:9"}, "did not answer"),
        ({"url": "jira.example.com"}, "is not an address"),
    ],
)
@pytest.mark.parametrize("deployment", ["Cloud", "Server"])
def test_a_wrong_setting_is_named(start: Start, deployment: str, changes: dict[str, Any], text: str) -> None:
    found = problems(board(start(deployment), **changes))
    assert any(text in problem.text for problem in found), found
    assert all(problem.todo for problem in found)


def test_points_are_the_field_that_the_board_estimates_with(start: Start) -> None:
    found = board(start("Cloud")).check()
    assert Finding("field Story Points", "Story points are customfield_10016, as on the board") in found


def test_a_venture_has_a_jira_board_only_when_both_are_configured(sqlite_database: Database) -> None:
    with_project = new_venture("atlas", "Atlas", by="U1", at=AT, jira_project="MUS")
    without = new_venture("borealis", "Borealis", by="U1", at=AT)
    with sqlite_database.transaction() as session:
        for venture in (with_project, without):
            add_venture(session, venture)
    configured = Boards(sqlite_database, jira_url="https://jira.example.com", jira_token="t")
    assert isinstance(configured("atlas"), JiraBoard)
    assert isinstance(configured("borealis"), EmbeddedBoard)
    assert isinstance(Boards(sqlite_database)("atlas"), EmbeddedBoard)
    with pytest.raises(BoardMisconfigured):
        configured("nobody")
    assert isinstance(configured.of(Venture(**with_project.model_dump())), JiraBoard)
