"""The plans that ship as examples load, and the broken one says everything that is wrong with it."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pytest

from planners.plan.loading import Source, load_document
from planners.plan.models import PlanDocument, Priority
from planners.plan.normalise import normalise
from planners.plan.problems import PlanProblems

EXAMPLES = Path(__file__).parents[3] / "examples"


def realistic() -> PlanDocument:
    folder = EXAMPLES / "realistic"
    names = ("resources.yaml", "timeline.yaml", "history.csv")
    extra = [Source(name, (folder / name).read_bytes()) for name in names]
    return load_document((folder / "plan.yaml").read_bytes(), name="plan.yaml", extra=extra)


def test_the_small_plan_is_the_same_in_yaml_and_markdown() -> None:
    in_yaml = load_document((EXAMPLES / "small.yaml").read_bytes(), name="small.yaml")
    in_markdown = load_document((EXAMPLES / "small.md").read_bytes(), name="small.md")
    assert in_yaml == in_markdown
    assert len(normalise(in_yaml).stories) == 12


def test_the_small_plan_is_recognised_without_its_name() -> None:
    for name in ("small.yaml", "small.md"):
        content = (EXAMPLES / name).read_text()
        assert load_document(content) == load_document(content, name=name)


def test_the_realistic_plan_is_put_together_from_four_files() -> None:
    document = realistic()
    plan = normalise(document)
    assert len(plan.stories) == 80
    assert plan.teams == ("core", "apps", "platform")
    assert document.timeline.start == dt.date(2027, 1, 11)
    assert len(document.history) == 27
    assert {person.country for person in document.resources.people} == {None, "PT", "DE-HH"}


def test_the_realistic_plan_has_what_a_real_one_has() -> None:
    stories = normalise(realistic()).stories
    assert sum(story.points is None for story in stories) == 4
    assert 0 < sum(not story.acceptance_criteria for story in stories) < 10
    assert max(story.points or Decimal(0) for story in stories) == 13


def test_the_must_haves_of_the_realistic_plan_wait_for_nothing_less_needed() -> None:
    plan = normalise(realistic())
    priority = {story.key: story.priority for story in plan.stories}
    for story in plan.stories:
        if story.priority is Priority.MUST:
            assert [key for key in story.depends_on if priority[key] is not Priority.MUST] == [], story.key


BROKEN = [
    (2, "format", "'muster/plan/v2' is not a known format; use muster/plan/v1"),
    (3, "plan.title", "is missing"),
    (4, "plan.venture", "'our shop' is not a key (letters and digits, with . _ / - inside, no spaces)"),
    (5, "plan.titel", "is not a known name here; did you mean 'title'?"),
    (6, "plan.stack", "'Python' is not a list; begin each entry with '- ', or write [a, b]"),
    (10, "plan.epics[0].priority", "'urgent' is not a priority; use must, should, could or wont"),
    (11, "plan.epics[0].depends_on[0]", "'accounts' can't wait for itself"),
    (15, "plan.epics[0].stories[0].points", "'five' is not a number"),
    (16, "plan.epics[0].stories[0].skills.front end", "'many' is not a number"),
    (17, "plan.epics[0].stories[1].key", "'log-in' is already the key on line 13"),
    (19, "plan.epics[0].stories[1].points", "'2000' is too big; at most 1000"),
    (21, "plan.epics[0].stories[2].points", "'1.125' has too many decimals; at most 2 are taken"),
    (22, "plan.epics[0].stories[2].epic", "'orders' is not the epic that it stands in ('accounts')"),
    (23, "plan.epics[0].stories[2].depends_on[0]", "'accounts' is its own epic; name the stories that come before"),
    (25, "plan.epics[0].stories[3].title", "is empty"),
    (27, "plan.epics[0].stories[3].points", "is there twice, on line 26 and on line 27"),
    (28, "plan.epics[0].stories[3].skills", "need 8 points together; the story has 3"),
    (
        31,
        "plan.epics[1].depends_on[0]",
        "'place-order' is a story of this epic; an epic can't wait for a part of itself",
    ),
    (35, "plan.epics[1].stories[0].team", "'wob' is not the key of a team; did you mean 'web'?"),
    (
        36,
        "plan.epics[1].stories[0].depends_on[0]",
        "'log-im' is not the key of an epic or story; did you mean 'log-in'?",
    ),
    (37, "plan.epics[1].stories[0].sprint", "is 1, but 'not_before' is 3"),
    (42, "plan.epics[1].stories[0].tasks[0].point", "is not a known name here; did you mean 'points'?"),
    (45, "plan.epics[1].stories[1].depends_on[0]", "'basket' is a task; name its story 'place-order'"),
    (46, "plan.epics[1].stories[1].status", "'somewhere' is not a status; use todo, started or done"),
    (
        47,
        "plan.epics[1].stories[1].acceptance_criteria",
        "an empty group is not a list; begin each entry with '- ', or write [a, b]",
    ),
    (48, "plan.epics[2]", "'Reports' is not a group of names and values"),
    (52, "plan.stories[0].epic", "'order' is not the key of an epic; did you mean 'orders'?"),
    (53, "plan.stories[0].depends_on[0]", "'search' can't wait for itself"),
    (54, "plan.stories[0].sprint", "'1.5' is not a whole number"),
    (56, "resources.country", "'Germany' is not a country code; write DE, or DE-BY for a part of it"),
    (59, "resources.teams[1].key", "'web' is already the key on line 58"),
    (60, "resources.teams[1].country", "no public holidays are known for 'XX'"),
    (64, "resources.people[0].hours_per_day", "'25' is too big; at most 24"),
    (66, "resources.people[0].absences[0].end", "'2027-02-01' is before '2027-02-05'"),
    (67, "resources.people[1].name", "'Ana' is already in this team on line 62"),
    (69, "resources.people[1].share", "'0' is too small; it must be more than 0"),
    (70, "resources.people[1].starts", "'1.2.2027' is not a date; write it as 2027-01-31"),
    (73, "resources.roles[0].critical", "'maybe' is not true or false"),
    (74, "resources.roles[0].team", "a list is not a text"),
    (76, "timeline.start", "'2027-02-30' is not a day of the calendar"),
    (77, "timeline.sprint_weeks", "'6' is too big; at most 4"),
    (79, "timeline.milestones[0].due", "is missing"),
    (
        80,
        "timeline.milestones[0].items[0]",
        "'orderz' is not the key of an epic or story; did you mean 'orders'?",
    ),
    (82, "history[0].team", "'mobile' is not the key of a team; teams are 'web'"),
    (83, "history[0].completed_points", "'-3' is too small; at least 0"),
    (84, "history[0].people", "'a few' is not a whole number"),
]


def test_the_broken_plan_says_everything_that_is_wrong_with_it() -> None:
    with pytest.raises(PlanProblems) as raised:
        load_document((EXAMPLES / "broken.yaml").read_bytes(), name="broken.yaml")
    assert [(each.line, each.path, each.message) for each in raised.value.problems] == BROKEN
    assert {each.source for each in raised.value.problems} == {"broken.yaml"}


def test_each_mistake_of_the_broken_plan_is_explained_beside_it() -> None:
    lines = (EXAMPLES / "broken.yaml").read_text().splitlines()
    commented = {number for number, line in enumerate(lines, 1) if number > 1 and re.search(r"\S.*#", line)}
    # What is missing or doubled is found on another line than the one that explains it.
    assert commented == {line for line, _, _ in BROKEN} - {3, 79}
