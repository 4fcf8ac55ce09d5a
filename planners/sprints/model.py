"""What a planning run takes besides the document, and what it returns.

Everything here is a frozen value that survives a round trip through JSON: a sprint plan is stored, compared with the
next one, shown in Slack, printed and pushed from the same model.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from planners.plan.models import ItemStatus, Priority
from planners.plan.problems import PlanProblems


class PlanningError(PlanProblems):
    """Nothing can be planned from these inputs: an option or a part of the document contradicts another."""


class PlanValue(BaseModel):
    """Strict, immutable base."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PlanOptions(PlanValue):
    """What the lead may set in the modal. Shares are fractions: 0.15 is 15 %."""

    start: dt.date = Field(description="First day of sprint 1.")
    sprint_weeks: Annotated[int, Field(ge=1, le=4)] = 2
    buffer: Annotated[Decimal, Field(ge=Decimal("0.10"), le=Decimal("0.20"))] = Decimal("0.15")
    confidence: Annotated[Decimal, Field(ge=Decimal("0.50"), le=Decimal("0.95"))] = Decimal("0.85")
    capacity_factor: Annotated[Decimal, Field(gt=0, le=3)] = Field(
        Decimal(1), description="What-if on capacity: 0.8 plans with 80 % of it."
    )
    scope: Priority = Field(Priority.COULD, description="The least needed priority that is still planned.")
    team: str | None = Field(None, description="Plan this team only; all teams when None.")
    same_sprint: bool = Field(False, description="Whether an item may be in the sprint of what it waits for.")
    seed: int = 0


class PinnedSprint(PlanValue):
    """Where the board already holds an item in an active or closed sprint: it is not moved."""

    key: str
    sprint: Annotated[int, Field(ge=1, le=200)]


class TeamLoad(PlanValue):
    """One team in one sprint, in story points."""

    team: str
    capacity: Decimal = Field(description="What it can do at the chosen confidence, less absences and holidays.")
    commitment: Decimal = Field(description="Capacity less the buffer: what may be planned.")
    load: Decimal
    skills: dict[str, Decimal] = Field(default_factory=dict, description="Planned points by skill.")


class PlannedSprint(PlanValue):
    """One sprint of the plan; `end` is its last day."""

    number: int
    name: str
    start: dt.date
    end: dt.date
    goal: str
    teams: tuple[TeamLoad, ...]
    items: tuple[str, ...] = Field(description="Keys, in planned order.")


class ItemPart(PlanValue):
    """The share of a too big item that one sprint takes."""

    sprint: int
    points: Decimal


class PlannedTask(PlanValue):
    """A task as it is pushed below its story."""

    key: str
    title: str
    description: str = ""
    points: Decimal | None = None


class PlannedItem(PlanValue):
    """One backlog item with everything that a push needs. `sprint` is None when it did not fit."""

    key: str
    title: str
    description: str = ""
    epic: str | None = None
    team: str
    points: Decimal
    points_assumed: bool = Field(False, description="The plan gave no points: `points` is the median of the others.")
    priority: Priority
    status: ItemStatus = ItemStatus.TODO
    acceptance_criteria: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    tasks: tuple[PlannedTask, ...] = ()
    sprint: int | None
    parts: tuple[ItemPart, ...] = ()
    why: str = Field("", description="What holds the item in its sprint, or why it did not fit.")


class PlannedEpic(PlanValue):
    """An epic as it is pushed."""

    key: str
    title: str
    description: str = ""
    priority: Priority = Priority.SHOULD
    labels: tuple[str, ...] = ()


class WarningKind(StrEnum):
    """What a warning is about."""

    NO_ACCEPTANCE_CRITERIA = "no_acceptance_criteria"
    NO_POINTS = "no_points"
    TOO_BIG = "too_big"
    CYCLE = "cycle"
    NO_SKILL = "no_skill"
    NO_CAPACITY = "no_capacity"
    NO_TEAM = "no_team"
    SCOPE = "scope"
    DID_NOT_FIT = "did_not_fit"
    MILESTONE_LATE = "milestone_late"
    WEAK_FORECAST = "weak_forecast"


