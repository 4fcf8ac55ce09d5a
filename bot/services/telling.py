"""Short answers to a click or command, wherever it was made."""

from __future__ import annotations

from bot.adapters.workspace.errors import SlackRefused, WorkspaceError
from bot.adapters.workspace.messages import Block, Messages
from bot.blocks.forms import closing
from bot.blocks.notices import EXPIRED
from bot.services.clicks import Click


class Telling:
    """Says one thing to one person, now. What can't be said is logged by the caller's boundary."""

    def __init__(self, messages: Messages) -> None:
        """`messages` must be prompt: this runs within the three seconds of a listener."""
        self._messages = messages

    def tell(self, click: Click, text: str) -> None:
        """Answer in place; in the Home tab, where nothing can be answered, in a small modal."""
        if click.response_url:
            self._messages.answer(click.response_url, text)
        elif click.at_home and click.trigger:
            self._messages.open_view(click.trigger, closing(text, "Muster"))
        else:
            self._messages.post(self._messages.direct(click.user), text)

    def open(self, click: Click, view: Block) -> str | None:
        """Open a modal; its id, or None when its moment has passed, which the person is told."""
        try:
            return self._messages.open_view(click.trigger, view)
        except SlackRefused as error:
            if not error.view_gone and error.code != "exchanged_trigger_id":
                raise
            self.tell(click, EXPIRED)
            return None

    def update(self, view_id: str, view: Block) -> bool:
        """Replace an open modal; False when it was closed."""
        try:
            self._messages.update_view(view_id, view)
        except WorkspaceError:
            return False
        return True
