"""Do these sprints carry a forecast? If not: why, and what would."""

from __future__ import annotations

import numpy as np

from planners.forecasts.analogues import PEOPLE
from planners.forecasts.forecast import Floats

FEW = 5
_RECENT = 4
_BREAK = 3.0


def findings(done: Floats, features: Floats, coming: Floats) -> tuple[str, ...]:
    """Return, in sentences for the reader, what keeps a team's sprints from carrying a forecast; () if nothing.

    `done` are completed points, oldest first; `features` and `coming` as in `analogues`.
    """
    notes = []
    count = done.size
    if count == 0:
        notes.append("No sprint is completed yet: the range shows how other teams keep their commitments.")
    elif count < FEW:
        notes.append(
            f"Only {_sprints(count)} so far: the range leans on other teams. "
            f"{_sprints(FEW - count).capitalize()} more and it stands on this team's own."
        )
    if count >= FEW and not (done[-_RECENT:] > 0).any():
        notes.append(
            f"Nothing was completed in the last {_RECENT} sprints, so the series is broken. "
            "A forecast needs two or three sprints with completed points again."
        )
    elif count >= 2 * _RECENT and _level_broke(done):
        notes.append(
            f"The last {_RECENT} sprints are on another level than those before: older sprints say little. "
            f"{_sprints(FEW - 1).capitalize()} more on the new level would carry a forecast."
        )
    change = _team_change(features, coming)
    if change:
        notes.append(change)
    return tuple(notes)


def _sprints(count: int) -> str:
    words = ("no", "one", "two", "three", "four", "five")
    return f"{words[count] if count < len(words) else count} sprint{'' if count == 1 else 's'}"


def _level_broke(done: Floats) -> bool:
    """True when all of the last sprints lie beyond all of those before, and their means are far apart."""
    recent, before = done[-_RECENT:], done[:-_RECENT]
    if recent.min() > before.max():
        return bool(recent.mean() > _BREAK * before.mean())
    return bool(recent.max() < before.min() and recent.mean() * _BREAK < before.mean())


def _team_change(features: Floats, coming: Floats) -> str:
    people = features[:, PEOPLE]
    known = people[~np.isnan(people)][-5:]
    now = coming[PEOPLE]
    if known.size < 3 or np.isnan(now):
        return ""
    usual = float(np.median(known))
    if usual >= 3 and not 0.5 <= now / usual <= 2.0:
        return (
            f"The team changed: {now:g} people instead of about {usual:g}. "
            "Past sprints say little about it; three sprints of the new team would carry a forecast."
        )
    return ""
