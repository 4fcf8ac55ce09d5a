"""What if?: the line, and what is adopted. Its button is among those of the card."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack, App

from bot.blocks import what_if
from bot.blocks.explaining import working
from bot.listeners.payloads import action_click, answers_of, submission_click, value_of
from bot.services import Services


def register(app: App, services: Services) -> None:
    """Register the submission, and Adopt."""

    @app.view(what_if.CALLBACK)
    def asked(ack: Ack, body: dict[str, Any]) -> None:
        view = body["view"]
        text = str(answers_of(view).get(what_if.FIELD) or "")
        problems = services.what_ifs.submit(submission_click(body), view["private_metadata"], text)
        if problems:
            ack(response_action="errors", errors=problems)
        else:
            ack(response_action="update", view=working(what_if.TITLE))

    @app.action(what_if.ADOPT)
    def adopted(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        services.what_ifs.adopt(action_click(body), value_of(body))
