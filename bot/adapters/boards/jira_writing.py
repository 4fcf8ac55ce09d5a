"""The bodies of the calls that create and change issues in Jira."""

from __future__ import annotations

from typing import Any

from bot.adapters.boards.jira_facts import JiraFacts
from bot.adapters.boards.jira_reading import PROPERTY
from bot.adapters.boards.jira_text import document, label, title, wiki
from bot.adapters.boards.port import BoardRefused, NewIssue
from planners.sprints.pushing import REMOVED_LABEL, HeldIssue, IssueKind, item_label, venture_label

Json = dict[str, Any]


def new_issue(new: NewIssue, facts: JiraFacts, venture: str, *, cloud: bool) -> Json:
    """One element of a bulk creation: fields, labels and the mark."""
    fields = _words(new, facts, cloud=cloud)
    fields["project"] = {"id": facts.project_id}
    fields["issuetype"] = {"id": facts.types[new.wanted.kind]}
    fields["labels"] = _labels(new, venture)
    return {"fields": fields, "properties": [_mark(new, venture)]}


def edited(there: HeldIssue, new: NewIssue, facts: JiraFacts, venture: str, *, cloud: bool) -> Json:
    """A change of words. Labels are added one by one, so that those of people stay."""
    labels: list[Json] = [{"add": name} for name in _labels(new, venture)]
    if there.removed:
        labels.append({"remove": REMOVED_LABEL})
    fields = _words(new, facts, cloud=cloud)
    if new.wanted.kind is IssueKind.TASK:
        fields.pop("parent", None)
    return {"fields": fields, "update": {"labels": labels}, "properties": [_mark(new, venture)]}


def refusal(errors: Json) -> str:
    """What Jira says is wrong with one issue."""
    named = [f"{field}: {text}" for field, text in (errors.get("errors") or {}).items()]
    return "; ".join([*(errors.get("errorMessages") or []), *named])[:500] or "Jira gave no reason"


def check_ranked(answer: Json | None) -> None:
    """Raise :class:`BoardRefused` for the first issue that was not ranked; an empty answer says that all were."""
    for entry in (answer or {}).get("entries") or []:
        if entry.get("status", 200) >= 400:
            reason = "; ".join(map(str, entry.get("errors") or [])) or "Jira gave no reason"
            raise BoardRefused(str(entry.get("issueKey") or entry.get("issueId")), reason[:500])


def _words(new: NewIssue, facts: JiraFacts, *, cloud: bool) -> Json:
    wanted, screen = new.wanted, facts.screens[new.wanted.kind]
    text = document if cloud else wiki
    fields: Json = {
        "summary": title(wanted.title),
        "description": text(wanted.description, wanted.acceptance_criteria),
    }
    if "priority" in screen and wanted.priority in facts.priorities:
        fields["priority"] = {"id": facts.priorities[wanted.priority]}
    if facts.points in screen and wanted.points is not None:
        fields[facts.points] = float(wanted.points)
    if wanted.kind is IssueKind.EPIC and facts.epic_name is not None:
        fields[facts.epic_name] = title(wanted.title)
    if new.parent is not None:
        if facts.epic_link is None or wanted.kind is IssueKind.TASK:
            fields["parent"] = {"key": new.parent.issue_key}
        else:
            fields[facts.epic_link] = new.parent.issue_key
    return fields


def _labels(new: NewIssue, venture: str) -> list[str]:
    own = [venture_label(venture), item_label(venture, new.wanted.key)]
    return own + [name for name in map(label, new.wanted.labels) if name and name not in own]


def _mark(new: NewIssue, venture: str) -> Json:
    value = {"key": new.wanted.key, "venture": venture, "content": new.wanted.content}
    return {"key": PROPERTY, "value": value}
