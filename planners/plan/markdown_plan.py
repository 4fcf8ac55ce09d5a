"""A plan written in Markdown (see ``docs/plan-format.md``) into a document tree.

``#`` is the plan, ``##`` an epic or one of the parts below, ``###`` a story; list entries of a story are its tasks.
``name: value`` lines and entries fill the fields of what they stand in.
"""

from __future__ import annotations

import re

from planners.plan.keys import slug
from planners.plan.markdown_fields import parts, put_field, resolve_references
from planners.plan.markdown_text import Block, Heading, Line, ListItem, outline
from planners.plan.models import (
    Epic,
    HistoricSprint,
    Milestone,
    Person,
    PlanModel,
    Release,
    Resources,
    Role,
    Story,
    Task,
    Team,
    TechnicalPlan,
    Timeline,
)
from planners.plan.problems import Problem
from planners.plan.tree import Items, Parsed, Section, quote, refuse, unusable

MAX_LINES = 200_000
_PREFIX = re.compile(r"^(?:epic|story)[ \t]*[:–-][ \t]*", re.IGNORECASE)
_LISTED: dict[str, tuple[str, str, type[PlanModel]]] = {
    "teams": ("resources", "teams", Team),
    "people": ("resources", "people", Person),
    "roles": ("resources", "roles", Role),
    "milestones": ("timeline", "milestones", Milestone),
    "releases": ("timeline", "releases", Release),
    "history": ("", "history", HistoricSprint),
}
_TEXT_LISTS = {
    "stack": ("plan", "stack"),
    "technology stack": ("plan", "stack"),
    "integrations": ("plan", "integrations"),
    "infrastructure": ("resources", "infrastructure"),
    "tools": ("resources", "tools"),
}
_GROUPS: dict[str, type[PlanModel]] = {"resources": Resources, "timeline": Timeline}
_BESIDE = frozenset({"stories", "other stories", "backlog"})


def read_markdown(text: str, source: str = "") -> Parsed:
    """A document tree. Raises PlanProblems when the text holds what no plan can."""
    lines = text.split("\n")
    if len(lines) > MAX_LINES:
        raise refuse(f"has {len(lines):,} lines; at most {MAX_LINES:,} are taken in Markdown", source=source)
    for number, line in enumerate(lines, 1):
        if wrong := unusable(line):
            raise refuse(wrong, line=number, source=source)
    reader = _Reader(source)
    for block in outline(text):
        reader.take(block)
    return Parsed(reader.finish(), tuple(reader.problems))


