"""Does in local-slack what a person does in Slack: types, clicks, fills in forms, looks at the result."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import requests
from websockets.sync.client import ClientConnection, connect

from bot.demo.process import wait_until
from bot.demo.view_answers import Answer, option, view_values

Json = dict[str, Any]

# local-slack answers a command or a click when the app has acknowledged it.
ACK_SECONDS = 15.0


@dataclass(frozen=True)
class Submitted:
    """What the app answered to a modal: errors by block id, or the modals open now, top one last."""

    errors: Mapping[str, str] = field(default_factory=dict)
    modals: Sequence[Json] = ()


class SlackDriver:
    """A person's hands and eyes in a running local-slack."""

    def __init__(self, url: str, app_id: str) -> None:
        self.url = url
        self.api_url = f"{url}/api/"
        self._app_id = app_id
        self._http = requests.Session()

    def close(self) -> None:
        """Close the connections to the workspace."""
        self._http.close()

    # What a person does

    def post_message(self, user: str, channel: str, text: str, *, thread_ts: str | None = None) -> Json:
        """Write in a channel, or to the app: `channel` is then the app's user id. Gives the message."""
        body = {"user": user, "channel": channel, "text": text, "thread_ts": thread_ts}
        return cast(Json, self._control("message", body)["message"])

    def upload(self, user: str, channel: str, name: str, content: bytes, *, text: str = "") -> Json:
        """Share a file in a channel. Gives the message; the file is in its `files`."""
        answer = self._http.post(
            f"{self.url}/_control/upload",
            data={"user": user, "channel": channel, "text": text},
            files={"file": (name, content)},
            timeout=ACK_SECONDS,
        )
        answer.raise_for_status()
        return cast(Json, answer.json()["message"])

    def command(self, user: str, channel: str, command: str, text: str = "") -> None:
        """Type a slash command. Returns when the app has acknowledged it, or did not in time."""
        self._control("command", {"user": user, "channel": channel, "command": command, "text": text})

    def interact(
        self,
        user: str,
        channel: str,
        ts: str,
        action_id: str,
        *,
        block_id: str | None = None,
        choose: str | Sequence[str] | None = None,
    ) -> None:
        """Press a button of a message, or choose in a select by the option's value.

        Raises:
            LookupError: the message, or the element in it, is not there.
        """
        message = next((m for m in self.messages(channel) if m["ts"] == ts), None)
        if message is None:
            raise LookupError(f"no message {ts} in {channel}")
        for block, element in _elements(message.get("blocks") or []):
            if element.get("action_id") == action_id and block_id in (None, block.get("block_id")):
                self.send_action(user, channel, ts, _action(block, element, choose))
                return
        known = [element.get("action_id") for _, element in _elements(message.get("blocks") or [])]
        raise LookupError(f"no element {action_id!r} in the message; there are {known}")

    def send_action(self, user: str, channel: str, ts: str, action: Json) -> None:
        """Send a click as it is, also one that the person cannot see."""
        self._control("interact", {"user": user, "channel": channel, "messageTs": ts, "action": action})

    def react(self, user: str, channel: str, ts: str, name: str) -> None:
        """Add an emoji to a message."""
        self._control("reaction", {"user": user, "channel": channel, "ts": ts, "name": name})

    def open_home(self, user: str) -> None:
        """Open the app's Home tab."""
        self._control("open-home", {"user": user})

    def submit_view(self, user: str, answers: Mapping[str, Answer], *, seconds: float = ACK_SECONDS) -> Submitted:
        """Fill in the modal on top and submit it. For `answers` see `bot.demo.view_answers.view_values`.

        Raises:
            LookupError: no modal is open.
            TimeoutError: the app did not acknowledge it.
            ConnectionError: local-slack could not deliver it to the app.
        """
        with self._page() as (page, state):
            if not state["modalStack"]:
                raise LookupError("no modal is open")
            values = view_values(state["modalStack"][-1], answers)
            page.send(json.dumps({"t": "view_submit", "user": user, "values": values}))
            return _outcome(page, seconds)

    def close_view(self, user: str) -> None:
        """Cancel the modals."""
        with self._page() as (page, state):
            if state["modalStack"]:
                page.send(json.dumps({"t": "view_close", "user": user}))
                _frame(page, "view", time.monotonic() + ACK_SECONDS)

    def reset(self) -> None:
        """Forget all messages, modals, files and the log; the channels are as configured again."""
        self._control("reset", {})

    # What a person sees

    def state(self) -> Json:
        """People, channels, messages, open modals, Home tabs, the app's connection and the log: all of it."""
        with self._page() as (_, state):
            return state

    def log(self) -> list[Json]:
        """What passed between Slack and the app: `direction`, `kind`, `summary`, `detail`; the last 1,000."""
        return cast(list[Json], self._http.get(f"{self.url}/_control/log", timeout=ACK_SECONDS).json()["log"])

    def messages(self, channel: str) -> list[Json]:
        """A channel's messages, oldest first; ephemeral ones carry `subtype` and `ephemeral_to`."""
        answer = self._http.get(f"{self.url}/_control/messages/{channel}", timeout=ACK_SECONDS)
        return cast(list[Json], answer.json()["messages"])

    def direct_messages(self, user: str) -> list[Json]:
        """What the app and this person wrote to each other."""
        state = self.state()
        bots = {app["botUserId"] for app in state["apps"]}
        for channel in state["channels"]:
            if channel["is_im"] and user in channel["members"] and bots & set(channel["members"]):
                return cast(list[Json], state["messages"].get(channel["id"], []))
        return []

    def modals(self) -> list[Json]:
        """The open modals, top one last. local-slack has one stack for everybody."""
        return cast(list[Json], self.state()["modalStack"])

    def home(self, user: str) -> Json | None:
        """What the app published in this person's Home tab."""
        return cast(Json | None, self.state()["homeViews"].get(user, {}).get(self._app_id))

    def connected(self) -> bool:
        """Whether the app is there in Socket Mode."""
        return any(app["connected"] for app in self.state()["apps"] if app["appId"] == self._app_id)

    def wait_for_message(
        self, channel: str, accept: Callable[[Json], bool] = lambda _: True, *, seconds: float = ACK_SECONDS
    ) -> Json:
        """The newest message that `accept` takes.

        Raises:
            TimeoutError: there is none within `seconds`.
        """
        return wait_until(
            lambda: next((m for m in reversed(self.messages(channel)) if accept(m)), None),
            seconds=seconds,
            what=f"a message in {channel}",
        )

    def wait_for_modal(self, callback_id: str | None = None, *, seconds: float = ACK_SECONDS) -> Json:
        """The modal on top, once it is the one with this callback id.

        Raises:
            TimeoutError: it is not within `seconds`.
        """

        def top() -> Json | None:
            stack = self.modals()
            return stack[-1] if stack and callback_id in (None, stack[-1].get("callback_id")) else None

        return wait_until(top, seconds=seconds, what=f"the modal {callback_id or ''}".strip())

    def _control(self, what: str, body: Json) -> Json:
        answer = self._http.post(f"{self.url}/_control/{what}", json=body, timeout=ACK_SECONDS)
        answer.raise_for_status()
        return cast(Json, answer.json())

    @contextmanager
    def _page(self) -> Iterator[tuple[ClientConnection, Json]]:
        with connect(self.url.replace("http://", "ws://") + "/ui", max_size=None, proxy=None) as page:
            yield page, _frame(page, "init", time.monotonic() + ACK_SECONDS)["state"]


