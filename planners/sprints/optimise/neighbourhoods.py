"""Which pieces to set free at once: an epic with its chain, some sprints of a few crews, what makes a target late."""

from collections.abc import Callable, Sequence
from random import Random

from planners.sprints.optimise.state import Plan


class Neighbourhoods:
    """Draws sets of movable pieces of about a wanted size, with the kinds that pay off drawn more often."""

    def __init__(self, plan: Plan, random: Random) -> None:
        pieces = plan.pieces
        self.plan = plan
        self.random = random
        self.movable = [not pieces.fixed[piece] and not pieces.impossible[piece] for piece in range(len(pieces))]
        self.by_crew: list[list[int]] = [[] for _ in pieces.packings]
        for piece, crew in enumerate(pieces.crew):
            if self.movable[piece]:
                self.by_crew[crew].append(piece)
        self.crews = [crew for crew, members in enumerate(self.by_crew) if members]
        self.beside = self._crews_side_by_side()
        self.kinds: dict[str, Callable[[int], Sequence[int]]] = {
            "sprints": self.sprints_of_crews,
            "chain": self.chain,
            "crew": self.crew,
            "target": self.target,
        }

    def _crews_side_by_side(self) -> list[dict[int, int]]:
        """By crew: how many dependencies it shares with each other crew."""
        pieces = self.plan.pieces
        beside: list[dict[int, int]] = [{} for _ in pieces.packings]
        for piece, waits in enumerate(pieces.before):
            for earlier, _ in waits:
                one, other = pieces.crew[piece], pieces.crew[earlier]
                if one != other:
                    beside[one][other] = beside[one].get(other, 0) + 1
                    beside[other][one] = beside[other].get(one, 0) + 1
        return beside

    def sprints_of_crews(self, size: int) -> Sequence[int]:
        """Everything that a few crews who depend on each other do in a run of sprints."""
        now, random = self.plan.sprints, self.random
        crews = [random.choice(self.crews)]
        for _ in range(random.randrange(3)):
            nearby = [(crew, n) for crew, n in self.beside[random.choice(crews)].items() if crew not in crews]
            if nearby:
                crews.append(random.choices([c for c, _ in nearby], [n for _, n in nearby])[0])
        found = [piece for crew in crews for piece in self.by_crew[crew]]
        return self._around(found, now[random.choice(found)], size)

    def _around(self, found: list[int], middle: int, size: int) -> Sequence[int]:
        """The pieces nearest in time to a sprint, up to a size, whole sprints first."""
        now = self.plan.sprints
        jitter = self.random.random() - 0.5
        return sorted(found, key=lambda piece: abs(now[piece] - middle - jitter))[:size]

    def crew(self, size: int) -> Sequence[int]:
        """A crew's work over a long run of sprints, with those pieces left out that a lot hangs on."""
        crew = self.random.choice(self.crews)
        found = self.by_crew[crew]
        return self._around(found, self.random.randint(1, self.plan.pieces.horizon), size)

    def chain(self, size: int) -> Sequence[int]:
        """A piece with what hangs together with it, and what its crews do in the same sprints."""
        start = self.random.choice(self.by_crew[self.random.choice(self.crews)])
        return self._with_rivals(self._connected([start], max(8, size // 4)), size)

    def target(self, size: int) -> Sequence[int]:
        """What leads to a late target, and what stands in its way."""
        pieces, now = self.plan.pieces, self.plan.sprints
        late = [t for t in pieces.deadlines if t.weight and max(now[piece] for piece in t.pieces) > t.due]
        if not late:
            return self.chain(size)
        target = self.random.choice(late)
        found = dict.fromkeys(piece for piece in target.pieces if now[piece] > target.due)
        pending = list(found)
        while pending and len(found) < size // 2:
            for earlier, _ in pieces.before[pending.pop()]:
                if self.movable[earlier] and earlier not in found:
                    found[earlier] = None
                    pending.append(earlier)
        return self._with_rivals([piece for piece in found if self.movable[piece]], size)

    def _connected(self, start: Sequence[int], size: int) -> list[int]:
        pieces = self.plan.pieces
        found = dict.fromkeys(start)
        pending = list(start)
        while pending and len(found) < size:
            piece = pending.pop(self.random.randrange(len(pending)))
            for other, _ in (*pieces.before[piece], *pieces.after[piece]):
                if self.movable[other] and other not in found:
                    found[other] = None
                    pending.append(other)
        return list(found)

    def _with_rivals(self, found: list[int], size: int) -> Sequence[int]:
        """Fills up with pieces of the same crews in the sprints around."""
        pieces, now = self.plan.pieces, self.plan.sprints
        chosen = dict.fromkeys(found)
        spots: dict[int, list[int]] = {}
        for piece in found:
            spots.setdefault(pieces.crew[piece], []).append(now[piece])
        rivals = []
        for crew, sprints in sorted(spots.items()):
            first, last = min(sprints) - 1, max(sprints)
            for piece in self.by_crew[crew]:
                if piece not in chosen and first <= now[piece] <= last:
                    rivals.append(piece)
        self.random.shuffle(rivals)
        for piece in rivals[: max(0, size - len(chosen))]:
            chosen[piece] = None
        return list(chosen)
