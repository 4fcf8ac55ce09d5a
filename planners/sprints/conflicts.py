"""When targets can't all be met: the fewest demands that contradict each other, and what would resolve it.

The sets are found by deletion (Chinneck and Dravnieks 1991): a demand stays only if the rest can be met without it.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from planners.sprints.pieces import Pieces
from planners.sprints.problem import AllocationProblem, Crew, Member, Target, WorkItem

D = TypeVar("D")

PART = "\0"
"""Between an item's key and the number of a part of it that is not the last."""
MUSTS = ""
"""The key of the demand that every must-have is placed within the horizon."""


class RepairKind(StrEnum):
    """What can be done about a conflict."""

    MOVE_TARGET = "move_target"
    """Target ``key`` is due ``sprints`` later (the must-haves: the horizon is as much longer)."""
    DROP_ITEMS = "drop_items"
    """``items`` are left out; none is a must-have."""
    ADD_PERSON = "add_person"
    """Crew ``key`` gets one more person with ``skill`` from sprint ``sprints`` on, as strong as its strongest."""


@dataclass(frozen=True, slots=True)
class Repair:
    """One way out. ``effort`` ranks them: sprints moved times the target's weight, items dropped, or sprints that the
    person is needed for until the last target concerned."""

    kind: RepairKind
    effort: int
    key: str = ""
    sprints: int = 0
    items: tuple[str, ...] = ()
    skill: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Targets (or :data:`MUSTS`) that can't all be met, and the crews whose capacity is why.

    Without crews it is the chain of dependencies alone. ``minimal`` says that leaving out any one of them resolves
    it; otherwise the time was over first. ``repairs`` come cheapest first.
    """

    targets: tuple[str, ...]
    crews: tuple[str, ...]
    minimal: bool
    repairs: tuple[Repair, ...]


def find_conflict(
    problem: AllocationProblem,
    *,
    seconds: float = 10.0,
    seed: int = 0,
    clock: Callable[[], float] = time.monotonic,
) -> Conflict | None:
    """A minimal set of contradicting demands with repairs, None where everything can be met (or time is over first).

    Targets of weight 0 ask for nothing.
    """
    end = clock() + seconds
    demands = [target for target in problem.targets if target.weight]
    musts = tuple(item.key for item in problem.items if item.must)
    if musts:
        demands.append(Target(MUSTS, musts, problem.horizon, 1))
    search = _Search(_in_parts(problem), seed, lambda: max(0.0, end - clock()))
    core = search.targets(demands)
    if core is None:
        return None
    crews = search.crews(core)
    repairs = [*search.later(core), *search.fewer(core), *search.people(core, crews)]
    repairs.sort(key=lambda repair: (repair.effort, repair.kind, repair.key, repair.skill))
    return Conflict(tuple(target.key for target in core), tuple(crews), search.minimal, tuple(repairs))


class _Search:
    def __init__(self, problem: AllocationProblem, seed: int, left: Callable[[], float]) -> None:
        self.problem = problem
        self.seed = seed
        self.left = left
        self.minimal = True
        self.item = {item.key: item for item in problem.items}

    def targets(self, demands: list[Target]) -> list[Target] | None:
        """A minimal set of targets that can't all be met."""
        core: list[Target] = []
        tried: list[Target] = []
        for target in sorted(demands, key=lambda target: (target.due, target.key)):
            tried.append(target)
            if self.impossible(tried):
                core = tried
                break
        if not core:
            return None
        return self._needed(core, self.impossible)

    def crews(self, core: list[Target]) -> list[str]:
        """The crews without whose limits the targets could be met."""
        every = [crew.key for crew in self.problem.crews]
        if self.impossible(core, bound=()):
            return []
        concerned = {self.item[key].crew for key in self._leading(core)}
        return self._needed(
            [crew for crew in every if crew in concerned], lambda kept: self.impossible(core, bound=kept)
        )

    def later(self, core: list[Target]) -> Iterable[Repair]:
        """The least that each target alone would have to move."""
        for n, target in enumerate(core):
            for sprints in range(1, self.problem.horizon + 1):
                if self.left() <= 0:
                    return
                moved = [*core[:n], replace(target, due=target.due + sprints), *core[n + 1 :]]
                if self.possible(moved):
                    yield Repair(RepairKind.MOVE_TARGET, sprints * target.weight, target.key, sprints)
                    break

    def fewer(self, core: list[Target]) -> Iterable[Repair]:
        """The fewest items to leave out, those worth least first, where leaving out helps at all."""
        kept = {self.item[key].key for key in self._leading(core) if self.item[key].must}
        needed = self._closure(kept)
        optional = [self.item[key] for key in self._leading(core) if key not in needed]
        if not optional or not self.possible(core, without={item.key for item in optional}):
            return
        out = {item.key for item in optional}
        for item in sorted(optional, key=lambda item: (-item.weight, item.key)):
            if self.left() <= 0:
                break
            back = self._closure({item.key}) & out
            if back and self.possible(core, without=out - back):
                out -= back
        items = tuple(sorted({key.partition(PART)[0] for key in out}))
        yield Repair(RepairKind.DROP_ITEMS, len(items), items=items)

    def people(self, core: list[Target], crews: list[str]) -> Iterable[Repair]:
        """For each skill in a crew concerned, the latest sprint from which one more person is enough."""
        last = min(self.problem.horizon, max(target.due for target in core))
        leading = [self.item[key] for key in self._leading(core)]
        for crew in crews:
            skills = sorted({skill for item in leading if item.crew == crew for skill, _ in item.demand})
            for skill in skills:
                if self.left() <= 0:
                    return
                low, high = 0, last
                while low < high:
                    middle = (low + high + 1) // 2
                    if self.possible(core, extra=(crew, skill, middle)):
                        low = middle
                    else:
                        high = middle - 1
                if low:
                    yield Repair(RepairKind.ADD_PERSON, last - low + 1, crew, low, skill=skill)

    def possible(
        self,
        targets: list[Target],
        *,
        without: frozenset[str] | set[str] = frozenset(),
        extra: tuple[str, str, int] | None = None,
    ) -> bool:
        """Whether a plan that meets all targets was found."""
        return self._least(targets, None, frozenset(without), extra)[0] == 0

    def impossible(self, targets: list[Target], bound: Iterable[str] | None = None) -> bool:
        """Whether it is proven that no plan meets all targets; only crews in ``bound`` are limited, if given."""
        return self._least(targets, bound, frozenset(), None)[1] > 0

    def _needed(self, demands: list[D], still: Callable[[list[D]], bool]) -> list[D]:
        """Leaves out one demand after the other while the rest ``still`` contradict each other."""
        needed = list(demands)
        for demand in demands:
            if self.left() <= 0:
                self.minimal = False
                break
            fewer = [each for each in needed if each is not demand]
            if still(fewer):
                needed = fewer
        return needed

    def _leading(self, targets: Iterable[Target]) -> list[str]:
        """The items that lead to any of the targets, in the order of the problem."""
        leading = self._closure({key for target in targets for key in target.items})
        return [item.key for item in self.problem.items if item.key in leading]

    def _closure(self, keys: set[str]) -> set[str]:
        found = set(keys)
        pending = list(keys)
        while pending:
            for earlier, _ in self.item[pending.pop()].predecessors:
                if earlier not in found:
                    found.add(earlier)
                    pending.append(earlier)
        return found

    def _least(
        self,
        targets: list[Target],
        bound: Iterable[str] | None,
        without: frozenset[str],
        extra: tuple[str, str, int] | None,
    ) -> tuple[int, int]:
        """Lateness found and proven when only what leads to the targets is planned, with room after the horizon."""
        # Half the import time of the program is the solver's: only for those who ask.
        from planners.sprints.optimise.lateness import least_lateness
        from planners.sprints.optimise.repair import repaired

        leading = set(self._leading(targets))
        items = [item for item in self.problem.items if item.key in leading and item.key not in without]
        facts = [item for item in self.problem.items if item.fixed is not None and item.key not in leading]
        wanted = [replace(target, items=tuple(k for k in target.items if k not in without)) for target in targets]
        problem = _relaxed(self.problem, items, facts, wanted, bound, extra)
        pieces = Pieces(problem)
        if any(pieces.impossible):
            return 1, 1
        plan = repaired(pieces, self.seed, lambda: self.left() > 0, passes=10)
        found = pieces.score(plan).lateness
        if not found:
            return 0, 0
        least = least_lateness(pieces, plan, seconds=max(0.1, self.left()), seed=self.seed)
        if least is None:
            return found, 0
        for piece, sprint in least.sprints.items():
            plan[piece] = sprint
        return pieces.score(plan).lateness, least.bound


