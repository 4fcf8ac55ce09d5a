"""The demo as a process: what it drives reaches the board, and nothing of it is left behind, however it ends."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections import Counter
from pathlib import Path

import pytest

from bot.demo import running
from bot.demo.local_slack import PACKAGES, VERSION
from bot.demo.node import install, system
from bot.demo.process import free_port, wait_until
from bot.demo.workspace import EXAMPLE, VENTURE
from planners.plan.loading import Source, load_document
from storage.boards import board_sprints, issues
from storage.database import Database, create_engine
from tests.peers import PeerMissing, require

pytestmark = [pytest.mark.peer, pytest.mark.slow, pytest.mark.xdist_group("demo")]

ROOT = Path(__file__).resolve().parents[2]
CHECK_SECONDS = 240
START_SECONDS = 60
ADDRESS = re.compile(r"Open (http://127\.0\.0\.1:\d+) in a browser")


@pytest.fixture(autouse=True)
def local_slack_is_there() -> None:
    require("local-slack", lambda: install(package(), VERSION))


def package() -> str:
    """The npm package of local-slack for this machine."""
    if system() not in PACKAGES:
        raise PeerMissing(f"local-slack has no build for {system()}")
    return PACKAGES[system()]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "bot.demo", *arguments]


def start(folder: Path, output: Path) -> subprocess.Popen[bytes]:
    with output.open("wb") as written:
        return subprocess.Popen(
            command("--folder", str(folder)),
            cwd=ROOT,
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def address(output: Path) -> str | None:
    found = ADDRESS.search(output.read_text())
    return found.group(1) if found else None


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as page:
            return bool(page.status == 200)
    except OSError:
        return False


def processes_with(mark: str) -> list[str]:
    """Processes whose command line or environment holds the mark: the demo's children inherit its environment."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            whole = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
            stopped = (folder / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except OSError:
            continue
        if mark.encode() in whole and not stopped:
            found.append(f"{folder.name} {(folder / 'cmdline').read_bytes()!r}")
    return found


def board(folder: Path) -> tuple[Counter[str], int, set[str]]:
    """How many issues of each kind, how many sprints, and the keys of the stories that are in a sprint."""
    database = Database(create_engine(f"sqlite:///{folder / 'muster.db'}"))
    with database.transaction() as session:
        rows = issues(session, VENTURE)
        sprints = len(board_sprints(session, VENTURE))
        kinds = Counter(row.kind for row in rows)
        placed = {row.muster_key for row in rows if row.sprint is not None}
    database.engine.dispose()
    return kinds, sprints, placed


def test_the_check_takes_the_realistic_plan_to_the_board(tmp_path: Path) -> None:
    done = subprocess.run(
        command("--check", "--folder", str(tmp_path)), cwd=ROOT, capture_output=True, text=True, timeout=CHECK_SECONDS
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "You can't approve sprint plans of harbourline" in done.stdout
    assert "The board is as it was, row by row." in done.stdout

    parts = [Source(name, (EXAMPLE / name).read_bytes()) for name in ("resources.yaml", "timeline.yaml", "history.csv")]
    plan = load_document((EXAMPLE / "plan.yaml").read_bytes(), name="plan.yaml", extra=parts).plan
    stories = [story for epic in plan.epics for story in epic.stories]
    kinds, sprints, placed = board(tmp_path)
    assert kinds["epic"] == len(plan.epics)
    assert kinds["story"] == len(stories)
    assert kinds["task"] == sum(len(story.tasks) for story in stories)
    assert sprints > 5
    assert len(placed) == len(stories)


def test_the_check_says_why_it_failed(tmp_path: Path) -> None:
    (tmp_path / "muster.db").touch()
    done = subprocess.run(
        command("--check", "--folder", str(tmp_path)), cwd=ROOT, capture_output=True, text=True, timeout=CHECK_SECONDS
    )
    assert done.returncode == 1
    assert done.stderr == f"demo: {tmp_path / 'muster.db'} is there already; name another folder, or remove it\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_when_the_demo_ends(tmp_path: Path, number: signal.Signals) -> None:
    output = tmp_path / "output"
    folder = tmp_path / "database"
    demo = start(folder, output)
    try:
        url = wait_until(lambda: address(output), seconds=START_SECONDS, what="the demo's address")
        assert answers(url)
        assert len(processes_with(str(folder))) >= 2
        demo.send_signal(number)
        code = demo.wait(timeout=30)
    finally:
        demo.kill()
        demo.wait()
    assert code == (-signal.SIGKILL if number == signal.SIGKILL else 0)
    wait_until(lambda: not processes_with(str(folder)), seconds=15, what="the end of every process of the demo")
    assert not answers(url)


def test_a_port_that_another_demo_took_in_between_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        busy = taken.getsockname()[1]
        asked: list[int] = []

        def found_free(first: int) -> int:
            asked.append(first)
            return int(busy) if len(asked) == 1 else free_port()

        monkeypatch.setattr(running, "next_free_port", found_free)
        with running._slack(None) as slack:
            assert not slack.url.endswith(f":{busy}")
    assert asked == [running.PORT, busy + 1]
