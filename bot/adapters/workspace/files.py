"""Files that people attach: fetched with the bot's token, from Slack only, and never more than was allowed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

import requests
from slack_sdk import WebClient

from bot.adapters.workspace.client import SLACK_HOSTS
from bot.adapters.workspace.errors import SlackRefused, SlackUnavailable, slack_errors

SECONDS = 20
CHUNK = 64 * 1024


class FileRefused(Exception):
    """A file that is not taken; the message is a sentence for the person."""


@dataclass(frozen=True, slots=True)
class SlackFile:
    """What was attached."""

    name: str
    content: bytes


class Files:
    """Reads attached files."""

    def __init__(self, client: WebClient, *, largest: int) -> None:
        """`largest` is in bytes."""
        self._client = client
        self._largest = largest

    def fetch(self, file_id: str) -> SlackFile:
        """Download one file.

        Raises :class:`FileRefused` for one that is too large, gone or not in Slack; :class:`SlackUnavailable` when
        Slack does not answer.
        """
        try:
            with slack_errors("files.info"):
                info = cast(dict[str, Any], self._client.files_info(file=file_id)["file"])
        except SlackRefused as error:
            raise FileRefused(f"Slack does not hand out the file ({error.code}); please attach it again") from error
        name = str(info.get("name") or "file")
        if int(info.get("size") or 0) > self._largest:
            raise FileRefused(self._too_large(name, int(info["size"])))
        url = str(info.get("url_private_download") or info.get("url_private") or "")
        if not self._ours(url):
            raise FileRefused(f"'{name}' does not lie in Slack but elsewhere; please upload the file itself")
        return SlackFile(name, self._download(name, url))

    def _ours(self, url: str) -> bool:
        """Only Slack's own hosts over https, or the very server of the Web API, ever get the token."""
        asked, api = urlsplit(url), urlsplit(self._client.base_url)
        if (asked.scheme, asked.netloc) == (api.scheme, api.netloc):
            return True
        host = asked.hostname or ""
        return asked.scheme == "https" and any(host == name or host.endswith(f".{name}") for name in SLACK_HOSTS)

    def _download(self, name: str, url: str) -> bytes:
        headers = {"Authorization": f"Bearer {self._client.token}"}
        try:
            with requests.get(url, headers=headers, timeout=SECONDS, stream=True, allow_redirects=False) as answer:
                if answer.status_code >= 500 or answer.status_code == 429:
                    raise SlackUnavailable("file download", f"HTTP {answer.status_code}")
                if answer.status_code != 200:
                    raise FileRefused(f"Slack does not hand out '{name}' (HTTP {answer.status_code})")
                content = bytearray()
                for chunk in answer.iter_content(CHUNK):
                    content += chunk
                    if len(content) > self._largest:
                        raise FileRefused(self._too_large(name, len(content)))
        except requests.RequestException as error:
            raise SlackUnavailable("file download", type(error).__name__) from error
        return bytes(content)

    def _too_large(self, name: str, size: int) -> str:
        return f"'{name}' has {size / 1024 / 1024:.1f} MB; at most {self._largest // 1024 // 1024} MB are taken"
