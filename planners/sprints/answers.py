"""What is answered to "Why?", "What if?" and "What can be done?": frozen values that survive JSON, with their words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from planners.sprints.explain import Hold
from planners.sprints.model import PlanDifference, PlanValue, SprintPlan


class Shift(PlanValue):
    """An item from one sprint to another; None stands for no sprint."""

    key: str
    title: str
    before: int | None
    after: int | None


class ItemExplanation(PlanValue):
    """What holds one item where it is. Sprints are numbers, None where there is none.

    `holders` are what `held_by` speaks of: items for a chain, people for an absence, milestones, skills, or the team.
    `competing` are the items that take the room it would need a sprint earlier. `moves` is what would move, itself
    first, if it were forced one sprint earlier; empty where that can't be, and then `stopped_by` names the item that
    can't come along, if it is one.
    """

    key: str
    title: str
    team: str
    sprint: int | None
    earliest_by_dependencies: int | None
    earliest_by_capacity: int | None = Field(description="If it and its chain had their teams to themselves.")
    held_by: Hold
    holders: tuple[str, ...] = ()
    competing: tuple[str, ...] = ()
    moves: tuple[Shift, ...] = ()
    stopped_by: str | None = None
    sentences: tuple[str, ...] = Field(description="All of it in words: where, how early, why, and what would move.")


class ChainLink(PlanValue):
    """One item of the critical chain, and how the one before holds it; `text` is short and without its title."""

    key: str
    title: str
    sprint: int
    held_by: Hold
    text: str


class Bottleneck(PlanValue):
    """The tightest skills of a team in a sprint; no skills stands for the team as a whole. Amounts are points."""

    team: str
    sprint: int
    skills: tuple[str, ...]
    used: Decimal
    capacity: Decimal


class MilestoneSlack(PlanValue):
    """How many sprints a milestone has to spare; negative is late, None never done in this plan."""

    key: str
    title: str
    due: dt.date
    due_sprint: int
    done_sprint: int | None
    slack: int | None
    text: str


class PlanExplanation(PlanValue):
    """What decides the plan as a whole. `bottlenecks` has one entry for each team and sprint in which it works."""

    critical_chain: tuple[ChainLink, ...]
    bottlenecks: tuple[Bottleneck, ...]
    milestones: tuple[MilestoneSlack, ...]
    sentences: tuple[str, ...]


class RepairKind(StrEnum):
    """What kind of thing can be done."""

    MOVE_MILESTONE = "move_milestone"
    DROP_ITEMS = "drop_items"
    ADD_PERSON = "add_person"
    REMOVE_DEPENDENCY = "remove_dependency"


class PlanRepair(PlanValue):
    """One way out. `what_if` are changes as :func:`planners.sprints.what_if.what_if` takes them; none for a dependency.

    `effort` ranks repairs: sprints moved times the milestone's weight, items dropped, or sprints that the person is
    needed for.
    """

    kind: RepairKind
    text: str
    what_if: tuple[str, ...]
    effort: int


class PlanConflict(PlanValue):
    """Demands that contradict each other, and the cheapest ways out first.

    `minimal` says that leaving out any one demand resolves it; False when the time was over before that was known.
    """

    demands: tuple[str, ...] = Field(description="Milestone keys, or item keys that fit nowhere.")
    teams: tuple[str, ...]
    text: str
    minimal: bool
    repairs: tuple[PlanRepair, ...]


class MilestoneExplanation(PlanValue):
    """How a milestone stands and, where it is late, what contradicts it and what can be done."""

    milestone: MilestoneSlack
    conflicts: tuple[PlanConflict, ...]
    sentences: tuple[str, ...]


class WhatIf(PlanValue):
    """The plan after some changes, and how it differs from the one before."""

    changes: tuple[str, ...]
    plan: SprintPlan
    difference: PlanDifference
    sentences: tuple[str, ...] = Field(description="The difference in words, what matters most first.")


class ReplanName(StrEnum):
    """How much a new plan keeps of the one before."""

    FEWEST = "fewest moves"
    BALANCED = "balanced"
    BEST = "best plan"


class ReplanChoice(PlanValue):
    """One way to plan again. `moves` counts items that both plans have in another sprint.

    `lateness` is the sum over milestones of the sprints that they are late, times their weight.
    """

    name: ReplanName
    moves: int
    lateness: int
    unplaced: int
    plan: SprintPlan
    difference: PlanDifference
    text: str
