"""The order inside sprints: the plan's after a push, and nothing is touched that is right already."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from planners.sprints.pushing import HeldIssue, SprintState, Wanted, wanted_of
from planners.sprints.ranking import Reordering, reorderings
from tests.support.push_plans import sprint_plan, story

SPRINTS = {1: "11", 2: "12"}


def case(first: int, second: int, state: SprintState = SprintState.FUTURE) -> tuple[Wanted, dict[str, HeldIssue]]:
    """A plan with so many stories in each of two sprints, and a board that has them there; ids are keys."""
    stories = [story(n, sprint=1 if n <= first else 2) for n in range(1, first + second + 1)]
    held = {
        item.key: HeldIssue(item.key, item.key, item.key, sprint_id=SPRINTS[item.sprint or 0], sprint_state=state)
        for item in stories
    }
    return wanted_of(sprint_plan(stories, sprints=2)), held


def applied(ranking: list[str], steps: tuple[Reordering, ...]) -> list[str]:
    """The board's order after every step."""
    for anchor, keys in steps:
        ranking = [key for key in ranking if key not in keys]
        at = ranking.index(anchor) + 1
        ranking[at:at] = keys
    return ranking


@given(st.data(), st.integers(0, 7), st.integers(0, 7), st.integers(1, 4))
@settings(max_examples=200, deadline=None)
def test_after_a_push_the_order_is_that_of_the_plan(data: st.DataObject, first: int, second: int, limit: int) -> None:
    wanted, held = case(first, second)
    ranking = data.draw(st.permutations([*held, "theirs", "another"]))
    steps = reorderings(wanted, held, SPRINTS, ranking, limit)
    after = applied(ranking, steps)
    for keys in ([f"s{n}" for n in range(1, first + 1)], [f"s{n}" for n in range(first + 1, first + second + 1)]):
        assert [key for key in after if key in keys] == keys
    assert reorderings(wanted, held, SPRINTS, after, limit) == ()
    assert all(1 <= len(keys) <= limit for _, keys in steps)


def test_only_what_is_out_of_place_is_ranked() -> None:
    wanted, held = case(6, 0)
    assert reorderings(wanted, held, SPRINTS, ["s1", "s2", "s4", "s3", "s5", "s6"], 50) == (("s2", ("s3", "s4")),)
    assert reorderings(wanted, held, SPRINTS, ["s2", "s1", "s3", "s4", "s5", "s6"], 50) == (("s1", ("s2",)),)


def test_what_the_index_does_not_show_yet_stands_at_the_end() -> None:
    wanted, held = case(4, 0)
    assert reorderings(wanted, held, SPRINTS, ["s1", "s2"], 50) == ()
    assert reorderings(wanted, held, SPRINTS, ["s1", "s3", "s4"], 50) == (("s1", ("s2", "s3", "s4")),)


def test_a_sprint_that_began_and_what_is_in_another_one_keep_their_order() -> None:
    wanted, held = case(3, 0, SprintState.ACTIVE)
    assert reorderings(wanted, held, SPRINTS, ["s3", "s2", "s1"], 50) == ()
    wanted, held = case(3, 0)
    held["s3"] = replace(held["s3"], sprint_id="99")
    assert reorderings(wanted, held, SPRINTS, ["s3", "s1", "s2"], 50) == ()
