"""A parsed text before validation: plain values that remember where they stood.

Every format is read into the same tree. Scalars stay the text that the person wrote (validation turns ``5`` into a
number), so a message can quote it. Sections and lists know the line of each entry.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from planners.plan.problems import PlanProblems, Problem

MAX_DEPTH = 30
MAX_VALUES = 400_000
MAX_PROBLEMS = 100
MAX_QUOTED = 60
MAX_PATH = 160

_UNUSABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


class Section(dict[str, "Value"]):
    """Named values. `lines` holds the line of each name.

    A `label` begins the path anew: files of one part, Markdown headings and CSV rows are named by it, and `names` says
    what the person calls an entry. A `source` names the file from here on.
    """

    __slots__ = ("label", "line", "lines", "names", "source")

    def __init__(self, line: int, *, label: str | None = None, source: str | None = None) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}
        self.names: dict[str, str] = {}
        self.label = label
        self.source = source

    def put(self, name: str, value: Value, line: int) -> None:
        """Add an entry that stands on `line`."""
        self[name] = value
        self.lines[name] = line


class Items(list["Value"]):
    """Values in order. `lines` holds the line of each."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []

    def put(self, value: Value, line: int) -> None:
        """Append a value that stands on `line`."""
        self.append(value)
        self.lines.append(line)


Value = str | Section | Items | None
Step = str | int


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one source holds, and what was wrong with it already while reading."""

    value: Value
    problems: tuple[Problem, ...] = ()


def locate(root: Section, steps: Sequence[Step]) -> Problem:
    """The place of a value as a problem without a message; a missing last step keeps its parent's line."""
    here: Value = root
    path, line, source = root.label or "", root.line, root.source or ""
    for step in steps:
        if isinstance(here, Section):
            name = str(step)
            path, line, here = join_path(path, here.names.get(name, name)), here.lines.get(name, line), here.get(name)
        elif isinstance(here, Items) and isinstance(step, int) and step < len(here):
            path, line, here = join_path(path, step), here.lines[step], here[step]
        else:
            path, here = join_path(path, step), None
        if isinstance(here, Section):
            path = path if here.label is None else here.label
            source = source if here.source is None else here.source
    return Problem(path=cut(path, MAX_PATH), message="", line=line, source=source)


def join_path(path: str, step: Step | None) -> str:
    """`path` and the next step as one: ``stories[3]`` and ``points`` are ``stories[3].points``."""
    if isinstance(step, int):
        return f"{path}[{step}]"
    name = cut(str(step), MAX_QUOTED)
    return f"{path}.{name}" if path else name


def cut(text: str, limit: int) -> str:
    """`text` on one line of printable characters, at most `limit` of them."""
    line = " ".join(text[: limit * 4].split())
    line = line if line.isprintable() else "".join(sign if sign.isprintable() else "�" for sign in line)
    return line if len(line) <= limit and len(text) <= limit * 4 else f"{line[: limit - 1]}…"


def quote(text: str) -> str:
    """A value as it is named in a message."""
    return f"'{cut(text, MAX_QUOTED)}'"


def unusable(text: str) -> str | None:
    """Say what in `text` no database and no message can hold, if anything."""
    found = _UNUSABLE.search(text)
    return f"holds the control character U+{ord(found.group()):04X}" if found else None


def refuse(message: str, *, line: int | None = None, path: str = "", source: str = "") -> PlanProblems:
    """A refusal of a whole source, to be raised."""
    return PlanProblems([Problem(path=path, message=message, line=line, source=source)])


def bounded(problems: Sequence[Problem]) -> PlanProblems:
    """The first hundred problems, their paths cut, and how many there are more."""
    shown = [replace(each, path=cut(each.path, MAX_PATH)) for each in problems[:MAX_PROBLEMS]]
    if len(problems) > MAX_PROBLEMS:
        shown.append(Problem(path="", message=f"and {len(problems) - MAX_PROBLEMS:,} more problems"))
    return PlanProblems(shown)
