"""`muster run`, `muster doctor` and `muster migrate`: Muster as a service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.exits import CommandFailed

if TYPE_CHECKING:
    from bot.settings import Settings


def settings_or_fail(*, quiet: bool = True) -> Settings:
    """The settings, and logging set up by them; bad ones end the command with a line each."""
    from bot.logs import set_up_logging
    from bot.settings import SettingsError, load_settings
    from storage.database import DatabaseAddressError, create_engine

    try:
        settings = load_settings()
        create_engine(settings.database_url.get_secret_value()).dispose()
    except (SettingsError, DatabaseAddressError) as error:
        raise CommandFailed(str(error).splitlines()) from error
    set_up_logging("WARNING" if quiet else settings.log_level, settings.log_format)
    return settings


def run() -> None:
    """Run the Slack app until it is stopped (Ctrl-C or SIGTERM)."""
    from bot.settings import SlackMode

    settings = settings_or_fail(quiet=False)
    missing = settings.slack_missing()
    if missing:
        raise CommandFailed([f"{name} is missing; see .env.example and 'muster doctor'" for name in missing])
    if settings.slack_mode is SlackMode.HTTP:
        from bot.web.server import serve

        serve(settings)
    else:
        from bot.socket_mode import serve_socket

        serve_socket(settings)


def migrate_command() -> None:
    """Bring the database to this version's tables. `muster run` does it too."""
    from bot.bootstrap import build_core

    build_core(settings_or_fail())
    typer.echo("The database is up to date.")


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> int:
    """Check tokens, scopes, channels, Jira, database and clock, and say what to do about each.

    Exit code 0 when nothing fails, 1 otherwise.
    """
    import json

    from bot.doctor import Severity, examine

    findings = examine(settings_or_fail())
    if as_json:
        typer.echo(json.dumps([finding.as_dict() for finding in findings], indent=2))
    else:
        for finding in findings:
            typer.echo(f"{finding.severity.value:<8} {finding.subject}: {finding.text}")
            if finding.remedy:
                typer.echo(f"         {finding.remedy}")
    return 1 if any(finding.severity is Severity.FAILS for finding in findings) else 0
