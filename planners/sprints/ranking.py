"""The order of the items inside the sprints of a board, where it differs from the plan's. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from planners.sprints.pushing import HeldIssue, IssueKind, SprintState, Wanted

Reordering = tuple[str, tuple[str, ...]]


def reorderings(
    wanted: Wanted, held: Mapping[str, HeldIssue], sprints: Mapping[int, str], ranking: Sequence[str], limit: int
) -> tuple[Reordering, ...]:
    """What to do, one after the other: (key, keys that go right behind it in this order), at most `limit` keys each.

    `sprints` maps numbers of the plan to ids, `ranking` are issue ids as the board orders them. Issues that it does not
    name were created last, in planned order. Only future sprints are put in order, and of each only the part between
    the first and the last item that is out of place.
    """
    places = {issue_id: place for place, issue_id in enumerate(ranking)}
    result: list[Reordering] = []
    for sprint in wanted.sprints:
        target = sprints.get(sprint.number)
        stories = [i for i in wanted.issues if i.kind is IssueKind.STORY and i.sprint == sprint.number]
        there = [held[story.key] for story in stories if story.key in held]
        there = [i for i in there if i.sprint_state is SprintState.FUTURE and i.sprint_id == target]
        now = sorted(there, key=lambda issue: places.get(issue.issue_id, len(places)))
        wrong = [place for place, (want, is_now) in enumerate(zip(there, now, strict=True)) if want is not is_now]
        if wrong:
            chain = [issue.key for issue in there[max(wrong[0] - 1, 0) : wrong[-1] + 1]]
            result += [(chain[n], tuple(chain[n + 1 : n + 1 + limit])) for n in range(0, len(chain) - 1, limit)]
    return tuple(result)
