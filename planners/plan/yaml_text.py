"""YAML 1.2 into a tree with lines: safe, duplicate keys named, alias bombs refused.

Built on the event stream of PyYAML (libyaml where it is compiled in, its Python twin elsewhere): see
``docs/decisions/0002-yaml.md``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from planners.plan.problems import PlanProblems, Problem
from planners.plan.tree import (
    MAX_DEPTH,
    MAX_PATH,
    MAX_VALUES,
    Items,
    Parsed,
    Section,
    Value,
    cut,
    join_path,
    quote,
    refuse,
    unusable,
)

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "seq", "map"))
_HINTS = {
    "mapping values are not allowed": "a text that holds ': ' needs quotes",
    "cannot start any token": "YAML indents with spaces, not tabs; a text that begins with a sign needs quotes",
    "did not find expected key": "look for a wrong indent or an unclosed quote just before",
    "could not find expected ':'": "look for a key without a colon, or a wrong indent",
    "expected <block end>": "look for a wrong indent just before",
}


@dataclass(slots=True)
class _Frame:
    """A container that is being filled, with the size and height of what it holds (aliases counted in full)."""

    container: Section | Items
    anchor: str | None
    name: str | None = None
    name_line: int = 0
    waits_for_value: bool = False
    skips: bool = False
    size: int = 1
    height: int = 1


@dataclass(slots=True)
class _Builder:
    source: str
    stack: list[_Frame] = field(default_factory=list)
    anchors: dict[str, tuple[Value, int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    documents: int = 0
    root: Value = None

    def take(self, event: yaml.Event) -> None:
        """Add what one event of the stream says."""
        line = event.start_mark.line + 1 if event.start_mark else 0
        match event:
            case yaml.ScalarEvent():
                self._scalar(event, line)
            case yaml.MappingStartEvent():
                self._open(Section(line), event, line)
            case yaml.SequenceStartEvent():
                self._open(Items(line), event, line)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._close()
            case yaml.AliasEvent():
                self._alias(event.anchor, line)
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    raise self._refuse("holds a second YAML document ('---'); one is expected", line)

    def _refuse(self, message: str, line: int) -> PlanProblems:
        return refuse(message, line=line, path=self._path(), source=self.source)

    def _path(self) -> str:
        path = ""
        for frame in self.stack:
            if isinstance(frame.container, Items):
                path = join_path(path, len(frame.container))
            elif frame.name is not None:
                path = join_path(path, frame.name)
        return cut(path, MAX_PATH)

    def _problem(self, message: str, line: int) -> None:
        self.problems.append(Problem(path=self._path(), message=message, line=line, source=self.source))

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        frame = self.stack[-1] if self.stack else None
        if frame and isinstance(frame.container, Section) and not frame.waits_for_value:
            self._name(frame, event.value, line)
            return
        if wrong := unusable(event.value):
            self._problem(wrong, line)
        self._check_tag(event, line)
        plain = event.style in (None, "") and event.implicit[0]
        value = None if plain and event.value in _NULLS else event.value
        if event.anchor:
            self.anchors[event.anchor] = (value, 1, 0)
        self._add(value, line, 1, 0)

    def _name(self, frame: _Frame, name: str, line: int) -> None:
        container = frame.container
        assert isinstance(container, Section)
        frame.name, frame.name_line, frame.waits_for_value = name, line, True
        frame.skips = name in container
        if frame.skips:
            first = container.lines[name]
            self._problem(f"is there twice, on line {first} and on line {line}", line)

    def _check_tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, line: int) -> None:
        if event.tag and event.tag != "!" and event.tag not in _PLAIN_TAGS:
            self._problem(f"has the tag {quote(event.tag)}; tags are not used here", line)

    def _open(self, container: Section | Items, event: yaml.CollectionStartEvent, line: int) -> None:
        frame = self.stack[-1] if self.stack else None
        if frame and isinstance(frame.container, Section) and not frame.waits_for_value:
            raise self._refuse("a list or mapping can't be a key", line)
        if len(self.stack) >= MAX_DEPTH:
            raise self._refuse(f"is nested more than {MAX_DEPTH} levels deep", line)
        self._check_tag(event, line)
        self.stack.append(_Frame(container, event.anchor))

    def _close(self) -> None:
        frame = self.stack.pop()
        if frame.anchor:
            self.anchors[frame.anchor] = (frame.container, frame.size, frame.height)
        self._add(frame.container, frame.container.line, frame.size, frame.height)

    def _alias(self, anchor: str | None, line: int) -> None:
        known = self.anchors.get(anchor or "")
        if known is None:
            raise self._refuse(f"the alias {quote(f'*{anchor}')} stands for nothing, or for what it is part of", line)
        value, size, height = known
        frame = self.stack[-1]
        if isinstance(frame.container, Section) and not frame.waits_for_value:
            if not isinstance(value, str):
                raise self._refuse("a list or mapping can't be a key", line)
            self._name(frame, value, line)
            return
        if len(self.stack) + height > MAX_DEPTH:
            raise self._refuse(f"is nested more than {MAX_DEPTH} levels deep", line)
        self._add(value, line, size, height)

    def _add(self, value: Value, line: int, size: int, height: int) -> None:
        if not self.stack:
            self.root = value
            return
        frame = self.stack[-1]
        frame.size += size
        frame.height = max(frame.height, height + 1)
        # Enclosing containers learn their size when this one closes, so the sum is checked along the way.
        if frame.size > MAX_VALUES:
            raise self._refuse(f"holds more than {MAX_VALUES:,} values (aliases counted in full)", line)
        if isinstance(frame.container, Items):
            frame.container.put(value, line)
            return
        assert frame.name is not None
        if not frame.skips:
            frame.container.put(frame.name, value, frame.name_line)
        frame.name, frame.waits_for_value = None, False


def read_yaml(text: str, source: str = "") -> Parsed:
    """Read one YAML document; scalars stay text, ``null`` and nothing are None.

    Raises PlanProblems when the text can't be read at all.
    """
    builder = _Builder(source)
    try:
        for event in _events(text):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise refuse(f"can't be read as YAML: {_explain(error)}", line=_line(error), source=source) from None
    except yaml.YAMLError as error:
        raise refuse(f"can't be read as YAML: {cut(str(error), 200)}", source=source) from None
    return Parsed(builder.root, tuple(builder.problems))


def _events(text: str) -> Iterator[yaml.Event]:
    events: Iterator[yaml.Event] = yaml.parse(text, Loader=_LOADER)
    return events


def _line(error: yaml.MarkedYAMLError) -> int | None:
    mark = error.problem_mark or error.context_mark
    return None if mark is None else int(mark.line) + 1


def _explain(error: yaml.MarkedYAMLError) -> str:
    said = " ".join(part for part in (error.problem, error.context) if part) or "not YAML"
    hint = next((hint for start, hint in _HINTS.items() if start in said), None)
    return f"{cut(said, 200)} ({hint})" if hint else cut(said, 200)
