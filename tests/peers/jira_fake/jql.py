"""As much JQL as Muster and its tests need: fields, lists, AND, OR, NOT, functions, ORDER BY."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.peers.jira_fake.fields import Fields
from tests.peers.jira_fake.model import PRIORITIES, STATUSES, Issue, World

Test = Callable[[Issue], bool]
TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<op>!=|!~|<=|>=|[=~<>(),])"""
    r"""|(?P<word>[^\s"'=!~<>(),\[\]]+(?:\[[^\]]*\])?[^\s"'=!~<>(),]*))"""
)
OPERATORS = {"=", "!=", "~", "!~", "<", ">", "<=", ">=", "(", ")", ","}
WORDS = {"and", "or", "not", "in", "is", "order", "by", "asc", "desc", "empty", "null"}


class JqlError(Exception):
    """The query cannot be read; the message is for `errorMessages`."""


@dataclass(frozen=True)
class _Token:
    text: str
    quoted: bool = False

    def is_word(self, *words: str) -> bool:
        return not self.quoted and self.text.lower() in words


class Query:
    """A query that has been read. `bounded` is false when it has no condition."""

    def __init__(self, text: str, world: World, fields: Fields) -> None:
        """Read `text`.

        Raises:
            JqlError: it is not a query that this fake knows.
        """
        self._world, self._fields = world, fields
        self._tokens = _tokens(text)
        self._at = 0
        self.bounded = bool(self._tokens) and not self._tokens[0].is_word("order")
        self._test: Test = self._either() if self.bounded else lambda _: True
        self._order = self._order_by()
        if self._at < len(self._tokens):
            raise JqlError(f"Error in the JQL Query: Expecting either 'OR' or 'AND' but got '{self._peek().text}'.")

    def run(self) -> list[Issue]:
        """The issues that match, in the order asked for; newest first by default."""
        found = sorted((i for i in self._world.issues.values() if self._test(i)), key=lambda i: i.id, reverse=True)
        for name, down in reversed(self._order):
            found.sort(key=lambda issue: self._sort_key(issue, name), reverse=down)
        return found

    def _peek(self) -> _Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else _Token("")

    def _next(self) -> _Token:
        token = self._peek()
        if not token.text and not token.quoted:
            raise JqlError("Error in the JQL Query: The query is not complete.")
        self._at += 1
        return token

    def _take(self, *words: str) -> bool:
        if self._peek().is_word(*words):
            self._at += 1
            return True
        return False

    def _either(self) -> Test:
        tests = [self._all()]
        while self._take("or"):
            tests.append(self._all())
        return lambda issue: any(test(issue) for test in tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while self._take("and"):
            tests.append(self._one())
        return lambda issue: all(test(issue) for test in tests)

    def _one(self) -> Test:
        if self._take("not"):
            test = self._one()
            return lambda issue: not test(issue)
        if self._take("("):
            inner = self._either()
            if not self._take(")"):
                raise JqlError("Error in the JQL Query: Expecting ')' before the end of the query.")
            return inner
        return self._clause()

    def _clause(self) -> Test:
        read = self._reader(self._next())
        if self._take("is"):
            wanted = not self._take("not")
            if not self._take("empty", "null"):
                raise JqlError("Error in the JQL Query: Expecting EMPTY or NULL.")
            return lambda issue: (not read(issue)) == wanted
        negated = self._take("not")
        if self._take("in"):
            values = self._list()
            return lambda issue: bool(read(issue) & values) != negated
        operator = self._next().text
        if operator not in ("=", "!=", "~", "!~"):
            raise JqlError(f"Error in the JQL Query: The operator '{operator}' is not supported here.")
        value = self._value()
        if operator in ("~", "!~"):
            return lambda issue: any(v in text for text in read(issue) for v in value) == (operator == "~")
        return lambda issue: bool(read(issue) & value) == (operator == "=")

    def _list(self) -> set[str]:
        if not self._take("("):
            return self._value()
        values = set(self._value())
        while self._take(","):
            values |= self._value()
        if not self._take(")"):
            raise JqlError("Error in the JQL Query: Expecting ')' or ','.")
        return values

    def _value(self) -> set[str]:
        token = self._next()
        if not token.quoted and self._take("("):
            if not self._take(")"):
                raise JqlError("Error in the JQL Query: Expecting ')'.")
            return self._function(token.text)
        if not token.quoted and token.text.lower() in WORDS | OPERATORS:
            raise JqlError(f"Error in the JQL Query: '{token.text}' is a reserved JQL word.")
        return {token.text.lower()}

    def _function(self, name: str) -> set[str]:
        states = {"opensprints": "active", "closedsprints": "closed", "futuresprints": "future"}
        if name.lower() == "currentuser":
            person = self._world.people[0]
            return {person.account_id, person.name}
        if name.lower() not in states:
            raise JqlError(f"Unable to find JQL function '{name}()'.")
        return {str(s.id) for s in self._world.sprints.values() if s.state == states[name.lower()]}

    def _reader(self, field: _Token) -> Callable[[Issue], set[str]]:
        name = field.text.lower()
        if name.startswith("issue.property["):
            return self._property(field.text)
        if name in ("parent", "epic link", "parentepic"):
            return self._parents
        if name == "sprint":
            return self._sprints
        simple: dict[str, Callable[[Issue], list[Any]]] = {
            "project": lambda i: [i.project, self._project_id(i)],
            "key": lambda i: [i.key, i.id],
            "issuetype": lambda i: [i.type, self._world.type_of(i).id],
            "status": lambda i: [i.status, STATUSES[i.status]["id"]],
            "statuscategory": lambda i: [STATUSES[i.status]["category"]["name"]],
            "labels": lambda i: i.fields.get("labels") or [],
            "summary": lambda i: [i.fields.get("summary", "")],
            "priority": lambda i: [PRIORITIES[i.fields["priority"]]] if i.fields.get("priority") else [],
            "assignee": lambda i: [i.fields["assignee"]] if i.fields.get("assignee") else [],
            "resolution": lambda i: ["done"] if i.resolved else [],
        }
        aliases = {"issue": "key", "issuekey": "key", "id": "key", "type": "issuetype"}
        name = aliases.get(name, name)
        if name not in simple:
            raise JqlError(f"Field '{field.text}' does not exist or you do not have permission to view it.")
        return lambda issue: {str(value).lower() for value in simple[name](issue)}

    def _property(self, text: str) -> Callable[[Issue], set[str]]:
        match = re.fullmatch(r"issue\.property\[\"?([^\]\"]+)\"?\](?:\.(.+))?", text, re.IGNORECASE)
        # Jira searches only the properties that an app has declared for indexing, never any that a script has set.
        if not match or match[1] not in self._world.options.indexed_properties:
            raise JqlError(f"Field '{text}' does not exist or you do not have permission to view it.")
        key, path = match[1], (match[2] or "").split(".")

        def read(issue: Issue) -> set[str]:
            value = issue.properties.get(key)
            for part in filter(None, path):
                value = value.get(part) if isinstance(value, dict) else None
            values = value if isinstance(value, list) else [value]
            return {str(v).lower() for v in values if v is not None}

        return read

    def _parents(self, issue: Issue) -> set[str]:
        above = parent_of(self._world, self._fields, issue)
        return {above.key.lower(), str(above.id)} if above else set()

    def _sprints(self, issue: Issue) -> set[str]:
        ids = [*issue.closed_sprints, *([issue.sprint] if issue.sprint else [])]
        return {str(i) for i in ids} | {self._world.sprints[i].name.lower() for i in ids}

    def _project_id(self, issue: Issue) -> int:
        return next(p.id for p in self._world.projects if p.key == issue.project)

    def _order_by(self) -> list[tuple[str, bool]]:
        if not self._take("order"):
            return []
        if not self._take("by"):
            raise JqlError("Error in the JQL Query: Expecting 'BY'.")
        order = []
        while True:
            name = self._next().text.lower()
            down = self._take("desc")
            if not down:
                self._take("asc")
            order.append((name, down))
            if not self._take(","):
                return order

    def _sort_key(self, issue: Issue, name: str) -> Any:
        if name in ("key", "issuekey", "issue"):
            project, _, number = issue.key.rpartition("-")
            return project, int(number)
        keys: dict[str, Any] = {
            "rank": issue.rank,
            "created": issue.created,
            "updated": issue.updated or issue.created,
            "summary": str(issue.fields.get("summary")),
            "priority": -int(issue.fields.get("priority") or 3),
            "status": STATUSES[issue.status]["id"],
        }
        if name not in keys and name != "id":
            raise JqlError(f"Field '{name}' does not exist or you do not have permission to view it.")
        return keys.get(name, issue.id)


def parent_of(world: World, fields: Fields, issue: Issue) -> Issue | None:
    """The epic of a story, or the story of a sub-task."""
    number = issue.fields.get("parent")
    if number is None and fields.epic_link:
        key = issue.fields.get(fields.epic_link.id)
        return world.by_key.get(key) if key else None
    return world.issues.get(number) if number is not None else None


def _tokens(text: str) -> list[_Token]:
    tokens, at = [], 0
    while text[at:].strip():
        match = TOKEN.match(text, at)
        if not match:
            raise JqlError(
                f"Error in the JQL Query: The character '{text[at:].strip()[0]}' is a reserved JQL character."
            )
        at = match.end()
        if match["text"]:
            tokens.append(_Token(re.sub(r"\\(.)", r"\1", match["text"][1:-1]), quoted=True))
        else:
            tokens.append(_Token(match["op"] or match["word"]))
    return tokens
