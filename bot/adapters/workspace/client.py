"""Slack clients: a prompt one for listeners, a patient one for durable work."""

from __future__ import annotations

from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import (
    ConnectionErrorRetryHandler,
    RateLimitErrorRetryHandler,
    ServerErrorRetryHandler,
)
from slack_sdk.http_retry.handler import RetryHandler

from bot.settings import Settings

PROMPT_SECONDS = 2
PATIENT_SECONDS = 20
SLACK_HOSTS = ("slack.com", "slack-gov.com")


def prompt_client(settings: Settings) -> WebClient:
    """For listeners, which have three seconds: gives up early, never waits for a rate limit."""
    return _client(settings, PROMPT_SECONDS, [ConnectionErrorRetryHandler(max_retry_count=1)])


def tokenless_client(settings: Settings) -> WebClient:
    """What Bolt starts from: it puts the token in at each request."""
    client = prompt_client(settings)
    client.token = None
    return client


def patient_client(settings: Settings) -> WebClient:
    """For durable work: obeys Retry-After, tries again when Slack has a bad moment."""
    handlers: list[RetryHandler] = [
        ConnectionErrorRetryHandler(max_retry_count=2),
        RateLimitErrorRetryHandler(max_retry_count=2),
        ServerErrorRetryHandler(max_retry_count=1),
    ]
    return _client(settings, PATIENT_SECONDS, handlers)


def _client(settings: Settings, timeout: int, handlers: list[RetryHandler]) -> WebClient:
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else None
    return WebClient(
        token=token,
        base_url=settings.slack_api_url,
        timeout=timeout,
        retry_handlers=list(handlers),
    )


def is_slack_itself(api_url: str) -> bool:
    """Whether the Web API is Slack's own. Only Slack is sure to show tables, plans and task cards."""
    host = urlsplit(api_url).hostname or ""
    return any(host == name or host.endswith(f".{name}") for name in SLACK_HOSTS)
