"""Which board a venture has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.adapters.boards.embedded import EmbeddedBoard
from bot.adapters.boards.port import Board, BoardMisconfigured, Finding
from storage.database import Database
from storage.tables import Venture
from storage.ventures import find_venture

if TYPE_CHECKING:
    from bot.adapters.boards.listing import BoardListing


class Boards:
    """The board of each venture: Jira when it is configured and the venture names a project, else the embedded one."""

    def __init__(
        self,
        database: Database,
        *,
        jira_url: str | None = None,
        jira_email: str | None = None,
        jira_token: str | None = None,
        settle_seconds: float = 15.0,
    ) -> None:
        """With `jira_email`, Jira is Cloud and the token an API token; without, Data Center and a personal one."""
        self._database = database
        self._url = jira_url
        self._email = jira_email
        self._token = jira_token
        self._settle_seconds = settle_seconds

    def __call__(self, venture: str) -> Board:
        """The board of the venture of that key. Raises what a board raises."""
        with self._database.transaction() as session:
            row = find_venture(session, venture)
        if row is None:
            raise BoardMisconfigured([Finding("venture", f"There is no venture {venture}", "Start it in Slack first.")])
        return self.of(row)

    def scrum_boards(self) -> BoardListing | None:
        """The boards to choose from; None where no Jira is configured. Raises what a board raises."""
        if self._url is None or self._token is None:
            return None
        from bot.adapters.boards.listing import scrum_boards

        return scrum_boards(self._url, email=self._email, token=self._token)

    def of(self, venture: Venture) -> Board:
        """The board of a venture; nothing is asked of Jira before the board is used."""
        if self._url is None or self._token is None or venture.jira_project is None:
            return EmbeddedBoard(self._database, venture.key)
        from bot.adapters.boards.jira import JiraBoard

        return JiraBoard(
            self._url,
            email=self._email,
            token=self._token,
            venture=venture.key,
            project=venture.jira_project,
            board=venture.jira_board,
            settle_seconds=self._settle_seconds,
        )
