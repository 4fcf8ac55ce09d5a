"""emulate refuses what the scopes of the token do not cover."""

from collections.abc import Callable, Sequence

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.peers.emulate import EmulatedSlack
from tests.peers.local_slack import LEAD, TEAM

pytestmark = pytest.mark.peer


def test_a_method_outside_the_scopes_is_refused(
    start_emulated_slack: Callable[[Sequence[str]], EmulatedSlack],
) -> None:
    slack = start_emulated_slack(["chat:write", "channels:read"])
    client = WebClient(slack.token, base_url=slack.api_url)
    ids = {channel["name"]: channel["id"] for channel in client.conversations_list()["channels"]}
    assert client.chat_postMessage(channel=ids[TEAM.name], text="hello")["ok"]
    with pytest.raises(SlackApiError) as caught:
        client.users_lookupByEmail(email=LEAD.email)
    assert caught.value.response["error"] == "missing_scope"
    assert caught.value.response["needed"] == "users:read.email"
