"""What every board must do, on each of them: the embedded one, Jira Cloud and Jira Data Center."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from bot.adapters.boards.port import BoardRefused, NewIssue
from planners.plan.models import Priority
from planners.sprints.model import PinnedSprint
from planners.sprints.pushing import HeldIssue, IssueKind, SprintState, WantedIssue, WantedSprint
from tests.integration.boards.conftest import Rig

DAY = dt.date(2027, 1, 4)
KEYS = frozenset({"e1", "s1", "s2", "s1/t1"})


def wanted(key: str, kind: IssueKind = IssueKind.STORY, **values: object) -> WantedIssue:
    words = {"title": f"Title of {key}", "description": "Why.\n\nAnd how.", "acceptance_criteria": ("It works",)}
    return WantedIssue(key, kind, **{**words, **values})  # type: ignore[arg-type]


def sprint(number: int, *, goal: str = "Log in", days: int = 0) -> WantedSprint:
    start = DAY + dt.timedelta(days=14 * (number - 1) + days)
    return WantedSprint(number, f"Sprint {number}", goal, start, start + dt.timedelta(days=11))


def create(rig: Rig, *keys: str) -> dict[str, HeldIssue]:
    made = rig.board().create([NewIssue(wanted(key, points=Decimal(3))) for key in keys])
    assert not made.refused
    return {issue.key: issue for issue in made.issues}


def test_what_was_created_is_found_with_what_was_pushed(rig: Rig) -> None:
    board = rig.board()
    epic = board.create([NewIssue(wanted("e1", IssueKind.EPIC))]).issues[0]
    story = wanted("s1", parent="e1", points=Decimal("2.5"), priority=Priority.MUST, labels=("back end",))
    held = board.create([NewIssue(story, epic)]).issues[0]
    task = board.create([NewIssue(wanted("s1/t1", IssueKind.TASK, parent="s1"), held)]).issues[0]
    found = rig.held(KEYS)
    assert {key: issue.issue_id for key, issue in found.items()} == {
        "e1": epic.issue_id,
        "s1": held.issue_id,
        "s1/t1": task.issue_id,
    }
    assert found["s1"].content == story.content
    assert found["s1"].sprint_id is None
    assert not found["s1"].removed
    assert rig.board().look_up(["s1", "s2"], {}) == {"s1": found["s1"]}
    assert rig.board().look_up(["s1", "s2"], {"s1": held.issue_id}) == {"s1": found["s1"]}


def test_more_issues_than_a_page_are_found_once_each(rig: Rig) -> None:
    board = rig.board()
    keys = [f"s{n}" for n in range(120)]
    for start in range(0, 120, 50):
        board.create([NewIssue(wanted(key)) for key in keys[start : start + 50]])
    assert rig.held(frozenset(keys)).keys() == set(keys)


def test_another_venture_on_the_same_board_is_not_seen(rig: Rig) -> None:
    create(rig, "s1")
    assert rig.board("borealis").find(KEYS).issues == ()
    assert rig.board("borealis").look_up(["s1"], {}) == {}


def test_words_are_changed_and_the_mark_of_removal_is_taken_off(rig: Rig) -> None:
    there = create(rig, "s1")["s1"]
    rig.board().mark_removed(there)
    assert rig.held(KEYS)["s1"].removed
    changed = wanted("s1", title="Another title")
    rig.board().update(rig.held(KEYS)["s1"], NewIssue(changed))
    found = rig.held(KEYS)["s1"]
    assert (found.content, found.removed, found.issue_id) == (changed.content, False, there.issue_id)


def test_a_link_says_who_blocks_whom(rig: Rig) -> None:
    made = create(rig, "s1", "s2")
    rig.board().link(made["s1"], made["s2"])
    found = rig.held(KEYS)
    assert found["s2"].blockers == {made["s1"].issue_id}
    assert found["s1"].blockers == frozenset()


def test_a_link_is_taken_away_once_and_another_one_stays(rig: Rig) -> None:
    made = create(rig, "s1", "s2", "s3")
    rig.board().link(made["s1"], made["s3"])
    rig.board().link(made["s2"], made["s3"])
    rig.board().link(made["s3"], made["s1"])
    for _ in range(2):
        rig.board().unlink(made["s1"], made["s3"])
    found = rig.held(KEYS | {"s3"})
    assert found["s3"].blockers == {made["s2"].issue_id}
    assert found["s1"].blockers == {made["s3"].issue_id}


def test_issues_are_ranked_behind_another_one(rig: Rig) -> None:
    made = create(rig, "s1", "s2", "s3", "s4")
    keys = {issue.issue_id: key for key, issue in made.items()}
    assert [keys[issue_id] for issue_id in rig.board().ranking()] == ["s1", "s2", "s3", "s4"]
    for _ in range(2):
        rig.board().rank(made["s2"], [made["s4"], made["s1"]])
        assert [keys[issue_id] for issue_id in rig.board().ranking()] == ["s2", "s4", "s1", "s3"]
    assert rig.board("borealis").ranking() == ()
    later = create(rig, "s5")["s5"]
    assert rig.board().ranking()[-1] == later.issue_id


def test_sprints_are_created_and_changed(rig: Rig) -> None:
    board = rig.board()
    made = board.create_sprint(sprint(1))
    assert (made.name, made.goal, made.start, made.end) == ("Sprint 1", "Log in", DAY, dt.date(2027, 1, 15))
    board.change_sprint(made.sprint_id, sprint(1, goal="Log out", days=7))
    (found,) = rig.board().sprints()
    assert (found.sprint_id, found.goal, found.start) == (made.sprint_id, "Log out", dt.date(2027, 1, 11))
    assert found.state is SprintState.FUTURE


def test_issues_go_into_a_sprint_and_back(rig: Rig) -> None:
    made = create(rig, "s1", "s2")
    first = rig.board().create_sprint(sprint(1))
    rig.board().move_to_sprint(first.sprint_id, [made["s1"], made["s2"]])
    found = rig.held(KEYS)
    assert {issue.sprint_id for issue in found.values()} == {first.sprint_id}
    assert found["s1"].sprint_state is SprintState.FUTURE
    rig.board().move_to_backlog([found["s2"]])
    assert rig.held(KEYS)["s2"].sprint_id is None
    assert rig.held(KEYS)["s1"].sprint_id == first.sprint_id


def test_nothing_goes_into_a_closed_sprint(rig: Rig) -> None:
    made = create(rig, "s1")
    first = rig.board().create_sprint(sprint(1))
    rig.begin_sprint(first.sprint_id)
    rig.end_sprint(first.sprint_id)
    with pytest.raises(BoardRefused):
        rig.board().move_to_sprint(first.sprint_id, [made["s1"]])


def test_pins_are_numbered_from_the_first_day_of_the_plan(rig: Rig) -> None:
    made = create(rig, "s1", "s2", "s3", "s4")
    one, two, three = (rig.board().create_sprint(sprint(number)) for number in (1, 2, 3))
    for target, key in ((one, "s1"), (one, "s4"), (two, "s2"), (three, "s3")):
        rig.board().move_to_sprint(target.sprint_id, [made[key]])
    rig.begin_sprint(one.sprint_id)
    rig.finish_item("s1")
    rig.end_sprint(one.sprint_id)
    rig.begin_sprint(two.sprint_id)
    keys = frozenset(made)
    pins = rig.board().pinned(keys, DAY, 14)
    assert set(pins.sprints) == {PinnedSprint(key="s1", sprint=1), PinnedSprint(key="s2", sprint=2)}
    later = rig.board().pinned(keys, DAY + dt.timedelta(days=14), 14)
    assert later.sprints == (PinnedSprint(key="s2", sprint=1),)
    assert later.before == ("s1",)


def test_history_counts_what_was_committed_and_what_was_completed(rig: Rig) -> None:
    made = create(rig, "s1", "s2", "s3")
    first = rig.board().create_sprint(sprint(1))
    rig.board().move_to_sprint(first.sprint_id, [made["s1"], made["s2"]])
    rig.begin_sprint(first.sprint_id)
    rig.board().move_to_sprint(first.sprint_id, [made["s3"]])
    rig.finish_item("s1")
    rig.finish_item("s3")
    rig.end_sprint(first.sprint_id)
    (found,) = rig.board().velocity_history()
    assert (found.name, found.committed_points, found.completed_points) == ("Sprint 1", Decimal(6), Decimal(6))
    assert rig.held(KEYS | {"s3"})["s2"].current_sprint is None


def test_a_board_that_is_well_says_so(rig: Rig) -> None:
    findings = rig.board().check()
    assert findings
    assert [finding for finding in findings if not finding.well] == []
    assert rig.board().describe().name
