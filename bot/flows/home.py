"""The Home tab, as durable work."""

from __future__ import annotations

from bot.adapters.workspace.errors import WorkspaceError
from bot.adapters.workspace.groups import UserGroups
from bot.adapters.workspace.messages import Messages
from bot.blocks.home import PLANS_SHOWN, VENTURES_SHOWN, HomePlan, HomeVenture, home
from bot.flows.delivery import Answer, deliver
from bot.flows.engine import DurableEngine
from storage.database import Database
from storage.home import groups_with_a_say, open_plans_of, ventures_of

PUBLISH = "home.publish"


class HomeFlow:
    """Publishes a person's Home tab. It registers itself with the engine."""

    def __init__(
        self,
        engine: DurableEngine,
        database: Database,
        messages: Messages,
        groups: UserGroups,
        admins: tuple[str, ...],
    ) -> None:
        self._engine = engine
        self._database = database
        self._messages = messages
        self._groups = groups
        self._admins = admins
        engine.register(PUBLISH, self.run)

    def start(self, user: str, key: str, after: str = "") -> None:
        """Publish it, once under this key; `after` is where the page of ventures begins."""
        self._engine.start_once(f"home:{key}", PUBLISH, user, after)

    def run(self, user: str, after: str) -> Answer:
        """The flow."""
        return deliver(self._engine, "home", lambda: self._publish(user, after))

    def _publish(self, user: str, after: str) -> None:
        with self._database.transaction() as session:
            named = groups_with_a_say(session)
        mine = {user, *(group for group in {*named, *self._admin_groups()} if self._is_in(user, group))}
        with self._database.transaction() as session:
            rows, total = open_plans_of(session, user, limit=PLANS_SHOWN)
            everything = not mine.isdisjoint(self._admins)
            found = ventures_of(session, None if everything else mine, after=after, limit=VENTURES_SHOWN + 1)
        plans = [
            HomePlan(
                plan_id=row.id,
                revision=row.revision,
                title=str(row.result.get("title", row.venture)),
                venture=row.venture,
                status=row.status,
                created_at=row.created_at,
                channel=row.channel,
            )
            for row in rows
        ]
        shown = [HomeVenture(venture.key, venture.title, number) for venture, number in found[:VENTURES_SHOWN]]
        more = shown[-1].key if len(found) > VENTURES_SHOWN else ""
        self._messages.publish_home(user, home(plans, shown, left=total - len(plans), next_after=more))

    def _admin_groups(self) -> list[str]:
        return [name for name in self._admins if name.startswith("S")]

    def _is_in(self, user: str, group: str) -> bool:
        try:
            return user in self._groups.members(group)
        except WorkspaceError:
            # The tab is a list of shortcuts; what it leaves out can still be typed, and is checked then.
            return False
