"""The one entrance to allocation: a problem in, the best plan found in the time given out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from planners.sprints.listing import place
from planners.sprints.pieces import Pieces
from planners.sprints.problem import Allocation, AllocationProblem, Score


@dataclass(frozen=True, slots=True)
class Bound:
    """What no plan can beat: lateness, and weighted completion among plans with as little lateness."""

    lateness: int
    completion: int


@dataclass(frozen=True, slots=True)
class Progress:
    """The best plan so far. ``fraction`` of the time given is used up."""

    fraction: float
    score: Score
    bound: Bound | None = None


@dataclass(frozen=True, slots=True)
class AllocationResult:
    """A plan, its score, and how far from the best possible it can be at most.

    ``gap`` is (completion - bound) / bound, None without a bound; ``proven`` says that nothing better exists.
    """

    allocation: Allocation
    score: Score
    bound: Bound | None
    gap: float | None
    proven: bool
    method: str


def allocate(
    problem: AllocationProblem,
    *,
    seconds: float = 0.0,
    seed: int = 0,
    previous: Mapping[str, int] | None = None,
    hint: Mapping[str, int] | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> AllocationResult:
    """Puts the items into sprints. Never worse than list scheduling, which is what ``seconds=0`` gives."""
    pieces = Pieces(problem, previous)
    sprints = place(pieces, pieces.rank)
    return AllocationResult(
        pieces.allocation(sprints), pieces.score(sprints), None, None, False, "list scheduling"
    )
