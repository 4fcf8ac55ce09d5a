"""The allocation problem and its answer: plain values, integers only.

Sprints are numbered 1..horizon. Units are whatever whole unit the caller scales to (hundredths of a point).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class ProblemError(ValueError):
    """The problem contradicts itself; ``keys`` names what is concerned."""

    def __init__(self, message: str, keys: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.keys = tuple(keys)


class DuplicateKeyError(ProblemError):
    """Two crews, members of a crew, items or targets share a key."""


class UnknownKeyError(ProblemError):
    """A crew, predecessor or target item is named that does not exist."""


class BadQuantityError(ProblemError):
    """A size, capacity, lag, weight or sprint number is outside what it can be."""


class CyclicDependencyError(ProblemError):
    """Items wait for each other; ``keys`` is the cycle: each waits for the one before it."""


class TooManySkillsError(ProblemError):
    """A crew's skills overlap in more ways than can be checked exactly."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a crew; ``capacity[s - 1]`` is what they can do in sprint s, in units."""

    key: str
    skills: frozenset[str]
    capacity: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Crew:
    """A team. ``limit[s - 1]`` bounds all its work in sprint s, however much its members could do."""

    key: str
    members: tuple[Member, ...]
    limit: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One item to place.

    ``demand`` names units per skill; what ``size`` has beyond that can be done by anybody in the crew.
    ``predecessors`` are (key, lag): lag 0 allows the same sprint, lag n asks for n sprints later.
    ``fixed`` is a fact (started work, an active sprint): it holds whatever dependencies and capacity say, and
    takes its capacity first. ``must`` marks a must-have: leaving it out is worse than any lateness.
    """

    key: str
    crew: str
    size: int
    demand: tuple[tuple[str, int], ...] = ()
    predecessors: tuple[tuple[str, int], ...] = ()
    earliest: int = 1
    weight: int = 0
    priority: int = 0
    epic: str | None = None
    fixed: int | None = None
    forbidden: frozenset[int] = frozenset()
    must: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """A milestone: ``items`` done by the end of sprint ``due``; each sprint late costs ``weight``."""

    key: str
    items: tuple[str, ...]
    due: int
    weight: int = 1


class Reason(StrEnum):
    """Why an item is in no sprint."""

    NO_SKILL = "no_skill"
    """Nobody in the crew has, within the horizon, a skill that it asks for."""
    NO_ROOM = "no_room"
    """Every sprint from the earliest possible to the horizon is full."""
    TOO_LATE = "too_late"
    """Dependencies or its earliest sprint leave no allowed sprint within the horizon."""
    WAITS = "waits"
    """It waits for an item that is in no sprint."""


@dataclass(frozen=True, slots=True)
class Allocation:
    """Where each item went. A split item is done with its last part; ``parts`` has each (sprint, units)."""

    sprint_of: Mapping[str, int]
    unplaced: Mapping[str, Reason] = field(default_factory=dict)
    parts: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, order=True)
class Score:
    """What a plan costs, in the order in which it counts; less is better.

    An item in no sprint counts as done in the sprint after the horizon.
    """

    missing_musts: int
    lateness: int
    missing: int
    completion: int
    last_sprint: int
    moves: int = 0


@dataclass(frozen=True, slots=True)
class AllocationProblem:
    """Crews, items and targets over sprints 1..horizon.

    Raises a :class:`ProblemError` that names the keys where the parts don't fit together.
    """

    horizon: int
    crews: tuple[Crew, ...]
    items: tuple[WorkItem, ...]
    targets: tuple[Target, ...] = ()

    def __post_init__(self) -> None:
        if self.horizon < 1:
            raise BadQuantityError(f"the horizon must be at least one sprint, not {self.horizon}")
        _distinct("crew", (crew.key for crew in self.crews))
        _distinct("item", (item.key for item in self.items))
        _distinct("target", (target.key for target in self.targets))
        for crew in self.crews:
            self._check_crew(crew)
        crews = {crew.key for crew in self.crews}
        items = {item.key for item in self.items}
        for item in self.items:
            if item.crew not in crews:
                raise UnknownKeyError(f"item {item.key!r} names an unknown crew {item.crew!r}", (item.key, item.crew))
            self._check_item(item, items)
        for target in self.targets:
            unknown = [key for key in target.items if key not in items]
            if unknown:
                raise UnknownKeyError(
                    f"target {target.key!r} names an unknown item {unknown[0]!r}", (target.key, *unknown)
                )
            if target.weight < 0:
                raise BadQuantityError(f"target {target.key!r}: a weight can't be negative", (target.key,))
        cycle = find_cycle({item.key: [key for key, _ in item.predecessors] for item in self.items})
        if cycle:
            raise CyclicDependencyError("items wait for each other: " + " -> ".join((*cycle, cycle[0])), cycle)

    def _check_crew(self, crew: Crew) -> None:
        _distinct(f"member of {crew.key!r}", (member.key for member in crew.members))
        rows = [(member.key, member.capacity) for member in crew.members]
        if crew.limit is not None:
            rows.append((crew.key, crew.limit))
        for key, capacity in rows:
            if len(capacity) != self.horizon:
                message = f"{key!r} has capacity for {len(capacity)} sprints, the horizon is {self.horizon}"
                raise BadQuantityError(message, (crew.key, key))
            if min(capacity) < 0:
                raise BadQuantityError(f"{key!r}: capacity can't be negative", (crew.key, key))

    def _check_item(self, item: WorkItem, items: set[str]) -> None:
        for key, lag in item.predecessors:
            if key not in items:
                raise UnknownKeyError(f"item {item.key!r} waits for an unknown item {key!r}", (item.key, key))
            if lag < 0:
                raise BadQuantityError(f"item {item.key!r}: the lag after {key!r} can't be negative", (item.key, key))
        named = [units for _, units in item.demand]
        if item.size < 0 or any(units < 0 for units in named) or sum(named) > item.size:
            message = f"item {item.key!r}: its skills' demands must be non-negative and fit in its size {item.size}"
            raise BadQuantityError(message, (item.key,))
        _distinct(f"skill of {item.key!r}", (skill for skill, _ in item.demand))
        if item.weight < 0 or item.earliest < 1:
            raise BadQuantityError(f"item {item.key!r}: weight and earliest sprint are out of range", (item.key,))
        if item.fixed is not None and not 1 <= item.fixed <= self.horizon:
            message = f"item {item.key!r} is fixed in sprint {item.fixed}, outside 1..{self.horizon}"
            raise BadQuantityError(message, (item.key,))


def find_cycle(waits_for: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """A dependency cycle as a path, each waiting for the one before it; empty where there is none."""
    done: set[str] = set()
    for start in waits_for:
        if start in done:
            continue
        path = [start]
        on_path = {start: 0}
        pending = [iter(waits_for[start])]
        while pending:
            following = next(pending[-1], None)
            if following is None:
                pending.pop()
                leaving = path.pop()
                del on_path[leaving]
                done.add(leaving)
            elif following in on_path:
                return tuple(reversed(path[on_path[following] :]))
            elif following not in done and following in waits_for:
                on_path[following] = len(path)
                path.append(following)
                pending.append(iter(waits_for[following]))
    return ()


def _distinct(what: str, keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise DuplicateKeyError(f"{what} {key!r} is there twice", (key,))
        seen.add(key)