class PlanWarning(PlanValue):
    """Something that the lead should know. `items` are keys; `text` is a whole sentence."""

    kind: WarningKind
    text: str
    items: tuple[str, ...] = ()


class Assumption(PlanValue):
    """One thing the plan takes for granted, e.g. ``Velocity`` / ``from 9 closed sprints``."""

    name: str
    text: str


class DateForecast(PlanValue):
    """When something is done. `dates` maps a confidence ("0.50", "0.85") to the last day of that sprint.

    A confidence that is missing lies beyond the horizon.
    """

    name: str
    due: dt.date | None = None
    dates: dict[str, dt.date]
    at_confidence: dt.date | None = Field(description="At the lead's confidence; None when beyond the horizon.")
    probability_on_time: float | None = None


class BurnUpPoint(PlanValue):
    """Cumulated points at the end of a sprint (`sprint` 0 is the start)."""

    sprint: int
    date: dt.date
    scope: Decimal
    planned: Decimal
    p15: Decimal = Field(description="Completed at least this much with 85 % confidence.")
    p50: Decimal
    p85: Decimal = Field(description="Completed at least this much with 15 % confidence.")


class PlanForecast(PlanValue):
    """How sure the plan is."""

    must_haves: DateForecast | None = Field(description="None when nothing is a must-have.")
    everything: DateForecast
    milestones: tuple[DateForecast, ...] = ()
    burn_up: tuple[BurnUpPoint, ...] = ()
    basis: str = Field(description="What the velocity rests on, in words.")


class SprintPlan(PlanValue):
    """The result of planning. `digest` names its content: equal inputs give an equal digest."""

    venture: str
    title: str
    options: PlanOptions
    sprints: tuple[PlannedSprint, ...]
    epics: tuple[PlannedEpic, ...]
    items: tuple[PlannedItem, ...] = Field(description="Every planned story, in the order of the document.")
    warnings: tuple[PlanWarning, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    forecast: PlanForecast
    infeasible: tuple[str, ...] = Field((), description="Reasons why no plan keeps every demand; empty when one does.")
    horizon: Annotated[int, Field(ge=0)] = Field(0, description="The last sprint looked at; 0 when not known.")
    pinned: tuple[PinnedSprint, ...] = Field((), description="What the board held fast when this was planned.")
    hold: dict[str, int] = Field(
        default_factory=dict,
        description="Sprints before which it was told not to put items, when planned again.",
    )
    digest: str

    @property
    def unplaced(self) -> tuple[PlannedItem, ...]:
        """Items that did not fit into any sprint."""
        return tuple(item for item in self.items if item.sprint is None)


class ChangeKind(StrEnum):
    """How an item differs between two plans."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    CHANGED = "changed"


class ItemChange(PlanValue):
    """One difference. `before` and `after` are sprint numbers; `fields` names what else changed."""

    key: str
    title: str
    kind: ChangeKind
    before: int | None = None
    after: int | None = None
    fields: tuple[str, ...] = ()


class DateChange(PlanValue):
    """What a forecast says before and after, at confidence "0.50" or "0.85"; None lies beyond the horizon."""

    name: str
    confidence: str
    before: dt.date | None
    after: dt.date | None


class PlanDifference(PlanValue):
    """What changed from one plan to the next."""

    items: tuple[ItemChange, ...] = ()
    options: tuple[str, ...] = Field((), description="Sentences such as 'Buffer 15 % -> 20 %'.")
    forecast: tuple[str, ...] = Field((), description="Sentences such as 'Must-haves at 85 %: 12 March -> 26 March'.")

    dates: tuple[DateChange, ...] = Field((), description="P50 and P85 of what both plans have, where they differ.")
    sprints_before: int = Field(0, description="How many sprints the plan took.")
    sprints_after: int = Field(0, description="How many it takes now.")

    @property
    def empty(self) -> bool:
        """True when nothing differs."""
        return not (self.items or self.options or self.forecast)
