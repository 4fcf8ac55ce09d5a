"""Planning with what the board says: its velocity, and what must stay where it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.adapters.boards.port import Board, Pins
from planners.plan.models import ItemStatus, PlanDocument, Story
from planners.plan.normalise import normalise
from planners.sprints.model import PinnedSprint, PlanOptions, SprintPlan
from planners.sprints.planner import plan_sprints
from planners.sprints.pushing import HeldSprint, SprintState
from storage.database import Database
from storage.plans import last_pushed, sprint_plan_of
from storage.ventures import find_venture

DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class BesideBoard:
    """A document as far as the board leaves it open, with the board's history, and what it holds fast."""

    document: PlanDocument
    pinned: tuple[PinnedSprint, ...] = ()


def beside_the_board(
    database: Database,
    boards: Callable[[str], Board],
    document: PlanDocument,
    options: PlanOptions,
    venture: str,
) -> BesideBoard:
    """What the board says about a venture's document; one that is not stored yet has no board to look at.

    Raises what a board raises.
    """
    with database.transaction() as session:
        known = find_venture(session, venture) is not None
    if not known:
        return BesideBoard(document)
    board = boards(venture)
    keys = [story.key for story in normalise(document).stories]
    days = options.sprint_weeks * DAYS_A_WEEK
    pins = board.pinned(keys, options.start, days)
    document = after_what_runs(document, pins, begun_sprints(board.sprints(), options.start, days))
    if not document.history:
        document = document.model_copy(update={"history": board.velocity_history()})
    return BesideBoard(document, tuple(pins.sprints))


def plan_beside_the_board(
    database: Database,
    boards: Callable[[str], Board],
    document: PlanDocument,
    options: PlanOptions,
    venture: str,
    *,
    seconds: float,
) -> SprintPlan:
    """Plan a venture's document.

    Raises :class:`PlanProblems` when nothing can be planned, and what a board raises.
    """
    with database.transaction() as session:
        pushed = last_pushed(session, venture)
    previous = sprint_plan_of(pushed) if pushed is not None else None
    open_part = beside_the_board(database, boards, document, options, venture)
    return plan_sprints(
        open_part.document,
        options,
        pinned=open_part.pinned,
        previous=previous if _same_grid(previous, options) else None,
        seconds=seconds,
    )


def begun_sprints(sprints: Iterable[HeldSprint], first_day: dt.date, sprint_days: int) -> int:
    """How many sprints of a plan have begun on the board: the number of the last active or closed one."""
    starts = [sprint.start for sprint in sprints if sprint.state is not SprintState.FUTURE and sprint.start is not None]
    return max(0, *((start - first_day).days // sprint_days + 1 for start in starts), 0)


def after_what_runs(document: PlanDocument, pins: Pins, begun: int) -> PlanDocument:
    """The document as far as it is still open: nothing new comes into the first `begun` sprints.

    Items of sprints before the plan's first are done for it; the others wait until behind the last sprint that has
    begun, unless the board holds them fast in one.
    """
    held = frozenset(pin.key for pin in pins.sprints)
    before = frozenset(pins.before)
    first_open = max(begun, *(pin.sprint for pin in pins.sprints), 0) + 1
    if first_open == 1 and not before:
        return document

    def still_open(key: str, story: Story) -> Story:
        if key in before:
            return story.model_copy(update={"status": ItemStatus.DONE})
        if key in held or story.sprint is not None:
            return story
        return story.model_copy(update={"not_before": max(first_open, story.not_before or 1)})

    return _each_story(document, still_open)


def _each_story(document: PlanDocument, change: Callable[[str, Story], Story]) -> PlanDocument:
    keys = iter(story.key for story in normalise(document).stories)
    epics = tuple(
        epic.model_copy(update={"stories": tuple(change(next(keys), story) for story in epic.stories)})
        for epic in document.plan.epics
    )
    loose = tuple(change(next(keys), story) for story in document.plan.stories)
    plan = document.plan.model_copy(update={"epics": epics, "stories": loose})
    return document.model_copy(update={"plan": plan})


def _same_grid(previous: SprintPlan | None, options: PlanOptions) -> bool:
    """Sprint numbers mean the same only when both plans begin on one day with sprints of one length."""
    return previous is not None and (previous.options.start, previous.options.sprint_weeks) == (
        options.start,
        options.sprint_weeks,
    )
