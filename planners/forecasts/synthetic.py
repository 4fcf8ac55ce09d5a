"""Made-up teams for the prior that ships. Nothing here was fitted to any team's data.

A prior that knows nothing must be wider than the teams it meets: it is meant to give way to real ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from planners.forecasts.velocity import CompletedSprint

_TEAMS = 24
_SPRINTS = 16


def made_up_teams(seed: int = 14) -> list[list[CompletedSprint]]:
    """Return teams with their sprints, the same ones for the same seed.

    The assumptions are the usual ones: a team's pace wanders, it commits near what it thinks it can do, some
    sprints are short or empty, unplanned work comes in, and some work is not finished.
    """
    from planners.forecasts.velocity import CompletedSprint

    rng = np.random.default_rng(seed)
    teams = []
    for _ in range(_TEAMS):
        level = float(np.exp(rng.normal(np.log(20.0), 0.8)))
        staff = max(1, round(level / 5.0))
        optimism = float(np.exp(rng.normal(0.1, 0.6)))
        unsteadiness = float(rng.uniform(0.4, 1.0))
        idle = float(rng.uniform(0.0, 0.3))
        item_size = float(rng.uniform(1.5, 5.0))
        sprints = []
        pace = 0.0
        for _ in range(_SPRINTS):
            pace = 0.8 * pace + rng.normal(0.0, 0.15)
            attendance = float(rng.uniform(0.4, 1.2))
            days = int(rng.choice([5, 9, 10, 10, 10, 14]))
            able = level * np.exp(pace + rng.normal(0.0, unsteadiness)) * attendance * (days / 10.0) ** 0.5
            planned = 0.0 if rng.random() < 0.06 else able * optimism * np.exp(rng.normal(0.0, 0.35))
            unplanned = able * float(rng.uniform(0.0, 0.6))
            finished = min(able, planned * float(rng.beta(3.0, 1.5)) + unplanned)
            if rng.random() < idle:
                finished = 0.0
            people = max(1, round(staff * attendance))
            items = max(1, round(planned / item_size)) if planned > 0 else 0
            sprints.append(CompletedSprint(round(finished, 1), round(planned, 1), items, people, days))
        teams.append(sprints)
    return teams
