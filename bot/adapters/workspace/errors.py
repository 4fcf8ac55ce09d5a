"""What can go wrong with Slack, in two kinds: it says no, or it does not answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from slack_sdk.errors import SlackApiError, SlackClientError, SlackRequestError

NOT_THERE = frozenset(
    {
        "not_in_channel",
        "channel_not_found",
        "user_not_in_channel",
        "is_archived",
        "channel_is_archived",
        "restricted_action",
        "restricted_action_read_only_channel",
        "no_permission",
        "messages_tab_disabled",
    }
)
VIEW_GONE = frozenset({"not_found", "view_not_found", "hash_conflict", "expired_trigger_id", "invalid_trigger_id"})


class WorkspaceError(Exception):
    """Something about Slack that is expected to happen."""


class SlackRefused(WorkspaceError):
    """Slack said no, and would say it again; `code` is its word for it."""

    def __init__(self, method: str, code: str) -> None:
        super().__init__(f"{method}: {code}")
        self.code = code

    @property
    def not_there(self) -> bool:
        """True when the bot can't write in that conversation."""
        return self.code in NOT_THERE

    @property
    def blocks_unknown(self) -> bool:
        """True when Slack does not take these blocks: newer ones are not there for every workspace yet."""
        return self.code == "invalid_blocks"

    @property
    def view_gone(self) -> bool:
        """True when the modal was closed, or its moment has passed."""
        return self.code in VIEW_GONE


class SlackUnavailable(WorkspaceError):
    """Slack did not answer, or asked to come back after `retry_after` seconds."""

    def __init__(self, method: str, why: str, retry_after: float | None = None) -> None:
        super().__init__(f"{method}: {why}")
        self.retry_after = retry_after


@contextmanager
def slack_errors(method: str) -> Iterator[None]:
    """Turn what slack_sdk raises into :class:`SlackRefused` or :class:`SlackUnavailable`."""
    try:
        yield
    except SlackApiError as error:
        code = str(error.response.get("error") or "")
        status = getattr(error.response, "status_code", 200)
        if status == 429 or code in ("ratelimited", "rate_limited"):
            raise SlackUnavailable(method, "rate limited", _retry_after(error)) from error
        if status >= 500 or code in ("internal_error", "fatal_error", "service_unavailable", "request_timeout"):
            raise SlackUnavailable(method, code or f"HTTP {status}") from error
        raise SlackRefused(method, code or f"HTTP {status}") from error
    except (SlackRequestError, SlackClientError, OSError) as error:
        raise SlackUnavailable(method, type(error).__name__) from error


def _retry_after(error: SlackApiError) -> float | None:
    headers = getattr(error.response, "headers", None) or {}
    for name, value in dict(headers).items():
        if name.lower() == "retry-after":
            first = value[0] if isinstance(value, list) else value
            return float(first) if str(first).strip().isdigit() else None
    return None
