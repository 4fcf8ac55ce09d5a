"""The small words of sentences about plans: lists, dates, amounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

SHOWN = 5
TITLE_LENGTH = 40


def named(keys: Sequence[str], shown: int = SHOWN) -> str:
    """``A, B and C``, or the first few and how many more."""
    if len(keys) > shown + 1:
        return f"{', '.join(keys[:shown])} and {len(keys) - shown} more"
    if len(keys) > 1:
        return f"{', '.join(keys[:-1])} and {keys[-1]}"
    return "".join(keys)


def stories(count: int) -> str:
    """``1 story`` or ``7 stories``."""
    return "1 story" if count == 1 else f"{count} stories"


def sprints(count: int) -> str:
    """``1 sprint`` or ``7 sprints``."""
    return "1 sprint" if count == 1 else f"{count} sprints"


def short(title: str, length: int = TITLE_LENGTH) -> str:
    """A title cut to what fits in the middle of a sentence."""
    return title if len(title) <= length else f"{title[: length - 1].rstrip()}…"


def long_date(day: dt.date) -> str:
    """``12 March 2026``."""
    return f"{day.day} {day:%B %Y}"


def amount(points: Decimal) -> str:
    """Points without trailing zeros: ``3``, ``2.5``."""
    return f"{points.normalize():f}"


def percent(share: Decimal | float) -> str:
    """``85 %`` for 0.85."""
    return f"{share * 100:.0f} %"
