"""JSON into a tree with lines: duplicate keys named, depth bounded."""

from __future__ import annotations

import re
from bisect import bisect_right
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]

from planners.plan.problems import PlanProblems, Problem
from planners.plan.tree import MAX_DEPTH, MAX_VALUES, Items, Parsed, Section, Step, Value, join_path, refuse, unusable

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORDS: dict[str, str | None] = {"true": "true", "false": "false", "null": None}
_WORD = re.compile(r"true|false|null")


def read_json(text: str, source: str = "") -> Parsed:
    """Read one JSON value; numbers, ``true`` and ``false`` stay text, ``null`` is None.

    Raises PlanProblems when the text can't be read at all.
    """
    reader = _Reader(text, source)
    value, end = reader.value(reader.skip(0), ())
    end = reader.skip(end)
    if end < len(text):
        raise reader.unreadable("text after the end of the value", end)
    return Parsed(value, tuple(reader.problems))


class _Reader:
    def __init__(self, text: str, source: str) -> None:
        self.text = text
        self.source = source
        self.problems: list[Problem] = []
        self._values = 0
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def line(self, at: int) -> int:
        return bisect_right(self._starts, at)

    def skip(self, at: int) -> int:
        found = _SPACE.match(self.text, at)
        assert found
        return found.end()

    def unreadable(self, message: str, at: int) -> PlanProblems:
        return refuse(f"can't be read as JSON: {message}", line=self.line(at), source=self.source)

    def value(self, at: int, path: tuple[Step, ...]) -> tuple[Value, int]:
        """The value that begins at `at`, and where it ends."""
        self._values += 1
        if self._values > MAX_VALUES:
            raise self.unreadable(f"more than {MAX_VALUES:,} values", at)
        if len(path) >= MAX_DEPTH:
            raise self.unreadable(f"nested more than {MAX_DEPTH} levels deep", at)
        match self.text[at : at + 1]:
            case "{":
                return self._section(at, path)
            case "[":
                return self._items(at, path)
            case '"':
                return self._string(at, path)
        if found := _NUMBER.match(self.text, at):
            return found.group(), found.end()
        if found := _WORD.match(self.text, at):
            return _WORDS[found.group()], found.end()
        raise self.unreadable("a value is missing" if at < len(self.text) else "the end is missing", at)

    def _string(self, at: int, path: tuple[Step, ...]) -> tuple[str, int]:
        try:
            text, end = scanstring(self.text, at + 1, True)
        except JSONDecodeError as error:
            raise self.unreadable(error.msg[:1].lower() + error.msg[1:], error.pos) from None
        if wrong := unusable(text):
            self._problem(wrong, at, path)
        return text, end

    def _problem(self, message: str, at: int, path: tuple[Step, ...]) -> None:
        said = ""
        for step in path:
            said = join_path(said, step)
        self.problems.append(Problem(path=said, message=message, line=self.line(at), source=self.source))

    def _items(self, at: int, path: tuple[Step, ...]) -> tuple[Items, int]:
        items = Items(self.line(at))
        at = self.skip(at + 1)
        if self.text.startswith("]", at):
            return items, at + 1
        while True:
            line = self.line(at)
            value, at = self.value(at, (*path, len(items)))
            items.put(value, line)
            at, more = self._next(at, "]")
            if not more:
                return items, at

    def _section(self, at: int, path: tuple[Step, ...]) -> tuple[Section, int]:
        section = Section(self.line(at))
        at = self.skip(at + 1)
        if self.text.startswith("}", at):
            return section, at + 1
        while True:
            if not self.text.startswith('"', at):
                raise self.unreadable("a name in double quotes is missing", at)
            start = at
            name, at = self._string(at, path)
            at = self.skip(at)
            if not self.text.startswith(":", at):
                raise self.unreadable("a colon is missing after the name", at)
            value, at = self.value(self.skip(at + 1), (*path, name))
            if name in section:
                first, second = section.lines[name], self.line(start)
                self._problem(f"is there twice, on line {first} and on line {second}", start, (*path, name))
            else:
                section.put(name, value, self.line(start))
            at, more = self._next(at, "}")
            if not more:
                return section, at

    def _next(self, at: int, closing: str) -> tuple[int, bool]:
        at = self.skip(at)
        if self.text.startswith(closing, at):
            return at + 1, False
        if not self.text.startswith(",", at):
            raise self.unreadable(f"',' or '{closing}' is missing", at)
        return self.skip(at + 1), True
