"""What a plan says about itself: goals, reasons, assumptions, warnings."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from planners.sprints.model import SprintPlan, WarningKind
from planners.sprints.planner import plan_sprints
from planners.sprints.words import amount, long_date, named, percent, short
from tests.support.plan_documents import MONDAY, document, history, options, person, story


def why(plan: SprintPlan) -> dict[str, str]:
    return {item.key: item.why for item in plan.items}


def epic(key: str, title: str, *stories: dict[str, Any]) -> dict[str, Any]:
    return {"key": key, "title": title, "stories": stories}


def test_a_sprint_aims_at_what_it_finishes_or_brings_furthest() -> None:
    shop = epic("shop", "Checkout", story("a", 6), story("b", 6, depends_on=["a"]), story("c", 2, depends_on=["b"]))
    search = epic("search", "Search", story("d", 3), story("e", 8, depends_on=["c"]))
    plan = plan_sprints(document(epics=[shop, search]), options())
    assert [sprint.goal for sprint in plan.sprints] == [
        "Bring Checkout to 42 %",
        "Bring Checkout to 85 %",
        "Finish Checkout",
        "Finish Search",
    ]


def test_a_milestone_that_a_sprint_completes_is_its_goal() -> None:
    due = [{"title": "Beta", "due": "2026-04-24", "items": ["a"]}]
    plan = plan_sprints(document(epics=[epic("e", "Checkout", story("a"))], milestones=due), options())
    assert plan.sprints[0].goal == "Reach Beta"


def test_without_epics_the_goal_is_the_biggest_story() -> None:
    plan = plan_sprints(document(story("a", 2), story("b", 5), story("c", 20)), options())
    assert [sprint.goal for sprint in plan.sprints][:1] == ["Deliver Story b"]
    assert [sprint.goal for sprint in plan.sprints][-1:] == ["Deliver Story c"]
    assert any(sprint.goal == "Go on with Story c" for sprint in plan.sprints)


def test_a_sprint_with_nothing_in_it_says_so() -> None:
    plan = plan_sprints(document(story("a"), story("b", not_before=3)), options())
    assert plan.sprints[1].goal == "Nothing planned: room for what comes up"


def test_an_epic_with_an_item_in_no_sprint_is_not_finished() -> None:
    stories = [story("a", 3), story("b", 3, skills={"cobol": 1})]
    plan = plan_sprints(document(epics=[epic("e", "Ledger", *stories)], people=[person(skills=["api"])]), options())
    assert plan.sprints[0].goal == "Bring Ledger to 50 %"


def test_reasons_name_what_holds_an_item() -> None:
    plan = plan_sprints(
        document(
            story("a", 9, priority="must"),
            story("full", 9),
            story("after", 1, depends_on=["full"]),
            story("later", 1, not_before=4),
            story("fixed", 1, sprint=5),
        ),
        options(),
    )
    assert why(plan) == {
        "a": "Nothing holds it back, and sprint 1 has room.",
        "full": "Its dependencies allow sprint 1, but sprint 1 has no room in team team.",
        "after": "Comes after 'Story full'.",
        "later": "Not before sprint 4, as the plan says.",
        "fixed": "The plan fixes it in sprint 5.",
    }


def test_a_skill_that_holds_an_item_is_named() -> None:
    people = [person("Ann", skills=["api"]), person("Bo", skills=["ui"])]
    stories = [story("a", 10, skills={"api": 10}, priority="must"), story("b", 5, skills={"api": 5})]
    plan = plan_sprints(document(*stories, people=people), options())
    assert why(plan)["b"] == "Its dependencies allow sprint 1, but sprint 1 has no room for api in team team."


def test_the_points_of_a_skill_follow_the_parts_of_an_item() -> None:
    plan = plan_sprints(document(story("big", 20, skills={"api": 10}), people=[person(skills=["api"])]), options())
    assert [sprint.teams[0].skills["api"] for sprint in plan.sprints] == [5, 5]


def test_assumptions_say_where_the_velocity_comes_from() -> None:
    people = [person("Ann", team="red"), person("Bo", team="blue")]
    stories = [story("a", team="red"), story("b", team="blue")]
    closed = history(18, 22, 20, 25, 19, team="red")
    plan = plan_sprints(document(*stories, people=people, history=closed, country="DE"), options())
    found = {assumption.name: assumption.text for assumption in plan.assumptions}
    assert found["Velocity of red"].startswith("from 5 closed sprints: median ")
    assert found["Velocity of blue"].startswith("from capacity: 1 person")
    assert found["Utilisation"] == "75 % of working hours go to sprint items, and an hour gives 0.2 points"
    assert found["Commitment buffer"] == "15 % of the capacity is kept free in every sprint"
    assert found["Confidence"] == "85 % for velocity and dates"
    assert found["Public holidays in DE"] == "none on weekdays in the time of the plan"
    assert found["Horizon"].startswith("1 sprint, until 13 March 2026")


def test_holidays_and_absences_in_the_time_of_the_plan_are_listed() -> None:
    away = [{"start": MONDAY, "end": MONDAY}]
    plan = plan_sprints(
        document(*(story(f"s{n}", 9) for n in range(3)), people=[person(absences=away)], country="GB"), options()
    )
    found = {assumption.name: assumption.text for assumption in plan.assumptions}
    assert found["Public holidays in GB"] == "3 Apr (Good Friday)"
    assert found["Absences"] == "2 working days are lost to absences and public holidays"


def test_skills_that_nobody_lists_are_not_checked_and_that_is_said() -> None:
    plan = plan_sprints(document(story("a", skills={"api": 1})), options())
    assert not plan.unplaced
    assert [a.text for a in plan.assumptions if a.name == "Skills of team"] == [
        "not checked: nobody in the team lists any"
    ]


def test_a_velocity_that_rests_on_little_is_warned_of() -> None:
    plan = plan_sprints(document(story("a")), options())
    [text] = [warning.text for warning in plan.warnings if warning.kind is WarningKind.WEAK_FORECAST]
    assert text.startswith("The forecast of team team rests on little. No sprint is completed yet")


def test_items_needed_only_through_another_are_planned_too() -> None:
    stories = [
        story("top", priority="must", depends_on=["middle"]),
        story("middle", priority="could", depends_on=["base"]),
        story("base", priority="could"),
    ]
    plan = plan_sprints(document(*stories), options(scope="must"))
    assert [item.key for item in plan.items] == ["top", "middle", "base"]


def test_an_item_inherits_the_date_of_the_milestone_that_waits_for_it() -> None:
    stories = [story("x", 9), story("base", 9), story("goal", 9, depends_on=["base"])]
    due = [{"title": "Beta", "due": "2026-03-27", "items": ["goal"]}]
    plan = plan_sprints(document(*stories, milestones=due), options())
    assert {item.key: item.sprint for item in plan.items} == {"x": 3, "base": 1, "goal": 2}


def test_the_horizon_grows_until_everything_fits() -> None:
    people = [person(skills=["api"]), *(person(f"P{n}", skills=["ui"]) for n in range(6))]
    plan = plan_sprints(document(*(story(f"s{n}", 9, skills={"api": 9}) for n in range(25)), people=people), options())
    assert not plan.unplaced
    assert len(plan.sprints) == 25


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (list("abcdef"), "a, b, c, d, e and f"),  # never "and 1 more"
        (list("abcdefg"), "a, b, c, d, e and 2 more"),
    ],
)
def test_lists(keys: list[str], text: str) -> None:
    assert named(keys) == text


def test_amounts_dates_and_shares() -> None:
    plan = plan_sprints(document(story("a", "2.50")), options())
    assert amount(plan.items[0].points) == "2.5"
    assert percent(plan.options.confidence) == "85 %"
    assert long_date(dt.date(2026, 3, 2)) == "2 March 2026"
    assert short("x" * 41) == "x" * 39 + "…"
