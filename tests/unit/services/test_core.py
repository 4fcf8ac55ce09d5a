"""The command line's part of the whole does without Slack."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bot.bootstrap import build_core
from bot.settings import Settings
from storage.ventures import new_venture

ROOT = Path(__file__).resolve().parents[3]


def test_the_core_loads_nothing_of_slack_or_the_engine(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from bot.bootstrap import build_core\n"
        "from bot.settings import Settings\n"
        f"build_core(Settings(_env_file=None, database_url='sqlite:///{tmp_path}/m.db'))\n"
        "print([name for name in ('slack_sdk', 'slack_bolt', 'dbos', 'apscheduler', 'jira') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_venture_without_a_project_has_the_embedded_board_although_jira_is_configured(tmp_path: Path) -> None:
    settings = Settings(
        _env_file=None,
        database_url=f"sqlite:///{tmp_path / 'm.db'}",
        jira_url="https://jira.example",
        jira_token="t",
    )
    core = build_core(settings)
    at = core.clock.now()
    assert core.board_for(new_venture("atlas", "Atlas", by="U1", at=at)).target == "embedded"
    jira = core.board_for(new_venture("atlas", "Atlas", by="U1", at=at, jira_project="ATL"))
    assert jira.target == "jira:https://jira.example/ATL"
    core.database.engine.dispose()
