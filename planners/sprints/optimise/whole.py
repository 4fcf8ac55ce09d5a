"""CP-SAT on the whole plan: its linear relaxation with cuts gives the bound, its search at best the proof."""

from collections.abc import Callable
from math import ceil

from ortools.sat.python import cp_model

from planners.sprints.optimise.model import build
from planners.sprints.optimise.state import Plan

RELAXATION = 20.0
"""Deterministic seconds after which the cuts on the relaxation of a thousand pieces add little."""


class Whole:
    """Least weighted completion among the plans that are no later than a given complete one."""

    def __init__(self, plan: Plan, *, to_the_end: bool) -> None:
        """Takes the plan as it is now; what happens to it later does not matter.

        ``to_the_end`` aims at the proof; otherwise at the bound of the relaxation with cuts, which comes sooner
        when the solver does not know a plan.
        """
        pieces = plan.pieces
        movable = [piece for piece in range(len(pieces)) if not pieces.fixed[piece]]
        late = plan.score.lateness > 0
        self.model = build(plan, movable, trade=late)
        if late:
            self.model.cp.add(self.model.lateness <= plan.score.lateness - self.model.lateness_held)
        self.held = sum(pieces.weight[p] * plan.sprints[p] for p in range(len(pieces)) if pieces.fixed[p])
        self.model.cp.minimize(self.model.completion)
        if to_the_end:
            self.model.hint()
        self.bound = -1
        self.optimal = False
        self._stopped = False
        self._solver = cp_model.CpSolver()
        if not to_the_end:
            self._solver.parameters.max_deterministic_time = RELAXATION

    def solve(self, *, seconds: float, seed: int, workers: int, on_bound: Callable[[int], None]) -> dict[int, int]:
        """The best plan found until :meth:`stop`, empty where none was; ``bound`` grows meanwhile.

        ``seconds`` is a limit on real time, should nobody stop it. A second worker improves plans by the solver's
        own neighbourhoods, in no fixed order.
        """

        def raise_bound(value: float) -> None:
            bound = self.held + ceil(value - 1e-6)
            if bound > self.bound:
                self.bound = bound
                on_bound(bound)

        self._solver.best_bound_callback = raise_bound
        parameters = self._solver.parameters
        parameters.num_workers = workers
        parameters.subsolvers.append("max_lp")
        parameters.linearization_level = 2
        parameters.cp_model_probing_level = 0
        parameters.symmetry_level = 0
        parameters.random_seed = seed
        parameters.max_time_in_seconds = seconds
        if self._stopped:
            return {}
        status = self._solver.solve(self.model.cp)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return {}
        raise_bound(self._solver.best_objective_bound)
        self.optimal = status == cp_model.OPTIMAL
        return self.model.read(self._solver.value)

    def stop(self) -> None:
        """Ends the search from another thread, or keeps it from starting."""
        self._stopped = True
        self._solver.stop_search()
