"""An independent referee for allocations: plain code, no solver, nothing shared with the planner but values.

Skills are checked by an actual assignment of work to people (augmenting paths), not by the conditions that
the planner uses.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise

from planners.sprints.problem import Allocation, AllocationProblem, Crew, WorkItem


def broken_rules(problem: AllocationProblem, plan: Allocation) -> list[str]:
    """What is wrong with a plan, in words; empty where nothing is."""
    items = {item.key: item for item in problem.items}
    wrong = [
        f"{key}: neither placed nor left out" for key in items.keys() - plan.sprint_of.keys() - plan.unplaced.keys()
    ]
    wrong += [f"{key}: placed and left out" for key in plan.sprint_of.keys() & plan.unplaced.keys()]
    wrong += [
        f"{key}: unknown" for key in (plan.sprint_of.keys() | plan.unplaced.keys() | plan.parts.keys()) - items.keys()
    ]
    if wrong:
        return wrong
    for key, sprint in plan.sprint_of.items():
        wrong += _broken_by_item(items[key], sprint, plan, problem.horizon)
    wrong += [f"{key}: fixed but left out" for key in plan.unplaced if items[key].fixed is not None]
    for crew in problem.crews:
        wrong += _broken_by_crew(crew, [item for item in problem.items if item.crew == crew.key], plan, problem.horizon)
    return wrong


def _broken_by_item(item: WorkItem, sprint: int, plan: Allocation, horizon: int) -> Iterable[str]:
    parts = plan.parts.get(item.key, ((sprint, item.size),))
    runs = [at for at, _ in parts]
    if runs[-1] != sprint:
        yield f"{item.key}: done in {sprint}, its last part in {runs[-1]}"
    if sum(units for _, units in parts) != item.size or (len(parts) > 1 and min(units for _, units in parts) < 0):
        yield f"{item.key}: parts don't add up"
    if any(later <= earlier for earlier, later in pairwise(runs)):
        yield f"{item.key}: parts out of order"
    if item.fixed is not None:
        if runs != [item.fixed]:
            yield f"{item.key}: moved from its fixed sprint"
        return
    for at in runs:
        if not 1 <= at <= horizon or at < item.earliest or at in item.forbidden:
            yield f"{item.key}: not allowed in sprint {at}"
    for before, lag in item.predecessors:
        if before not in plan.sprint_of:
            yield f"{item.key}: placed although {before} is not"
        elif runs[0] < plan.sprint_of[before] + lag:
            yield f"{item.key}: too early after {before}"


def _broken_by_crew(crew: Crew, items: list[WorkItem], plan: Allocation, horizon: int) -> Iterable[str]:
    for sprint in range(1, horizon + 1):
        facts: dict[str, int] = defaultdict(int)
        planned: dict[str, int] = defaultdict(int)
        for item in items:
            into = facts if item.fixed is not None else planned
            for skill, units in _demand_in(item, sprint, plan).items():
                into[skill] += units
        if not sum(planned.values()):
            continue
        together = {skill: facts[skill] + planned[skill] for skill in facts.keys() | planned.keys()}
        limit = crew.limit[sprint - 1] if crew.limit is not None else sum(together.values())
        if sum(together.values()) > limit:
            yield f"{crew.key} sprint {sprint}: {sum(together.values())} planned, its limit is {limit}"
        # Facts may ask for more than there is; what is planned on top must not make that any worse.
        if unassigned(crew, sprint, together) > unassigned(crew, sprint, facts):
            yield f"{crew.key} sprint {sprint}: nobody is left for some of {together}"


def _demand_in(item: WorkItem, sprint: int, plan: Allocation) -> dict[str, int]:
    if item.key not in plan.sprint_of:
        return {}
    demand = dict(item.demand)
    demand["anybody"] = item.size - sum(demand.values())
    parts = plan.parts.get(item.key, ((plan.sprint_of[item.key], item.size),))
    if len(parts) == 1:
        return demand if parts[0][0] == sprint else {}
    # A planner shares a split item out in proportion; any rounding that adds up to the whole will do.
    count, share = len(parts), {}
    for n, (at, _) in enumerate(parts):
        if at == sprint:
            share = {skill: units * (n + 1) // count - units * n // count for skill, units in demand.items()}
    return share


def can_assign(crew: Crew, sprint: int, demand: Mapping[str, int]) -> bool:
    """Whether the crew's members can do this demand by skill ("anybody" for any) in the sprint."""
    return unassigned(crew, sprint, demand) == 0


def unassigned(crew: Crew, sprint: int, demand: Mapping[str, int]) -> int:
    """The least units of a demand that nobody can do in the sprint."""
    left = {member.key: member.capacity[sprint - 1] for member in crew.members}
    holds = {member.key: member.skills for member in crew.members}
    given: dict[str, dict[str, int]] = {member: defaultdict(int) for member in left}
    missing = 0
    for skill, units in demand.items():
        while units:
            done = _push(skill, units, left, holds, given)
            if not done:
                missing += units
                break
            units -= done
    return missing


def _push(
    skill: str,
    units: int,
    left: dict[str, int],
    holds: Mapping[str, frozenset[str]],
    given: dict[str, dict[str, int]],
) -> int:
    """Gives some of the work to somebody, if need be by moving others' work along a chain of people."""
    came: dict[str, tuple[str, str | None]] = {}
    queue: list[str] = []

    def reach(wanted: str, through: str | None) -> None:
        for member in left:
            if member not in came and (wanted == "anybody" or wanted in holds[member]):
                came[member] = (wanted, through)
                queue.append(member)

    reach(skill, None)
    for member in queue:
        if left[member]:
            chain, amount, at = [], min(units, left[member]), member
            while True:
                wanted, through = came[at]
                chain.append((at, wanted, through))
                if through is None:
                    break
                amount = min(amount, given[through][wanted])
                at = through
            left[member] -= amount
            for receiver, wanted, through in chain:
                given[receiver][wanted] += amount
                if through is not None:
                    given[through][wanted] -= amount
            return amount
        for held, amount in given[member].items():
            if amount:
                reach(held, member)
    return 0
