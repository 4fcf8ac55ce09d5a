"""Explanations: what holds an item, what it would cost to move it, and what decides the plan."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings

from planners.plan.models import PlanDocument
from planners.sprints.answers import ItemExplanation, PlanExplanation
from planners.sprints.explain import Hold
from planners.sprints.model import PinnedSprint, PlanningError
from planners.sprints.planner import plan_sprints
from planners.sprints.why import UnknownItem, explain_item, explain_plan
from tests.support.plan_documents import MONDAY, document, documents, history, options, person, story

AWAY = [{"start": MONDAY, "end": MONDAY + dt.timedelta(days=11), "reason": "Sailing"}]


def why(given_document: PlanDocument, key: str, **more: object) -> ItemExplanation:
    return explain_item(given_document, plan_sprints(given_document, options(**more)), key)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_every_item_of_every_plan_is_explained(given_document: PlanDocument) -> None:
    plan = plan_sprints(given_document, options())
    for item in plan.items:
        found = explain_item(given_document, plan, item.key)
        first = item.parts[0].sprint if item.parts else item.sprint
        assert all(sentence.endswith(".") for sentence in found.sentences), found.sentences
        assert found.sprint == item.sprint
        if first is not None and found.held_by is not Hold.FIXED:
            assert found.earliest_by_dependencies is not None
            assert found.earliest_by_capacity is not None
            assert found.earliest_by_dependencies <= found.earliest_by_capacity <= (item.sprint or 0)
        for move in found.moves:
            assert move.before != move.after
    whole = explain_plan(given_document, plan)
    assert PlanExplanation.model_validate_json(whole.model_dump_json()) == whole
    assert [link.sprint for link in whole.critical_chain] == sorted(link.sprint for link in whole.critical_chain)


def test_a_chain_names_what_comes_before() -> None:
    found = why(document(story("a"), story("b", depends_on=["a"])), "b")
    assert (found.held_by, found.holders) == (Hold.CHAIN, ("a",))
    assert (found.earliest_by_dependencies, found.earliest_by_capacity) == (2, 2)
    assert "It comes after 'Story a' (sprint 1)." in found.sentences


def test_a_full_team_names_who_takes_the_room_and_what_would_move() -> None:
    found = why(document(story("a", 8), story("b", 8)), "b")
    assert (found.held_by, found.holders, found.competing) == (Hold.SKILL, ("team",), ("a",))
    assert "In sprint 1 team team has no more room, taken by 'Story a'." in found.sentences
    assert [(move.key, move.before, move.after) for move in found.moves] == [("b", 2, 1), ("a", 1, 2)]
    assert "In sprint 1 instead, one other item would move: 'Story a' (sprint 1 to 2)." in found.sentences


def test_a_scarce_skill_is_named() -> None:
    people = [person("Ann", skills=["api"]), person("Bo", skills=["ui"])]
    stories = [story("a", 8, skills={"api": 8}), story("b", 8, skills={"api": 8})]
    found = why(document(*stories, people=people), "b")
    assert (found.held_by, found.holders) == (Hold.SKILL, ("api",))
    assert "In sprint 1 team team has no more room for api, taken by 'Story a'." in found.sentences


def test_an_absence_is_named_with_its_reason() -> None:
    people = [person("Ann", absences=AWAY), person("Bo")]
    found = why(document(story("a", 8), story("b", 6), people=people), "b")
    assert (found.held_by, found.holders) == (Hold.ABSENCE, ("Ann",))
    assert (
        "Sprint 1 has less time than usual: Ann is away (Sailing, 2 March 2026 to 13 March 2026). The rest is taken by "
        "'Story a'."
    ) in found.sentences


def test_a_milestone_that_takes_the_room_is_named() -> None:
    due = [{"title": "Beta", "key": "beta", "due": MONDAY + dt.timedelta(days=11), "items": ["b"]}]
    found = why(document(story("a", 8, priority="must"), story("b", 8), milestones=due), "a")
    assert (found.held_by, found.holders) == (Hold.TARGET, ("beta",))
    assert "Sprint 1 is kept for what milestone 'Beta' needs, taken by 'Story b'." in found.sentences
    assert "Milestone 'Beta' would be done in sprint 2 instead of 1, 1 sprint late." in found.sentences


def test_what_is_pinned_started_or_first_is_not_forced() -> None:
    given_document = document(story("a", status="started"), story("b"), story("c"))
    plan = plan_sprints(given_document, options(), pinned=[PinnedSprint(key="c", sprint=3)])
    texts = {key: explain_item(given_document, plan, key) for key in ("a", "b", "c")}
    assert texts["a"].sentences[-1] == "Its work has started, so it stays in sprint 1."
    assert texts["b"].sentences[-1] == "It can't be earlier: sprint 1 is the first."
    assert texts["c"].sentences[-1] == "It is in sprint 3 on the board, so it stays there."
    assert not any(found.moves for found in texts.values())


def test_an_item_whose_chain_cannot_come_along_says_which_one() -> None:
    found = why(document(story("a", status="started"), story("b", depends_on=["a"])), "b")
    assert (found.stopped_by, found.moves) == ("a", ())
    assert found.sentences[-1] == "One sprint earlier is not possible: 'Story a' can't move, or finds no room."


def test_an_item_in_no_sprint_says_why() -> None:
    stories = [story("a", 3, skills={"cobol": 2}), story("b")]
    found = why(document(*stories, people=[person(skills=["api"])]), "a")
    assert (found.held_by, found.sprint) == (Hold.OUT, None)
    assert "Nobody in team team can do cobol." in found.sentences


def test_a_team_of_which_only_sprints_are_known_is_explained() -> None:
    stories = [story(f"s{n}", 8) for n in range(6)]
    given_document = document(*stories, people=[], history=history(9, 11, 10, 12, 9, 10), country="GB")
    plan = plan_sprints(given_document, options())
    for item in plan.items:
        assert explain_item(given_document, plan, item.key).sentences


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("sign-upp", "the plan has no item 'sign-upp'; did you mean 'sign-up'?"),
        ("old", "'old' is not planned: it is done"),
        ("never", "'never' is not planned: it is a won't-have"),
        ("later", "'later' is not planned: it is outside the scope"),
    ],
)
def test_an_item_that_is_not_planned_is_refused_with_the_reason(key: str, said: str) -> None:
    stories = [
        story("sign-up", priority="must"),
        story("old", status="done"),
        story("never", priority="wont"),
        story("later", priority="could"),
    ]
    with pytest.raises(UnknownItem) as caught:
        why(document(*stories), key, scope="must")
    assert caught.value.args[0] == said


def test_a_plan_of_another_document_is_refused() -> None:
    plan = plan_sprints(document(story("a")), options())
    with pytest.raises(PlanningError, match="was not made from this document"):
        explain_item(document(story("b")), plan, "a")


def test_the_plan_is_explained_by_its_chain_its_skills_and_its_milestones() -> None:
    due = [
        {"title": "Beta", "key": "beta", "due": MONDAY + dt.timedelta(days=11), "items": ["b"]},
        {"title": "Gold", "key": "gold", "due": MONDAY + dt.timedelta(days=70), "items": ["a"]},
    ]
    people = [person("Ann", skills=["api"]), person("Bo", skills=["ui"])]
    given_document = document(
        story("a", 6, skills={"api": 6}),
        story("b", 6, skills={"api": 6}, depends_on=["a"]),
        people=people,
        milestones=due,
    )
    found = explain_plan(given_document, plan_sprints(given_document, options()))
    assert [(link.key, link.sprint, link.text) for link in found.critical_chain] == [
        ("a", 1, "starts the chain"),
        ("b", 2, "waits for 'Story a'"),
    ]
    assert [(each.sprint, each.skills) for each in found.bottlenecks] == [(1, ("api",)), (2, ("api",))]
    assert [(each.key, each.slack) for each in found.milestones] == [("beta", -1), ("gold", 4)]
    assert "Milestone 'Beta' is 1 sprint late: done in sprint 2, due on 13 March 2026." in found.sentences
