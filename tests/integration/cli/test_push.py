"""`muster push` to the embedded board, `muster board` and `muster venture`."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.adapters.boards.boards import Boards
from bot.bootstrap import Core, build_push
from bot.flows.engine import DurableEngine
from bot.schedule import Schedule, Tick
from bot.settings import Settings
from storage.clock import SystemClock
from storage.database import Database, create_engine, migrate
from storage.tables import BoardIssue
from tests.integration.cli.conftest import SMALL, Muster

pytestmark = pytest.mark.xdist_group("engine")


def _issues(path: Path) -> int:
    database = Database(create_engine(f"sqlite:///{path / 'data' / 'muster.db'}"))
    with database.transaction() as session:
        count = session.execute(sa.select(sa.func.count()).select_from(BoardIssue)).scalar_one()
    database.engine.dispose()
    return int(count)


def test_a_second_push_changes_nothing(muster_process: Muster, tmp_path: Path) -> None:
    first = muster_process("push", SMALL, "--json")
    assert first.code == 0, first.err
    outcome = json.loads(first.out)
    assert (outcome["status"], outcome["counts"]["created"]) == ("done", _issues(tmp_path))
    again = json.loads(muster_process("push", SMALL, "--json").out)
    assert again["counts"]["created"] == 0
    assert again["counts"]["unchanged"] == outcome["counts"]["created"]


def test_what_was_pushed_exports_as_csv(muster_process: Muster) -> None:
    assert muster_process("board", "export", "borrow").err == (
        "VENTURE 'borrow': no such venture; 'muster venture list' shows them\n"
    )
    muster_process("push", SMALL)
    out = muster_process("board", "export", "borrow").out
    assert out.startswith("Issue Id,")
    assert "Sign up with an e-mail address" in out


def test_an_infeasible_plan_is_not_pushed(muster_process: Muster, tmp_path: Path) -> None:
    plan = tmp_path / "nobody.yaml"
    plan.write_text("plan:\n  venture: x\n  title: X\n  stories: [{title: A, points: 1}]\n")
    ended = muster_process("push", plan)
    assert ended.code == 3
    assert _issues(tmp_path) == 0


def test_a_project_without_jira_is_refused(muster_process: Muster) -> None:
    ended = muster_process("push", SMALL, "--project", "ABC")
    assert ended.code == 2
    assert ended.err == "--project 'ABC': no Jira is configured; set MUSTER_JIRA_URL and MUSTER_JIRA_TOKEN\n"


def test_the_running_muster_pushes_where_it_holds_the_database(muster_process: Muster, tmp_path: Path) -> None:
    database = Database(create_engine(f"sqlite:///{tmp_path / 'data' / 'muster.db'}"))
    migrate(database)
    engine = DurableEngine(database)
    core = Core(Settings(_env_file=None), SystemClock(), database, Boards(database))
    flow = build_push(core, engine)
    engine.start()
    schedule = Schedule([Tick("pushes", dt.timedelta(seconds=1), lambda: [flow.start_unstarted()].clear())])
    schedule.start()
    try:
        ended = muster_process("push", SMALL)
    finally:
        schedule.stop()
        engine.stop()
        database.engine.dispose()
    assert ended.code == 0, ended.err
    assert "done:" in ended.out


def test_a_venture_is_added_listed_and_its_people_changed(muster: Muster) -> None:
    assert muster("venture", "add", "atlas", "--owner", "U1", "--title", "Atlas").code == 0
    assert "there is a venture of that key already" in muster("venture", "add", "ATLAS", "--owner", "U1").err
    assert muster("venture", "list").out == "atlas\tAtlas\tembedded board\n"
    assert muster("venture", "allow", "atlas", "approve", "U2", "S3").code == 0
    assert "may approve: S3, U1, U2" in muster("venture", "show", "atlas").out
    assert muster("venture", "withdraw", "atlas", "approve", "U1").code == 0
    assert "may approve: S3, U2" in muster("venture", "show", "atlas").out


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["show", "nope"], "VENTURE 'nope': no such venture"),
        (["allow", "atlas", "reign", "U1"], "ACTION 'reign': expected plan, approve or decide"),
        (["allow", "atlas", "plan", "@ana"], "ID '@ana': expected a Slack id such as U012AB3CD"),
        (["add", "two words", "--owner", "U1"], "VENTURE 'two words': expected at most 80 letters"),
    ],
)
def test_bad_words_are_one_line_and_exit_2(muster: Muster, args: list[str], said: str) -> None:
    muster("venture", "add", "atlas", "--owner", "U1")
    ended = muster("venture", *args)
    assert ended.code == 2
    assert said in ended.err
    assert len(ended.err.splitlines()) == 1
