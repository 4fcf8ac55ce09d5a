"""The buttons of a sprint plan's card."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App

from bot.blocks import cards
from bot.listeners.payloads import action_click, value_of
from bot.services import Services
from bot.services.clicks import Click, PlanRef

Decision = Callable[[Click, PlanRef], str | None]


def register(app: App, services: Services) -> None:
    """Register one listener a button. All of them: acknowledge, decide, say what there is to say."""
    decisions: dict[str, Decision] = {
        cards.APPROVE: services.plans.approve,
        cards.SHARE: services.plans.share,
        cards.DISCARD: services.plans.discard,
        cards.CSV: services.plans.csv,
        cards.RETRY: services.plans.retry,
        cards.SHOW: services.plans.show,
        cards.DETAILS: services.details.open,
        cards.ADJUST: services.adjusting.open,
        cards.WHAT_IF: services.what_ifs.open,
        cards.WHAT_HOLDS: services.explaining.plan,
    }
    for action, decide in decisions.items():
        app.action(action)(_listener(decide, services))


def _listener(decide: Decision, services: Services) -> Callable[..., None]:
    def clicked(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        click = action_click(body)
        if text := decide(click, PlanRef.parse(value_of(body))):
            services.telling.tell(click, text)

    return clicked
