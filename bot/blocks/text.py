"""Text within Slack's limits, and safe: what a person wrote never becomes markup."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

SECTION = 3_000
MESSAGE = 11_000


def escape(text: object) -> str:
    """Text that Slack shows as it is: the three characters that begin markup are replaced."""
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, ending in an ellipsis when something is left out. For unescaped text."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def safe(text: object, limit: int = 200) -> str:
    """Escaped text of at most about `limit` characters as a person sees them."""
    return escape(cut(" ".join(str(text).split()), limit))


def fitting(lines: Iterable[str], limit: int) -> tuple[list[str], int]:
    """The first lines that fit into `limit` characters together, and how many are left."""
    listed = list(lines)
    taken: list[str] = []
    used = 0
    for line in listed:
        used += len(line) + 1
        if used > limit:
            break
        taken.append(line)
    return taken, len(listed) - len(taken)


def bullets(lines: Sequence[str], limit: int = SECTION - 100, *, shown: int | None = None, more: str = "more") -> str:
    """A list of escaped lines, as many as fit, with a last line that says how many more there are."""
    first = lines if shown is None else lines[:shown]
    taken, _ = fitting((f"• {line}" for line in first), limit)
    left = len(lines) - len(taken)
    if left:
        taken.append(f"…and {left} {more}")
    return "\n".join(taken)


def number(value: Decimal | float) -> str:
    """``13``, ``7.5``: no needless zeros, one decimal at most."""
    rounded = Decimal(str(value)).quantize(Decimal("0.1")).normalize()
    return f"{rounded:f}"


def percent(share: Decimal | float) -> str:
    """``85 %``."""
    return f"{number(Decimal(str(share)) * 100)} %"


def day(date: dt.date) -> str:
    """``12 Mar 2027``."""
    return f"{date.day} {date:%b %Y}"


def period(start: dt.date, end: dt.date, *, year: bool = True) -> str:
    """``25 Jan to 5 Feb 2027``, or ``28 Dec 2026 to 8 Jan 2027``; without `year` where there is little room."""
    first = f"{start.day} {start:%b}"
    if year and start.year != end.year:
        first = day(start)
    return f"{first} to {day(end) if year else f'{end.day} {end:%b}'}"


def count(amount: int, one: str, many: str | None = None) -> str:
    """``1 item``, ``2 items``."""
    return f"{amount:,} {one if amount == 1 else many or one + 's'}"


def person(user: str | None) -> str:
    """A mention, or a word for somebody who is not in Slack."""
    return f"<@{user}>" if user and user[:1] in "UW" and user.isalnum() else safe(user or "somebody", 40)


def length(blocks: object) -> int:
    """How much text blocks hold together; Slack counts about the same."""
    if isinstance(blocks, dict):
        own = len(blocks["text"]) if isinstance(blocks.get("text"), str) else 0
        return own + sum(length(value) for value in blocks.values())
    if isinstance(blocks, (list, tuple)):
        return sum(length(value) for value in blocks)
    return 0
