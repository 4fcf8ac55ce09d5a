"""The adjustment's form, and its two ways out."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack, App

from bot.blocks import adjusting, forms
from bot.listeners.payloads import action_click, answers_of, submission_click, value_of
from bot.services import Services


def register(app: App, services: Services) -> None:
    """Register the submission, Keep and Discard."""

    @app.view(adjusting.CALLBACK)
    def submitted(ack: Ack, body: dict[str, Any]) -> None:
        view = body["view"]
        problems = services.adjusting.submit(submission_click(body), view["private_metadata"], answers_of(view))
        if problems:
            ack(response_action="errors", errors=problems)
        else:
            ack(response_action="update", view=forms.planning(adjusting.TITLE))

    @app.action(adjusting.KEEP)
    def kept(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        click = action_click(body)
        if text := services.adjusting.keep(click, value_of(body)):
            services.telling.tell(click, text)

    @app.action(adjusting.DROP)
    def dropped(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        click = action_click(body)
        if text := services.adjusting.drop(click, value_of(body)):
            services.telling.tell(click, text)
