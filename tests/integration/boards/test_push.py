"""The push itself, on each board: only differences, nothing twice, nothing moved that is under way."""

from __future__ import annotations

import dataclasses
import datetime as dt

from planners.sprints.model import PlannedItem, SprintPlan
from storage.pushes import push_key, request_push, unstarted_pushes
from storage.tables import Push, SprintPlanStatus
from tests.integration.boards.conftest import Rig
from tests.support.push_plans import AT, approved_push, sprint_plan, story


def plan_of(*stories: PlannedItem, sprints: int = 3, goals: str = "Get on with it") -> SprintPlan:
    return sprint_plan(stories, sprints=sprints, goals=goals)


def small() -> SprintPlan:
    return plan_of(
        story(1, sprint=1, epic="login", tasks=2),
        story(2, sprint=1, epic="login"),
        story(3, sprint=2, epic="orders", tasks=1),
        story(4, sprint=None),
    )


def test_everything_gets_to_the_board(rig: Rig) -> None:
    outcome = rig.push(small())
    assert outcome["status"] == "done"
    assert {name: n for name, n in outcome["counts"].items() if n} == {
        "created": 9,
        "linked": 1,
        "moved": 3,
        "sprints_created": 3,
    }
    held = rig.held()
    assert held.keys() == {"login", "orders", "s1", "s1/t1", "s1/t2", "s2", "s3", "s3/t1", "s4"}
    sprints = rig.sprint_of()
    assert (sprints["s1"], sprints["s2"], sprints["s3"], sprints["s4"]) == ("Sprint 1", "Sprint 1", "Sprint 2", None)
    assert held["s3"].blockers == {held["s2"].issue_id}
    assert [epic["title"] for epic in outcome["epics"]] == ["Epic login", "Epic orders"]
    assert [sprint["name"] for sprint in outcome["sprints"]] == ["Sprint 1", "Sprint 2", "Sprint 3"]
    assert rig.reported.ends == [outcome]
    done, total, _ = rig.reported.shown[-1]
    assert done == total == 16


def test_the_same_plan_again_changes_nothing(rig: Rig) -> None:
    rig.push(small())
    before = rig.held()
    outcome = rig.push(small())
    assert {name: n for name, n in outcome["counts"].items() if n} == {"unchanged": 9}
    assert rig.held() == before


def test_a_changed_plan_pushes_its_difference_only(rig: Rig) -> None:
    rig.push(small())
    before = rig.held()
    outcome = rig.push(
        plan_of(
            story(1, sprint=1, epic="login", tasks=2),
            story(2, sprint=2, epic="login", title="Another title"),
            story(3, sprint=2, epic="orders", tasks=1),
            story(4, sprint=3),
            story(5, sprint=3),
            goals="Another goal",
        )
    )
    assert {name: n for name, n in outcome["counts"].items() if n} == {
        "created": 1,
        "updated": 1,
        "moved": 3,
        "sprints_changed": 3,
        "unchanged": 7,
    }
    held, sprints = rig.held(), rig.sprint_of()
    assert {key: issue.issue_id for key, issue in held.items() if key in before} == {
        key: issue.issue_id for key, issue in before.items()
    }
    assert (sprints["s2"], sprints["s4"], sprints["s5"]) == ("Sprint 2", "Sprint 3", "Sprint 3")
    assert {sprint.goal for sprint in rig.board().sprints()} == {"Another goal"}


def depending(key: int, *others: str, sprint: int = 1) -> PlannedItem:
    return story(key, sprint=sprint).model_copy(update={"depends_on": others})


def test_a_dependency_that_left_the_plan_is_unlinked_and_a_link_of_people_stays(rig: Rig) -> None:
    rig.push(plan_of(depending(1), depending(2), depending(4, "s1", "s2")))
    held = rig.held()
    rig.board().link(held["s4"], held["s1"])
    outcome = rig.push(plan_of(depending(1), depending(2), depending(4, "s2")))
    assert {name: n for name, n in outcome["counts"].items() if n} == {"unlinked": 1, "unchanged": 2}
    after = rig.held()
    assert after["s4"].blockers == {held["s2"].issue_id}
    assert after["s1"].blockers == {held["s4"].issue_id}


