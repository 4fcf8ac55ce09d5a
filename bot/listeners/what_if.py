"""What if?: the line to type. Its button is among those of the card; what is adopted is kept as an adjustment."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack, App

from bot.blocks import cards, what_if
from bot.blocks.explaining import working
from bot.listeners.payloads import action_click, answers_of, submission_click, value_of
from bot.services import Services
from bot.services.clicks import PlanRef


def register(app: App, services: Services) -> None:
    """Register the submission, a repair that is tried, and Ask again."""

    @app.view(what_if.CALLBACK)
    def asked(ack: Ack, body: dict[str, Any]) -> None:
        view = body["view"]
        text = str(answers_of(view).get(what_if.FIELD) or "")
        problems = services.what_ifs.submit(submission_click(body), view["private_metadata"], text)
        if problems:
            ack(response_action="errors", errors=problems)
        else:
            ack(response_action="update", view=working(what_if.TITLE))

    @app.action(cards.TRY)
    def tried(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        _open(services, body, str(body["actions"][0]["selected_option"]["value"]))

    @app.action(what_if.AGAIN)
    def asked_again(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        _open(services, body, value_of(body))


def _open(services: Services, body: dict[str, Any], carried: str) -> None:
    """The line, filled in; `carried` is the plan's value and the line."""
    value, _, line = carried.partition("|")
    click = action_click(body)
    if text := services.what_ifs.open(click, PlanRef.parse(value), line):
        services.telling.tell(click, text)
