"""A goal for each sprint, from what is in it: what it finishes, or what it brings furthest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from planners.sprints.backlog import OpenItem
from planners.sprints.build import Due, hundredths
from planners.sprints.words import short

LENGTH = 60
NOTHING = "Nothing planned: room for what comes up"


def sprint_goals(
    items: Sequence[OpenItem],
    done_in: Mapping[str, int],
    shares: Mapping[int, Sequence[tuple[OpenItem, int]]],
    dues: Sequence[Due],
    epics: Mapping[str, str],
    sprints: int,
) -> tuple[str, ...]:
    """One short goal for each of sprints 1..`sprints`.

    A milestone that the sprint completes comes first, then epics that it finishes, then the epic that most of its work
    is for, then its biggest story. `epics` holds the titles of epics by key, `done_in` the sprint in which each placed
    item is done, and `shares` the items of each sprint with the hundredths of a point that they take there.
    """
    whole: dict[str, int] = {}
    last: dict[str, int] = {}
    for item in items:
        if epic := item.story.epic:
            whole[epic] = whole.get(epic, 0) + hundredths(item.points)
            # An epic with an item in no sprint is never finished.
            last[epic] = max(last.get(epic, 0), done_in.get(item.key, sprints + 1))
    reached: dict[int, list[str]] = {}
    for due in dues:
        if all(key in done_in for key in due.items):
            reached.setdefault(max(done_in[key] for key in due.items), []).append(due.title)
    so_far: dict[str, int] = {}
    goals = []
    for sprint in range(1, sprints + 1):
        work = _work_by_epic(shares.get(sprint, ()))
        for epic, units in work.items():
            so_far[epic] = so_far.get(epic, 0) + units
        finished = [epics.get(epic, epic) for epic in work if last[epic] == sprint]
        if sprint in reached:
            goals.append(f"Reach {_listed(reached[sprint])}")
        elif finished:
            goals.append(f"Finish {_listed(finished)}")
        elif work:
            epic = next(iter(work))
            progress = f" to {so_far[epic] * 100 // whole[epic]} %" if whole[epic] else ""
            goals.append(f"Bring {short(epics.get(epic, epic), LENGTH)}{progress}")
        else:
            goals.append(_biggest(shares.get(sprint, ()), done_in, sprint))
    return tuple(goals)


def _work_by_epic(shares: Sequence[tuple[OpenItem, int]]) -> dict[str, int]:
    """Hundredths of a point in the sprint by epic, the most first."""
    amounts: dict[str, int] = {}
    for item, units in shares:
        if item.story.epic:
            amounts[item.story.epic] = amounts.get(item.story.epic, 0) + units
    return dict(sorted(amounts.items(), key=lambda pair: -pair[1]))


def _biggest(shares: Sequence[tuple[OpenItem, int]], done_in: Mapping[str, int], sprint: int) -> str:
    if not shares:
        return NOTHING
    item = max(shares, key=lambda share: share[1])[0]
    verb = "Deliver" if done_in.get(item.key) == sprint else "Go on with"
    return f"{verb} {short(item.story.title, LENGTH)}"


def _listed(titles: Sequence[str]) -> str:
    """At most two titles."""
    first = short(titles[0], LENGTH)
    if len(titles) == 1:
        return first
    second = short(titles[1], LENGTH) if len(titles) == 2 else f"{len(titles) - 1} more"
    return f"{first} and {second}"
