"""Turning pages in the details of a sprint plan."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt import Ack, App

from bot.blocks.details import GO, PICK, Place
from bot.listeners.payloads import action_click, value_of
from bot.services import Services
from bot.services.clicks import PlanRef


def register(app: App, services: Services) -> None:
    """Register the page buttons and the choice of a sprint."""

    @app.action(re.compile(rf"^{re.escape(GO)}\."))
    def turned(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        sprint, _, page = value_of(body).partition(":")
        services.details.turn(action_click(body), _ref(body), Place(int(sprint), int(page)))

    @app.action(PICK)
    def picked(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        chosen = body["actions"][0]["selected_option"]["value"]
        services.details.turn(action_click(body), _ref(body), Place(int(chosen)))


def _ref(body: dict[str, Any]) -> PlanRef:
    return PlanRef.parse(body["view"]["private_metadata"])
