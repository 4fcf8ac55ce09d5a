"""Turning pages in the details of a sprint plan, and asking why an item is where it is."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt import Ack, App

from bot.blocks.details import GO, PICK, WHY, Place
from bot.listeners.payloads import action_click, value_of
from bot.services import Services
from bot.services.clicks import PlanRef


def register(app: App, services: Services) -> None:
    """Register the page buttons, the choice of a sprint, and the question about an item."""

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

    @app.action(WHY)
    def asked(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        sprint, page, key = value_of(body).split(":", 2)
        services.explaining.item(action_click(body), _ref(body), key, Place(int(sprint), int(page)))


def _ref(body: dict[str, Any]) -> PlanRef:
    return PlanRef.parse(body["view"]["private_metadata"])
