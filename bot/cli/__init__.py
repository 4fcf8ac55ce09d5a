"""The command line. Heavy modules are imported by the command that needs them, so that `--help` answers at once."""

from bot.cli.main import main

__all__ = ["main"]
