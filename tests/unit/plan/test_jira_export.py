"""Exports of Jira: columns in any order and several times, sub-tasks, links, acceptance criteria, odd separators."""

from __future__ import annotations

import csv
import io
import time
from decimal import Decimal
from typing import Any

import pytest

from planners.plan.criteria import split_criteria
from planners.plan.loading import Source, load_document
from planners.plan.models import ItemStatus, Priority, Story, TechnicalPlan
from planners.plan.problems import PlanProblems


def export(*rows: dict[str, str | list[str]], separator: str = ",") -> str:
    """A CSV text; a list of values takes as many columns of one name."""
    width: dict[str, int] = {}
    for row in rows:
        for name, value in row.items():
            width[name] = max(width.get(name, 1), len(value) if isinstance(value, list) else 1)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator)
    writer.writerow([name for name, count in width.items() for _ in range(count)])
    for row in rows:
        cells: list[str] = []
        for name, count in width.items():
            value = row.get(name, "")
            values = value if isinstance(value, list) else [value]
            cells += [*values, *[""] * (count - len(values))]
        writer.writerow(cells)
    return out.getvalue()


def plan(*rows: dict[str, str | list[str]]) -> TechnicalPlan:
    return load_document(export(*rows), name="jira.csv").plan


def story(**cells: str) -> Story:
    names = {name.replace("_", " "): value for name, value in cells.items()}
    (found,) = plan({"Summary": "Pay", "Issue key": "AB-1", "Issue Type": "Story", **names}).stories
    return found


def issue(key: str, kind: str = "Story", /, **cells: Any) -> dict[str, str | list[str]]:
    names = {name.replace("_", " "): value for name, value in cells.items()}
    return {"Summary": f"Issue {key}", "Issue key": key, "Issue id": key[3:] + "000", "Issue Type": kind, **names}


@pytest.mark.parametrize(
    "column",
    ["Story Points", "Custom field (Story Points)", "Custom field (Story point estimate)", "Story point estimate"],
)
@pytest.mark.parametrize(("said", "points"), [("5.0", "5"), ("0,5", "0.5"), ("", None), ("0.333333", "0.33")])
def test_points_under_all_their_names(column: str, said: str, points: str | None) -> None:
    found = story(**{column: said}).points
    assert found == (None if points is None else Decimal(points))


def test_epics_stories_and_subtasks_by_key_id_or_epic_link() -> None:
    found = plan(
        issue("AB-1", "Epic"),
        issue("AB-2", Parent="1000"),
        issue("AB-3", **{"Custom field (Epic Link)": "AB-1"}),
        issue("AB-4", "Sub-task", Parent="2000", Story_Points="2"),
        issue("AB-5", "Subtask", **{"Parent key": "AB-3"}),
        issue("AB-6", "Bug"),
    )
    assert [epic.key for epic in found.epics] == ["AB-1"]
    assert [(each.key, each.epic) for each in found.stories] == [("AB-2", "AB-1"), ("AB-3", "AB-1"), ("AB-6", None)]
    assert [[task.key for task in each.tasks] for each in found.stories] == [["AB-4"], ["AB-5"], []]


def test_an_epic_outside_the_export_is_made_from_its_summary() -> None:
    found = plan(issue("AB-2", **{"Parent key": "AB-1", "Parent summary": "Orders"}), issue("AB-3", Parent="AB-9"))
    assert [(epic.key, epic.title) for epic in found.epics] == [("AB-1", "Orders")]
    assert [each.epic for each in found.stories] == ["AB-1", None]


def test_blocks_links_in_both_directions_and_from_several_columns() -> None:
    found = plan(
        issue("AB-1", **{"Outward issue link (Blocks)": ["AB-2", "AB-3"]}),
        issue("AB-2"),
        issue("AB-3", **{"Inward issue link (Blocks)": ["AB-2", "AB-1"]}),
        issue("AB-4", **{"Inward issue link (Blocks)": ["AB-4", "ZZ-9"]}),
    )
    assert [each.depends_on for each in found.stories] == [(), ("AB-1",), ("AB-1", "AB-2"), ()]


def test_what_blocks_a_subtask_blocks_its_story_and_never_its_own_epic() -> None:
    found = plan(
        issue("AB-1", "Epic", **{"Inward issue link (Blocks)": "AB-2"}),
        issue("AB-2", Parent="AB-1", **{"Inward issue link (Blocks)": "AB-1"}),
        issue("AB-3"),
        issue("AB-4", "Sub-task", Parent="AB-3", **{"Inward issue link (Blocks)": ["AB-2", "AB-3"]}),
    )
    assert found.epics[0].depends_on == ()
    assert [each.depends_on for each in found.stories] == [(), ("AB-2",)]


@pytest.mark.parametrize(
    ("cells", "status", "priority"),
    [
        ({"Status": "Verifying", "Status Category": "In Progress"}, ItemStatus.STARTED, None),
        ({"Status": "Released to shops", "Status Category": "Done"}, ItemStatus.DONE, None),
        ({"Status": "Closed", "Resolution": "Fixed"}, ItemStatus.DONE, None),
        ({"Status": "Somewhere", "Resolution": "Fixed"}, ItemStatus.DONE, None),
        ({"Status": "Somewhere", "Resolution": "Unresolved"}, ItemStatus.TODO, None),
        ({"Status": "Closed", "Resolution": "Won't Do"}, ItemStatus.DONE, Priority.WONT),
        ({"Status": "In Review", "Priority": "Blocker"}, ItemStatus.STARTED, Priority.MUST),
        ({"Priority": "Undecided"}, ItemStatus.TODO, None),
    ],
)
def test_status_and_priority(cells: dict[str, str], status: ItemStatus, priority: Priority | None) -> None:
    found = story(**cells)
    assert (found.status, found.priority) == (status, priority)


