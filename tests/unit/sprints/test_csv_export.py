"""The CSV that Jira's importer takes."""

from __future__ import annotations

import csv
import io

import pytest

from planners.plan.loading import load_document
from planners.plan.normalise import normalise
from planners.sprints.csv_export import to_jira_csv
from planners.sprints.planner import plan_sprints
from tests.support.plan_documents import document, options, person, story


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def exported() -> list[list[str]]:
    checkout = {
        "key": "checkout",
        "title": "Checkout",
        "labels": ["q1"],
        "stories": [
            story("pay", "2.50", depends_on=["cart"], labels=["two words", "money"], priority="must"),
            story("cart", 3, tasks=[{"title": "Table"}, {"title": "View", "points": 1}], description="Keep it."),
        ],
    }
    return rows(to_jira_csv(plan_sprints(document(epics=[checkout]), options())))


def test_each_row_has_as_many_cells_as_the_header() -> None:
    table = exported()
    assert {len(row) for row in table} == {len(table[0])}
    assert table[0] == [
        *("Issue Id", "Parent Id", "Issue Type", "Summary", "Description", "Priority", "Story Points", "Sprint"),
        *("External Key", "Labels", "Labels", "Outward issue link (Blocks)"),
    ]


def test_parents_stand_above_their_children_and_are_named_by_id() -> None:
    table = exported()[1:]
    assert [row[2] for row in table] == ["Epic", "Story", "Story", "Sub-task", "Sub-task"]
    place = {row[0]: n for n, row in enumerate(table)}
    assert len(place) == len(table)
    assert all(place[row[1]] < n for n, row in enumerate(table) if row[1])
    by_key = {row[8]: row for row in table}
    assert by_key["pay"][1] == by_key["checkout"][0]
    assert by_key["cart/table"][1] == by_key["cart"][0]


def test_the_one_waited_for_blocks_the_one_that_waits() -> None:
    by_key = {row[8]: row for row in exported()[1:]}
    assert by_key["cart"][11] == by_key["pay"][0]
    assert by_key["pay"][11] == ""


def test_points_priorities_sprints_labels_and_criteria() -> None:
    by_key = {row[8]: row for row in exported()[1:]}
    assert by_key["pay"][5:8] == ["Highest", "2.5", "Sprint 2"]
    assert by_key["cart"][5:8] == ["Medium", "3", "Sprint 1"]
    assert by_key["pay"][9:11] == ["two-words", "money"]
    assert by_key["cart"][4] == "Keep it.\n\nAcceptance criteria:\n* it works"


def test_a_story_that_did_not_fit_has_no_sprint_and_comes_last() -> None:
    plan = plan_sprints(
        document(story("a", skills={"cobol": 1}), story("b"), people=[person(skills=["api"])]), options()
    )
    assert [(row[8], row[7]) for row in rows(to_jira_csv(plan))[1:]] == [("b", "Sprint 1"), ("a", "")]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r="])
def test_a_cell_never_starts_a_formula(start: str) -> None:
    text = f"{start}HYPERLINK(1)"
    plan = plan_sprints(document({**story("a"), "title": text, "description": text, "labels": [text]}), options())
    plan = plan.model_copy(update={"items": (plan.items[0].model_copy(update={"title": text, "description": text}),)})
    row = rows(to_jira_csv(plan))[1]
    assert row[3] == f"'{text}"
    assert row[4].startswith(f"'{text}")
    assert not row[9].startswith(("=", "+", "-", "@"))


def test_quotes_commas_and_lines_come_back_as_they_were() -> None:
    text = 'a "b", c\nd; e'
    plan = plan_sprints(document({**story("a", acceptance_criteria=[]), "description": text}), options())
    assert rows(to_jira_csv(plan))[1][4] == text


def test_what_is_exported_can_be_loaded_as_a_plan_again() -> None:
    tasks = [{"title": "Table"}, {"title": "View"}]
    plan = plan_sprints(
        document(
            story("pay", "2.5", labels=["money"], priority="must"),
            story("cart", 3, tasks=tasks, acceptance_criteria=["one", "two"]),
            story("else", 5, priority="could"),
        ),
        options(),
    )
    back = {each.title: each for each in normalise(load_document(to_jira_csv(plan), name="plan.csv")).stories}
    assert len(back) == len(plan.items)
    for item in plan.items:
        read = back[item.title]
        assert (read.points, read.priority, read.labels) == (item.points, item.priority, item.labels)
        assert read.acceptance_criteria == item.acceptance_criteria
        assert [task.title for task in read.tasks] == [task.title for task in item.tasks]
