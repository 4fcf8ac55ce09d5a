"""Which items a board holds fast, in the numbers of a plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from bot.adapters.boards.port import Board, Pins
from planners.sprints.model import PinnedSprint
from planners.sprints.pushing import HeldIssue, HeldSprint


def pins_of(issues: Iterable[HeldIssue], sprints: Iterable[HeldSprint], first_day: dt.date, sprint_days: int) -> Pins:
    """The pins of the issues that are fixed in a dated sprint."""
    starts = {sprint.sprint_id: sprint.start for sprint in sprints}
    pinned, before = [], []
    for issue in issues:
        start = starts.get(issue.sprint_id or "")
        if not issue.fixed or start is None:
            continue
        number = (start - first_day).days // sprint_days + 1
        if number >= 1:
            pinned.append(PinnedSprint(key=issue.key, sprint=number))
        else:
            before.append(issue.key)
    return Pins(tuple(pinned), tuple(before))


def all_held(board: Board, keys: Collection[str]) -> list[HeldIssue]:
    """The issues of these keys; of copies the oldest."""
    found: dict[str, HeldIssue] = {}
    cursor: str | None = None
    while True:
        page = board.find(keys, cursor)
        for issue in page.issues:
            found.setdefault(issue.key, issue)
        cursor = page.next
        if cursor is None:
            wanted = set(keys)
            return [issue for key, issue in found.items() if key in wanted]
