"""How a push ended, in the words and links that a person gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.adapters.boards.port import Board
from planners.sprints.pushing import Difference, HeldIssue, IssueKind, Wanted
from storage.tables import Push

COUNTS = (
    "created",
    "updated",
    "linked",
    "unlinked",
    "moved",
    "ranked",
    "removed",
    "sprints_created",
    "sprints_changed",
    "unchanged",
)
MAX_EPICS = 50

_VERBS = {
    "create": "creating",
    "update": "updating",
    "link": "linking",
    "unlink": "unlinking",
    "move": "moving",
    "rank": "ordering",
    "remove": "marking",
}


def outcome_of(
    push: Push,
    board: Board | None,
    wanted: Wanted | None,
    step: Difference | None,
    held: Mapping[str, HeldIssue],
    problems: Sequence[Mapping[str, str]],
) -> dict[str, Any]:
    """The outcome as JSON.

    `status` is done; partial, when the board refused some of it; or failed. `counts` has every name of :data:`COUNTS`.
    `board`, `epics` and `sprints` hold names and links (None where there is no page). `kept` says what
    was left alone and why, `refused` what the board would not take, `problems` what stopped the push; each with what
    a person can do.
    """
    status = "failed" if step is None else "partial" if push.refused else "done"
    counts = {name: push.counts.get(name, 0) for name in COUNTS}
    info = board.describe() if board is not None and step is not None else None
    result: dict[str, Any] = {
        "status": status,
        "counts": counts,
        "board": None if info is None else {"name": info.name, "url": info.url},
        "epics": [],
        "sprints": [],
        "kept": [],
        "removed": [],
        "refused": [_refusal(name, reason, held) for name, reason in push.refused.items()],
        "problems": [dict(problem) for problem in problems],
    }
    if board is None or wanted is None or step is None:
        return result
    epics = [issue for issue in wanted.issues if issue.kind is IssueKind.EPIC and issue.key in held]
    result["epics"] = [
        {"key": there.issue_key, "title": issue.title, "url": board.issue_url(there.issue_key)}
        for issue in epics[:MAX_EPICS]
        for there in (held[issue.key],)
    ]
    result["sprints"] = [
        {"name": s.name, "start": s.start.isoformat(), "end": s.end.isoformat(), "goal": s.goal} for s in wanted.sprints
    ]
    result["kept"] = [{"key": kept.issue_key, "reason": kept.reason} for kept in step.kept]
    gone = [issue for issue in held.values() if issue.removed and issue.key not in wanted.known]
    result["removed"] = [{"key": issue.issue_key, "url": board.issue_url(issue.issue_key)} for issue in gone]
    return result


def _refusal(name: str, reason: str, held: Mapping[str, HeldIssue]) -> dict[str, str]:
    verb, *keys = name.split(" ")
    shown = [held[key].issue_key if key in held else key for key in keys]
    return {"key": shown[-1], "text": f"{_VERBS[verb]} {' before '.join(shown)}: {reason}"}