def _elements(blocks: Sequence[Json]) -> Iterator[tuple[Json, Json]]:
    for block in blocks:
        if "accessory" in block:
            yield block, block["accessory"]
        if block.get("type") == "actions":
            for element in block.get("elements", []):
                yield block, element


def _action(block: Json, element: Json, choose: str | Sequence[str] | None) -> Json:
    kind = str(element["type"])
    action: Json = {"type": kind, "action_id": element["action_id"], "block_id": block.get("block_id")}
    if kind == "button":
        return {**action, "value": element.get("value"), "text": element.get("text")}
    if kind == "datepicker":
        return {**action, "selected_date": choose}
    if kind == "checkboxes" or kind.startswith("multi_"):
        return {**action, "selected_options": [option(element, value) for value in choose or ()]}
    return {**action, "selected_option": option(element, str(choose))}


def _outcome(page: ClientConnection, seconds: float) -> Submitted:
    """The first view or error that local-slack shows after the app's acknowledgement.

    Views that the app opens or updates before it acknowledges are shown in between: they are not the answer.
    """
    until = time.monotonic() + seconds
    acknowledged = False
    while True:
        frame = _frame(page, None, until)
        if frame["t"] == "log":
            entry = frame["entry"]
            if entry["direction"] == "internal" and entry["kind"] in ("interactive", "socket"):
                raise ConnectionError(entry["summary"])
            if entry["direction"] == "from_bot" and entry["kind"] in ("interactive", "ack"):
                if entry["summary"].startswith("HTTP") and entry["summary"] != "HTTP 200":
                    raise ConnectionError(f"the app answered {entry['summary']}")
                acknowledged = True
        elif acknowledged and frame["t"] == "view_errors":
            return Submitted(errors=frame["errors"])
        elif acknowledged and frame["t"] == "view":
            return Submitted(modals=frame["stack"])


def _frame(page: ClientConnection, kind: str | None, until: float) -> Json:
    while True:
        frame = cast(Json, json.loads(page.recv(timeout=max(0.0, until - time.monotonic()))))
        if kind in (None, frame["t"]):
            return frame
