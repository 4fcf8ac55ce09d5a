"""Builds the `muster` command and turns every failure into one line a problem and an exit code."""

from __future__ import annotations

import os
import sys

import typer

from bot.cli.backtest import backtest
from bot.cli.board import board_app
from bot.cli.exits import CommandFailed
from bot.cli.generate import generate
from bot.cli.plan import plan
from bot.cli.push import push
from bot.cli.run import doctor, migrate_command, run
from bot.cli.venture import venture_app

app = typer.Typer(
    name="muster",
    help="Gets a team ready to build: plans sprints from a technical plan, and says how sure it is.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command()(plan)
app.command()(push)
app.command()(backtest)
app.command()(run)
app.command()(doctor)
app.command("migrate")(migrate_command)
app.command()(generate)
app.add_typer(venture_app, name="venture")
app.add_typer(board_app, name="board")


def main() -> None:
    """The console entry point. Exit codes: 0 done, 2 bad input, 3 infeasible, 1 anything else."""
    sys.exit(_run())


def _run() -> int:
    try:
        result = app(standalone_mode=False)
    except CommandFailed as failure:
        for line in failure.lines:
            typer.echo(line, err=True)
        return failure.code
    except typer.Abort:
        typer.echo("Stopped; nothing more was done.", err=True)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001  the last boundary: nobody is shown a traceback
        return _unexpected(error)
    return result if isinstance(result, int) else 0


def _unexpected(error: Exception) -> int:
    # typer's own usage errors carry an exit code and a message that is fit to show.
    message = getattr(error, "format_message", None)
    if callable(message):
        typer.echo(f"muster: {message()}", err=True)
        return int(getattr(error, "exit_code", 2))
    from bot.logs import report_defect

    reference = report_defect(error)
    typer.echo(f"muster: something went wrong on our side (reference {reference}); details are in the log.", err=True)
    return 1
