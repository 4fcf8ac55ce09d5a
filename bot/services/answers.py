"""Reads what people type into fields: numbers in per cent, dates."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation


def percent_of(value: object, low: Decimal, high: Decimal, usual: Decimal) -> Decimal | str:
    """A typed percentage as a share, `usual` when nothing was typed; a sentence when it can't be taken."""
    text = str(value if value not in (None, "") else usual).strip().removesuffix("%").strip().replace(",", ".")
    try:
        found = Decimal(text)
    except InvalidOperation:
        return f"'{str(value)[:20]}' is not a number; expected {low:f} to {high:f}"
    if not found.is_finite() or not low <= found <= high:
        return f"{text[:20]} is not between {low:f} and {high:f}"
    return found / 100


def date_of(value: object) -> dt.date | str:
    """A picked date; a sentence when there is none."""
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        return "Choose the first day of sprint 1"
