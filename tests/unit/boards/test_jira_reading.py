"""Jira's answers, of both deployments, as values; its errors as the port's."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import requests
from jira.exceptions import JIRAError

from bot.adapters.boards.jira_client import JiraClient, expected
from bot.adapters.boards.jira_facts import JiraFacts
from bot.adapters.boards.jira_history import velocity_history
from bot.adapters.boards.jira_reading import held_issue, held_sprint
from bot.adapters.boards.port import BoardMisconfigured, BoardRefused, BoardUnavailable
from planners.sprints.pushing import SprintState, item_label

FACTS = JiraFacts("MUS", "1", 7, "Board", {}, {}, "cf_points", "cf_sprint", None, None, "Blocks", False, {})
TEXT = "com.atlassian.greenhopper.service.sprint.Sprint@1f[id={id},rapidViewId=1,state={state},name=A, b=[c],goal=]"


def raw(**fields: Any) -> dict[str, Any]:
    known: dict[str, Any] = {"labels": [], "status": {"statusCategory": {"key": "new"}}, "issuelinks": []}
    return {"id": "10", "key": "MUS-1", "fields": {**known, **fields}}


def test_data_center_says_a_sprint_as_text() -> None:
    texts = [TEXT.format(id=3, state="CLOSED"), TEXT.format(id=5, state="ACTIVE"), TEXT.format(id=4, state="CLOSED")]
    found = held_issue(raw(labels=[item_label("a", "s1")], cf_sprint=texts), FACTS, "a", {item_label("a", "s1"): "s1"})
    assert found is not None
    assert (found.sprint_id, found.sprint_state) == ("5", SprintState.ACTIVE)


def test_an_issue_of_closed_sprints_only_is_in_the_last_of_them() -> None:
    sprints = [{"id": 12, "state": "closed"}, {"id": 9, "state": "closed"}]
    mark = {"muster": {"key": "s1", "venture": "a", "content": "c"}}
    found = held_issue({**raw(cf_sprint=sprints), "properties": mark}, FACTS, "a", {})
    assert found is not None
    assert (found.sprint_id, found.current_sprint) == ("12", None)


def test_the_property_says_the_key_and_another_venture_is_not_ours() -> None:
    mark = {"muster": {"key": "s1", "venture": "other"}}
    assert held_issue({**raw(), "properties": mark}, FACTS, "a", {}) is None
    assert held_issue(raw(), FACTS, "a", {}) is None


def test_a_reversed_link_type_is_read_from_the_other_side() -> None:
    links = [
        {"id": "71", "type": {"name": "Blocks"}, "inwardIssue": {"id": "1"}},
        {"id": "72", "type": {"name": "Blocks"}, "outwardIssue": {"id": "2"}},
        {"id": "73", "type": {"name": "Relates"}, "inwardIssue": {"id": "3"}},
    ]
    mark = {"muster": {"key": "s1", "venture": "a"}}
    found = held_issue({**raw(issuelinks=links), "properties": mark}, FACTS, "a", {})
    assert found is not None
    assert found.blockers == {"1"}


def test_a_sprint_without_dates_is_read() -> None:
    found = held_sprint({"id": 4, "name": "S", "state": "FUTURE"})
    assert (found.sprint_id, found.start, found.state) == ("4", None, SprintState.FUTURE)


def _answer(status: int, **headers: str) -> JIRAError:
    response = requests.Response()
    response.status_code = status
    response.headers.update(headers)
    return JIRAError("text", status_code=status, response=response)


@pytest.mark.parametrize(
    ("status", "once", "unknown"), [(429, True, False), (503, True, True), (503, False, False), (504, True, True)]
)
def test_whether_it_was_done_is_unknown_only_where_it_matters(status: int, once: bool, unknown: bool) -> None:
    with pytest.raises(BoardUnavailable) as raised, expected("x", once=once):
        raise _answer(status, **{"Retry-After": "12"})
    assert (raised.value.retry_after, raised.value.unknown) == (12.0, unknown)


def test_a_date_to_come_back_at_is_understood() -> None:
    at = (dt.datetime.now(dt.UTC) + dt.timedelta(seconds=90)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    with pytest.raises(BoardUnavailable) as raised, expected("x"):
        raise _answer(503, **{"Retry-After": at})
    assert raised.value.retry_after is not None
    assert 80 < raised.value.retry_after <= 90
    with pytest.raises(BoardUnavailable) as raised, expected("x"):
        raise _answer(503, **{"Retry-After": "soon"})
    assert raised.value.retry_after is None


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BoardRefused),
        (401, BoardMisconfigured),
        (403, BoardMisconfigured),
        (404, BoardRefused),
        (409, BoardRefused),
    ],
)
def test_other_answers_are_for_a_person(status: int, kind: type[Exception]) -> None:
    with pytest.raises(kind), expected("x"):
        raise _answer(status)


class _NoReport(JiraClient):
    """A Jira without a sprint report."""

    def __init__(self) -> None:
        pass

    def __del__(self) -> None:
        pass

    def read(self, path: str, params: Any = None, *, base: str = "") -> Any:
        if path == "status":
            done, new = {"statusCategory": {"key": "done"}}, {"statusCategory": {"key": "new"}}
            return [{"name": "Done", **done}, {"name": "Shipped", **done}, {"name": "To Do", **new}]
        raise BoardRefused(path, "not there")


def _logged(points: float | None, status: str, created: str, *changes: tuple[str, str, str, str]) -> dict[str, Any]:
    histories = [
        {"created": at, "items": [{"field": field, "from": a, "to": b, "fromString": a, "toString": b}]}
        for at, field, a, b in changes
    ]
    fields = {"status": {"name": status}, "created": created, "cf_points": points}
    return {"fields": fields, "changelog": {"histories": histories}}


def test_without_a_report_the_change_log_says_what_was_committed_and_completed() -> None:
    """Carried-over work counts where it was done; what came late was not committed; what left was not completed."""
    before, start, middle, end, after = (f"2027-01-{day:02d}T09:00:00.000+0000" for day in (1, 4, 8, 15, 18))
    issues = [
        _logged(3, "Done", before, (before, "Sprint", "", "5"), (middle, "status", "To Do", "Done")),
        _logged(5, "Done", before, (before, "Sprint", "4", "4, 5"), (middle, "status", "To Do", "Shipped")),
        _logged(8, "Done", before, (before, "Sprint", "", "5"), (after, "status", "To Do", "Done")),
        _logged(13, "Done", before, (middle, "Sprint", "", "5"), (middle, "status", "To Do", "Done")),
        _logged(20, "Done", before, (before, "Sprint", "", "5"), (middle, "Sprint", "5", "6")),
        _logged(None, "Done", middle, (middle, "status", "To Do", "Done")),
        _logged(1, "Done", before, (before, "Sprint", "", "5"), (before, "status", "To Do", "Done")),
    ]
    sprint = {"id": 5, "name": "Sprint 5", "startDate": start, "endDate": end, "completeDate": end}
    (found,) = velocity_history(_NoReport(), FACTS, [sprint], lambda jql, fields, expand: issues)
    assert found.completed_points == Decimal(3 + 5 + 13)
    assert found.committed_points == Decimal(3 + 5 + 8 + 20 + 1)