def test_labels_components_and_team() -> None:
    (found,) = plan(
        issue("AB-1", Labels=["a", "b c"], **{"Component/s": "Web UI;Search", "Team Name": "Web shop"})
    ).stories
    assert found.labels == ("a", "b", "c", "web-ui", "search")
    assert found.team == "web-shop"


def test_an_identifier_is_no_team() -> None:
    assert story(**{"Custom field (Team)": "712020a4-0000-4c3e-aff2-aa429d3932cd"}).team is None


def test_venture_and_title_are_those_of_the_project() -> None:
    named = plan(issue("AB-1", Project_key="AB", Project_name="Alpha"), issue("ZZ-1"), issue("AB-2"))
    assert (named.venture, named.title) == ("AB", "Alpha")
    assert plan(issue("QX-1")).venture == "QX"


def test_semicolons_a_byte_order_mark_and_the_code_page_of_a_spreadsheet() -> None:
    text = export(issue("AB-1", Description="Größe, und mehr"), separator=";")
    for content in (text.encode("utf-8-sig"), text.encode("cp1252")):
        assert load_document(content, name="jira.csv").plan.stories[0].description == "Größe, und mehr"
    assert load_document(text).plan.stories[0].key == "AB-1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Summary,Issue key,Story Points\nX,A-1,five\n", "x.csv:2: A-1.Story Points: 'five' is not a number"),
        ("Summary,Issue key\n,A-1\n", "x.csv:2: A-1.Summary: is missing"),
        ("Summary,Issue key\nX,A-1\nY,A-1\n", "x.csv:3: A-1.Issue key: 'A-1' is already the key on line 2"),
        (
            "Summary,Issue key\nX,A-1,z\n",
            "x.csv:2: has 3 cells, but there are 2 columns; quote texts that hold the separator",
        ),
        ('Summary,Issue key\nX,"A-1\n', "x.csv:2: can't be read as CSV: unexpected end of data"),
        ("a,b\n1,2\n", "x.csv:1: has neither the columns of a Jira export"),
    ],
)
def test_mistakes_are_named_with_line_key_and_column(text: str, expected: str) -> None:
    with pytest.raises(PlanProblems) as raised:
        load_document(text, name="x.csv")
    assert str(raised.value).startswith(expected)


@pytest.mark.parametrize(
    ("description", "rest", "criteria"),
    [
        (
            "As a user\nh3. Acceptance Criteria\n* one\nmore\n* two\n\nh3. Notes\nx",
            "As a user\n\nh3. Notes\nx",
            ("one more", "two"),
        ),
        ("As a user\n\n*Acceptance criteria:*\n# one\n# two", "As a user", ("one", "two")),
        ("Text.\n## Acceptance criteria\n- [ ] one\n- [x] two\n## Other\ny", "Text.\n\n## Other\ny", ("one", "two")),
        ("Acceptance criteria: it works", "", ("it works",)),
        ("Acceptance criteria:\nfirst\nsecond", "", ("first", "second")),
        ("Said. *Acceptance* * one * two *Notes* more", "Said.\n\n*Notes* more", ("one", "two")),
        ("The acceptance criteria are unclear", "The acceptance criteria are unclear", ()),
        ("h3. Acceptance criteria\n\n", "h3. Acceptance criteria\n\n", ()),
    ],
)
def test_acceptance_criteria_in_a_description(description: str, rest: str, criteria: tuple[str, ...]) -> None:
    assert split_criteria(description) == (rest, criteria)


@pytest.mark.parametrize(
    "description",
    [
        "Acceptance criteria" + " " * 100_000 + "x",
        " " * 100_000 + "acceptance",
        "*acceptance criteria:*\n*A" + " " * 100_000 + "x",
        "acceptance criteria:\n" + "* " * 50_000,
        "h1." * 40_000,
    ],
)
def test_no_description_takes_long(description: str) -> None:
    started = time.perf_counter()
    split_criteria(description)
    assert time.perf_counter() - started < 1


def test_a_history_in_csv() -> None:
    text = "team,sprint,completed,committed,people,working_days\nAB,S1,20.5,25,4,10\nAB,S2,22,,,\n"
    history = load_document(export(issue("AB-1")), name="j.csv", extra=[Source("h.csv", text)]).history
    assert [(each.name, each.completed_points, each.committed_points) for each in history] == [
        ("S1", Decimal("20.5"), 25),
        ("S2", 22, None),
    ]


def test_mistakes_in_a_history() -> None:
    text = "team,completed,comitted\nAB,many,3\n"
    with pytest.raises(PlanProblems) as raised:
        load_document(export(issue("AB-1")), name="j.csv", extra=[Source("h.csv", text)])
    assert [str(each) for each in raised.value.problems] == [
        "h.csv:1: comitted: is not a known column; did you mean 'committed'?",
        "h.csv:2: line 2.completed: 'many' is not a number",
    ]
