"""The life of a process that pushes, to be killed: take the database up, go on with what was begun, end when all is."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import cast

from dbos._queue import Queue
from sqlmodel import select

from bot.adapters.boards.jira import JiraBoard
from bot.flows import engine as engines
from bot.flows.engine import DurableEngine
from bot.flows.push import Patience, PushFlow
from storage.clock import SystemClock
from storage.database import Database, create_engine
from storage.tables import Push


class FileReporter:
    """Tells the end to a file, a line each time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def progress(self, push: Push) -> None:
        """Nothing."""

    def finished(self, push: Push) -> None:
        """Add a line."""
        with self._path.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(push.outcome) + "\n")


def live(database_url: str, jira_url: str, email: str | None, token: str, report: str) -> None:
    """Push whatever is to be pushed. Times are short, so that a test can kill it often."""
    engines.HEARTBEAT_SECONDS, engines.LEASE_SECONDS = 0.1, 0.4
    # What is taken over goes through a queue of DBOS's own, which it looks into once a second.
    cast("dict[str, float]", Queue.__init__.__kwdefaults__)["polling_interval_sec"] = 0.05
    database = Database(create_engine(database_url))
    engine = DurableEngine(database, poll_seconds=0.1)

    def board(venture: str) -> JiraBoard:
        return JiraBoard(jira_url, email=email, token=token, venture=venture, project="MUS", settle_seconds=0.1)

    patience = Patience(base=0.05, cap=0.2, turn=0.05)
    flow = PushFlow(engine, database, SystemClock(), board, FileReporter(Path(report)), patience)
    engine.start()
    flow.start_unstarted()
    while not _all_finished(database):
        time.sleep(0.02)
    engine.stop()


def _all_finished(database: Database) -> bool:
    with database.transaction() as session:
        return all(push.finished_at is not None for push in session.exec(select(Push)))
