"""Turning pages in the details of a sprint plan, and asking why an item is where it is."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt import Ack, App

from bot.blocks.details import GO, ITEM, PICK, WHY, Bookmark, Place
from bot.blocks.explaining import BACK, working
from bot.listeners.payloads import action_click, answers_of, submission_click, value_of
from bot.services import Services
from bot.services.clicks import PlanRef


def register(app: App, services: Services) -> None:
    """Register the page buttons, the choice of a sprint, and the question about an item with its way back."""

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

    @app.view(WHY)
    def asked(ack: Ack, body: dict[str, Any]) -> None:
        view = body["view"]
        key = str(answers_of(view).get(ITEM) or "")
        problems = services.explaining.item(submission_click(body), view["private_metadata"], key)
        if problems:
            ack(response_action="errors", errors=problems)
        else:
            ack(response_action="update", view=working())

    @app.view(BACK)
    def went_back(ack: Ack, body: dict[str, Any]) -> None:
        page = services.details.back(submission_click(body), body["view"]["private_metadata"])
        ack(response_action="update", view=page)


def _ref(body: dict[str, Any]) -> PlanRef:
    return PlanRef.parse(Bookmark.parse(body["view"]["private_metadata"]).value)
