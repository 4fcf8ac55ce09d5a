"""Builds the Bolt app: who is let in, what is dropped, and what happens when something breaks."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from slack_bolt import App, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.adapters.workspace.errors import WorkspaceError
from bot.blocks.forms import closing
from bot.blocks.notices import SLACK_AWAY, defect
from bot.listeners import register
from bot.logs import report_defect
from bot.services import Services
from bot.services.clicks import Click
from bot.settings import Settings
from storage.clock import Clock
from storage.database import Database
from storage.operations import seen_before

log = structlog.get_logger(__name__)

Payload = Mapping[str, Any]


def build_app(settings: Settings, client: WebClient, services: Services, database: Database, clock: Clock) -> App:
    """The app, with its listeners. Build it once in a process: Bolt keeps every listener it is given.

    `client` has no token of its own: each request gets the installed app's.
    """
    secret = settings.slack_signing_secret
    app = App(
        client=client,
        authorize=_authorize(settings),
        signing_secret=secret.get_secret_value() if secret else "",
        process_before_response=True,
        token_verification_enabled=False,
        request_verification_enabled=True,
        raise_error_for_unhandled_request=False,
    )
    app.use(_correlated)
    app.use(_once(database, clock))
    app.error(_boundary(services))
    register(app, services)
    return app


def _authorize(settings: Settings) -> Callable[..., AuthorizeResult]:
    """One workspace, one token. Nothing is asked over the network: `muster doctor` checks the token."""
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else None

    def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=token)

    return authorize


def _correlated(body: dict[str, Any], next_: Callable[[], BoltResponse]) -> BoltResponse:
    """Bind what caused a line to every line of the log that follows from it."""
    with structlog.contextvars.bound_contextvars(
        request=what_it_is(body) or "unnamed", user=_user(body), team=_team(body)
    ):
        return next_()


def _once(database: Database, clock: Clock) -> Callable[..., BoltResponse]:
    """Drop what was seen before: Slack delivers again when an answer was late, and sockets may repeat."""

    def once(body: dict[str, Any], next_: Callable[[], BoltResponse]) -> BoltResponse:
        name = what_it_is(body)
        if name:
            with database.transaction() as session:
                if seen_before(session, name, clock.now()):
                    log.info("request.seen_before")
                    return BoltResponse(status=200, body="")
        return next_()

    return once


def what_it_is(body: Payload) -> str | None:
    """A name for what the person did or what happened, the same at every delivery."""
    if body.get("event_id"):
        return f"event:{body['event_id']}"
    trigger = body.get("trigger_id")
    if not trigger:
        return None
    if body.get("command"):
        return f"command:{trigger}"
    actions = body.get("actions") or [{}]
    return f"{body.get('type', 'interaction')}:{trigger}:{actions[0].get('action_id', '')}"


def _boundary(services: Services) -> Callable[..., BoltResponse]:
    """The one place where an exception ends: the person gets a sentence and a reference, the log the rest."""

    def failed(error: Exception, body: dict[str, Any]) -> BoltResponse:
        reference = report_defect(error, request=what_it_is(body), user=_user(body))
        text = f"{SLACK_AWAY} ({reference})" if isinstance(error, WorkspaceError) else defect(reference)
        if body.get("type") == "view_submission":
            answer = {"response_action": "update", "view": closing(text, "Muster")}
            return BoltResponse(status=200, body=json.dumps(answer), headers={"Content-Type": "application/json"})
        _tell(services, body, text)
        return BoltResponse(status=200, body="")

    return failed


def _tell(services: Services, body: Payload, text: str) -> None:
    response_url = str(body.get("response_url") or "")
    if not response_url:
        return
    try:
        services.telling.tell(Click(_user(body), "", "", response_url), text)
    except WorkspaceError as error:
        log.warning("defect.not_told", error=str(error))


def _user(body: Payload) -> str:
    user = body.get("user")
    found = user.get("id") if isinstance(user, dict) else body.get("user_id")
    return str(found or (body.get("event") or {}).get("user") or "")


def _team(body: Payload) -> str:
    team = body.get("team")
    return str((team.get("id") if isinstance(team, dict) else None) or body.get("team_id") or "")
