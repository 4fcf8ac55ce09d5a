"""The one entrance to allocation: a problem in, the best plan found in the time given out."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from planners.sprints.listing import place
from planners.sprints.pieces import Pieces
from planners.sprints.problem import Allocation, AllocationProblem, Score


@dataclass(frozen=True, slots=True)
class Bound:
    """What no plan that places everything can beat.

    ``completion`` holds among the plans that are no later than the one found; None where it was not computed.
    """

    lateness: int
    completion: int | None


@dataclass(frozen=True, slots=True)
class Progress:
    """The best plan so far. ``fraction`` of the time given is used up."""

    fraction: float
    score: Score
    bound: Bound | None = None


@dataclass(frozen=True, slots=True)
class AllocationResult:
    """A plan, its score, and how far from the best possible it can be at most.

    ``gap`` is (completion - bound) / bound, None without a bound. ``proven`` says that no plan has less lateness or,
    with as little, less weighted completion.
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
    clock: Callable[[], float] = time.monotonic,
) -> AllocationResult:
    """Puts the items into sprints. Never worse than list scheduling, which is what ``seconds=0`` gives.

    With ``seconds`` it improves on that until the time is over, the plan is proven best or ``cancelled`` says so.
    ``previous`` is the plan that people know (fewer moves are better, other things equal); ``hint`` is any plan to
    start from, in the same form: sprint by item key. The same seed goes through the same plans; how far it gets
    depends on the machine. ``clock`` measures the time in seconds.
    """
    pieces = Pieces(problem, previous)
    by_priority = place(pieces, pieces.rank)
    if seconds <= 0:
        score = pieces.score(by_priority)
        return AllocationResult(pieces.allocation(by_priority), score, None, None, False, "list scheduling")
    # The solver takes half a second to import: only for those who ask for more than a list schedule.
    from planners.sprints.optimise.search import Found, Watch, optimise

    watch = Watch(clock, seconds, cancelled)

    def report(found: Found) -> None:
        if progress is not None:
            fraction = min(1.0, watch.used / seconds)
            progress(Progress(fraction, found.plan.score, _bound(found.lateness_bound, found.completion_bound)))

    starts = [by_priority]
    starts += [place(pieces, pieces.ranks_like(plan)) for plan in (previous, hint) if plan]
    found = optimise(pieces, starts, seed=seed, watch=watch, report=report)
    score = found.plan.score
    return AllocationResult(
        allocation=pieces.allocation(found.plan.sprints),
        score=score,
        bound=_bound(found.lateness_bound, found.completion_bound),
        gap=None if found.completion_bound is None else found.gap,
        proven=found.proven,
        method="CP-SAT and neighbourhood search",
    )


def _bound(lateness: int | None, completion: int | None) -> Bound | None:
    return None if lateness is None else Bound(lateness, completion)
