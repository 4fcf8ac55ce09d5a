"""The fake Jira in its own process: killed in the middle, it has what it had answered."""

from pathlib import Path

import pytest
import requests

from tests.peers.jira_process import JiraProcess, jira_process

FIELDS = {"project": {"key": "MUS"}, "issuetype": {"name": "Story"}, "summary": "kept"}


def create(jira: JiraProcess) -> requests.Response:
    login = (jira.email, jira.token)
    return requests.post(f"{jira.url}/rest/api/3/issue", json={"fields": FIELDS}, auth=login, timeout=10)


def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    with jira_process(state=tmp_path / "jira.db") as first:
        assert create(first).status_code == 201
        first.control("POST", "faults", {"path": "/issue$", "action": "drop_after"})
        with pytest.raises(requests.ConnectionError):
            create(first)
        port = int(first.url.rpartition(":")[2])
        first.program.kill()
    with jira_process(state=tmp_path / "jira.db", port=port) as second:
        assert create(second).json()["key"] == "MUS-3"
        assert [issue["key"] for issue in second.control("GET", "state")["issues"]] == ["MUS-1", "MUS-2", "MUS-3"]
        assert second.control("GET", "counters") == {"POST /rest/api/3/issue": 1}
        second.control("POST", "status", {"key": "MUS-1", "status": "Done"})
        assert second.control("GET", "state")["issues"][0]["resolved"]
