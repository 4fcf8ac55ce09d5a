"""Where Slack's requests arrive: each receives, makes one call, and renders. Everything else is below."""

from __future__ import annotations

from slack_bolt import App

from bot.listeners import adjusting, details, home, preview, sprint_plan, what_if
from bot.services import Services


def register(app: App, services: Services) -> None:
    """Register every listener, once."""
    for feature in (sprint_plan, preview, adjusting, what_if, details, home):
        feature.register(app, services)


__all__ = ["register"]
