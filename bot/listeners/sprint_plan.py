"""`/sprint-plan` and its form."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack, App

from bot.blocks import forms, notices
from bot.listeners.payloads import action_click, answers_of, command_click, submission_click, value_of
from bot.services import Services

COMMAND = "/sprint-plan"


def register(app: App, services: Services) -> None:
    """Register the command, the form's submission, and the way back into it."""

    @app.command(COMMAND)
    def typed(ack: Ack, body: dict[str, Any]) -> None:
        click, text = command_click(body), str(body.get("text") or "").strip()
        if text.lower() == "help" or click.thread:
            ack({"response_type": "ephemeral", "text": notices.THREAD if click.thread else notices.HELP})
            return
        ack()
        services.forms.open(click, text)

    @app.view(forms.CALLBACK)
    def submitted(ack: Ack, body: dict[str, Any]) -> None:
        view = body["view"]
        problems = services.forms.submit(submission_click(body), view["private_metadata"], answers_of(view))
        if problems:
            ack(response_action="errors", errors=problems)
        else:
            ack(response_action="update", view=forms.planning())

    @app.action(notices.REOPEN)
    def reopened(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        click = action_click(body)
        if text := services.forms.reopen(click, value_of(body)):
            services.telling.tell(click, text)