def test_a_link_that_people_made_before_the_plan_had_it_is_theirs(rig: Rig) -> None:
    rig.push(plan_of(depending(1), depending(2)))
    held = rig.held()
    rig.board().link(held["s1"], held["s2"])
    assert rig.push(plan_of(depending(1), depending(2, "s1")))["counts"]["linked"] == 0
    assert rig.push(plan_of(depending(1), depending(2)))["counts"]["unlinked"] == 0
    assert rig.held()["s2"].blockers == {held["s1"].issue_id}


def test_a_link_that_people_took_away_and_made_again_is_theirs(rig: Rig) -> None:
    rig.push(plan_of(depending(1), depending(2, "s1"), depending(4)))
    held = rig.held()
    rig.board().unlink(held["s1"], held["s2"])
    assert rig.push(plan_of(depending(1), depending(2), depending(4)))["counts"]["unlinked"] == 0
    rig.board().link(held["s1"], held["s2"])
    assert rig.push(plan_of(depending(1), depending(2), depending(4)))["counts"]["unlinked"] == 0
    assert rig.held()["s2"].blockers == {held["s1"].issue_id}


def test_future_sprints_get_the_order_of_the_plan_and_the_active_one_keeps_its_own(rig: Rig) -> None:
    first, second = [story(n, sprint=1) for n in (1, 2, 4)], [story(n, sprint=2) for n in (5, 7, 8)]
    assert rig.push(plan_of(*first, *second))["counts"]["ranked"] == 0
    one = min(rig.board().sprints(), key=lambda sprint: sprint.name)
    rig.begin_sprint(one.sprint_id)
    changed = plan_of(*reversed(first), story(10, sprint=2), second[2], *second[:2])
    outcome = rig.push(changed)
    assert {name: n for name, n in outcome["counts"].items() if n} == {
        "created": 1,
        "moved": 1,
        "ranked": 3,
        "unchanged": 6,
    }
    keys = {issue.issue_id: key for key, issue in rig.held().items()}
    ranking = [keys[issue_id] for issue_id in rig.board().ranking()]
    assert [key for key in ranking if key in ("s1", "s2", "s4")] == ["s1", "s2", "s4"]
    assert [key for key in ranking if key not in ("s1", "s2", "s4")] == ["s10", "s8", "s5", "s7"]
    assert {name: n for name, n in rig.push(changed)["counts"].items() if n} == {"unchanged": 7}


def test_what_left_the_plan_is_marked_moved_to_the_backlog_and_named(rig: Rig) -> None:
    rig.push(small())
    outcome = rig.push(plan_of(story(1, sprint=1, epic="login", tasks=2), story(2, sprint=1, epic="login")))
    held = rig.held()
    assert {key for key, issue in held.items() if issue.removed} == {"s3", "s3/t1", "s4", "orders"}
    assert held["s3"].sprint_id is None
    assert {entry["key"] for entry in outcome["removed"]} == {
        held[key].issue_key for key in ("s3", "s3/t1", "s4", "orders")
    }
    back = rig.push(small())
    assert back["counts"]["created"] == 0
    assert not any(issue.removed for issue in rig.held().values())
    assert rig.sprint_of()["s3"] == "Sprint 2"


def test_nothing_in_an_active_or_closed_sprint_is_moved(rig: Rig) -> None:
    rig.push(small())
    first, second, _ = sorted(rig.board().sprints(), key=lambda sprint: sprint.name)
    rig.begin_sprint(first.sprint_id)
    rig.finish_item("s1")
    rig.end_sprint(first.sprint_id)
    rig.begin_sprint(second.sprint_id)
    outcome = rig.push(
        plan_of(
            story(1, sprint=3, epic="login", tasks=2),
            story(2, sprint=3, epic="login"),
            story(3, sprint=3, epic="orders", tasks=1),
            story(4, sprint=None),
        )
    )
    held, sprints = rig.held(), rig.sprint_of()
    assert held["s1"].sprint_id == first.sprint_id
    assert sprints["s3"] == "Sprint 2"
    assert sprints["s2"] == "Sprint 3", "work that was not finished is back in the backlog, and planned anew"
    assert {entry["key"] for entry in outcome["kept"]} == {held["s1"].issue_key, held["s3"].issue_key}
    assert outcome["counts"]["moved"] == 1
    assert outcome["status"] == "done"


