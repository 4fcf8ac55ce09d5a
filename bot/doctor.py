"""Looks at an installation from outside and says what is wrong and what to do about it."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.adapters.boards.port import BoardError
from bot.bootstrap import Core, build_core
from bot.scopes import SCOPES
from bot.settings import Settings, SlackMode
from storage.plans import open_plans
from storage.tables import Venture
from storage.ventures import list_ventures

MAX_SKEW = dt.timedelta(seconds=60)
TIMEOUT_SECONDS = 10


class Severity(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARNS = "warning"
    FAILS = "fails"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `remedy` says what to do, and is empty where nothing is to be done."""

    severity: Severity
    subject: str
    text: str
    remedy: str = ""

    def as_dict(self) -> dict[str, str]:
        """For JSON."""
        return {
            "severity": self.severity.value,
            "subject": self.subject,
            "text": self.text,
            "remedy": self.remedy,
        }


def examine(settings: Settings) -> list[Finding]:
    """Check settings, database, Slack and Jira. Asks each once; nothing is changed but the database's tables."""
    findings = list(_settings(settings))
    core: Core | None = None
    try:
        core = build_core(settings)
        findings.extend(_database(core))
    except sa.exc.SQLAlchemyError as error:
        findings.append(
            Finding(
                Severity.FAILS,
                "database",
                f"can't be used: {_first_line(error)}",
                "Check MUSTER_DATABASE_URL, and that the database runs and the account may create tables.",
            )
        )
    ventures = _ventures(core) if core is not None else []
    if settings.slack_bot_token is not None:
        findings.extend(_slack(settings, core, ventures))
    if core is not None:
        findings.extend(_boards(core, ventures))
    return findings


def _settings(settings: Settings) -> Iterator[Finding]:
    missing = settings.slack_missing()
    for name in missing:
        yield Finding(
            Severity.FAILS, "settings", f"{name} is missing", "Put it into .env; the README says where Slack shows it."
        )
    if not missing:
        yield Finding(Severity.OK, "settings", f"complete for {settings.slack_mode.value} mode")
    if not settings.admins:
        yield Finding(
            Severity.WARNS,
            "settings",
            "MUSTER_ADMINS is empty: nobody can start a venture from Slack",
            "Name at least one Slack id (a person's profile, 'Copy member ID').",
        )


def _database(core: Core) -> Iterator[Finding]:
    kind = "SQLite, one process" if core.database.is_sqlite else "PostgreSQL"
    yield Finding(Severity.OK, "database", f"{kind}, tables up to date")
    if core.database.is_sqlite:
        return
    with core.database.engine.connect() as connection:
        theirs = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    yield _clock("database's clock", theirs, dt.datetime.now(dt.UTC))


def _clock(subject: str, theirs: dt.datetime, ours: dt.datetime) -> Finding:
    skew = abs(theirs - ours)
    if skew <= MAX_SKEW:
        return Finding(Severity.OK, subject, f"within {MAX_SKEW.seconds} s of this machine's")
    return Finding(
        Severity.FAILS,
        subject,
        f"differs from this machine's by {skew.total_seconds():.0f} s",
        "Set this machine's clock by NTP: requests signed by Slack are refused when it is off by five minutes.",
    )


def _slack(settings: Settings, core: Core | None, ventures: list[Venture]) -> Iterator[Finding]:
    assert settings.slack_bot_token is not None
    client = WebClient(
        settings.slack_bot_token.get_secret_value(),
        base_url=settings.slack_api_url,
        timeout=TIMEOUT_SECONDS,
        logger=_silent(),
    )
    try:
        answer = client.auth_test()
    except SlackApiError as error:
        reason = error.response.get("error", "unknown error")
        yield Finding(
            Severity.FAILS,
            "Slack",
            f"refuses MUSTER_SLACK_BOT_TOKEN: {reason}",
            "Install the app again and copy the bot token (OAuth & Permissions).",
        )
        return
    except (SlackClientError, OSError) as error:
        yield Finding(
            Severity.FAILS,
            "Slack",
            f"can't be reached at {settings.slack_api_url}: {_first_line(error)}",
            "Check the network and a proxy (HTTPS_PROXY).",
        )
        return
    yield Finding(Severity.OK, "Slack", f"{answer.get('user')} in {answer.get('team')}")
    yield from _scopes(answer.headers)
    if (date := _header(answer.headers, "date")) is not None:
        yield _clock("Slack's clock", parsedate_to_datetime(date), dt.datetime.now(dt.UTC))
    if settings.slack_mode is SlackMode.SOCKET and settings.slack_app_token is not None:
        yield _socket(client, settings.slack_app_token.get_secret_value())
    if core is not None:
        yield from _channels(client, core, ventures)


