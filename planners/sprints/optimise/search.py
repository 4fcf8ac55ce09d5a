"""Everything together: fast starts, the least lateness, then neighbourhoods with the bound computed beside them."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from math import inf

from planners.sprints.listing import place
from planners.sprints.optimise.lateness import least_lateness
from planners.sprints.optimise.neighbour_search import NeighbourSearch, settle
from planners.sprints.optimise.repair import densities, repaired, scarce_effort
from planners.sprints.optimise.state import Plan
from planners.sprints.optimise.tidy import tidy
from planners.sprints.optimise.whole import Whole
from planners.sprints.pieces import Pieces

WHOLE_BESIDE = 100
"""Up to so many pieces the proof comes so soon that the search runs beside it."""
WHOLE_TO_THE_END = 400
"""Up to so many pieces the proof is worth both workers until the time is over, after a head start of the search."""
HEAD_START = 0.1
"""Share of the time for that."""
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
    if found.proven and watch.go_on() and len(pieces) <= WHOLE_TO_THE_END:
        tidy(found.plan, seconds=watch.left, seed=seed)
        report(found)
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
    alone = size > WHOLE_BESIDE and size <= WHOLE_TO_THE_END
    until = HEAD_START * watch.seconds if alone and plan.complete else watch.seconds
    bounding = _Bounding(found, pool, seed, watch) if plan.complete and size <= WHOLE_AT_ALL else None
    try:
        while watch.go_on() and watch.used < until and not found.proven:
            if bounding is not None and not alone:
                bounding.beside()
            if search.step():
                report(found)
            if bounding is not None and bounding.over:
                break
        search.stop()
        if bounding is not None and alone:
            bounding.alone(report)
    finally:
        search.stop()
        if bounding is not None:
            bounding.stop()
    report(found)


class _Bounding:
    """The whole plan in the solver, beside the search or instead of it."""

    def __init__(self, found: Found, pool: ThreadPoolExecutor, seed: int, watch: Watch) -> None:
        self.found = found
        self.pool = pool
        self.seed = seed
        self.watch = watch
        self.whole: Whole | None = None
        self.answer: Future[dict[int, int]] | None = None

    @property
    def over(self) -> bool:
        """Whether the solver has proven its plan."""
        return self.whole is not None and self.whole.optimal

    def beside(self) -> None:
        """Starts on one worker, and ends in time to leave it to the search where there will be no proof."""
        to_the_end = len(self.found.plan.pieces) <= WHOLE_TO_THE_END
        if self.whole is None:
            self._start(1, to_the_end)
        elif not to_the_end and (self.watch.used > LONGEST_RELAXATION * self.watch.seconds or self.found.gap < CLOSE):
            self.whole.stop()

    def alone(self, report: Callable[[Found], None]) -> None:
        """Runs on both workers until the time is over or the plan proven."""
        if not self.watch.go_on() or self.found.proven:
            return
        answer = self._start(2, to_the_end=True)
        bound = None
        while self.watch.go_on() and not self.found.proven:
            if wait([answer], timeout=0.1).done:
                break
            if bound != self.found.completion_bound:
                bound = self.found.completion_bound
                report(self.found)

    def stop(self) -> None:
        """Ends it, and takes its plan if that is better."""
        if self.whole is not None and self.answer is not None:
            self.whole.stop()
            self.found.plan.move(self.answer.result())

    def _start(self, workers: int, to_the_end: bool) -> Future[dict[int, int]]:
        self.whole = Whole(self.found.plan, to_the_end=to_the_end)
        self.answer = self.pool.submit(
            self.whole.solve,
            seconds=2 * self.watch.seconds,
            seed=self.seed,
            workers=workers,
            on_bound=self._bounded,
        )
        return self.answer

    def _bounded(self, bound: int) -> None:
        self.found.completion_bound = max(bound, self.found.completion_bound or 0)
