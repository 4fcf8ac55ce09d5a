"""What other teams teach about a team's next sprint."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from planners.forecasts.analogues import WIDTH
from planners.forecasts.forecast import Floats

_VERSION = 1


@dataclass(frozen=True)
class VelocityPrior:
    """Sprints of other teams, relative to their team's level, and what is usual for teams without history.

    `outcome` is completed points over the team's level before the sprint; `features` holds commitment, people,
    days, items and what was left over, relative to what was usual (NaN: not known); `length` the sprints
    before it; `team` the number of the team. `kept` are ratios of completed to committed points, `daily`
    points completed per person and day, `levels` the teams' mean velocities. `spread_known` and
    `spread_blind` widen (> 1) or narrow (< 1) the distribution so that ranges hold: with the commitment
    known, and without.
    """

    outcome: tuple[float, ...]
    features: tuple[tuple[float, ...], ...]
    length: tuple[int, ...]
    team: tuple[int, ...]
    kept: tuple[float, ...]
    daily: tuple[float, ...]
    levels: tuple[float, ...]
    spread_known: float = 1.0
    spread_blind: float = 1.0

    @cached_property
    def rows(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Outcomes, features, lengths and weights as arrays. Long-lived teams do not drown the others."""
        teams = np.asarray(self.team, dtype=np.int64)
        counts = np.bincount(teams, minlength=1)
        return (
            np.asarray(self.outcome, dtype=np.float64),
            np.array(self.features, dtype=np.float64).reshape((-1, WIDTH)),
            np.asarray(self.length, dtype=np.float64),
            np.asarray(counts[teams] ** -0.5, dtype=np.float64),
        )

    @cached_property
    def usually_kept(self) -> float:
        """The median ratio of completed to committed points."""
        return max(0.05, float(np.median(self.kept))) if self.kept else 0.8

    def to_json(self) -> str:
        """Return the prior as a JSON document; what is not known is null."""
        data: dict[str, object] = {field.name: getattr(self, field.name) for field in fields(self)}
        data["features"] = [[None if math.isnan(v) else v for v in row] for row in self.features]
        return json.dumps({"version": _VERSION, **data}, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> VelocityPrior:
        """Read what `to_json` wrote. Raises ValueError when it is something else."""
        try:
            data = json.loads(text)
            if data["version"] != _VERSION:
                raise ValueError(f"version {data['version']} is not known")
            prior = cls(
                outcome=tuple(map(float, data["outcome"])),
                features=tuple(tuple(map(_known, row)) for row in data["features"]),
                length=tuple(map(int, data["length"])),
                team=tuple(map(int, data["team"])),
                kept=tuple(map(float, data["kept"])),
                daily=tuple(map(float, data["daily"])),
                levels=tuple(map(float, data["levels"])),
                spread_known=float(data["spread_known"]),
                spread_blind=float(data["spread_blind"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"this is not a saved velocity prior: {error}") from error
        if not len(prior.outcome) == len(prior.features) == len(prior.length) == len(prior.team):
            raise ValueError("this is not a saved velocity prior: its columns differ in length")
        if any(len(row) != WIDTH for row in prior.features):
            raise ValueError("this is not a saved velocity prior: a sprint has the wrong number of features")
        return prior


def _known(value: float | None) -> float:
    return math.nan if value is None else float(value)
