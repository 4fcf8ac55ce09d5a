"""Messages, modals and the Home tab, each call's failure in our own words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from bot.adapters.workspace.errors import SlackRefused, SlackUnavailable, slack_errors

Block = dict[str, Any]
WEBHOOK_SECONDS = 3


class Messages:
    """Writes to people. Every method raises :class:`SlackRefused` or :class:`SlackUnavailable`, nothing else expected.

    `rich` says whether the server shows Slack's newer blocks.
    """

    def __init__(self, client: WebClient, *, rich: bool = True) -> None:
        self._client = client
        self.rich = rich

    def ephemeral(self, channel: str, user: str, text: str, blocks: Sequence[Block] = ()) -> None:
        """Show something to one person in a channel."""
        with slack_errors("chat.postEphemeral"):
            self._client.chat_postEphemeral(channel=channel, user=user, text=text, blocks=list(blocks) or None)

    def post(self, channel: str, text: str, blocks: Sequence[Block] = (), *, thread: str | None = None) -> str:
        """Post a message; its timestamp."""
        with slack_errors("chat.postMessage"):
            answer = self._client.chat_postMessage(
                channel=channel,
                text=text,
                blocks=list(blocks) or None,
                thread_ts=thread,
                unfurl_links=False,
                unfurl_media=False,
            )
        return str(answer["ts"])

    def edit(self, channel: str, ts: str, text: str, blocks: Sequence[Block]) -> None:
        """Put new content into a message."""
        with slack_errors("chat.update"):
            self._client.chat_update(channel=channel, ts=ts, text=text, blocks=list(blocks))

    def direct(self, user: str) -> str:
        """The conversation of the bot with a person."""
        with slack_errors("conversations.open"):
            return str(cast(Any, self._client.conversations_open(users=user))["channel"]["id"])

    def answer(self, response_url: str, text: str, blocks: Sequence[Block] = (), *, replace: bool = False) -> None:
        """Answer a command or click to that person; `replace` puts it in the place of what was clicked."""
        with slack_errors("response_url"):
            answer = WebhookClient(response_url, timeout=WEBHOOK_SECONDS).send(
                text=text,
                blocks=list(blocks) or None,
                response_type="ephemeral",
                replace_original=replace,
            )
        if answer.status_code >= 500 or answer.status_code == 429:
            raise SlackUnavailable("response_url", f"HTTP {answer.status_code}")
        if answer.status_code != 200 or '"ok":false' in answer.body.replace(" ", ""):
            raise SlackRefused("response_url", "expired_url")

    def open_view(self, trigger: str, view: Block) -> str:
        """Open a modal; its id."""
        with slack_errors("views.open"):
            return str(cast(Any, self._client.views_open(trigger_id=trigger, view=view))["view"]["id"])

    def update_view(self, view_id: str, view: Block) -> None:
        """Replace an open modal."""
        with slack_errors("views.update"):
            self._client.views_update(view_id=view_id, view=view)

    def publish_home(self, user: str, view: Block) -> None:
        """Replace a person's Home tab."""
        with slack_errors("views.publish"):
            self._client.views_publish(user_id=user, view=view)

    def upload(
        self,
        channel: str,
        name: str,
        content: bytes,
        *,
        title: str,
        alt_text: str | None = None,
        comment: str | None = None,
        thread: str | None = None,
    ) -> tuple[str, str]:
        """Share a file in a conversation; its id and permalink."""
        with slack_errors("files.upload"):
            answer = self._client.files_upload_v2(
                channel=channel,
                filename=name,
                content=content,
                title=title,
                alt_txt=alt_text,
                initial_comment=comment,
                thread_ts=thread,
            )
        file = (answer.get("files") or [{}])[0]
        return str(file.get("id", "")), str(file.get("permalink", ""))
