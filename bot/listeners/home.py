"""The Home tab."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack, App

from bot.blocks import home
from bot.listeners.payloads import action_click, value_of
from bot.services import Services


def register(app: App, services: Services) -> None:
    """Register the opening of the tab, and its next page."""

    @app.event("app_home_opened")
    def opened(event: dict[str, Any], body: dict[str, Any]) -> None:
        if event.get("tab") == "home":
            services.home.start(str(event["user"]), str(body.get("event_id") or event.get("event_ts")))

    @app.action(home.MORE)
    def more(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        click = action_click(body)
        services.home.start(click.user, click.trigger, value_of(body))
