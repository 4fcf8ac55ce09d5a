"""How a command fails: what it prints, and with which code it ends."""

from __future__ import annotations

from collections.abc import Iterable

FAILED = 1
BAD_INPUT = 2
INFEASIBLE = 3


class CommandFailed(Exception):
    """A command ends with `code` after `lines` were printed on standard error, each whole on its own."""

    def __init__(self, lines: str | Iterable[str], code: int = BAD_INPUT) -> None:
        self.lines = (lines,) if isinstance(lines, str) else tuple(lines)
        self.code = code
        super().__init__("\n".join(self.lines))
