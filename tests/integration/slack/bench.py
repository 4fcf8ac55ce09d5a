"""The whole app in this process, in front of a recording Slack."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from pydantic import SecretStr
from slack_bolt import BoltRequest, BoltResponse
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier

from bot.bootstrap import Muster, build
from bot.demo.process import wait_until
from bot.demo.view_answers import view_values
from bot.settings import Settings, SlackMode
from planners.plan.loading import load_document
from storage.plans import find_sprint_plan, store_document
from storage.pushes import find_push
from storage.tables import AuthorityAction, Push, SprintPlanRow
from storage.ventures import add_venture, allow, new_venture
from tests.integration.slack.web_api import Json, WebApi

SECRET = "signing-secret"
LEAD, SECOND, MEMBER, OUTSIDER, ADMIN = "U0LEAD", "U0SECOND", "U0MEMBER", "U0OUT", "U0ADMIN"
CHANNEL = "C0TEAM"
FORM = "application/x-www-form-urlencoded"

PLAN = """\
plan:
  venture: atlas
  title: Atlas <maps> & more
  epics:
    - key: base
      title: Base
      priority: must
      stories:
        - {key: login, title: Log in, points: 5, acceptance_criteria: [It works.]}
        - {key: maps, title: Show <b>maps</b> & roads, points: 8, depends_on: [login]}
        - {key: search, title: Search, points: 3, priority: should, depends_on: [maps]}
history:
  - {completed_points: 10}
  - {completed_points: 12}
  - {completed_points: 9}
  - {completed_points: 11}
"""


class Bench:
    """A running Muster, and what Slack would send it."""

    def __init__(self, muster: Muster, api: WebApi) -> None:
        self.muster = muster
        self.api = api
        self._numbers = itertools.count(1)

    # What Slack sends

    def command(self, text: str = "", *, user: str = LEAD, channel: str = CHANNEL, **more: str) -> BoltResponse:
        """A typed `/sprint-plan`."""
        form = {
            "command": "/sprint-plan",
            "text": text,
            "user_id": user,
            "channel_id": channel,
            "team_id": "T1",
            "trigger_id": f"t{next(self._numbers)}",
            "response_url": self.api.response_url,
            **more,
        }
        return self._send(urlencode(form), FORM)

    def click(
        self, button: Json, *, user: str = LEAD, channel: str = CHANNEL, ts: str = "", **more: Any
    ) -> BoltResponse:
        """A pressed button of a message."""
        payload = {
            "type": "block_actions",
            "user": {"id": user},
            "team": {"id": "T1"},
            "channel": {"id": channel},
            "container": {"type": "message", "message_ts": ts or "1.0", "channel_id": channel},
            "actions": [{**button, "block_id": "b"}],
            "trigger_id": f"t{next(self._numbers)}",
            "response_url": self.api.response_url,
            **more,
        }
        return self._send(urlencode({"payload": json.dumps(payload)}), FORM)

    def view_click(self, view: Json, element: Json, *, user: str = LEAD) -> BoltResponse:
        """A pressed element of a modal or of the Home tab."""
        payload = {
            "type": "block_actions",
            "user": {"id": user},
            "team": {"id": "T1"},
            "container": {"type": "view", "view_id": view.get("id", "V1")},
            "view": {"id": "V1", "private_metadata": "", **view},
            "actions": [{**element, "block_id": "b"}],
            "trigger_id": f"t{next(self._numbers)}",
        }
        return self._send(urlencode({"payload": json.dumps(payload)}), FORM)

    def submit(self, view: Json, answers: Mapping[str, Any], *, user: str = LEAD) -> BoltResponse:
        """A submitted modal; untouched inputs keep their initial value."""
        payload = {
            "type": "view_submission",
            "user": {"id": user},
            "team": {"id": "T1"},
            "trigger_id": f"t{next(self._numbers)}",
            "view": {"id": "V1", "hash": "h", **view, "state": {"values": view_values(view, answers)}},
        }
        return self._send(urlencode({"payload": json.dumps(payload)}), FORM)

    def event(self, event: Json, *, event_id: str | None = None, retry: int = 0) -> BoltResponse:
        """An event, perhaps delivered again."""
        body = {
            "type": "event_callback",
            "team_id": "T1",
            "event": event,
            "event_id": event_id or f"Ev{next(self._numbers)}",
        }
        headers = {"X-Slack-Retry-Num": str(retry)} if retry else {}
        return self._send(json.dumps(body), "application/json", headers)

    def _send(self, body: str, kind: str, headers: Mapping[str, str] | None = None) -> BoltResponse:
        stamp = str(int(time.time()))
        signature = SignatureVerifier(SECRET).generate_signature(timestamp=stamp, body=body)
        signed = {"content-type": kind, "x-slack-request-timestamp": stamp, "x-slack-signature": str(signature)}
        return self.muster.app.dispatch(BoltRequest(body=body, headers={**signed, **(headers or {})}))

    # Whole stretches of the way

    def form(self, text: str = "", *, user: str = LEAD, channel: str = CHANNEL) -> Json:
        """Type the command and wait for the filled-in form."""
        before = len(self.api.of("views.update"))
        assert self.command(text, user=user, channel=channel).status == 200
        update = self.api.wait("views.update", number=before + 1)
        return {**update["view"], "id": update["view_id"]}

    def preview(self, *, user: str = LEAD, channel: str = CHANNEL) -> Json:
        """Plan the pasted plan and wait for the preview; the message's arguments."""
        shown = len(self.api.of("chat.postEphemeral"))
        answer = self.submit(self.form(user=user, channel=channel), {"text": PLAN, "venture": None}, user=user)
        assert json.loads(answer.body)["response_action"] == "update", answer.body
        return self.api.wait("chat.postEphemeral", number=shown + 1)

    def row(self, button: Json) -> SprintPlanRow:
        """The sprint plan that a button belongs to."""
        with self.muster.database.transaction() as session:
            row = find_sprint_plan(session, button["value"].split(":")[0])
        assert row is not None
        return row

    def outcome(self, button: Json) -> Json:
        """How the push of that plan ended."""
        outcome = self.pushed(button).outcome
        assert outcome is not None
        return outcome

    def pushed(self, button: Json) -> Push:
        """The push of that plan, once it ended."""
        plan_id = button["value"].split(":")[0]

        def ended() -> Push | None:
            with self.muster.database.transaction() as session:
                push = find_push(session, f"push:{plan_id}")
            return push if push is not None and push.finished_at is not None else None

        return wait_until(ended, seconds=20, what="the end of the push")