def _relaxed(
    problem: AllocationProblem,
    items: list[WorkItem],
    facts: list[WorkItem],
    targets: list[Target],
    bound: Iterable[str] | None,
    extra: tuple[str, str, int] | None,
) -> AllocationProblem:
    """The problem of some items alone, with sprints after the horizon that have room for all, so that each fits."""
    kept = {item.key for item in items}
    chain = sum(max((lag for _, lag in item.predecessors), default=0) for item in items)
    more = max([1 + chain, *(item.earliest - problem.horizon for item in items)])
    last = max([problem.horizon, *(target.due for target in targets)])
    horizon = last + more
    plenty = 1 + sum(item.size for item in (*items, *facts))
    skills = frozenset(skill for item in (*items, *facts) for skill, _ in item.demand)
    limited = None if bound is None else set(bound)
    crews = []
    for crew in problem.crews:
        free = limited is not None and crew.key not in limited
        crews.append(_widened(crew, skills, (last, horizon, plenty), free, extra))
    alone = [
        replace(
            item,
            predecessors=tuple((key, lag) for key, lag in item.predecessors if key in kept),
        )
        for item in items
    ]
    return AllocationProblem(
        horizon, tuple(crews), (*alone, *(replace(fact, predecessors=()) for fact in facts)), tuple(targets)
    )


