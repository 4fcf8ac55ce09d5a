"""The scrum boards of a Jira, for a person to choose one of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from bot.adapters.boards.jira_client import JiraClient, connect

MOST = 100
PAGE = 50
PAGES_ASKED = 20
PROJECTS_ASKED = 60
WITH_SPRINTS = ("scrum", "simple")


@dataclass(frozen=True, slots=True)
class ScrumBoard:
    """One board, as a project sees it: a board that shows two projects is there for each."""

    project: str
    number: int
    name: str


@dataclass(frozen=True, slots=True)
class BoardListing:
    """Boards by project and name; `more` says that there are, or may be, others."""

    boards: tuple[ScrumBoard, ...]
    more: bool


def scrum_boards(url: str, *, email: str | None, token: str, most: int = MOST) -> BoardListing:
    """The boards with sprints that the account sees, at most `most` of them.

    Raises the port's errors. Cloud says of each board whose it is; Data Center has to be asked project by project.
    """
    client = connect(url, email=email, token=token)
    source = _Source(client)
    found = list(islice(source.of_cloud() if client.cloud else source.of_data_center(), most + 1))
    listed = sorted(found[:most], key=lambda board: (board.project, board.name.lower(), board.number))
    return BoardListing(tuple(listed), more=source.stopped or len(found) > most)


class _Source:
    """Asks page by page; `stopped` says that it gave up before the end."""

    def __init__(self, client: JiraClient) -> None:
        self.stopped = False
        self._client = client

    def of_cloud(self) -> Iterator[ScrumBoard]:
        for board in self._boards({}):
            project = (board.get("location") or {}).get("projectKey")
            if project:
                yield ScrumBoard(str(project), int(board["id"]), str(board["name"]))

    def of_data_center(self) -> Iterator[ScrumBoard]:
        projects = sorted(str(project["key"]) for project in self._client.read("project"))
        self.stopped = len(projects) > PROJECTS_ASKED
        for project in projects[:PROJECTS_ASKED]:
            for board in self._boards({"projectKeyOrId": project}):
                yield ScrumBoard(project, int(board["id"]), str(board["name"]))

    def _boards(self, params: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
        start = 0
        for _ in range(PAGES_ASKED):
            asked = {**params, "startAt": start, "maxResults": PAGE}
            page = self._client.read("board", asked, base=JiraClient.AGILE_BASE_URL)
            values = page.get("values") or []
            yield from (board for board in values if board["type"] in WITH_SPRINTS)
            start += len(values)
            total = page.get("total")
            if not values or page.get("isLast") or (total is not None and start >= total):
                return
        self.stopped = True
