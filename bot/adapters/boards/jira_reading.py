"""Jira's answers as the port's values."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from bot.adapters.boards.jira_facts import JiraFacts
from planners.sprints.pushing import REMOVED_LABEL, HeldIssue, HeldSprint, SprintState

PROPERTY = "muster"
_OPEN = (SprintState.ACTIVE, SprintState.FUTURE)
Json = dict[str, Any]


def wanted_fields(facts: JiraFacts) -> str:
    """The fields that :func:`held_issue` reads."""
    return f"labels,status,issuelinks,{facts.sprint}"


def held_issue(raw: Json, facts: JiraFacts, venture: str, keys_by_label: Mapping[str, str]) -> HeldIssue | None:
    """An issue that carries the venture's mark, None for another.

    The entity property says the key. Where Jira does not show it, the item's label does, for the keys that are known.
    """
    fields = raw["fields"]
    labels = fields.get("labels") or []
    mark = (raw.get("properties") or {}).get(PROPERTY)
    if isinstance(mark, dict) and mark.get("venture") == venture and isinstance(mark.get("key"), str):
        key, content = mark["key"], str(mark.get("content") or "")
    else:
        key, content = next((keys_by_label[label] for label in labels if label in keys_by_label), ""), ""
    if not key:
        return None
    sprint = _current(fields.get(facts.sprint))
    return HeldIssue(
        key=key,
        issue_id=str(raw["id"]),
        issue_key=raw["key"],
        content=content,
        sprint_id=None if sprint is None else sprint[0],
        sprint_state=None if sprint is None else sprint[1],
        blockers=frozenset(blocker for _, blocker in blocking_links(fields, facts)),
        removed=REMOVED_LABEL in labels,
        finished=fields["status"]["statusCategory"]["key"] == "done",
    )


def blocking_links(fields: Json, facts: JiraFacts) -> list[tuple[str, str]]:
    """The links that say who blocks an issue, as (id of the link, id of the blocker)."""
    side = "outwardIssue" if facts.link_reversed else "inwardIssue"
    links = [link for link in fields.get("issuelinks") or [] if link["type"]["name"] == facts.link_type]
    return [(str(link["id"]), str(link[side]["id"])) for link in links if side in link]


def held_sprint(raw: Json) -> HeldSprint:
    """A sprint as the agile API shows it."""
    return HeldSprint(
        sprint_id=str(raw["id"]),
        name=raw["name"],
        state=SprintState(raw["state"].lower()),
        goal=raw.get("goal") or "",
        start=_day(raw.get("startDate")),
        end=_day(raw.get("endDate")),
    )


def moment(text: str | None) -> dt.datetime | None:
    """A moment that Jira wrote, None when it wrote none."""
    if not text or text in ("None", "<null>"):
        return None
    return dt.datetime.fromisoformat(text)


def _day(text: str | None) -> dt.date | None:
    """The day of a sprint's start or end: as its writer saw it."""
    found = moment(text)
    return None if found is None else found.date()


def _current(value: Any) -> tuple[str, SprintState] | None:
    """The sprint that is open, else the one that was closed last."""
    sprints = [_sprint(entry) for entry in value or []]
    opened = [sprint for sprint in sprints if sprint[1] in _OPEN]
    return opened[-1] if opened else max(sprints, key=lambda sprint: int(sprint[0]), default=None)


def _sprint(entry: Any) -> tuple[str, SprintState]:
    if isinstance(entry, dict):
        return str(entry["id"]), SprintState(entry["state"].lower())
    # Data Center shows the text of a Java object: …Sprint@1f[id=7,rapidViewId=1,state=ACTIVE,name=…]
    inside = dict(re.findall(r"[\[,](id|state)=([^,\]]*)", entry))
    return inside["id"], SprintState(inside["state"].lower())
