"""Who may do what, looked up at every click."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

import structlog

from bot.adapters.workspace.errors import WorkspaceError
from bot.blocks.notices import UNCHECKED, no_new_venture, refusal
from bot.settings import Settings, VenturePolicy
from storage.database import Database
from storage.tables import AuthorityAction
from storage.ventures import Allowed, allowed

log = structlog.get_logger(__name__)


class Verdict(StrEnum):
    """May, may not, or can't be said because Slack did not tell who is in a group."""

    ALLOWED = "allowed"
    DENIED = "denied"
    UNCHECKED = "unchecked"


class Groups(Protocol):
    """Who is in a user group."""

    def members(self, group: str) -> frozenset[str]:
        """Ids of the people. Raises a :class:`WorkspaceError` when it can't be said."""
        ...


class Authorities:
    """The one place that decides who may. Admins may everything."""

    def __init__(self, settings: Settings, database: Database, groups: Groups) -> None:
        self._database = database
        self._groups = groups
        self._anyone_starts = settings.new_ventures is VenturePolicy.ANYONE
        self._admins = Allowed(
            users=frozenset(name for name in settings.admins if not name.startswith("S")),
            groups=frozenset(name for name in settings.admins if name.startswith("S")),
        )

    def may(self, user: str, venture: str, action: AuthorityAction) -> Verdict:
        """Whether a person may do one thing in a venture."""
        with self._database.transaction() as session:
            named = allowed(session, venture, action)
        return self._among(user, named.users | self._admins.users, named.groups | self._admins.groups)

    def may_look(self, user: str, venture: str) -> Verdict:
        """Whether a person may see what is not shared: who may plan or approve."""
        first = self.may(user, venture, AuthorityAction.PLAN)
        if first is Verdict.ALLOWED:
            return first
        second = self.may(user, venture, AuthorityAction.APPROVE)
        return second if second is Verdict.ALLOWED or first is Verdict.DENIED else first

    def may_start_venture(self, user: str) -> Verdict:
        """Whether a person may start a venture from Slack."""
        if self._anyone_starts:
            return Verdict.ALLOWED
        return self._among(user, self._admins.users, self._admins.groups)

    def surely_may_not_plan(self, user: str, venture: str) -> bool:
        """Whether it is known without asking Slack that a person may not plan: no user group is involved."""
        with self._database.transaction() as session:
            named = allowed(session, venture, AuthorityAction.PLAN)
        groups = named.groups | self._admins.groups
        return not groups and user not in named.users | self._admins.users

    def planning_refusal(self, user: str, venture: str, *, known: bool) -> str | None:
        """Why a person may not plan for a venture, in a sentence; None when they may. `known`: the venture is there."""
        verdict = self.may(user, venture, AuthorityAction.PLAN) if known else self.may_start_venture(user)
        if verdict is Verdict.ALLOWED:
            return None
        if verdict is Verdict.UNCHECKED:
            return UNCHECKED
        return refusal("plan", venture) if known else no_new_venture(venture)

    def _among(self, user: str, users: frozenset[str], groups: frozenset[str]) -> Verdict:
        if user in users:
            return Verdict.ALLOWED
        unknown = False
        for group in sorted(groups):
            try:
                if user in self._groups.members(group):
                    return Verdict.ALLOWED
            except WorkspaceError as error:
                log.warning("authority.unchecked", group=group, error=str(error))
                unknown = True
        return Verdict.UNCHECKED if unknown else Verdict.DENIED
