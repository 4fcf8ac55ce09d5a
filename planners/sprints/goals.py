"""A goal for each sprint, from what is in it: what it finishes, or what it brings furthest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from planners.sprints.backlog import OpenItem
from planners.sprints.build import Due
from planners.sprints.warnings import short

LENGTH = 60


@dataclass(frozen=True, slots=True)
class _Share:
    """How much of an epic is in one sprint."""

    epic: str
    points: Decimal
    finished: bool


def sprint_goals(
    items: Sequence[OpenItem],
    done_in: Mapping[str, int],
    dues: Sequence[Due],
    epics: Mapping[str, str],
    sprints: int,
) -> tuple[str, ...]:
    """One short goal for each of sprints 1..`sprints`.

    A milestone that the sprint completes comes first, then epics that it finishes, then the epic that it advances
    most, then its biggest story. `epics` holds the titles of epics by key; `done_in` the sprint of each placed item.
    """
    by_sprint: dict[int, list[OpenItem]] = {}
    epic_end: dict[str, int] = {}
    for item in items:
        sprint = done_in.get(item.key)
        if sprint is not None:
            by_sprint.setdefault(sprint, []).append(item)
        if item.story.epic:
            # An epic with an item in no sprint is never finished.
            epic_end[item.story.epic] = max(epic_end.get(item.story.epic, 0), sprint or sprints + 1)
    reached: dict[int, list[str]] = {}
    for due in dues:
        if all(key in done_in for key in due.items):
            reached.setdefault(max(done_in[key] for key in due.items), []).append(due.title)
    return tuple(
        _goal(by_sprint.get(n, []), reached.get(n, []), epics, {e for e, last in epic_end.items() if last == n})
        for n in range(1, sprints + 1)
    )


def _goal(items: Sequence[OpenItem], milestones: Sequence[str], epics: Mapping[str, str], finished: set[str]) -> str:
    shares = _shares(items, finished)
    done = [epics.get(share.epic, share.epic) for share in shares if share.finished]
    if milestones:
        return f"Reach {_listed(milestones)}"
    if done:
        return f"Finish {_listed(done)}"
    if shares:
        return f"Advance {short(epics.get(shares[0].epic, shares[0].epic), LENGTH)}"
    if items:
        biggest = max(items, key=lambda item: item.points)
        return f"Deliver {short(biggest.story.title, LENGTH)}"
    return "No story is finished; work on the ones in parts goes on"


def _shares(items: Sequence[OpenItem], finished: set[str]) -> list[_Share]:
    """Epics in the sprint, the one with most points first."""
    amounts: dict[str, Decimal] = {}
    for item in items:
        if item.story.epic:
            amounts[item.story.epic] = amounts.get(item.story.epic, Decimal(0)) + item.points
    shares = [_Share(epic, amount, epic in finished) for epic, amount in amounts.items()]
    return sorted(shares, key=lambda share: -share.points)


def _listed(titles: Sequence[str]) -> str:
    """At most two titles."""
    first = short(titles[0], LENGTH)
    if len(titles) == 1:
        return first
    second = short(titles[1], LENGTH) if len(titles) == 2 else f"{len(titles) - 1} more"
    return f"{first} and {second}"
