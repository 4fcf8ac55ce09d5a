"""Attached files: the token goes to Slack and nowhere else, and no more is read than is taken."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk import WebClient

from bot.adapters.workspace.client import is_slack_itself
from bot.adapters.workspace.errors import SlackUnavailable
from bot.adapters.workspace.files import FileRefused, Files

LARGEST = 100


class Answer:
    """What a server sends."""

    def __init__(self, status: int = 200, content: bytes = b"plan: {}") -> None:
        self.status_code = status
        self._content = content

    def __enter__(self) -> Answer:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def iter_content(self, size: int) -> list[bytes]:
        """In pieces."""
        return [self._content[n : n + 10] for n in range(0, len(self._content), 10)]


class Web:
    """Stands for requests; remembers who was asked."""

    def __init__(self, answer: Answer) -> None:
        self.asked: list[str] = []
        self.headers: dict[str, str] = {}
        self.redirects = True
        self._answer = answer

    def get(self, url: str, *, headers: dict[str, str], allow_redirects: bool, **_: Any) -> Answer:
        """Ask."""
        self.asked.append(url)
        self.headers, self.redirects = headers, allow_redirects
        return self._answer


def files(
    monkeypatch: pytest.MonkeyPatch, url: str, *, size: int = 8, answer: Answer | None = None
) -> tuple[Files, Web]:
    """A file at `url`, and the web that would be asked for it."""
    client = WebClient("xoxb-secret")
    info = {"file": {"name": "plan.yaml", "size": size, "url_private_download": url}}
    monkeypatch.setattr(client, "files_info", lambda **_: info)
    web = Web(answer or Answer())
    monkeypatch.setattr("bot.adapters.workspace.files.requests.get", web.get)
    return Files(client, largest=LARGEST), web


@pytest.mark.parametrize(
    "url",
    [
        "https://files.slack.com/files-pri/T1-F1/download/plan.yaml",
        "https://slack.com/x",
        "https://files.slack-gov.com/x",
    ],
)
def test_slacks_own_hosts_get_the_token(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    reader, web = files(monkeypatch, url)
    assert reader.fetch("F1").content == b"plan: {}"
    assert web.headers == {"Authorization": "Bearer xoxb-secret"}
    assert web.redirects is False


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/plan.yaml",
        "https://slack.com.evil.example/x",
        "https://notslack.com/x",
        # Not encrypted: somebody on the way could read the token.
        "http://files.slack.com/x",
        "https://files.slack.com@evil.example/x",
        "http://127.0.0.1:80/x",
        "",
    ],
)
def test_no_other_host_ever_gets_the_token(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    reader, web = files(monkeypatch, url)
    with pytest.raises(FileRefused, match="upload the file itself"):
        reader.fetch("F1")
    assert web.asked == []


def test_a_file_that_says_it_is_too_large_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, web = files(monkeypatch, "https://files.slack.com/x", size=LARGEST + 1)
    with pytest.raises(FileRefused, match="at most"):
        reader.fetch("F1")
    assert web.asked == []


def test_a_file_that_is_larger_than_it_says_is_left_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, _ = files(monkeypatch, "https://files.slack.com/x", answer=Answer(content=b"x" * 10_000))
    with pytest.raises(FileRefused, match="at most"):
        reader.fetch("F1")


def test_a_redirect_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, _ = files(monkeypatch, "https://files.slack.com/x", answer=Answer(302))
    with pytest.raises(FileRefused, match="HTTP 302"):
        reader.fetch("F1")


def test_a_slack_with_a_bad_moment_is_asked_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, _ = files(monkeypatch, "https://files.slack.com/x", answer=Answer(503))
    with pytest.raises(SlackUnavailable):
        reader.fetch("F1")


@pytest.mark.parametrize(
    ("url", "itself"),
    [
        ("https://slack.com/api/", True),
        ("https://slack-gov.com/api/", True),
        ("http://127.0.0.1:3800/api/", False),
        ("https://slack.com.evil.example/api/", False),
    ],
)
def test_newer_blocks_are_for_slack_itself(url: str, itself: bool) -> None:
    assert is_slack_itself(url) is itself