class _Reader:
    """Takes blocks one after the other; `_text` and `_entry` say where those below the last heading go."""

    def __init__(self, source: str) -> None:
        self.problems: list[Problem] = []
        self._source = source
        self._root = Section(1, source=source)
        self._plan = Section(1, label="", source=source)
        self._root.put("plan", self._plan, 1)
        self._plan.put("epics", Items(1), 1)
        self._plan.put("stories", Items(1), 1)
        self._epic: Section | None = None
        self._here: tuple[Section, type[PlanModel], str] | None = (self._plan, TechnicalPlan, "architecture")
        self._listed: tuple[Section, str, type[PlanModel]] | None = None
        self._texts: dict[tuple[int, str], tuple[Section, str, list[str]]] = {}
        self._verbatim = False
        self._sub = ""

    def finish(self) -> Section:
        """The whole document; without a venture of its own it is named by its title."""
        for section, name, written in self._texts.values():
            section[name] = f"{section[name] or ''}{''.join(written)}".strip()
        title = self._plan.get("title")
        if isinstance(title, str) and "venture" not in self._plan:
            self._plan.put("venture", slug(title)[:60], self._plan.lines["title"])
        resolve_references(self._root)
        self._plan.names["title"] = "title (the heading '# …')"
        return self._root

    def take(self, block: Block) -> None:
        """Add one block."""
        match block:
            case Heading():
                self._heading(block)
            case Line():
                self._line(block)
            case ListItem():
                self._list_item(block)

    def _problem(self, message: str, line: int, path: str = "") -> None:
        self.problems.append(Problem(path=path, message=message, line=line, source=self._source))

    def _heading(self, heading: Heading) -> None:
        inside_part = self._verbatim and self._here and self._here[0] is self._plan
        if heading.level >= 3 and inside_part:
            self._write("#" * heading.level + " " + heading.text, heading.line, own_paragraph=True)
            return
        if heading.level >= 4:
            self._sub_heading(heading)
            return
        self._verbatim, self._sub, self._listed = False, "", None
        if heading.level == 1:
            self._title(heading)
        elif heading.level == 2:
            self._part(heading)
        else:
            self._story(heading)

    def _title(self, heading: Heading) -> None:
        if "title" in self._plan:
            line = self._plan.lines["title"]
            self._problem(
                f"is a second title; the plan's title is on line {line}, and epics begin with '##'", heading.line
            )
            return
        self._plan.put("title", heading.text, heading.line)
        self._here = (self._plan, TechnicalPlan, "architecture")

    def _part(self, heading: Heading) -> None:
        name = heading.text.lower().rstrip(":")
        self._epic, self._here = None, None
        if name in _LISTED:
            group, field, model = _LISTED[name]
            self._listed = (self._group(group, heading.line) if group else self._root, field, model)
        elif name in _TEXT_LISTS:
            group, field = _TEXT_LISTS[name]
            self._listed = (self._group(group, heading.line), field, PlanModel)
        elif name in _GROUPS:
            self._here = (self._group(name, heading.line), _GROUPS[name], "")
        elif name == "architecture":
            self._here, self._verbatim = (self._plan, TechnicalPlan, "architecture"), True
        elif name not in _BESIDE:
            self._epic = self._add(self._plan, "epics", heading, "epic")
            self._here = (self._epic, Epic, "description")

    def _group(self, name: str, line: int) -> Section:
        group = self._root.get(name)
        if not isinstance(group, Section):
            group = Section(line, label=name, source=self._source)
            self._root.put(name, group, line)
        return group

    def _add(self, owner: Section, field: str, heading: Heading, word: str) -> Section:
        title, line = _PREFIX.sub("", heading.text), heading.line
        section = Section(line, label=f"{word} {quote(title)}")
        section.put("title", title or None, line)
        _list(owner, field, line).put(section, line)
        return section

    def _story(self, heading: Heading) -> None:
        owner = self._plan if self._epic is None else self._epic
        story = self._add(owner, "stories", heading, "story")
        self._here = (story, Story, "description")

    def _sub_heading(self, heading: Heading) -> None:
        self._sub = _sub(heading.text)
        self._verbatim = not self._sub
        if self._verbatim and heading.text.lower().rstrip(":") != "description":
            self._write("#" * heading.level + " " + heading.text, heading.line, own_paragraph=True)

    def _line(self, line: Line) -> None:
        if self._listed and line.paragraph and self._listed[2] is PlanModel:
            for part in parts(line.text):
                _list(self._listed[0], self._listed[1], line.line).put(part, line.line)
        elif self._listed:
            self._problem("is passed over here; write an entry beginning with '- '", line.line, quote(line.text))
        elif line.paragraph and not self._verbatim and (sub := _sub(line.text)):
            self._sub = sub
        elif not line.paragraph or self._verbatim or not self._field(line.text, line.line):
            self._sub = ""
            self._write(line.text, line.line, own_paragraph=not line.paragraph)

    def _list_item(self, item: ListItem) -> None:
        if self._listed:
            self._listed_item(item)
        elif self._verbatim or self._here is None:
            self._write("\n".join(_as_written(item)), item.line, own_paragraph=False)
        elif self._sub == "acceptance_criteria":
            _list(self._here[0], "acceptance_criteria", item.line).put(item.text or None, item.line)
            for below in item.below:
                self._list_item(below)
        elif not item.below and self._field(item.text, item.line):
            return
        elif self._here[1] is Story:
            self._entry(self._here[0], "tasks", Task, item)
        elif self._here[1] is Epic:
            message = "stands in no story; put '### …' above it, or '#### Description' if it describes the epic"
            self._problem(message, item.line, quote(item.text))
        else:
            self._write("\n".join(_as_written(item)), item.line, own_paragraph=False)

    def _listed_item(self, item: ListItem) -> None:
        assert self._listed
        owner, field, model = self._listed
        if model is PlanModel:
            _list(owner, field, item.line).put(item.text or None, item.line)
        else:
            self._entry(owner, field, model, item)

    def _entry(self, owner: Section, field: str, model: type[PlanModel], item: ListItem) -> None:
        """Add an entry: its name up to the first ``; field: value``, then fields, also those in entries below it."""
        section = Section(item.line)
        named: list[str] = []
        for part in item.text.split(";"):
            if not self._put_field(section, model, part.strip(), item.line):
                named.append(part)
        text = ";".join(named).strip()
        if text:
            section.put("title" if "title" in model.model_fields else "name", text, item.line)
        section.label = f"{model.__name__.lower()} {quote(text)}" if text else f"entry on line {item.line}"
        for below in item.below:
            if not self._put_field(section, model, below.text, below.line):
                self._problem(f"is not a field of {section.label}", below.line, quote(below.text))
        if model is Team and text and "key" not in section:
            section.put("key", slug(text)[:60].rstrip("-"), item.line)
        _list(owner, field, item.line).put(section, item.line)

    def _field(self, text: str, line: int) -> bool:
        """Put a ``name: value`` line where it belongs; False when it is none."""
        return self._here is not None and self._put_field(self._here[0], self._here[1], text, line)

    def _put_field(self, section: Section, model: type[PlanModel], text: str, line: int) -> bool:
        found = put_field(section, model, text, line)
        if isinstance(found, Problem):
            path = f"{section.label}.{found.path}" if section.label else found.path
            self._problem(found.message, line, path)
            return True
        return found

    def _write(self, text: str, line: int, *, own_paragraph: bool) -> None:
        if self._here is None or not self._here[2]:
            if text.strip():
                self._problem("belongs to nothing here; put a heading above it", line, quote(text))
            return
        section, _, name = self._here
        if name not in section:
            section.put(name, "", line)
        _, _, written = self._texts.setdefault((id(section), name), (section, name, []))
        written.append(("\n\n" if own_paragraph else "\n") + text)


def _sub(text: str) -> str:
    name = text.strip("*_: \t").lower()
    return {"acceptance criteria": "acceptance_criteria", "tasks": "tasks"}.get(name, "")


def _list(section: Section, name: str, line: int) -> Items:
    items = section.get(name)
    if not isinstance(items, Items):
        items = Items(line)
        section.put(name, items, line)
    return items


def _as_written(item: ListItem, indent: str = "") -> list[str]:
    below = [line for each in item.below for line in _as_written(each, indent + "  ")]
    return [f"{indent}- {item.text}", *below]
