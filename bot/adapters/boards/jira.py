"""The port on Jira Cloud and Jira Data Center.

Each issue carries Muster's key twice: in the entity property `muster` ({key, venture, content}) and in two labels, one
for the venture and one for the item. Both are set by the call that creates it, so there is no moment in which an issue
is there without them.

Why nothing is created twice. Jira's search index lags behind what was written, so an empty answer proves nothing at
once. After a creation whose answer got lost the flow waits until Jira has settled, looks by label, waits and looks
again; and on Cloud it also asks for the issues just before and beyond the newest one that the index knows, by their
keys, which is answered from the database and not from the index. Issues that are known by id are always read that way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from bot.adapters.boards.jira_client import JiraClient, connect, expected
from bot.adapters.boards.jira_facts import Discovery, JiraFacts
from bot.adapters.boards.jira_history import velocity_history
from bot.adapters.boards.jira_reading import PROPERTY, blocking_links, held_issue, held_sprint, wanted_fields
from bot.adapters.boards.jira_writing import check_ranked, edited, new_issue, refusal
from bot.adapters.boards.pins import all_held, pins_of
from bot.adapters.boards.port import (
    BoardError,
    BoardInfo,
    BoardMisconfigured,
    BoardRefused,
    Created,
    Finding,
    HeldPage,
    NewIssue,
    Pins,
)
from planners.plan.models import HistoricSprint
from planners.sprints.pushing import (
    REMOVED_LABEL,
    HeldIssue,
    HeldSprint,
    WantedSprint,
    item_label,
    venture_label,
)

PAGE = 100
PROBE = 100
ID_PAGE = 1000
Json = dict[str, Any]


class JiraBoard:
    """A board of one Jira project. It connects and asks Jira what it is when it is first used."""

    chunk = 50

    def __init__(
        self,
        url: str,
        *,
        token: str,
        venture: str,
        project: str,
        email: str | None = None,
        board: int | None = None,
        settle_seconds: float = 15.0,
    ) -> None:
        """`email` with an API token is Cloud; a personal access token alone is Data Center."""
        self.settle_seconds = settle_seconds
        self._url = url.rstrip("/")
        self._email = email
        self._token = token
        self._venture = venture
        self._project = project
        self._board = board
        self._known_client: JiraClient | None = None
        self._known_facts: JiraFacts | None = None

    def __repr__(self) -> str:
        return f"JiraBoard({self.target!r})"

    @property
    def target(self) -> str:
        """Its address and project."""
        return f"jira:{self._url}/{self._project}"[:200]

    def describe(self) -> BoardInfo:
        """The board by its name in Jira."""
        facts = self._facts()
        page = f"jira/software/c/projects/{facts.project}/boards/{facts.board}/backlog"
        if not self._client().cloud:
            page = f"secure/RapidBoard.jspa?rapidView={facts.board}&view=planning.nodetail"
        return BoardInfo(name=f"{facts.project}: {facts.board_name}", url=f"{self._url}/{page}")

    def issue_url(self, issue_key: str) -> str | None:
        """The issue's page."""
        return f"{self._url}/browse/{issue_key}"

    def check(self) -> list[Finding]:
        """Everything that a push needs of Jira."""
        self._known_client = self._known_facts = None
        try:
            client = self._client()
        except BoardMisconfigured as error:
            return list(error.problems)
        except BoardError as error:
            return [Finding("connection", str(error), "Check MUSTER_JIRA_URL, and that Jira can be reached from here.")]
        discovery = Discovery(client, self._project, self._board)
        for question in (discovery.facts, discovery.permissions):
            if any(finding.name == "project" and not finding.well for finding in discovery.findings):
                break
            try:
                question()
            except BoardMisconfigured as error:
                known = discovery.findings
                known += [problem for problem in error.problems if problem not in known]
            except BoardError as error:
                todo = "Try again; then ask Jira's administrator."
                discovery.findings.append(Finding("connection", str(error), todo))
        return discovery.findings

    def find(self, keys: Collection[str], cursor: str | None = None) -> HeldPage:
        """The issues of the project that carry the venture's label, oldest first."""
        jql = f'project = "{self._project}" AND labels = "{venture_label(self._venture)}" ORDER BY key ASC'
        page, more = self._search(jql, wanted_fields(self._facts()), cursor)
        return HeldPage(tuple(self._held(page, keys)), more)

    def look_up(self, keys: Sequence[str], known: Mapping[str, str]) -> dict[str, HeldIssue]:
        """Issues by id where it is known, by label where not; see the module's text."""
        found = {issue.key: issue for issue in self._held(self._by_id(list(known.values())), keys)}
        missing = [key for key in keys if key not in found]
        for start in range(0, len(missing), self.chunk):
            labels = ", ".join(f'"{item_label(self._venture, key)}"' for key in missing[start : start + self.chunk])
            jql = f'project = "{self._project}" AND labels in ({labels}) ORDER BY key ASC'
            for raw in self._search_all(jql, wanted_fields(self._facts())):
                for issue in self._held([raw], keys):
                    found.setdefault(issue.key, issue)
        missing = [key for key in missing if key not in found and key not in known]
        if missing and self._client().cloud:
            for issue in self._held(self._newest(), missing):
                if issue.key in missing:
                    found.setdefault(issue.key, issue)
        return {key: found[key] for key in keys if key in found}

    def sprints(self) -> tuple[HeldSprint, ...]:
        """The sprints that began on this board."""
        return tuple(held_sprint(raw) for raw in self._raw_sprints())

    def create_sprint(self, wanted: WantedSprint) -> HeldSprint:
        """Create a future sprint."""
        with expected(f"creating {wanted.name}", once=True):
            made = self._client().create_sprint(
                wanted.name, self._facts().board, _start(wanted), _end(wanted), wanted.goal or None
            )
        return held_sprint(made.raw)

    def change_sprint(self, sprint_id: str, wanted: WantedSprint) -> HeldSprint:
        """Change a future sprint."""
        with expected(f"changing {wanted.name}"):
            raw = self._client().update_sprint(
                sprint_id, wanted.name, _start(wanted), _end(wanted), "future", wanted.goal or None
            )
        return held_sprint(raw)

    def create(self, issues: Sequence[NewIssue]) -> Created:
        """Create up to 50 issues in one call, and read none of them back."""
        client, facts = self._client(), self._facts()
        updates = [new_issue(new, facts, self._venture, cloud=client.cloud) for new in issues]
        answer = client.send_some("issue/bulk", {"issueUpdates": updates}, about="creating issues")
        refused = {issues[e["failedElementNumber"]].wanted.key: refusal(e["elementErrors"]) for e in answer["errors"]}
        made = (new.wanted for new in issues if new.wanted.key not in refused)
        return Created(
            tuple(
                HeldIssue(wanted.key, str(raw["id"]), raw["key"], wanted.content)
                for wanted, raw in zip(made, answer["issues"], strict=True)
            ),
            refused,
        )

    def update(self, there: HeldIssue, wanted: NewIssue) -> None:
        """Change an issue's words and its mark in one call. Labels are added; what people added stays."""
        client, facts = self._client(), self._facts()
        body = edited(there, wanted, facts, self._venture, cloud=client.cloud)
        client.send("PUT", f"issue/{there.issue_id}", body, about=there.issue_key)

    def mark_removed(self, there: HeldIssue) -> None:
        """Add the label that says so."""
        body = {"update": {"labels": [{"add": REMOVED_LABEL}]}}
        self._client().send("PUT", f"issue/{there.issue_id}", body, about=there.issue_key)

    def link(self, blocker: HeldIssue, blocked: HeldIssue) -> None:
        """Add a link. The package's own call would read all link types before each."""
        facts = self._facts()
        source, target = (blocked, blocker) if facts.link_reversed else (blocker, blocked)
        body = {
            "type": {"name": facts.link_type},
            "inwardIssue": {"key": source.issue_key},
            "outwardIssue": {"key": target.issue_key},
        }
        self._client().send("POST", "issueLink", body, about=blocked.issue_key, once=True)

    def unlink(self, blocker: HeldIssue, blocked: HeldIssue) -> None:
        """Delete the link, which is asked for: what is known of an issue holds no ids of links."""
        client, about = self._client(), blocked.issue_key
        fields = client.read(f"issue/{blocked.issue_id}", {"fields": "issuelinks"})["fields"]
        for link, source in blocking_links(fields, self._facts()):
            if source == blocker.issue_id:
                client.remove(f"issueLink/{link}", about=about)

    def move_to_sprint(self, sprint_id: str, issues: Sequence[HeldIssue]) -> None:
        """Put up to 50 issues into a sprint."""
        with expected(f"moving {issues[0].issue_key} and others"):
            self._client().add_issues_to_sprint(int(sprint_id), [issue.issue_key for issue in issues])

    def move_to_backlog(self, issues: Sequence[HeldIssue]) -> None:
        """Take up to 50 issues out of their future sprints."""
        with expected(f"moving {issues[0].issue_key} and others"):
            self._client().move_to_backlog([issue.issue_key for issue in issues])

    def ranking(self) -> tuple[str, ...]:
        """Ids by rank. The index knows an issue's rank at once, a new issue itself only after a while."""
        jql = f'project = "{self._project}" AND labels = "{venture_label(self._venture)}" ORDER BY Rank ASC'
        found: list[str] = []
        cursor: str | None = None
        while True:
            page, cursor = self._search(jql, "id", cursor, size=ID_PAGE, properties=None)
            found += [str(raw["id"]) for raw in page]
            if cursor is None:
                return tuple(found)

    def rank(self, anchor: HeldIssue, issues: Sequence[HeldIssue]) -> None:
        """Rank up to 50 issues behind another one."""
        body = {"issues": [issue.issue_key for issue in issues], "rankAfterIssue": anchor.issue_key}
        client, about = self._client(), f"ordering {issues[0].issue_key} and others"
        check_ranked(client.send("PUT", "issue/rank", body, about=about, base=JiraClient.AGILE_BASE_URL))

    def velocity_history(self, limit: int = 12) -> tuple[HistoricSprint, ...]:
        """The last closed sprints of the board."""
        closed = [raw for raw in self._raw_sprints("closed") if raw.get("completeDate") or raw.get("endDate")]
        closed.sort(key=lambda raw: str(raw.get("completeDate") or raw.get("endDate")))
        return velocity_history(self._client(), self._facts(), closed[-limit:], self._search_all)

    def pinned(self, keys: Collection[str], first_day: dt.date, sprint_days: int) -> Pins:
        """What is in the active and the closed sprints."""
        return pins_of(all_held(self, keys), self.sprints(), first_day, sprint_days)

    def _client(self) -> JiraClient:
        if self._known_client is None:
            self._known_client = connect(self._url, email=self._email, token=self._token)
        return self._known_client

    def _facts(self) -> JiraFacts:
        if self._known_facts is None:
            self._known_facts = Discovery(self._client(), self._project, self._board).facts()
        return self._known_facts

    def _held(self, raws: Sequence[Json], keys: Collection[str]) -> list[HeldIssue]:
        labels = {item_label(self._venture, key): key for key in keys}
        found = [held_issue(raw, self._facts(), self._venture, labels) for raw in raws]
        return [issue for issue in found if issue is not None]

    def _raw_sprints(self, state: str | None = None) -> list[Json]:
        with expected("reading the board's sprints"):
            found = self._client().sprints(self._facts().board, maxResults=False, state=state)
        return [sprint.raw for sprint in found]

    def _search(
        self,
        jql: str,
        fields: str,
        cursor: str | None,
        expand: str | None = None,
        size: int = PAGE,
        properties: str | None = PROPERTY,
    ) -> tuple[list[Json], str | None]:
        """A page of issues with their marks, and the cursor of the next."""
        client = self._client()
        params = {"jql": jql, "fields": fields, "properties": properties, "expand": expand, "maxResults": size}
        if client.cloud:
            answer = client.read("search/jql", {**params, "nextPageToken": cursor})
            return answer["issues"], answer.get("nextPageToken")
        start = int(cursor or 0)
        answer = client.read("search", {**params, "startAt": start})
        end = start + len(answer["issues"])
        return answer["issues"], str(end) if answer["issues"] and end < answer["total"] else None

    def _search_all(self, jql: str, fields: str, expand: str | None = None) -> Iterator[Json]:
        cursor: str | None = None
        while True:
            page, cursor = self._search(jql, fields, cursor, expand)
            yield from page
            if cursor is None:
                return

    def _by_id(self, ids: Sequence[str]) -> list[Json]:
        """Issues from Jira's database; those that are gone are left out."""
        if not ids:
            return []
        client, fields = self._client(), wanted_fields(self._facts())
        if client.cloud:
            body = {"issueIdsOrKeys": list(ids), "fields": fields.split(","), "properties": [PROPERTY]}
            found: list[Json] = client.send("POST", "issue/bulkfetch", body, about="reading issues")["issues"]
            return found
        found = []
        for issue_id in ids:
            try:
                found.append(client.read(f"issue/{issue_id}", {"fields": fields, "properties": PROPERTY}))
            except BoardRefused:
                continue
        return found

    def _newest(self) -> list[Json]:
        """The issues around the newest one that the index knows, and all beyond it (Cloud)."""
        page, _ = self._search(f'project = "{self._project}" ORDER BY key DESC', "labels", None, size=1)
        number = int(page[0]["key"].rpartition("-")[2]) if page else 0
        found: list[Json] = []
        start = max(1, number - PROBE + 1)
        while True:
            some = self._by_id([f"{self._project}-{n}" for n in range(start, start + PROBE)])
            found += some
            start += PROBE
            if start > number and not some:
                return found


def _start(wanted: WantedSprint) -> str:
    return f"{wanted.start.isoformat()}T09:00:00.000+00:00"


def _end(wanted: WantedSprint) -> str:
    return f"{wanted.end.isoformat()}T17:00:00.000+00:00"
