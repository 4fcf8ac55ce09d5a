"""Who is in a user group, asked once a minute at most."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any, cast

from slack_sdk import WebClient

from bot.adapters.workspace.errors import slack_errors
from storage.clock import Clock

KEPT = dt.timedelta(seconds=60)


class UserGroups:
    """Members of user groups. The cache is only a copy: a lost one is asked for again."""

    def __init__(self, client: WebClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._known: dict[str, tuple[dt.datetime, frozenset[str]]] = {}
        self._lock = threading.Lock()

    def members(self, group: str) -> frozenset[str]:
        """The ids of the people in a group. Raises a :class:`WorkspaceError` when Slack can't be asked."""
        now = self._clock.now()
        with self._lock:
            found = self._known.get(group)
        if found is not None and now - found[0] < KEPT:
            return found[1]
        with slack_errors("usergroups.users.list"):
            answer = cast(Any, self._client.usergroups_users_list(usergroup=group))
        people = frozenset(answer["users"])
        with self._lock:
            self._known[group] = (now, people)
        return people
