"""Markdown plans: what becomes an epic, a story, a task, a field or plain text."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from planners.plan.loading import load_document
from planners.plan.models import PlanDocument
from planners.plan.problems import PlanProblems

HEAD = "# A shop\n\n## Orders\n\n### Pay\n\n"


def load(text: str) -> PlanDocument:
    return load_document(text, name="plan.md")


def problems(text: str) -> list[str]:
    with pytest.raises(PlanProblems) as raised:
        load(text)
    return [str(each) for each in raised.value.problems]


def test_headings_are_plan_epic_and_story() -> None:
    plan = load("# A shop\n## Epic: Orders\n### Story: Pay\n## Stories\n### Search\n").plan
    assert (plan.title, plan.venture) == ("A shop", "a-shop")
    assert [epic.title for epic in plan.epics] == ["Orders"]
    assert [story.title for story in plan.epics[0].stories] == ["Pay"]
    assert [story.title for story in plan.stories] == ["Search"]


def test_fields_are_lines_or_entries_and_the_rest_is_the_description() -> None:
    text = (
        HEAD + "**Points:** 5\n- depends on: `Put in the basket`\n- skills: back end 3, front end 1.5\n\nWords: here.\n"
    )
    story = load(text + "\n### Put in the basket\n").plan.epics[0].stories[0]
    assert story.points == 5
    assert story.depends_on == ("put-in-the-basket",)
    assert story.skills == {"back end": 3, "front end": Decimal("1.5")}
    assert story.description == "Words: here."


def test_entries_of_a_story_are_tasks_with_fields_after_semicolons_or_below() -> None:
    text = HEAD + "- [ ] Form; really; skill: html; points: 2\n- [x] Receipt\n  - skill: mail\n"
    tasks = load(text).plan.epics[0].stories[0].tasks
    assert [(task.title, task.skill, task.points) for task in tasks] == [
        ("Form; really", "html", Decimal(2)),
        ("Receipt", "mail", None),
    ]


@pytest.mark.parametrize("label", ["Acceptance criteria:", "**Acceptance criteria**", "#### Acceptance criteria"])
def test_acceptance_criteria_have_a_label_or_a_heading(label: str) -> None:
    story = (
        load(HEAD + f"{label}\n\n- once\n- points: are no field here\n\n#### Tasks\n\n1. Form\n")
        .plan.epics[0]
        .stories[0]
    )
    assert story.acceptance_criteria == ("once", "points: are no field here")
    assert [task.title for task in story.tasks] == ["Form"]


def test_what_stands_below_other_small_headings_is_kept_as_it_is() -> None:
    story = load(HEAD + "#### Notes\n\n- points: 3\n\n```\n# no title\n```\n").plan.epics[0].stories[0]
    assert story.points is None
    assert story.description == "#### Notes\n- points: 3\n\n```\n# no title\n```"


def test_teams_people_and_dates() -> None:
    document = load(
        HEAD + "team: Web shop\n\n## Teams\n\n- Web shop; country: DE\n\n## People\n\n"
        "- Ana; team: Web shop; skills: html, mail; hours per day: 6; off: 2027-02-01 to 2027-02-05 (ski), 2027-03-01\n"
        "\n## Timeline\n\nstart: 2027-01-11\nsprint length: 3 weeks\n\n## Milestones\n\n- Open\n  - due: 2027-03-05\n"
        "  - items: Pay, Orders\n\n## History\n\n- Sprint 1; completed: 20; committed: 22\n"
    )
    person = document.resources.people[0]
    assert document.resources.teams[0].key == document.plan.epics[0].stories[0].team == person.team == "web-shop"
    assert (person.hours_per_day, person.skills) == (Decimal(6), ("html", "mail"))
    assert [(each.start.day, each.end.day, each.reason) for each in person.absences] == [(1, 5, "ski"), (1, 1, "")]
    assert document.timeline.start == dt.date(2027, 1, 11)
    assert document.timeline.sprint_weeks == 3
    assert document.timeline.milestones[0].items == ("pay", "orders")
    assert (document.history[0].name, document.history[0].completed_points) == ("Sprint 1", Decimal(20))


def test_architecture_is_kept_with_its_headings() -> None:
    plan = load(
        "# A\n\nIntro.\n\n## Architecture\n\nOne: two.\n\n### Database\n\n- a\n\n## Stack\n\nPython, HTMX\n\n- Go\n"
    ).plan
    assert plan.architecture == "Intro.\nOne: two.\n\n### Database\n- a"
    assert plan.stack == ("Python", "HTMX", "Go")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEAD + "points: five\n", "plan.md:7: story 'Pay'.points: 'five' is not a number"),
        (HEAD + "pionts: 5\n", "plan.md:7: story 'Pay'.pionts: is not a known field; did you mean 'points'?"),
        (HEAD + "points: 5\n\npoints: 3\n", "plan.md:9: story 'Pay'.points: is there twice, on line 7 and on line 9"),
        (
            HEAD + "depends on: Search\n",
            "plan.md:7: story 'Pay'.depends on[0]: 'search' is not the key of an epic or story",
        ),
        (HEAD + "- Form\n  - wat\n", "plan.md:8: 'wat': is not a field of task 'Form'"),
        (
            HEAD + "# Another\n",
            "plan.md:7: is a second title; the plan's title is on line 1, and epics begin with '##'",
        ),
        ("## Orders\n", "plan.md:1: title (the heading '# …'): is missing"),
        (
            "# A\n## Orders\n- Pay\n",
            "plan.md:3: 'Pay': stands in no story; put '### …' above it, or '#### Description'",
        ),
        ("# A\n## People\nAna\n", "plan.md:3: 'Ana': is passed over here; write an entry beginning with '- '"),
        ("# A\n## Stories\nwords\n", "plan.md:3: 'words': belongs to nothing here; put a heading above it"),
        ("# A\x00\n", "plan.md:1: holds the control character U+0000"),
    ],
)
def test_mistakes_are_named_where_they_stand(text: str, expected: str) -> None:
    assert any(each.startswith(expected) for each in problems(text)), problems(text)


def test_too_many_lines_are_refused_with_the_number() -> None:
    assert problems("\n" * 250_000) == ["plan.md: has 250,001 lines; at most 200,000 are taken in Markdown"]
