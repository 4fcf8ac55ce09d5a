"""A document and the options made ready for allocation: what planning, explaining and repairing all start from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from planners.plan.explain import did_you_mean
from planners.plan.models import PlanDocument
from planners.plan.normalise import NormalisedEpic, normalise
from planners.plan.problems import Problem
from planners.sprints.backlog import Backlog, Teams, open_backlog, teams_of
from planners.sprints.build import Due, Fixed, build_problem, fixed_items, hundredths, milestones_due
from planners.sprints.calendar import UnknownCountry
from planners.sprints.capacity import TeamCapacity
from planners.sprints.explain import Explainer
from planners.sprints.model import PinnedSprint, PlanningError, PlanOptions, SprintPlan
from planners.sprints.pieces import Pieces
from planners.sprints.problem import Allocation, AllocationProblem, ProblemError, Reason
from planners.sprints.schedule import capacities_over
from planners.sprints.words import named

SPARE = 2


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is to be planned, by whom, until when. `fixed` is by item key."""

    document: PlanDocument
    options: PlanOptions
    epics: tuple[NormalisedEpic, ...]
    teams: Teams
    backlog: Backlog
    fixed: Mapping[str, Fixed]
    dues: tuple[Due, ...]

    def title(self, key: str) -> str:
        """The title of an item."""
        return self.backlog.titles.get(key, key)


def prepare(document: PlanDocument, options: PlanOptions, pinned: Sequence[PinnedSprint] = ()) -> Prepared:
    """Read a document in the terms of planning. Raises PlanProblems as :func:`planner.plan_sprints` does."""
    normal = normalise(document)
    teams = teams_of(document, normal.teams)
    if options.team is not None and options.team not in teams.keys:
        hint = did_you_mean(options.team, teams.keys) or f"; there is {named(teams.keys)}"
        raise PlanningError([Problem("team", f"the plan has no team {options.team!r}{hint}")])
    backlog = open_backlog(normal.stories, teams, options)
    return Prepared(
        document,
        options,
        normal.epics,
        teams,
        backlog,
        fixed_items(backlog.items, pinned),
        milestones_due(normal.milestones, backlog.items, options),
    )


@contextmanager
def refusals(document: PlanDocument) -> Iterator[None]:
    """Turn what the parts of planning refuse into a :class:`PlanningError` that names the place."""
    try:
        yield
    except UnknownCountry as error:
        raise PlanningError([Problem(_country_path(document, error.code), str(error))]) from error
    except ProblemError as error:
        raise PlanningError([Problem("resources.people", str(error))]) from error
    except OverflowError as error:
        raise PlanningError([Problem("start", "the plan would go beyond the year 9999")]) from error


@dataclass(frozen=True, slots=True)
class Reading:
    """A finished plan beside the problem that it solves."""

    prepared: Prepared
    plan: SprintPlan
    capacities: Mapping[str, TeamCapacity]
    problem: AllocationProblem
    allocation: Allocation
    explainer: Explainer


def read_plan(document: PlanDocument, plan: SprintPlan) -> Reading:
    """Put a plan beside the document that it was made from.

    Raises PlanningError when it was made from another one.
    """
    with refusals(document):
        prepared = prepare(document, plan.options, plan.pinned)
        items = {item.key for item in prepared.backlog.items}
        if items != {item.key for item in plan.items}:
            raise _foreign()
        pins = [each.sprint for each in prepared.fixed.values()]
        horizon = max(plan.horizon or len(plan.sprints) + SPARE, *pins, 1)
        _, capacities = capacities_over(prepared.teams, plan.options, horizon)
        problem = build_problem(
            prepared.backlog.items, capacities, prepared.dues, prepared.fixed, plan.options, horizon
        )
        # An item that was held back may have been cut in other parts: where it was, it is held back here too.
        if hold := _cut_otherwise(plan, problem):
            problem = build_problem(
                prepared.backlog.items, capacities, prepared.dues, prepared.fixed, plan.options, horizon, hold=hold
            )
    allocation = allocation_of(plan)
    try:
        explainer = Explainer(problem, allocation)
    except ValueError as error:
        raise _foreign() from error
    return Reading(prepared, plan, capacities, problem, allocation, explainer)


def _cut_otherwise(plan: SprintPlan, problem: AllocationProblem) -> dict[str, int]:
    """Of the items that were held back, those that the plan has in other parts than the problem."""
    if not plan.hold:
        return {}
    pieces = Pieces(problem)
    parts = {item.key: max(1, len(item.parts)) for item in plan.items if item.sprint is not None}
    return {
        item.key: plan.hold[item.key]
        for item, first, last in zip(problem.items, pieces.first, pieces.last, strict=True)
        if item.key in plan.hold and parts.get(item.key) not in (None, last - first + 1)
    }


def allocation_of(plan: SprintPlan) -> Allocation:
    """Where a plan has its items."""
    return Allocation(
        {item.key: item.sprint for item in plan.items if item.sprint is not None},
        {item.key: Reason.NO_ROOM for item in plan.unplaced},
        {
            item.key: tuple((part.sprint, hundredths(part.points)) for part in item.parts)
            for item in plan.items
            if item.parts
        },
    )


def _foreign() -> PlanningError:
    return PlanningError([Problem("plan", "was not made from this document; plan it again")])


def _country_path(document: PlanDocument, code: str) -> str:
    """Where the document names the country."""
    resources = document.resources
    places = [(f"people[{number}]", person.country) for number, person in enumerate(resources.people)]
    places += [(f"teams[{number}]", team.country) for number, team in enumerate(resources.teams)]
    found = next((f"{place}." for place, country in places if country == code), "")
    return f"resources.{found}country"
