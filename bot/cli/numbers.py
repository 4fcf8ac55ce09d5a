"""Numbers on the command line, refused with the value that was found."""

from __future__ import annotations

import math

import typer


def number(text: str | float) -> float:
    """A finite number. Raises typer's own error with the value."""
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise typer.BadParameter(f"'{text}' is not a number")
    return found


def seconds(text: str | float) -> float:
    """A number of seconds, not negative."""
    found = number(text)
    if found < 0:
        raise typer.BadParameter(f"'{text}' is negative; expected seconds")
    return found


def whole(text: str | int) -> int:
    """A whole number."""
    try:
        return int(text)
    except ValueError:
        raise typer.BadParameter(f"'{text}' is not a whole number") from None
