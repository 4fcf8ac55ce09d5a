"""Jira fails in every way that it can, and still holds each item once."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.adapters.boards.jira_client import connect
from bot.flows.push import Patience
from planners.sprints.model import SprintPlan
from storage.pushes import request_push
from storage.tables import SprintPlanRow, SprintPlanStatus
from tests.integration.boards.conftest import Rig
from tests.peers.jira_fake import FakeJira
from tests.support.push_plans import AT, approved_push, many, sprint_plan, story

BULK, LINK, SPRINT = "/issue/bulk$", "/issueLink$", "/sprint$"
UNLINK, RANK = r"/issueLink/\d+$", "/issue/rank$"
MOVE = r"/sprint/\d+/issue$"


def fake(rig: Rig) -> FakeJira:
    assert rig.fake is not None
    return rig.fake


def holds_all(rig: Rig) -> None:
    """Each item of `many(60)` once, with its links and sprints."""
    fake(rig).clear_faults()
    plan = many(60)
    keys = {epic.key for epic in plan.epics} | {item.key for item in plan.items}
    keys |= {task.key for item in plan.items for task in item.tasks}
    assert rig.held().keys() == keys
    links = fake(rig).links()
    assert len(links) == len(set(links)) == sum(len(item.depends_on) for item in plan.items)
    assert len(fake(rig).sprints()) == len(plan.sprints)
    sprints = rig.sprint_of()
    assert {key: sprints[key] for key in sprints if key in {item.key for item in plan.items}} == {
        item.key: None if item.sprint is None else f"Sprint {item.sprint}" for item in plan.items
    }


@pytest.mark.parametrize("path", [BULK, LINK, SPRINT, MOVE, "search", "serverInfo", "createmeta"])
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_obeyed(jira_rig: Rig, path: str, status: int) -> None:
    fake(jira_rig).fault(path, status=status, retry_after=7, times=2)
    assert jira_rig.push(many(60))["status"] == "done"
    waits = [seconds for seconds in jira_rig.engine.pauses if seconds >= 7]
    assert len(waits) >= 2
    holds_all(jira_rig)


def test_a_refusal_to_be_hurried_does_not_make_the_flow_look_for_what_was_never_created(jira_rig: Rig) -> None:
    fake(jira_rig).fault(BULK, status=429, retry_after=3)
    jira_rig.push(many(60))
    assert [seconds for seconds in jira_rig.engine.pauses if seconds > 5] == []


@pytest.mark.parametrize("action", ["drop_after", "drop_before"])
@pytest.mark.parametrize(
    ("path", "nth"), [(BULK, 1), (BULK, 3), (LINK, 1), (LINK, 3), (SPRINT, 1), (SPRINT, 3), (MOVE, 2), ("search", 1)]
)
def test_a_connection_that_breaks_creates_nothing_twice(jira_rig: Rig, action: str, path: str, nth: int) -> None:
    struck = fake(jira_rig).fault(path, action=action, nth=nth)
    assert jira_rig.push(many(60))["status"] == "done"
    assert struck.seen >= nth
    holds_all(jira_rig)


@pytest.mark.parametrize("path", [BULK, LINK, SPRINT, MOVE])
def test_no_answer_in_time_creates_nothing_twice(jira_rig: Rig, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.adapters.boards.jira_client.READ_SECONDS", 0.3)
    fake(jira_rig).fault(path, action="hang", seconds=0.6, nth=2)
    assert jira_rig.push(many(60))["status"] == "done"
    holds_all(jira_rig)


def test_issues_that_the_index_does_not_show_for_hours_are_found_beyond_it(cloud_rig: Rig) -> None:
    fake(cloud_rig).options.index_lag = 10_000.0
    fake(cloud_rig).fault(BULK, action="drop_after", nth=2)
    assert cloud_rig.push(many(60))["status"] == "done"
    keys = [issue.properties["muster"]["key"] for issue in fake(cloud_rig).issues()]
    assert len(keys) == len(set(keys)) == 60


def test_a_second_push_sees_issues_that_the_index_does_not_show_yet(jira_rig: Rig) -> None:
    fake(jira_rig).options.index_lag = 10_000.0
    jira_rig.push(many(60))
    outcome = jira_rig.push(many(60))
    assert (outcome["counts"]["created"], outcome["counts"]["unchanged"]) == (0, 60)
    assert len(fake(jira_rig).issues()) == 60


def test_a_copy_that_a_person_made_is_left_alone(jira_rig: Rig) -> None:
    jira_rig.push(many(30))
    original = next(issue for issue in fake(jira_rig).issues() if issue.properties["muster"]["key"] == "s1")
    world = fake(jira_rig).jira.world
    number, key = world.next_id(type(original)), world.next_key("MUS")
    copy = type(original)(
        number, key, "MUS", original.type, dict(original.fields), original.created, 999.0, 0.0, properties={}
    )
    world.save(copy)
    outcome = jira_rig.push(many(30))
    assert outcome["counts"]["unchanged"] == 30
    assert copy.fields == original.fields


def test_an_issue_that_a_person_deleted_is_created_again(jira_rig: Rig) -> None:
    jira_rig.push(many(30))
    gone = next(issue for issue in fake(jira_rig).issues() if issue.properties["muster"]["key"] == "s2")
    client = connect(fake(jira_rig).url, email=jira_rig.email, token=fake(jira_rig).token)
    client.issue(gone.key).delete()  # type: ignore[no-untyped-call]
    outcome = jira_rig.push(many(30))
    assert (outcome["counts"]["created"], outcome["counts"]["linked"]) == (1, 1)
    assert jira_rig.held()["s2"].issue_id in jira_rig.held()["s3"].blockers


def test_what_people_changed_on_the_board_stays_when_the_plan_did_not_change(jira_rig: Rig) -> None:
    jira_rig.push(many(30))
    changed = next(issue for issue in fake(jira_rig).issues() if issue.properties["muster"]["key"] == "s1")
    changed.fields["summary"] = "Named by a person"
    changed.fields["labels"].append("seen")
    jira_rig.push(many(30))
    assert changed.fields["summary"] == "Named by a person"
    plan = many(30)
    items = tuple(i.model_copy(update={"title": "New"}) if i.key == "s1" else i for i in plan.items)
    jira_rig.push(plan.model_copy(update={"items": items}))
    assert changed.fields["summary"] == "New"
    assert "seen" in changed.fields["labels"]


def test_issues_that_jira_refuses_are_named_and_the_others_are_there(jira_rig: Rig) -> None:
    good = [story(n, sprint=1, tasks=1) for n in (1, 2, 4)]
    bad = story(5, sprint=1, epic="e", tasks=1).model_copy(update={"labels": ("x" * 300 + " y",)})
    fields = fake(jira_rig).jira.fields
    problems = fields.problems

    def refusing(kind, values, *, version, creating):  # type: ignore[no-untyped-def]
        found = problems(kind, values, version=version, creating=creating)
        return found | ({"summary": "No fives here."} if str(values.get("summary")) == "Story 5" else {})

    fields.problems = refusing  # type: ignore[method-assign]
    plan = sprint_plan([*good, bad])
    push = approved_push(jira_rig.database, plan, target=jira_rig.board().target)
    jira_rig.flow.start(push)
    outcome = jira_rig.flow.result(push)
    assert outcome["status"] == "partial"
    assert jira_rig.held().keys() == {"e", "s1", "s2", "s4", "s1/t1", "s2/t1", "s4/t1"}
    assert {entry["key"] for entry in outcome["refused"]} == {"s5", "s5/t1"}
    assert any("No fives here." in entry["text"] for entry in outcome["refused"])
    assert jira_rig.sprint_plan(push.sprint_plan).status == SprintPlanStatus.FAILED.value
    fields.problems = problems  # type: ignore[method-assign]
    again = resumed(jira_rig, push.sprint_plan)
    assert (again["status"], again["counts"]["created"]) == ("done", 2)


def test_an_issue_that_cannot_be_moved_does_not_hold_up_the_others(jira_rig: Rig) -> None:
    jira_rig.push(sprint_plan([story(n, sprint=None) for n in (1, 2, 4)]))
    stuck = next(issue for issue in fake(jira_rig).issues() if issue.properties["muster"]["key"] == "s2")
    stuck.type = "Epic"
    outcome = jira_rig.push(sprint_plan([story(n, sprint=1) for n in (1, 2, 4)]))
    assert outcome["status"] == "partial"
    assert [entry["key"] for entry in outcome["refused"]] == [stuck.key]
    assert jira_rig.sprint_of() == {"s1": "Sprint 1", "s2": None, "s4": "Sprint 1"}


def resumed(rig: Rig, plan_id: str) -> dict[str, Any]:
    """Approve again and push again, as a person would after a failure."""
    with rig.database.transaction() as session:
        row = session.get_one(SprintPlanRow, plan_id)
        row.status = SprintPlanStatus.APPROVED.value
        session.add(row)
        push = request_push(session, row, target=rig.board().target, at=AT)
    rig.flow.start(push)
    return rig.flow.result(push)


@pytest.mark.parametrize("path", [BULK, LINK, MOVE])
def test_a_jira_that_stays_down_ends_the_push_with_what_to_do_and_can_be_resumed(jira_rig: Rig, path: str) -> None:
    down = fake(jira_rig).fault(path, status=503, nth=2, times=None)
    push = approved_push(jira_rig.database, many(60), target=jira_rig.board().target)
    jira_rig.flow.start(push)
    outcome = jira_rig.flow.result(push)
    assert outcome["status"] == "failed"
    assert "push again" in outcome["problems"][0]["todo"]
    assert down.seen > jira_rig.patience.tries
    assert max(jira_rig.engine.pauses) <= jira_rig.patience.cap
    fake(jira_rig).clear_faults()
    assert resumed(jira_rig, push.sprint_plan)["status"] == "done"
    holds_all(jira_rig)


def test_a_jira_that_only_says_later_is_given_up_after_an_hour(jira_rig: Rig) -> None:
    fake(jira_rig).fault("search", status=429, retry_after=900, times=None)
    push = approved_push(jira_rig.database, many(30), target=jira_rig.board().target)
    jira_rig.flow.start(push)
    assert jira_rig.flow.result(push)["status"] == "failed"
    assert 3600 <= sum(jira_rig.engine.pauses) <= 5400


def test_waits_grow_and_are_random(jira_rig: Rig) -> None:
    fake(jira_rig).fault("search", status=503, times=6)
    jira_rig.push(many(30))
    waits = jira_rig.engine.pauses
    assert len(waits) == 6
    assert all(seconds <= Patience().base * 2**n for n, seconds in enumerate(waits))
    assert len(set(waits)) == 6


def test_a_token_that_is_withdrawn_ends_the_push_at_once_with_what_to_do(jira_rig: Rig) -> None:
    fake(jira_rig).fault(BULK, status=401, nth=2, times=None)
    outcome = jira_rig.push(many(60))
    assert outcome["status"] == "failed"
    assert "MUSTER_JIRA_TOKEN" in outcome["problems"][0]["todo"]
    assert jira_rig.engine.pauses == []


def test_an_error_never_shows_the_token(jira_rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    fake(jira_rig).fault(BULK, status=500, times=None)
    outcome = jira_rig.push(many(30))
    shown = repr(outcome) + repr(jira_rig.board()) + caplog.text + "".join(map(str, caplog.records))
    assert fake(jira_rig).token not in shown
    assert not re.search("[Bb]earer|[Bb]asic ", shown)


def test_a_link_that_jira_refused_and_a_person_made_later_is_theirs(jira_rig: Rig) -> None:
    stories = [story(n, sprint=1) for n in (2, 3)]
    fake(jira_rig).fault(LINK, status=400)
    assert jira_rig.push(sprint_plan(stories))["status"] == "partial"
    held = jira_rig.held()
    jira_rig.board().link(held["s2"], held["s3"])
    without = [item.model_copy(update={"depends_on": ()}) for item in stories]
    assert jira_rig.push(sprint_plan(without))["counts"]["unlinked"] == 0
    assert jira_rig.held()["s3"].blockers == {held["s2"].issue_id}


def test_a_link_that_is_gone_just_before_it_is_taken_away_is_no_refusal(jira_rig: Rig) -> None:
    stories = [story(n, sprint=1) for n in (2, 3)]
    jira_rig.push(sprint_plan(stories))
    struck = fake(jira_rig).fault(UNLINK, status=404)
    outcome = jira_rig.push(sprint_plan([item.model_copy(update={"depends_on": ()}) for item in stories]))
    assert struck.seen == 1
    assert (outcome["status"], outcome["counts"]["unlinked"]) == ("done", 1)


def turned_round() -> SprintPlan:
    """Sixty stories in one sprint that wait for nothing, the last one first."""
    stories = [story(n, sprint=1).model_copy(update={"depends_on": ()}) for n in range(60, 0, -1)]
    return sprint_plan(stories)


@pytest.mark.parametrize(
    "how", [{"action": "drop_after"}, {"action": "drop_before"}, {"status": 429, "retry_after": 7}]
)
@pytest.mark.parametrize(("path", "nth"), [(UNLINK, 1), (UNLINK, 3), (RANK, 1), (RANK, 2), (LINK, 1), (LINK, 3)])
def test_links_go_and_the_order_comes_when_a_connection_breaks(
    jira_rig: Rig, path: str, nth: int, how: dict[str, Any]
) -> None:
    struck = fake(jira_rig).fault(path, nth=nth, **how)
    jira_rig.push(sprint_plan([story(n, sprint=1) for n in range(1, 61)]))
    assert len(fake(jira_rig).links()) == 20
    outcome = jira_rig.push(turned_round())
    assert struck.seen >= nth
    assert (outcome["status"], outcome["counts"]["ranked"]) == ("done", 59)
    assert outcome["counts"]["unlinked"] == 20
    assert fake(jira_rig).links() == []
    keys = {issue.issue_id: key for key, issue in jira_rig.held().items()}
    assert [keys[issue_id] for issue_id in jira_rig.board().ranking()] == [f"s{n}" for n in range(60, 0, -1)]


def test_a_sprint_that_jira_does_not_put_in_order_is_named_and_the_push_ends(jira_rig: Rig) -> None:
    jira_rig.push(sprint_plan([story(n, sprint=1) for n in range(1, 4)]))
    fake(jira_rig).fault(RANK, status=400)
    outcome = jira_rig.push(sprint_plan([story(n, sprint=1) for n in (2, 1, 3)]))
    assert outcome["status"] == "partial"
    assert [entry["key"] for entry in outcome["refused"]] == [jira_rig.held()["s1"].issue_key]
    assert outcome["refused"][0]["text"].startswith("ordering ")


def test_no_issue_is_read_back_after_its_creation(jira_rig: Rig) -> None:
    jira_rig.push(many(60))
    counters = fake(jira_rig).counters
    assert sum(n for call, n in counters.items() if call.endswith("/issue/bulk")) == 3
    assert not [call for call in counters if re.fullmatch(r"GET .*/issue/\*", call)]
