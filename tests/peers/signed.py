"""Requests signed as Slack signs them, for what local-slack does not send: retries, clicks in a Home or modal."""

import itertools
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import requests
from slack_sdk.signature import SignatureVerifier

from bot.demo.local_slack import SlackApp

Json = dict[str, Any]

FORM = "application/x-www-form-urlencoded"
SECONDS = 15.0

_numbers = itertools.count(1)


@dataclass
class SignedRequests:
    """Posts to the app at `url` as Slack would. `team_id` and `app` as in the workspace."""

    url: str
    app: SlackApp = field(default_factory=SlackApp)
    team_id: str = "T0MUSTER"

    def event(self, event: Json, *, event_id: str | None = None, retry: int = 0) -> requests.Response:
        """An event; with `retry`, the same one delivered again: give it the same `event_id`."""
        number = next(_numbers)
        body = {
            "type": "event_callback",
            "token": "unused",
            "team_id": self.team_id,
            "api_app_id": self.app.app_id,
            "event": {"event_ts": f"{number}.0", **event},
            "event_id": event_id or f"Ev{number:08d}",
            "event_time": int(time.time()),
            "authorizations": [{"team_id": self.team_id, "user_id": self.app.bot_user_id, "is_bot": True}],
        }
        headers = {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"} if retry else {}
        return self._post(json.dumps(body), "application/json", headers)

    def view_action(self, user: str, view: Json, action: Json) -> requests.Response:
        """A click on an element of a modal or of the Home tab, whose `view` comes along, as in Slack."""
        payload = {
            "type": "block_actions",
            "container": {"type": "view", "view_id": view.get("id", "V1")},
            "view": {"id": "V1", "hash": "1.1", "state": {"values": {}}, "private_metadata": "", **view},
            "actions": [{"action_ts": "1.1", **action}],
        }
        return self.interaction(user, payload)

    def interaction(self, user: str, payload: Json) -> requests.Response:
        """Any interaction: `payload` is completed with what every one has."""
        whole = {
            "team": {"id": self.team_id, "domain": "muster-demo"},
            "user": {"id": user, "name": user, "team_id": self.team_id},
            "api_app_id": self.app.app_id,
            "token": "unused",
            "trigger_id": f"{next(_numbers)}.1.made-up",
            **payload,
        }
        return self._post(urlencode({"payload": json.dumps(whole)}), FORM, {})

    def command(self, user: str, channel: str, command: str, text: str = "", **more: str) -> requests.Response:
        """A slash command."""
        form = {
            "team_id": self.team_id,
            "channel_id": channel,
            "channel_name": channel,
            "user_id": user,
            "user_name": user,
            "command": command,
            "text": text,
            "api_app_id": self.app.app_id,
            "trigger_id": f"{next(_numbers)}.1.made-up",
            "response_url": "http://127.0.0.1:9/unused",
            **more,
        }
        return self._post(urlencode(form), FORM, {})

    def _post(self, body: str, kind: str, headers: dict[str, str]) -> requests.Response:
        stamp = str(int(time.time()))
        signature = SignatureVerifier(self.app.signing_secret).generate_signature(timestamp=stamp, body=body)
        signed = {"Content-Type": kind, "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": str(signature)}
        return requests.post(self.url, data=body, headers={**signed, **headers}, timeout=SECONDS)
