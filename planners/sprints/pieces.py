"""An allocation problem as flat arrays of pieces, the form in which every algorithm here works.

A piece is an item, or one part of an item that no sprint can take whole. Sprint ``horizon + 1`` stands for
"in no sprint": it has room for everything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from planners.sprints.assignability import ANYBODY, Packing, skill_rows
from planners.sprints.problem import Allocation, AllocationProblem, Reason, Score, WorkItem


@dataclass(frozen=True, slots=True)
class Deadline:
    """A target as the pieces that must be done by ``due``."""

    pieces: tuple[int, ...]
    due: int
    weight: int


class Pieces:
    """The pieces of a problem. All lists are indexed by piece unless said otherwise; sprints are 1-based."""

    def __init__(self, problem: AllocationProblem, previous: Mapping[str, int] | None = None) -> None:
        self.problem = problem
        self.horizon = problem.horizon
        self.never = problem.horizon + 1
        self.crew_of_key = {crew.key: n for n, crew in enumerate(problem.crews)}
        self.packings = self._packings()
        self.item: list[int] = []
        self.crew: list[int] = []
        self.units: list[int] = []
        self.need: list[int] = []
        self.rows: list[tuple[tuple[int, int], ...]] = []
        """(row of the crew, units) where units > 0."""
        self.before: list[list[tuple[int, int]]] = []
        """(piece, lag) of predecessors."""
        self.after: list[list[tuple[int, int]]] = []
        self.earliest: list[int] = []
        self.fixed: list[int] = []
        """The sprint that holds it whatever else is said, 0 where none."""
        self.forbidden: list[frozenset[int]] = []
        self.weight: list[int] = []
        self.must: list[bool] = []
        """Leaving it out leaves out a must-have. Only the last part of an item counts, as in weight."""
        self.counts: list[bool] = []
        self.rank: list[tuple[int, int]] = []
        """(priority, order written)."""
        self.previous: list[int] = []
        """Where the previous plan had it, 0 where it had not."""
        self.impossible: list[bool] = []
        self.first: list[int] = []
        """By item: its first piece."""
        self.last: list[int] = []
        """By item: its last piece."""
        self._add_items(previous or {})
        self._link()
        last = {item.key: self.last[n] for n, item in enumerate(problem.items)}
        self.deadlines = [
            Deadline(tuple(dict.fromkeys(last[key] for key in target.items)), target.due, target.weight)
            for target in problem.targets
        ]

    def __len__(self) -> int:
        return len(self.item)

    def _packings(self) -> list[Packing]:
        skills: list[set[str]] = [set() for _ in self.problem.crews]
        largest = [0] * len(skills)
        for item in self.problem.items:
            crew = self.crew_of_key[item.crew]
            skills[crew].update(_demand(item))
            largest[crew] = max(largest[crew], item.size)
        return [
            Packing(skill_rows(crew, skills[n], self.horizon), largest[n]) for n, crew in enumerate(self.problem.crews)
        ]

    @cached_property
    def room(self) -> list[list[int]]:
        """By crew and sprint (0 unused): the packed capacity after what is fixed there."""
        taken = [[[0] * len(packing.rows) for _ in range(self.never)] for packing in self.packings]
        for piece, sprint in enumerate(self.fixed):
            if sprint:
                for row, units in self.rows[piece]:
                    taken[self.crew[piece]][sprint][row] += units
        return [
            [0, *(packing.left(sprint, taken[n][sprint]) for sprint in range(1, self.never))]
            for n, packing in enumerate(self.packings)
        ]

    def _add_items(self, previous: Mapping[str, int]) -> None:
        for n, item in enumerate(self.problem.items):
            crew = self.crew_of_key[item.crew]
            packing = self.packings[crew]
            shares = [_demand(item)] if item.fixed is not None else self._split(item, packing)
            self.first.append(len(self.item))
            for part, share in enumerate(shares or [_demand(item)]):
                final = part == max(1, len(shares)) - 1
                units = [row.need(share) for row in packing.rows]
                self.item.append(n)
                self.crew.append(crew)
                self.units.append(sum(share.values()))
                self.need.append(packing.pack(units))
                self.rows.append(tuple((row, need) for row, need in enumerate(units) if need))
                self.before.append([(len(self.item) - 2, 1)] if part else [])
                self.after.append([])
                self.earliest.append(item.earliest)
                self.fixed.append(item.fixed or 0)
                self.forbidden.append(item.forbidden)
                self.weight.append(item.weight if final else 0)
                self.must.append(item.must and final)
                self.counts.append(final)
                self.rank.append((item.priority, n))
                self.previous.append(previous.get(item.key, 0) if final else 0)
                self.impossible.append(not shares)
            self.last.append(len(self.item) - 1)

    def _split(self, item: WorkItem, packing: Packing) -> list[dict[str, int]]:
        """The fewest equal parts that each fit in at least half the sprints with any room for its skills.

        Empty where no number of parts helps: a skill is missing altogether.
        """
        demand = _demand(item)
        allowed = [s for s in range(item.earliest, self.never) if s not in item.forbidden]
        needs = [(row.capacity, row.need(demand)) for row in packing.rows]
        needs = [(capacity, need) for capacity, need in needs if need]
        if any(all(capacity[s - 1] >= need for capacity, need in needs) for s in allowed) or not allowed:
            return [demand]
        # The number of parts that each sprint would ask for.
        parts = sorted(
            max(-(-need // capacity[s - 1]) for capacity, need in needs)
            for s in allowed
            if all(capacity[s - 1] for capacity, _ in needs)
        )
        if not parts:
            return []
        count = parts[(len(parts) - 1) // 2]
        return [
            {skill: units * (n + 1) // count - units * n // count for skill, units in demand.items()}
            for n in range(count)
        ]

    def _link(self) -> None:
        number = {item.key: n for n, item in enumerate(self.problem.items)}
        for n, item in enumerate(self.problem.items):
            if item.fixed is None:
                self.before[self.first[n]].extend((self.last[number[key]], lag) for key, lag in item.predecessors)
        for piece, waits in enumerate(self.before):
            for earlier, lag in waits:
                self.after[earlier].append((piece, lag))

    @cached_property
    def order(self) -> list[int]:
        """The pieces in an order in which each comes after what it waits for."""
        waiting = [len(waits) for waits in self.before]
        ready = [piece for piece, count in enumerate(waiting) if not count]
        for piece in ready:
            for later, _ in self.after[piece]:
                waiting[later] -= 1
                if not waiting[later]:
                    ready.append(later)
        return ready

    @cached_property
    def position(self) -> list[int]:
        """Where each piece stands in ``order``."""
        position = [0] * len(self)
        for n, piece in enumerate(self.order):
            position[piece] = n
        return position

    def score(self, sprints: list[int]) -> Score:
        """What a plan costs, given the sprint of each piece (``never`` where it has none)."""
        lateness = 0
        for target in self.deadlines:
            done = max((sprints[piece] for piece in target.pieces), default=0)
            lateness += target.weight * max(0, done - target.due)
        never = self.never
        placed = [sprint for sprint in sprints if sprint < never]
        return Score(
            missing_musts=sum(must and sprint == never for must, sprint in zip(self.must, sprints, strict=True)),
            lateness=lateness,
            missing=sum(last and sprint == never for last, sprint in zip(self.counts, sprints, strict=True)),
            completion=sum(weight * sprint for weight, sprint in zip(self.weight, sprints, strict=True)),
            last_sprint=max(placed, default=0),
            moves=sum(was not in (0, sprint) for was, sprint in zip(self.previous, sprints, strict=True)),
        )

    def allocation(self, sprints: list[int]) -> Allocation:
        """The plan in the problem's own terms."""
        placed: dict[str, int] = {}
        unplaced: dict[str, Reason] = {}
        parts: dict[str, tuple[tuple[int, int], ...]] = {}
        for n, item in enumerate(self.problem.items):
            pieces = range(self.first[n], self.last[n] + 1)
            stuck = next((piece for piece in pieces if sprints[piece] == self.never), None)
            if stuck is not None:
                unplaced[item.key] = self._reason(stuck, sprints)
                continue
            placed[item.key] = sprints[pieces[-1]]
            if len(pieces) > 1:
                parts[item.key] = tuple((sprints[piece], self.units[piece]) for piece in pieces)
        return Allocation(placed, unplaced, parts)

    def placed(self, allocation: Allocation) -> list[int]:
        """The sprint of each piece in a plan of this problem, ``never`` where it has none."""
        sprints = [self.never] * len(self)
        for n, item in enumerate(self.problem.items):
            if item.key in allocation.sprint_of:
                parts = allocation.parts.get(item.key, ((allocation.sprint_of[item.key], 0),))
                for piece, (sprint, _) in zip(range(self.first[n], self.last[n] + 1), parts, strict=True):
                    sprints[piece] = sprint
        return sprints

    def _reason(self, piece: int, sprints: list[int]) -> Reason:
        if self.impossible[piece]:
            return Reason.NO_SKILL
        if any(sprints[earlier] == self.never for earlier, _ in self.before[piece]):
            return Reason.WAITS
        start = max([self.earliest[piece], *(sprints[earlier] + lag for earlier, lag in self.before[piece])])
        allowed = any(sprint not in self.forbidden[piece] for sprint in range(start, self.never))
        return Reason.NO_ROOM if allowed else Reason.TOO_LATE

    def ranks_like(self, plan: Mapping[str, int]) -> list[tuple[int, int, int]]:
        """Ranks for list scheduling that follow a plan by item key; what is not in it comes last."""
        items = self.problem.items
        return [(plan.get(items[n].key, self.never), *self.rank[piece]) for piece, n in enumerate(self.item)]


def _demand(item: WorkItem) -> dict[str, int]:
    demand = {skill: units for skill, units in item.demand if units}
    rest = item.size - sum(demand.values())
    if rest:
        demand[ANYBODY] = demand.get(ANYBODY, 0) + rest
    return demand