def find_button(blocks: list[Json], action: str) -> Json:
    """The button with this action in a message or modal."""
    for block in blocks:
        for element in [*block.get("elements", []), block.get("accessory") or {}]:
            if element.get("action_id") == action:
                return dict(element)
    raise LookupError(f"no button {action}")


def all_text(value: object) -> str:
    """Every text of blocks, one after the other."""
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return "\n".join([*own, *(all_text(each) for each in value.values() if isinstance(each, (dict, list)))])
    if isinstance(value, list):
        return "\n".join(all_text(each) for each in value)
    return ""


@contextmanager
def bench(api: WebApi, folder: Path, **settings: Any) -> Iterator[Bench]:
    """Build and start everything on a database of its own."""
    chosen: dict[str, Any] = {
        "database_url": SecretStr(f"sqlite:///{folder / 'muster.db'}"),
        "slack_bot_token": SecretStr("xoxb-test"),
        "slack_signing_secret": SecretStr(SECRET),
        "slack_mode": SlackMode.HTTP,
        "slack_api_url": api.api_url,
        "admins": (ADMIN,),
        "planning_seconds": 0.0,
    }
    muster = build(Settings(_env_file=None, **(chosen | settings)))
    muster.start()
    try:
        yield Bench(muster, api)
    finally:
        muster.stop(drain_seconds=5)
        muster.database.engine.dispose()


def add_atlas(muster: Muster, *, stored: bool = True) -> None:
    """The venture atlas: its lead may do everything, a second lead may approve, the group S0TEAM may plan."""
    now = muster.core.clock.now()
    with muster.database.transaction() as session:
        add_venture(session, new_venture("atlas", "Atlas", by=LEAD, at=now))
        allow(session, "atlas", AuthorityAction.APPROVE, [SECOND])
        allow(session, "atlas", AuthorityAction.PLAN, ["S0TEAM"])
        if stored:
            store_document(session, "atlas", load_document(PLAN), source="plan.yaml", by=LEAD, at=now)


__all__ = ["Bench", "WebClient", "add_atlas", "all_text", "bench", "find_button"]
