"""Planning again: few moves for a stated price, and nothing moves that need not."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from planners.plan.loading import Source, load_document
from planners.plan.models import ItemStatus, PlanDocument
from planners.sprints.answers import ReplanChoice, ReplanName
from planners.sprints.model import ChangeKind, PinnedSprint, PlanningError
from planners.sprints.planner import default_options, plan_sprints
from planners.sprints.replan import replan
from planners.sprints.what_if import apply
from tests.support.plan_documents import MONDAY, document, documents, options, person, story
from tests.support.sprint_plan_checker import broken

REALISTIC = Path(__file__).parents[3] / "examples" / "realistic"
PEOPLE = [person("Ann"), person("Bo")]


def shop(count: int = 20, **more: object) -> PlanDocument:
    due = [
        {"title": "Beta", "key": "beta", "due": MONDAY + dt.timedelta(days=39), "items": ["s12", "s13"], "weight": 2}
    ]
    stories = [story(f"s{n}", 5, depends_on=[f"s{n - 4}"] if n % 4 == 3 and n > 4 else []) for n in range(count)]
    parts = {"people": PEOPLE, "milestones": due, **more}
    return document(*stories, **parts)


def again(now: PlanDocument, then: PlanDocument, **more: object) -> tuple[ReplanChoice, ...]:
    return replan(now, options(**more), plan_sprints(then, options()))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents(), documents())
def test_every_choice_keeps_the_rules(then: PlanDocument, now: PlanDocument) -> None:
    choices = again(now, then)
    assert [choice.moves for choice in choices] == sorted({choice.moves for choice in choices})
    costs = [(choice.unplaced, choice.lateness) for choice in choices]
    assert costs == sorted(costs, reverse=True)
    for choice in choices:
        assert broken(choice.plan, now) == []
        moved = [each for each in choice.difference.items if each.kind is ChangeKind.MOVED]
        assert choice.moves == len(moved)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_without_new_facts_nothing_has_to_move(given_document: PlanDocument) -> None:
    first = again(given_document, given_document)[0]
    assert first.moves == 0
    assert len(first.plan.sprints) == len(plan_sprints(given_document, options()).sprints)


def test_a_new_item_moves_no_other_in_the_first_choice() -> None:
    then = shop()
    now = shop(21)
    first = again(now, then)[0]
    assert (first.name, first.moves) == (ReplanName.FEWEST, 0)
    [added] = [change for change in first.difference.items if change.kind is ChangeKind.ADDED]
    assert added.key == "s20"


def test_what_is_done_leaves_and_what_slipped_comes_first() -> None:
    then = shop()
    previous = plan_sprints(then, options())
    over = {item.key for item in previous.items if item.sprint == 1} - {"s1"}
    stories = [
        each.model_copy(update={"status": ItemStatus.DONE}) if each.key in over else each for each in then.plan.stories
    ]
    now = then.model_copy(update={"plan": then.plan.model_copy(update={"stories": tuple(stories)})})
    later = options().model_copy(update={"start": MONDAY + dt.timedelta(days=14)})
    first = replan(now, later, previous)[0]
    changes = {change.key: change for change in first.difference.items}
    assert (changes["s1"].before, changes["s1"].after) == (0, 1)
    assert changes["s0"].kind is ChangeKind.REMOVED
    assert broken(first.plan, now) == []


def test_less_capacity_offers_few_moves_or_little_lateness() -> None:
    parts = [
        Source(name, (REALISTIC / name).read_text("utf-8"))
        for name in ("resources.yaml", "timeline.yaml", "history.csv")
    ]
    then = load_document((REALISTIC / "plan.yaml").read_text("utf-8"), name="plan.yaml", extra=parts)
    before = default_options(then, MONDAY)
    now, slower = apply(then, before, ["velocity -10 %"])
    choices = replan(now, slower, plan_sprints(then, before))
    assert len(choices) > 1
    assert choices[0].moves < choices[1].moves
    assert choices[0].lateness > choices[1].lateness
    assert choices[1].name is ReplanName.BALANCED
    assert (choices[1].lateness, choices[1].moves < len(now.plan.epics) * 4) == (0, True)
    assert choices[0].text.startswith(f"{choices[0].moves} stories move; the plan takes ")
    assert not any(broken(choice.plan, now) for choice in choices)


def test_what_the_board_holds_stays() -> None:
    then = shop()
    choices = replan(then, options(), plan_sprints(then, options()), pinned=[PinnedSprint(key="s19", sprint=1)])
    assert all({item.key: item.sprint for item in choice.plan.items}["s19"] == 1 for choice in choices)


@pytest.mark.parametrize(
    "changed",
    [{"start": MONDAY + dt.timedelta(days=7)}, {"sprint_weeks": 3}],
    ids=["half a sprint later", "longer sprints"],
)
def test_sprints_that_do_not_lie_on_each_other_are_refused(changed: dict[str, object]) -> None:
    with pytest.raises(PlanningError, match="has sprints from 2 March 2026, every 2 weeks, which don't lie"):
        replan(shop(), options().model_copy(update=changed), plan_sprints(shop(), options()))
