"""Everything together: fast starts, the least lateness, then neighbourhoods with the bound computed beside them."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from math import inf

from planners.sprints.listing import place
from planners.sprints.optimise.lateness import least_lateness
from planners.sprints.optimise.neighbour_search import NeighbourSearch, settle
from planners.sprints.optimise.repair import densities, repaired, scarce_effort
from planners.sprints.optimise.state import Plan
from planners.sprints.optimise.whole import Whole
from planners.sprints.pieces import Pieces

WHOLE_TO_THE_END = 400
"""Up to so many pieces the proof is worth one of the workers until the time is over."""
WHOLE_AT_ALL = 2500
"""Beyond this the relaxation of the whole plan takes longer than it is worth."""

LONGEST_RELAXATION = 0.6
"""Share of the time after which a larger plan's relaxation is given up for the search."""
CLOSE = 0.03
"""A gap below which the search needs the worker more than the bound does."""


class Watch:
    """How much of the time is used, and whether to go on. ``clock`` gives seconds from any origin."""

    def __init__(self, clock: Callable[[], float], seconds: float, cancelled: Callable[[], bool] | None) -> None:
        self._clock = clock
        self._started = clock()
        self.seconds = seconds
        self._cancelled = cancelled

    @property
    def used(self) -> float:
        """Seconds since the start."""
        return self._clock() - self._started

    @property
    def left(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self.seconds - self.used)

    def go_on(self) -> bool:
        """Whether there is time left and nobody has cancelled."""
        return self.left > 0 and not (self._cancelled and self._cancelled())


@dataclass(slots=True)
class Found:
    """A plan in the making, with the bounds proven so far (None where there is none)."""

    plan: Plan
    lateness_bound: int | None = None
    completion_bound: int | None = None

    @property
    def gap(self) -> float:
        """How far completion is above its bound at most, infinite without a bound."""
        if self.completion_bound is None:
            return inf
        return (self.plan.score.completion - self.completion_bound) / max(1, self.completion_bound)

    @property
    def proven(self) -> bool:
        """Whether lateness and completion can't be better in any plan that leaves nothing out."""
        score = self.plan.score
        return (
            self.plan.complete and score.lateness == self.lateness_bound and score.completion == self.completion_bound
        )


def optimise(
    pieces: Pieces, starts: Sequence[list[int]], *, seed: int, watch: Watch, report: Callable[[Found], None]
) -> Found:
    """The best plan found in time, never worse than the best of ``starts``; ``report`` hears of each step."""
    best = min(starts, key=pieces.score)
    quick = repaired(pieces, seed, lambda: watch.used < 0.05 * watch.seconds and watch.go_on(), passes=30)
    best = min(best, quick, key=pieces.score)
    found = Found(Plan(pieces, best))
    report(found)
    if found.plan.complete:
        _least_lateness(found, seed, watch)
        report(found)
    with ThreadPoolExecutor(2) as pool:
        _neighbourhoods(found, pool, seed, watch, report)
    settle(found.plan)
    found.plan.score = pieces.score(found.plan.sprints)
    return found


def _least_lateness(found: Found, seed: int, watch: Watch) -> None:
    """Proves how late any plan must be, and takes the way there if the plan is later."""
    plan, pieces = found.plan, found.plan.pieces
    found.lateness_bound = 0
    if not plan.score.lateness or not watch.go_on():
        return
    least = least_lateness(pieces, plan.sprints, seconds=0.25 * watch.seconds, seed=seed)
    if least is None:
        return
    found.lateness_bound = least.bound
    base = densities(pieces, scarce_effort(pieces))
    ranks = [(-value, piece) for piece, value in enumerate(base)]
    other = Plan(pieces, place(pieces, ranks, least.sprints))
    if other.score < plan.score:
        found.plan = other


def _neighbourhoods(
    found: Found, pool: ThreadPoolExecutor, seed: int, watch: Watch, report: Callable[[Found], None]
) -> None:
    plan = found.plan
    search = NeighbourSearch(plan, pool, seed, found.lateness_bound or 0)
    if not search.around.crews:
        # Nothing can move: the only plan there is.
        found.completion_bound = plan.score.completion if plan.complete else None
        return
    size = len(plan.pieces)
    provable = plan.complete and size <= WHOLE_AT_ALL
    to_the_end = size <= WHOLE_TO_THE_END
    head_start = 0.1 * watch.seconds if to_the_end and size > 100 else 0.0
    whole: Whole | None = None
    answer: Future[dict[int, int]] | None = None

    def bounded(bound: int) -> None:
        found.completion_bound = max(bound, found.completion_bound or 0)

    try:
        while watch.go_on() and not found.proven:
            if provable and whole is None and watch.used >= head_start:
                whole = Whole(plan, to_the_end=to_the_end)
                answer = pool.submit(whole.solve, seconds=2 * watch.seconds, seed=seed, on_bound=bounded)
            if search.step():
                report(found)
            if whole is not None:
                if whole.optimal:
                    break
                if not to_the_end and (watch.used > LONGEST_RELAXATION * watch.seconds or found.gap < CLOSE):
                    whole.stop()
    finally:
        if whole is not None:
            whole.stop()
        search.stop()
    if answer is not None:
        plan.move(answer.result())
    report(found)
