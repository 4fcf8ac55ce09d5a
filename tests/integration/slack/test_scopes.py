"""The manifest's scopes are enough for every call, and none of them is one too many: asked of a peer that enforces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.peers import require
from tests.peers.emulate import emulated_slack
from tests.peers.local_slack import LEAD, TEAM

pytestmark = pytest.mark.peer

ROOT = Path(__file__).resolve().parents[3]
MANIFEST = yaml.safe_load((ROOT / "manifest.yml").read_text())["oauth_config"]["scopes"]["bot"]
# Only to find and make what the calls are about: no call of ours needs them.
HELPERS = ("users:read", "groups:write")

Ask = Callable[[WebClient, dict[str, str]], object]

# emulate knows no user groups; `usergroups:read` is checked against Slack's documentation in the manifest's test.
CALLS: dict[str, tuple[Ask, str]] = {
    "chat.postMessage": (lambda slack, ids: slack.chat_postMessage(channel=ids["team"], text="x"), "chat:write"),
    "chat.postEphemeral": (
        lambda slack, ids: slack.chat_postEphemeral(channel=ids["team"], user=ids["lead"], text="x"),
        "chat:write",
    ),
    "chat.update": (lambda slack, ids: slack.chat_update(channel=ids["team"], ts=ids["ts"], text="x"), "chat:write"),
    "conversations.info": (lambda slack, ids: slack.conversations_info(channel=ids["team"]), "channels:read"),
    "conversations.info of a private one": (
        lambda slack, ids: slack.conversations_info(channel=ids["secret"]),
        "groups:read",
    ),
    "conversations.open": (lambda slack, ids: slack.conversations_open(users=ids["lead"]), "im:write"),
    "files.info": (lambda slack, _: slack.files_info(file="F0"), "files:read"),
    "files.upload": (
        lambda slack, ids: slack.files_upload_v2(channel=ids["team"], filename="a.csv", content="x"),
        "files:write",
    ),
}


@contextmanager
def granted(*scopes: str) -> Iterator[WebClient]:
    """A client whose token has these scopes."""
    peer = emulated_slack([*scopes, *HELPERS], people=[LEAD], channels=[TEAM])
    slack = require("emulate", peer.__enter__)
    try:
        yield WebClient(slack.token, base_url=slack.api_url)
    finally:
        peer.__exit__(None, None, None)


def ids_of(client: WebClient) -> dict[str, str]:
    """What the calls are about, found with whatever scopes there are."""
    people = cast(Any, client.users_list())["members"]
    ids = {"lead": next(str(person["id"]) for person in people if person["name"] == LEAD.name), "ts": "1.0"}
    secret = client.api_call("conversations.create", json={"name": "secret", "is_private": True})
    ids["secret"] = str(cast(Any, secret)["channel"]["id"])
    try:
        posted = client.chat_postMessage(channel=TEAM.name, text="first")
        ids["team"], ids["ts"] = str(posted["channel"]), str(posted["ts"])
    except SlackApiError:
        channels = cast(Any, client.conversations_list())["channels"]
        ids["team"] = next(str(channel["id"]) for channel in channels if channel["name"] == TEAM.name)
    return ids


def said(client: WebClient, call: Ask, ids: dict[str, str]) -> str:
    """The peer's error, or nothing."""
    try:
        call(client, ids)
    except SlackApiError as error:
        return str(error.response.get("error", ""))
    return ""


def test_the_manifests_scopes_are_enough_for_every_call() -> None:
    with granted(*MANIFEST) as client:
        ids = ids_of(client)
        for method, (call, _) in CALLS.items():
            assert said(client, call, ids) in ("", "file_not_found"), method


@pytest.mark.parametrize("lost", sorted({scope for _, scope in CALLS.values()}))
def test_with_a_scope_less_its_calls_are_refused(lost: str) -> None:
    with granted(*(scope for scope in MANIFEST if scope != lost)) as client:
        ids = ids_of(client)
        for method, (call, needed) in CALLS.items():
            if needed == lost:
                assert said(client, call, ids) == "missing_scope", method