def test_removed_work_that_is_under_way_stays_in_its_sprint(rig: Rig) -> None:
    rig.push(small())
    first = min(rig.board().sprints(), key=lambda sprint: sprint.name)
    rig.begin_sprint(first.sprint_id)
    outcome = rig.push(plan_of(story(2, sprint=1, epic="login"), story(3, sprint=2, epic="orders", tasks=1)))
    held = rig.held()
    assert held["s1"].sprint_id == first.sprint_id
    assert held["s1"].removed
    assert [entry["key"] for entry in outcome["kept"]] == [held["s1"].issue_key]


def test_two_leads_who_approve_at_once_push_once(rig: Rig) -> None:
    push = approved_push(rig.database, small(), target=rig.board().target)
    with rig.database.transaction() as session:
        again = request_push(session, rig.sprint_plan(push.sprint_plan), target=push.target, at=AT)
    assert (again.id, again.attempt) == (push.id, 1)
    rig.flow.start(push)
    rig.flow.start(again)
    assert len(rig.held()) == 9
    assert rig.engine.steps.count("finish") == 1


def test_a_second_plan_waits_until_the_first_is_on_the_board(rig: Rig) -> None:
    first = approved_push(rig.database, small(), target=rig.board().target)
    second = approved_push(rig.database, plan_of(story(1, sprint=1), story(9, sprint=1)), target=rig.board().target)
    with rig.database.transaction() as session:
        row = session.get_one(Push, first.id)
        row.phase = "creating"
        session.add(row)
    pause = rig.engine.pause

    def let_the_first_end(seconds: float) -> None:
        pause(seconds)
        with rig.database.transaction() as session:
            row = session.get_one(Push, first.id)
            assert (row.finished_at, session.get_one(Push, second.id).phase) == (None, "waiting")
            row.finished_at = rig.clock.now()
            session.add(row)

    rig.engine.pause = let_the_first_end  # type: ignore[method-assign]
    rig.flow.start(second)
    assert rig.flow.result(second)["status"] == "done"
    assert rig.engine.pauses == [rig.patience.turn]


def test_a_push_that_nobody_started_is_started_later(rig: Rig) -> None:
    push = approved_push(rig.database, small(), target=rig.board().target)
    assert rig.flow.start_unstarted() == 1
    assert rig.flow.result(push)["status"] == "done"
    with rig.database.transaction() as session:
        assert unstarted_pushes(session) == []


def test_the_plan_is_pushed_when_the_push_is_done(rig: Rig) -> None:
    push = approved_push(rig.database, small(), target=rig.board().target)
    assert rig.sprint_plan(push.sprint_plan).status == SprintPlanStatus.APPROVED.value
    rig.flow.start(push)
    assert rig.sprint_plan(push.sprint_plan).status == SprintPlanStatus.PUSHED.value


def test_a_reporter_that_fails_does_not_stop_the_push(rig: Rig) -> None:
    def fail(push: Push) -> None:
        raise RuntimeError("Slack is away")

    rig.reported.progress = fail  # type: ignore[method-assign]
    rig.reported.finished = fail  # type: ignore[method-assign]
    assert rig.push(small())["status"] == "done"


def test_a_plan_that_begins_later_moves_its_future_sprints(rig: Rig) -> None:
    rig.push(small())
    plan = small()
    later = plan.model_copy(
        update={
            "sprints": tuple(
                sprint.model_copy(
                    update={"start": sprint.start + dt.timedelta(days=7), "end": sprint.end + dt.timedelta(days=7)}
                )
                for sprint in plan.sprints
            )
        }
    )
    ids = {sprint.sprint_id: sprint.start for sprint in rig.board().sprints()}
    rig.push(later)
    moved = {sprint.sprint_id: sprint.start for sprint in rig.board().sprints()}
    assert moved == {sprint_id: start + dt.timedelta(days=7) for sprint_id, start in ids.items() if start is not None}


def test_a_failed_push_goes_on_as_its_next_attempt(rig: Rig) -> None:
    push = approved_push(rig.database, small(), target=rig.board().target)
    ended = dataclasses.asdict(rig.reported)
    assert ended["ends"] == []
    with rig.database.transaction() as session:
        row = session.get_one(Push, push.id)
        row.outcome, row.finished_at, row.phase = {"status": "failed"}, rig.clock.now(), "finished"
        session.add(row)
        again = request_push(session, rig.sprint_plan(push.sprint_plan), target=push.target, at=AT)
        assert push_key(again) == f"{push.id}:2"
    rig.flow.start(again)
    assert rig.flow.result(again)["status"] == "done"
    assert len(rig.held()) == 9
