"""What a board holds fast stays out of a new plan's way."""

from __future__ import annotations

import datetime as dt

from bot.adapters.boards.port import Pins
from bot.flows.beside_board import after_what_runs, begun_sprints
from planners.plan.models import Epic, ItemStatus, PlanDocument, Story, TechnicalPlan
from planners.sprints.model import PinnedSprint
from planners.sprints.pushing import HeldSprint, SprintState

DOCUMENT = PlanDocument(
    plan=TechnicalPlan(
        venture="atlas",
        title="Atlas",
        epics=(
            Epic(title="One", stories=(Story(title="Log in"), Story(title="Held", key="held"))),
            Epic(title="Two", stories=(Story(title="Late", not_before=9),)),
        ),
        stories=(Story(title="Loose"), Story(title="Fixed", sprint=2)),
    )
)


def stories(document: PlanDocument) -> dict[str, Story]:
    """The stories by title."""
    found = [story for epic in document.plan.epics for story in epic.stories]
    return {story.title: story for story in [*found, *document.plan.stories]}


def test_nothing_new_comes_into_a_sprint_that_has_begun() -> None:
    pins = Pins((PinnedSprint(key="held", sprint=3),))
    after = stories(after_what_runs(DOCUMENT, pins, 0))
    assert {title: story.not_before for title, story in after.items()} == {
        "Log in": 4,
        "Held": None,
        "Late": 9,
        "Loose": 4,
        "Fixed": None,
    }


def test_items_of_earlier_sprints_are_done_whatever_key_they_were_given() -> None:
    after = stories(after_what_runs(DOCUMENT, Pins((), ("log-in", "loose")), 0))
    assert [title for title, story in after.items() if story.status is ItemStatus.DONE] == ["Log in", "Loose"]


def test_without_a_board_that_holds_anything_the_document_is_as_it_was() -> None:
    assert after_what_runs(DOCUMENT, Pins(), 0) is DOCUMENT


def test_an_active_sprint_with_nothing_in_it_stays_so() -> None:
    after = stories(after_what_runs(DOCUMENT, Pins(), 2))
    assert {after["Log in"].not_before, after["Loose"].not_before} == {3}


def test_only_sprints_that_began_since_the_plans_first_day_count() -> None:
    def sprint(start: dt.date, state: SprintState) -> HeldSprint:
        return HeldSprint(sprint_id=str(start), name="S", goal="", start=start, end=start, state=state)

    first = dt.date(2027, 1, 11)
    before = sprint(first - dt.timedelta(weeks=2), SprintState.CLOSED)
    assert begun_sprints([], first, 14) == 0
    assert begun_sprints([before], first, 14) == 0
    assert begun_sprints([before, sprint(first, SprintState.CLOSED)], first, 14) == 1
    later = first + dt.timedelta(weeks=2)
    assert begun_sprints([sprint(first, SprintState.CLOSED), sprint(later, SprintState.ACTIVE)], first, 14) == 2
    assert begun_sprints([sprint(later, SprintState.FUTURE)], first, 14) == 0
