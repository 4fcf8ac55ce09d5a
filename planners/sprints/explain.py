"""Why a plan is as it is: what holds each item, what would move, the critical chain, bottlenecks, slack.

Values only; putting them into words is the caller's.
"""

from dataclasses import dataclass
from enum import StrEnum

from planners.sprints.pieces import Pieces
from planners.sprints.problem import Allocation, AllocationProblem


class Hold(StrEnum):
    """What keeps an item from being one sprint earlier."""

    FIXED = "fixed"
    """It is a fact."""
    START = "start"
    """Its own earliest sprint, or the first sprint there is."""
    FORBIDDEN = "forbidden"
    """The sprint before is not allowed for it."""
    CHAIN = "chain"
    """What it waits for: ``by`` names those items."""
    ABSENCE = "absence"
    """People who could do it have less time than usual: ``by`` names them."""
    TARGET = "target"
    """Work for targets takes the room: ``by`` names the targets."""
    SKILL = "skill"
    """The people with its skills are taken: ``by`` names the skills."""
    CREW = "crew"
    """The crew's commitment is used up: ``by`` names the crew."""
    NOTHING = "nothing"
    """There is room: it could be earlier."""
    OUT = "out"
    """It is in no sprint."""


@dataclass(frozen=True, slots=True)
class Why:
    """What is known about one item's place. Sprints are None where there is none within the horizon.

    ``by_dependencies`` is the earliest sprint that its chain allows; ``by_capacity`` the earliest if, besides, it and
    its chain had the crews to themselves. ``rivals`` take the room that it would need a sprint earlier.
    """

    key: str
    sprint: int | None
    by_dependencies: int | None
    by_capacity: int | None
    hold: Hold
    by: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Load:
    """The tightest skills of a crew in a sprint: ``used`` of ``capacity`` units. ``limit``: the commitment is."""

    crew: str
    sprint: int
    skills: tuple[str, ...]
    used: int
    capacity: int
    limit: bool


@dataclass(frozen=True, slots=True)
class Slack:
    """A target with the sprint in which its last item is done, None where one is left out."""

    key: str
    due: int
    done: int | None

    @property
    def sprints(self) -> int | None:
        """Sprints to spare; negative is late."""
        return None if self.done is None else self.due - self.done


