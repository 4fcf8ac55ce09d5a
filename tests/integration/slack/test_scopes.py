"""The manifest's scopes are enough for every call, and none of them is one too many: asked of a peer that enforces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.peers.emulate import EmulatedSlack
from tests.peers.local_slack import LEAD, TEAM

pytestmark = pytest.mark.peer

ROOT = Path(__file__).resolve().parents[3]
MANIFEST = yaml.safe_load((ROOT / "manifest.yml").read_text())["oauth_config"]["scopes"]["bot"]

Ask = Callable[[WebClient, dict[str, str]], object]

# emulate knows no user groups; `usergroups:read` is checked against Slack's documentation in the manifest's test.
CALLS: dict[str, tuple[Ask, set[str]]] = {
    "chat.postMessage": (lambda slack, ids: slack.chat_postMessage(channel=ids["channel"], text="x"), {"chat:write"}),
    "chat.postEphemeral": (
        lambda slack, ids: slack.chat_postEphemeral(channel=ids["channel"], user=ids["user"], text="x"),
        {"chat:write"},
    ),
    "chat.update": (lambda slack, ids: slack.chat_update(channel=ids["channel"], ts="1.0", text="x"), {"chat:write"}),
    "conversations.info": (
        lambda slack, ids: slack.conversations_info(channel=ids["channel"]),
        {"channels:read", "groups:read"},
    ),
    "conversations.open": (lambda slack, ids: slack.conversations_open(users=ids["user"]), {"im:write"}),
    "files.info": (lambda slack, _: slack.files_info(file="F0"), {"files:read"}),
    "files.upload": (
        lambda slack, ids: slack.files_upload_v2(channel=ids["channel"], filename="a.csv", content="x"),
        {"files:write"},
    ),
}


def ask(slack: EmulatedSlack, call: Ask, ids: dict[str, str]) -> str:
    """What the peer says: its error, or nothing."""
    try:
        call(WebClient(slack.token, base_url=slack.api_url), ids)
    except SlackApiError as error:
        return str(error.response.get("error", ""))
    return ""


@pytest.fixture
def ids() -> dict[str, str]:
    """Ids that need not exist: scopes are checked first."""
    return {"channel": "C0UNKNOWN", "user": "U0UNKNOWN"}


def test_the_manifests_scopes_are_enough_for_every_call(
    start_emulated_slack: Callable[[Sequence[str]], EmulatedSlack], ids: dict[str, str]
) -> None:
    slack = start_emulated_slack(MANIFEST)
    client = WebClient(slack.token, base_url=slack.api_url)
    channels = cast(Any, client.conversations_list())["channels"]
    ids["channel"] = next(channel["id"] for channel in channels if channel["name"] == TEAM.name)
    for method, (call, _) in CALLS.items():
        assert ask(slack, call, ids) != "missing_scope", method
    assert LEAD.name


def test_with_a_scope_less_its_calls_are_refused(
    start_emulated_slack: Callable[[Sequence[str]], EmulatedSlack], ids: dict[str, str]
) -> None:
    for lost in ("chat:write", "im:write", "files:read", "files:write"):
        slack = start_emulated_slack([scope for scope in MANIFEST if scope != lost])
        for method, (call, needed) in CALLS.items():
            if needed == {lost}:
                assert ask(slack, call, ids) == "missing_scope", (lost, method)


def test_without_reading_channels_the_doctor_sees_none(
    start_emulated_slack: Callable[[Sequence[str]], EmulatedSlack], ids: dict[str, str]
) -> None:
    slack = start_emulated_slack([scope for scope in MANIFEST if scope not in ("channels:read", "groups:read")])
    assert ask(slack, CALLS["conversations.info"][0], ids) == "missing_scope"