def _widened(
    crew: Crew,
    skills: frozenset[str],
    sprints: tuple[int, int, int],
    free: bool,
    extra: tuple[str, str, int] | None,
) -> Crew:
    """The crew as in its last sprint until ``last``, with room for all after it (or always, where ``free``)."""
    last, horizon, plenty = sprints

    def wider(capacity: tuple[int, ...]) -> tuple[int, ...]:
        known = capacity + capacity[-1:] * (last - len(capacity))
        return known + (plenty,) * (horizon - last)

    if free:
        return Crew(crew.key, (Member("", skills, (plenty,) * horizon),))
    members = [replace(member, capacity=wider(member.capacity)) for member in crew.members]
    limit = None if crew.limit is None else wider(crew.limit)
    if extra is not None and extra[0] == crew.key:
        _, skill, start = extra
        strong = max((max(member.capacity) for member in crew.members), default=0)
        capacity = (0,) * (start - 1) + (strong,) * (last - start + 1) + (plenty,) * (horizon - last)
        members.append(Member("", frozenset({skill}), capacity))
        if limit is not None:
            limit = tuple(units + gained for units, gained in zip(limit, capacity, strict=True))
    return Crew(crew.key, tuple(members), limit)


def _in_parts(problem: AllocationProblem) -> AllocationProblem:
    """The same problem with each item that no sprint can take whole as a chain of items; the last keeps the key."""
    pieces = Pieces(problem)
    items: list[WorkItem] = []
    for n, item in enumerate(problem.items):
        count = pieces.last[n] - pieces.first[n] + 1
        before = item.predecessors
        for part in range(count):
            key = item.key if part == count - 1 else f"{item.key}{PART}{part}"
            rest, *units = (
                whole * (part + 1) // count - whole * part // count
                for whole in (item.size - sum(units for _, units in item.demand), *(units for _, units in item.demand))
            )
            demand = tuple((skill, share) for (skill, _), share in zip(item.demand, units, strict=True))
            size = rest + sum(units)
            items.append(replace(item, key=key, size=size, demand=demand, predecessors=before))
            before = ((key, 1),)
    return replace(problem, items=tuple(items))
