"""What changed from one plan to the next."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings

from planners.plan.models import PlanDocument
from planners.sprints.difference import difference
from planners.sprints.model import ChangeKind, ItemChange, SprintPlan
from planners.sprints.planner import plan_sprints
from tests.support.plan_documents import document, documents, options, story


def plan(*stories: dict[str, Any], milestones: Any = (), **more: Any) -> SprintPlan:
    return plan_sprints(document(*stories, milestones=milestones), options(**more))


@settings(max_examples=15, deadline=None)
@given(documents())
def test_a_plan_differs_in_nothing_from_itself(given_document: PlanDocument) -> None:
    made = plan_sprints(given_document, options())
    assert difference(made, made).empty


def test_added_removed_moved_and_changed_items() -> None:
    before = plan(story("gone", 3), story("same", 1), story("moved", 9), story("changed", 1))
    after = plan(
        story("same", 1), story("moved", 9, labels=["x"]), story("new", 9), {**story("changed", 2), "title": "T"}
    )
    found = {change.key: change for change in difference(before, after).items}
    assert found["gone"] == ItemChange(key="gone", title="Story gone", kind=ChangeKind.REMOVED, before=1)
    assert found["new"] == ItemChange(key="new", title="Story new", kind=ChangeKind.ADDED, after=2)
    assert found["moved"] == ItemChange(
        key="moved", title="Story moved", kind=ChangeKind.MOVED, before=2, after=1, fields=("labels",)
    )
    assert found["changed"].fields == ("title", "story points")
    assert "same" not in found


def test_parts_that_move_are_a_change() -> None:
    before = plan(story("big", 20))
    after = plan(story("big", 20), capacity_factor="0.6")
    assert difference(before, after).items[0].kind is ChangeKind.MOVED


def test_options_and_dates_are_said_in_words() -> None:
    milestones = [{"title": "Beta", "due": "2026-03-27", "items": ["s0"]}]
    stories = [story(f"s{n}", 9, priority="must") for n in range(3)]
    before = plan(*stories, milestones=milestones)
    after = plan(*stories, milestones=milestones, buffer="0.20", capacity_factor="0.5", sprint_weeks=1)
    found = difference(before, after)
    assert found.options == ("Sprint length: 2 weeks → 1 week", "Buffer: 15 % → 20 %", "Capacity: 100 % → 50 %")
    assert [text.split(":")[0] for text in found.forecast] == [
        "Must-haves at 85 %",
        "Everything at 85 %",
        "Beta at 85 %",
    ]


def test_a_change_of_confidence_alone_is_not_passed_off_as_a_later_date() -> None:
    stories = [story(f"s{n}", 9) for n in range(3)]
    found = difference(plan(*stories), plan(*stories, confidence="0.5"))
    assert found.options == ("Confidence: 85 % → 50 %",)
    assert found.forecast[0].startswith("Everything at the chosen confidence: ")


def test_a_milestone_that_comes_or_goes_is_named() -> None:
    milestones = [{"title": "Beta", "due": "2026-03-27", "items": ["a"]}]
    found = difference(plan(story("a")), plan(story("a"), milestones=milestones))
    assert found.forecast == ("Beta: new",)
    assert difference(plan(story("a"), milestones=milestones), plan(story("a"))).forecast == (
        "Beta: no longer in the plan",
    )
