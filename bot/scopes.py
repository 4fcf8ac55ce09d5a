"""The bot token's scopes, each with what it is for. The manifest, `muster doctor` and the README use this list."""

from __future__ import annotations

from collections.abc import Mapping

SCOPES: Mapping[str, str] = {
    "channels:read": "see whether Muster is in a public channel (`muster doctor`)",
    "chat:write": "post previews, progress and answers",
    "commands": "`/sprint-plan`",
    "files:read": "read the plan that a lead attaches in the modal",
    "files:write": "show the burn-up picture, hand out the CSV",
    "groups:read": "see whether Muster is in a private channel (`muster doctor`)",
    "im:write": "open a direct message where Muster is not in the channel",
    "usergroups:read": "check whether the person who clicks is in a user group that may",
}
