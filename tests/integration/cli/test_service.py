"""Settings that can't be used, the doctor, and how fast `--help` answers."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from wsgiref.simple_server import make_server

import pytest

from bot.scopes import SCOPES
from tests.integration.cli.conftest import ROOT, Muster
from tests.peers.emulate import EmulatedSlack


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"http_port": "99999"}, "MUSTER_HTTP_PORT '99999'"),
        ({"jira_url": "ftp://jira"}, "MUSTER_JIRA_URL 'ftp://jira': expected an address"),
        ({"jira_url": "https://jira.example"}, "MUSTER_JIRA_TOKEN is missing"),
        ({"log_level": "loud"}, "MUSTER_LOG_LEVEL 'loud': expected DEBUG"),
        ({"database_url": "mysql://root:hunter2@db/x"}, "expected an address that starts with sqlite:///"),
        ({"slack_mode": "carrier pigeon"}, "MUSTER_SLACK_MODE 'carrier pigeon'"),
    ],
)
def test_a_bad_setting_is_one_line_and_exit_2(muster: Muster, settings: dict[str, str], said: str) -> None:
    ended = muster("run", **settings)
    assert ended.code == 2
    assert said in ended.err
    assert len(ended.err.splitlines()) == 1
    assert "hunter2" not in ended.err


def test_run_says_which_tokens_are_missing(muster: Muster) -> None:
    ended = muster("run")
    assert ended.code == 2
    assert [line.split()[0] for line in ended.err.splitlines()] == [
        "MUSTER_SLACK_BOT_TOKEN",
        "MUSTER_SLACK_APP_TOKEN",
    ]


def test_an_empty_setting_is_a_missing_one(muster: Muster, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text((ROOT / ".env.example").read_text())
    ended = muster("run")
    assert ended.code == 2
    assert "MUSTER_SLACK_BOT_TOKEN is missing" in ended.err


def _findings(muster: Muster, **settings: str) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for finding in json.loads(muster("doctor", "--json", **settings).out):
        found.setdefault(finding["subject"], []).append((finding["severity"], finding["text"]))
    return found


def test_the_doctor_finds_a_complete_installation_well(
    muster: Muster, start_emulated_slack: Callable[[Sequence[str]], EmulatedSlack]
) -> None:
    slack = start_emulated_slack(list(SCOPES))
    found = _findings(
        muster,
        slack_bot_token=slack.token,
        slack_mode="http",
        slack_signing_secret="x" * 32,
        slack_api_url=slack.api_url,
        admins="U1",
    )
    assert found["Slack"][0][0] == "ok"
    assert found["database"] == [("ok", "SQLite, one process, tables up to date")]
    assert not [text for rows in found.values() for severity, text in rows if severity == "fails"]


@pytest.fixture
def refusing_slack() -> Iterator[str]:
    """A Web API that knows no token."""

    def refuse(_environ: object, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b'{"ok": false, "error": "invalid_auth"}']

    with make_server("127.0.0.1", 0, refuse) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/api/"
        server.shutdown()
        thread.join()


def test_the_doctor_tells_a_bad_token_from_a_slack_that_is_away(muster: Muster, refusing_slack: str) -> None:
    refused = _findings(muster, slack_bot_token="xoxb-wrong", slack_api_url=refusing_slack)
    assert refused["Slack"] == [("fails", "refuses MUSTER_SLACK_BOT_TOKEN: invalid_auth")]
    ended = muster("doctor", slack_bot_token="xoxb-x", slack_api_url="http://127.0.0.1:9/api/")
    assert ended.err == ""
    away = _findings(muster, slack_bot_token="xoxb-x", slack_api_url="http://127.0.0.1:9/api/")
    assert away["Slack"][0][1].startswith("can't be reached at http://127.0.0.1:9/api/")


def test_the_doctor_names_what_is_wrong_with_jira(muster: Muster) -> None:
    settings = {"jira_url": "http://127.0.0.1:9", "jira_token": "t", "jira_email": "a@example.com"}
    assert _findings(muster, **settings)["Jira"][0][1] == "no venture names its Jira project"
    muster("venture", "add", "atlas", "--owner", "U1", "--jira-project", "ATL", **settings)
    found = _findings(muster, **settings)
    assert any(rows[0][0] == "fails" for subject, rows in found.items() if subject.startswith("Jira ATL"))


@pytest.mark.parametrize("module", ["slack_bolt", "numpy", "sqlalchemy", "dbos", "jira", "matplotlib", "pydantic"])
def test_help_imports_nothing_heavy(module: str, tmp_path: Path) -> None:
    code = f"import sys, bot.cli.main; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False).returncode == 0
