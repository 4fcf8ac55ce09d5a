"""What moves if an item is forced one sprint earlier: its chain comes along, and what takes its room makes way."""

from dataclasses import dataclass

from planners.sprints.pieces import Pieces
from planners.sprints.problem import Allocation, AllocationProblem, Score


@dataclass(frozen=True, slots=True)
class Move:
    """An item from one sprint to another, None where it falls out of the plan."""

    key: str
    before: int
    after: int | None


@dataclass(frozen=True, slots=True)
class Forced:
    """The plan with an item one sprint earlier.

    Where that can't be, ``stopped_by`` names the item that can't come along (or the item itself) and there are no
    moves.
    """

    key: str
    moves: tuple[Move, ...]
    before: Score
    after: Score
    stopped_by: str | None = None


def force_earlier(problem: AllocationProblem, allocation: Allocation, key: str) -> Forced:
    """Moves a placed item to the sprint before, and says what that costs. Raises KeyError for an item not placed."""
    pieces = Pieces(problem)
    now = pieces.placed(allocation)
    before = pieces.score(now)
    if key not in allocation.sprint_of:
        raise KeyError(key)
    number = next(n for n, item in enumerate(problem.items) if item.key == key)
    change = _Change(pieces, now)
    stopped = change.pull(pieces.last[number], now[pieces.last[number]] - 1)
    if stopped is None:
        stopped = change.make_room()
    if stopped is not None:
        return Forced(key, (), before, before, problem.items[pieces.item[stopped]].key)
    moves = tuple(
        Move(item.key, now[last], change.sprints[last] if change.sprints[last] < pieces.never else None)
        for item, last in zip(problem.items, pieces.last, strict=True)
        if change.sprints[last] != now[last]
    )
    return Forced(key, moves, before, pieces.score(change.sprints))


class _Change:
    """A plan being changed: first the chain is pulled forward, then others are pushed back until all fits."""

    def __init__(self, pieces: Pieces, sprints: list[int]) -> None:
        self.pieces = pieces
        self.sprints = list(sprints)
        self.pulled: set[int] = set()
        """The forced piece and all that it waits for, moved or not: they don't make way for others."""

    def pull(self, piece: int, sprint: int) -> int | None:
        """Moves a piece and, as far as needed, what it waits for; returns the piece that can't move, if any."""
        pending = [(piece, sprint)]
        while pending:
            at, until = pending.pop()
            if self.sprints[at] <= until:
                if at in self.pulled:
                    continue
                until = self.sprints[at]
            while until in self.pieces.forbidden[at] and until < self.sprints[at]:
                until -= 1
            if until < self.sprints[at] and (self.pieces.fixed[at] or until < self.pieces.earliest[at]):
                return at
            self.sprints[at] = until
            self.pulled.add(at)
            pending += [(earlier, until - lag) for earlier, lag in self.pieces.before[at]]
        return None

    def make_room(self) -> int | None:
        """Pushes what is worth least out of overfull sprints; returns a pulled piece that has no room, if any."""
        pieces = self.pieces
        for sprint in range(1, pieces.never):
            for crew, packing in enumerate(pieces.packings):
                while True:
                    there = [p for p, at in enumerate(self.sprints) if at == sprint and pieces.crew[p] == crew]
                    there = [p for p in there if not pieces.fixed[p]]
                    over = self._overfull(there, packing.unpack(pieces.room[crew][sprint]))
                    if not over:
                        break
                    can_go = [p for p in there if p not in self.pulled and over & {row for row, _ in pieces.rows[p]}]
                    if not can_go:
                        return next(p for p in there if p in self.pulled)
                    self._push(min(can_go, key=self._worth), sprint + 1)
        return None

    def _overfull(self, there: list[int], room: tuple[int, ...]) -> set[int]:
        used = [0] * len(room)
        for piece in there:
            for row, units in self.pieces.rows[piece]:
                used[row] += units
        return {row for row, units in enumerate(used) if units > room[row]}

    def _worth(self, piece: int) -> tuple[bool, float, int]:
        """What leads to nothing and is worth least for its size goes first."""
        pieces = self.pieces
        held = any(self.sprints[later] < self.sprints[piece] + 1 + lag for later, lag in pieces.after[piece])
        return held or pieces.must[piece], pieces.weight[piece] / max(1, pieces.units[piece]), piece

    def _push(self, piece: int, sprint: int) -> None:
        """Moves a piece to a sprint or later, and what waits for it as far as needed."""
        pieces = self.pieces
        pending = [(piece, sprint)]
        while pending:
            at, start = pending.pop()
            if self.sprints[at] >= min(start, pieces.never) or pieces.fixed[at]:
                continue
            while start in pieces.forbidden[at]:
                start += 1
            self.sprints[at] = min(start, pieces.never)
            pending += [(later, start + lag) for later, lag in pieces.after[at]]
