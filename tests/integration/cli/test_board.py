"""The embedded board from the command line: shown, worked on, and what its sprints say of velocity."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from bot.adapters.boards.embedded import EmbeddedBoard
from planners.sprints.pushing import HeldIssue, IssueKind, WantedIssue, WantedSprint
from storage import audit
from storage.database import Database, create_engine, migrate
from storage.ventures import add_venture, new_venture
from tests.integration.cli.conftest import Muster
from tests.support.push_plans import AT, START

SECOND = START.replace(day=18)


@pytest.fixture
def board(tmp_path: Path) -> EmbeddedBoard:
    """The board of the venture atlas with two sprints: s1 and s2 (3 points each) in the first, s2 waits for s1."""
    from bot.adapters.boards.port import NewIssue

    (tmp_path / "data").mkdir()
    database = Database(create_engine(f"sqlite:///{tmp_path / 'data' / 'muster.db'}"))
    migrate(database)
    with database.transaction() as session:
        add_venture(session, new_venture("atlas", "Atlas", by="U1", at=AT))
    board = EmbeddedBoard(database, "atlas")
    made: dict[str, HeldIssue] = {}
    for key, kind, parent in (
        ("e1", IssueKind.EPIC, None),
        ("s1", IssueKind.STORY, "e1"),
        ("s2", IssueKind.STORY, "e1"),
        ("s3", IssueKind.STORY, None),
        ("s1/t1", IssueKind.TASK, "s1"),
    ):
        points = Decimal("2.5") if kind is IssueKind.STORY else None
        wanted = WantedIssue(key, kind, f"Title of [{key}]", points=points, parent=parent)
        made[key] = board.create([NewIssue(wanted, made.get(parent or ""))]).issues[0]
    first = board.create_sprint(WantedSprint(1, "Sprint 1", "Log in", START, START.replace(day=15)))
    board.create_sprint(WantedSprint(2, "Sprint 2", "", SECOND, SECOND.replace(day=29)))
    board.move_to_sprint(first.sprint_id, [made["s1"], made["s2"]])
    board.link(made["s1"], made["s2"])
    board.rank(made["s2"], [made["s1"]])
    return board


def test_the_board_is_shown_by_sprint_and_rank(muster: Muster, board: EmbeddedBoard) -> None:
    view = json.loads(muster("board", "show", "ATLAS", "--json").out)
    first, second = view["sprints"]
    assert (first["name"], first["state"], first["start"], first["goal"]) == (
        "Sprint 1",
        "future",
        "2027-01-04",
        "Log in",
    )
    assert [(issue["issue"], issue["points"], issue["blocked_by"]) for issue in first["issues"]] == [
        ("ATLAS-3", "2.5", ["ATLAS-2"]),
        ("ATLAS-2", "2.5", []),
    ]
    assert [task["key"] for task in first["issues"][1]["tasks"]] == ["s1/t1"]
    assert (second["issues"], [issue["key"] for issue in view["backlog"]]) == ([], ["s3"])
    assert [issue["key"] for issue in view["epics"]] == ["e1"]
    shown = muster("board", "show", "atlas").out
    assert "Sprint 1 (future, 2027-01-04 to 2027-01-15): Log in" in shown
    assert "Title of [s1/t1]" in shown


def test_sprints_that_are_worked_on_become_the_velocity_history(muster: Muster, board: EmbeddedBoard) -> None:
    assert muster("board", "start", "atlas", "sprint 1").out == "Sprint 1 is active; 5 points are committed.\n"
    assert muster("board", "status", "atlas", "s1", "started").out == "ATLAS-2 (s1) is started.\n"
    assert muster("board", "status", "atlas", "atlas-2", "done").out == "ATLAS-2 (s1) is done.\n"
    closed = muster("board", "close", "atlas", "Sprint 1")
    assert closed.out == "Sprint 1 is closed; 2.5 of 5 committed points were completed.\n"
    (history,) = board.velocity_history()
    assert (history.committed_points, history.completed_points) == (Decimal(5), Decimal("2.5"))
    view = json.loads(muster("board", "show", "atlas", "--json").out)
    assert [issue["key"] for issue in view["sprints"][0]["issues"]] == ["s1"]
    assert [issue["key"] for issue in view["backlog"]] == ["s2", "s3"]
    assert "5 points committed, 2.5 completed" in muster("board", "show", "atlas").out
    with board._database.transaction() as session:
        actions = [(entry.action, entry.subject) for entry in audit.entries(session, venture="atlas")]
    assert actions == [
        ("board.sprint_started", "Sprint 1"),
        ("board.started", "ATLAS-2"),
        ("board.done", "ATLAS-2"),
        ("board.sprint_closed", "Sprint 1"),
    ]


def test_of_two_sprints_of_one_name_the_one_that_can_be_started_is_meant(muster: Muster, board: EmbeddedBoard) -> None:
    muster("board", "start", "atlas", "Sprint 1")
    muster("board", "close", "atlas", "Sprint 1")
    board.create_sprint(WantedSprint(1, "Sprint 1", "Again", SECOND, SECOND.replace(day=29)))
    assert muster("board", "start", "atlas", "Sprint 1").code == 0
    assert [sprint.state.value for sprint in board.sprints() if sprint.name == "Sprint 1"] == ["closed", "active"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["show", "nope"], "VENTURE 'nope': no such venture"),
        (
            ["start", "atlas", "Sprint 9"],
            "SPRINT 'Sprint 9': no such sprint on the board; expected Sprint 1 or Sprint 2",
        ),
        (["start", "atlas", "Sprint 2"], "SPRINT 'Sprint 2': can't be started: Sprint 1 is active; expected a future"),
        (["close", "atlas", "Sprint 2"], "SPRINT 'Sprint 2': can't be closed: Sprint 2 is future; expected the active"),
        (["status", "atlas", "ATLAS-99", "done"], "ISSUE 'ATLAS-99': not on the board; expected an issue or an item's"),
        (["status", "atlas", "s1", "finished"], "STATUS 'finished': expected todo, started or done"),
    ],
)
def test_bad_words_are_one_line_and_exit_2_and_change_nothing(
    muster: Muster, board: EmbeddedBoard, args: list[str], said: str
) -> None:
    muster("board", "start", "atlas", "Sprint 1")
    before = muster("board", "show", "atlas", "--json").out
    ended = muster("board", *args)
    assert ended.code == 2
    assert said in ended.err
    assert len(ended.err.splitlines()) == 1
    assert muster("board", "show", "atlas", "--json").out == before


def test_a_board_in_jira_is_worked_on_in_jira(muster: Muster) -> None:
    muster("venture", "add", "orion", "--owner", "U1", "--jira-project", "ORI")
    ended = muster("board", "start", "orion", "Sprint 1", jira_url="http://127.0.0.1:9", jira_token="t")
    assert (ended.code, len(ended.err.splitlines())) == (2, 1)
    assert "its board is Jira project ORI; expected a venture with the embedded board" in ended.err


def test_an_empty_board_says_so(muster: Muster) -> None:
    muster("venture", "add", "orion", "--owner", "U1", "--title", "Orion")
    assert "The board is empty" in muster("board", "show", "orion").out
    assert "the board has none yet" in muster("board", "close", "orion", "Sprint 1").err