def _silent() -> logging.Logger:
    """What the client would log of a failure stands in the finding already."""
    silent = logging.Logger("muster.doctor")
    silent.addHandler(logging.NullHandler())
    return silent


def _scopes(headers: Any) -> Iterator[Finding]:
    granted = _header(headers, "x-oauth-scopes")
    if granted is None:
        return
    have = {scope.strip() for scope in granted.split(",")}
    missing = sorted(set(SCOPES) - have)
    if missing:
        for scope in missing:
            yield Finding(
                Severity.FAILS,
                "scopes",
                f"'{scope}' is missing; it is needed to {SCOPES[scope]}",
                "Update the app from manifest.yml and install it again.",
            )
    else:
        yield Finding(Severity.OK, "scopes", "all there")


def _header(headers: Any, name: str) -> str | None:
    for key, value in dict(headers or {}).items():
        if key.lower() == name:
            return str(value[0] if isinstance(value, list) else value)
    return None


def _socket(client: WebClient, app_token: str) -> Finding:
    try:
        client.apps_connections_open(app_token=app_token)
    except SlackApiError as error:
        return Finding(
            Severity.FAILS,
            "Socket Mode",
            f"refused: {error.response.get('error', 'unknown error')}",
            "Make an app-level token with connections:write (Basic Information) and switch Socket Mode on.",
        )
    except (SlackClientError, OSError) as error:
        return Finding(Severity.FAILS, "Socket Mode", f"can't be reached: {_first_line(error)}", "Check the network.")
    return Finding(Severity.OK, "Socket Mode", "a connection can be opened")


def _channels(client: WebClient, core: Core, ventures: list[Venture]) -> Iterator[Finding]:
    channels: set[str] = set()
    for venture in ventures:
        with core.database.transaction() as session:
            channels.update(row.channel for row in open_plans(session, venture.key) if row.channel)
    for channel in sorted(name for name in channels if not name.startswith("D")):
        try:
            info = client.conversations_info(channel=channel)["channel"]
        except SlackApiError as error:
            reason = error.response.get("error", "unknown error")
            yield Finding(
                Severity.WARNS, f"channel {channel}", f"can't be seen: {reason}", "Type /invite @Muster in it."
            )
            continue
        if info.get("is_member"):
            yield Finding(Severity.OK, f"channel #{info.get('name')}", "Muster is a member")
        else:
            yield Finding(
                Severity.WARNS, f"channel #{info.get('name')}", "Muster is not a member", "Type /invite @Muster in it."
            )


def _ventures(core: Core) -> list[Venture]:
    with core.database.transaction() as session:
        return list_ventures(session)


def _boards(core: Core, ventures: list[Venture]) -> Iterator[Finding]:
    if core.settings.jira_url is None:
        yield Finding(Severity.OK, "board", "no Jira configured: backlogs go to the embedded board")
        return
    if not any(venture.jira_project for venture in ventures):
        yield Finding(
            Severity.WARNS,
            "Jira",
            "no venture names its Jira project",
            "Choose one in /sprint-plan, or: muster venture add KEY --jira-project PROJECT --owner U…",
        )
    for venture in ventures:
        if venture.jira_project is None:
            continue
        subject = f"Jira {venture.jira_project}"
        try:
            found = core.board_for(venture).check()
        except BoardError as error:
            yield Finding(Severity.FAILS, subject, _first_line(error), "Check MUSTER_JIRA_URL and the token.")
            continue
        for checked in found:
            yield Finding(
                Severity.OK if checked.well else Severity.FAILS,
                f"{subject} {checked.name}",
                checked.text,
                checked.todo,
            )


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
