"""The demo as one thing that runs: the workspace, the database, and Muster as a process of its own."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from bot.demo.local_slack import LocalSlack, local_slack
from bot.demo.process import Program, StartError
from bot.demo.workspace import LEAD, load_venture, workspace
from bot.settings import Settings

PORT = 3800
PORTS_TRIED = 100
READY_SECONDS = 60.0
PLANNING_SECONDS = 3
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Demo:
    """A running demo."""

    slack: LocalSlack
    muster: Program
    database_url: str

    def ended(self) -> Program | None:
        """The program that ended although nobody stopped it."""
        return next((program for program in (self.slack.program, self.muster) if not program.running), None)


@contextmanager
def running_demo(*, port: int | None = None, folder: Path | None = None) -> Iterator[Demo]:
    """Start everything, and stop it in the end. The database is in `folder`, which is kept; else it is thrown away.

    Raises:
        PeerMissing: local-slack can't be had, or the examples are not there.
        StartError: a program did not come up.
        FileExistsError: the folder holds a database already.
    """
    with _slack(port) as slack:
        home = folder or Path(tempfile.mkdtemp(prefix="muster-demo-"))
        home.mkdir(parents=True, exist_ok=True)
        path = home.resolve() / "muster.db"
        if path.exists():
            raise FileExistsError(f"{path} is there already; name another folder, or remove it")
        database_url = f"sqlite:///{path}"
        with _muster(slack, database_url, home, scratch=None if folder else home) as program:
            yield Demo(slack, program, database_url)


@contextmanager
def _slack(port: int | None) -> Iterator[LocalSlack]:
    """The workspace, on the next free port where none is named."""
    with ExitStack() as running:
        first = PORT
        while True:
            wanted = next_free_port(first) if port is None else port
            try:
                slack = running.enter_context(local_slack(workspace(), port=wanted))
            except StartError as error:
                # Another demo may have taken the port since it was found free.
                if port is not None or "EADDRINUSE" not in str(error):
                    raise
                first = wanted + 1
            else:
                break
        yield slack


def next_free_port(first: int = PORT) -> int:
    """The first port of 127.0.0.1 from `first` on that nobody listens on.

    Raises:
        OSError: a hundred ports are taken.
    """
    for port in range(first, first + PORTS_TRIED):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"all ports from {first} to {first + PORTS_TRIED - 1} are taken")


@contextmanager
def _muster(slack: LocalSlack, database_url: str, home: Path, scratch: Path | None) -> Iterator[Program]:
    load_venture(Settings(_env_file=None, database_url=SecretStr(database_url)))
    # What somebody has set for the Muster of a real workspace must not reach this one; nor must a .env file, so it
    # starts in a folder without one.
    inherited = dict.fromkeys((name for name in os.environ if name.startswith("MUSTER_")), None)
    settings = {
        "MUSTER_DATABASE_URL": database_url,
        "MUSTER_SLACK_API_URL": slack.api_url,
        "MUSTER_SLACK_BOT_TOKEN": slack.app.bot_token,
        "MUSTER_SLACK_APP_TOKEN": slack.app.app_token,
        "MUSTER_ADMINS": LEAD.id,
        "MUSTER_PLANNING_SECONDS": str(PLANNING_SECONDS),
        "PYTHONPATH": str(ROOT),
    }
    argv = [sys.executable, "-c", "from bot.cli import main; main()", "run"]
    with Program("muster", argv, env={**inherited, **settings}, cwd=home, scratch=scratch) as program:
        program.wait_ready(slack.connected, seconds=READY_SECONDS)
        yield program
