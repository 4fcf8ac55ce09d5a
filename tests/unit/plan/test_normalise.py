"""Flat plans: keys that stay, defaults handed down, epics that stand for their stories."""

from __future__ import annotations

from typing import Any

import pytest

from planners.plan.keys import slug
from planners.plan.models import PlanDocument, Priority
from planners.plan.normalise import NormalisedPlan, normalise
from planners.plan.problems import PlanProblems


def flat(epics: list[Any] | None = None, stories: list[Any] | None = None, **parts: Any) -> NormalisedPlan:
    plan = {"venture": "v", "title": "t", "epics": epics or [], "stories": stories or []}
    return normalise(PlanDocument.model_validate({"plan": plan, **parts}))


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("Pay by card", "pay-by-card"),
        ("  Größe & Maß, 2. Teil! ", "grosse-mass-2-teil"),
        ("Łódź/Ærø", "lodz-aero"),
        ("支払い", "item-e7882037"),
    ],
)
def test_keys_are_made_from_titles(title: str, key: str) -> None:
    assert slug(title) == key


def test_titles_without_latin_letters_have_different_keys() -> None:
    assert slug("支払い") != slug("検索")


def test_equal_titles_get_a_number_and_own_keys_are_never_taken() -> None:
    plan = flat(
        [{"title": "Pay", "stories": [{"title": "Pay"}, {"title": "Pay"}, {"title": "x", "key": "pay-2"}]}],
        [{"title": "Pay!"}, {"title": "Later", "key": "pay"}],
    )
    assert [epic.key for epic in plan.epics] == ["pay-3"]
    assert [story.key for story in plan.stories] == ["pay-4", "pay-5", "pay-2", "pay-6", "pay"]


def test_an_item_that_is_added_with_a_key_renames_nothing() -> None:
    before = flat(stories=[{"title": "Pay"}, {"title": "Search"}])
    after = flat(stories=[{"title": "Other", "key": "other"}, {"title": "Pay"}, {"title": "Search"}])
    assert [story.key for story in before.stories] == [story.key for story in after.stories][1:]


def test_long_keys_stay_within_their_limit() -> None:
    title = "word " * 50
    plan = flat(stories=[{"title": title, "tasks": [{"title": title}, {"title": title}]}, {"title": title}])
    keys = [*(story.key for story in plan.stories), *(task.key for story in plan.stories for task in story.tasks)]
    assert max(map(len, keys)) <= 80
    assert len(set(keys)) == 4


def test_tasks_are_named_below_their_story() -> None:
    (story,) = flat(
        stories=[{"title": "Pay", "tasks": [{"title": "Form"}, {"title": "Form"}, {"title": "x", "key": "own"}]}]
    ).stories
    assert [task.key for task in story.tasks] == ["pay/form", "pay/form-2", "own"]


def test_priority_and_team_come_from_the_epic_unless_the_story_has_its_own() -> None:
    plan = flat(
        [
            {
                "title": "E",
                "key": "e",
                "priority": "must",
                "team": "web",
                "stories": [{"title": "a"}, {"title": "b", "priority": "should", "team": "app"}],
            }
        ],
        [{"title": "c", "epic": "e"}, {"title": "d"}],
    )
    found = [(story.key, story.epic, story.priority, story.team) for story in plan.stories]
    assert found == [
        ("a", "e", Priority.MUST, "web"),
        ("b", "e", Priority.SHOULD, "app"),
        ("c", "e", Priority.MUST, "web"),
        ("d", None, Priority.SHOULD, None),
    ]
    assert plan.epics[0].stories == ("a", "b", "c")
    assert plan.teams == ("web", "app")


def test_the_priority_of_an_epic_survives_json() -> None:
    document = PlanDocument.model_validate(
        {
            "plan": {
                "venture": "v",
                "title": "t",
                "epics": [{"title": "E", "priority": "must", "stories": [{"title": "a"}]}],
            }
        }
    )
    assert normalise(PlanDocument.model_validate_json(document.model_dump_json())) == normalise(document)


def test_the_only_team_takes_everything() -> None:
    assert flat(stories=[{"title": "a"}], resources={"teams": [{"key": "web"}]}).stories[0].team == "web"
    assert flat(stories=[{"title": "a"}]).stories[0].team == "team"


def test_an_epic_stands_for_its_stories_and_hands_its_dependencies_down() -> None:
    plan = flat(
        [
            {"title": "A", "stories": [{"title": "a1"}, {"title": "a2"}]},
            {"title": "B", "depends_on": ["a"], "stories": [{"title": "b1", "depends_on": ["a2"]}, {"title": "b2"}]},
        ],
        [{"title": "c", "depends_on": ["b", "a1"]}],
    )
    found = {story.key: story.depends_on for story in plan.stories}
    assert found == {"a1": (), "a2": (), "b1": ("a2", "a1"), "b2": ("a1", "a2"), "c": ("b1", "b2", "a1")}


def test_milestones_name_stories_and_every_must_have_when_they_name_nothing() -> None:
    plan = flat(
        [{"title": "A", "stories": [{"title": "a1", "priority": "must"}, {"title": "a2"}]}],
        [{"title": "b"}],
        timeline={
            "milestones": [
                {"title": "M", "due": "2027-03-01"},
                {"title": "M", "due": "2027-04-01", "items": ["a", "b"]},
            ]
        },
    )
    assert [(each.key, each.items) for each in plan.milestones] == [("m", ("a1",)), ("m-2", ("a1", "a2", "b"))]


def test_a_name_that_is_not_in_the_plan_is_refused() -> None:
    with pytest.raises(PlanProblems, match="'b' is not in the plan"):
        flat(stories=[{"title": "a", "depends_on": ["b"]}])
