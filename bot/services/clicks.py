"""What a person did, as values: the listeners make them, the services take them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Click:
    """A button pressed, or a command typed.

    `channel` is empty in the Home tab. `message_ts` is the message that was clicked. `trigger` opens one modal within
    three seconds, and names what the person did. `thread` is set where it was done in a thread.
    """

    user: str
    channel: str
    trigger: str
    response_url: str = ""
    message_ts: str = ""
    thread: str = ""
    view_id: str = ""

    @property
    def at_home(self) -> bool:
        """True in the Home tab, where nothing can be answered in place."""
        return not self.response_url and not self.channel


@dataclass(frozen=True, slots=True)
class PlanRef:
    """Which sprint plan a button belongs to, and which revision of it the person saw."""

    plan_id: str
    revision: int

    @classmethod
    def parse(cls, value: str) -> PlanRef:
        """Read a button's value. Raises ValueError for one that no card of ours carries."""
        plan_id, _, revision = value.partition(":")
        if not plan_id.isalnum() or not revision.isdigit():
            raise ValueError("not a sprint plan's button")
        return cls(plan_id, int(revision))
