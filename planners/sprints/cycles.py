"""Dependencies that go round in a circle: found in one pass, and opened at their last edge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cycle:
    """Items that wait for each other: each waits for the next, the last for the first."""

    keys: tuple[str, ...]

    @property
    def ignored(self) -> tuple[str, str]:
        """The edge that is left out: (who no longer waits, for whom)."""
        return self.keys[-1], self.keys[0]


def open_cycles(
    waits_for: Mapping[str, Sequence[str]],
) -> tuple[dict[str, tuple[str, ...]], tuple[Cycle, ...]]:
    """`waits_for` without the edges that close a circle, and the circles found, in the order of the keys.

    Names that are no key of `waits_for` are kept. Deterministic; linear in items and edges.
    """
    ignored: set[tuple[str, str]] = set()
    cycles: list[Cycle] = []
    finished: set[str] = set()
    for root in waits_for:
        if root in finished:
            continue
        path = [root]
        place = {root: 0}
        pending = [iter(waits_for[root])]
        while path:
            following = next(pending[-1], None)
            if following is None:
                pending.pop()
                leaving = path.pop()
                del place[leaving]
                finished.add(leaving)
            elif following in place:
                if (path[-1], following) not in ignored:
                    ignored.add((path[-1], following))
                    cycles.append(Cycle(tuple(path[place[following] :])))
            elif following in waits_for and following not in finished:
                place[following] = len(path)
                path.append(following)
                pending.append(iter(waits_for[following]))
    kept = {key: tuple(other for other in others if (key, other) not in ignored) for key, others in waits_for.items()}
    return kept, tuple(cycles)
