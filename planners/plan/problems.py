"""What is wrong with an input: where it stands, what was found, what was expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input.

    `path` is the place in the document as the person wrote it (``stories[3].points``), `line` is 1-based or None where
    the format has no lines, `message` completes the sentence after the path (``'five' is not a number``), and `source`
    names the file or field it came from.
    """

    path: str
    message: str
    line: int | None = None
    source: str = ""

    def __str__(self) -> str:
        where = f"{self.source}:{self.line}" if self.source and self.line else self.source
        if not where and self.line:
            where = f"line {self.line}"
        return ": ".join(part for part in (where, self.path, self.message) if part)


class PlanProblems(ValueError):
    """An input that can't be used. `problems` is never empty and is in the order of the document."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
