"""Slack's payloads as values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.services.clicks import Click

Payload = Mapping[str, Any]


def command_click(body: Payload) -> Click:
    """A typed command."""
    return Click(
        user=str(body["user_id"]),
        channel=str(body["channel_id"]),
        trigger=str(body["trigger_id"]),
        response_url=str(body.get("response_url") or ""),
        thread=str(body.get("thread_ts") or ""),
    )


def action_click(body: Payload) -> Click:
    """A pressed button, in a message, a modal or the Home tab."""
    container = body.get("container") or {}
    message = body.get("message") or {}
    return Click(
        user=str(body["user"]["id"]),
        channel=str((body.get("channel") or {}).get("id") or container.get("channel_id") or ""),
        trigger=str(body.get("trigger_id") or ""),
        response_url=str(body.get("response_url") or ""),
        message_ts=str(container.get("message_ts") or message.get("ts") or ""),
        view_id=str((body.get("view") or {}).get("id") or ""),
    )


def submission_click(body: Payload) -> Click:
    """A submitted modal. What names it is the trigger, or the view's own mark where there is none."""
    view = body["view"]
    return Click(
        user=str(body["user"]["id"]),
        channel="",
        trigger=str(body.get("trigger_id") or f"{view['id']}:{view.get('hash', '')}"),
        view_id=str(view["id"]),
    )


def value_of(body: Payload) -> str:
    """What the pressed button carries."""
    return str(body["actions"][0].get("value") or "")


def answers_of(view: Payload) -> dict[str, Any]:
    """The answers of a modal by block id: text, an option's value, a date, or a file's id and name."""
    answers: dict[str, Any] = {}
    for block_id, elements in view.get("state", {}).get("values", {}).items():
        for state in elements.values():
            answers[block_id] = _answer(state)
    return answers


def _answer(state: Payload) -> Any:
    if state.get("files"):
        file = state["files"][0]
        return {"id": str(file["id"]), "name": str(file.get("name") or "file")}
    if state.get("selected_option"):
        return state["selected_option"].get("value")
    return state.get("value") or state.get("selected_date")