class Explainer:
    """Answers questions about one plan of a problem."""

    def __init__(self, problem: AllocationProblem, allocation: Allocation) -> None:
        self.problem = problem
        self.pieces = Pieces(problem)
        self.sprints = self.pieces.placed(allocation)
        self._number = {item.key: n for n, item in enumerate(problem.items)}
        self._left = [list(row) for row in self.pieces.room]
        for piece, sprint in enumerate(self.sprints):
            if sprint < self.pieces.never and not self.pieces.fixed[piece]:
                self._left[self.pieces.crew[piece]][sprint] -= self.pieces.need[piece]
        self._by_dependencies = self._forward(capacity=False)
        self._by_capacity = self._forward(capacity=True)
        self._targets_of = self._targets()

    def why(self, key: str) -> Why:
        """What holds an item where it is. Raises KeyError for an unknown key."""
        number = self._number[key]
        piece = self.pieces.first[number]
        hold, by, rivals = self._hold(piece)
        last = self.pieces.last[number]
        return Why(
            key=key,
            sprint=self._within(self.sprints[last]),
            by_dependencies=self._within(self._by_dependencies[last]),
            by_capacity=self._within(self._by_capacity[last]),
            hold=hold,
            by=by,
            rivals=rivals,
        )

    def critical_chain(self) -> tuple[Why, ...]:
        """From its start to the end of the plan, each item holding the next: by dependency or by taking its room."""
        placed = [piece for piece, sprint in enumerate(self.sprints) if sprint < self.pieces.never]
        if not placed:
            return ()
        at = max(placed, key=lambda piece: (self.sprints[piece], self.pieces.weight[piece], -piece))
        chain: list[Why] = []
        seen: set[str] = set()
        while True:
            why = self.why(self._key(at))
            if why.key in seen:
                break
            seen.add(why.key)
            chain.append(why)
            following = why.by if why.hold is Hold.CHAIN else why.rivals
            if not following:
                break
            at = self.pieces.last[self._number[following[0]]]
        return tuple(reversed(chain))

    def bottlenecks(self) -> tuple[Load, ...]:
        """By crew and sprint in which it does anything, the skills with the least room left for their capacity."""
        pieces = self.pieces
        loads: list[Load] = []
        for crew, packing in enumerate(pieces.packings):
            for sprint in range(1, pieces.never):
                used = [0] * len(packing.rows)
                for piece, at in enumerate(self.sprints):
                    if at == sprint and pieces.crew[piece] == crew:
                        for row, units in pieces.rows[piece]:
                            used[row] += units
                if any(used):
                    row = max(
                        (n for n, units in enumerate(used) if units),
                        key=lambda n: (used[n] / max(1, packing.rows[n].capacity[sprint - 1]), used[n], -n),
                    )
                    tightest = packing.rows[row]
                    loads.append(
                        Load(
                            crew=self.problem.crews[crew].key,
                            sprint=sprint,
                            skills=tuple(sorted(tightest.skills)),
                            used=used[row],
                            capacity=tightest.capacity[sprint - 1],
                            limit=tightest.limit,
                        )
                    )
        return tuple(loads)

    def slack(self) -> tuple[Slack, ...]:
        """How early or late each target is, in the order in which they are given."""
        return tuple(
            Slack(target.key, target.due, self._within(max((self.sprints[p] for p in deadline.pieces), default=0)))
            for target, deadline in zip(self.problem.targets, self.pieces.deadlines, strict=True)
        )

    def _within(self, sprint: int) -> int | None:
        return sprint if sprint < self.pieces.never else None

    def _key(self, piece: int) -> str:
        return self.problem.items[self.pieces.item[piece]].key

    def _forward(self, *, capacity: bool) -> list[int]:
        """The earliest sprint of each piece by its chain, and by what fits beside the facts where ``capacity``."""
        pieces, never = self.pieces, self.pieces.never
        earliest = [0] * len(pieces)
        for piece in pieces.order:
            if pieces.fixed[piece]:
                earliest[piece] = pieces.fixed[piece]
                continue
            sprint = max([pieces.earliest[piece], *(earliest[e] + lag for e, lag in pieces.before[piece])])
            while sprint < never and (
                sprint in pieces.forbidden[piece]
                or (capacity and not self._fits(piece, pieces.room[pieces.crew[piece]][sprint]))
            ):
                sprint += 1
            earliest[piece] = min(sprint, never)
        return earliest

    def _fits(self, piece: int, room: int) -> bool:
        guard = self.pieces.packings[self.pieces.crew[piece]].guard
        return (room - self.pieces.need[piece]) & guard == guard

    def _targets(self) -> dict[int, set[int]]:
        """By piece: the numbers of the targets that it leads to."""
        leads: dict[int, set[int]] = {}
        for number, deadline in enumerate(self.pieces.deadlines):
            pending = list(deadline.pieces)
            while pending:
                piece = pending.pop()
                known = leads.setdefault(piece, set())
                if number not in known:
                    known.add(number)
                    pending.extend(earlier for earlier, _ in self.pieces.before[piece])
        return leads

    def _hold(self, piece: int) -> tuple[Hold, tuple[str, ...], tuple[str, ...]]:
        pieces, sprint = self.pieces, self.sprints[piece]
        if pieces.fixed[piece]:
            return Hold.FIXED, (), ()
        if sprint == pieces.never:
            return Hold.OUT, (), ()
        before = sprint - 1
        waits = [earlier for earlier, lag in pieces.before[piece] if self.sprints[earlier] + lag == sprint]
        if waits:
            waits.sort(key=lambda earlier: (-self.sprints[earlier], earlier))
            return Hold.CHAIN, tuple(self._key(earlier) for earlier in waits), ()
        if before < pieces.earliest[piece]:
            return Hold.START, (), ()
        if before in pieces.forbidden[piece]:
            return Hold.FORBIDDEN, (), ()
        return self._held_by_capacity(piece, before)

    def _held_by_capacity(self, piece: int, sprint: int) -> tuple[Hold, tuple[str, ...], tuple[str, ...]]:
        """What there is no room for in a sprint: the row that lacks most, and who is on it."""
        pieces, crew = self.pieces, self.pieces.crew[piece]
        packing = pieces.packings[crew]
        left = packing.unpack(self._left[crew][sprint])
        lacking = [(units - left[row], row, units) for row, units in pieces.rows[piece] if units > left[row]]
        if not lacking:
            return Hold.NOTHING, (), ()
        lack, number, _ = max(lacking)
        row = packing.rows[number]
        on_row = {
            other: units
            for other, at in enumerate(self.sprints)
            if at == sprint and pieces.crew[other] == crew
            for n, units in pieces.rows[other]
            if n == number
        }
        rivals = tuple(self._key(other) for other in sorted(on_row, key=lambda other: (-on_row[other], other)))
        if row.limit:
            return Hold.CREW, (self.problem.crews[crew].key,), rivals
        away = [
            (max(member.capacity) - member.capacity[sprint - 1], member.key)
            for member in self.problem.crews[crew].members
            if member.key in row.members and member.capacity[sprint - 1] < max(member.capacity)
        ]
        if sum(units for units, _ in away) >= lack:
            return Hold.ABSENCE, tuple(key for _, key in sorted(away, reverse=True)), rivals
        mine = self._targets_of.get(piece, set())
        others = {other: self._targets_of.get(other, set()) - mine for other in on_row}
        if sum(on_row[other] for other, targets in others.items() if targets) >= lack:
            numbers = sorted({number for targets in others.values() for number in targets})
            return Hold.TARGET, tuple(self.problem.targets[n].key for n in numbers), rivals
        return Hold.SKILL, tuple(sorted(row.skills)), rivals
