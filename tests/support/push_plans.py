"""Sprint plans of any size to push, and how to store them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from planners.plan.models import Epic, PlanDocument, Priority, Story, Task, TechnicalPlan
from planners.sprints.model import (
    DateForecast,
    PlanForecast,
    PlannedEpic,
    PlannedItem,
    PlannedSprint,
    PlannedTask,
    PlanOptions,
    SprintPlan,
)
from storage import plans
from storage.database import Database
from storage.pushes import request_push
from storage.tables import Push, SprintPlanStatus
from storage.ventures import add_venture, find_venture, new_venture

START = dt.date(2027, 1, 4)
AT = dt.datetime(2027, 1, 4, 9, 0, tzinfo=dt.UTC)
PRIORITIES = (Priority.MUST, Priority.SHOULD, Priority.COULD)


def story(number: int, *, sprint: int | None, epic: str | None = None, tasks: int = 0, title: str = "") -> PlannedItem:
    """Story `s<number>`; every third waits for the one before."""
    key = f"s{number}"
    return PlannedItem(
        key=key,
        title=title or f"Story {number}",
        description=f"What story {number} is about.",
        epic=epic,
        team="team",
        points=Decimal(number % 8 + 1),
        priority=PRIORITIES[number % 3],
        acceptance_criteria=(f"it shows {number}", "it is quick"),
        labels=("backend",) if number % 2 else (),
        depends_on=(f"s{number - 1}",) if number % 3 == 0 and number > 1 else (),
        tasks=tuple(PlannedTask(key=f"{key}/t{n}", title=f"Task {n} of {number}") for n in range(1, tasks + 1)),
        sprint=sprint,
    )


def sprint_plan(
    stories: Sequence[PlannedItem], *, venture: str = "atlas", sprints: int = 3, goals: str = "Get on with it"
) -> SprintPlan:
    """A plan of these stories in sprints of two weeks, with the epics that they name."""
    epics = sorted({item.epic for item in stories if item.epic})
    return SprintPlan(
        venture=venture,
        title="Atlas",
        options=PlanOptions(
            start=START, capacity_factor=Decimal(1), scope=Priority.COULD, team=None, same_sprint=False
        ),
        sprints=tuple(
            PlannedSprint(
                number=n,
                name=f"Sprint {n}",
                start=START + dt.timedelta(days=14 * (n - 1)),
                end=START + dt.timedelta(days=14 * n - 3),
                goal=goals,
                teams=(),
                items=tuple(item.key for item in stories if item.sprint == n),
            )
            for n in range(1, sprints + 1)
        ),
        epics=tuple(PlannedEpic(key=key, title=f"Epic {key}", description="All of it.") for key in epics),
        items=tuple(stories),
        forecast=PlanForecast(
            must_haves=None, everything=DateForecast(name="Everything", dates={}, at_confidence=None), basis="a guess"
        ),
        digest="0" * 64,
    )


def many(items: int, *, sprints: int = 6, venture: str = "atlas") -> SprintPlan:
    """A plan of `items` issues: epics, stories, tasks and links as a real one has them."""
    epics = max(1, items // 30)
    stories: list[PlannedItem] = []
    left = items - epics
    number = 0
    while left > 0:
        number += 1
        tasks = min(2, left - 1) if number % 2 else 0
        placed = None if number % 10 == 0 else number % sprints + 1
        stories.append(story(number, sprint=placed, epic=f"e{number % epics}", tasks=tasks))
        left -= 1 + tasks
    return sprint_plan(stories, venture=venture, sprints=sprints)


def document_of(plan: SprintPlan) -> PlanDocument:
    """The document that such a plan came from."""
    return PlanDocument(
        plan=TechnicalPlan(
            venture=plan.venture,
            title=plan.title,
            epics=tuple(Epic(key=epic.key, title=epic.title) for epic in plan.epics),
            stories=tuple(
                Story(
                    key=item.key,
                    title=item.title,
                    epic=item.epic,
                    tasks=tuple(Task(key=task.key, title=task.title) for task in item.tasks),
                )
                for item in plan.items
            ),
        )
    )


def approved_push(database: Database, plan: SprintPlan, *, target: str = "embedded") -> Push:
    """Store a plan as approved, with the intent to push it."""
    with database.transaction() as session:
        if find_venture(session, plan.venture) is None:
            add_venture(session, new_venture(plan.venture, "Atlas", by="U1", at=AT))
        version = plans.store_document(session, plan.venture, document_of(plan), source="test", by="U1", at=AT)
        row = plans.add_sprint_plan(session, plan, version.id, by="U1", at=AT)
        plans.move(session, row, SprintPlanStatus.APPROVED, by="U1", at=AT)
        return request_push(session, row, target=target, at=AT)
