"""The difference between a plan and a board: complete, minimal, and careful with what is under way."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planners.plan.models import ItemStatus
from planners.sprints.pushing import (
    HeldIssue,
    HeldSprint,
    IssueKind,
    SprintState,
    Wanted,
    WantedIssue,
    WantedSprint,
    difference,
    item_label,
    match_sprints,
    venture_label,
    wanted_of,
)
from tests.support.push_plans import sprint_plan, story

DAY = dt.date(2027, 1, 4)
KEYS = [f"k{n}" for n in range(8)]
STATES = list(SprintState)
Case = tuple[Wanted, dict[str, HeldIssue], list[HeldSprint]]


def sprint(number: int, **changes: object) -> WantedSprint:
    start = DAY + dt.timedelta(days=14 * number)
    return replace(
        WantedSprint(number, f"Sprint {number}", "Goal", start, start + dt.timedelta(days=11)),
        **changes,  # type: ignore[arg-type]
    )


def held_sprint(want: WantedSprint, state: SprintState = SprintState.FUTURE, **changes: object) -> HeldSprint:
    there = HeldSprint(f"id{want.number}", want.name, state, want.goal, want.start, want.end, want.number, want.content)
    return replace(there, **changes)  # type: ignore[arg-type]


@st.composite
def boards(draw: st.DrawFn) -> Case:
    """Any plan against any state of a board."""
    sprints = tuple(sprint(n) for n in range(1, draw(st.integers(1, 4))))
    places = st.sampled_from([None, *(s.number for s in sprints)])
    chosen = draw(st.lists(st.sampled_from(KEYS), unique=True))
    issues = tuple(
        WantedIssue(
            key,
            IssueKind.STORY,
            draw(st.sampled_from(["A title", "Another"])),
            blocked_by=tuple(draw(st.lists(st.sampled_from(chosen[:place]), unique=True)) if place else ()),
            sprint=draw(places),
        )
        for place, key in enumerate(chosen)
    )
    on_board = [held_sprint(s, draw(st.sampled_from(STATES))) for s in sprints if draw(st.booleans())]
    held = {}
    for number, key in enumerate(draw(st.lists(st.sampled_from(KEYS), unique=True))):
        inside = draw(st.sampled_from([None, *on_board])) if on_board else None
        held[key] = HeldIssue(
            key=key,
            issue_id=str(number),
            issue_key=f"MUS-{number}",
            content=draw(st.sampled_from(["", WantedIssue(key, IssueKind.STORY, "A title").content])),
            sprint_id=inside.sprint_id if inside else None,
            sprint_state=inside.state if inside else None,
            blockers=frozenset(draw(st.lists(st.sampled_from([str(n) for n in range(8)]), unique=True, max_size=3))),
            own_blockers=frozenset(
                draw(st.lists(st.sampled_from([str(n) for n in range(8)]), unique=True, max_size=3))
            ),
            removed=draw(st.booleans()),
            finished=draw(st.booleans()),
        )
    known = frozenset(chosen) | frozenset(draw(st.lists(st.sampled_from(KEYS), unique=True)))
    dependencies = frozenset((blocker, issue.key) for issue in issues for blocker in issue.blocked_by)
    dependencies |= frozenset(draw(st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS)), max_size=5)))
    return Wanted("atlas", sprints, issues, known, dependencies), held, on_board


def applied(
    wanted: Wanted, held: dict[str, HeldIssue], sprints: list[HeldSprint]
) -> tuple[dict[str, HeldIssue], list[HeldSprint]]:
    """The board after every operation."""
    step = difference(wanted, held, sprints)
    changed = dict(step.changed_sprints)
    after = [
        held_sprint(changed[s.sprint_id], s.state, sprint_id=s.sprint_id) if s.sprint_id in changed else s
        for s in sprints
    ]
    after += [held_sprint(s, sprint_id=f"new{s.number}") for s in step.new_sprints]
    ids = {**step.sprints, **{s.number: f"new{s.number}" for s in step.new_sprints}}
    states = {s.sprint_id: s.state for s in after}
    result = dict(held)
    for issue in step.create:
        result[issue.key] = HeldIssue(issue.key, f"new-{issue.key}", f"NEW-{issue.key}", issue.content)
    for there, issue in step.update:
        result[there.key] = replace(result[there.key], content=issue.content, removed=False)
    for blocker, blocked in step.unlinks:
        there = result[blocked]
        result[blocked] = replace(there, blockers=there.blockers - {result[blocker].issue_id})
    for blocker, blocked in step.links:
        linked = result[blocked].blockers | {result[blocker].issue_id}
        result[blocked] = replace(result[blocked], blockers=linked)
    for number, keys in step.moves:
        for key in keys:
            target = ids[number]
            result[key] = replace(result[key], sprint_id=target, sprint_state=states[target])
    for there in step.to_backlog:
        result[there.key] = replace(result[there.key], sprint_id=None, sprint_state=None)
    for there in step.remove:
        result[there.key] = replace(result[there.key], removed=True)
    return result, after


@given(boards())
@settings(max_examples=150, deadline=None)
def test_after_a_push_there_is_nothing_left_to_push(
    case: Case,
) -> None:
    wanted, held, sprints = case
    again = difference(wanted, *applied(wanted, held, sprints))
    assert again.size == 0
    assert again.unchanged == len(wanted.issues)


@given(boards())
@settings(max_examples=150, deadline=None)
def test_what_is_under_way_or_finished_in_a_closed_sprint_is_never_moved(
    case: Case,
) -> None:
    wanted, held, sprints = case
    after, _ = applied(wanted, held, sprints)
    for key, issue in held.items():
        if issue.fixed:
            assert (after[key].sprint_id, after[key].sprint_state) == (issue.sprint_id, issue.sprint_state)
    step = difference(wanted, held, sprints)
    moved = {key for _, keys in step.moves for key in keys} | {issue.key for issue in step.to_backlog}
    assert not moved & {kept.key for kept in step.kept if held.get(kept.key) and held[kept.key].fixed}


@given(boards())
@settings(max_examples=150, deadline=None)
def test_nothing_is_lost_and_only_what_left_the_document_is_marked(
    case: Case,
) -> None:
    wanted, held, sprints = case
    after, after_sprints = applied(wanted, held, sprints)
    assert after.keys() == held.keys() | {issue.key for issue in wanted.issues}
    marked = {key for key in after if after[key].removed and not (key in held and held[key].removed)}
    assert marked.isdisjoint(wanted.known)
    assert marked == {
        key for key, issue in held.items() if key not in wanted.known and not issue.finished and not issue.removed
    }
    closed = {s.sprint_id for s in after_sprints if s.state is SprintState.CLOSED}
    assert not any(after[key].sprint_id in closed for key in after.keys() - held.keys())


@given(boards())
@settings(max_examples=150, deadline=None)
def test_only_links_that_muster_made_and_the_document_dropped_are_taken_away(case: Case) -> None:
    wanted, held, sprints = case
    after, _ = applied(wanted, held, sprints)
    keys = {issue.issue_id: key for key, issue in held.items()}
    planned = {issue.key for issue in wanted.issues}
    for key, issue in held.items():
        for issue_id in issue.blockers:
            dropped = key in planned and issue_id in keys and (keys[issue_id], key) not in wanted.dependencies
            taken_away = issue_id not in after[key].blockers
            assert taken_away == (dropped and issue_id in issue.own_blockers)


def test_a_link_to_work_that_is_done_or_left_out_stays() -> None:
    wanted = wanted_of(sprint_plan([story(4, sprint=1)]), known=["s1", "s2", "s3"], dependencies=[("s1", "s4")])
    held = {key: HeldIssue(key, key, key) for key in ("s1", "s2")}
    held["s4"] = HeldIssue("s4", "s4", "s4", blockers=frozenset({"s1", "s2"}), own_blockers=frozenset({"s1", "s2"}))
    assert difference(wanted, held, []).unlinks == (("s2", "s4"),)


def test_a_new_venture_gets_everything_in_order() -> None:
    plan = sprint_plan(
        [story(1, sprint=2, epic="login", tasks=1), story(2, sprint=1, epic="login"), story(3, sprint=None)], sprints=2
    )
    step = difference(wanted_of(plan), {}, [])
    assert [issue.key for issue in step.create] == ["login", "s2", "s1", "s3", "s1/t1"]
    assert step.moves == ((1, ("s2",)), (2, ("s1",)))
    assert step.links == (("s2", "s3"),)
    assert [s.number for s in step.new_sprints] == [1, 2]
    assert step.size == 5 + 2 + 1 + 2


def test_done_items_are_not_created_and_not_marked_as_removed() -> None:
    done = story(2, sprint=None).model_copy(update={"status": ItemStatus.DONE})
    wanted = wanted_of(sprint_plan([story(1, sprint=1), done, story(3, sprint=1)]), known=["s9"])
    held = {key: HeldIssue(key, key, key) for key in ("s2", "s9", "gone")}
    step = difference(wanted, held, [])
    assert [issue.key for issue in step.create] == ["s1", "s3"]
    assert [issue.key for issue in step.remove] == ["gone"]
    assert step.links == ()


def test_points_that_were_only_assumed_are_not_pushed() -> None:
    assumed = story(1, sprint=1).model_copy(update={"points_assumed": True})
    (issue,) = wanted_of(sprint_plan([assumed])).issues
    assert issue.points is None


@pytest.mark.parametrize(
    "change",
    [
        {"title": "B"},
        {"description": "more"},
        {"acceptance_criteria": ("x",)},
        {"points": Decimal("2.5")},
        {"labels": ("l",)},
        {"parent": "e2"},
        {"kind": IssueKind.TASK},
    ],
)
def test_every_word_that_is_pushed_is_in_the_digest(change: dict[str, object]) -> None:
    before = WantedIssue("a", IssueKind.STORY, "A", points=Decimal(2), parent="e1")
    assert replace(before, **change).content != before.content  # type: ignore[arg-type]


def test_points_written_in_another_way_are_no_change() -> None:
    before = WantedIssue("a", IssueKind.STORY, "A", points=Decimal(20))
    assert replace(before, points=Decimal("20.00")).content == before.content
    assert replace(before, sprint=3, blocked_by=("b",)).content == before.content


def test_two_items_of_one_key_are_refused() -> None:
    with pytest.raises(ValueError, match="two items"):
        wanted_of(sprint_plan([story(1, sprint=1), story(1, sprint=1)]))


def test_a_sprint_that_a_person_renamed_is_the_same_and_keeps_its_name() -> None:
    want = sprint(1)
    renamed = held_sprint(want, name="Our first")
    step = difference(Wanted("a", (want,), (), frozenset()), {}, [renamed])
    assert (step.new_sprints, step.changed_sprints) == ((), ())


def test_a_sprint_of_a_person_with_the_same_name_and_day_is_taken_over() -> None:
    want = sprint(1)
    theirs = HeldSprint("77", want.name, SprintState.FUTURE, "", want.start - dt.timedelta(days=1), want.end)
    step = difference(Wanted("a", (want,), (), frozenset()), {}, [theirs])
    assert (step.new_sprints, step.changed_sprints) == ((), (("77", want),))
    elsewhere = replace(theirs, start=want.start - dt.timedelta(days=30))
    assert difference(Wanted("a", (want,), (), frozenset()), {}, [elsewhere]).new_sprints == (want,)


def test_a_closed_sprint_one_does_not_become_the_first_sprint_of_a_later_plan() -> None:
    old = held_sprint(sprint(1), SprintState.CLOSED)
    later = sprint(1, start=DAY + dt.timedelta(days=100), end=DAY + dt.timedelta(days=111))
    assert match_sprints([later], [old]) == {}


def test_an_active_sprint_is_not_rewritten() -> None:
    active = held_sprint(sprint(1), SprintState.ACTIVE)
    step = difference(Wanted("a", (sprint(1, goal="Another"),), (), frozenset()), {}, [active])
    assert (step.new_sprints, step.changed_sprints) == ((), ())


def test_labels_hold_no_spaces_and_differ_between_ventures() -> None:
    labels = {item_label(venture, key) for venture in ("a", "b") for key in ("x", "y")}
    assert len(labels) == 4
    assert all(" " not in label for label in labels)
    assert venture_label("atlas") == "muster-atlas"
